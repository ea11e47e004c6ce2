"""What `fix` and `demo` share: one run, its account, its summary, its pages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packshot.cli import pages, photos, terminal
from packshot.words import Words, say, say_n

if TYPE_CHECKING:
    from packshot.batch.account import Account
    from packshot.batch.names import Item
    from packshot.batch.writing import Work
    from packshot.report.entry import Entry

MOST_ROWS = 60
"""Of the table at the end; above it only photos that want a person are listed."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is over."""

    out: Path
    account: Path
    items: tuple[Item, ...]
    counted: Mapping[str, int]
    resumed: int
    bugs: int
    photos_missing: bool

    def entries(self) -> Iterator[Entry]:
        """In the order of the photos, read back from the account."""
        from packshot.report.entry import fixed

        with self.account.open(encoding="utf-8") as lines:
            for item, line in zip(self.items, lines, strict=False):
                yield fixed(json.loads(line), path=photos.path_of(item))

    def exit_code(self, *, strict: bool) -> int:
        doubtful = strict and "review" in self.counted
        bad = self.photos_missing or self.bugs or "failed" in self.counted
        return terminal.FOUND if bad or doubtful else terminal.FINE


def write_photos(
    account: Account,
    items: tuple[Item, ...],
    work: Work,
    language: str,
    *,
    what: Words,
    jobs: int,
    quiet: bool,
    small: pages.Thumbs | None,
    photos_missing: bool,
) -> Run:
    """Does the work on every photo and closes the account."""
    from packshot.batch.writing import write_all
    from packshot.report.entry import totals

    states: Counter[str] = Counter()
    resumed = 0
    bugs = terminal.Bugs()
    try:
        with terminal.progress(len(items), what, language, quiet=quiet) as advance:
            for written in write_all(items, work, account, jobs=jobs):
                states[written.line["status"]] += 1
                resumed += written.resumed
                if written.traceback:
                    bugs.add(written.line["key"], written.traceback)
                if small and written.thumbs:
                    small.keep(written.line["key"], written.thumbs)
                advance()
    except KeyboardInterrupt:
        done = say_n("{count} photo is done", "{count} photos are done", sum(states.values()))
        terminal.beside(say("Stopped; {done}. The same command goes on from here.", done=done), language)
        raise
    account.close([item.origin.where for item in items])
    return Run(
        account.out, account.path, items, totals(states.elements()), resumed, bugs.count, photos_missing
    )


def show_pages(
    run: Run,
    small: pages.Thumbs | None,
    language: str,
    *,
    html: Path | None,
    sheet: bool,
    json_file: Path | None,
    title: Words,
) -> None:
    if small and html:
        path = pages.write_page(
            html, run.entries(), small, language, title=title.in_(language), counted=run.counted
        )
        terminal.beside(say("Page: {path}", path=str(path)), language)
    if small and sheet:
        for path in pages.write_sheets(run.out, run.entries(), small, language):
            terminal.beside(say("Contact sheet: {path}", path=str(path)), language)
    if json_file:
        from packshot.report.as_json import lines

        if str(json_file) == "-":
            terminal.out(lines(run.entries(), language))
        else:
            from packshot.image.files import write_whole

            json_file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(json_file, "".join(lines(run.entries(), language)).encode())


def summary(run: Run, language: str) -> None:
    """The table at the end: every photo, or of very many those that want a person."""
    from rich.table import Table
    from rich.text import Text

    from packshot.report.as_text import COLOURS, Look
    from packshot.report.entry import STATES, printable

    look = Look(plain_shapes=not terminal.has_shapes())
    table = Table(box=None, pad_edge=False)
    for column in (say("photo"), say("result"), say("why")):
        table.add_column(column.in_(language), overflow="fold")
    rows = 0
    for entry in run.entries():
        if len(run.items) > MOST_ROWS and entry.tone == "good":
            continue
        rows += 1
        if rows <= MOST_ROWS:
            state = f"{look.shape(entry.tone)} {STATES[entry.state].in_(language)}"
            why = " ".join(reason[language] for reason in entry.why[:2])
            table.add_row(Text(printable(entry.key)), Text(state, style=COLOURS[entry.tone]), Text(why))
    console = terminal.console()
    if rows:
        console.print(table)
    if rows > MOST_ROWS:
        more = say("… and {count} more; all are in {file}.", count=rows - MOST_ROWS, file=str(run.account))
        console.print(Text(more.in_(language)))
    console.print(Text(_totals(run, language)))


def _totals(run: Run, language: str) -> str:
    from packshot.report.entry import STATES

    states = ", ".join(f"{STATES[state].in_(language)} {count}" for state, count in run.counted.items())
    told = [
        say(
            "{photos} = {states}.",
            photos=say_n("{count} photo", "{count} photos", len(run.items)),
            states=states,
        ).in_(language)
    ]
    if run.resumed:
        told.append(
            say_n(
                "{count} was done by an earlier run.", "{count} were done by an earlier run.", run.resumed
            ).in_(language)
        )
    told.append(
        say("Results: {folder}, account: {file}", folder=str(run.out), file=str(run.account)).in_(language)
    )
    return " ".join(told)


def thumbs_for(stack: ExitStack, *, wanted: bool) -> pages.Thumbs | None:
    return stack.enter_context(pages.thumbs()) if wanted else None


def refuse_sources_as_out(out: Path, sources: Sequence[str]) -> None:
    """Results among the sources would be sources at the next run."""
    from packshot.batch.origins import real
    from packshot.errors import BadOption

    for source in sources:
        if Path(source).is_dir() and real(Path(source)) == real(out):
            raise BadOption(
                say("The folder of results, {folder}, is the folder of the photos.", folder=str(out)),
                say("Give another folder, as --out {folder}.", folder=str(out / "fixed")),
            )
    if out.exists() and not out.is_dir():
        raise BadOption(say("{path} is a file, not a folder.", path=str(out)), say("Give --out a folder."))
