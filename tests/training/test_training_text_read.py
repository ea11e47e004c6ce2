"""The text reader's training: what lines say and where they lie, and a small net that learns to read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.random import default_rng
from PIL import ImageFont

from packshot.engines.text_read import ALPHABET, TALL, WIDTHS, straightened
from packshot.errors import BadSource
from packshot.training import lettering, segmenter, text_read
from packshot.training.lettering import Bend, Font, Fonts, Look
from packshot.training.segmenter import Recipe

RECIPE = replace(
    text_read.recipe_for("cpu"),
    steps=6,
    batch=2,
    warm=5,
    workers=0,
    widths=(8, 8, 16, 16),
    depths=(0, 0, 1, 0),
    attention=1,
)


@pytest.fixture(scope="module")
def font(tmp_path_factory: pytest.TempPathFactory) -> Font:
    """The one that Pillow brings: these tests ask no machine for its fonts."""
    path = tmp_path_factory.mktemp("fonts") / "pillow.ttf"
    own = ImageFont.load_default(24)
    assert isinstance(own, ImageFont.FreeTypeFont)
    path.write_bytes(own.font_bytes)
    (found,) = lettering._font_at(path)
    return found


@pytest.fixture(scope="module")
def fonts(font: Font) -> Fonts:
    return Fonts([font])


# ── what lines say ──────────────────────────────────────────────────────────────────────────────────────────


@given(seed=some.integers(0, 10_000), language=some.sampled_from(["ru", "en"]), longest=some.integers(1, 40))
@settings(deadline=None)
def test_a_phrase_can_be_read_by_the_network_and_is_no_longer_than_asked(
    seed: int, language: str, longest: int
) -> None:
    words = lettering.lexicon()
    text = lettering.phrase(default_rng(seed), language, words, longest)
    assert 1 <= len(text) <= max(longest, 5)
    assert set(text) <= set(ALPHABET)
    assert text == text.strip()
    assert text == lettering.phrase(default_rng(seed), language, words, longest)


def test_every_letter_is_drawn_sooner_or_later() -> None:
    rng, words = default_rng(0), lettering.lexicon()
    seen = {letter for _ in range(2500) for language in ("ru", "en")
            for letter in lettering.phrase(rng, language, words)}  # fmt: skip
    assert set(ALPHABET) <= seen


def test_titles_are_words_too(tmp_path: Path) -> None:
    import gzip

    with gzip.open(tmp_path / "train.tsv.gz", "wt", encoding="utf8") as lines:
        lines.write("title\tlang\nЛампа настольная ☀ 40 Вт\tru\n")
    words = lettering.lexicon(tmp_path)
    assert words.titles["ru"] == (
        "Лампа настольная  40 Вт",
    )  # a sign that the network does not know is left out
    said = {lettering.phrase(default_rng(seed), "ru", words) for seed in range(60)}
    assert any("настольная" in text for text in said)


# ── fonts ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_font_without_a_letter_is_not_asked_to_draw_it(fonts: Fonts) -> None:
    assert fonts.pick(default_rng(0), "SALE 50%") is not None
    assert fonts.pick(default_rng(0), "СКИДКА") is None


def test_too_few_fonts_say_what_to_install(tmp_path: Path, font: Font) -> None:
    (tmp_path / "own.ttf").write_bytes(Path(font.path).read_bytes())
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    with pytest.raises(BadSource, match="0 font families") as told:
        lettering.installed([tmp_path])
    assert "apt-get install fonts-" in str(told.value.cure)


def test_cuts_of_one_hand_stand_on_one_side_of_the_split(font: Font) -> None:
    named = [
        replace(font, family=family) for family in ("PT Sans", "PT Serif", "Roboto", "Play", "Noto Sans")
    ]
    train, val = lettering.split(named)
    assert train.names == ["noto", "roboto"]
    assert val.names == ["play", "pt"]


# ── where lines lie ─────────────────────────────────────────────────────────────────────────────────────────

INK = Look((0.0, 0.0, 0.0))


@pytest.mark.parametrize(
    "how",
    [
        INK,
        replace(INK, angle=33.0),
        replace(INK, angle=-90.0),
        replace(INK, tilt=(0.1, 0.0, -0.1, 0.15, 0.0, 0.1, 0.1, -0.1)),
        replace(INK, bend=Bend("cylinder", 1.6, 0.9)),
        replace(INK, bend=Bend("arc", 1.2)),
        replace(INK, bend=Bend("arc", -1.2), angle=20.0),
    ],
)
def test_the_outline_hugs_the_ink_however_the_line_lies(font: Font, how: Look) -> None:
    paper = np.full((420, 420, 3), 255, np.uint8)
    laid = lettering.laid(default_rng(1), paper, "Hug the ink", font, 36, how=how, at=(210, 210))
    assert laid is not None
    ink = laid.picture[..., 0] < 128
    inside = np.zeros(ink.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(np.array(laid.outline)).astype(np.int32)], 1)
    near = cv2.dilate(inside, np.ones((3, 3), np.uint8))
    assert ink.any()
    assert not (ink & (near == 0)).any()
    shrunk = cv2.erode(inside, np.ones((15, 15), np.uint8))
    assert (ink & (shrunk == 0)).any()  # no wider than it must be
    assert (paper == 255).all()  # the picture that was given stays as it was


def test_what_is_laid_bent_is_unrolled_as_if_it_were_flat(font: Font) -> None:
    paper = np.full((420, 420, 3), 255, np.uint8)

    def strip(how: Look) -> np.ndarray:
        laid = lettering.laid(default_rng(1), paper, "UNROLLED", font, 40, how=how, at=(210, 210))
        assert laid is not None
        return cv2.resize(straightened(laid.picture, np.array(laid.outline)), (160, TALL)).astype(float)

    flat = strip(INK)
    for how in (
        replace(INK, angle=70.0),
        replace(INK, bend=Bend("cylinder", 1.2, 0.8)),
        replace(INK, bend=Bend("arc", 1.0)),
    ):
        assert np.corrcoef(flat[..., 0].ravel(), strip(how)[..., 0].ravel())[0, 1] > 0.8


def test_a_line_that_has_no_room_is_not_laid(font: Font) -> None:
    small = np.zeros((20, 60, 3), np.uint8)
    assert lettering.laid(default_rng(0), small, "far too long for this", font, 18) is None


@given(seed=some.integers(0, 100_000))
@settings(deadline=None, max_examples=40)
def test_a_line_by_chance_lies_within_its_picture(seed: int, font: Font) -> None:
    picture = np.full((200, 260, 3), 120, np.uint8)
    laid = lettering.laid(default_rng(seed), picture, "-50 %", font, 24)
    if laid is None:
        return
    points = np.array(laid.outline)
    assert len(points) >= 4
    assert len(points) % 2 == 0
    assert (points >= 0).all()
    assert (points <= [260, 200]).all()


# ── learning ────────────────────────────────────────────────────────────────────────────────────────────────


def test_lines_of_a_batch_are_as_wide_as_each_other_and_come_again_the_same(fonts: Fonts) -> None:
    lines = text_read.Lines(fonts, lettering.lexicon(), text_read.grounds(None), 4, seed=3, easy=40)
    widths = set()
    for batch in range(12):
        strips = [lines(batch * 4 + k) for k in range(4)]
        (width,) = {strip.shape[1] for strip, _ in strips}
        widths.add(width)
        assert all(strip.shape == (TALL, width, 3) and truth.any() for strip, truth in strips)
    assert len(widths) > 1
    again = lines(17)
    assert all((a == b).all() for a, b in zip(lines(17), again, strict=True))


def test_distance_counts_letters_to_change() -> None:
    assert text_read.distance("СКИДКА", "СКИДКА") == 0
    assert text_read.distance("", "abc") == 3
    assert text_read.distance("kitten", "sitting") == 3


def trained(fonts: Fonts, out: Path, recipe: Recipe) -> Path:
    out.mkdir(exist_ok=True)
    return text_read.train(None, (fonts, fonts), out, recipe, tell=lambda words: None)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_read, "DEV_LINES", 6)


@pytest.mark.usefixtures("few")
def test_a_run_leaves_a_network_that_the_runtime_reads_with(fonts: Fonts, tmp_path: Path) -> None:
    from packshot.engines import cards
    from packshot.engines.onnx import session

    path = trained(fonts, tmp_path / "run", RECIPE)
    card = cards.read(path.with_suffix(".toml"))
    assert (card.task, card.input) == ("read_text", (TALL, WIDTHS[-1]))
    chances = session(path, (1, 3, TALL, 128))(np.zeros((1, 3, TALL, 128), np.float32))[0]
    assert chances.shape == (1, 32, len(ALPHABET) + 1)
    np.testing.assert_allclose(chances.sum(2), 1, atol=0.02)
    assert (tmp_path / "run" / "dev.jpg").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("few")
def test_a_run_that_was_stopped_gives_the_same_network(fonts: Fonts, tmp_path: Path) -> None:
    whole = trained(fonts, tmp_path / "whole", RECIPE)
    seen: list[float] = []

    class StopError(Exception):
        pass

    def stop(share: float, loss: float) -> None:
        seen.append(share)
        if len(seen) == 3:
            raise StopError

    out = tmp_path / "stopped"
    out.mkdir()
    recipe = replace(RECIPE, save_minutes=0)
    with pytest.raises(StopError):
        text_read.train(None, (fonts, fonts), out, recipe, lambda words: None, stop)
    assert trained(fonts, out, recipe).read_bytes() == whole.read_bytes()


def test_a_small_net_learns_one_word(fonts: Fonts) -> None:
    """The loss falls by far more than chance: net, loss and truth belong together."""
    import torch

    torch.manual_seed(0)
    recipe = replace(RECIPE, steps=60, rate=5e-3)
    run = text_read.started(recipe)
    lines = text_read.Lines(fonts, lettering.lexicon(), text_read.grounds(None), 4, easy=10**9)
    strips, truths = zip(*(lines(number) for number in range(4)), strict=True)
    seen, truth = torch.from_numpy(np.stack(strips)), torch.from_numpy(np.stack(truths))
    x, y = segmenter.prepared(seen, truth, "cpu")
    lost = [segmenter.step(run, recipe, x, y, text_read.losses)["ctc"] for _ in range(60)]
    assert lost[-1] < 0.3 * lost[0]
