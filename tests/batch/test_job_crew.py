"""Workers die, stick, swell and answer nonsense: others go on, and each photo is told by its own fault."""

from __future__ import annotations

import multiprocessing
import re
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from job_works import break_by

from packshot.batch import runner
from packshot.batch.crew import Broken, Limits
from packshot.errors import EngineFailed, StoreFailed
from packshot.words import verbatim

LARGE = 3_000_000
"""Bytes of a photo: more than a pipe holds."""


def answers(tasks: Sequence[bytes], limits: Limits = Limits()) -> dict[int, tuple[object, int]]:  # noqa: B008
    told = {}
    for one in runner.run(tasks, worked, jobs=2, limits=limits):
        told[one.index] = (one.answer.code if isinstance(one.answer, Broken) else one.answer, one.attempts)
    assert sorted(told) == list(range(len(tasks)))
    assert not multiprocessing.active_children()
    return told


def worked(task: bytes) -> object:
    first, _, rest = task.partition(b":")
    if first == b"lambda":
        return lambda: first
    if first == b"hold":  # a library that sticks and lets no other thread run
        re.match(rb"(a+)+$", b"a" * 60 + b"b")
    if first == b"once":
        marker = Path(rest.decode())
        there = marker.exists()
        marker.touch()
        break_by(b"fine" if there else b"die", 0)
        return b"fine"
    if first == b"store":
        return StoreFailed(verbatim("no"), verbatim("cure"))
    break_by(task, 0)
    return first[:9]


def test_a_worker_that_dies_costs_its_photo_one_attempt(tmp_path: Path) -> None:
    told = answers([b"1", b"once:%s" % bytes(tmp_path / "died"), b"die", b"2", b"3"])
    assert told == {0: (b"1", 1), 1: (b"fine", 2), 2: ("died", 2), 3: (b"2", 1), 4: (b"3", 1)}


def test_one_that_sticks_in_a_library_is_replaced_while_large_photos_wait_for_it() -> None:
    photos = [b"%d:" % number + b"x" * LARGE for number in range(6)]
    told = answers([photos[0], b"hold:", *photos[1:]], Limits(seconds=1.5))
    assert told[1] == ("too_slow", 2)
    assert [told[index][0] for index in (0, 2, 3, 4, 5, 6)] == [b"0", b"1", b"2", b"3", b"4", b"5"]


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell")
def test_one_that_swells_is_replaced_and_its_neighbours_are_innocent() -> None:
    told = answers([b"1", b"swell", b"2", b"3", b"4"], Limits(memory_bytes=180_000_000))
    assert told[1] == ("too_much_memory", 2)
    assert [told[index] for index in (0, 2, 3, 4)] == [(b"%d" % n, 1) for n in (1, 2, 3, 4)]


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the system does not tell")
def test_workers_that_are_always_too_large_still_do_all() -> None:
    """Each ends after what lies with it; none is given more, and none waits for ever."""
    told = answers([b"%d" % n for n in range(5)], Limits(memory_bytes=30_000_000_000))
    assert len(told) == 5
    told = answers([b"%d" % n for n in range(5)], Limits(memory_bytes=smallest() * 3 // 4))
    assert all(attempts == 1 for _, attempts in told.values())


def smallest() -> int:
    """Bytes of a worker that has done nothing yet."""
    from packshot.batch.crew import Crew

    crew = Crew(worked, 1, Limits())
    end = time.monotonic() + 60
    while not crew.memory_bytes and time.monotonic() < end:
        list(crew.answers(0.05))
    crew.end()
    return crew.memory_bytes


def test_an_answer_that_cannot_travel_is_a_bug_and_not_a_death() -> None:
    assert answers([b"1", b"lambda", b"2"]) == {0: (b"1", 1), 1: ("bug", 1), 2: (b"2", 1)}


class Unborn:
    """Comes to no worker: whatever it is made of is not there."""

    def __call__(self, task: int) -> int:
        return task

    def __reduce__(self) -> tuple[object, ...]:
        return _not_there, ()


def _not_there() -> None:
    raise ImportError("a library is missing")


def test_workers_that_cannot_start_are_told_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EngineFailed, match="No worker can start here"):
        list(runner.run(range(9), Unborn(), jobs=2))
    assert not multiprocessing.active_children()
    assert "a library is missing" in capfd.readouterr().err


def test_an_error_of_the_place_comes_back_whole() -> None:
    (told, _) = answers([b"store"])[0]
    assert isinstance(told, StoreFailed)
    assert told.cure is not None
