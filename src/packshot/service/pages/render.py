"""Fills templates. A page is a template that extends `base.html`, and a route that calls `page`.

To add a page:
1. `templates/history.html` begins with `{% extends "base.html" %}` and fills the blocks `title` and `main`
   (also `head` for `<link>` and `<script type="module">`, `keys` for its line in the help of keys). Sentences
   are `{{ _("Show only") }}`, `{{ _n("{count} photo", "{count} photos", n) }}`; values go by name, and may
   hold anything: all is escaped. `scripts/words.py` gathers them for translation.
2. `pages/history.py` has a `router` whose route returns `page(request, "history.html", photos=photos)`.
3. Its module `static/js/history.js` and sheet `static/css/history.css` are named by `asset("js/history.js")`.
   There are no sentences in modules: they stand in `data-…` attributes or a `<template>`. The policy of
   content lets in no `<script>` with a body, no `<style>`, no `style="…"`, no `onclick`.

In every template: `language`, `theme`, `frame` (who looks, and what the bar above shows), `request`, and
`_`, `_n`, `said` (of {"en": …, "ru": …}), `icon`, `asset`, `here` (this address with something else in its
query), `number`, `size`, `sides`, `when`, `lasted`, `state` and `tone` of an outcome. `macros.html` has what
pages share: a verdict's chip, a hidden CSRF field.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from packshot.report.entry import STATES, TONES
from packshot.service.pages import figures
from packshot.service.pages.choices import language_of, remember, theme_of
from packshot.service.pages.frame import frame_of
from packshot.service.pages.icons import icon
from packshot.service.pages.static import address
from packshot.words import Value, Words, say, say_n

TEMPLATES = Path(__file__).parent.parent / "templates"
HEADERS = {"cache-control": "private, no-cache", "vary": "accept-language, cookie"}
"""A page holds its reader's token. The door puts the policy of content on it, as on every answer."""


def page(request: Request, template: str, /, *, status: int = 200, **values: Any) -> HTMLResponse:
    language = language_of(request)
    text = (
        environment()
        .get_template(template)
        .render(
            {
                "flash": None,
                **values,
                "request": request,
                "language": language,
                "theme": theme_of(request),
                "frame": frame_of(request),
            }
        )
    )
    response = HTMLResponse(text, status, HEADERS)
    remember(request, response)
    return response


@lru_cache(maxsize=1)
def environment() -> Environment:
    filled = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filled.globals |= {
        "_": _say,
        "_n": _say_n,
        "said": _said,
        "icon": icon,
        "asset": address,
        "here": _here,
        "number": _number,
        "size": _size,
        "sides": _sides,
        "when": _when,
        "lasted": _lasted,
        "state": STATES.__getitem__,
        "tone": TONES.__getitem__,
    }
    return filled


@pass_context
def _say(context: Context, sentence: str | Words, /, **values: Value | Words) -> str:
    """A sentence written here, or words that came from below."""
    words = say(sentence, **values) if isinstance(sentence, str) else sentence
    return words.in_(context["language"])


@pass_context
def _say_n(context: Context, one: str, many: str, count: int, /, **values: Value | Words) -> str:
    shown = figures.number(count, context["language"])
    return say_n(one, many, count, **{"count": shown, **values}).in_(context["language"])


@pass_context
def _said(context: Context, texts: Mapping[str, str]) -> str:
    text: str = texts.get(context["language"]) or texts["en"]
    return text


@pass_context
def _here(context: Context, **query: str | None) -> str:
    """This address with something else in its query; None takes it out."""
    url = context["request"].url
    put = {name: value for name, value in query.items() if value is not None}
    url = url.remove_query_params([*query]).include_query_params(**put)
    return f"{url.path}?{url.query}" if url.query else url.path


@pass_context
def _number(context: Context, value: float) -> str:
    return figures.number(value, context["language"])


@pass_context
def _size(context: Context, size_bytes: int) -> str:
    return figures.size_of(size_bytes).in_(context["language"])


@pass_context
def _sides(context: Context, width: int, height: int) -> str:
    return figures.sides(width, height).in_(context["language"])


@pass_context
def _lasted(context: Context, seconds: float) -> str:
    return figures.seconds(seconds).in_(context["language"])


@pass_context
def _when(context: Context, moment: datetime | str) -> Markup:
    there = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    shown = figures.instant(there, context["language"])
    return Markup('<time datetime="{}">{}</time>').format(there.astimezone(UTC).isoformat(), shown)
