"""The text finder: maps drawn by hand become the outlines they were drawn from, and any photo is answered."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from packshot.engines import cards, text_find
from packshot.engines.text_find import lines

Points = NDArray[np.float64]
SIDE = 320
FINE = 8
"""Maps are drawn so many times larger and then shrunk, so that their edges are as soft as a network's."""


def blank() -> NDArray[np.float32]:
    return np.zeros((4, SIDE // 2, SIDE // 2), np.float32)


def paint(maps: NDArray[np.float32], core: Points, height: float, degrees: float) -> None:
    """A core, given in pixels of the picture, with what a perfect network says of it."""
    large = np.zeros((SIDE // 2 * FINE, SIDE // 2 * FINE), np.uint8)
    cv2.fillPoly(large, [np.round(core / 2 * FINE - 0.5).astype(np.int32)], 255)
    share = cv2.resize(large, maps.shape[:0:-1], interpolation=cv2.INTER_AREA) / np.float32(255)
    maps[0] = np.maximum(maps[0], share)
    turn = np.radians(degrees)
    for layer, value in ((1, np.log2(height / 8)), (2, np.cos(turn)), (3, np.sin(turn))):
        maps[layer][share > 0] = value


def straight(width: float, height: float, degrees: float, middle: tuple[float, float]) -> Points:
    """Upper edge, then back along the lower one."""
    turn = np.radians(degrees)
    corners = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return np.asarray(corners @ rotation + middle)


def core_of(width: float, height: float) -> tuple[float, float]:
    """What the definition leaves of a line: half its height, and of its length what its ends leave."""
    return (width - height / 2 if width >= height else width / 2), height / 2


angles = st.floats(-180, 180)
heights = st.floats(10, 60)


@settings(max_examples=60, deadline=None)
@given(degrees=angles, height=heights, ratio=st.floats(0.8, 5), x=st.floats(-8, 8), y=st.floats(-8, 8))
def test_a_straight_line_comes_back_at_any_angle(
    degrees: float, height: float, ratio: float, x: float, y: float
) -> None:
    width = min(ratio * height, 0.8 * SIDE)
    middle = (SIDE / 2 + x, SIDE / 2 + y)
    maps = blank()
    paint(maps, straight(*core_of(width, height), degrees, middle), height, degrees)
    (found,) = lines(maps)
    assert len(found.outline) == 4
    assert np.abs(found.outline - straight(width, height, degrees, middle)).max() < 3
    assert found.confidence > 0.6


@settings(max_examples=40, deadline=None)
@given(
    radius=st.floats(60, 110),
    turn=st.floats(0.9, 4.0),
    height=st.floats(12, 18),
    up=st.booleans(),
    at=st.floats(0, 6.2),
)
def test_a_line_round_a_circle_comes_back_as_read(
    radius: float, turn: float, height: float, up: bool, at: float
) -> None:
    angles = at + np.linspace(-turn / 2, turn / 2, 60) * (1 if up else -1)
    outer, inner = radius + height / 2, radius - height / 2
    upper, lower = (outer, inner) if up else (inner, outer)

    def ring(reach: float, cut: float) -> Points:
        part = at + (angles - at) * (1 - cut)
        return np.c_[np.cos(part), np.sin(part)] * reach + SIDE / 2

    cut = height / 2 / (turn * radius)
    half = height / 4 * (1 if up else -1)
    core = np.vstack([ring(radius + half, cut), ring(radius - half, cut)[::-1]])
    maps = blank()
    paint(maps, core, height, 0)
    ys, xs = np.nonzero(maps[0])
    here = np.degrees(np.arctan2(ys * 2 + 1 - SIDE / 2, xs * 2 + 1 - SIDE / 2)) + (90 if up else -90)
    maps[2][ys, xs], maps[3][ys, xs] = np.cos(np.radians(here)), np.sin(np.radians(here))
    (found,) = lines(maps)
    assert len(found.outline) > 4
    truth = np.vstack([ring(upper, 0), ring(lower, 0)[::-1]])
    assert overlap(found.outline, truth) > 0.85
    assert np.hypot(*(found.outline[0] - truth[0])) < 0.3 * height + 2


def overlap(one: Points, other: Points) -> float:
    masks = []
    for points in (one, other):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        cv2.fillPoly(mask, [np.round(points).astype(np.int32)], 1)
        masks.append(mask)
    return float((masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum())


def test_lines_close_to_each_other_stay_apart() -> None:
    maps = blank()
    for row in range(6):
        paint(maps, straight(*core_of(120, 10), 0, (160, 100 + 11 * row)), 10, 0)
    found = lines(maps)
    assert len(found) == 6
    assert all(abs(np.ptp(line.outline[:, 1]) - 10) < 1.5 for line in found)


def test_specks_faint_places_and_letters_that_nobody_reads_are_no_lines() -> None:
    maps = blank()
    maps[0, 10, 10] = 1
    paint(maps, straight(60, 5, 0, (160, 100)), 10, 0)
    maps[0] = np.where(maps[0] > 0.9, 0.5, maps[0])
    paint(maps, straight(40, 4, 0, (160, 200)), 2.5, 0)
    assert lines(maps) == []
    assert lines(blank()) == []


def test_noise_on_the_whole_map_breaks_nothing() -> None:
    rng = np.random.default_rng(3)
    for spread in (0.1, 1.0, 30.0):
        for line in lines(rng.normal(0.4, spread, (4, 60, 80)).astype(np.float32)):
            assert np.isfinite(line.outline).all()


# ── with the shipped weights ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def finder() -> text_find.TextFind:
    return text_find.TextFind()


def test_the_shipped_weights_are_small_and_proven() -> None:
    card = cards.read(cards.CARDS / "text_find.toml")
    assert card.task == "find_text"
    assert cards.weights(card).stat().st_size <= 2_000_000
    assert card.parity <= 2e-3


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (7, 3), (640, 480), (33, 900)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_blank_photos_of_any_shape_hold_no_text(
    finder: text_find.TextFind, shape: tuple[int, int], level: int
) -> None:
    assert finder.find(np.full((*shape, 3), level, np.uint8)) == ()


def test_found_lines_lie_in_the_photo_and_are_the_same_twice(finder: text_find.TextFind) -> None:
    photo = np.random.default_rng(5).integers(0, 256, (900, 700, 3)).astype(np.uint8)
    cv2.putText(photo, "SALE 50%", (60, 300), cv2.FONT_HERSHEY_DUPLEX, 4, (255, 255, 255), 12, cv2.LINE_AA)
    found = finder.find(photo)
    assert found == finder.find(photo)
    for text in found:
        assert 0 <= text.box.left < text.box.right <= 700
        assert 0 <= text.box.top < text.box.bottom <= 900


def words(degrees: float) -> tuple[NDArray[np.uint8], Points]:
    """Plain dark letters on white, turned, and the corners of their line."""
    photo = np.full((600, 600, 3), 255, np.uint8)
    (width, tall), _ = cv2.getTextSize("SALE 50%", cv2.FONT_HERSHEY_DUPLEX, 2, 5)
    start = (300 - width // 2, 300 + tall // 2)
    cv2.putText(photo, "SALE 50%", start, cv2.FONT_HERSHEY_DUPLEX, 2, (20, 20, 20), 5)
    turn = cv2.getRotationMatrix2D((300, 300), -degrees, 1)
    turned = cv2.warpAffine(photo, turn, (600, 600), borderValue=(255, 255, 255))
    return np.asarray(turned, np.uint8), straight(width, tall, degrees, (300, 300))


@pytest.mark.parametrize("degrees", [0, -12, 25])
def test_plain_words_are_found_at_their_angle(finder: text_find.TextFind, degrees: float) -> None:
    photo, corners = words(degrees)
    found = max(finder.find(photo), key=lambda text: text.box.area)
    mask = [np.zeros((600, 600), np.uint8) for _ in range(2)]
    for one, outline in zip(mask, (np.array(found.outline), corners), strict=True):
        cv2.fillPoly(one, [np.round(outline).astype(np.int32)], 1)
    assert (mask[0] & mask[1]).sum() / (mask[0] | mask[1]).sum() > 0.5
    assert abs(found.angle - degrees) < 10
