"""Labels spread from pixel to pixel, easily over smooth places and hardly over edges: a random walk."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.image.types import Float

ROUNDS = (60, 40, 24, 12)
"""Steps of conjugate gradients from the coarsest to the finest level. Twice as many change less than
0.1 % of the pixels (train renders)."""


def walk(barrier: Float, lean: Float) -> Float:
    """Chance of each pixel to be product: minimises Σ w (xᵢ−xⱼ)² + Σ |lean| (x − [lean > 0])².

    `barrier` is how hard a pixel is to cross: joints are exp(−barrier²/2), a little more. After Grady,
    "Random Walks for Image Segmentation" (2006), with priors, solved coarse to fine.
    """
    levels = [(barrier, lean)]
    while len(levels) < len(ROUNDS) and min(levels[-1][1].shape) >= 48:
        b, u = levels[-1]
        size = ((u.shape[1] + 1) // 2, (u.shape[0] + 1) // 2)
        # A thin wall stays a wall: the highest of four, not their mean.
        high = cv2.dilate(b, np.ones((2, 2), np.uint8))[::2, ::2]
        levels.append((high, cv2.resize(u, size, interpolation=cv2.INTER_AREA) * 4))
    chance = (levels[-1][1] > 0).astype(np.float32)
    for (b, u), rounds in zip(reversed(levels), ROUNDS[len(ROUNDS) - len(levels) :], strict=True):
        if chance.shape != u.shape:
            chance = cv2.resize(chance, u.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        chance = _relax(chance, b, u, rounds)
    return np.clip(chance, 0, 1)


def _relax(x: Float, barrier: Float, lean: Float, rounds: int) -> Float:
    right = _joint(barrier[:, 1:], barrier[:, :-1])
    down = _joint(barrier[1:], barrier[:-1])
    hold = np.abs(lean)
    diagonal = hold + np.float32(1e-6)
    diagonal[:, :-1] += right
    diagonal[:, 1:] += right
    diagonal[:-1] += down
    diagonal[1:] += down
    wanted = np.where(lean > 0, hold, np.float32(0))

    across, along = np.empty_like(right), np.empty_like(down)  # written over at every step
    turned, scaled, moved = np.empty_like(x), np.empty_like(x), np.empty_like(x)

    def turn(v: Float) -> None:
        np.multiply(diagonal, v, out=turned)
        turned[:, :-1] -= np.multiply(right, v[:, 1:], out=across)
        turned[:, 1:] -= np.multiply(right, v[:, :-1], out=across)
        turned[:-1] -= np.multiply(down, v[1:], out=along)
        turned[1:] -= np.multiply(down, v[:-1], out=along)

    x = x.copy()
    turn(x)
    rest = wanted - turned
    np.divide(rest, diagonal, out=scaled)
    heading = scaled.copy()
    size = float(np.vdot(rest, scaled))
    for _ in range(rounds):
        if size < 1e-6:
            break
        turn(heading)
        step = np.float32(size / max(float(np.vdot(heading, turned)), 1e-12))
        x += np.multiply(step, heading, out=moved)
        rest -= np.multiply(step, turned, out=moved)
        np.divide(rest, diagonal, out=scaled)
        before, size = size, float(np.vdot(rest, scaled))
        np.add(scaled, np.multiply(np.float32(size / before), heading, out=moved), out=heading)
    return x


def _joint(one: Float, other: Float) -> Float:
    joint: Float = np.exp(-0.125 * (one + other) ** 2) + np.float32(0.0003)
    return joint
