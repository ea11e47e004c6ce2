"""Pieces of a mask: the same numbers as OpenCV's, whichever of the short ways was taken."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packshot.image.pieces import pieces


@given(
    seed=st.integers(0, 10_000),
    size=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    share=st.sampled_from((0.0, 0.01, 0.05, 0.3, 0.6, 0.97, 1.0)),
    grain=st.integers(1, 9),
    connectivity=st.sampled_from((4, 8)),
)
def test_same_as_opencv(
    seed: int, size: tuple[int, int], share: float, grain: int, connectivity: int
) -> None:
    chance = np.random.default_rng(seed)
    coarse = (chance.random((-(-size[0] // grain), -(-size[1] // grain))) < share).astype(np.uint8)
    mask = np.kron(coarse, np.full((grain, grain), chance.integers(1, 256), np.uint8))[: size[0], : size[1]]
    mask = np.ascontiguousarray(mask)
    count, labels, stats = pieces(mask, connectivity)
    expected = cv2.connectedComponentsWithStats(mask, connectivity=connectivity)
    assert count == expected[0]
    assert np.array_equal(labels, expected[1])
    assert np.array_equal(stats[1:], expected[2][1:])
    assert stats[0, cv2.CC_STAT_AREA] == (mask == 0).sum()


@pytest.mark.parametrize("number", [1, 3, 40])
def test_large_pieces(number: int) -> None:
    mask = np.zeros((400, 400), np.uint8)
    for at in range(number):
        left, top = 55 * (at % 7), 55 * (at // 7)
        cv2.ellipse(mask, (left + 26, top + 26), (24, 20), 30, 0, 360, 1, -1)
    count, labels, stats = pieces(mask)
    expected = cv2.connectedComponentsWithStats(mask)
    assert count == expected[0] == number + 1
    assert np.array_equal(labels, expected[1])
    assert np.array_equal(stats[1:], expected[2][1:])
