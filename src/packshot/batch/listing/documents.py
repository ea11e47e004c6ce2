"""A list as a file to read: on a disk, in a bucket, behind a link."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from packshot.batch import links
from packshot.batch.origins import LinkOrigin, StoreOrigin, open_archive
from packshot.errors import BadPhoto, BadSource
from packshot.words import say

Document = Path | StoreOrigin | LinkOrigin
MOST_BYTES = 4_000_000_000


def place_of(document: Document) -> str:
    return str(document) if isinstance(document, Path) else document.where


@contextmanager
def opened(document: Document) -> Iterator[IO[bytes]]:
    """From its beginning; one behind a link is brought to a file for as long as it is read."""
    if isinstance(document, LinkOrigin):
        with tempfile.TemporaryFile() as brought:
            try:
                links.save(document.url, brought, max_bytes=MOST_BYTES, allow_private=document.allow_private)
            except BadPhoto as exc:
                raise BadSource(exc.message, exc.cure) from exc
            brought.seek(0)
            yield brought
        return
    try:
        stream = open_archive(document)
    except OSError as exc:
        raise BadSource(
            say("The list {file} cannot be read: {why}.", file=place_of(document), why=str(exc)),
            say("Check the spelling, and that you may read it."),
        ) from exc
    with stream:
        yield stream
