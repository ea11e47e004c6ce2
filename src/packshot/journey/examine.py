"""One picture, looked at and judged: the part that `check`, `fix` and the second report share."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from packshot.engines import cards
from packshot.engines.base import ENGINES, Judge, Segmenter, TextFinder, TextReader
from packshot.engines.zoo import FromCard
from packshot.errors import BadOption, WeightsMissing
from packshot.image.codec import PhotoLike, open_photo
from packshot.image.photo import Photo
from packshot.journey.assess import assess
from packshot.journey.report import Report, plain
from packshot.journey.verdict import decide
from packshot.look.facts import Facts
from packshot.look.subject import Care, Origin
from packshot.profiles.load import default_profile_name, load_profile
from packshot.profiles.profile import Profile
from packshot.retouch.place import Place
from packshot.rules.base import Fixable, judge_photo
from packshot.words import say

SECOND_OPINION = "segment_net"
TEXT_FINDER = "text_find"
TEXT_READER = "text_read"
JUDGE = "judge"

ROOM_FOR_DETAIL = 1.5
"""The work is done at this many times the largest canvas side: enough to crop and still not enlarge."""

DEFAULT_SIDE = 2400
"""Where a profile places nothing."""

ALWAYS_TOLD = ("subject", "palette", "hash", "scene")
"""Facts that every report on a source holds, asked for by a rule or not."""


@lru_cache
def second_opinion() -> Segmenter | None:
    """One a process; None where its extra is not installed (`packshot doctor` says so)."""
    return cast(Segmenter | None, _installed(SECOND_OPINION))


@lru_cache
def text_finder() -> TextFinder | None:
    return cast(TextFinder | None, _installed(TEXT_FINDER))


@lru_cache
def text_reader() -> TextReader | None:
    return cast(TextReader | None, _installed(TEXT_READER))


@lru_cache
def judge() -> Judge | None:
    return cast(Judge | None, _installed(JUDGE))


def _installed(name: str) -> Any:
    try:
        return ENGINES[name].make()
    except WeightsMissing:
        return None


@lru_cache
def segmenter(name: str) -> Segmenter:
    """The one that a user asked for: an engine or a network by name, or a card by path."""
    engines = [other for other in ENGINES.names() if ENGINES[other].kind == "segmenter"]
    if name in engines:
        return cast(Segmenter, ENGINES[name].make())
    card = cards.named(name)
    if card is None or card.task != "segment":
        known = sorted({*engines, *(card.name for card in cards.known() if card.task == "segment")})
        raise BadOption(
            say("There is no cut-out engine called {name}.", name=name),
            say("Known: {names}.", names=", ".join(known)),
        )
    return FromCard(card)


def weights_of(name: str) -> str:
    """The sha256 of an engine's weights, of each of its networks; empty where it has none of its own."""
    known = (cards.named(network) for network in NETWORKS.get(name, (name,)))
    return "+".join(card.sha256 for card in known if card)


NETWORKS = {"upscale_net": ("upscale_x1", "upscale_x2", "upscale_x4")}
"""Engines that have several."""


def profile_of(
    profile: str | Path | Profile | None,
    category: str = "",
    switches: tuple[str, ...] = (),
    overrides: Mapping[str, object] | None = None,
) -> Profile:
    if isinstance(profile, Profile):
        return profile
    return load_profile(
        profile or default_profile_name(), category=category, switches=switches, overrides=overrides or {}
    )


def open_for(profile: Profile, photo: PhotoLike, name: str) -> Photo:
    """Decoded once, no larger than the profile's canvas can use."""
    return open_photo(photo, name=name, want=working_side(profile))


def working_side(profile: Profile) -> int:
    place = profile.wishes.get("place")
    if not isinstance(place, Place):
        return DEFAULT_SIDE
    largest = max(*place.canvas, *(place.tall_canvas or ()))
    return round(largest * place.canvas_scale * ROOM_FOR_DETAIL)


def look_at(photo: Photo, quality: str = Care.NORMAL, engine: str = "") -> Facts:
    """`engine` names the second opinion on the cut-out; empty: our own network."""
    return Facts(
        photo,
        segmenter=segmenter(engine) if engine else second_opinion(),
        text_finder=text_finder(),
        text_reader=text_reader(),
        judge=judge(),
        care=care_of(quality),
    )


def care_of(name: str) -> Care:
    try:
        return Care(name)
    except ValueError:
        known = ", ".join(Care)
        raise BadOption(
            say("There is no quality {name}.", name=name), say("Known: {names}.", names=known)
        ) from None


def report_on(facts: Facts, profile: Profile, where: str) -> Report:
    """Judges what a source, or a variant, must meet."""
    start, looked = time.perf_counter(), sum(facts.seconds.values())
    findings = tuple(judge_photo(facts, profile.rules(where)))
    difficulty = None
    if where == "source":
        for name in ALWAYS_TOLD:
            getattr(facts, name)
        if facts.cutout.origin is Origin.NONE:  # nothing can be laid on a new ground
            findings = tuple(replace(finding, fixable=Fixable.NO) for finding in findings)
        difficulty = assess(facts, profile, findings)
    verdict, why = decide(findings, difficulty)
    seconds = {**facts.seconds, "judge": time.perf_counter() - start - sum(facts.seconds.values()) + looked}
    source = facts.photo.source
    return Report(
        name=source.name,
        source=source,
        profile=profile.name,
        profile_sha256=profile.sha256,
        category=profile.category,
        where=where,
        findings=findings,
        verdict=verdict,
        why=why,
        difficulty=difficulty,
        facts={name: plain(value) for name, value in facts.known.items() if name != "cutout"},
        seconds=seconds,
    )
