"""Two opinions on one drawn photo, and the judge between them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from packshot.engines.base import Opinion
from packshot.image.codec import open_photo
from packshot.image.encode import Encoding, encode
from packshot.image.types import RGB, Grey
from packshot.look import fusion, studio
from packshot.look.fusion import Heard, Side
from packshot.look.subject import Care, Origin, cut

SIDE = 300


def disc(x: int = 150, radius: int = 110) -> Grey:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.circle(mask, (x, 150), radius, 1, -1)
    return mask


def photo(mask: Grey, ground: RGB | None = None) -> RGB:
    pixels = np.full((SIDE, SIDE, 3), 225, np.uint8) if ground is None else ground.copy()
    noise = np.random.default_rng(1).integers(0, 3, pixels.shape, dtype=np.uint8)
    pixels[mask > 0] = (60, 90, 140)
    return pixels - noise


def carpet() -> RGB:
    """Blocks of strong colours: no ground that colour alone could read."""
    blocks = np.random.default_rng(5).integers(20, 220, (30, 30, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(blocks, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST), np.uint8)


class Says:
    """A segmenter that has made up its mind, and counts how often it was asked."""

    name = "says"
    longest_side = 400

    def __init__(self, mask: Grey, sure: float = 0.95, present: float = 1.0) -> None:
        self.mask, self.sure, self.present, self.asked = mask, sure, present, 0

    def segment(self, pixels: RGB) -> Opinion:
        self.asked += 1
        soft = cv2.GaussianBlur(self.mask * np.uint8(255), (0, 0), 2)
        return Opinion(np.asarray(soft, np.uint8), self.sure, present=self.present)


def cut_of(pixels: RGB, segmenter: Says | None, care: Care = Care.NORMAL) -> tuple[float, str, float]:
    """IoU with the disc, whose opinion it is, how sure."""
    made = cut(open_photo(encode(pixels, None, Encoding("png")).data), segmenter, care)
    whole = np.zeros((SIDE, SIDE), np.uint8)
    if not made.box.is_empty:
        whole[made.box.slices] = made.alpha >= 128
    return fusion.overlap(whole, disc()), made.origin, made.confidence


def test_on_an_even_ground_both_agree_and_are_sure():
    score, _, sure = cut_of(photo(disc()), Says(disc()))
    assert score > 0.98
    assert sure > 0.8


def test_on_a_carpet_the_second_opinion_finds_the_goods():
    alone, _, unsure = cut_of(photo(disc(), carpet()), None)
    score, origin, _ = cut_of(photo(disc(), carpet()), Says(disc()))
    assert score > 0.9 > alone
    assert origin in (Origin.ENGINE, Origin.MERGED)
    assert unsure < 0.5


def test_a_wrong_opinion_does_not_spoil_an_even_ground():
    score, _, _ = cut_of(photo(disc()), Says(disc(x=220, radius=40), sure=0.3))
    assert score > 0.98


def test_opinions_that_differ_are_doubted():
    _, _, agreed = cut_of(photo(disc()), Says(disc()))
    _, _, differed = cut_of(photo(disc()), Says(disc(x=230, radius=50), sure=0.9))
    assert differed < agreed


def test_two_that_see_nothing_find_nothing():
    empty = np.zeros((SIDE, SIDE), np.uint8)
    _, origin, _ = cut_of(photo(empty), Says(empty, present=0.02))
    assert origin == Origin.NONE


def test_fast_asks_only_where_the_ground_leaves_doubt():
    on_paper, on_carpet = Says(disc()), Says(disc())
    cut_of(photo(disc()), on_paper, Care.FAST)
    cut_of(photo(disc(), carpet()), on_carpet, Care.FAST)
    assert (on_paper.asked, on_carpet.asked) == (0, 1)


def test_best_asks_more_than_once():
    told = Says(disc())
    score, _, _ = cut_of(photo(disc(), carpet()), told, Care.BEST)
    assert told.asked == 2
    assert score > 0.9


def test_small_goods_are_looked_at_from_near_by():
    told = Says(disc(radius=30))
    cut_of(photo(disc(radius=30), carpet()), told)
    assert told.asked == 2


def test_goods_like_the_ground_are_found_where_the_opinion_sees_them():
    """White on white: the lower half has no edge at all."""
    pixels = np.full((SIDE, SIDE, 3), 245, np.uint8)
    lower = disc().copy()
    lower[:150] = 0
    pixels[disc() > 0] = (150, 160, 170)
    pixels[lower > 0] = 245
    small = studio.shrunk(pixels)
    heard = Heard(cv2.GaussianBlur(disc().astype(np.float32), (0, 0), 2), 0.95, 1.0)
    scene = studio.scene(small, prior=heard.log_odds)
    every = fusion.candidates(scene, small, heard)
    by_side = {one.side: fusion.overlap(one.mask, disc()) for one in every}
    assert by_side[Side.STUDIO] < 0.6
    assert by_side[Side.MERGED] > 0.9


def test_a_thread_that_only_the_studio_saw_is_kept_and_a_broad_shadow_is_not():
    kept = disc(radius=70)
    seen = kept.copy()
    cv2.line(seen, (215, 150), (290, 170), 1, 3)
    cv2.rectangle(seen, (60, 200), (240, 260), 1, -1)
    found = fusion.threads(seen, kept)
    assert found[170, 288] == 1
    assert found[240, 150] == 0


def test_signs_are_as_many_as_the_judge_knows():
    pixels = photo(disc())
    heard = Heard(disc().astype(np.float32), 0.9, 1.0)
    scene = studio.scene(pixels, prior=heard.log_odds)
    every = fusion.candidates(scene, pixels, heard)
    told = fusion.signs(scene, heard, every, every[0])
    assert told.shape == (fusion.SIGNS,)
    assert np.isfinite(told).all()
    assert 0 <= fusion.judge(told) <= 1


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [(disc(), disc(), 1.0), (disc(60, 20), disc(240, 20), 0.0), (disc() * 0, disc() * 0, 1.0)],
)
def test_overlap_is_the_share_of_both(one, other, share):
    assert fusion.overlap(one, other) == share


def test_joints_of_tiles_are_no_wires_and_the_studio_is_not_certain_there():
    floor = np.full((SIDE, SIDE, 3), 225, np.uint8)
    for at in (70, 230):
        cv2.line(floor, (at, 0), (at, SIDE), (120, 115, 105), 2)
        cv2.line(floor, (0, at), (SIDE, at), (120, 115, 105), 2)
    tiled = studio.scene(photo(disc(radius=60), floor))
    assert tiled.is_tiled
    assert studio.settled(tiled, photo(disc(radius=60), floor)).confidence < fusion.CERTAIN


def test_a_cable_that_leaves_the_frame_makes_no_tiles():
    seen = photo(disc(radius=60))
    cv2.line(seen, (150, 150), (299, 20), (40, 40, 40), 2)
    cv2.line(seen, (150, 150), (20, 299), (40, 40, 40), 2)
    assert not studio.scene(seen).is_tiled
