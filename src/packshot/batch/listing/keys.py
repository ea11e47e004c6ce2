"""Keys that last, and counts of them that stay small over millions."""

from __future__ import annotations

import hashlib
import re
from array import array
from urllib.parse import urlsplit, urlunsplit

PASSING = re.compile(r"(X-Amz-|X-Goog-|AWSAccessKeyId=|Signature=|Expires=|Key-Pair-Id=)", re.IGNORECASE)
"""Parts of a link that a cloud signs anew at every export: it is the same photo all the same."""
FIRST_SLOTS = 1 << 12


def written(path: str) -> str:
    """A path as text that can be stored and sent; on Linux any bytes may be a name, and they stay apart."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def lasting(link: str) -> str:
    """A link without what changes while the photo does not, and without what nobody should read."""
    if "?" not in link or "://" not in link:
        return link
    parts = urlsplit(link)
    kept = [one for one in parts.query.split("&") if not PASSING.match(one)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(kept), parts.fragment))


class Counts:
    """How often each text came: about thirty bytes a text, however long. A set of them would take ten times
    as much.

    Texts are told apart by 64 bits: among ten million the odds that two are mixed up are 1 to 370,000.
    """

    def __init__(self) -> None:
        self._used = 0
        self._empty(FIRST_SLOTS)

    def add(self, text: str) -> int:
        """How often it has come by now."""
        mark = int.from_bytes(hashlib.blake2b(written(text).encode(), digest_size=8).digest()) or 1
        slot = self._slot(mark)
        if not self._marks[slot]:
            self._marks[slot] = mark
            self._used += 1
        self._counts[slot] += 1
        count = self._counts[slot]
        if self._used * 5 > len(self._marks) * 3:
            self._grow()
        return count

    def _empty(self, slots: int) -> None:
        self._marks, self._counts = array("Q", bytes(8 * slots)), array("I", bytes(4 * slots))

    def _slot(self, mark: int) -> int:
        last = len(self._marks) - 1
        slot = mark & last
        while self._marks[slot] not in (0, mark):
            slot = (slot + 1) & last
        return slot

    def _grow(self) -> None:
        old = zip(self._marks, self._counts, strict=True)
        self._empty(2 * len(self._marks))
        for mark, count in old:
            if mark:
                slot = self._slot(mark)
                self._marks[slot], self._counts[slot] = mark, count
