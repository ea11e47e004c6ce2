"""The account of a folder of results: `report.jsonl`, one line a photo, every photo present, in order.

While a run is under way its lines are appended to `report.jsonl.part`; at the end all are put in order and
take the old file's place at once. So a run that was killed has lost nothing that it had finished, and the
next one goes on from there. Before a photo's files are written, their names are claimed in the same file:
what is claimed or accounted for is ours to write over, nothing else in the folder is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from packshot.batch.names import Name, same_name
from packshot.errors import BadOption, Refused
from packshot.words import say

Line = dict[str, Any]
"""One photo's line, as JSON: a Result's `as_dict()` with `key`, `where`, `folder`, `sku` and `files`
(each with its sha256), and `left`: files of earlier runs that this one did not make again."""

FILE = "report.jsonl"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line lies: the account of a million photos need not fit into memory."""

    path: Path
    start: int
    length: int

    def bytes(self) -> bytes:
        with self.path.open("rb") as lines:
            lines.seek(self.start)
            return lines.read(self.length)


class Account:
    """Use as a context. Without `close` the lines stay in the `.part` file; the next run takes them up."""

    def __init__(self, out: Path, file: str = FILE) -> None:
        self.out = out
        self._file = file
        self._places: dict[str, _Place] = {}
        self._files: dict[str, tuple[str, ...]] = {}
        """Photo → its files, below `out`: of finished lines and of claims."""
        self._own: set[str] = set()
        self._names: dict[Name, str] = {}
        self._part: IO[bytes] | None = None

    @property
    def path(self) -> Path:
        return self.out / self._file

    @property
    def part(self) -> Path:
        return self.out / f"{self._file}.part"

    def __enter__(self) -> Account:
        self.out.mkdir(parents=True, exist_ok=True)
        self._part = lock(self.part, self.out)
        try:
            self._read(self.path, strict=True)
            self._mend_torn_end()
            self._read(self.part, strict=False)
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: object, trace: TracebackType | None) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._part is not None:
            self._part.close()
            self._part = None
            if self.part.stat().st_size == 0:  # nothing was begun
                self.part.unlink()

    # ---- what is known -------------------------------------------------------------------------------------

    @property
    def taken(self) -> Mapping[Name, str]:
        """Names that photos of earlier runs have."""
        return self._names

    @property
    def own_files(self) -> Set[str]:
        """Below `out`, with `/`: what packshot wrote or was about to write."""
        return self._own

    def line(self, where: str) -> Line | None:
        """What an earlier run, or this one, says of the photo."""
        place = self._places.get(self._relative(where))
        return json.loads(place.bytes()) if place else None

    # ---- what is written -----------------------------------------------------------------------------------

    def claim(self, where: str, files: Iterable[str]) -> None:
        files = tuple(files)
        known = set(self._files.get(self._relative(where), ()))
        if not known.issuperset(files):
            self._append({"where": self._relative(where), "begun": [*files]})
            self._hold(self._relative(where), files)

    def add(self, where: str, line: Line) -> None:
        line = {**line, "where": self._relative(where)}
        if left := [file for file in self._left(line) if (self.out / file).exists()]:
            line["left"] = left
        start, length = self._append(line)
        self._know(line, _Place(self.part, start, length))

    def close(self, wheres: Iterable[str]) -> None:
        """Puts the lines in the order given; photos of other runs whose pictures are here come behind."""
        assert self._part is not None
        new = self.out / f"{self._file}.new"
        first = [self._relative(where) for where in wheres]
        here = set(first)
        others = [where for where in self._places if where not in here]
        with new.open("wb") as lines:
            for where in first:
                lines.write(self._places[where].bytes())
            for where in others:
                if any((self.out / file).exists() for file in self._files.get(where, ())):
                    lines.write(self._places[where].bytes())
            lines.flush()
            os.fsync(lines.fileno())
        new.replace(self.path)
        self._part.close()
        self._part = None
        self.part.unlink()

    def _append(self, line: Line) -> tuple[int, int]:
        assert self._part is not None
        data = _encoded(line) + b"\n"
        start = self._part.seek(0, os.SEEK_END)
        self._part.write(data)
        self._part.flush()
        return start, len(data)

    # ---- reading -------------------------------------------------------------------------------------------

    def _read(self, path: Path, *, strict: bool) -> None:
        for place, data in _lines(path):
            try:
                line = json.loads(data)
                known = isinstance(line, dict) and isinstance(line["where"], str)
            except (ValueError, KeyError):
                known = False
            if not known and strict:
                raise BadOption(
                    say("{file} is there already and is not packshot's.", file=str(path)),
                    say("Choose another folder for the results."),
                )
            if known and "begun" in line:
                self._hold(line["where"], line["begun"])
            elif known:
                self._know(line, place)

    def _know(self, line: Line, place: _Place) -> None:
        where = line["where"]
        self._places[where] = place
        self._hold(where, [*line.get("files", ()), *line.get("left", ())])
        if line.get("files"):
            self._names[same_name(line["folder"], line["sku"])] = self._absolute(where)

    def _left(self, line: Line) -> Iterator[str]:
        """What earlier runs wrote for this photo and the line does not name: still ours to write over."""
        return (file for file in self._files.get(line["where"], ()) if file not in line["files"])

    def _hold(self, where: str, files: Iterable[str]) -> None:
        self._files[where] = tuple(dict.fromkeys([*self._files.get(where, ()), *files]))
        self._own.update(files)

    def _mend_torn_end(self) -> None:
        """A process that was killed while it wrote left half a line: that photo is done again."""
        assert self._part is not None
        data_end = 0
        for place, data in _lines(self.part):
            if data.endswith(b"\n"):
                data_end = place.start + place.length
        self._part.truncate(data_end)

    # ---- folders that move together keep their account -----------------------------------------------------

    def _relative(self, where: str) -> str:
        if "://" in where:
            return where
        with suppress(ValueError):  # another drive
            return Path(os.path.relpath(where, self.out.absolute())).as_posix()
        return where

    def _absolute(self, where: str) -> str:
        if "://" in where:
            return where
        return os.path.normpath(self.out.absolute() / where)


def _encoded(line: Line) -> bytes:
    try:
        return json.dumps(line, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a path of bytes that are no text; escaped, it comes back as it was
        return json.dumps(line).encode()


def _lines(path: Path) -> Iterator[tuple[_Place, bytes]]:
    if not path.exists():
        return
    start = 0
    with path.open("rb") as lines:
        for data in lines:
            yield _Place(path, start, len(data)), data
            start += len(data)


def lock(part: Path, out: Path) -> IO[bytes]:
    """Two runs into one folder at once would tear each other's account; the lock ends with the process."""
    file = part.open("ab")
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(0x7FFFFFF0)  # far behind the lines, so that they can still be read
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as exc:
        file.close()
        raise Refused(
            say("Another packshot is at work in {folder}.", folder=str(out)),
            say("Wait until it has finished, or choose another folder."),
        ) from exc
    return file
