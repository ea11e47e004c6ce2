"""`packshot duplicates` as users type it."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))
sys.path.insert(0, str(Path(__file__).parents[1] / "look"))
from altered import framed, shirt, smaller
from drawn import tree

from packshot.cli.app import build
from packshot.image.types import RGB


def written(pixels: RGB) -> bytes:
    return cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    return tree(
        tmp_path / "photos",
        {
            "red/front.png": written(smaller(shirt())),
            "blue/front.png": written(framed(shirt())),
            "green/front.png": written(shirt(seed=5)),
        },
    )


def run(*words: object, code: int) -> Result:
    result = CliRunner().invoke(build(), [*map(str, words), "--lang", "en", "-j", "1"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


def test_doubles_are_told_with_their_original(catalogue: Path) -> None:
    result = run("duplicates", catalogue, code=1)
    first, second = result.stdout.splitlines()
    assert "blue/front.png: 600×800 px, the original" in first
    assert "red/front.png: 240×320 px" in second
    assert "the same as blue/front.png" in second
    assert "3 photos, 1 double." in result.stderr


def test_a_table_has_a_row_for_each_photo_of_a_group(catalogue: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("duplicates", catalogue, "--csv", code=1).stdout)))
    assert [(row["photo"], row["role"], row["same_as"]) for row in rows] == [
        ("blue/front.png", "original", ""),
        ("red/front.png", "double", "blue/front.png"),
    ]


def test_machines_get_pairs_with_their_measure(catalogue: Path) -> None:
    document = json.loads(run("duplicates", catalogue, "--json", code=1).stdout)
    (group,) = document["groups"]
    assert document["photos"] == 3
    assert group["pairs"][0]["alike"] >= 0.75
    assert not group["pairs"][0]["mirrored"]


def test_different_photos_end_with_zero(catalogue: Path) -> None:
    assert run("duplicates", catalogue / "green", catalogue / "red", code=0).stdout == ""


def test_a_photo_that_cannot_be_read_is_told_and_counts_as_found(catalogue: Path) -> None:
    (catalogue / "blue" / "front.png").write_bytes(b"no photo")
    result = run("duplicates", catalogue, code=1)
    assert "Not compared: blue/front.png." in result.stderr
