"""A query that a person gives: one that reads, as a table to choose from."""

from __future__ import annotations

import re

import sqlalchemy as sa

from packshot.errors import BadSource
from packshot.words import say

_QUOTED = re.compile(
    r"""(?P<literal> '(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$ )
      | (?P<comment> --[^\n]* | /\*.*?\*/ )""",
    re.VERBOSE | re.DOTALL,
)
_BEGINS = re.compile(r"\s*\(*\s*(select|with)\b", re.IGNORECASE)
_COLON = re.compile(r"(:[\w$]*)(?![:\w$])")


def reading(query: str) -> str:
    """The query without its last semicolon; refuses whatever is not one SELECT.

    It is asked inside of ours and, where the database knows such a thing, in a transaction that only reads:
    this check is for the sake of a clear answer.
    """
    bare = _QUOTED.sub(_blank, query)
    end = len(bare.rstrip().rstrip(";").rstrip())
    if not _BEGINS.match(bare) or ";" in bare[:end]:
        raise BadSource(
            say("The query is not one SELECT."),
            say("Give one query that begins with SELECT or WITH and only reads, without a semicolon inside."),
        )
    return query[:end]


def as_table(query: str, names: list[str]) -> sa.Subquery:
    # SQLAlchemy takes :name for a parameter; a backslash says that the colon is meant.
    told = sa.text(_COLON.sub(r"\\\1", query))
    return told.columns(*(sa.column(name) for name in names)).subquery("packshot_query")


def _blank(found: re.Match[str]) -> str:
    return ("x" if found["literal"] else " ") * len(found[0])
