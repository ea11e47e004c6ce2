"""The enlargers' training: the truth, what happens to it, and a small net that learns what is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.random import default_rng
from PIL import ImageFont
from toy import ring

from packshot.engines import cards, onnx
from packshot.image.types import RGB
from packshot.training import lettering, segmenter, upscaler
from packshot.training.upscaler import Patches, enlarged

SMALL = {"batch": 4, "workers": 0, "warm": 5, "widths": (12,), "depths": (1,), "size": 32}


def truths() -> upscaler.Truths:
    """Stripes and rings, shrunk from twice the size."""
    return {"clothes": [upscaler.halved(ring(number, side=192)) for number in range(12)]}


def recipe(scale: int, steps: int) -> segmenter.Recipe:
    return replace(upscaler.recipe_for("cpu", scale), steps=steps, **SMALL)


def taught(scale: int, steps: int, out: Path) -> segmenter.Run[upscaler.Upscaler]:
    import torch

    torch.manual_seed(0)
    wanted = recipe(scale, steps)
    run = upscaler.started(wanted)
    segmenter.resume(run, wanted, out, print)
    patches = Patches(truths(), wanted.size, scale)
    segmenter.stage(run, wanted, patches, lambda: ({}, None), out, lambda words: None,
                    lambda share, loss: None, upscaler.losses)  # fmt: skip
    segmenter.save(run, wanted, out)
    return run


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_what_is_missing_and_what_is_there_make_the_truth(scale: int) -> None:
    patches = Patches(truths(), 32, scale)
    for number in range(20):
        small, missing = patches(number)
        assert small.shape == (32 // scale, 32 // scale, 3)
        assert missing.shape == (32, 32, 3)
        again, _ = patches(number)
        assert (small == again).all()
        assert np.abs(missing).max() <= 255


def test_shrunk_and_enlarged_patches_lie_on_each_other() -> None:
    """A mistake of half a pixel would teach the net to move pictures: the mean of what is missing is nothing,
    and a truth without detail misses nothing."""
    slope = np.add.outer(np.arange(96), np.arange(96)).astype(np.uint8)
    even = {"clothes": [np.repeat(slope[..., None], 3, 2)]}
    for scale in (1, 2, 4):
        patches = Patches(even, 32, scale)
        for number in range(40):
            rng = default_rng((0, number))
            truth = patches.truth(rng)
            small = upscaler.by_area(rng, truth, scale) if scale > 1 else truth
            off = truth.astype(int) - enlarged(small, scale)
            assert np.abs(off[8:-8, 8:-8]).max() <= 1


def test_spoilt_pictures_lie_where_they_lay() -> None:
    """Moved by a pixel they would be further from what they show."""
    picture = truths()["clothes"][0]
    for seed in range(60):
        made = upscaler.spoilt(default_rng(seed), picture)
        assert made.shape == picture.shape
        shift, _ = cv2.phaseCorrelate(picture[..., 1].astype(np.float32), made[..., 1].astype(np.float32))
        assert np.hypot(*shift) < 0.3


def test_it_begins_as_the_plain_filter() -> None:
    wanted = recipe(2, 1)
    net = upscaler.new_net(wanted)
    small = truths()["clothes"][0][:40, :40]
    made = upscaler.applied(net, np.ascontiguousarray(small), wanted)
    assert np.abs(made.astype(int) - enlarged(small, 2)).max() <= 8


def test_it_learns_to_be_nearer_to_the_truth_than_a_plain_filter(tmp_path: Path) -> None:
    run = taught(2, 60, tmp_path)
    pairs = upscaler.dev_pairs(truths(), recipe(2, 60))[:24]
    figures, sheet = upscaler.evaluate(run.mean, pairs, recipe(2, 60))
    assert set(figures) == {"area", "bicubic", "spoilt"}
    assert figures["area"] > 0
    assert sheet is not None


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_what_is_shipped_says_what_the_trained_net_says(scale: int, tmp_path: Path) -> None:
    run = taught(scale, 3, tmp_path)
    path = upscaler.ship(run.mean, recipe(scale, 3), tmp_path, {"area": 1.0})
    card = cards.read(path.with_suffix(".toml"))
    assert (card.task, card.scale) == ("upscale", scale)
    assert card.parity < 1e-4
    seen = np.random.default_rng(0).normal(0, 1, (1, 3, 24, 40)).astype(np.float32)
    (missing,) = onnx.any_size(path)(seen)
    assert missing.shape == (1, 3, 24 * scale, 40 * scale)


def test_a_page_of_print_is_drawn_again_by_its_seed(tmp_path: Path) -> None:
    path = tmp_path / "pillow.ttf"
    path.write_bytes(ImageFont.load_default(24).font_bytes)  # type: ignore[union-attr]
    fonts = lettering.Fonts(lettering._font_at(path))
    words = lettering.lexicon()
    pages: list[RGB] = [upscaler.page(default_rng(5), fonts, words, truths()) for _ in range(2)]
    assert (pages[0] == pages[1]).all()
    assert pages[0].shape == (upscaler.PAGE, upscaler.PAGE, 3)
    assert cv2.Laplacian(pages[0], cv2.CV_64F).std() > 5
