"""What the choosers of pages offer, and how their answers become a wish."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote

from fastapi import Request

from packshot.errors import BadOption
from packshot.profiles.categories import categories
from packshot.profiles.load import default_profile_name, load_profile, profile_names
from packshot.service.wishes import AUTO, Wish
from packshot.words import Words, say, verbatim

KINDS = ("check", "fix", "upscale")
QUALITIES = {"fast": say("Fast"), "normal": say("Normal"), "best": say("Best, slower")}
SHADOWS = {
    "": say("As the marketplace has it"),
    "none": say("None"),
    "contact": say("Where it stands"),
    "drop": say("Soft, below"),
    "contact_drop": say("Both"),
    "mirror": say("A reflection"),
    "source": say("The photo’s own"),
}
MARGINS = {
    "": say("As the marketplace has it"),
    "0": say("None"),
    "24": say("24 px"),
    "60": say("60 px"),
    "120": say("120 px"),
}
GROUNDS = {
    "": say("As the marketplace has it"),
    "#FFFFFF": say("White"),
    "#F5F4F2": say("Light grey"),
    "#D1CECB": say("Grey"),
    "#000000": say("Black"),
}
SIZES = {"1600x1600": say("Up to 1600×1600"), "1200x1600": say("Up to 1200×1600"), "": say("Twice")}
VARIANTS = {
    "light": say("Light ground"),
    "dark": say("Dark ground"),
    "main": say("Main picture"),
    "upscaled": say("Result"),
}


@dataclass(frozen=True, slots=True)
class Market:
    name: str
    titles: Mapping[str, str]
    variants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody chose last time; a page shows it as chosen."""

    kind: str = "fix"
    profile: str = ""
    category: str = AUTO
    size: str = next(iter(SIZES))


@lru_cache(maxsize=1)
def markets() -> tuple[Market, ...]:
    """The default first."""
    first = default_profile_name()
    names = [first, *(name for name in profile_names() if name not in (first, "base"))]
    return tuple(_market(name) for name in names)


def category_groups() -> list[tuple[Any, list[Any]]]:
    """Groups, each with its parts."""
    known = categories().values()
    groups = [one for one in known if not one.parent]
    return [(group, [one for one in known if one.parent == group.path]) for group in groups]


def remembered(request: Request) -> Asked:
    """From the cookie `wish`, written by the page itself: believed only as far as it is known here."""
    cookie = parse_qs(unquote(request.cookies.get("wish", "")[:300]), keep_blank_values=True)
    told = {name: values[0] for name, values in cookie.items()}
    kind, profile, category = told.get("kind", ""), told.get("profile", ""), told.get("category", "")
    return Asked(
        kind if kind in KINDS else "fix",
        profile if any(profile == market.name for market in markets()) else "",
        category if category in categories() or ("category" in told and not category) else AUTO,
        told["to"] if told.get("to") in SIZES else next(iter(SIZES)),
    )


def wish_of(form: Mapping[str, str], variants: tuple[str, ...]) -> Wish:
    """Of the forms "try again": the profile's own value wherever nothing was chosen."""
    # By name only: a path would be a file of ours.
    named = _offered(form, "profile", profile_names())
    profile = load_profile(named or default_profile_name())
    known = [variant.name for variant in profile.variants]
    chosen = tuple(name for name in known if name in variants)
    settings: dict[str, Any] = {}
    if shadow := _offered(form, "shadow", SHADOWS):
        settings["retouch.shadow.kind"] = shadow
    if margin := _offered(form, "margin", MARGINS):
        settings["retouch.place.gap_px"] = int(margin)
    if ground := _offered(form, "ground", GROUNDS):
        settings |= {f"variants.{name}.colour": ground for name in chosen or known}
    if form.get("white_balance"):
        settings["retouch.tone.white_balance"] = True
    return Wish.model_validate(
        {
            "profile": named,
            "category": _offered(form, "category", categories()),
            "quality": _offered(form, "quality", QUALITIES) or "normal",
            "variants": () if chosen == tuple(known) else chosen,
            "settings": settings,
            "stages": bool(form.get("stages")),
            "to": _offered(form, "to", SIZES),
        }
    )


def _offered(form: Mapping[str, str], name: str, choices: Container[str]) -> str:
    value = form.get(name, "")
    if value and value not in choices:
        raise BadOption(say("The form was filled with what nobody offered."), say("Choose again."))
    return value


def name_of_variant(name: str) -> Words:
    """Profiles of users have variants of other names: they are told as they are."""
    return VARIANTS.get(name) or verbatim(name)


def _market(name: str) -> Market:
    profile = load_profile(name)
    return Market(name, profile.titles, tuple(variant.name for variant in profile.variants))
