"""What a stranger's letters may be before they are shown: one line, printable, not too long."""

from __future__ import annotations


def harmless(text: str, most: int) -> str:
    """Line ends, escape sequences and letters that turn the writing round do nothing any more."""
    one_line = " ".join(text[: 2 * most].split())[:most]
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in one_line)
