"""For GitHub Actions: an annotation a finding, beside the file in a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packshot.report.entry import Entry

COMMANDS = {"error": "error", "warning": "warning", "advice": "notice"}


def lines(entries: Iterable[Entry], language: str) -> Iterator[str]:
    for entry in entries:
        for finding in entry.findings:
            text = f"{finding.message[language]}\n{finding.cure[language]}"
            yield (
                f"::{COMMANDS[finding.severity]} file={_property(entry.path)},line=1,"
                f"title={_property(f'packshot: {finding.rule}')}::{_text(text)}\n"
            )
        if entry.state == "failed":
            why = _text(entry.headline[language])
            yield f"::error file={_property(entry.path)},line=1,title=packshot::{why}\n"


def _text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
