"""The judge reads any folder of pairs, asks any engine, and writes only its own part of the page."""

from __future__ import annotations

from pathlib import Path

import mended
import numpy as np
import pytest
import quality
from judge import page, scores, tables
from judge.scores import Score
from PIL import Image
from sets import drawn, make
from sets.measure import Measures
from sets.pairs import pairs


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One drawn picture of every named set."""
    out = tmp_path_factory.mktemp("named")
    make.make(make.Stock(drawn.tickets(160), []), out, limit=1, seed=5)
    return out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a shop's review leaves: photos and grey masks of the same names."""
    for part in ("photos", "masks"):
        (tmp_path / "shop" / part).mkdir(parents=True)
    for k in range(4):
        mask = np.zeros((90, 120), np.uint8)
        mask[30:60, 30 + k : 80 + k] = 255
        photo = np.where(mask[..., None] > 0, (160, 40, 30), (236, 236, 232)).astype(np.uint8)
        Image.fromarray(photo).save(tmp_path / "shop" / "photos" / f"mug_{k}.png")
        Image.fromarray(mask).save(tmp_path / "shop" / "masks" / f"mug_{k}.png")
    return tmp_path / "shop"


def line(name: str = "mug", iou: float | None = 0.95, engine: str = "packshot", **other: object) -> Score:
    known = None if iou is None else Measures(iou, iou, 0.01, 1.0, iou, iou, 2.0)
    fields = {"set": "even", "confidence": 0.9, "found": True, "how": "studio: even"} | other
    return Score(
        engine=engine, name=name, product=name, ground="even", side=448, claimed=0.2,
        agreement=None, ms=50.0, measures=known, **fields,  # type: ignore[arg-type]
    )  # fmt: skip


def test_photos_and_masks_of_one_name_are_a_pair(folder: Path) -> None:
    found = pairs(folder)
    assert [pair.name for pair in found] == ["mug_0", "mug_1", "mug_2", "mug_3"]
    truth, colours_known = found[0].truth()
    assert not colours_known
    assert truth[45, 50, 3] == 255


def test_a_folder_of_folders_holds_the_pairs_of_all(folder: Path, named: Path) -> None:
    assert len(pairs(folder.parent)) == 4
    assert {pair.set for pair in pairs(named)} == {f"hard {name}" for name in make.NAMES}


def test_a_folder_without_pairs_says_what_it_should_hold(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="photos/NAME"):
        pairs(tmp_path)


def test_a_limit_takes_photos_spread_over_the_set(folder: Path) -> None:
    assert [pair.name for pair in pairs(folder, 2)] == ["mug_0", "mug_3"]


@pytest.mark.parametrize("engine", ["packshot", "studio", "grabcut"])
def test_an_engine_cuts_a_plain_mug_out(folder: Path, engine: str) -> None:
    found = list(scores.scores(pairs(folder, 1), engine))
    assert found[0].found
    assert found[0].measures is not None
    assert found[0].measures.iou > 0.95
    assert found[0].measures.rim is None


def test_scores_are_read_as_they_were_written(tmp_path: Path) -> None:
    some = [line(), line("ground", None, found=False), line("veil", 0.5, engine="studio")]
    for one in some:
        scores.append(one, tmp_path / "scores.csv")
    assert scores.read(tmp_path / "scores.csv") == some


def test_a_run_goes_on_where_it_was_cut_short_and_shows_a_peer_beside(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured, peer = tmp_path / "scores.csv", tmp_path / "isnet.csv"
    scores.append(line("mug_0", 0.12, set="shop"), measured)
    scores.append(line("mug_3", 0.80, set="shop", engine="isnet"), peer)
    wish = ["--pairs", folder, "--limit", "2", "--scores", measured, "--beside", peer]
    command = ["quality.py", *wish, "--page", tmp_path / "page.md", "--sheets", tmp_path / "sheets"]
    monkeypatch.setattr("sys.argv", [str(word) for word in command])
    quality.main()
    assert "| shop | isnet | 1 |" in capsys.readouterr().out
    text = (tmp_path / "page.md").read_text("utf8")
    assert "Aims and where they stand" in text
    assert "Beside IS-Net" in text
    ious = [one.measures.iou for one in scores.read(measured) if one.measures]
    assert ious[0] == 0.12
    assert ious[1] > 0.95
    assert (tmp_path / "sheets" / "packshot-shop.jpg").exists()


def test_a_section_is_written_anew_and_what_a_person_wrote_stays(tmp_path: Path) -> None:
    file = tmp_path / "quality.md"
    file.write_text("# Quality\n\nBy hand, before.\n", encoding="utf8")
    page.put(file, "cut-outs", "first")
    file.write_text(file.read_text("utf8") + "\nBy hand, after.\n", encoding="utf8")
    page.put(file, "cut-outs", "second")
    text = file.read_text("utf8")
    assert text.index("before") < text.index("second") < text.index("after")
    assert "first" not in text


def test_a_fusion_that_spoils_a_good_cut_is_counted() -> None:
    found = {
        "packshot": [line("a", 0.99), line("b", 0.90), line("c", 0.5)],
        "studio": [
            line("a", 0.98, engine="studio"),
            line("b", 0.95, engine="studio"),
            line("c", 0.6, engine="studio"),
        ],
    }
    row = page.aims(found)[-1]
    assert row[0].endswith("(n = 2)")
    assert row[2:] == ["0.500", "no"]


def test_peers_are_compared_on_the_photos_that_all_have_seen() -> None:
    found = [line("a"), line("b"), line("b", engine="isnet")]
    assert [one.name for one in page.on_the_same(found)] == ["b", "b"]


def test_of_empty_photos_the_worst_is_the_surest_find() -> None:
    some = [line(str(k), None, confidence=k / 10) for k in range(4)]
    assert [one.name for one in tables.worst(some, 2)] == ["3", "2"]


def test_a_plain_photo_is_mended_and_told_in_a_table() -> None:
    ticket = drawn.tickets(400)[8]
    found = [mended.mended(ticket, "even")]
    assert found[0].measures.iou > 0.9
    text = mended.section(found)
    assert "| all opaque | 1 |" in text
