"""A small form: text only, and little of it, for it is read before anybody knows who sends it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

MOST_FIELDS, MOST_LETTERS = 20, 10_000


class Form(dict[str, list[str]]):
    def text(self, name: str) -> str:
        return self.get(name, [""])[0]

    def number(self, name: str) -> int | None:
        """None where nothing was filled in, or no number that could be meant."""
        told = self.text(name).strip()
        return int(told) if told.isdecimal() and len(told) < 9 else None


async def _read(request: Request) -> Form:
    filled = Form()
    async with request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=MOST_LETTERS) as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                filled.setdefault(name, []).append(value)
    return filled


Fields = Annotated[Form, Depends(_read)]
