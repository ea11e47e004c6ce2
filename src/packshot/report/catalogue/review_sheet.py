"""The doubtful photos of a catalogue as a folder for any browser: look, press A, R or X, save the table.

The page needs no server: pictures lie beside it, decisions stay in the browser until a button saves them as
`decisions.csv`. A table without decisions lies there too, for those who rather fill it in by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.metadata import version
from pathlib import Path

from packshot.errors import Refused
from packshot.image.files import write_whole
from packshot.journey.result import Status
from packshot.report import table
from packshot.report.catalogue.cards import Picture, Pictures, absent, facts
from packshot.report.catalogue.cases import Case, Foremost, Row
from packshot.report.catalogue.decisions import Choice, read
from packshot.report.catalogue.failures import BOM
from packshot.report.catalogue.teller import Teller, grouped
from packshot.report.html import MADE_BY, beside, head
from packshot.words import Words, say, say_n, verbatim

MOST = 500
"""On one sheet: about an hour of a person."""
COLUMNS = ("key", "decision", "note", "quality", "reasons")
FOLDER = "pictures"
BUTTONS = {
    Choice.APPROVE: (say("Approve"), "A", "good"),
    Choice.REDO: (say("Redo"), "R", "doubt"),
    Choice.REJECT: (say("Reject"), "X", "bad"),
}
QUALITIES = {"best": say("best"), "normal": say("normal"), "fast": say("fast")}
"""Of a redo: the first is what it is for."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What one sheet shows."""

    cases: Sequence[Case]
    """The least sure first."""
    waiting: int
    """How many more are for the next sheet."""


def queue(rows: Iterable[Row], *, most: int = MOST) -> Queue:
    """Of all rows, those that wait for a decision."""
    doubtful, count = Foremost(most), 0
    for row in rows:
        if _is_open(row):
            count += 1
            doubtful.add(-(row.get("confidence") or 0.0), row)
    return Queue(doubtful.cases(), count - len(doubtful))


def _is_open(row: Row) -> bool:
    """What was done again by somebody's wish (`redone:best`) and is doubtful still waits for another look."""
    decision = row.get("decision") or ""
    return row["status"] == Status.REVIEW and (not decision or decision.startswith("redone"))


def write(
    rows: Iterable[Row],
    picture: Picture,
    folder: Path,
    language: str,
    *,
    most: int = MOST,
    title: str = "",
    before: Picture = absent,
) -> int:
    """How many photos the sheet shows; nothing is written where none waits. Decisions that lie in the folder
    are never written over. `picture` gives a result by its file, `before` a source by its key."""
    waiting = queue(rows, most=most)
    if not waiting.cases:
        return 0
    _must_be_free(folder)
    title = title or say("Photos to review").in_(language)
    for name, data in files(waiting, Pictures(picture, before), language, title=title):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, data)
    return len(waiting.cases)


def _must_be_free(folder: Path) -> None:
    page, table_ = folder / "index.html", folder / "decisions.csv"
    if page.exists() and f'content="{MADE_BY}"'.encode() not in page.read_bytes()[:4096]:
        what = say("{file} is there already and is not packshot's.", file=str(page))
    elif table_.exists() and read(table_.read_bytes(), str(table_)):
        what = say("{file} holds decisions.", file=str(table_))
    else:
        return
    raise Refused(what, say("Choose another folder for the sheet."))


