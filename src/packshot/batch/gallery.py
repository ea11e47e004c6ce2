"""Small pictures of a run, for pages: what was made, and the photos that it was made of."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from packshot.batch.ledger import Ledger
from packshot.batch.origins import FileOrigin, LinkOrigin, Origin, StoreOrigin
from packshot.batch.shelf import Shelf, new_run
from packshot.batch.store import Store
from packshot.batch.thumbs import thumb
from packshot.errors import PackshotError


class Gallery:
    """Use as a context. A picture that cannot be had is empty: a page is none the worse for it."""

    def __init__(self, store: Store, *, side: int, allow_private: bool = False) -> None:
        self._store, self._side, self._allow_private = store, side, allow_private
        self._shelf, self._ledger = Shelf(store, new_run()), Ledger()
        self._ledger.load(self._shelf)

    def __enter__(self) -> Gallery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ledger.__exit__(kind, exc, trace)

    def after(self, file: str) -> bytes:
        try:
            return thumb(self._store.read(file), self._side)
        except (PackshotError, OSError):
            return b""

    def before(self, key: str) -> bytes:
        known = self._ledger.known([key]).get(key)
        if known is None:
            return b""
        try:
            return thumb(self._origin(self._shelf.row(known.spot)["where"] or "").read(), self._side)
        except (PackshotError, OSError):
            return b""

    def _origin(self, where: str) -> Origin:
        """Photos inside an archive are not sought: their page would open it again for each."""
        scheme, found, rest = where.partition("://")
        if not found:
            return FileOrigin(Path(where))
        if scheme in ("http", "https"):
            return LinkOrigin(where, self._allow_private)
        folder, _, name = rest.rpartition("/")
        return StoreOrigin(Store(f"{scheme}://{folder}", self._store.options), name)
