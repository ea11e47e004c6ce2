"""Names for rows: in the order of time, and not to be guessed."""

from __future__ import annotations

import secrets
import threading
import time

LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's: none looks like another."""
LENGTH = 26
RANDOM_BITS = 82

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """Milliseconds first, so that a page of history is a range of the key; then 82 random bits. In a process
    each is above the one before: photos of one form keep their order."""
    global _last
    with _lock:
        number = (time.time_ns() // 1_000_000) << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
        if number >> RANDOM_BITS <= _last >> RANDOM_BITS:
            number = _last + 1 + secrets.randbits(RANDOM_BITS // 2)
        _last = number
    return "".join(LETTERS[number >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


def is_id(text: str) -> bool:
    return len(text) == LENGTH and all(letter in LETTERS for letter in text)
