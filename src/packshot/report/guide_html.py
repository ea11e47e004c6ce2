"""The guide as one self-contained page: it prints, it reads on a phone, it asks nobody for anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

from packshot.report.guide import SEVERITIES, Asked, Guide, Number
from packshot.report.guide_markdown import HEADINGS
from packshot.report.guide_pictures import Figure, figures, plans
from packshot.words import Words, say

FOLDER = Path(__file__).parent


@lru_cache(maxsize=1)
def _page() -> Template:
    return Template((FOLDER / "guide.html").read_text("utf8"))


@lru_cache(maxsize=1)
def style() -> str:
    """Of the guide alone, for a site that shows `body` on a ground of its own: it takes the site's --ink,
    --faint, --card, --line, --good, --doubt and --bad.
    """
    return (FOLDER / "guide.css").read_text("utf8")


@lru_cache(maxsize=1)
def _whole_style() -> str:
    return (FOLDER / "guide_ground.css").read_text("utf8") + style()


def page(guide: Guide) -> str:
    return _page().substitute(
        language=guide.language, title=_text(guide.title, guide), style=_whole_style(), body=body(guide)
    )


def body(guide: Guide) -> str:
    return "\n".join(_parts(guide))


def _parts(guide: Guide) -> Iterator[str]:
    def spoken(words: Words) -> str:
        return _text(words, guide)

    groups = {
        severity: rules
        for severity in SEVERITIES
        if (rules := [rule for rule in guide.asked if rule.severity is severity])
    }
    yield f"<header><h1>{spoken(guide.title)}</h1>"
    yield f"<p>{spoken(say('Rules as of {day}.', day=guide.day.isoformat()))}</p>"
    yield f'<nav aria-label="{spoken(say("Contents"))}"><ul>'
    yield f'<li><a href="#made">{spoken(MADE)}</a></li>'
    yield from (f'<li><a href="#{c.anchor}">{spoken(c.title)}</a></li>' for c in guide.shooting)
    yield from (
        f'<li><a href="#{severity}">{spoken(SEVERITIES[severity][0])} ({len(rules)})</a></li>'
        for severity, rules in groups.items()
    )
    yield "</ul></nav></header>"

    yield f'<section id="made"><h2>{spoken(MADE)}</h2>'
    yield from _gallery(plans(guide), guide)
    yield "<ul>" + "".join(f"<li>{_swatched(spoken(line))}</li>" for line in guide.made) + "</ul></section>"
    pictures = figures(guide)
    if pictures:
        yield f'<section id="pictures"><h2>{spoken(say("Do and don’t"))}</h2>'
        yield from _gallery(pictures, guide)
        yield "</section>"
    for chapter in guide.shooting:
        yield f'<section id="{chapter.anchor}"><h2>{spoken(chapter.title)}</h2><ol>'
        yield from (f"<li>{spoken(step)}</li>" for step in chapter.steps)
        yield "</ol></section>"
    for severity, rules in groups.items():
        title, meaning = SEVERITIES[severity]
        yield f'<section id="{severity}" class="{severity}"><h2>{spoken(title)}</h2><p>{spoken(meaning)}</p>'
        for rule in rules:
            yield from _rule(rule, guide)
        yield "</section>"
    if guide.sources:
        yield f'<section id="sources"><h2>{spoken(say("Sources"))}</h2><ul>'
        for source in guide.sources:
            name = escape(source.title)
            if source.address:
                name = f'<a href="{escape(source.address)}" rel="noreferrer">{name}</a>'
            about = ", ".join(escape(part) for part in (source.site, source.shown) if part)
            yield f'<li id="source-{escape(source.key)}"><b>{escape(source.key)}</b> {name}. {about}</li>'
        yield "</ul></section>"


MADE = say("What packshot makes of it")


def _rule(rule: Asked, guide: Guide) -> Iterator[str]:
    anchor = escape(rule.rule)
    yield f'<article id="{anchor}"><h3><a href="#{anchor}">{_text(rule.title, guide)}</a></h3>'
    if rule.numbers:
        yield '<ul class="numbers">'
        yield from (f"<li>{_number(number, guide)}</li>" for number in rule.numbers)
        yield "</ul>"
    for heading, name in HEADINGS.items():
        if heading in rule.page:
            kind = heading.lower().replace(" ", "-")
            yield f'<p class="{kind}"><b>{_text(name, guide)}</b> {_text(rule.page[heading], guide)}</p>'
    yield "</article>"


def _number(number: Number, guide: Guide) -> str:
    links = ", ".join(
        f'<a href="{escape(source.address) or f"#source-{escape(source.key)}"}" rel="noreferrer">'
        f"{escape(source.key)}</a>"
        for source in number.sources
    )
    until = _text(say("until {day}", day=number.until.isoformat()), guide) if number.until else ""
    note = ", ".join(part for part in (_text(number.trust, guide), links, until) if part)
    kind = "" if number.confirmed else ' class="hearsay"'
    return f"<span>{_swatched(_text(number.text, guide))}</span> <small{kind}>{note}</small>"


def _gallery(pictures: list[Figure], guide: Guide) -> Iterator[str]:
    if not pictures:
        return
    yield '<div class="gallery">'
    for figure in pictures:
        sign = {"do": "✓ ", "dont": "✕ "}.get(figure.kind, "")
        caption = f"{sign}{_text(figure.caption, guide)}"
        if figure.rule:
            caption = f'<a href="#{escape(figure.rule)}">{caption}</a>'
        yield f'<figure class="{figure.kind}">{figure.markup(_text(figure.caption, guide))}'
        yield f"<figcaption>{caption}</figcaption></figure>"
    yield "</div>"


def _text(words: Words, guide: Guide) -> str:
    return escape(words.in_(guide.language))


def _swatched(text: str) -> str:
    """A patch of the colour beside each colour that is named."""
    return re.sub(
        r"#[0-9A-Fa-f]{6}\b",
        lambda found: (
            f'<svg class="swatch" viewBox="0 0 1 1" aria-hidden="true">'
            f'<rect width="1" height="1" fill="{found[0]}"/></svg>{found[0]}'
        ),
        text,
    )
