"""The pieces under the cut-out, each with drawn truth: mask, ground, spread, walk, GrabCut."""

from __future__ import annotations

import cv2
import drawn_goods as goods
import numpy as np
import pytest

from packshot.engines.base import ENGINES
from packshot.look import evidence, glass, ground, mask
from packshot.look.overlay import drawn_over
from packshot.look.spread import spread
from packshot.look.studio import shrunk
from packshot.look.walk import walk

# --- mask ---------------------------------------------------------------------------------------------------


def plate(*holes: tuple[int, int, int]) -> np.ndarray:
    """A square of product with round holes (x, y, radius)."""
    drawn = np.zeros((200, 200), np.uint8)
    drawn[20:180, 20:180] = 1
    for x, y, radius in holes:
        cv2.circle(drawn, (x, y), radius, 0, -1)
    return drawn


def test_a_hole_that_shows_the_ground_is_kept_and_another_is_filled():
    drawn = plate((60, 60, 15), (130, 130, 20))
    like_ground = np.zeros(drawn.shape, bool)
    like_ground[40:80, 40:80] = True
    settled = mask.with_true_holes(drawn, like_ground)
    assert settled[60, 60] == 0
    assert settled[130, 130] == 1
    assert [hole.area for hole in mask.holes(settled)[1]] == [
        int((plate((60, 60, 15)) == 0)[20:180, 20:180].sum())
    ]


def test_ground_at_the_rim_is_no_hole():
    drawn = plate()
    drawn[90:110, :100] = 0
    assert mask.holes(drawn)[1] == ()


def test_pinholes_are_noise():
    drawn = plate((60, 60, 1))
    assert mask.with_true_holes(drawn, np.ones(drawn.shape, bool)).sum() == plate().sum()


def test_debris_is_dropped_and_items_of_a_set_are_not():
    drawn = np.zeros((200, 300), np.uint8)
    cv2.rectangle(drawn, (20, 20), (120, 150), 1, -1)
    cv2.circle(drawn, (220, 100), 18, 1, -1)
    drawn[180:183, 280:283] = 1
    kept = mask.without_debris(drawn)
    assert kept[181, 281] == 0
    assert len(mask.parts(kept)[1]) == 2


def test_nothing_stays_nothing():
    empty = np.zeros((50, 50), np.uint8)
    assert not mask.without_debris(empty).any()
    assert not mask.with_true_holes(empty, empty > 0).any()
    assert mask.parts(empty)[1] == ()


# --- ground -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("covered", [0.0, 0.2, 0.4])
def test_the_ground_is_found_though_goods_cover_part_of_the_rim(covered):
    truth = goods.sloped()
    pixels = np.clip(truth + 0.5, 0, 255).astype(np.uint8)
    # From the middle of the left side along the rim, this share of it.
    side = goods.SIDE
    pixels[: round(min(1, 4 * covered) * side), :60] = (120, 40, 40)
    pixels[:60, : round(max(0, 4 * covered - 1) * side)] = (120, 40, 40)
    rim = ground.fit_rim(pixels)
    seen = rim.surface[rim.rows[rim.inlier], rim.columns[rim.inlier]]
    assert np.abs(seen - truth[rim.rows, rim.columns][rim.inlier]).mean() < 2
    assert rim.even_share == pytest.approx(1 - covered, abs=0.08)


def test_noise_of_the_ground_is_measured():
    noisy = goods.flat() + np.random.default_rng(3).normal(0, 4, (goods.SIDE, goods.SIDE, 3))
    rim = ground.fit_rim(np.clip(noisy, 0, 255).astype(np.uint8))
    assert rim.noise == pytest.approx(4, rel=0.25)


# --- spread, walk, shrunk -----------------------------------------------------------------------------------


def test_known_values_stay_and_unknown_come_from_near_by():
    values = np.zeros((64, 64), np.float32)
    values[:, :20], values[:, 44:] = 10, 50
    weight = np.zeros((64, 64), np.float32)
    weight[:, :20] = weight[:, 44:] = 1
    filled = spread(values, weight)
    assert np.abs(filled[weight > 0] - values[weight > 0]).max() < 1e-3
    assert 8 < filled[32, 22] < 25 < 35 < filled[32, 42] < 52


def test_a_walk_stops_at_edges_and_forgives_a_gap():
    barrier = np.zeros((120, 120), np.float32)
    cv2.rectangle(barrier, (30, 30), (90, 90), 6.0, 1)
    barrier[60:63, 30] = 0
    lean = np.full((120, 120), -0.001, np.float32)
    lean[:10] = lean[-10:] = lean[:, :10] = lean[:, -10:] = -2
    lean[50:70, 50:70] = 0.05
    chance = walk(barrier, lean)
    assert chance[40:80, 45:80].min() > 0.5
    assert chance[:25].max() < 0.2


