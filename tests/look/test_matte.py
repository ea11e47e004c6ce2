"""A coarse outline carried to full size: closer to the truth than its blur, on any ground."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packshot.image.types import RGB, Grey
from packshot.look import matte
from packshot.look.edges import Fine

SIDE, FINER, COARSE = 1200, 4, 256
"""The coarse answer is 4.7 times smaller than the photo: a network's 384 for 1800 px."""

Pen = Callable[[Grey], None]


def at(*numbers: float) -> tuple[int, ...]:
    """Shares of the side as places for OpenCV's drawing."""
    return tuple(round(n * SIDE * FINER) for n in numbers)


def disc(fine: Grey) -> None:
    cv2.circle(fine, at(0.5, 0.5), at(0.27)[0], 255, -1)


def ring(fine: Grey) -> None:
    """A band of 9 px: two pixels of the coarse answer."""
    cv2.circle(fine, at(0.5, 0.5), at(0.3)[0], 255, 9 * FINER)


def wire(fine: Grey) -> None:
    """A box that hangs on cords of 3 px, less than one pixel of the coarse answer."""
    cv2.rectangle(fine, at(0.35, 0.5), at(0.65, 0.75), 255, -1)
    for x in (0.4, 0.6):
        cv2.line(fine, at(x, 0.5), at(0.5, 0.15), 255, 3 * FINER)


def fringe(fine: Grey) -> None:
    """Threads of 2 to 3 px below a cloth."""
    cv2.rectangle(fine, at(0.25, 0.2), at(0.75, 0.6), 255, -1)
    rng = np.random.default_rng(1)
    for x in np.linspace(0.26, 0.74, 45):
        end = at(x + rng.normal(0, 0.01), 0.6 + rng.uniform(0.05, 0.12))
        cv2.line(fine, at(x, 0.6), end, 255, int(rng.integers(2 * FINER, 3 * FINER + 1)))


def alpha_of(pen: Pen) -> Grey:
    fine = np.zeros((SIDE * FINER, SIDE * FINER), np.uint8)
    pen(fine)
    return cv2.resize(fine, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def coarse_of(alpha: Grey, shape: tuple[int, int] = (COARSE, COARSE)) -> Grey:
    return cv2.GaussianBlur(cv2.resize(alpha, shape, interpolation=cv2.INTER_AREA), (0, 0), 1.0)


def carpet(side: int = SIDE) -> RGB:
    """Checks and weave, brighter to the right."""
    ys, xs = np.mgrid[0:side, 0:side].astype(np.float32)
    checks = 14 * np.sign(np.sin(xs / 13) * np.sin(ys / 17)) + 6 * np.sin(xs * 1.7) * np.sin(ys * 1.3)
    grey = 170 + checks + 30 * xs / side
    return np.clip(grey[..., None] + np.array([6, 0, -18], np.float32), 0, 255).astype(np.uint8)


def paper(side: int = SIDE) -> RGB:
    return np.full((side, side, 3), (226, 224, 220), np.uint8)


def photo(alpha: Grey, ground: RGB) -> tuple[RGB, RGB]:
    """A blue product with shading and a little grain, on the ground; and its own colours."""
    h, w = alpha.shape
    xs = np.linspace(-25, 25, w, dtype=np.float32)[None, :, None]
    own = np.broadcast_to(np.array([40, 70, 130], np.float32) + xs, (h, w, 3))
    share = alpha[..., None] / np.float32(255)
    grain = np.random.default_rng(0).normal(0, 1.5, (h, w, 1))
    seen = np.clip(own * share + ground * (1 - share) + grain, 0, 255)
    return seen.astype(np.uint8), own.astype(np.uint8)


def whole(fine: Fine, shape: tuple[int, int]) -> Grey:
    alpha = np.zeros(shape, np.uint8)
    alpha[fine.box.slices] = fine.alpha
    return alpha


def error(one: Grey, other: Grey) -> float:
    return float(np.abs(one.astype(np.float32) - other).sum())


@pytest.mark.parametrize("ground", [paper, carpet])
@pytest.mark.parametrize(("pen", "factor"), [(disc, 20), (ring, 15), (wire, 5), (fringe, 3)])
def test_full_size_alpha_is_times_closer_to_the_truth_than_the_enlarged_one(
    pen: Pen, factor: float, ground: Callable[[], RGB]
) -> None:
    truth = alpha_of(pen)
    coarse = coarse_of(truth)
    fine = matte.refine(photo(truth, ground())[0], coarse)
    assert fine is not None
    enlarged = cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)
    gain = error(enlarged, truth) / error(whole(fine, truth.shape), truth)
    assert gain >= factor


@pytest.mark.parametrize("pen", [disc, wire, fringe])
def test_old_ground_leaves_the_rim(pen: Pen) -> None:
    truth = alpha_of(pen)
    seen, own = photo(truth, paper())
    fine = matte.refine(seen, coarse_of(truth))
    assert fine is not None
    rim = (truth[fine.box.slices] > 25) & (truth[fine.box.slices] < 230) & (fine.alpha > 25)
    own, seen = own[fine.box.slices][rim].astype(int), seen[fine.box.slices][rim].astype(int)
    assert np.abs(fine.colours[rim] - own).mean() < 0.3 * np.abs(seen - own).mean()


