"""A source that is followed: a file that is still being copied into it is not given yet."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator

from packshot.batch.listing.listed import Listed, Source
from packshot.batch.origins import FileOrigin
from packshot.batch.sources import Skipped

RIPE_SECONDS = 2.0
"""Since it was last written to. In a bucket an object is there when its last byte has come."""


class Ripe:
    def __init__(self, source: Source, *, clock: Callable[[], float] = time.time) -> None:
        self._source, self._clock = source, clock

    def __copy__(self) -> Ripe:
        return Ripe(copy.copy(self._source), clock=self._clock)

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def skipped(self) -> Skipped:
        return self._source.skipped

    def __iter__(self) -> Iterator[Listed]:
        return (photo for photo in self._source if not self._is_fresh(photo))

    def _is_fresh(self, photo: Listed) -> bool:
        if not isinstance(photo.origin, FileOrigin):
            return False
        try:
            age = self._clock() - photo.origin.path.stat().st_mtime
        except OSError:
            return False  # it went: whoever reads it says so
        return 0 <= age < RIPE_SECONDS  # a time in the future says nothing
