"""Secrets that stand for somebody: 256 random bits, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from packshot.service.ids import LETTERS

LENGTH = 52
"""Letters of five bits each."""


def new_token() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def hashed(token: str) -> str:
    """Nobody can try 2²⁵⁶ of them: a slow hash, as passwords need, would only cost."""
    return hashlib.sha256(token.encode("utf8", "surrogatepass")).hexdigest()


def signed(secret: str, purpose: str, what: str) -> str:
    return hmac.new(secret.encode(), f"{purpose}:{what}".encode(), "sha256").hexdigest()


def same(one: str, other: str) -> bool:
    """In the same time, however much of them agrees."""
    return hmac.compare_digest(one.encode("utf8", "surrogatepass"), other.encode("utf8", "surrogatepass"))
