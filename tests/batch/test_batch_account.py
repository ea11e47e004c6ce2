"""The account: one line a photo, in order; a killed run goes on; nothing that is not ours is touched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from drawn import packed, tree
from works import Copy

from packshot.batch.account import Account
from packshot.batch.names import Item, name_items
from packshot.batch.sources import gather
from packshot.batch.writing import Written, write_all
from packshot.errors import BadOption, Refused

PHOTOS = {"1.png": b"a", "blue/1.jpg": b"b", "red/1.jpg": b"c"}


def do(source: Path, out: Path, jobs: int = 2, options: str = "", pause: float = 0.0) -> list[Written]:
    with Account(out) as account:
        items = name_items(gather([str(source)], out=out).found, taken=account.taken)
        work = Copy(out, options=options, pause=pause)
        written = list(write_all(items, work, account, jobs=jobs))
        account.close([item.origin.where for item in items])
    return written


def lines(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "report.jsonl").read_text("utf-8").splitlines()]


def texts(out: Path) -> dict[str, str]:
    return {path.relative_to(out).as_posix(): path.read_text() for path in sorted(out.rglob("*.txt"))}


def test_every_photo_has_one_line_in_order_and_one_result(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", PHOTOS)
    do(source, tmp_path / "out")
    assert [line["key"] for line in lines(tmp_path / "out")] == ["1.png", "blue/1.jpg", "red/1.jpg"]
    assert texts(tmp_path / "out") == {"1_copy.txt": "a", "blue/1_copy.txt": "b", "red/1_copy.txt": "c"}
    assert not (tmp_path / "out" / "report.jsonl.part").exists()


def test_the_next_run_does_only_what_is_new(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", PHOTOS)
    do(source, tmp_path / "out")
    tree(source, {"green/1.jpg": b"d", "red/1.jpg": b"changed"})
    written = do(source, tmp_path / "out")
    assert {one.line["key"]: one.resumed for one in written} == {
        "1.png": True, "blue/1.jpg": True, "green/1.jpg": False, "red/1.jpg": False,
    }  # fmt: skip
    assert texts(tmp_path / "out")["red/1_copy.txt"] == "changed"
    assert len(lines(tmp_path / "out")) == 4


def test_other_options_do_it_again(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", PHOTOS)
    do(source, tmp_path / "out")
    assert not any(one.resumed for one in do(source, tmp_path / "out", options="!"))
    assert texts(tmp_path / "out")["1_copy.txt"] == "a!"


def test_a_result_that_was_changed_or_deleted_is_made_again(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", PHOTOS)
    do(source, tmp_path / "out")
    (tmp_path / "out" / "1_copy.txt").unlink()
    (tmp_path / "out" / "red" / "1_copy.txt").write_text("spoilt")
    assert sorted(one.line["key"] for one in do(source, tmp_path / "out") if not one.resumed) == [
        "1.png",
        "red/1.jpg",
    ]
    assert texts(tmp_path / "out")["red/1_copy.txt"] == "c"


def test_another_source_into_the_same_folder_takes_nobodys_place(tmp_path: Path) -> None:
    monday, tuesday = (
        tree(tmp_path / "monday", {"1.jpg": b"mo"}),
        tree(tmp_path / "tuesday", {"1.jpg": b"tu"}),
    )
    do(monday, tmp_path / "out")
    do(tuesday, tmp_path / "out")
    assert texts(tmp_path / "out") == {"1_copy.txt": "mo", "tuesday/1_copy.txt": "tu"}
    assert len(lines(tmp_path / "out")) == 2
    assert all(one.resumed for one in [*do(tuesday, tmp_path / "out"), *do(monday, tmp_path / "out")])


def test_a_file_that_is_not_ours_is_never_written_over(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", PHOTOS)
    tree(tmp_path / "out", {"1_copy.txt": b"mine"})
    written = {one.line["key"]: one.line["status"] for one in do(source, tmp_path / "out")}
    assert written == {"1.png": "failed", "blue/1.jpg": "fixed", "red/1.jpg": "fixed"}
    assert (tmp_path / "out" / "1_copy.txt").read_text() == "mine"
    assert [line["key"] for line in lines(tmp_path / "out")] == ["1.png", "blue/1.jpg", "red/1.jpg"]


def test_an_account_that_was_deleted_is_made_again(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", PHOTOS)
    do(source, tmp_path / "out")
    before = (tmp_path / "out" / "report.jsonl").read_bytes()
    (tmp_path / "out" / "report.jsonl").unlink()
    do(source, tmp_path / "out")
    assert (tmp_path / "out" / "report.jsonl").read_bytes() == before


def test_an_account_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", PHOTOS)
    tree(tmp_path / "out", {"report.jsonl": b'{"id": 1}\n'})
    with pytest.raises(BadOption, match="not packshot's"):
        do(source, tmp_path / "out")
    assert (tmp_path / "out" / "report.jsonl").read_bytes() == b'{"id": 1}\n'


def test_a_photo_that_broke_keeps_its_earlier_result_ours(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", {"1.png": b"a", "2.png": b"b"})
    do(source, tmp_path / "out")
    tree(source, {"1.png": b"bug"})
    assert {one.line["status"] for one in do(source, tmp_path / "out")} == {"failed", "fixed"}
    tree(source, {"1.png": b"mended"})
    assert {one.line["status"] for one in do(source, tmp_path / "out")} == {"fixed"}
    assert texts(tmp_path / "out")["1_copy.txt"] == "mended"


def test_a_bug_costs_one_photo(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", {**PHOTOS, "2.png": b"bug"})
    written = {one.line["key"]: one for one in do(source, tmp_path / "out")}
    assert [written[key].line["status"] for key in sorted(written)] == ["fixed", "failed", "fixed", "fixed"]
    assert "bug: ZeroDivisionError" in written["2.png"].line["reasons"][0]["en"]
    assert "Traceback" in written["2.png"].traceback


def test_a_worker_that_dies_costs_one_photo(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", {**PHOTOS, "2.png": b"die", "3.png": b"die once"})
    written = {one.line["key"]: one.line["status"] for one in do(source, tmp_path / "out")}
    assert written == {key: "failed" if key == "2.png" else "fixed" for key in (*PHOTOS, "2.png", "3.png")}
    assert len(lines(tmp_path / "out")) == 5


def test_a_torn_last_line_is_done_again(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", PHOTOS)
    do(source, tmp_path / "out")
    whole = (tmp_path / "out" / "report.jsonl").read_bytes()
    (tmp_path / "out" / "report.jsonl").rename(tmp_path / "out" / "report.jsonl.part")
    (tmp_path / "out" / "report.jsonl.part").write_bytes(whole[:-20])
    assert sorted(one.resumed for one in do(source, tmp_path / "out")) == [False, True, True]
    assert (tmp_path / "out" / "report.jsonl").read_bytes() == whole


def test_the_folder_can_move_with_its_photos(tmp_path: Path) -> None:
    source = tree(tmp_path / "here" / "in", PHOTOS)
    do(source, tmp_path / "here" / "out")
    (tmp_path / "here").rename(tmp_path / "there")
    assert all(one.resumed for one in do(tmp_path / "there" / "in", tmp_path / "there" / "out"))


def test_members_of_a_zip_are_accounted_for(tmp_path: Path) -> None:
    archive = packed(tmp_path / "p.zip", PHOTOS)
    do(archive, tmp_path / "out")
    assert all(one.resumed for one in do(archive, tmp_path / "out"))
    assert len(texts(tmp_path / "out")) == 3


def test_two_runs_into_one_folder_at_once_are_refused(tmp_path: Path) -> None:
    with Account(tmp_path / "out"), pytest.raises(Refused, match="at work"), Account(tmp_path / "out"):
        pass


def test_a_photo_is_never_written_over_by_anothers_result(tmp_path: Path) -> None:
    source = tree(tmp_path, {"1.jpg": b"a", "1_copy.txt": b"mine"})
    with Account(source) as account:
        account.claim(str(source / "x.jpg"), ["1_copy.txt"])  # even if we once meant to write there
        found = gather([str(source / "1.jpg"), str(source / "1_copy.txt")]).found
        written = list(write_all(name_items(found), Copy(source), account, jobs=1))
    assert [one.line["status"] for one in written if one.line["key"].endswith("1.jpg")] == ["failed"]
    assert (source / "1_copy.txt").read_bytes() == b"mine"


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text elsewhere")
def test_a_name_of_bytes_that_are_no_text_is_done_like_any_other(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", PHOTOS)
    with open(os.fsencode(source) + b"/\xff.jpg", "wb") as file:  # noqa: PTH123
        file.write(b"odd")
    do(source, tmp_path / "out")
    assert [line["key"] for line in lines(tmp_path / "out")] == ["1.png", "?.jpg", "blue/1.jpg", "red/1.jpg"]
    assert texts(tmp_path / "out")["__copy.txt"] == "odd"
    assert all(one.resumed for one in do(source, tmp_path / "out"))


SLOW_RUN = """
import sys; sys.path.insert(0, sys.argv[3])
from pathlib import Path
from test_batch_account import do
if __name__ == "__main__":
    do(Path(sys.argv[1]), Path(sys.argv[2]), pause=0.1)
"""


@pytest.mark.skipif(os.name == "nt", reason="kills by SIGKILL")
def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    photos = {f"{number:02d}.jpg": f"photo {number}".encode() for number in range(24)}
    source, out = tree(tmp_path / "in", photos), tmp_path / "out"
    (tmp_path / "run.py").write_text(SLOW_RUN)
    command = [sys.executable, str(tmp_path / "run.py"), str(source), str(out), str(Path(__file__).parent)]
    process = subprocess.Popen(command, start_new_session=True)
    part = out / "report.jsonl.part"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and (not part.exists() or part.read_bytes().count(b'"status"') < 5):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (out / "report.jsonl").exists()
    written = do(source, out)
    assert 5 <= sum(one.resumed for one in written) < 24
    assert [line["key"] for line in lines(out)] == sorted(photos)
    do(source, tmp_path / "whole")
    assert texts(out) == texts(tmp_path / "whole")


def test_names_are_planned_before_anything_is_written() -> None:
    item = Item("red/1.jpg", "red", "1", "1.jpg", None)  # type: ignore[arg-type]
    assert Copy(Path("out")).planned(item) == ("red/1_copy.txt",)
