"""The detector of rapidocr's wheel, run by our own lines."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from fact_pictures import ground, noisy, odd_photos, write

from packshot.engines import rapidocr
from packshot.engines.base import ENGINES
from packshot.engines.rapidocr import RapidOcr
from packshot.errors import WeightsMissing
from packshot.image.types import Box, size_of

RED = (200, 20, 20)


@pytest.fixture(scope="module")
def finder() -> RapidOcr:
    return RapidOcr()


def ink_box(pixels: np.ndarray) -> Box:
    x, y, width, height = cv2.boundingRect((pixels.min(axis=2) < 128).astype(np.uint8))
    return Box(x, y, x + width, y + height)


@pytest.mark.parametrize("words", ["СКИДКА −50%", "Новинка сезона", "SALE", "хлопок 95 %"])
@pytest.mark.parametrize("side", [400, 700, 1800])
def test_a_line_is_found_where_it_was_drawn(finder: RapidOcr, words: str, side: int) -> None:
    pixels = ground(side, side)
    write(pixels, words, (side // 10, side // 2), RED, side // 14)
    drawn = ink_box(pixels)
    found = Box.around([line.box for line in finder.find(pixels)])
    assert found is not None
    assert found.meet(drawn).area > 0.97 * drawn.area
    assert found.area < 2.4 * drawn.area


def test_a_line_that_climbs_tells_its_angle(finder: RapidOcr) -> None:
    pixels = ground(600, 600)
    write(pixels, "РАСПРОДАЖА ЛЕТА", (60, 320), RED, 44)
    turned = cv2.warpAffine(
        pixels, cv2.getRotationMatrix2D((300, 300), 20, 1), (600, 600), borderValue=(255, 255, 255)
    )
    angles = [line.angle for line in finder.find(turned)]
    assert any(abs(angle + 20) < 4 for angle in angles), angles


@pytest.mark.parametrize("name", odd_photos())
def test_odd_photos_hold_no_text(finder: RapidOcr, name: str) -> None:
    assert finder.find(odd_photos()[name]) == ()


def test_boxes_stay_inside_the_photo(finder: RapidOcr) -> None:
    pixels = ground(500, 300)
    write(pixels, "КРАЙ КРАЙ КРАЙ КРАЙ", (-30, 295), RED, 60)
    lines = finder.find(noisy(pixels, 3))
    assert lines
    assert all(line.box == line.box.inside(size_of(pixels)) for line in lines)


def test_threads_share_the_one_session(finder: RapidOcr) -> None:
    pixels = ground(400, 400)
    write(pixels, "СКИДКА", (60, 200), RED, 40)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: RapidOcr().find(pixels), range(8)))
    assert all(answer == finder.find(pixels) for answer in answers)


def test_it_is_found_by_its_name() -> None:
    assert ENGINES["rapidocr"].kind == "text_finder"


def test_nothing_is_printed_and_no_logger_is_touched() -> None:
    code = (
        "import logging, numpy as np; before = list(logging.root.handlers)\n"
        "from packshot.engines.rapidocr import RapidOcr\n"
        "RapidOcr().find(np.zeros((64, 64, 3), np.uint8))\n"
        "assert logging.root.handlers == before\n"
        "import sys; assert 'rapidocr' not in sys.modules, 'its own code was imported'\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_without_the_wheel_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rapidocr, "find_spec", lambda _: None)
    with pytest.raises(WeightsMissing) as missing:
        rapidocr._weights()
    assert "pip install" in str(missing.value.cure)
