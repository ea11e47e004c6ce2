"""A page as a browser takes it: which elements, and what in it would be obeyed."""

from __future__ import annotations

from html.parser import HTMLParser


class Seen(HTMLParser):
    """What a browser would obey in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        told = dict(attrs)
        obeyed = [name for name in told if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not told.get("src")):
            obeyed.append(tag)
        obeyed += [value for value in told.values() if (value or "").lower().startswith("javascript:")]
        self.inline += obeyed


def inline(html: str) -> list[str]:
    seen = Seen()
    seen.feed(html)
    return seen.inline


def tags(html: str) -> list[str]:
    seen = Seen()
    seen.feed(html)
    return seen.tags
