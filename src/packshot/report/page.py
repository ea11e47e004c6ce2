"""One self-contained page for a run: no other file, no outside host; it can be mailed and opened anywhere.

The picture is the page: the answer first, then why, then each finding, whose boxes light up on the photo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.metadata import version

from packshot.report.entry import SEVERITIES, STATES, TONES, Entry, Found
from packshot.report.html import Speaker, beside, head, icon, inside
from packshot.rules.base import RULES
from packshot.words import Words, say, say_n

Pictures = Callable[[Entry], Mapping[str, bytes]]
"""`before` and each variant, small; asked for when the photo's turn comes, so that memory stays flat."""


def page(
    entries: Iterable[Entry], pictures: Pictures, language: str, *, title: str, counted: Mapping[str, int]
) -> Iterator[str]:
    """HTML in pieces, a photo each; `counted` says how many of each state there are."""
    spoken = Speaker(language)
    yield _head(counted, spoken, title)
    rules: dict[str, None] = {}
    for number, entry in enumerate(entries):
        rules |= dict.fromkeys(finding.rule for finding in entry.findings)
        yield _photo(number, entry, pictures(entry), spoken)
    yield _guide(sorted(rules), spoken)
    yield _foot(spoken)


def _head(counted: Mapping[str, int], spoken: Speaker, title: str) -> str:
    buttons = "".join(
        f'<button type="button" data-state="{state}" aria-pressed="false" class="{TONES[state]}">'
        f"{icon(TONES[state])}{spoken(STATES[state])}: {count}</button>"
        for state, count in counted.items()
    )
    photos = spoken(say_n("{count} photo", "{count} photos", sum(counted.values())))
    empty = "" if counted else f'<p class="none">{spoken(say("No photos."))}</p>'
    return (
        f"{head(title, spoken.language, style=beside('page.css'), script=beside('page.js'))}"
        f"<header><h1>{escape(title)}</h1><p>{photos}</p>"
        f'<div class="totals" role="group" aria-label="{spoken(say("Show only"))}">{buttons}</div></header>\n'
        f"<main>{empty}\n"
    )


GUIDE = ("Why", "How to shoot", "Fix")
"""Of a rule's page: what a seller needs to shoot better next time."""


def _guide(rules: Sequence[str], spoken: Speaker) -> str:
    """A paragraph for each rule that spoke, to which its findings link."""
    told = "".join(_paragraph(name, spoken) for name in rules if name in RULES)
    if not told:
        return ""
    return f'<section class="guide"><h2>{spoken(say("How to shoot so that it holds"))}</h2>{told}</section>'


def _paragraph(name: str, spoken: Speaker) -> str:
    rule = RULES[name]
    parts = "".join(
        f"<p><strong>{spoken(Words(heading))}:</strong> {spoken(Words(text))}</p>"
        for heading, text in rule.page
        if heading in GUIDE
    )
    return f'<article id="guide-{escape(name)}"><h3>{spoken(Words(rule.title))}</h3>{parts}</article>'


def _foot(spoken: Speaker) -> str:
    made = spoken(say("Made by packshot {version}.", version=version("packshot")))
    return f"</main>\n<footer>{made}</footer>\n<script>{beside('page.js')}</script>\n</body>\n</html>\n"


def _photo(number: int, entry: Entry, pictures: Mapping[str, bytes], spoken: Speaker) -> str:
    left = "".join(_left(variant, found, spoken) for variant, found in entry.left.items() if found)
    reasons = _unsaid(entry, spoken.language)
    why = "".join(f"<li>{escape(reason[spoken.language])}</li>" for reason in reasons)
    found = "".join(
        _finding(finding, f"{number}-{index}", spoken) for index, finding in enumerate(entry.findings)
    )
    heading = f"<h3>{spoken(say('What was found'))}</h3>" if found else ""
    return (
        f'<article class="photo" data-state="{entry.state}" aria-labelledby="name-{number}">'
        f"{_view(number, entry, pictures, spoken)}"
        f'<div class="told"><h2 id="name-{number}">{escape(entry.title)}</h2>'
        f'<p class="verdict {entry.tone}">{icon(entry.tone)}<span>'
        f"{escape(entry.headline[spoken.language])}</span></p>"
        f'<ul class="why">{why}</ul>{heading}<ul class="findings">{found}</ul>{left}</div></article>\n'
    )


