"""Measures the weights of look/evidence.npz: product or shadow, from the clues of rendered pictures.

    python benchmarks/cutout_learn.py --data ../shared/data --pictures 900

Fifteen clues in, two hidden layers of 16, log-odds out: 545 numbers. Seeded; takes about five minutes on one core.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from cutout_renders import cases

from packshot.look import evidence, studio

HIDDEN = 16
PIXELS = 500
"""Taken from each picture, by chance, among those that are not plain ground."""
OUT = Path(evidence.__file__).with_name("evidence.npz")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--pictures", type=int, default=900)
    parser.add_argument("--steps", type=int, default=6000)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    lines, truth, picture = gathered(args.data, args.pictures)
    held_out = picture % 10 == 0
    weights = learned(lines[~held_out], truth[~held_out], args.steps)
    odds = forward(lines[held_out], weights)[-1]
    wrong = ((odds > 0) != truth[held_out]).mean()
    print(f"{len(lines)} pixels; wrong on held-out pictures: {wrong:.4f}")
    np.savez(OUT, *[w.astype(np.float16) for w in weights])


def gathered(data: Path, pictures: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    lines, truth, picture = [], [], []
    for i, case in enumerate(cases(data, "train", pictures)):
        if case.glass or (i + i // 4) % 2:
            continue
        scene = studio.scene(studio.shrunk(case.pixels))
        alpha = case.alpha[scene.box.slices]
        places = np.flatnonzero(~scene.flat & (np.abs(alpha - 0.5) > 0.3))
        if places.size == 0:
            continue
        chosen = rng.choice(places, PIXELS)
        lines.append(np.stack([plane.ravel()[chosen] for plane in scene.clues], axis=1))
        truth.append(alpha.ravel()[chosen] > 0.5)
        picture.append(np.full(PIXELS, i // 24))
    return np.concatenate(lines), np.concatenate(truth), np.concatenate(picture)


def learned(lines: np.ndarray, truth: np.ndarray, steps: int) -> list[np.ndarray]:
    """Adam on the logistic loss; the clues are centred first and that is folded into the first layer."""
    rng = np.random.default_rng(1)
    mean, scale = lines.mean(axis=0), lines.std(axis=0) + 1e-3
    lines = (lines - mean) / scale
    sizes = [evidence.CLUES, HIDDEN, HIDDEN, 1]
    weights: list[np.ndarray] = []
    for a, b in zip(sizes, sizes[1:], strict=False):
        weights += [rng.normal(0, (2 / a) ** 0.5, (a, b)).astype(np.float32), np.zeros(b, np.float32)]
    slow = [np.zeros_like(w) for w in weights]
    square = [np.zeros_like(w) for w in weights]
    for step in range(1, steps + 1):
        batch = rng.integers(0, len(lines), 4096)
        gradients = backward(lines[batch], truth[batch], weights)
        rate = 4e-3 * 0.5 * (1 + np.cos(np.pi * step / steps)) + 1e-5
        for i, g in enumerate(gradients):
            g = g + 1e-4 * weights[i]
            slow[i] = 0.9 * slow[i] + 0.1 * g
            square[i] = 0.99 * square[i] + 0.01 * g * g
            weights[i] = weights[i] - rate * (slow[i] / (1 - 0.9**step)) / (
                np.sqrt(square[i] / (1 - 0.99**step)) + 1e-8
            )
    weights[0] = weights[0] / scale[:, None]
    weights[1] = weights[1] - mean @ weights[0]
    return weights


def forward(lines: np.ndarray, weights: list[np.ndarray]) -> list[np.ndarray]:
    one = np.maximum(lines @ weights[0] + weights[1], 0)
    two = np.maximum(one @ weights[2] + weights[3], 0)
    return [one, two, (two @ weights[4] + weights[5])[:, 0]]


def backward(lines: np.ndarray, truth: np.ndarray, weights: list[np.ndarray]) -> list[np.ndarray]:
    one, two, odds = forward(lines, weights)
    error = ((1 / (1 + np.exp(-np.clip(odds, -30, 30))) - truth) / len(lines))[:, None]
    to_two = (error @ weights[4].T) * (two > 0)
    to_one = (to_two @ weights[2].T) * (one > 0)
    return [
        lines.T @ to_one, to_one.sum(axis=0), one.T @ to_two, to_two.sum(axis=0), two.T @ error, error.sum(axis=0),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
