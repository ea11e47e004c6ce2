"""Work on many, in processes: every item gets an answer, whatever happens to a worker."""

from __future__ import annotations

from works import double, fatal, slow_first

from packshot.batch import runner
from packshot.batch.runner import Broken, Done


def test_answers_carry_their_place() -> None:
    done = list(runner.run(range(20), double, jobs=2))
    assert {one.index: one.answer for one in done} == {number: number * 2 for number in range(20)}


def test_answers_are_put_in_order() -> None:
    done = runner.in_order(runner.run(range(8), slow_first, jobs=2))
    assert [one.answer for one in done] == list(range(8))


def test_a_stopped_run_gives_what_it_has_in_order() -> None:
    assert [one.index for one in runner.in_order([Done(3, ""), Done(0, ""), Done(2, "")])] == [0, 2, 3]


def test_here_is_this_process() -> None:
    (done,) = runner.run([1], lambda number: number + 1, jobs=1, here=True)
    assert done.answer == 2


def test_a_bug_is_told_with_its_traceback() -> None:
    (done,) = runner.run([0], lambda number: 1 // number, jobs=1, here=True)
    assert isinstance(done.answer, Broken)
    assert "bug: ZeroDivisionError" in str(done.answer.reason)
    assert "Traceback" in done.answer.traceback


def test_tasks_are_drawn_as_they_are_needed() -> None:
    drawn = []

    def tasks() -> object:
        for number in range(1000):
            drawn.append(number)
            yield number

    answers = runner.run(tasks(), double, jobs=2)  # type: ignore[arg-type]
    next(answers)
    assert len(drawn) <= 2 * runner.IN_HAND + 1
    answers.close()


def test_workers_that_keep_dying_cost_only_what_kills_them() -> None:
    answers = {one.index: one.answer for one in runner.run(range(12), fatal, jobs=2)}
    assert sorted(answers) == list(range(12))
    assert [index for index in sorted(answers) if isinstance(answers[index], Broken)] == [0, 5, 10]
