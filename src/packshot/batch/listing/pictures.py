"""A picture as a list names it: a link, a path, an object of a bucket; where that leads, and where not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from packshot.batch.listing.buckets import split
from packshot.batch.listing.folders import stamp_of_file
from packshot.batch.listing.keys import lasting, written
from packshot.batch.origins import FileOrigin, LinkOrigin, NoOrigin, Origin, StoreOrigin
from packshot.batch.sources import safe_member
from packshot.batch.store import Store
from packshot.words import Words, say

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
MOST_CHARS = 4096


@dataclass(frozen=True, slots=True)
class Picture:
    key: str
    """The link or path as it is written, without what changes at every export."""
    origin: Origin
    name: str
    folder: str = ""
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a list may point. What a stranger's server sends must not open our disks and buckets."""

    beside: Store | str = ""
    """Where relative paths begin: a store, or the link that the list came by."""
    within: bool = False
    """Nothing outside of `beside` but links."""
    options: Mapping[str, object] = field(default_factory=dict)
    """For the buckets that a list names."""
    allow_private: bool = False

    def unless(self, beside: Store | str) -> Reach:
        """As it is where a root was given, else with the list's own place as its beginning."""
        return self if self.within else replace(self, beside=beside)

    def picture(self, text: str) -> Picture:
        text = text.strip()
        scheme = SCHEME.match(text)
        if len(text) > MOST_CHARS:
            return _none(text[:200], say("it is longer than any address"))
        if scheme and scheme[1].lower() in ("http", "https"):
            return self._link(text)
        if isinstance(self.beside, str):
            if scheme or not self.beside:
                return _none(text, say("a list from the net may name links only"))
            return self._link(urljoin(self.beside, text))
        if scheme and scheme[1].lower() != "file":
            return _none(text, say("it leads out of the given root")) if self.within else self._object(text)
        return self._path(unquote(text[7:]) if scheme else text, self.beside)

    def _link(self, url: str) -> Picture:
        try:
            parts = urlsplit(url)
        except ValueError:
            return _none(url, say("it is no link"))
        if parts.username is not None:
            bare = url.replace(f"{parts.netloc.rpartition('@')[0]}@", "")
            return _none(bare, say("it holds a name or password for all to read"))
        name = (safe_member(unquote(parts.path)) or ["photo"])[-1]
        return Picture(lasting(url), LinkOrigin(url, self.allow_private), written(name))

    def _object(self, url: str) -> Picture:
        store, name = split(url, self.options)
        if not name or store.url.endswith(":"):
            return _none(url, say("it names no object of a bucket"))
        return Picture(url, StoreOrigin(store, name), written(name))

    def _path(self, text: str, beside: Store) -> Picture:
        path = text.replace("\\", "/").removeprefix("./")
        outside = path.startswith("/") or ".." in path.split("/") or re.match(r"[A-Za-z]:", path)
        if outside and (self.within or not beside.is_local):
            return _none(path, say("it leads out of the given root"))
        *folders, name = safe_member(path) or ["_"]
        folder = "" if outside else written("/".join(folders))
        if not beside.is_local:
            return Picture(path, StoreOrigin(beside, "/".join([*folders, name])), written(name), folder)
        there = beside.path / path
        return Picture(written(path), FileOrigin(there), written(name), folder, stamp_of_file(there))


def _none(text: str, why: Words) -> Picture:
    told = say("{place} cannot be read: {why}.", place=text, why=why)
    return Picture(text, NoOrigin(text, told, say("Mend it in the list.")), Path(text).name or "photo")