def test_sure_inside_and_outside_stay_as_they_are() -> None:
    truth = alpha_of(disc)
    seen, _ = photo(truth, carpet())
    seen.setflags(write=False)
    fine = matte.refine(seen, coarse_of(truth))
    assert fine is not None
    deep = cv2.erode(truth, np.ones((41, 41), np.uint8))[fine.box.slices] == 255
    far = cv2.dilate(truth, np.ones((41, 41), np.uint8))[fine.box.slices] == 0
    assert (fine.alpha[deep] == 255).all()
    assert (fine.colours[deep] == seen[fine.box.slices][deep]).all()
    assert (fine.alpha[far] == 0).all()


def test_the_box_holds_the_whole_product_and_little_more() -> None:
    truth = alpha_of(fringe)
    fine = matte.refine(photo(truth, carpet())[0], coarse_of(truth))
    assert fine is not None
    rows, columns = np.nonzero(truth)
    box = fine.box
    assert box.left <= columns.min() < box.left + 60
    assert box.top <= rows.min() < box.top + 60
    assert box.right - 60 < columns.max() + 1 <= box.right
    assert box.bottom - 60 < rows.max() + 1 <= box.bottom
    assert fine.alpha.shape == fine.colours.shape[:2] == (box.height, box.width)


def test_a_clear_wall_keeps_what_the_network_said() -> None:
    """Calm alpha inside the outline is glass: nothing there is sharpened away."""
    truth = (alpha_of(disc) * 0.4).astype(np.uint8)
    fine = matte.refine(photo(truth, carpet())[0], coarse_of(truth))
    assert fine is not None
    inside = cv2.erode(truth, np.ones((81, 81), np.uint8))[fine.box.slices] > 0
    assert np.abs(fine.alpha[inside].astype(int) - 102).max() <= 12


def test_grain_makes_no_holes() -> None:
    truth = alpha_of(disc)
    seen, _ = photo(truth, carpet())
    noise = np.random.default_rng(2).normal(0, 12, seen.shape)
    fine = matte.refine(np.clip(seen + noise, 0, 255).astype(np.uint8), coarse_of(truth))
    assert fine is not None
    solid = (whole(fine, truth.shape) >= 128).astype(np.uint8)
    assert cv2.connectedComponents(1 - solid, connectivity=4)[0] == 2  # the ground, and label 0
    assert cv2.connectedComponents(solid)[0] == 2


def test_a_squeezed_answer_comes_to_lie_where_the_photo_has_it() -> None:
    truth = alpha_of(disc)[200:1000]
    seen, _ = photo(truth, carpet()[200:1000])
    fine = matte.refine(seen, coarse_of(truth, (COARSE, COARSE)))
    assert fine is not None
    found, there = whole(fine, truth.shape) >= 128, truth >= 128
    assert (found & there).sum() / (found | there).sum() > 0.995


def test_a_product_that_the_frame_cuts_reaches_the_frame() -> None:
    truth = alpha_of(disc)[:, 601:]  # an odd number of columns: the last blocks are not whole
    fine = matte.refine(photo(truth, carpet()[:, 601:])[0], coarse_of(truth))
    assert fine is not None
    assert fine.box.left == 0
    assert error(fine.alpha[:, 0], truth[fine.box.slices][:, 0]) < 0.02 * 255 * fine.box.height


def test_nothing_is_found_in_an_empty_answer() -> None:
    assert matte.refine(carpet(300), np.zeros((COARSE, COARSE), np.uint8)) is None


def test_a_product_that_fills_the_frame_is_left_alone() -> None:
    fine = matte.refine(carpet(301), np.full((COARSE, COARSE), 255, np.uint8))
    assert fine is not None
    assert (fine.alpha == 255).all()
    assert (fine.colours == carpet(301)).all()


def test_tiles_leave_no_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    """All at once is the slow twin; running sums may round one level otherwise."""
    truth = alpha_of(fringe)
    seen, _ = photo(truth, carpet())
    tiled = matte.refine(seen, coarse_of(truth))
    monkeypatch.setattr(matte, "TILE", 100_000)
    at_once = matte.refine(seen, coarse_of(truth))
    assert tiled is not None
    assert at_once is not None
    assert cv2.absdiff(tiled.alpha, at_once.alpha).max() <= 1


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    side=st.integers(1, 40),
    kind=st.sampled_from(["noise", "dot", "half", "full"]),
    seed=st.integers(0, 9),
)
def test_any_answer_on_any_photo_is_refined_alike_each_time(
    width: int, height: int, side: int, kind: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    pixels = rng.integers(0, 256, (height, width, 3), np.uint8)
    alpha = np.zeros((side, side), np.uint8)
    if kind == "noise":
        alpha = rng.integers(0, 256, (side, side), np.uint8)
    elif kind == "dot":
        alpha[side // 2, side // 2] = 255
    else:
        alpha[:, : side // 2 + 1 if kind == "half" else side] = 255
    first, second = matte.refine(pixels, alpha), matte.refine(pixels, alpha)
    if first is None or second is None:
        assert alpha.max() < matte.FAINT
        return
    assert first.box == second.box
    assert first.alpha.dtype == np.uint8
    assert first.alpha.shape == first.colours.shape[:2] == (first.box.height, first.box.width)
    assert (first.alpha == second.alpha).all()
    assert (first.colours == second.colours).all()
