"""Work that writes files: claimed before, accounted for after, done once and not again.

`fixing` and `cutting` are such work. They share what keeps photos safe: a name that is planned before
anything is written, a refusal to write over what is not ours, and a line for every photo.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from packshot.batch import runner
from packshot.batch.account import Account, Line
from packshot.batch.names import Item
from packshot.batch.origins import real
from packshot.batch.runner import Broken
from packshot.errors import PackshotError
from packshot.image.files import write_whole
from packshot.words import LANGUAGES, Words, say


@dataclass(frozen=True, slots=True)
class Task:
    item: Item
    planned: tuple[str, ...]
    """Files that will be written, below the folder of results."""
    previous: Line | None
    """What an earlier run said of this photo."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one photo."""

    line: Line
    resumed: bool = False
    """An earlier run had done it; nothing was done now."""
    thumbs: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """`before` and each variant, small; empty unless asked for."""
    traceback: str = ""
    """Of a bug of ours."""


class Work(Protocol):
    """Must be picklable: it travels to the workers."""

    def planned(self, item: Item) -> tuple[str, ...]:
        """The files it will write, below the folder of results, with `/`."""
        ...

    def __call__(self, task: Task) -> Written: ...


def write_all(items: Sequence[Item], work: Work, account: Account, *, jobs: int) -> Iterator[Written]:
    """As they come; each is in the account before it is given. `account.close` is the caller's to call."""
    sources = frozenset(real(Path(item.origin.where)) for item in items)
    refused: list[Written] = []
    at_work: dict[int, Item] = {}

    def tasks() -> Iterator[Task]:
        for item in items:
            planned = work.planned(item)
            if foreign := _foreign(planned, account, sources):
                refused.append(Written(failed_line(item, _not_ours(foreign))))
                continue
            account.claim(item.origin.where, planned)
            at_work[len(at_work)] = item
            yield Task(item, planned, account.line(item.origin.where))

    here = len(items) == 1
    for done in runner.run(tasks(), work, jobs=min(jobs, len(items)), here=here):
        yield from _accounted(refused, account, items)
        item = at_work[done.index]
        if isinstance(done.answer, Broken):
            written = Written(failed_line(item, done.answer.reason), traceback=done.answer.traceback)
        else:
            written = done.answer
        account.add(item.origin.where, written.line)
        yield written
    yield from _accounted(refused, account, items)


def _accounted(refused: list[Written], account: Account, items: Sequence[Item]) -> Iterator[Written]:
    where = {item.key: item.origin.where for item in items} if refused else {}
    while refused:
        written = refused.pop(0)
        account.add(where[written.line["key"]], written.line)
        yield written


def _foreign(planned: Sequence[str], account: Account, sources: frozenset[str]) -> Path | None:
    """A file that is in the way and not of our making, or is a photo of this very run."""
    for file in planned:
        path = account.out / file
        if path.exists() and (file not in account.own_files or real(path) in sources):
            return path
    return None


def _not_ours(path: Path) -> Words:
    return say(
        "{file} is there already and packshot did not write it. Move it, or choose another folder.",
        file=str(path),
    )


# ---- what the works share ----------------------------------------------------------------------------------


def line_of(item: Item, told: Mapping[str, Any], files: Mapping[str, str]) -> Line:
    """`told` is what the journey says; `files` are what was written, with their sha256."""
    return {"key": item.key, "folder": item.folder, "sku": item.sku, **told, "files": dict(files)}


def failed_line(item: Item, why: Words, error: PackshotError | None = None) -> Line:
    """A photo that the journey never saw, or never came back from, has its line all the same."""
    told: dict[str, Any] = {
        "name": item.key,
        "status": "failed",
        "reasons": [spoken(why)],
        "before": None,
        "after": {},
        "outputs": {},
        "identity": None,
        "error": None
        if error is None
        else {
            "code": error.code,
            "message": spoken(error.message),
            "cure": error.cure and spoken(error.cure),
        },
    }
    return line_of(item, told, {})


def spoken(words: Words) -> dict[str, str]:
    return {language: words.in_(language) for language in LANGUAGES}


def still_holds(previous: Line | None, identity: Mapping[str, Any], task: Task, out: Path) -> bool:
    """Is the earlier result the one that would be made now, and is it all still there?"""
    if previous is None or previous["status"] == "failed" or previous.get("identity") != identity:
        return False
    if (previous["folder"], previous["sku"]) != (task.item.folder, task.item.sku):
        return False
    files = previous["files"]
    return set(task.planned) <= set(files) and all(_is_whole(out / file, sha) for file, sha in files.items())


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    except OSError:
        return False


def write_files(out: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Each whole or not at all; an equal one that is there already is left alone."""
    digests = {}
    for name, data in files.items():
        path = out / name
        digests[name] = hashlib.sha256(data).hexdigest()
        if not _is_whole(path, digests[name]):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, data)
    return digests


def placed(item: Item, file: str) -> str:
    return f"{item.folder}/{file}" if item.folder else file
