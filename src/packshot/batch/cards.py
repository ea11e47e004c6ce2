"""Photos as cards: which belong to one SKU, in which order; and all cards judged, photo by photo."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from packshot import lists
from packshot.batch import runner
from packshot.batch.names import Item, name_items
from packshot.batch.origins import FileOrigin
from packshot.batch.runner import Broken
from packshot.batch.sources import Found
from packshot.errors import BadPhoto, EngineFailed, Refused, WeightsMissing
from packshot.journey.card import CardReport, judge_card, look_and_judge
from packshot.journey.examine import profile_of
from packshot.journey.report import Report, unreadable
from packshot.look.facts import Facts


@dataclass(frozen=True, slots=True)
class Card:
    sku: str
    items: tuple[Item, ...]
    """The main photo first."""


@dataclass(frozen=True, slots=True)
class JudgedCard:
    card: Card
    report: CardReport
    broken: dict[str, Broken]
    """Photos that nobody could judge, by key."""


def by_folder(items: Sequence[Item], *, top: str) -> list[Card]:
    """A folder is a card; photos beside the folders are the card `top`. Names are counted as people do: 2
    before 10."""
    cards: dict[str, list[Item]] = {}
    for item in items:
        cards.setdefault(item.folder, []).append(item)
    return [
        Card(folder or top, tuple(sorted(some, key=lambda item: _counted(item.name))))
        for folder, some in sorted(cards.items(), key=lambda pair: _counted(pair[0]))
    ]


def _counted(name: str) -> list[tuple[int, int, str]]:
    stem, suffix = PurePosixPath(name.casefold()).stem, PurePosixPath(name).suffix
    parts = re.split(r"(\d{1,18})", stem)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in (*parts, suffix)]


def listed(path: Path) -> list[Card]:
    """Lines of `sku,file` (or `;`): files lie beside the list, the first line of an SKU is its main photo."""
    cards: dict[str, list[Found]] = {}
    for _, sku, file in lists.rows(path, "sku", "file"):
        if not sku or not file:
            continue
        place = (path.parent / file).absolute()
        folder = PurePosixPath(file.replace("\\", "/")).parent.as_posix()
        found = Found((path.stem,), "" if folder == "." else folder, place.name, FileOrigin(place))
        cards.setdefault(sku, []).append(found)
    every = name_items([found for some in cards.values() for found in some])
    items = iter(every)
    return [Card(sku, tuple(next(items) for _ in some)) for sku, some in cards.items()]


@dataclass(frozen=True, slots=True)
class Look:
    """The work on one photo."""

    profile: str | Path | None
    category: str = ""
    switches: tuple[str, ...] = ()
    quality: str = "normal"

    def __call__(self, item: Item) -> tuple[Report, Facts | None] | Broken:
        profile = profile_of(self.profile, self.category, self.switches)
        try:
            report, facts = look_and_judge(item.origin.read(), profile, quality=self.quality, name=item.key)
        except BadPhoto as error:
            return _portable(unreadable(error, profile.name, profile.sha256, profile.category)), None
        except (Refused, EngineFailed, WeightsMissing) as error:
            return Broken(error.message)
        return _portable(report), facts


def _portable(report: Report) -> Report:
    """Read-only views of dicts don't travel between processes."""
    return replace(report, facts=dict(report.facts), seconds=dict(report.seconds))


def judge_cards(
    cards: Sequence[Card], work: Look, *, jobs: int, advance: Callable[[], None] = lambda: None
) -> Iterator[JudgedCard]:
    """In their order; each as soon as its last photo is looked at."""
    profile = profile_of(work.profile, work.category, work.switches)
    tasks = [item for card in cards for item in card.items]
    answers = runner.in_order(runner.run(tasks, work, jobs=min(jobs, len(tasks)), here=len(tasks) == 1))
    for card in cards:
        reports: dict[str, Report] = {}
        facts: dict[str, Facts] = {}
        broken: dict[str, Broken] = {}
        for item in card.items:
            answer = next(answers).answer
            advance()
            if isinstance(answer, Broken):
                broken[item.key] = answer
                continue
            reports[item.key], known = answer
            if known is not None:
                facts[item.key] = known
        yield JudgedCard(card, judge_card(card.sku, reports, facts, profile), broken)
