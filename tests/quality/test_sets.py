"""The test sets hold the truth they promise, and the measures say what a person would count by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sets import compose, drawn, make
from sets.layer import hole_areas
from sets.measure import RGBA, boundary_iou, f_weighted, interval, laid, measures, rim_of

SEED = 5


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pictures of every set, from drawn products: no renderer, no data."""
    out = tmp_path_factory.mktemp("sets")
    count = make.make(make.Stock(drawn.tickets(), []), out, limit=2, seed=SEED)
    assert count == 2 * len(make.NAMES)
    return out


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "index.csv").open(encoding="utf8") as file:
        return list(csv.DictReader(file))


def truth_of(row: dict[str, str], folder: Path) -> RGBA:
    return np.asarray(Image.open(folder / row["truth"]).convert("RGBA"))


def square(side: int = 60, left: int = 20, width: int = 20) -> RGBA:
    rgba = np.zeros((side, side, 4), np.uint8)
    rgba[20:40, left : left + width] = (200, 30, 30, 255)
    return rgba


def test_the_truth_measured_against_itself_has_no_error(small: Path) -> None:
    for row in rows(small):
        truth = truth_of(row, small)
        found = measures(truth, truth)
        assert (found.iou, found.soft_iou, found.mae, found.sad, found.rim) == (1, 1, 0, 0, 0), row["name"]
        assert found.boundary_iou == 1


def test_the_overlap_of_a_shifted_square_is_as_counted_by_hand() -> None:
    """20 × 20, five columns to the right: 15 columns of 25 are common, 10 × 20 pixels of 3 600 are wrong."""
    found = measures(square(), square(left=25))
    assert found.iou == found.soft_iou == pytest.approx(15 / 25)
    assert found.mae == pytest.approx(200 / 3600)
    assert found.sad == pytest.approx(0.2)


def test_glass_called_solid_costs_what_is_missing_of_it() -> None:
    glass = square()
    glass[..., 3] = np.where(glass[..., 3] > 0, 51, 0)
    found = measures(glass, square())
    assert found.soft_iou == pytest.approx(0.2)
    assert found.mae == pytest.approx(0.8 * 400 / 3600)


def test_an_empty_cut_of_a_product_overlaps_nothing() -> None:
    assert measures(square(), np.zeros_like(square())).iou == 0


def test_boundary_iou_sees_only_the_band_inside_the_outlines() -> None:
    """One pixel too wide on every side: of bands two pixels wide, one ring of three is common."""
    solid, wide = np.zeros((100, 100), bool), np.zeros((100, 100), bool)
    solid[20:80, 20:80] = True
    wide[19:81, 19:81] = True
    common, either = 60**2 - 58**2, 62**2 - 56**2
    assert boundary_iou(solid, wide, width=2 / np.hypot(100, 100)) == pytest.approx(common / either)
    assert boundary_iou(solid, solid) == 1


def test_the_frame_is_an_outline_too() -> None:
    cut_off, inside = np.zeros((100, 100), bool), np.zeros((100, 100), bool)
    cut_off[:, :50] = True
    inside[10:, :50] = True
    assert boundary_iou(cut_off, inside) < 0.9


def test_weighted_f_forgives_what_lies_beside_the_outline_and_not_what_lies_far_off() -> None:
    truth = np.zeros((100, 100), bool)
    truth[30:60, 30:60] = True
    near, far = truth.astype(np.float32), truth.astype(np.float32)
    near[30:60, 60:62] = 1
    far[5:35, 90:92] = 1
    assert f_weighted(truth, truth.astype(np.float32)) == 1
    assert f_weighted(truth, near) > f_weighted(truth, far)
    assert f_weighted(truth, np.zeros((100, 100), np.float32)) == 0


def test_the_rim_is_the_soft_border_and_one_pixel_around_it() -> None:
    alpha = np.zeros((9, 9), np.uint8)
    alpha[:, 4], alpha[:, 5:] = 128, 255
    assert rim_of(alpha).any(axis=0).tolist() == [False] * 3 + [True] * 3 + [False] * 3


def test_a_rim_of_the_old_ground_is_seen_on_both_grounds() -> None:
    truth = square()
    truth[20:40, 40] = (200, 30, 30, 128)
    fringed = truth.copy()
    fringed[20:40, 40, :3] = (30, 200, 30)
    assert measures(truth, fringed).rim > 5
    assert measures(truth, fringed).mae == 0


def test_colours_under_no_alpha_make_no_difference() -> None:
    strange = square()
    strange[strange[..., 3] == 0] = (90, 10, 250, 0)
    assert measures(square(), strange).rim == 0


def test_the_photo_is_the_truth_laid_on_its_ground_wherever_there_is_no_shadow() -> None:
    layer = drawn.tickets(120)[2].load()
    around = compose.Around("even", (210.0, 214.0, 220.0), "none", noise=0, quality=0)
    made = compose.picture(layer, around, "holes", "hoop", np.random.default_rng(0))
    expected = laid(made.truth, (210, 214, 220))
    assert np.abs(made.pixels.astype(int) - expected).max() <= 1


def test_a_blurred_photo_still_has_an_exact_truth() -> None:
    layer = drawn.tickets(120)[8].load()
    around = compose.Around("even", (240.0, 240.0, 240.0), "none", noise=0, blur=0.7, quality=0)
    made = compose.picture(layer, around, "shadows", "ball", np.random.default_rng(0))
    assert np.abs(made.pixels.astype(int) - laid(made.truth, (240, 240, 240))).max() <= 2


@pytest.mark.parametrize("kind", [kind for kind in compose.SHADOWS if kind != "none"])
def test_every_shadow_darkens_or_mirrors_the_floor_and_leaves_the_truth_alone(kind: str) -> None:
    layer = drawn.tickets(160)[8].load()
    clear, shaded = (
        compose.picture(
            layer,
            compose.Around("even", (225.0,) * 3, shadow, noise=0),
            "shadows",
            "ball",
            np.random.default_rng(3),
        )
        for shadow in ("none", kind)
    )
    assert np.array_equal(clear.truth, shaded.truth)
    floor = clear.truth[..., 3] == 0
    changed = np.abs(clear.pixels.astype(int) - shaded.pixels).max(2) > 4
    assert changed[floor].mean() > 0.01
    assert not changed[clear.truth[..., 3] == 255].any()


def test_the_same_seed_makes_the_same_pictures(small: Path, tmp_path: Path) -> None:
    make.make(make.Stock(drawn.tickets(), []), tmp_path, limit=2, seed=SEED)
    assert rows(tmp_path) == rows(small)
    for row in rows(small):
        assert (tmp_path / row["photo"]).read_bytes() == (small / row["photo"]).read_bytes()


def test_photos_of_nothing_have_an_empty_truth_and_all_others_have_a_product(small: Path) -> None:
    for row in rows(small):
        assert truth_of(row, small)[..., 3].any() == (row["set"] != "nothing")


def test_a_hole_is_ground_that_the_product_surrounds() -> None:
    solid = np.ones((9, 9), np.uint8)
    solid[3:5, 3:6] = 0
    solid[0, 0] = 0
    assert hole_areas(solid) == [6]


def test_intervals_are_counted_over_products() -> None:
    """Forty pictures of two products know no more than the two products."""
    values, products = [0.0] * 20 + [1.0] * 20, ["a"] * 20 + ["b"] * 20
    assert interval(values, products) == (0.0, 1.0)
    low, high = interval(values, [str(k) for k in range(40)])
    assert 0.3 < low < 0.5 < high < 0.7
