"""Words and numbers as a language writes them, safe to stand in HTML."""

from __future__ import annotations

from packshot.report.catalogue.evenness import MEASURES
from packshot.report.html import Speaker
from packshot.words import say

THIN = "\u202f"
"""Parts thousands in both languages and never breaks a line."""
TIMES = ((3_600_000, say("h")), (60_000, say("min")), (1000, say("s")), (1, say("ms")))


class Teller(Speaker):
    """Says words, and numbers as the language writes them."""

    def percent(self, share: float) -> str:
        return percent(share, self.language)

    def decimal(self, value: float, digits: int) -> str:
        return decimal(value, digits, self.language)

    def time(self, ms: float) -> str:
        size, unit = next((one for one in TIMES if ms >= one[0]), TIMES[-1])
        value = ms / size
        digits = 0 if value >= 10 or size == 1 else 1
        return f"{self.decimal(value, digits)}{THIN}{unit.in_(self.language)}"

    def measure(self, name: str, value: float) -> str:
        unit = next(one.unit for one in MEASURES if one.name == name)
        return self.percent(value) if unit == "%" else self.decimal(value, 0)


def grouped(number: float) -> str:
    return f"{number:,.0f}".replace(",", THIN)


def decimal(value: float, digits: int, language: str) -> str:
    text = f"{value:,.{digits}f}".replace(",", THIN)
    return text.replace(".", ",") if language == "ru" else text


def percent(share: float, language: str) -> str:
    """Nothing that occurs is 0 %, and nothing that has an exception 100 %."""
    if share == 0:
        return f"0{THIN}%"
    if 0 < share < 0.001:
        return f"<{THIN}{decimal(0.1, 1, language)}{THIN}%"
    if 0.999 < share < 1:
        return f">{THIN}{decimal(99.9, 1, language)}{THIN}%"
    return f"{decimal(100 * share, 1 if share < 0.1 else 0, language)}{THIN}%"
