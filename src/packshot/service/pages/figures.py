"""Numbers, sizes and moments as people of a language write them."""

from __future__ import annotations

from datetime import UTC, datetime

from packshot.words import Words, say, verbatim

NO_BREAK = "\N{NO-BREAK SPACE}"
MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "ru": [
        "января",
        "февраля",
        "марта",
        "апреля",
        "мая",
        "июня",
        "июля",
        "августа",
        "сентября",
        "октября",
        "ноября",
        "декабря",
    ],
}
KILO, MEGA, GIGA = 1_000, 1_000_000, 1_000_000_000


def number(value: float, language: str) -> str:
    """1 234,5 in Russian, 1,234.5 in English."""
    text = f"{value:,}"
    return text.replace(",", NO_BREAK).replace(".", ",") if language == "ru" else text


def size_of(size_bytes: int) -> Words:
    if size_bytes < KILO:
        return say("{count} B", count=size_bytes)
    if size_bytes < 10 * KILO:
        return say("{count:.1f} kB", count=size_bytes / KILO)
    if size_bytes < MEGA:
        return say("{count:.0f} kB", count=size_bytes / KILO)
    if size_bytes < GIGA:
        return say("{count:.1f} MB", count=size_bytes / MEGA)
    return say("{count:.1f} GB", count=size_bytes / GIGA)


def day(moment: datetime, language: str) -> str:
    there = moment.astimezone(UTC)
    return f"{there.day}{NO_BREAK}{MONTHS[language][there.month - 1]} {there.year}"


def instant(moment: datetime, language: str) -> str:
    """In UTC; the browser, which knows its zone, puts its own time there."""
    return f"{day(moment, language)}, {moment.astimezone(UTC):%H:%M} UTC"


def seconds(value: float) -> Words:
    if value < 1:
        return say("{count:.0f} ms", count=value * 1000)
    if value < 60:
        return say("{count:.1f} s", count=value)
    minutes, rest = divmod(round(value), 60)
    return say("{minutes} min {rest} s", minutes=minutes, rest=rest) if minutes < 60 else _hours(minutes)


def _hours(minutes: int) -> Words:
    return say("{hours} h {rest} min", hours=minutes // 60, rest=minutes % 60)


def sides(width: int, height: int) -> Words:
    return verbatim(f"{width}{NO_BREAK}×{NO_BREAK}{height}")
