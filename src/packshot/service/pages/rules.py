"""What marketplaces ask for: each as a page to read and print, several side by side, and every rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from markupsafe import Markup

from packshot.image.types import hex_of
from packshot.profiles.categories import categories
from packshot.profiles.describe import describe
from packshot.profiles.load import load_profile, profile_names
from packshot.profiles.profile import Profile
from packshot.report import guide_html
from packshot.report.guide import SEVERITIES, Guide, Number
from packshot.report.guide import guide as guide_of
from packshot.rules.base import RULES
from packshot.service.pages.choices import language_of
from packshot.service.pages.render import page
from packshot.service.pages.static import FOR_EVER
from packshot.service.pages.wish_form import category_groups, markets
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.photos import NotFound
from packshot.words import Words

router = APIRouter(include_in_schema=False)
Reader = Annotated[Caller, Depends(needs(May.READ))]
Name = Annotated[str, Query(max_length=100)]

MOST_COMPARED = 5
FIRST_COMPARED = 4


@dataclass(frozen=True, slots=True)
class Shelf:
    """A marketplace on the first page of the rules."""

    name: str
    title: str
    canvases: str
    grounds: tuple[str, ...]
    rules: int


@dataclass(frozen=True, slots=True)
class Line:
    """One rule, as each of several marketplaces has it; None where it asks nothing."""

    rule: str
    title: Words
    cells: tuple[tuple[str, tuple[Number, ...]] | None, ...]
    """Severity and numbers."""

    @property
    def differs(self) -> bool:
        told = {cell and (cell[0], " ".join(str(one.text) for one in cell[1])) for cell in self.cells}
        return len(told) > 1


@router.get("/rules")
def index(request: Request, _: Reader) -> Response:
    language = language_of(request)
    shelves = [_shelf(market.name, language) for market in markets()]
    rules = [(name, Words(RULES[name].title)) for name in RULES.names()]
    return page(request, "rules.html", shelves=shelves, rules=rules)


@router.get("/rules/guide.css")
def style() -> Response:
    return Response(guide_html.style(), media_type="text/css", headers={"cache-control": FOR_EVER})


@router.get("/rules/compare")
def compare(
    request: Request, _: Reader, market: Annotated[list[str] | None, Query()] = None, category: Name = ""
) -> Response:
    names = [name for name in dict.fromkeys(market or ()) if name in profile_names()][:MOST_COMPARED]
    names = names or [one.name for one in markets()[:FIRST_COMPARED]]
    guides = [_guide(name, _known(category), language_of(request)) for name in names]
    return page(
        request,
        "rules_compare.html",
        guides=guides,
        lines=list(_lines(guides)),
        names=names,
        markets=markets(),
        groups=category_groups(),
        category=_known(category),
        severities=SEVERITIES,
    )


@router.get("/rules/of/{rule}")
def one_rule(request: Request, rule: str, _: Reader) -> Response:
    if rule not in RULES.names():
        raise NotFound
    asked_by = [
        (one.name, one.titles, number)
        for one in markets()
        for asked in _guide(one.name, "", language_of(request)).asked
        if asked.rule == rule
        for number in asked.numbers
    ]
    told = [(Words(heading), Words(text)) for heading, text in RULES[rule].page]
    return page(request, "rule.html", title=Words(RULES[rule].title), told=told, asked_by=asked_by, name=rule)


@router.get("/rules/{name}")
def one_market(request: Request, name: str, _: Reader, category: Name = "") -> Response:
    if name not in profile_names():
        raise NotFound
    guide = _guide(name, _known(category), language_of(request))
    return page(
        request,
        "guide.html",
        guide=Markup(guide_html.body(guide)),
        title=guide.title,
        name=name,
        groups=category_groups(),
        category=_known(category),
    )


@router.get("/rules/{name}/values")
def values(request: Request, name: str, _: Reader, category: Name = "") -> Response:
    if name not in profile_names():
        raise NotFound
    profile = load_profile(name, category=_known(category))
    return page(
        request,
        "rules_values.html",
        rows=describe(profile),
        name=name,
        title=profile.title(language_of(request)),
    )


def _known(category: str) -> str:
    return category if category in categories() else ""


@lru_cache(maxsize=256)
def _guide(name: str, category: str, language: str) -> Guide:
    return guide_of(name, category, language)


def _shelf(name: str, language: str) -> Shelf:
    profile = load_profile(name)
    return Shelf(
        name=name,
        title=profile.title(language),
        canvases=_canvases(profile),
        grounds=tuple(hex_of(variant.colour) for variant in profile.variants),
        rules=len(_guide(name, "", language).asked),
    )


def _canvases(profile: Profile) -> str:
    place = profile.wishes.get("place")
    sizes = [getattr(place, "canvas", None), getattr(place, "tall_canvas", None)]
    return ", ".join(f"{size[0]}×{size[1]}" for size in sizes if size)


def _lines(guides: Sequence[Guide]) -> Iterator[Line]:
    asked = [{one.rule: one for one in guide.asked} for guide in guides]
    for rule in dict.fromkeys(rule for known in asked for rule in known):
        cells = tuple(
            (known[rule].severity.value, known[rule].numbers) if rule in known else None for known in asked
        )
        yield Line(rule, next(known[rule].title for known in asked if rule in known), cells)
