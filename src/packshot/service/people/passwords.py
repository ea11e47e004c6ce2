"""Passwords: kept as argon2id, compared in the same time whoever asks, and none that everybody would try."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from packshot.errors import BadOption
from packshot.words import say

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's least for argon2id; a hash made with other figures is made anew when its owner signs in."""
AT_ONCE = threading.BoundedSemaphore(4)
"""Each takes 19 MB: many sign-ins at a time wait for one another, instead of taking all the memory."""
LEAST, MOST = 10, 1000
ROWS = (
    "1234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "йцукенгшщзхъфывапролджэячсмитьбю",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
)
"""As fingers run over a keyboard."""
LEET = str.maketrans("@430$5!17", "aaeossiit")


class BadPassword(BadOption):
    code = "bad_password"


def hash_of(password: str) -> str:
    with AT_ONCE:
        return HASHER.hash(_same(password))


def matches(kept: str, password: str) -> bool:
    """Where there is no such user, `kept` is empty, and it takes as long: time tells nobody who is here."""
    with AT_ONCE:
        try:
            return HASHER.verify(kept or _nobodys(), _same(password)) and bool(kept)
        except (Argon2Error, InvalidHashError):
            return False


def is_old(kept: str) -> bool:
    return HASHER.check_needs_rehash(kept)


def check(password: str, email: str) -> None:
    """Length counts, and being no one's first guess; no rule of signs and capitals (NIST SP 800-63B)."""
    password = _same(password)
    if len(password) < LEAST:
        raise BadPassword(
            say("A password has at least {count} letters.", count=LEAST),
            say("A few words in a row are easy to keep in mind, and hard to guess."),
        )
    if len(password) > MOST:
        raise BadPassword(say("A password has at most {count} letters.", count=MOST))
    if _is_common(password) or _is_of(email, password):
        raise BadPassword(
            say("This password is one of the first that others would try."),
            say("A few words in a row are easy to keep in mind, and hard to guess."),
        )


def _same(password: str) -> str:
    """Letters as one keyboard writes them, and as another does."""
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def _common_words() -> tuple[str, ...]:
    """What people make passwords of: with figures and signs before or behind they are tried first."""
    return tuple(Path(__file__).with_name("common_words.txt").read_text("utf8").split())


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return HASHER.hash("nobody's")


def _is_common(password: str) -> bool:
    plain = password.casefold()
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    words = (_letters(plain), _letters(core.translate(LEET)))
    return (
        any(not one.replace(word, "") for word in _common_words() for one in words if one)
        or len(set(plain)) < 4
        or any(plain in 2 * row or plain in 2 * row[::-1] for row in ROWS)
    )


def _is_of(email: str, password: str) -> bool:
    plain = password.casefold()
    name, _, domain = email.casefold().partition("@")
    return plain in (email.casefold(), domain) or _letters(plain) == _letters(name) != ""


def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]+", "", text)