def _unsaid(entry: Entry, language: str) -> Iterable[Mapping[str, str]]:
    return (reason for reason in entry.why if reason[language] not in entry.headline[language])


def _left(variant: str, findings: Sequence[Found], spoken: Speaker) -> str:
    """What is still found in a picture that we made."""
    told = "".join(_finding(finding, "", spoken) for finding in findings)
    count = len(findings)
    title = spoken(
        say_n(
            "{count} finding left in {variant}", "{count} findings left in {variant}", count, variant=variant
        )
    )
    return f'<details><summary>{title}</summary><ul class="findings">{told}</ul></details>'


def _view(number: int, entry: Entry, pictures: Mapping[str, bytes], spoken: Speaker) -> str:
    before = pictures.get("before", b"")
    after = {name: data for name, data in pictures.items() if name != "before" and data}
    name = escape(entry.key)
    if not before and not after:
        nothing = spoken(say("There is no picture to show."))
        return f'<div class="view"><div class="frame"><p class="none">{nothing}</p></div></div>'
    shown = _image(before, "before", spoken(say("{name}, before", name=entry.key))) if before else ""
    boxes = _boxes(number, entry)
    if not after:
        return f'<div class="view"><div class="frame">{shown}{boxes}</div></div>'
    for index, (variant, data) in enumerate(after.items()):
        alt = spoken(say("{name}, after: {variant}", name=entry.key, variant=variant))
        shown += _image(data, "after", alt, variant=variant, hidden=index > 0)
    buttons = "".join(
        f'<button type="button" data-variant="{escape(variant)}" aria-pressed="{str(index == 0).lower()}">'
        f"{escape(variant)}</button>"
        for index, variant in enumerate(after)
    )
    slider = (
        f"<label><span>{spoken(say('Before'))}</span>"
        f'<input type="range" min="0" max="100" value="50" '
        f'aria-label="{spoken(say("How much of the photo before is shown"))}: {name}">'
        f"<span>{spoken(say('After'))}</span></label>"
    )
    return (
        f'<div class="view"><div class="frame compare">{shown}{boxes}<span class="edge"></span></div>'
        f'<div class="controls">{slider}{buttons}</div></div>'
    )


def _image(data: bytes, kind: str, alt: str, *, variant: str = "", hidden: bool = False) -> str:
    return (
        f'<img class="{kind}" alt="{alt}" data-variant="{escape(variant)}"{" hidden" if hidden else ""} '
        f'decoding="async" src="{inside(data)}">'
    )


def _boxes(number: int, entry: Entry) -> str:
    if entry.size is None:
        return ""
    drawn = "".join(
        f'<g><rect class="under" x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"/>'
        f'<rect class="box" data-finding="{number}-{index}" x="{left}" y="{top}" '
        f'width="{right - left}" height="{bottom - top}"/></g>'
        for index, finding in enumerate(entry.findings)
        for left, top, right, bottom in finding.boxes
    )
    width, height = entry.size
    return f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">{drawn}</svg>' if drawn else ""


def _finding(finding: Found, identity: str, spoken: Speaker) -> str:
    tone = {"error": "bad", "warning": "doubt"}.get(finding.severity, "advice")
    sure = f" {spoken(finding.how_sure)}" if finding.how_sure else ""
    lights = f' data-finding="{identity}" tabindex="0"' if identity and finding.boxes else ""
    return (
        f'<li class="finding"{lights}><span class="{finding.severity}">{icon(tone)}</span><div>'
        f'<p class="rule"><b class="{finding.severity}">{spoken(SEVERITIES[finding.severity])}</b> '
        f"{_name(finding.rule)}</p><p>{escape(finding.message[spoken.language])}{sure}</p>"
        f'<p class="cure">{escape(finding.cure[spoken.language])}</p></div></li>'
    )


def _name(rule: str) -> str:
    name = escape(rule)
    return f'<a href="#guide-{name}">{name}</a>' if rule in RULES else name
