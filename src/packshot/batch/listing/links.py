"""One photo behind a link."""

from __future__ import annotations

from collections.abc import Iterator

from packshot.batch.listing.keys import lasting, written
from packshot.batch.listing.listed import Listed
from packshot.batch.origins import LinkOrigin
from packshot.batch.sources import Skipped, photo_behind


class Link:
    def __init__(self, origin: LinkOrigin) -> None:
        self.origin = origin
        self.skipped = Skipped()
        self._found = photo_behind(origin.url, origin.allow_private)

    @property
    def name(self) -> str:
        return lasting(self.origin.url)

    def __iter__(self) -> Iterator[Listed]:
        self.skipped = Skipped()
        yield Listed(self.name, self._found.origin, written(self._found.name))
