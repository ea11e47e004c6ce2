"""Killed, pulled, filled up: whatever stops a run, the next one goes on and nothing is lost or done twice."""

from __future__ import annotations

import hashlib
import random
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil
import pytest
from job_works import Flaky, Mirror, Photos, Small, accounted, left_behind, pictures, receipts

from packshot.batch.job import Job, run
from packshot.batch.ledger import TABLES
from packshot.batch.local import Local
from packshot.batch.shelf import OPEN, RECEIPTS
from packshot.batch.store import HALVES, Store
from packshot.batch.tally import Tally
from packshot.errors import StoreFailed

PATIENCE = 60.0
"""Seconds until a test gives up; nothing takes that long where it works."""

HOSTILE = {
    "bad.jpg": b"bad",
    "bug.jpg": b"bug",
    "doubt.jpg": b"doubt",
    "empty.jpg": b"",
    "con.jpg": b"reserved",
    "CON.png": b"reserved too",
    unicodedata.normalize("NFC", "чай.jpg"): b"tea",
    unicodedata.normalize("NFD", "чай.png"): b"tea apart",
    "鞋" * 80 + ".jpg": b"a long name",
    "a\nb.jpg": b"two lines",
    "_packshot/receipts/x.jpg": b"in our house",
    "raw\udcff.jpg": b"no text",
}


