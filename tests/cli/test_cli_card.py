"""`packshot card` as users type it."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))
from drawn import mug, tree

from packshot.cli.app import build


def run(*words: object, code: int) -> Result:
    result = CliRunner().invoke(build(), [*map(str, words), "--lang", "en", "-j", "1", "-p", "base"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    return tree(tmp_path, {"red/1.png": mug(side=520), "blue/1.png": mug((40, 60, 160), side=520)})


def test_each_card_has_its_verdict_and_its_photos_below(cards: Path) -> None:
    lines = run("card", cards, code=0).stdout.splitlines()
    heads = [line for line in lines if line[2:].startswith(("blue:", "red:"))]
    assert len(heads) == 2
    assert "1 photo" in heads[0]
    assert any(line.startswith("  ") and "blue/1.png" in line for line in lines)
    assert any("photo_count" in line for line in lines)


def test_a_table_names_the_card_in_every_row(cards: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("card", cards, "--csv", code=0).stdout)))
    assert {row["card"] for row in rows} == {"blue", "red"}
    assert {row["photo"] for row in rows if row["rule"] == "photo_count"} == {"blue", "red"}


def test_machines_get_one_document_and_errors_count(cards: Path) -> None:
    (cards / "red" / "2.png").write_bytes(b"no photo")
    document = json.loads(run("card", cards, "--json", code=1).stdout)
    by_sku = {one["sku"]: one for one in document["cards"]}
    assert by_sku["red"]["verdict"] == "ask_seller"
    assert [photo["key"] for photo in by_sku["red"]["photos"]] == ["red/1.png", "red/2.png"]
    assert by_sku["blue"]["verdict"] == "publish"


def test_strict_counts_warnings(cards: Path) -> None:
    (cards / "red" / "2.png").write_bytes(mug(side=530))
    result = run("card", cards / "red", "--strict", code=1)
    assert "warning duplicate_photo: The photo is the same as 1.png" in result.stdout
