"""What is done to one photo, in a process of its own: read, judge or mend it, put its files into the depot.

The database is not asked here: what has to be known comes with the order, and what came of it goes back.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from packshot.errors import BadPhoto, PackshotError, StoreFailed
from packshot.journey.report import plain
from packshot.report.entry import STATES
from packshot.service.depot import Depot, small
from packshot.words import Words, say

TILE = 320
"""Width of the pictures in grids: made here, where there is time for it."""
MEDIA = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "tiff": "image/tiff",
    "heic": "image/heic",
}
UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Order:
    photo_id: str
    org_id: str
    kind: str
    name: str
    wish: Mapping[str, Any]
    sha256: str = ""
    """Of the original in the depot; empty where it has to be fetched."""
    url: str = ""
    mask: str = ""
    """Of a person's own mask in the depot."""
    background: str = ""
    """Of a picture to lay behind the product, in the depot."""


WARM_UP = Order("", "", "warm up", "", {})
"""Loads what the first photo would otherwise wait for; no photo is meant, and nothing is kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that now lies in the depot."""

    role: str
    sha256: str
    media_type: str
    name: str = ""
    width: int = 0
    height: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    outcome: str
    told: Mapping[str, Any]
    """For lists: headline, why, size, confidence."""
    doubt: float = 0.0
    files: tuple[Kept, ...] = ()
    found: tuple[tuple[str, str], ...] = ()
    """Rule and severity."""
    profile: str = ""
    category: str = ""
    seconds: float = 0.0


@dataclass
class Basket:
    """Gathers the files of one photo on their way into the depot."""

    depot: Depot
    order: Order
    files: dict[str, Kept] = field(default_factory=dict)

    def put(
        self, role: str, data: bytes, media_type: str, *, name: str = "", size: tuple[int, int] = (0, 0)
    ) -> str:
        sha256 = self.depot.put(self.order.org_id, data)
        self.files[role] = Kept(role, sha256, media_type, name, *size, len(data))
        return sha256

    def put_picture(
        self, role: str, data: bytes, media_type: str, *, name: str = "", size: tuple[int, int] = (0, 0)
    ) -> None:
        """With its tile."""
        sha256 = self.put(role, data, media_type, name=name, size=size)
        if tile := small(data, TILE):
            self.depot.put_sized(self.order.org_id, sha256, TILE, tile)

    def put_account(self, told: Mapping[str, Any]) -> None:
        """All that is known; packed, for it is long."""
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        self.put("account", gzip.compress(text, 6, mtime=0), "application/gzip")


@dataclass(frozen=True)
class Do:
    """Picklable: each worker gets it once."""

    depot: Depot
    max_bytes: int
    allow_private: bool = False

    def __call__(self, order: Order) -> Made | PackshotError:
        """`StoreFailed` is no photo's fault and comes back as it is: it is tried again."""
        from packshot.service.kinds import KINDS, warm

        if order.kind == WARM_UP.kind:
            warm()
            return Made("", {})
        began = time.perf_counter()
        basket = Basket(self.depot, order)
        try:
            data = self._read(order, basket)
            made = KINDS[order.kind](order, data, basket)
        except StoreFailed as error:
            return error
        except PackshotError as error:
            made = failed(error, order)
        files = tuple(basket.files.values())
        return replace(made, files=files, seconds=time.perf_counter() - began)

    def _read(self, order: Order, basket: Basket) -> bytes:
        if order.sha256:
            try:
                return self.depot.get(order.org_id, order.sha256)
            except FileNotFoundError:
                raise gone(order) from None
        from packshot.batch.links import fetch

        data = fetch(order.url, max_bytes=self.max_bytes, allow_private=self.allow_private)
        basket.put_picture("original", data, media_type_of(data), name=order.name)
        return data


def failed(error: PackshotError, order: Order) -> Made:
    """No picture, and why; told as every other outcome is."""
    why = plain(error.message)
    headline = {language: f"{STATES['failed'].in_(language)}: {text}" for language, text in why.items()}
    told = {
        "headline": headline,
        "why": [why],
        "cure": plain(error.cure),
        "code": error.reason if isinstance(error, BadPhoto) else error.code,
    }
    return Made("failed", told, doubt=1.0, profile=str(order.wish.get("profile") or ""))


def gone(order: Order) -> BadPhoto:
    return BadPhoto(
        order.name,
        "vanished",
        say("The photo itself was deleted; only what was told of it is kept."),
        say("Send the photo again."),
    )


def media_type_of(data: bytes) -> str:
    from packshot.image.sniff import format_of

    return MEDIA.get(format_of(data), UNKNOWN)


def broken(reason: Words, code: str, order: Order) -> Made:
    """We broke at this photo: it says so, and costs no other."""
    cure = say("Try it again; if it fails once more, send us the photo and this report.")
    error = PackshotError(reason, cure)
    error.code = code
    return failed(error, order)
