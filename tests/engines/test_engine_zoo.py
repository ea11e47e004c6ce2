"""Any card makes a segmenter: our own network, public ones, a shop's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from tiny_network import card, written

from packshot.engines import cards
from packshot.engines.base import ENGINES
from packshot.engines.zoo import FromCard, settled
from packshot.errors import BadOption, EngineFailed, WeightsMissing
from packshot.image.types import RGB
from packshot.journey.examine import segmenter

TWO = 'told = ["sure", "present"]\n'


def square(height: int = 90, width: int = 60) -> RGB:
    """White on black, in the middle."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3] = 255
    return pixels


@pytest.mark.parametrize("fit", ["squeeze", "letterbox"])
@pytest.mark.parametrize("size", [(90, 60), (30, 120), (1, 1), (64, 64)])
def test_alpha_lies_where_the_product_is_and_has_the_photos_size(
    tmp_path: Path, fit: str, size: tuple[int, int]
) -> None:
    pixels = square(*size)
    opinion = FromCard(card(tmp_path, f'fit = "{fit}"\n')).segment(pixels)
    assert opinion.alpha.shape == size
    assert opinion.alpha.dtype == np.uint8
    off = np.abs(opinion.alpha.astype(int) - pixels[..., 0])
    assert off.mean() < 12  # soft by one pixel of the 32 along the square's rim


def test_doubt_is_kept_and_never_stretched(tmp_path: Path) -> None:
    grey = np.full((40, 40, 3), 128, np.uint8)
    opinion = FromCard(card(tmp_path)).segment(grey)
    assert set(np.unique(opinion.alpha)) == {128}
    assert opinion.unsure is not None
    assert opinion.unsure.min() > 250


def test_only_a_card_that_asks_for_it_stretches(tmp_path: Path) -> None:
    faint = (square() // 5).astype(np.uint8)
    assert FromCard(card(tmp_path, 'answer = "stretch"\n')).segment(faint).alpha.max() == 255
    assert FromCard(card(tmp_path)).segment(faint).alpha.max() <= 52


def test_logits_become_chances(tmp_path: Path) -> None:
    plain = FromCard(card(tmp_path, 'answer = "logit"\n')).segment(square())
    assert plain.alpha.min() == 128  # of logit 0
    assert plain.alpha.max() == round(255 / (1 + np.exp(-1)))


def test_the_brightest_value_can_be_white(tmp_path: Path) -> None:
    faint = (square() // 5).astype(np.uint8)
    assert FromCard(card(tmp_path, 'white = "brightest"\n')).segment(faint).alpha.max() == 255


def test_mean_and_spread_are_of_the_card(tmp_path: Path) -> None:
    plain = card(tmp_path).home.joinpath("tiny.toml").read_text("utf8")
    shifted = plain.replace("[0, 0, 0]", "[0.5, 0.5, 0.5]").replace("[1, 1, 1]", "[0.5, 0.5, 0.5]")
    opinion = FromCard(card(tmp_path, plain=shifted)).segment(np.full((32, 32, 3), 255, np.uint8))
    assert opinion.alpha.min() == 255
    assert (
        FromCard(card(tmp_path, plain=shifted)).segment(np.full((32, 32, 3), 128, np.uint8)).alpha.max() < 3
    )


def test_what_the_network_tells_of_itself_is_told_on(tmp_path: Path) -> None:
    """Half of white: it says 0.5 twice."""
    opinion = FromCard(card(tmp_path, TWO)).segment(np.full((32, 32, 3), 128, np.uint8))
    assert opinion.confidence == pytest.approx(128 / 255, abs=0.01)
    assert opinion.present == pytest.approx(128 / 255, abs=0.01)


def test_a_network_that_tells_nothing_is_judged_by_how_far_it_is_settled() -> None:
    clear = np.zeros((20, 20), np.float32)
    clear[5:15, 5:15] = 1
    assert settled(clear) == pytest.approx(1)
    assert settled(clear * np.float32(0.6)) == pytest.approx(0.6, abs=0.01)
    assert settled(np.zeros((20, 20), np.float32)) == 0
    assert settled(np.full((20, 20), 0.3, np.float32)) == 0


def test_threads_share_one_session(tmp_path: Path) -> None:
    maker = FromCard(card(tmp_path))
    pictures = [square(60 + i, 60) for i in range(8)]
    alone = [maker.segment(pixels).alpha for pixels in pictures]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda pixels: FromCard(maker._card).segment(pixels).alpha, pictures))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


def test_a_card_is_an_engine_by_its_path(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert segmenter(str(path)).name == "tiny"


def test_a_public_network_is_an_engine_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cards.FOLDER, str(tmp_path))
    with pytest.raises(WeightsMissing, match="packshot weights pull u2net"):
        segmenter("u2net")
    with pytest.raises(BadOption, match="isnet-general-use"):
        segmenter("isnet-general")


def test_a_file_that_is_no_network_is_an_error_of_ours(tmp_path: Path) -> None:
    found = card(tmp_path)
    (tmp_path / "tiny.onnx").write_bytes(b"\x08not a network at all")
    with pytest.raises(EngineFailed, match=r"tiny\.onnx"):
        FromCard(found).segment(square())


def test_our_own_network_is_an_engine_and_answers() -> None:
    own = ENGINES["segment_net"].make()
    pixels = np.full((300, 200, 3), 215, np.uint8)
    pixels[60:240, 50:150] = (150, 40, 30)
    opinion = own.segment(pixels)
    assert opinion.alpha.shape == (300, 200)
    assert opinion.alpha[150, 100] > 200
    assert opinion.alpha[10, 10] < 50
    assert 0 < opinion.confidence <= 1
    assert np.array_equal(opinion.alpha, own.segment(pixels).alpha)
