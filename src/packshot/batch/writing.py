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
from packshot.errors import PackshotError, Refused
from packshot.image.files import write_whole
from packshot.words import LANGUAGES, Words, say


@dataclass(frozen=True, slots=True)
class Task:
    item: Item
    planned: tuple[str, ...]
    """Files that will be written, below the folder of results."""
    foreign: tuple[str, ...]
    """Those of them that are there already and are not of our making, or are photos of this very run."""
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

    def tasks() -> Iterator[Task]:
        for item in items:
            where, planned = item.origin.where, work.planned(item)
            foreign = tuple(file for file in planned if _is_foreign(file, account, sources))
            account.claim(where, (file for file in planned if file not in foreign))
            yield Task(item, planned, foreign, account.line(where))

    for done in runner.run(tasks(), work, jobs=min(jobs, len(items)), here=len(items) == 1):
        item = items[done.index]
        if isinstance(done.answer, Broken):
            written = Written(failed_line(item, done.answer.reason), traceback=done.answer.traceback)
        else:
            written = done.answer
        account.add(item.origin.where, written.line)
        yield written


def _is_foreign(file: str, account: Account, sources: frozenset[str]) -> bool:
    path = account.out / file
    return path.exists() and (file not in account.own_files or real(path) in sources)


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


def write_files(task: Task, out: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Each whole or not at all; equal ones that are there already are left alone, foreign ones always."""
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    missing = [name for name in files if not _is_whole(out / name, digests[name])]
    for name in missing:
        if name in task.foreign:
            raise Refused(
                say("{file} is there already and packshot did not write it.", file=str(out / name)),
                say("Move it, or choose another folder."),
            )
    for name in missing:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(out / name, files[name])
    return digests


def placed(item: Item, file: str) -> str:
    return f"{item.folder}/{file}" if item.folder else file
