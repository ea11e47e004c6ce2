"""A bucket, or what else fsspec opens, as a stream of photos: all below a prefix, a pattern, one object."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence

from packshot.batch.listing.folders import refused_among
from packshot.batch.listing.keys import written
from packshot.batch.listing.listed import Listed
from packshot.batch.origins import StoreOrigin
from packshot.batch.sources import Skipped, is_hidden, is_photo
from packshot.batch.store import HOUSE, Store
from packshot.errors import BadSource
from packshot.words import say


class Bucket:
    """`pattern` is below the store, as `*.jpg` or `**/*.jpg`; empty for all."""

    def __init__(self, store: Store, pattern: str = "", *, out: Store | None = None) -> None:
        self.store, self.pattern = store, pattern
        self.skipped = Skipped()
        if out is not None and out.url == store.url:
            raise refused_among(store.url)
        within = out is not None and out.url.startswith(f"{store.url}/")
        self._results = f"{out.url[len(store.url) + 1 :]}/" if out is not None and within else ""

    @property
    def name(self) -> str:
        return self.store.place_of(self.pattern) if self.pattern else self.store.url

    def __iter__(self) -> Iterator[Listed]:
        self.skipped = Skipped()
        wanted = self.pattern.split("/") if self.pattern else ["**"]
        try:
            for stored in self.store.list():
                *folders, name = stored.name.split("/")
                if HOUSE in folders or (self._results and stored.name.startswith(self._results)):
                    continue
                if not matches([*folders, name], wanted):
                    continue
                if any(is_hidden(part) for part in folders):
                    self.skipped.hidden += 1
                elif is_photo(name, self.skipped):
                    origin = StoreOrigin(self.store, stored.name)
                    key, folder = written(stored.name), written("/".join(folders))
                    yield Listed(key, origin, written(name), folder, stored.stamp)
        except FileNotFoundError as exc:
            raise nowhere(self.name) from exc


class Single:
    """One photo that was named, in a bucket."""

    def __init__(self, origin: StoreOrigin) -> None:
        self.origin = origin
        self.skipped = Skipped()

    @property
    def name(self) -> str:
        return self.origin.where

    def __iter__(self) -> Iterator[Listed]:
        self.skipped = Skipped()
        stored = self.origin.store.stat(self.origin.name)
        if stored is None:
            raise nowhere(self.name)
        name = self.origin.name.rpartition("/")[2]
        yield Listed(name, self.origin, name, stamp=stored.stamp)


def split(url: str, options: Mapping[str, object]) -> tuple[Store, str]:
    """The store that holds what the URL names, and its name there: `s3://b/p/a.jpg` → `s3://b/p`, `a.jpg`."""
    scheme, _, path = url.partition("://")
    folder, _, name = path.strip("/").rpartition("/")
    return Store.at(f"{scheme}://{folder}", dict(options)), name


def matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """As shells match: a star stays within a folder, two go through any number of them."""
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return len(pattern) == 1 or any(matches(parts[at:], pattern[1:]) for at in range(len(parts)))
    return bool(parts) and fnmatch.fnmatchcase(parts[0], pattern[0]) and matches(parts[1:], pattern[1:])


def nowhere(place: str) -> BadSource:
    return BadSource(
        say("There is no {place}.", place=place),
        say("Check the spelling, and the endpoint where the bucket is not at Amazon."),
    )
