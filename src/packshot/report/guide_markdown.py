"""The guide as Markdown: for wikis, chats and pull requests."""

from __future__ import annotations

from collections.abc import Iterator

from packshot.report.guide import SEVERITIES, Asked, Guide, Number
from packshot.words import Words, say


def markdown(guide: Guide) -> str:
    return "\n".join(_lines(guide)) + "\n"


def _lines(guide: Guide) -> Iterator[str]:
    def spoken(words: Words) -> str:
        return words.in_(guide.language)

    yield f"# {spoken(guide.title)}"
    yield ""
    yield spoken(say("Rules as of {day}.", day=guide.day.isoformat()))
    for chapter in guide.shooting:
        yield from ("", f"## {spoken(chapter.title)}", "")
        yield from (f"{number}. {spoken(step)}" for number, step in enumerate(chapter.steps, 1))
    for severity, (title, meaning) in SEVERITIES.items():
        rules = [rule for rule in guide.asked if rule.severity is severity]
        if rules:
            yield from ("", f"## {spoken(title)}", "", spoken(meaning))
        for rule in rules:
            yield from _rule(rule, guide)
    yield from ("", f"## {spoken(say('What packshot makes of it'))}", "")
    yield from (f"- {spoken(line)}" for line in guide.made)
    if guide.sources:
        yield from ("", f"## {spoken(say('Sources'))}", "")
    for source in guide.sources:
        name = f"[{source.title}]({source.address})" if source.address else source.title
        yield f"- **{source.key}**: {name}. {source.site}{', ' + source.shown if source.shown else ''}"


def _rule(rule: Asked, guide: Guide) -> Iterator[str]:
    language = guide.language
    yield from ("", f"### {rule.title.in_(language)}")
    if rule.numbers:
        yield ""
    yield from (f"- {_number(number, language)}" for number in rule.numbers)
    for heading, name in HEADINGS.items():
        if heading in rule.page:
            yield from ("", f"**{name.in_(language)}** {rule.page[heading].in_(language)}")


HEADINGS = {
    "Why": say("Why:"),
    "How to shoot": say("How to shoot:"),
    "Holds": say("Do:"),
    "Breaks": say("Don't:"),
    "Fix": say("Can we mend it:"),
}


def _number(number: Number, language: str) -> str:
    links = ", ".join(f"[{s.key}]({s.address})" if s.address else s.key for s in number.sources)
    until = say("until {day}", day=number.until.isoformat()).in_(language) if number.until else ""
    note = ", ".join(part for part in (number.trust.in_(language), links, until) if part)
    return f"{number.text.in_(language)} ({note})"
