"""`packshot upscale` as users type it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))
from drawn import mug, packed, tree

from packshot.cli.app import build
from packshot.errors import BadOption
from packshot.journey.upscale import size_named

Run = Callable[..., Any]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PACKSHOT_LANG", "en")
    monkeypatch.setenv("COLUMNS", "160")

    def invoke(*words: object, code: int = 0) -> Any:
        result = CliRunner().invoke(build(), ["upscale", *(str(word) for word in words)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return invoke


def test_a_folder_comes_out_whole_and_its_summary_adds_up(run: Run, tmp_path: Path) -> None:
    source = tree(tmp_path / "in", {"a.png": mug(side=60), "sub/b.png": mug(side=300), "c.jpg": b"no photo"})
    words = (source, "--out", tmp_path / "out", "--to", "120x160", "--jobs", 1)
    told = run(*words, code=1).stdout
    assert "3 photos = failed 1, enlarged 1, left as it is 1." in told
    assert "60×60 → 120×120 px, 2.00×." in told
    assert "It is 300×300 px already." in told
    with Image.open(tmp_path / "out" / "a_upscaled.png") as made:
        assert made.size == (120, 120)
    assert (tmp_path / "out" / "sub" / "b_upscaled.png").read_bytes() == mug(side=300)
    assert "2 were done by an earlier run" in run(*words, code=1).stdout


def test_twice_is_the_default_and_all_well_exits_with_zero(run: Run, tmp_path: Path) -> None:
    archive = packed(tmp_path / "p.zip", {"../red/1.png": mug(side=40)})
    run(archive, "--out", tmp_path / "out", "--quiet")
    with Image.open(tmp_path / "out" / "red" / "1_upscaled.png") as made:
        assert made.size == (80, 80)
    (line,) = map(json.loads, (tmp_path / "out" / "upscaled.jsonl").read_text("utf-8").splitlines())
    assert line["status"] == "upscaled"


def test_a_photo_too_small_says_so_in_russian(run: Run, tmp_path: Path) -> None:
    tree(tmp_path, {"a.png": mug(side=60)})
    told = run(
        tmp_path / "a.png", "--out", tmp_path / "out", "--to", "1600х1600", "--lang", "ru", code=1
    ).stdout
    assert "Слишком маленькое: 60×60 px" in told
    assert "26,67" in told
    assert "Попросите у продавца фото крупнее" in " ".join(told.split())


def test_pictures_beside_their_photo_are_not_enlarged_again(run: Run, tmp_path: Path) -> None:
    tree(tmp_path, {"a.png": mug(side=40)})
    run(tmp_path / "a.png", "--out", tmp_path, "--quiet")
    assert "1 picture of an earlier run" in run(f"{tmp_path}/*.png", "--out", tmp_path).stderr
    assert not list(tmp_path.glob("*_upscaled_upscaled*"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "large"], "1600x1600"),
        (["--to", "1600"], "1600x1600"),
        (["--to", "0x0"], "no size for a photo"),
        (["--to", "99999x99999"], "25 megapixels"),
        (["--to", "9x9", "--factor", "2"], "Give one of them"),
        (["--factor", "5"], "from 1 to 4"),
        (["--factor", "0"], "from 1 to 4"),
        (["--factor", "nan"], "from 1 to 4"),
        (["--engine", "lanczos"], "upscale_lanczos, upscale_net"),
        (["--engine", "segment_net"], "upscale_lanczos, upscale_net"),
        (["--format", "tiff"], "jpeg, png, webp, avif"),
    ],
)
def test_a_wrong_word_is_told_and_exits_with_two(
    run: Run, tmp_path: Path, words: list[str], said: str
) -> None:
    tree(tmp_path, {"a.png": mug(side=40)})
    result = run(tmp_path / "a.png", "--out", tmp_path / "out", *words, code=2)
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "text", ["1200x1600", "1200X1600", "1200×1600", "1200х1600", " 1200 x 1600 ", "1200*1600"]
)
def test_any_cross_stands_between_width_and_height(text: str) -> None:
    assert size_named(text) == (1200, 1600)


@pytest.mark.parametrize("text", ["", "x", "12x", "-1x5", "1e3x5", "١٢x٣", "1200x1600x3", "9" * 400 + "x1"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(BadOption):
        size_named(text)