def files(queue: Queue, pictures: Pictures, language: str, *, title: str) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each file of the folder; the pictures should be large enough to judge."""
    teller = Teller(language)
    articles = []
    for number, case in enumerate(queue.cases, 1):
        shown = pictures.of(case)
        names = {name: _file(number, place, data) for place, (name, data) in enumerate(shown.items())}
        yield from ((names[name], data) for name, data in shown.items())
        articles.append(_article(number, case, names, teller))
    yield "index.html", "".join(_page(queue, articles, title, teller)).encode()
    yield "decisions.csv", "".join(_csv(queue.cases, language)).encode()


def _file(number: int, place: int, data: bytes) -> str:
    """A number, not the key: a key may hold what no file system takes."""
    return f"{FOLDER}/{number:04d}-{place}.{'webp' if data[8:12] == b'WEBP' else 'jpg'}"


def _csv(cases: Sequence[Case], language: str) -> Iterator[str]:
    yield BOM + table.row(COLUMNS)
    for case in cases:
        yield table.row((case.key, "", "", "", _why(case, language)))


def _why(case: Case, language: str) -> str:
    return " ".join(case.reasons.get(language, ()))


# ---- the page ----------------------------------------------------------------------------------------------


def _page(queue: Queue, articles: Sequence[str], title: str, teller: Teller) -> Iterator[str]:
    style = beside("page.css") + beside("catalogue/review_sheet.css")
    script = beside("catalogue/review_sheet.js")
    yield head(title, teller.language, style=style, script=script, images="'self' file: data:")
    count = len(queue.cases)
    photos = say_n("{number} photo to review", "{number} photos to review", count, number=grouped(count))
    more = f" {teller(_waiting(queue.waiting))}" if queue.waiting else ""
    yield f"<header><h1>{escape(title)}</h1><p>{teller(photos)}.{more}</p></header>\n"
    if not queue.cases:
        yield f'<main><p class="none">{teller(say("Nothing waits for a decision."))}</p></main>'
    else:
        yield f'<main id="review" data-sheet="{_identity(queue.cases)}" data-columns="{",".join(COLUMNS)}">\n'
        yield from articles
        yield f"</main>\n{_desk(teller)}"
    made = teller(say("Made by packshot {version}.", version=version("packshot")))
    yield f"\n<footer>{made}</footer>\n<script>{script}</script>\n</body>\n</html>\n"


def _waiting(count: int) -> Words:
    return say_n(
        "{number} more waits for the next sheet.",
        "{number} more wait for the next sheet.",
        count,
        number=grouped(count),
    )


def _identity(cases: Sequence[Case]) -> str:
    """Under this name the browser keeps what was decided: another sheet's decisions stay apart."""
    keys = "\n".join(case.key for case in cases)
    return hashlib.sha256(keys.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _article(number: int, case: Case, names: Mapping[str, str], teller: Teller) -> str:
    after = {name: file for name, file in names.items() if name != "before"}
    shown = _picture(case.key, "before", names["before"], teller) if "before" in names else ""
    shown += "".join(
        _picture(case.key, name, file, teller, hidden=place > 0)
        for place, (name, file) in enumerate(after.items())
    )
    shown = shown or f'<p class="none">{teller(say("There is no picture to show."))}</p>'
    told = "".join(f"<li>{escape(reason)}</li>" for reason in case.reasons.get(teller.language, ()))
    if case.left:
        told += f"<li>{teller(say('Still found:'))} {escape(', '.join(case.left))}</li>"
    title = f" <small>{escape(case.title)}</small>" if case.title and case.title != case.key else ""
    return (
        f'<article class="doubtful" data-key="{escape(case.key)}" '
        f'data-reasons="{escape(_why(case, teller.language))}" aria-labelledby="name-{number}">'
        f'<div class="pictures">{shown}</div>'
        f'<div class="told"><h2 id="name-{number}" tabindex="-1">{escape(case.key)}{title}</h2>'
        f'<p class="facts">{escape(facts(case, teller))}</p><ul class="why">{told}</ul>'
        f"{_variants(list(after), teller)}</div></article>\n"
    )


def _picture(key: str, name: str, file: str, teller: Teller, *, hidden: bool = False) -> str:
    words = say("before") if name == "before" else verbatim(name)
    alt = (
        say("{name}, before", name=key)
        if name == "before"
        else say("{name}, after: {variant}", name=key, variant=name)
    )
    variant = "" if name == "before" else f' data-variant="{escape(name)}"'
    return (
        f'<figure{variant}{" hidden" if hidden else ""}><a href="{file}" target="_blank" rel="noopener">'
        f'<img loading="lazy" decoding="async" alt="{teller(alt)}" src="{file}"></a>'
        f"<figcaption>{teller(words)}</figcaption></figure>"
    )


def _variants(names: Sequence[str], teller: Teller) -> str:
    if len(names) < 2:
        return ""
    buttons = "".join(
        f'<button type="button" data-show="{escape(name)}" aria-pressed="{str(place == 0).lower()}">'
        f"{escape(name)} <kbd>{place + 1}</kbd></button>"
        for place, name in enumerate(names)
    )
    return f'<div class="variants" role="group" aria-label="{teller(say("Picture"))}">{buttons}</div>'


def _desk(teller: Teller) -> str:
    """Where decisions are made; it stays in sight. Without a script it is not shown."""
    choices = "".join(
        f'<button type="button" class="{tone}" data-choice="{choice}" aria-pressed="false">'
        f"{teller(words)} <kbd>{letter}</kbd></button>"
        for choice, (words, letter, tone) in BUTTONS.items()
    )
    qualities = "".join(
        f'<option value="{value}">{teller(words)}</option>' for value, words in QUALITIES.items()
    )
    moves = "".join(
        f'<button type="button" data-move="{step}" aria-label="{teller(words)}">{arrow}</button>'
        for step, arrow, words in ((-1, "←", say("Previous photo")), (1, "→", say("Next photo")))
    )
    lost = teller(say("This browser keeps nothing here: save before you close the page."))
    return (
        f'<div id="desk" hidden><div class="choices" role="group" aria-label="{teller(say("Decision"))}">'
        f"{choices}</div>"
        f'<label>{teller(say("Note"))} <kbd>N</kbd><input id="note" maxlength="500"></label>'
        f'<label>{teller(say("Quality of a redo"))}<select id="quality">{qualities}</select></label>'
        f'<div class="moves">{moves}'
        f'<button type="button" id="undo">{teller(say("Undo"))} <kbd>Z</kbd></button>'
        f'<output id="count" data-told="{teller(say("{done} of {all} decided"))}"></output>'
        f'<button type="button" id="save">{teller(say("Save decisions.csv"))} <kbd>S</kbd></button></div>'
        f'<p id="lost" class="bad" hidden>{lost}</p></div>'
    )
