"""The training of the text finder: pages and their truth agree, it learns, and it exports what it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.random import Generator
from PIL import ImageFont
from toy import photos

from packshot.engines import cards, text_find
from packshot.training import export, text_pages
from packshot.training import text_find as text_find_training
from packshot.training.lettering import ALPHABET, LATIN, Font, Fonts
from packshot.training.text_find import matched, recipe_for, train
from packshot.training.text_pages import HEIGHT_STEPS, LOWEST_PX, Page, Pages, truth_of

RECIPE = replace(
    recipe_for("cpu"),
    steps=20,
    size=96,
    small=96,
    batch=4,
    workers=0,
    warm=5,
    widths=(8, 8, 16, 16, 16),
    depths=(1, 1, 1, 1),
)
WORDS = ("Sale", "New", "Hit", "Cotton", "Size XL")


def phrase(rng: Generator) -> str:
    return str(rng.choice(WORDS))


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Fonts:
    """The one that lies in Pillow."""
    path = tmp_path_factory.mktemp("fonts") / "pillow.ttf"
    path.write_bytes(ImageFont.load_default(20).font_bytes)  # type: ignore[union-attr]
    return Fonts([Font(str(path), 0, "Pillow", frozenset(ALPHABET) & frozenset(LATIN + " "))])


def said(truth: np.ndarray) -> np.ndarray:
    """What a net that knows the truth would say."""
    core, _, height, cosine, sine = np.moveaxis(truth.astype(np.float32), -1, 0)
    tall = height / HEIGHT_STEPS + np.log2(LOWEST_PX / text_find.UNIT_PX)
    return np.stack([core / 255, tall, (cosine - 127.5) / 127, (sine - 127.5) / 127]).astype(np.float32)


def test_from_the_truth_of_a_page_its_lines_come_back(fonts: Fonts) -> None:
    pages = Pages(photos(6), fonts, phrase, 192)
    drawn = found = right = 0
    kinds: set[str] = set()
    for number in range(30):
        page = pages.page(number)
        lines = [line.outline for line in text_find.lines(said(truth_of(page)))]
        drawn, found = drawn + len(page.lines), found + len(lines)
        right += matched(lines, page.lines)
        kinds.update(page.kinds)
    assert drawn > 40
    assert right >= 0.98 * drawn
    assert right >= 0.98 * found
    assert kinds == {"overlaid", "tilted", "curved", "small", "label"}


def test_a_page_is_the_same_by_number_and_seed(fonts: Fonts) -> None:
    one, other = (Pages(photos(4), fonts, phrase, 96, seed=3) for _ in range(2))
    for number in (5, 0):
        colours, truth = one(number)
        again, truth_again = other(number)
        assert (colours == again).all()
        assert (truth == truth_again).all()


def test_what_nobody_marked_is_not_asked_unless_we_wrote_there() -> None:
    doubt = np.zeros((64, 64), np.uint8)
    doubt[16:48] = 255
    line = np.array([[10, 20], [54, 20], [54, 36], [10, 36]], np.float64)
    care = truth_of(Page(np.zeros((64, 64, 3), np.uint8), doubt, [line]))[..., 1]
    assert care[12, 15] == 255
    assert care[12, 2] == 0
    assert care[2, 2] == 255


def test_lines_too_low_to_read_are_neither_asked_for_nor_forbidden() -> None:
    line = np.array([[10, 20], [54, 20], [54, 24], [10, 24]], np.float64)
    page = Page(np.zeros((64, 64, 3), np.uint8), np.zeros((64, 64), np.uint8))
    page.add(line, "small")
    truth = truth_of(page)
    assert not truth[..., 0].any()
    assert truth[11, 15, 1] == 0


def test_twenty_steps_learn_and_leave_all_that_a_run_should(
    fonts: Fonts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_pages, "_other_finder", lambda side: None)
    monkeypatch.setattr(text_find_training, "DEV_PAGES", 8)
    lost: list[float] = []
    told: list[str] = []
    watch = lambda share, loss: lost.append(loss)  # noqa: E731
    path = train(photos(40), (fonts, fonts), phrase, tmp_path, RECIPE, lambda w: told.append(str(w)), watch)
    assert len(lost) == 20
    assert lost[-1] < lost[0]
    assert {file.name for file in tmp_path.iterdir()} == {
        "dev.jpg", "last.pt", "log.csv", "text_find.onnx", "text_find.toml",
    }  # fmt: skip
    card = cards.read(path.with_suffix(".toml"))
    assert card.task == "find_text"
    assert card.parity <= export.SAME
    assert told[-1].startswith("step 20")
    written = path.read_bytes()
    path.unlink()
    assert train(photos(40), (fonts, fonts), phrase, tmp_path, RECIPE, lambda w: None).read_bytes() == written
