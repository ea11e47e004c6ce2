"""A batch as it runs: what is said before, the live view, what is said after; once, or on and on."""

from __future__ import annotations

import copy
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packshot.cli import terminal
from packshot.errors import BadOption, PackshotError
from packshot.words import Words, say, say_n, verbatim

if TYPE_CHECKING:
    from rich.console import RenderableType

    from packshot.batch.flow import Runner
    from packshot.batch.job import Job, Outcome
    from packshot.batch.receipts import Row
    from packshot.batch.store import Store
    from packshot.batch.tally import Tally

SHOWN_EVERY = 0.5
"""Seconds between two pictures of the live view."""
METRICS_EVERY = 5.0
TOLD_EVERY = 30.0
"""Seconds between two lines, where nobody sees a live view."""

MAKING = {
    "profile_sha256": say("the profile"),
    "options": say("the options"),
    "weights": say("the networks"),
    "version": say("packshot"),
}


def work_through(
    job: Job,
    runner: Callable[[], Runner],
    language: str,
    *,
    quiet: bool,
    every: float | None,
    metrics: Path | None,
) -> int:
    """The exit code. `every`: seconds between looks at a source that is followed."""
    from packshot.batch.listing.ripe import Ripe
    from packshot.batch.shelf import Shelf

    changed = changes(job, Shelf(job.store, job.run), language)
    if changed is not None and not quiet:
        terminal.beside(changed, language)
    if every is not None and job.shared is None:
        job = replace(job, source=Ripe(job.source))
    while True:
        outcome = _once(job, runner(), language, quiet=quiet, metrics=metrics, tell=every is None)
        if every is None:
            return terminal.FOUND if outcome.statuses.get("failed") else terminal.FINE
        time.sleep(every)
        job = job.again()


def changes(job: Job, shelf: Any, language: str) -> Words | None:
    """Another profile, version or option than last time is said before it costs anything."""
    from packshot.batch import job as jobs

    names = jobs.changes(job, shelf)
    if not names:
        return None
    listed = ", ".join(MAKING[name].in_(language) for name in names)
    if job.wishes.keep_old:
        return say(
            "Changed since the last run: {what}. What is done stays, for --keep-old was given.", what=listed
        )
    return say(
        "Changed since the last run: {what}. What it touches is made again; --keep-old leaves it.",
        what=listed,
    )


def _once(
    job: Job, runner: Runner, language: str, *, quiet: bool, metrics: Path | None, tell: bool
) -> Outcome:
    from packshot.batch import job as jobs
    from packshot.batch.tally import Tally
    from packshot.cli.batch_end import write_account

    tally = Tally()
    if metrics:
        figures = Metrics(metrics)
        tally.also = figures.add
    try:
        with _view(job, runner, tally, language, quiet=quiet):
            outcome = jobs.run(job, runner, tally)
    except (KeyboardInterrupt, PackshotError):
        done = say_n("{count} photo is done", "{count} photos are done", tally.done)
        terminal.beside(say("Stopped; {done}. The same command goes on from here.", done=done), language)
        raise
    finally:
        if metrics:
            figures.write()
    if tally.done or tell:
        survey = write_account(job.store, language)
        if not quiet:
            _say_after(job, outcome, tally, survey.photos, language)
    return outcome


def _say_after(job: Job, outcome: Outcome, tally: Tally, photos: int, language: str) -> None:
    from packshot.batch.plan import Why
    from packshot.batch.shelf import HOUSE
    from packshot.report.entry import STATES, totals

    counted = totals(status for status, count in outcome.statuses.items() for _ in range(count))
    states = ", ".join(f"{STATES[state].in_(language)} {count}" for state, count in counted.items())
    if not photos:
        terminal.beside(say("There was nothing to do."), language)
        return
    lines = [
        say("{photos} = {states}.", photos=say_n("{count} photo", "{count} photos", photos), states=states)
    ]
    if before := outcome.counted.get(Why.DONE, 0):
        lines.append(
            say_n("{count} was done by an earlier run.", "{count} were done by an earlier run.", before)
        )
    if tally.twins:
        lines.append(
            say_n(
                "{count} photo has the bytes of another: worked once.",
                "{count} photos have the bytes of others: worked once.",
                tally.twins,
            )
        )
    if outcome.twice:
        lines.append(say_n("{count} photo given twice", "{count} photos given twice", outcome.twice))
    if outcome.gone:
        lines.append(
            say_n(
                "{count} photo with a receipt is no longer in the source.",
                "{count} photos with a receipt are no longer in the source.",
                outcome.gone,
            )
        )
    lines += [say("Skipped: {what}.", what=words) for words in job.source.skipped.words()]
    lines.append(say("Results: {folder}, account: {file}", folder=job.store.url, file=f"{HOUSE}/"))
    for words in lines:
        terminal.beside(words, language)


def dry_run(job: Job, runner: Runner, language: str, sample: int, workers: int, price: float | None) -> None:
    from packshot.batch.estimate import estimate

    terminal.beside(say("Trying a sample; nothing is written."), language)
    told = estimate(job, runner, sample=sample)
    low, high = told.between
    lines = [
        say_n("{count} photo is listed.", "{count} photos are listed.", told.listed),
        say_n("{count} is to be done.", "{count} are to be done.", told.to_do),
    ]
    if told.tried:
        lines += [
            say(
                "{seconds:.2f} s of one core a photo (95 %: {low:.2f} to {high:.2f}, {count} tried).",
                seconds=told.seconds_a_photo,
                low=low,
                high=high,
                count=told.tried,
            ),
            say(
                "With {workers} workers: {hours:.1f} h; {size:.1f} GB are written.",
                workers=workers,
                hours=told.hours(workers),
                size=told.bytes_a_photo * told.to_do / 1e9,
            ),
        ]
        if price is not None:
            lines.append(
                say(
                    "Cost: {cost:.2f} for {hours:.1f} core hours.",
                    cost=told.core_hours * price,
                    hours=told.core_hours,
                )
            )
        lines += list(_shares(told.statuses, told.tried)) + list(_shares(told.difficulties, told.tried))
    for words in lines:
        sys.stdout.write(words.in_(language) + "\n")


