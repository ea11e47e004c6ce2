"""packshot batch as users type it: run, go on, look, decide, recolour, follow a folder."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))
from drawn import mug

from packshot.cli.app import build

Run = Callable[..., Any]


def invoke(*words: object, code: int = 0) -> Any:
    result = CliRunner(env={"PACKSHOT_LANG": "en", "COLUMNS": "120"}).invoke(
        build(), [str(word) for word in words]
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("photos")
    (top / "red").mkdir()
    (top / "mug.png").write_bytes(mug(side=420))
    (top / "red" / "mug.png").write_bytes(mug(side=460))
    (top / "red" / "twin.png").write_bytes(mug(side=460))
    (top / "notes.jpg").write_text("no photo")
    return top


@pytest.fixture(scope="module")
def done(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "fixed"
    told = invoke("batch", photos, out, "--keep", "cutout,shadow", "--workers", 1, code=1)
    assert "4 photos" in told.stderr
    assert "has the bytes of another" in told.stderr
    return out


def receipts(out: Path) -> dict[str, dict[str, Any]]:
    rows = pq.read_table(out / "_packshot" / "receipts").to_pylist()
    assert len({row["key"] for row in rows}) == len(rows)
    return {row["key"]: row for row in rows}


def test_every_photo_has_a_receipt_and_its_pictures(done: Path) -> None:
    rows = receipts(done)
    assert sorted(rows) == ["mug.png", "notes.jpg", "red/mug.png", "red/twin.png"]
    assert rows["notes.jpg"]["status"] == "failed"
    assert {rows["red/twin.png"]["same_as"], rows["red/mug.png"]["same_as"]} in (
        {None, "red/mug.png"},
        {None, "red/twin.png"},
    )
    for key in ("mug.png", "red/mug.png", "red/twin.png"):
        files = [one["file"] for one in rows[key]["outputs"] + rows[key]["layers"]]
        assert len(files) == 4
        assert all((done / file).is_file() for file in files)


def test_failures_are_told_with_cause_and_cure(done: Path) -> None:
    with (done / "_packshot" / "failures.csv").open(encoding="utf-8-sig") as lines:
        (row,) = csv.DictReader(lines)
    assert row["key"] == "notes.jpg"
    assert row["cause"]
    assert row["cure"]
    assert row["where"].endswith("notes.jpg")


def test_the_same_command_again_does_nothing(photos: Path, done: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in done.rglob("*.jpg")}
    told = invoke("batch", photos, done, "--keep", "cutout,shadow", "--workers", 1, code=1)
    assert "4 were done by an earlier run." in told.stderr
    assert {path: path.stat().st_mtime_ns for path in done.rglob("*.jpg")} == before


def test_status_for_people_and_machines(done: Path) -> None:
    assert "4 photos" in invoke("batch", "status", done).stdout
    told = json.loads(invoke("batch", "status", done, "--json").stdout)
    assert told["photos"] == sum(told["statuses"].values()) == 4
    assert told["in_open_shards"] == 0


def test_status_of_an_empty_folder_is_told(tmp_path: Path) -> None:
    assert "There are no receipts" in invoke("batch", "status", tmp_path, code=2).stderr


def test_the_report_is_one_page(done: Path, tmp_path: Path) -> None:
    invoke("batch", "report", done, "--to", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "red/mug.png" in page
    assert "data:image/webp;base64," in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_another_ground_needs_no_photo(photos: Path, done: Path) -> None:
    told = invoke(
        "batch", "recolour", done, "--ground", "#FFFFFF", "--name", "white", "--shadow", 0.5, "--jobs", 1
    )
    assert "Laid on the new ground" in told.stderr
    for key in ("mug.png", "red/mug.png", "red/twin.png"):
        files = {one["variant"]: one["file"] for one in receipts(done)[key]["outputs"]}
        assert sorted(files) == ["dark", "light", "white"]
        assert (done / files["white"]).is_file()
    told = invoke("batch", photos, done, "--keep", "cutout,shadow", "--workers", 1, code=1)
    assert "4 were done by an earlier run." in told.stderr


def test_a_trial_writes_nothing(photos: Path, tmp_path: Path) -> None:
    told = invoke("batch", photos, tmp_path / "out", "--dry-run", "--workers", 1, "--price", 2, "--sample", 2)
    assert "4 photos are listed." in told.stdout
    assert "s of one core a photo" in told.stdout
    assert "Cost:" in told.stdout
    assert not list((tmp_path).rglob("*.jpg"))
    assert not list((tmp_path).rglob("*.parquet"))


def test_a_changed_option_is_said_and_can_be_held_off(photos: Path, tmp_path: Path) -> None:
    run = ("batch", photos / "red", tmp_path, "--workers", 1, "--work", "check")
    assert "Changed" not in invoke(*run).stderr
    assert receipts(tmp_path)["mug.png"]["status"] in ("publish", "fix", "ask_seller", "by_hand")
    told = invoke(*run, "--quality", "fast", "--keep-old").stderr
    assert "Changed since the last run: the options." in told
    assert "2 were done by an earlier run." in told
    assert "2 were done" not in invoke(*run, "--quality", "fast").stderr
    assert '"quality": "fast"' in receipts(tmp_path)["mug.png"]["options"]


def test_a_list_names_skus_and_categories(photos: Path, tmp_path: Path) -> None:
    table = tmp_path / "goods.csv"
    table.write_text(
        f"Артикул;Фото;Категория\nA-1;{photos / 'mug.png'};Посуда > Кружки\nA-2;{photos}/gone.png;\n", "utf-8"
    )
    invoke(
        *("batch", table, tmp_path / "out", "--root", photos, "--work", "check", "--workers", 1),
        *("--columns", "sku=Артикул,url=Фото"),
        code=1,
    )
    rows = {row["sku"]: row for row in receipts(tmp_path / "out").values()}
    assert rows["A-1"]["shelf"] == ["Посуда", "Кружки"]
    assert rows["A-1"]["category"].startswith("home")
    assert rows["A-2"]["status"] == "failed"


def test_decisions_come_back(photos: Path, done: Path, tmp_path: Path) -> None:
    doubtful = [key for key, row in receipts(done).items() if row["status"] == "review"]
    decisions = tmp_path / "decisions.csv"
    decisions.write_text("key,decision\nnowhere.jpg,approve\nmug.png,reject\n", "utf-8")
    told = invoke("batch", "decide", done, decisions, code=1).stderr
    assert "1 decision is about a photo that has no receipt: nowhere.jpg" in told
    if "mug.png" not in doubtful:
        assert "was not up for review" in told


def test_results_among_the_photos_are_refused(photos: Path) -> None:
    assert "is the folder of the photos" in invoke("batch", photos, photos, code=2).stderr


def test_unknown_names_are_told_before_any_work(photos: Path, tmp_path: Path) -> None:
    assert "layer" in invoke("batch", photos, tmp_path / "out", "--keep", "soul", code=2).stderr
    told = invoke("batch", photos, tmp_path / "out", "--columns", "sku", code=2).stderr
    assert "--columns sku names no column" in told


@pytest.mark.slow
def test_a_folder_is_followed_until_ctrl_c(photos: Path, tmp_path: Path) -> None:
    hot, out = tmp_path / "hot", tmp_path / "out"
    hot.mkdir()
    (hot / "first.png").write_bytes((photos / "mug.png").read_bytes())
    words = ("batch", hot, out, "--watch", "--every", "0.2", "--work", "check", "--workers", "1")
    process = subprocess.Popen(
        [sys.executable, "-c", "from packshot.cli.app import main; main()", *map(str, words)],
        env={**os.environ, "PACKSHOT_LANG": "en"},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_for(lambda: len(keys(out)) == 1)
        (hot / "second.png").write_bytes((photos / "red" / "mug.png").read_bytes())
        wait_for(lambda: len(keys(out)) == 2)
    finally:
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert sorted(keys(out)) == ["first.png", "second.png"]


def keys(out: Path) -> list[str]:
    try:
        return [row["key"] for row in pq.read_table(out / "_packshot" / "receipts").to_pylist()]
    except (OSError, ValueError):
        return []


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 90
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.1)
