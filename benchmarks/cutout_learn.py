"""Measures the weights of look/evidence.npz: product or shadow, from the clues of rendered pictures.

    python benchmarks/cutout_learn.py --data ../shared/data

Two small networks for each eye: clues in, two hidden layers of 16 or 24, log-odds out; 4 500 numbers in all.
Truth is the alpha itself, so glass learns to be half product. Seeded; about 20 minutes on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from cutout_renders import KINDS, SHADOW_STRENGTH, ground, laid, pictures_of
from numpy.typing import NDArray

from packshot.image.types import RGB
from packshot.look import evidence, studio

Alpha = NDArray[np.float32]
PIXELS = 600
"""Taken from each picture, by chance, among those that are not plain ground."""
OUT = Path(evidence.__file__).with_name("evidence.npz")


@dataclass(frozen=True)
class Course:
    """How one eye is taught."""

    eye: evidence.Eye
    pictures: int
    plain: int
    """Grounds of the report's kinds a picture."""
    hard: int
    """Harder grounds a picture."""
    whitened: float
    """Chance of the last hard one to be white goods on white."""
    hidden: int
    steps: int


COURSES = (
    Course(evidence.EVERYDAY, pictures=420, plain=1, hard=2, whitened=0.0, hidden=16, steps=8000),
    Course(evidence.ON_WHITE, pictures=560, plain=2, hard=2, whitened=0.4, hidden=24, steps=12000),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    weights: list[np.ndarray] = []
    for course in COURSES:
        first = measured(f"{course.eye.name} first", gathered(args.data, course, None), course)
        second = measured(f"{course.eye.name} second", gathered(args.data, course, first), course)
        weights += first + second
    np.savez(args.out, *[w.astype(np.float16) for w in weights])


def measured(look: str, data: tuple[np.ndarray, ...], course: Course) -> list[np.ndarray]:
    lines, truth, picture = data
    held_out = picture % 10 == 0
    weights = learned(lines[~held_out], truth[~held_out], course)
    odds = forward(lines[held_out], weights)[-1]
    wrong = ((odds > 0) != (truth[held_out] > 0.5)).mean()
    print(f"{look} look: {len(lines)} pixels; wrong on held-out goods: {wrong:.4f}", flush=True)
    return weights


def lessons(data: Path, course: Course) -> Iterator[tuple[int, RGB, Alpha, bool]]:
    """Each picture on some grounds of the report's kinds and on some harder ones."""
    pictures = pictures_of(data / "renders", "train", course.pictures)
    for i, (row, rgba, shadow) in enumerate(pictures):
        for again in range(course.plain + course.hard):
            rng = np.random.default_rng([7, again, i])
            hard = again >= course.plain
            kind = KINDS[(i + i // len(KINDS) + again) % len(KINDS)]
            floor = hard_ground(rgba, rng) if hard else ground(kind, *rgba.shape[:2], rng)
            goods = rgba
            if again == course.plain + course.hard - 1 and rng.random() < course.whitened:
                goods, floor = whitened(rgba, rng), np.full_like(floor, rng.choice([255, 255, 252, 247]))
            noisy = rng.random() < 0.3 if hard else kind == "noisy"
            grain = rng.normal(0, rng.uniform(0.5, 4) if noisy else 0, (*rgba.shape[:2], 3))
            strength = rng.uniform(0.4, 0.9) if hard else SHADOW_STRENGTH
            pixels, alpha = laid(goods, shadow, floor, grain, strength, rng)
            yield i, pixels, alpha, row["transparent"] == "yes"


def whitened(rgba: RGB, rng: np.random.Generator) -> RGB:
    """The same goods in white: hardly any colour left, the lightest tenth up to paper white or just below."""
    colours = rgba[..., :3].astype(np.float32)
    grey = colours.mean(axis=2, keepdims=True)
    white = grey + rng.uniform(0, 0.25) * (colours - grey)
    inside = rgba[..., 3] > 230
    light = float(np.percentile(grey[inside], 90)) if inside.any() else 128.0
    target = rng.uniform(238, 258)
    white = target - (light - white) * rng.uniform(0.35, 1.0)
    out = rgba.copy()
    out[..., :3] = np.clip(white + 0.5, 0, 255)
    return out


def hard_ground(rgba: RGB, rng: np.random.Generator) -> Alpha:
    """Half of them near the product's own colour; with slopes, a soft horizon, pools of light."""
    h, w = rgba.shape[:2]
    floor = ground("graded", h, w, rng)
    if rng.random() < 0.5:
        own = rgba[..., :3][rgba[..., 3] > 230].astype(np.float32)
        picked = own[rng.integers(0, len(own))] if rng.random() < 0.5 else own.mean(axis=0)
        floor += np.clip(picked + rng.normal(0, 10), 20, 255) - floor.mean(axis=(0, 1))
    y, x = np.mgrid[0 : 1 : h * 1j, 0 : 1 : w * 1j].astype(np.float32)
    if rng.random() < 0.4:
        line = y + rng.uniform(-0.1, 0.1) * x - rng.uniform(0.25, 0.75)
        floor += (rng.uniform(-22, 22) / (1 + np.exp(-line / rng.uniform(0.02, 0.12))))[..., None]
    if rng.random() < 0.4:
        far = (y - rng.uniform(0, 1)) ** 2 + (x - rng.uniform(0, 1)) ** 2
        floor += (rng.uniform(-18, 18) * np.exp(-far / rng.uniform(0.05, 0.3)))[..., None]
    return np.clip(floor, 0, 255).astype(np.float32)


def gathered(data: Path, course: Course, first: list[np.ndarray] | None) -> tuple[np.ndarray, ...]:
    """Lines of clues, true alphas, numbers of goods; for the second look with the first one's word."""
    rng = np.random.default_rng(0)
    reading = evidence.Reading(((course.eye, 1.0),), towards=0.0)
    lines, truth, goods = [], [], []
    for i, pixels, whole, glass in lessons(data, course):
        scene = studio.scene(studio.shrunk(pixels), reading)
        alpha = whole[scene.box.slices]
        clear = (np.abs(alpha - 0.5) > 0.3) | glass
        places = np.flatnonzero(~scene.flat & clear)
        if places.size == 0:
            continue
        chosen = rng.choice(places, PIXELS)
        planes = scene.clues(course.eye)
        if first is not None:
            everywhere = np.flatnonzero(~scene.flat)
            said = forward(np.stack([p.ravel()[everywhere] for p in planes], axis=1), first)[-1]
            alone = np.full(scene.flat.shape, -evidence.SURE, np.float32)
            alone.ravel()[everywhere] = np.clip(said, -evidence.SURE, evidence.SURE)
            planes = planes + evidence.neighbours(alone, scene.crisp, scene.flat)
        lines.append(np.stack([p.ravel()[chosen] for p in planes], axis=1))
        truth.append(alpha.ravel()[chosen])
        goods.append(np.full(PIXELS, i // 6))
    return np.concatenate(lines), np.concatenate(truth), np.concatenate(goods)


def learned(lines: np.ndarray, truth: np.ndarray, course: Course) -> list[np.ndarray]:
    """Adam on the logistic loss; the clues are centred first and that is folded into the first layer."""
    rng = np.random.default_rng(1)
    mean, scale = lines.mean(axis=0), lines.std(axis=0) + 1e-3
    lines = (lines - mean) / scale
    sizes = [lines.shape[1], course.hidden, course.hidden, 1]
    weights: list[np.ndarray] = []
    for a, b in pairwise(sizes):
        weights += [rng.normal(0, (2 / a) ** 0.5, (a, b)).astype(np.float32), np.zeros(b, np.float32)]
    slow = [np.zeros_like(w) for w in weights]
    square = [np.zeros_like(w) for w in weights]
    for step in range(1, course.steps + 1):
        batch = rng.integers(0, len(lines), 4096)
        gradients = backward(lines[batch], truth[batch], weights)
        rate = 4e-3 * 0.5 * (1 + np.cos(np.pi * step / course.steps)) + 1e-5
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
        lines.T @ to_one, to_one.sum(axis=0), one.T @ to_two, to_two.sum(axis=0),
        two.T @ error, error.sum(axis=0),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