def drawn(top: Path, count: int, *, deadly: bool = False) -> Path:
    """Photos of some kilobytes, every ninth a twin, hostile ones among them; `deadly`: one ends workers."""
    photos = {f"{n % 4}/{n:04d}.jpg": b"%06d" % (n - n % 9 // 8) * 300 for n in range(count)}
    photos |= {"die.jpg": b"die"} if deadly else {}
    for name, data in {**photos, **HOSTILE}.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return top


def job(source: Path, out: Path, notes: Path | None = None, **how: object) -> Job:
    return Job(Photos(source), Store.at(out), Mirror(notes), shard=5, **how)  # type: ignore[arg-type]


def started(source: Path, out: Path, notes: Path, *options: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        str(Path(__file__).with_name("job_runs.py")),
        str(source),
        str(out),
        str(notes),
    ]
    return subprocess.Popen(
        [*command, *options],
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def grown_to(count: int, notes: Path, process: subprocess.Popen[str]) -> None:
    """Waits until so many photos were begun, or all is over."""
    until(lambda: sum(1 for _ in notes.iterdir()) >= count or process.poll() is not None)


def killed(process: subprocess.Popen[str]) -> None:
    workers = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.kill()
    process.communicate()
    until(lambda: not any(worker.is_running() and worker.status() != "zombie" for worker in workers))


def kill_a_worker(process: subprocess.Popen[str], drawn: random.Random) -> None:
    try:
        workers = [
            one for one in psutil.Process(process.pid).children() if "spawn" in " ".join(one.cmdline())
        ]
        if workers:
            drawn.choice(workers).kill()
    except psutil.NoSuchProcess:
        pass


def alike(one: Path, other: Path) -> None:
    """Pictures byte by byte, and what receipts say of photos."""
    assert pictures(one) == pictures(other)
    columns = ("sha256", "status", "outputs", "folder", "name", "error")
    first, second = receipts(one), receipts(other)
    assert {key: [row[name] for name in columns] for key, row in first.items()} == {
        key: [row[name] for name in columns] for key, row in second.items()
    }


def times_worked(notes: Path) -> dict[str, int]:
    return {note.name: note.stat().st_size for note in notes.iterdir()}


def noted(keys: Iterable[str]) -> list[str]:
    return [hashlib.sha256(key.encode()).hexdigest()[:20] for key in keys]


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_loses_nothing(tmp_path: Path) -> None:
    source, notes, out = drawn(tmp_path / "in", 90, deadly=True), tmp_path / "notes", tmp_path / "out"
    notes.mkdir()
    run(job(source, tmp_path / "calm"), Local(2), Tally())
    drawn_by = random.Random(15)
    stops = sorted(drawn_by.sample(range(3, 85), 6))
    finished_before: dict[str, int] = {}
    for number, stop in enumerate(stops):
        process = started(source, out, notes, "--pause", "0.004", "--flaky", "0.02")
        grown_to(stop, notes, process)
        if number % 3 == 0:
            kill_a_worker(process, drawn_by)
            grown_to(stop + 2, notes, process)
        killed(process)
        again = times_worked(notes)
        assert all(again[name] == count for name, count in finished_before.items())
        finished_before = {name: again[name] for name in noted(receipts(out)) if name in again}
    last = started(source, out, notes)
    _, errors = last.communicate(timeout=PATIENCE)
    assert last.returncode == 0, errors
    accounted(job(source, out), out)
    alike(out, tmp_path / "calm")


def test_ctrl_c_ends_a_run_with_all_that_is_finished_accounted_for(tmp_path: Path) -> None:
    source, notes, out = drawn(tmp_path / "in", 40, deadly=True), tmp_path / "notes", tmp_path / "out"
    notes.mkdir()
    process = started(source, out, notes, "--pause", "0.02", "--shard", "200")
    grown_to(12, notes, process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, errors
    first = receipts(out)
    assert len(first) >= 10
    worked = times_worked(notes)
    run(job(source, out, notes), Local(1), Tally())
    accounted(job(source, out), out)
    assert all(times_worked(notes)[name] == worked[name] for name in noted(first) if name in worked)


def test_workers_end_with_a_run_that_is_killed(tmp_path: Path) -> None:
    source, notes = drawn(tmp_path / "in", 30), tmp_path / "notes"
    notes.mkdir()
    process = started(source, tmp_path / "out", notes, "--pause", "0.05")
    grown_to(3, notes, process)
    assert len(psutil.Process(process.pid).children(recursive=True)) >= 2
    killed(process)  # waits until they are gone


def test_a_power_cut_in_the_middle_of_a_write_is_got_over(tmp_path: Path) -> None:
    source, out = drawn(tmp_path / "in", 20), tmp_path / "out"
    run(job(source, out, limit=8), Local(1, here=True), Tally())
    for folder in (OPEN, HALVES):
        (out / folder).mkdir(exist_ok=True)
    (out / OPEN / "20260101T000000-abc-000001.json").write_text('{"files": {"2/0002.jpg": ["2/00')
    (out / HALVES / ".0002_main_light.txt.x.part").write_bytes(b"half of it")
    (out / RECEIPTS / ".20260101T000000-abc-000001.parquet.x.part").write_bytes(b"PAR1")
    (out / "_packshot" / "run.json").write_text('{"run": "2026')
    run(job(source, out), Local(1, here=True), Tally())
    accounted(job(source, out), out)


@pytest.mark.parametrize("seed", range(3))
def test_a_full_disk_ends_the_run_and_room_lets_it_go_on(tmp_path: Path, seed: int) -> None:
    source, out = drawn(tmp_path / "in", 24), tmp_path / "out"
    needed = 180_000
    full = Small(str(out), room=random.Random(seed).randrange(10_000, needed))
    with pytest.raises(StoreFailed, match=r"no space left.*it goes on from here") as told:
        run(Job(Photos(source), full, Mirror(), shard=5), Local(1, here=True), Tally())
    assert told.value.cure is not None
    before = receipts(out)
    outcome = run(job(source, out), Local(1, here=True), Tally())
    assert accounted(job(source, out), out).keys() > before.keys()
    assert sum(outcome.counted.values()) == sum(outcome.statuses.values())


def test_a_full_disk_of_scratch_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("packshot.batch.ledger.TABLES", f"{TABLES} pragma max_page_count = 12;")
    source, out = drawn(tmp_path / "in", 300), tmp_path / "out"
    with pytest.raises(StoreFailed, match=r"scratch file.*TMPDIR"):
        run(job(source, out), Local(1, here=True), Tally())
    monkeypatch.undo()
    run(job(source, out, limit=5), Local(1, here=True), Tally())


def test_a_place_that_fails_every_tenth_time_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("packshot.batch.store.FIRST_PAUSE", 0.0005)
    random.seed(7)
    source, out = drawn(tmp_path / "in", 60), tmp_path / "out"
    run(job(source, tmp_path / "calm"), Local(1, here=True), Tally())
    flaky = Job(Photos(source), Flaky(str(out)), Mirror(), shard=5)
    run(flaky, Local(1, here=True), Tally())
    accounted(job(source, out), out)
    alike(out, tmp_path / "calm")


def test_a_stopped_run_leaves_its_lists_until_their_photos_are_done(tmp_path: Path) -> None:
    """A run with a limit in between must not forget what is ours."""
    source, out = drawn(tmp_path / "in", 20), tmp_path / "out"
    (out / "3").mkdir(parents=True)
    (out / OPEN).mkdir(parents=True)
    (out / "3" / "0003_main_light.txt").write_bytes(b"of an earlier profile")
    (out / OPEN / "20260101T000000-abc-000001.json").write_text(
        '{"files": {"3/0003.jpg": ["3/0003_main_light.txt", "3/0003_main_dark.txt"]}, "names": {}}'
    )
    run(job(source, out, limit=3), Local(1, here=True), Tally())
    assert left_behind(out) == ["20260101T000000-abc-000001.json"]
    run(job(source, out), Local(1, here=True), Tally())
    assert accounted(job(source, out), out)["3/0003.jpg"]["status"] == "fixed"


def test_a_folder_that_is_called_as_a_picture_costs_one_photo_and_not_the_run(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    for name in ("1.jpg", "1_main_light.txt/2.jpg", "3.jpg"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(name.encode())
    run(job(source, out), Local(1, here=True), Tally())
    statuses = {key: (row["status"], row["error"]) for key, row in receipts(out).items()}
    failed = {key: told for key, told in statuses.items() if told[0] == "failed"}
    assert len(statuses) == 3
    assert list(failed.values()) == [("failed", "refused")]
    assert next(iter(failed)) in ("1.jpg", "1_main_light.txt/2.jpg")


def test_not_even_after_a_crash_is_a_strangers_file_taken_for_ours(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_bytes(name.encode() * 400)
    foreign = out / "c_main_light.txt"
    foreign.parent.mkdir()
    foreign.write_bytes(b"a stranger's")
    full = Small(str(out), room=8_000)
    with pytest.raises(StoreFailed):
        run(Job(Photos(source), full, Mirror(), shard=5), Local(1, here=True), Tally())
    for _ in range(2):
        run(job(source, out), Local(1, here=True), Tally())
        assert foreign.read_bytes() == b"a stranger's"
        assert receipts(out)["c.jpg"]["status"] == "failed"
        assert receipts(out)["b.jpg"]["status"] == "fixed"
