"""Small pictures that stand in the page itself: they take the colour of the words beside them."""

from __future__ import annotations

from markupsafe import Markup

from packshot.report.html import ICONS as TONES

PATHS = TONES | {
    "add": "M7 2h2v5h5v2H9v5H7V9H2V7h5z",
    "again": "M8 2a6 6 0 1 1-5.7 4.1l1.9.6A4 4 0 1 0 8 4v2.4L3.8 3.2 8 0z",
    "archive": "M1 2h14v4H1zm1 5h12v7H2zm4 1.5v2h4v-2z",
    "back": "m10.5 2.5 1.4 1.4L7.8 8l4.1 4.1-1.4 1.4L5 8z",
    "bin": "M6 1h4l1 1.5h3v2H2v-2h3zM3 5.5h10l-.8 9.5H3.8zM6 7v6h1.3V7zm2.7 0v6H10V7z",
    "camera": (
        "M5.5 2h5L12 4h3v10H1V4h3zM8 5.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zm0 1.8a1.7 1.7 0 1 1 0 3.4 "
        "1.7 1.7 0 0 1 0-3.4z"
    ),
    "clock": (
        "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 2a5 5 0 1 1 0 10A5 5 0 0 1 8 3zm-1 1.5v4l3 2 1-1.5L8.8 7.6V4.5z"
    ),
    "copy": "M5 1h10v10h-3V4H5zM1 5h10v10H1z",
    "cog": (
        "M6.8 1h2.4l.4 1.9 1.3.6 1.7-1 1.7 1.7-1 1.7.6 1.3 1.9.4v2.4l-1.9.4-.6 1.3 1 1.7-1.7 "
        "1.7-1.7-1-1.3.6-.4 1.9H6.8l-.4-1.9-1.3-.6-1.7 1-1.7-1.7 1-1.7-.6-1.3L.2 "
        "9.2V6.8l1.9-.4.6-1.3-1-1.7 1.7-1.7 1.7 1 1.3-.6zM8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"
    ),
    "download": "M7 1h2v7l2.5-2.5 1.4 1.4L8 11.8 3.1 6.9l1.4-1.4L7 8zM2 13h12v2H2z",
    "book": "M1 2h5.5L8 3l1.5-1H15v11H9.5L8 14l-1.5-1H1zm2 2v7h4V4.6L6 4zm7 0-1 .6V11h4V4z",
    "keys": (
        "M1 3h14v10H1zm2 2v1.5h1.5V5zm3 0v1.5h1.5V5zm3 0v1.5h1.5V5zm3 0v1.5h1V5zM3 7.5V9h1.5V7.5zm3 "
        "0V9h1.5V7.5zm3 0V9h1.5V7.5zm3 0V9h1V7.5zM5 10v1.5h6V10z"
    ),
    "link": (
        "M6.6 9.4a3 3 0 0 1 0-4.2l2.5-2.5a3 3 0 0 1 4.2 4.2l-1.6 1.6-1.3-1.3L12 5.6A1.2 1.2 0 1 0 10.4 "
        "4L7.9 6.5a1.2 1.2 0 0 0 0 1.6zm2.8-2.8a3 3 0 0 1 0 4.2l-2.5 2.5a3 3 0 0 1-4.2-4.2l1.6-1.6 1.3 "
        "1.3L4 10.4A1.2 1.2 0 1 0 5.6 12l2.5-2.5a1.2 1.2 0 0 0 0-1.6z"
    ),
    "menu": "M1 3h14v2H1zm0 4h14v2H1zm0 4h14v2H1z",
    "open": "M2 2h5v2H4v8h8V9h2v5H2zm7 0h5v5h-2V5.4L7.7 9.7 6.3 8.3 10.6 4H9z",
    "pen": "M11.5 1 15 4.5 5.5 14 1 15l1-4.5zm-.2 3L4 11.2l.8.8L12 4.7z",
    "person": "M8 1a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7zM1.5 15c0-3.5 2.9-5.5 6.5-5.5s6.5 2 6.5 5.5z",
    "pulse": "M1 7h3l2-5 3.5 10L11 7h4v2h-2.6l-2.9 6L6 6 5.3 9H1z",
    "review": (
        "M8 3c3.5 0 6 2.5 7.5 5C14 10.5 11.5 13 8 13S2 10.5.5 8C2 5.5 4.5 3 8 3zm0 2a3 3 0 1 0 0 6 3 3 0 0 "
        "0 0-6zm0 1.6a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8z"
    ),
    "undo": "M6 1v3h3.5a5 5 0 0 1 0 10H4v-2h5.5a3 3 0 0 0 0-6H6v3L1.5 5z",
}
"""Of 16 × 16."""


def icon(name: str) -> Markup:
    """Says nothing aloud: a word stands beside, or in the `aria-label` of what holds it."""
    path = f'<path fill-rule="evenodd" d="{PATHS[name]}"/>'
    return Markup(f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{path}</svg>')
