"""Where pictures lie: by what they contain, each organisation's apart.

The same bytes of one organisation are kept once. Those of two are kept twice, so that nobody learns from us
what somebody else has, and so that what one deletes is gone.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from packshot.batch.store import Store
from packshot.service.ids import is_id
from packshot.service.settings import Settings
from packshot.service.tables import HASH

SIZED = (160, 320, 640, 1280, 2048)
"""Widths that pages may ask for: each other one would be a file for an attacker to fill the disk with."""

FRESH_SECONDS = 1800.0
GRACE_SECONDS = 2 * FRESH_SECONDS
"""Bytes younger than this stay though no row names them: their rows are being written."""


@dataclass(frozen=True)
class Depot:
    store: Store

    @staticmethod
    def of(settings: Settings) -> Depot:
        options = {"endpoint_url": settings.storage_endpoint} if settings.storage_endpoint else None
        return Depot(Store.at(settings.storage_url, options))

    def put(self, org_id: str, data: bytes) -> str:
        """Its sha256; written where it is not there yet, or is so old that tidying may just take it away."""
        sha256 = hashlib.sha256(data).hexdigest()
        name = _name(org_id, sha256)
        known = self.store.stat(name)
        if known is None or known.size != len(data) or known.written_at < time.time() - FRESH_SECONDS:
            self.store.write(name, data)
        return sha256

    def put_file(self, org_id: str, stream: IO[bytes]) -> str:
        """The same for what is too large for the memory."""
        stream.seek(0)
        sha256 = hashlib.file_digest(cast(Any, stream), "sha256").hexdigest()
        stream.seek(0)
        self.store.write_from(_name(org_id, sha256), stream)
        return sha256

    def copy_to(self, org_id: str, sha256: str, path: Path) -> None:
        """Raises FileNotFoundError where it was deleted."""
        with self.store.open(_name(org_id, sha256)) as stored, path.open("wb") as copied:
            shutil.copyfileobj(stored, copied, 1 << 20)

    def get(self, org_id: str, sha256: str) -> bytes:
        """Raises FileNotFoundError where it was deleted."""
        return self.store.read(_name(org_id, sha256))

    def forget(self, org_id: str, sha256: str) -> None:
        """With all its sizes."""
        self.store.delete(_name(org_id, sha256))
        for width in SIZED:
            self.store.delete(_sized(org_id, sha256, width))

    def forget_if_old(self, org_id: str, sha256: str) -> bool:
        """For bytes that no row names. Looked at once more: they may have come again meanwhile."""
        known = self.store.stat(_name(org_id, sha256))
        if known is not None and not 0 < known.written_at < time.time() - GRACE_SECONDS:
            return False
        self.forget(org_id, sha256)
        return True

    def pictures(self) -> Iterator[tuple[str, str]]:
        """Organisation and sha256 of all that lies here, some more than once: each size names its picture."""
        for stored in self.store.list():
            org_id, _, rest = stored.name.partition("/")
            sha256 = rest.rpartition("/")[2].partition("-")[0]
            if is_id(org_id) and len(sha256) == HASH:
                yield org_id, sha256

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
