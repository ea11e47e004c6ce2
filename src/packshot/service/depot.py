"""Where pictures lie: by what they contain, each organisation's apart.

The same bytes of one organisation are kept once. Those of two are kept twice, so that nobody learns from us
what somebody else has, and so that what one deletes is gone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from packshot.batch.store import Store
from packshot.service.settings import Settings

SIZED = (160, 320, 640, 1280, 2048)
"""Widths that pages may ask for: each other one would be a file for an attacker to fill the disk with."""


@dataclass(frozen=True)
class Depot:
    store: Store

    @staticmethod
    def of(settings: Settings) -> Depot:
        options = {"endpoint_url": settings.storage_endpoint} if settings.storage_endpoint else None
        return Depot(Store.at(settings.storage_url, options))

    def put(self, org_id: str, data: bytes) -> str:
        """Its sha256; written only where it is not there yet."""
        sha256 = hashlib.sha256(data).hexdigest()
        name = _name(org_id, sha256)
        known = self.store.stat(name)
        if known is None or known.size != len(data):
            self.store.write(name, data)
        return sha256

    def get(self, org_id: str, sha256: str) -> bytes:
        """Raises FileNotFoundError where it was deleted."""
        return self.store.read(_name(org_id, sha256))

    def forget(self, org_id: str, sha256: str) -> None:
        """With all its sizes."""
        self.store.delete(_name(org_id, sha256))
        for width in SIZED:
            self.store.delete(_sized(org_id, sha256, width))

    def path(self, org_id: str, sha256: str) -> Path | None:
        """Of a local depot: what is sent as it lies needs no memory."""
        return self.store.path / _name(org_id, sha256) if self.store.is_local else None

    def put_sized(self, org_id: str, sha256: str, width: int, data: bytes) -> None:
        self.store.write(_sized(org_id, sha256, width), data)

    def sized(self, org_id: str, sha256: str, width: int) -> bytes:
        """A small WebP of a picture; made when it is first asked for, and kept."""
        name = _sized(org_id, sha256, width)
        try:
            return self.store.read(name)
        except FileNotFoundError:
            made = small(self.get(org_id, sha256), width)
            self.store.write(name, made)
            return made


def small(data: bytes, width: int) -> bytes:
    """See-through pictures stay so: pages lay their own ground under them."""
    from packshot.batch.thumbs import thumb

    return thumb(data, width, keep_alpha=True)


def _name(org_id: str, sha256: str) -> str:
    return f"{org_id}/{sha256[:2]}/{sha256}"


def _sized(org_id: str, sha256: str, width: int) -> str:
    return f"{org_id}/sized/{sha256[:2]}/{sha256}-{width}.webp"
