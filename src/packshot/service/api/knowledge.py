"""What packshot knows without any photo: marketplaces, rules, guides."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from packshot.journey.report import plain
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.photos import NotFound
from packshot.service.problems import RESPONSES
from packshot.words import Words

router = APIRouter(prefix="/v1", tags=["knowledge"], responses=RESPONSES)
Reader = Annotated[Caller, Depends(needs(May.READ))]


@router.get("/profiles", summary="Marketplaces")
def profiles(_: Reader) -> list[dict[str, Any]]:
    from packshot.profiles.load import load_profile, profile_names

    return [
        {"name": name, "variants": [one.name for one in load_profile(name).variants]}
        for name in profile_names()
    ]


@router.get("/profiles/{name}", summary="What a marketplace asks for, and who says so")
def profile(name: str, _: Reader, category: str = Query("", max_length=100)) -> dict[str, Any]:
    from packshot.profiles.describe import describe
    from packshot.profiles.load import load_profile, profile_names

    if name not in profile_names():
        raise NotFound
    return {
        "name": name,
        "category": category,
        "values": plain(list(describe(load_profile(name, category=category)))),
    }


@router.get("/rules", summary="What is looked at")
def rules(_: Reader) -> list[dict[str, Any]]:
    from packshot.rules.base import RULES

    return [_rule(name) for name in RULES.names()]


@router.get("/rules/{name}", summary="One rule")
def rule(name: str, _: Reader) -> dict[str, Any]:
    from packshot.rules.base import RULES

    if name not in RULES.names():
        raise NotFound
    return _rule(name)


@router.get("/guides/{name}", response_class=HTMLResponse, summary="A marketplace's guide for sellers")
def guide(
    name: str, _: Reader, category: str = Query("", max_length=100), lang: Literal["ru", "en"] = "en"
) -> HTMLResponse:
    from packshot.profiles.load import profile_names
    from packshot.report import guide_html
    from packshot.report.guide import guide as guide_of

    if name not in profile_names():
        raise NotFound
    return HTMLResponse(guide_html.body(guide_of(name, category, lang)))


def _rule(name: str) -> dict[str, Any]:
    from packshot.rules.base import RULES

    rule = RULES[name]
    return {
        "name": name,
        "title": plain(Words(rule.title)),
        "page": [
            {"heading": plain(Words(heading)), "text": plain(Words(text))} for heading, text in rule.page
        ],
    }
