"""What HTML pages share: escaped words, shapes beside colours, pictures inside, and a policy."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from html import escape
from pathlib import Path

from packshot.words import Words

MADE_BY = "packshot"
"""Stands in the first lines: a page of ours may be written over, another's not."""

ICONS = {
    "good": "M6.2 13.2 1.5 8.5l2-2 2.7 2.7 6.3-6.4 2 2z",
    "doubt": "M8 1 15.5 14.5H.5zM7.2 5.5v5h1.6v-5zm0 6v1.6h1.6v-1.6z",
    "bad": "M3 1 8 6l5-5 2 2-5 5 5 5-2 2-5-5-5 5-2-2 5-5-5-5z",
    "advice": "M8 3.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z",
}
"""A shape for each tone, so that colour is never the only sign."""


class Speaker:
    """Says words in one language, safe to stand in HTML."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, words: Words) -> str:
        return escape(words.in_(self.language))


def head(title: str, language: str, *, style: str, script: str = "", images: str = "data:") -> str:
    """Up to `<body>`. The hashes let this style and this script in and nothing else."""
    scripts = f"'{_digest(script)}'" if script else "'none'"
    policy = (
        f"default-src 'none'; img-src {images}; style-src '{_digest(style)}'; "
        f"script-src {scripts}; base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="{MADE_BY}">\n'
        f"<title>{escape(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
    )


def icon(tone: str) -> str:
    return f'<svg viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d="{ICONS[tone]}"/></svg>'


def inside(data: bytes) -> str:
    """A picture as an address that holds it."""
    media = "webp" if data[8:12] == b"WEBP" else "jpeg"
    return f"data:image/{media};base64,{base64.b64encode(data).decode()}"


@lru_cache
def beside(file: str) -> str:
    """A style or script of this folder."""
    return (Path(__file__).parent / file).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
