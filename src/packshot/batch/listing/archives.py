"""A ZIP or TAR, on a disk or in a bucket, as a stream of photos.

Nothing is unpacked to a disk. One in a bucket is read in pieces, where it lies, by every worker; members of a
packed TAR (.tar.gz and the like) can only be reached through all that is before them, so a plain one suits
many workers better.
"""

from __future__ import annotations

from collections.abc import Iterator

from packshot.batch import tars
from packshot.batch.listing.keys import Counts, written
from packshot.batch.listing.listed import Listed
from packshot.batch.origins import (
    MAX_RATIO,
    MIN_BOMB_BYTES,
    ZIP_FAILURES,
    Archive,
    TarOrigin,
    ZipOrigin,
    open_archive,
    stamp_of,
    where_is,
)
from packshot.batch.sources import Skipped, is_hidden, is_photo, members_of_zip, photos_in_zip, safe_member
from packshot.errors import BadSource, Refused
from packshot.words import say

MOST_IN_TAR = 5_000_000


class Zip:
    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.skipped = Skipped()

    @property
    def name(self) -> str:
        return where_is(self.archive)

    def __iter__(self) -> Iterator[Listed]:
        self.skipped, counts = Skipped(), Counts()
        try:
            stamp = stamp_of(self.archive)
            with open_archive(self.archive) as stream:
                members = members_of_zip(stream, self.name)
        except ZIP_FAILURES as exc:
            raise BadSource(
                say("{source} is no ZIP that can be read: {why}.", source=self.name, why=str(exc)),
                say("Pack it again, or give the folder."),
            ) from exc
        for folder, name, index in photos_in_zip(members, self.skipped):
            inside = f"{folder}/{name}" if folder else name
            yield Listed(
                numbered(inside, counts),
                ZipOrigin(self.archive, index, inside),
                written(name),
                written(folder),
                f"{stamp}:{members[index].file_size}:{members[index].CRC:08x}",
            )


class Tar:
    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.skipped = Skipped()

    @property
    def name(self) -> str:
        return where_is(self.archive)

    def __iter__(self) -> Iterator[Listed]:
        self.skipped, counts = Skipped(), Counts()
        try:
            stamp = stamp_of(self.archive)
            for member in self._members():
                *folders, name = safe_member(member.name) or ["_"]
                if any(is_hidden(part) for part in folders):
                    self.skipped.hidden += 1
                elif not member.is_file:
                    self.skipped.not_plain += 1
                elif is_photo(name, self.skipped):
                    inside = "/".join([*folders, name])
                    yield Listed(
                        numbered(inside, counts),
                        TarOrigin(self.archive, member.offset, member.size, written(inside)),
                        written(name),
                        written("/".join(folders)),
                        f"{stamp}:{member.offset}:{member.size}",
                    )
        except tars.FAILURES as exc:
            raise BadSource(
                say("{source} is no TAR that can be read: {why}.", source=self.name, why=str(exc)),
                say("Pack it again, or give the folder."),
            ) from exc

    def _members(self) -> Iterator[tars.Member]:
        with open_archive(self.archive) as packed:
            stream = tars.unpacked(packed, self.name)
            for count, member in enumerate(tars.members(stream), start=1):
                grown = member.offset > max(MIN_BOMB_BYTES, MAX_RATIO * packed.tell())
                if count > MOST_IN_TAR or (grown and stream is not packed):
                    raise self._refused(count, member.offset)
                if not member.is_folder:
                    yield member

    def _refused(self, count: int, size: int) -> Refused:
        return Refused(
            say(
                "{source} holds {count} files and {size:.0f} MB up to here, more than an honest TAR would.",
                source=self.name,
                count=count,
                size=size / 1e6,
            ),
            say("If you trust it, unpack it and give the folder."),
        )


def numbered(inside: str, counts: Counts) -> str:
    """Two members may bear one name; both are photos."""
    key = written(inside)
    count = counts.add(key)
    return key if count == 1 else f"{key}~{count}"
