"""How near is a picture to its truth, in brightness?"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from sets.measure import interval

from packshot.image.types import RGB, Float
from packshot.training.upscaler import LUMA

STEADY = 170.0
"""Keeps even places from counting as unlike for a level of noise; the value of GMSD's authors."""
SCALES = 3


def luma(pixels: RGB) -> Float:
    return np.asarray(pixels @ np.array(LUMA, np.float32), np.float32)


def ssim(made: RGB, truth: RGB) -> float:
    """Wang et al. 2004, a Gaussian window of σ 1.5; higher is better."""
    a, b = luma(made), luma(truth)
    mean_a, mean_b = _around(a), _around(b)
    spread = _around(a * a) - mean_a**2 + _around(b * b) - mean_b**2
    shared = _around(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * mean_a * mean_b + c1) * (2 * shared + c2) / ((mean_a**2 + mean_b**2 + c1) * (spread + c2))
    return float(alike[5:-5, 5:-5].mean())


def _around(values: Float) -> Float:
    return np.asarray(cv2.GaussianBlur(values, (11, 11), 1.5), np.float32)


def gmsd(made: RGB, truth: RGB) -> float:
    """How unevenly edges differ in strength (Xue et al. 2014), the mean of whole, half and quarter size.
    Lower is better: people see one place that is wrong sooner than a little everywhere."""
    a, b = luma(made), luma(truth)
    uneven = []
    for _ in range(SCALES):
        strong_a, strong_b = _edges(a), _edges(b)
        alike = (2 * strong_a * strong_b + STEADY) / (strong_a**2 + strong_b**2 + STEADY)
        uneven.append(float(alike[1:-1, 1:-1].std()))
        a, b = (np.asarray(cv2.resize(x, None, None, 0.5, 0.5, cv2.INTER_AREA), np.float32) for x in (a, b))
    return float(np.mean(uneven))


def _edges(values: Float) -> Float:
    across = np.array([[1, 0, -1]] * 3, np.float32) / 3
    return np.asarray(
        np.hypot(cv2.filter2D(values, -1, across), cv2.filter2D(values, -1, across.T)), np.float32
    )


def told(values: Sequence[float], groups: Sequence[str], form: str = ".2f") -> str:
    """Mean and 95 % of a thousand bootstrap means over the groups."""
    low, high = interval(values, groups)
    return f"{np.mean(values):{form}} [{low:{form}}, {high:{form}}]"


def told_share(right: Sequence[Sequence[int]], letters: Sequence[int], draws: int = 1000) -> str:
    """The share that the last of `right` has more than the first, in points, over the same lines."""
    gain = np.array(right[-1]) - np.array(right[0])
    count = np.array(letters)
    picks = np.random.default_rng(0).integers(0, len(count), (draws, len(count)))
    low, high = np.percentile(gain[picks].sum(1) / count[picks].sum(1), (2.5, 97.5))
    return f"{100 * gain.sum() / count.sum():+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"
