"""Which photos of a source are to be done, and why: new ones, changed ones, those that failed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import chain, count, islice
from pathlib import PurePosixPath
from typing import Any

from packshot.batch.ledger import Known, Ledger
from packshot.batch.listing.listed import Listed
from packshot.batch.names import Item, as_text, safe_name
from packshot.batch.orders import Order, Work
from packshot.batch.receipts import Asked, own_files
from packshot.batch.shelf import Shelf
from packshot.batch.store import HOUSE

CHUNK = 500
"""Photos that are looked up at once."""


class Why(StrEnum):
    NEW = "new"
    OTHER_BYTES = "other_bytes"
    """The file has another etag, or another size and time."""
    OTHER_MAKING = "other_making"
    """Profile, options, weights or version have changed."""
    LAYERS = "layers"
    """Layers are wanted that were not kept."""
    RETRY = "retry"
    REVIEW = "review"
    ASKED = "asked"
    """A person asked for it to be done again."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a run is to do of all that it could."""

    retry_failed: bool = False
    only_review: bool = False
    keep_old: bool = False
    """Leave what an older profile, version or option made."""
    reread: bool = False
    """Read every photo again, to see whether its bytes are others."""
    layers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Category:
    path: str
    confidence: float | None = None


Sort = Callable[[Listed], Category]
"""A shop's own words → a profile's category."""


def making_of(work: Work, category: str) -> Mapping[str, Any]:
    """All that decides what is made of the same bytes."""
    return {name: value for name, value in work.identity("", category).items() if name != "photo_sha256"}


def identity_of(making: Mapping[str, Any]) -> str:
    """The same in one short word."""
    return hashlib.sha256(json.dumps(making, sort_keys=True).encode()).hexdigest()[:24]


def asked_quality(known: Known | None) -> str:
    """What a person asked for, or was given: `redo:best` and `redone:best` say best."""
    kind, _, quality = (known.decision or "").partition(":") if known else ("", "", "")
    return quality if kind in ("redo", "redone") else ""


def why(known: Known | None, stamp: str, identity: str, wishes: Wishes) -> Why:
    """The one place that decides what is done again. A table test holds every case."""
    if known is None:
        return Why.DONE if wishes.only_review else Why.NEW
    if wishes.only_review:
        return Why.REVIEW if known.status == "review" and known.decision is None else Why.DONE
    if known.decision is not None and known.decision.startswith("redo:"):
        return Why.ASKED
    if wishes.reread or (stamp and stamp != known.stamp):
        return Why.OTHER_BYTES
    if known.decision == "rejected":
        return Why.DONE
    if known.identity != identity and not wishes.keep_old:
        return Why.OTHER_MAKING
    if known.status == "failed":
        return Why.RETRY if wishes.retry_failed else Why.DONE
    if known.pictures and not wishes.layers <= known.layers:  # one without a picture never has layers
        return Why.LAYERS
    return Why.DONE


@dataclass
class Plan:
    """Turns what a source lists into orders; what is done already is only counted."""

    work: Work
    ledger: Ledger
    shelf: Shelf
    wishes: Wishes
    sort: Sort
    run: str
    claimed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Photo → files that a run which ended in the middle was about to write."""
    named: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Photo → the folder and name that such a run gave to its results."""
    apart: bool = False
    """Others give names at the same time, unseen: so each photo's name holds its key, which is its own."""
    counted: Counter[Why] = field(default_factory=Counter)
    twice: int = 0
    """Photos that the source gave before under the same key."""
    _makings: dict[tuple[str, str], tuple[Mapping[str, Any], str]] = field(default_factory=dict)

    def orders(self, listing: Iterable[Listed]) -> Iterator[Order]:
        for chunk in chunks(listing, CHUNK):
            fresh = self.ledger.first_time([photo.key for photo in chunk])
            known = self.ledger.known([photo.key for photo in chunk])
            for photo in chunk:
                if photo.key not in fresh:
                    self.twice += 1
                    continue
                fresh.discard(photo.key)
                yield from self._order(photo, known.get(photo.key))

    def _order(self, photo: Listed, known: Known | None) -> Iterator[Order]:
        category = self.sort(photo)
        quality = asked_quality(known)
        reason = why(known, photo.stamp, self.identity(category.path, quality), self.wishes)
        self.counted[reason] += 1
        if reason is not Why.DONE:
            order = self._made(photo, category, quality, known)
            yield replace(order, afresh=reason in (Why.ASKED, Why.REVIEW), quality=quality)

    def _made(self, photo: Listed, category: Category, quality: str, known: Known | None) -> Order:
        folder = safe_folder(photo.folder)
        if known is not None and known.name:
            folder, name = known.folder, known.name
        elif photo.key in self.named:
            folder, name = self.named[photo.key]
        else:
            names = by_key(photo) if self.apart else choices(photo)
            name = self.ledger.name_for(photo.key, folder, names)
        own = self.claimed.get(photo.key, frozenset())
        if known is not None:
            own |= own_files(self.shelf.row(known.spot))
        asked = Asked(
            key=photo.key,
            stamp=photo.stamp,
            sku=photo.sku,
            place=photo.place,
            title=photo.title,
            shelf=photo.shelf,
            category=category.path,
            category_confidence=category.confidence,
            folder=folder,
            name=name,
            identity=self.identity(category.path, quality),
            making=self.making(category.path, quality),
            run=self.run,
            where=as_text(photo.origin.where),
            decision=f"redone:{quality}" if quality else None,
        )
        item = Item(photo.key, folder, name, photo.name, photo.origin, category.path)
        return Order(item, asked, own, attempts=known.attempts if known else 0)

    def identity(self, category: str, quality: str = "") -> str:
        return self._by(category, quality)[1]

    def making(self, category: str, quality: str = "") -> Mapping[str, Any]:
        return self._by(category, quality)[0]

    def _by(self, category: str, quality: str) -> tuple[Mapping[str, Any], str]:
        asked = category, quality
        if asked not in self._makings:
            making = making_of(self.work.at(quality) if quality else self.work, category)
            self._makings[asked] = making, identity_of(making)
        return self._makings[asked]


def choices(photo: Listed) -> Iterator[str]:
    """Names for its results, the nicest first, without end."""
    stem = PurePosixPath(photo.name).stem
    nice = [stem, photo.name]
    if photo.sku:
        first = photo.sku if photo.place == 1 else f"{photo.sku}_{photo.place}"
        nice = [first, f"{first}_{stem}", f"{first}_{photo.name}"]
    last = safe_name(nice[-1])
    return chain(map(safe_name, nice), (f"{last}~{number}" for number in count(2)))


def by_key(photo: Listed) -> Iterator[str]:
    """Names that no other photo can ask for."""
    own = photo.key if photo.sku in ("", photo.key) else f"{photo.sku}_{photo.key}"
    return chain((safe_name(own),), (f"{safe_name(own)}~{number}" for number in count(2)))


def safe_folder(folder: str) -> str:
    """Mirrors the source's; our own house stays ours."""
    parts = [safe_name(part) for part in folder.split("/") if part not in ("", ".", "..")]
    if parts and parts[0].casefold() == HOUSE:
        parts[0] = f"_{parts[0]}"
    return "/".join(parts)


def chunks(listing: Iterable[Listed], size: int) -> Iterator[Sequence[Listed]]:
    photos = iter(listing)
    while chunk := tuple(islice(photos, size)):
        yield chunk
