"""Names and e-mails that people give: one line, no tricks, as long as the table takes."""

from __future__ import annotations

import re
import unicodedata

from packshot.errors import BadOption
from packshot.words import Words, say

MOST = 200
MOST_EMAIL = 254
EMAIL = re.compile(r"[^@\s<>\"(),:;\\\[\]]{1,64}@[^@\s<>\"(),:;\\\[\]]{1,190}")


def one_line(text: str, what: Words, *, may_be_empty: bool = False) -> str:
    """Without what steers a terminal, ends a header, or turns the direction of writing."""
    shown = "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", text))
    shown = " ".join("".join(letter for letter in shown if letter.isprintable()).split())
    if not shown and not may_be_empty:
        raise BadOption(say("{what} is missing.", what=what), say("Fill it in."))
    if len(shown) > MOST:
        raise BadOption(
            say("{what} is longer than {count} letters.", what=what, count=MOST), say("Shorten it.")
        )
    return shown


def email_of(text: str) -> str:
    """In lower case: it is whom we know by it, not where we send to."""
    email = unicodedata.normalize("NFKC", text).strip().lower()
    if len(email) > MOST_EMAIL or not EMAIL.fullmatch(email) or not email.isprintable():
        raise BadOption(
            say("{text} is no e-mail address.", text=text[:100]), say("Write it as name@shop.example.")
        )
    return email