def _shares(counted: dict[str, int], of: int) -> Iterator[Words]:
    from packshot.report.entry import STATES

    levels = {
        "simple": say("simple"),
        "medium": say("medium"),
        "hard": say("hard"),
    }
    for name, count in sorted(counted.items(), key=lambda pair: -pair[1]):
        known = STATES.get(name) or levels.get(name) or verbatim(name)
        yield say("{share:.0%} {what}", share=count / of, what=known)


def refuse_source_as_dest(source: str, store: Store) -> None:
    """Results among the photos would be photos at the next run."""
    from packshot.batch.store import Store

    local = "://" not in source
    if (local and Path(source).is_dir() and Store.at(source).url == store.url) or (
        not local and source.rstrip("/") == store.url
    ):
        raise BadOption(
            say("The folder of results, {folder}, is the folder of the photos.", folder=store.url),
            say("Give another folder, as {folder}.", folder=f"{store.url}/fixed"),
        )


# ---- while it goes -----------------------------------------------------------------------------------------


@contextmanager
def _view(job: Job, runner: Runner, tally: Tally, language: str, *, quiet: bool) -> Iterator[None]:
    """A live picture on a terminal, a line now and then elsewhere."""
    over = threading.Event()
    threads = [threading.Thread(target=_count, args=(job, tally, over), daemon=True)]
    live = not quiet and sys.stderr.isatty()
    if not quiet and not live:
        threads.append(threading.Thread(target=_tell, args=(tally, language, over), daemon=True))
    for thread in threads:
        thread.start()
    try:
        if live:
            with _live(lambda: _picture(tally, runner, language)):
                yield
        else:
            yield
    finally:
        over.set()
        for thread in threads[1:]:
            thread.join()


def _count(job: Job, tally: Tally, over: threading.Event) -> None:
    """How many there are: known only when all are listed, so it is found out beside the work."""
    try:
        count = 0
        for _ in islice(copy.copy(job.source), job.limit):
            count += 1
            if over.is_set():
                return
        tally.listed = count
    except PackshotError:
        return  # the run itself will meet it and say so


def _tell(tally: Tally, language: str, over: threading.Event) -> None:
    while not over.wait(TOLD_EVERY):
        terminal.beside(_line(tally, language), language)


def _line(tally: Tally, language: str) -> Words:
    from packshot.report.entry import STATES

    states = ", ".join(f"{STATES[name].in_(language)} {count}" for name, count in tally.statuses.items())
    return say("{done} done ({states}), {rate:.1f} photos/s", done=tally.done, states=states, rate=tally.rate)


@contextmanager
def _live(picture: Callable[[], RenderableType]) -> Iterator[None]:
    from rich.console import Console
    from rich.live import Live

    with Live(
        get_renderable=picture,
        console=Console(stderr=True),
        refresh_per_second=1 / SHOWN_EVERY,
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ):
        yield


def _picture(tally: Tally, runner: Runner, language: str) -> RenderableType:
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    from packshot.report.as_text import COLOURS
    from packshot.report.entry import STATES, TONES

    table = Table.grid(padding=(0, 2))
    left = tally.left
    if left is not None:
        table.add_row(
            ProgressBar(total=max(1, tally.done + left), completed=tally.done, width=40),
            Text(f"{tally.done}/{tally.done + left}"),
        )
    table.add_row(Text(_speed(tally).in_(language)), Text(_left(tally).in_(language)))
    states = Text("  ").join(
        Text(f"{STATES[name].in_(language)} {count}", style=COLOURS[TONES[name]])
        for name, count in tally.statuses.most_common()
    )
    table.add_row(states)
    if slow := tally.slowest_stage:
        name, share = slow
        words = say("slowest: {stage}, {share:.0%} of the time", stage=name, share=share)
        memory = say("largest worker {size:.0f} MB", size=getattr(runner, "memory_bytes", 0) / 1e6)
        table.add_row(Text(words.in_(language)), Text(memory.in_(language)))
    return table


def _speed(tally: Tally) -> Words:
    return say("{rate:.1f} photos/s", rate=tally.rate)


def _left(tally: Tally) -> Words:
    if (seconds := tally.seconds_left) is None:
        return say("counting…")
    hours, rest = divmod(round(seconds), 3600)
    return say("{hours}:{minutes:02d}:{seconds:02d} left", hours=hours, minutes=rest // 60, seconds=rest % 60)


class Metrics:
    """Figures of this run, in a file that is written anew every few seconds."""

    def __init__(self, file: Path) -> None:
        from packshot.report.catalogue.survey import Survey

        self._file, self._survey, self._next = file, Survey(), 0.0
        file.parent.mkdir(parents=True, exist_ok=True)

    def add(self, row: Row) -> None:
        self._survey.add(row)
        if time.monotonic() >= self._next:
            self.write()
            self._next = time.monotonic() + METRICS_EVERY

    def write(self) -> None:
        from packshot.image.files import write_whole
        from packshot.report.catalogue import metrics

        write_whole(self._file, "".join(metrics.lines(self._survey)).encode())