@pytest.mark.parametrize("size", [(2000, 1500), (449, 300), (448, 448), (12, 9000)])
def test_shrunk_photos_fit_and_keep_their_shape(size):
    small = shrunk(np.zeros((*size, 3), np.uint8))
    assert max(small.shape[:2]) <= 448
    assert max(small.shape[:2]) >= min(448, max(size)) - 1


# --- overlay ------------------------------------------------------------------------------------------------


def test_a_badge_looks_drawn_and_a_shaded_soft_thing_does_not():
    badge = np.full((60, 90, 3), (220, 20, 40), np.uint8)
    cv2.putText(badge, "-30", (8, 45), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (255, 255, 255), 3)
    solid = np.zeros((60, 90), np.uint8)
    solid[4:-4, 4:-4] = 255
    assert drawn_over(badge, solid) > 0.9
    thing = np.repeat(np.linspace(60, 220, 90, dtype=np.uint8)[None], 60, 0)[..., None].repeat(3, 2)
    assert drawn_over(thing, cv2.GaussianBlur(solid, (0, 0), 2)) < 0.2


# --- glass --------------------------------------------------------------------------------------------------

BEIGE = (214, 200, 182)


def box(fine: np.ndarray) -> None:
    cv2.rectangle(fine, goods.at(0.3, 0.25), goods.at(0.7, 0.75), 255, -1)


def streaks(fine: np.ndarray) -> None:
    cv2.rectangle(fine, goods.at(0.3, 0.25), goods.at(0.7, 0.75), 255, 5 * goods.FINER)
    for x in np.arange(0.36, 0.68, 0.06):
        cv2.line(fine, goods.at(x, 0.3), goods.at(x, 0.7), 255, goods.FINER)


def clear_walls(pixels: np.ndarray, mask_of_goods: np.ndarray) -> np.ndarray | None:
    surface = goods.flat(BEIGE)
    floats = pixels.astype(np.float32)
    crisp, _ = evidence.barriers(floats, surface, 0.5)
    return glass.walls(evidence.lit(floats, surface), crisp, surface, 0.5, mask_of_goods)


def test_walls_of_glass_are_partly_there_and_their_reflections_more():
    body, lines = goods.shape(box), goods.shape(streaks)
    alpha = np.maximum(0.2 * body, lines * body)
    glow = np.where(lines[..., None] > 0.5, np.float32((250, 250, 250)), np.float32((160, 150, 136)))
    walls = clear_walls(goods.laid(alpha, goods.flat(BEIGE), glow).pixels, (body >= 0.5).astype(np.uint8))
    assert walls is not None
    between = (lines == 0) & (cv2.erode(body, np.ones((25, 25))) == 1)
    assert np.median(walls[between]) == pytest.approx(0.25, abs=0.12)
    assert walls[body < 0.5].min() > 0.99


@pytest.mark.parametrize("depth", [0.0, 0.15, 0.4])
def test_matt_goods_in_the_grounds_colour_are_no_glass(depth):
    body = goods.shape(box)
    pixels = goods.laid(body, goods.flat(BEIGE), goods.shaded(body, BEIGE, depth)).pixels
    assert clear_walls(pixels, (body >= 0.5).astype(np.uint8)) is None


# --- GrabCut ------------------------------------------------------------------------------------------------


def table_top(seed: int = 1) -> np.ndarray:
    """Wood with grain, 240 px."""
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.normal(0, 40, (240, 240)).astype(np.float32), (0, 0), sigmaX=12, sigmaY=1)
    wood = np.float32((150, 105, 65)) * (1 + 0.02 * grain[..., None])
    return np.clip(wood + rng.normal(0, 3, wood.shape), 0, 255)


def test_grabcut_finds_goods_on_a_grained_table():
    pixels = table_top().astype(np.uint8)
    cv2.circle(pixels, (120, 125), 55, (40, 120, 190), -1)
    truth = np.zeros((240, 240), np.float32)
    cv2.circle(truth, (120, 125), 55, 1, -1)
    opinion = ENGINES["grabcut"].make().segment(pixels)
    assert goods.iou(opinion.alpha / 255, truth) > 0.93
    assert opinion.confidence > 0.4
    assert opinion.unsure is not None


def test_grabcut_is_unsure_of_an_empty_table_and_of_flat_paper():
    make = ENGINES["grabcut"].make
    assert make().segment(table_top().astype(np.uint8)).confidence < 0.15
    assert make().segment(np.full((200, 200, 3), 230, np.uint8)).confidence == 0


def test_grabcut_says_the_same_twice():
    pixels = table_top().astype(np.uint8)
    cv2.circle(pixels, (120, 125), 55, (40, 120, 190), -1)
    engine = ENGINES["grabcut"].make()
    assert (engine.segment(pixels).alpha == engine.segment(pixels).alpha).all()
