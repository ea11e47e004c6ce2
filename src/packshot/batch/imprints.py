"""The imprint of every photo, taken in processes and kept in a file: the next run opens only new photos."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from packshot.batch import runner
from packshot.batch.names import Item
from packshot.batch.origins import FileOrigin, ZipOrigin
from packshot.batch.runner import Broken
from packshot.errors import BadOption, BadPhoto, Refused
from packshot.image.types import Size
from packshot.look.double import IMPRINT, Imprints
from packshot.words import Words, say


@dataclass(frozen=True, slots=True)
class Taken:
    """Of one photo. `record` is empty where there is none: `reason` says why."""

    size: Size
    record: bytes = field(repr=False)
    reason: Words | None = None
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Collected:
    imprints: Imprints
    """In the order of the items that could be read."""
    sizes: tuple[Size, ...]
    items: tuple[Item, ...]
    unread: tuple[tuple[Item, Taken], ...]


def take(item: Item) -> Taken:
    from packshot.image.codec import open_photo
    from packshot.look.double import WORKED, imprint
    from packshot.look.small import small

    try:
        photo = open_photo(item.origin.read(), name=item.key, want=WORKED)
    except (BadPhoto, Refused) as error:
        return Taken(Size(0, 0), b"", error.message)
    return Taken(photo.source.size, imprint(small(photo).pixels).tobytes())


def collect(
    items: Sequence[Item], *, jobs: int, index: Path | None, advance: Callable[[], None] = lambda: None
) -> Collected:
    known = _read(index) if index and index.exists() else {}
    marks = [_mark(item) if index else "" for item in items]
    taken: dict[int, Taken] = {at: known[mark] for at, mark in enumerate(marks) if mark in known}
    for _ in taken:
        advance()
    missing = [at for at in range(len(items)) if at not in taken]
    tasks = [items[at] for at in missing]
    for done in runner.run(tasks, take, jobs=max(1, min(jobs, len(tasks))), here=len(tasks) < 2):
        answer = done.answer
        if isinstance(answer, Broken):
            answer = Taken(Size(0, 0), b"", answer.reason, answer.traceback)
        taken[missing[done.index]] = answer
        advance()
    read = [at for at in sorted(taken) if taken[at].record]
    if index and missing:
        _write(index, {**known, **{marks[at]: taken[at] for at in read if marks[at]}})
    return Collected(
        np.frombuffer(b"".join(taken[at].record for at in read), IMPRINT),
        tuple(taken[at].size for at in read),
        tuple(items[at] for at in read),
        tuple((items[at], taken[at]) for at in sorted(taken) if not taken[at].record),
    )


def _mark(item: Item) -> str:
    """Place, length and time: another picture at the same place is another photo. Links are read again."""
    origin = item.origin
    if isinstance(origin, FileOrigin):
        path = origin.path
    elif isinstance(origin, ZipOrigin) and isinstance(origin.archive, Path):
        path = origin.archive
    else:
        return ""
    try:
        told = path.stat()
    except OSError:
        return ""
    return f"{told.st_size}:{told.st_mtime_ns}:{origin.where}"


def _read(index: Path) -> dict[str, Taken]:
    try:
        with np.load(index, allow_pickle=False) as stored:
            marks: NDArray[np.str_] = stored["marks"]
            sizes, records = stored["sizes"], stored["imprints"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as exc:
        raise BadOption(
            say("{file} is no index of imprints: {why}.", file=str(index), why=str(exc)),
            say("Give another name, or delete the file to have it written anew."),
        ) from exc
    if records.dtype != IMPRINT or not len(marks) == len(sizes) == len(records):
        return {}  # of another version of packshot: photos are opened again
    return {
        str(mark): Taken(Size(int(width), int(height)), record.tobytes())
        for mark, (width, height), record in zip(marks, sizes, records, strict=True)
    }


def _write(index: Path, known: dict[str, Taken]) -> None:
    """Whole or not at all."""
    fresh = index.with_name(f".{index.name}.{os.getpid()}.part")
    with fresh.open("wb") as stream:
        np.savez(
            stream,
            marks=np.array(list(known), np.str_),
            sizes=np.array([(one.size.width, one.size.height) for one in known.values()], np.uint32).reshape(
                -1, 2
            ),
            imprints=np.frombuffer(b"".join(one.record for one in known.values()), IMPRINT),
        )
    fresh.replace(index)
