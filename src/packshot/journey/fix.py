"""Mend one photo: look, judge, retouch, write, judge the bytes, and say what became of it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from packshot.errors import BadOption, BadPhoto, EngineFailed, Refused
from packshot.image.codec import PhotoLike, open_photo, shrunk
from packshot.image.encode import Encoded, Encoding, encode
from packshot.image.photo import Photo, Source
from packshot.image.types import RGB, size_of
from packshot.journey import guards
from packshot.journey.examine import (
    JUDGE,
    SECOND_OPINION,
    TEXT_FINDER,
    TEXT_READER,
    look_at,
    open_for,
    profile_of,
    report_on,
    text_finder,
    text_reader,
    weights_of,
)
from packshot.journey.mask import cut_by, open_mask
from packshot.journey.planned import planned_cutout
from packshot.journey.report import Difficulty, Level, Report, unreadable
from packshot.journey.result import Guard, Identity, Picture, Result, Status, TrailStep
from packshot.journey.status import decide
from packshot.journey.trail import preview
from packshot.look.facts import Facts
from packshot.look.subject import Origin
from packshot.look.text import HALF, Text
from packshot.profiles.profile import Profile, Variant
from packshot.retouch.backdrop import backdrops_for
from packshot.retouch.flatten import flatten
from packshot.retouch.layers import Layers
from packshot.retouch.repair import Repair
from packshot.retouch.start import layers_of
from packshot.retouch.upscale import Upscale
from packshot.words import Words, say

SHARED = (
    *("subject", "objects", "text", "laid_words", "reading", "codes"),
    *("marks", "frame", "quality", "tone"),
)
"""Facts of the goods and of what might be laid around them, the same in every variant, for only the ground's
colour is another: the ground and the bytes are looked at in each."""
JUDGED_SIDE = 800
"""Facts of an output are taken at this size; its ground, size and bytes are judged in full."""


@dataclass
class Clock:
    """Seconds by step."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - start


def fix(
    photo: PhotoLike,
    *,
    profile: str | Path | Profile | None = None,
    category: str = "",
    switches: tuple[str, ...] = (),
    variants: tuple[str, ...] | None = None,
    overrides: Mapping[str, object] | None = None,
    quality: str = "normal",
    engine: str = "",
    trail: bool = False,
    mask: PhotoLike | None = None,
    name: str = "",
) -> Result:
    """Never raises for a bad photo: it ends `failed`, with the reason.

    `engine` names the second opinion on the cut-out, as for `cutout`.
    `mask` is a person's own: a grey picture of the photo's shape, at any size, white where the product is.
    The same retouch follows. Raises BadOption for one that cannot be used.
    """
    wanted = profile_of(profile, category, switches, overrides)
    chosen = choose(wanted, variants)
    drawn = None if mask is None else open_mask(mask)
    clock = Clock()
    try:
        with clock("open"):
            opened = open_for(wanted, photo, name)
    except BadPhoto as error:
        before = unreadable(error, wanted.name, wanted.sha256, wanted.category)
        return Result(error.name, Status.FAILED, (error.message,), before, error=error)
    facts = look_at(opened, quality, engine)
    with clock("look and judge"):
        if drawn is not None:
            facts.known["cutout"] = cut_by(drawn, opened, facts.cutout)
        before = report_on(facts, wanted, "source")
    failed = Result(
        name=opened.source.name,
        status=Status.FAILED,
        reasons=(say("No product was found in the photo."),),
        before=before,
        difficulty=before.difficulty,
        route="none",
        identity=identity_of(
            opened.source.sha256,
            wanted,
            chosen,
            quality,
            engine=engine,
            mask_sha256=drawn.sha256 if drawn else "",
        ),
        cutout=facts.cutout,
        worked=opened.size,
    )
    if facts.cutout.origin is Origin.NONE:
        return replace(failed, seconds=clock.seconds)
    try:
        return _mend(facts, wanted, chosen, failed, clock, trail)
    except (EngineFailed, Refused) as error:
        return replace(failed, reasons=(error.message,), error=error, seconds=clock.seconds)


def choose(profile: Profile, names: tuple[str, ...] | None) -> tuple[Variant, ...]:
    """The variants that were asked for, in the profile's order."""
    known = [variant.name for variant in profile.variants]
    for name in names or ():
        if name not in known:
            raise BadOption(
                say("The profile {profile} has no variant {name}.", profile=profile.name, name=name),
                say("Known: {names}.", names=", ".join(known)),
            )
    return tuple(variant for variant in profile.variants if names is None or variant.name in names)


def _mend(
    facts: Facts, profile: Profile, chosen: tuple[Variant, ...], so_far: Result, clock: Clock, trail: bool
) -> Result:
    layers, steps = retouch(facts, profile, chosen, clock, trail)
    if layers.product is None or layers.placement is None:
        return replace(so_far, notes=layers.notes, seconds=clock.seconds)
    expected = guards.Expected.of(facts.photo, layers)
    pictures: dict[str, Picture] = {}
    after: dict[str, Report] = {}
    readings: list[Guard] = [guards.confidence(facts, profile.guards), guards.parts(facts, layers)]
    if upscale := guards.upscale(layers, profile.guards):
        readings.append(upscale)
    again: Facts | None = None
    for variant in chosen:
        with clock("flatten"):
            pixels = flatten(layers, variant.name)
        written, reading, decoded = write(pixels, facts.photo.source, profile, expected, clock)
        pictures[variant.name] = picture_of(variant.name, written, pixels)
        readings.append(reading)
        if label := guards.label(decoded.pixels, facts, layers, expected, profile.guards):
            readings.append(label)
        if again is None:  # the variants differ in their grounds alone
            with clock("guards"):
                spelling = guards.spelling(decoded.pixels, facts, layers, expected, profile.guards)
            readings += [spelling] if spelling else []
        with clock("judge again"):
            again = look_again(decoded, facts, layers, first=again)
            after[variant.name] = report_on(again, profile, variant.name)
        if trail:
            steps.append(TrailStep(f"variant {variant.name}", pixels))
    status, reasons = decide(so_far.before, after, readings, (*layers.doubts, *_by_hand(so_far.difficulty)))
    return replace(
        so_far,
        status=status,
        reasons=reasons,
        after=after,
        variants=pictures,
        guards=tuple(readings),
        notes=layers.notes,
        route=route_of(facts, so_far.difficulty),
        layers=layers,
        trail=tuple(steps),
        seconds=clock.seconds,
    )


def retouch(
    facts: Facts, profile: Profile, chosen: tuple[Variant, ...], clock: Clock, trail: bool
) -> tuple[Layers, list[TrailStep]]:
    """The stages in the profile's order; each sees what the one before left."""
    layers = layers_of(facts)
    steps = [TrailStep("source", facts.photo.pixels), TrailStep("cutout", preview(layers))] if trail else []
    for stage, wish in profile.stages():
        if wish.skip:
            continue
        with clock(stage.name):
            layers = stage.apply(layers, wish, facts)
            if layers.placement is not None and not layers.backdrops:
                layers = replace(layers, backdrops=backdrops_for(chosen, layers.placement.canvas))
        if trail:
            steps.append(TrailStep(stage.name, preview(layers)))
    return layers, steps


def write(
    pixels: RGB, source: Source, profile: Profile, expected: guards.Expected, clock: Clock
) -> tuple[Encoded, Guard, Photo]:
    """The bytes, and the colour guard read on them. Where 4:2:0 breaks it, 4:4:4."""
    how: Encoding = profile.output
    while True:
        with clock("encode"):
            written = encode(pixels, None, how, ai_made=source.ai_made)
        with clock("open again"):
            decoded = open_photo(written.data, name=source.name)
        with clock("guards"):
            reading = guards.colour(decoded.pixels, expected, profile.guards)
        if reading.passed or how.format != "jpeg" or how.subsampling != "auto":
            return written, reading, decoded
        how = replace(how, subsampling="4:4:4")


def look_again(decoded: Photo, source: Facts, layers: Layers, first: Facts | None) -> Facts:
    """What we promise is measured on what we ship: facts of the written bytes.

    Text is sought only where the source had some, and in the first variant: the others show the same goods.
    """
    small = shrunk(decoded, JUDGED_SIDE)
    read = bool(source.text.boxes)
    again = Facts(
        small,
        full=decoded,
        text_finder=text_finder() if read else None,
        text_reader=text_reader() if read else None,
    )
    again.known["cutout"] = planned_cutout(layers, small, source.cutout.confidence)
    for name in SHARED if first is not None else ():
        again.known[name] = getattr(first, name)
    if first is None and read:
        again.known["text"] = _as_before(again.text, source.text)
    return again


def _as_before(text: Text, source: Text) -> Text:
    """We draw nothing on goods: what was print in the source is print still, however small it became."""
    if any(line.on_product >= HALF and line.laid_over for line in source.boxes):
        return text
    return replace(
        text,
        boxes=tuple(replace(line, overlaid=0.0) if line.on_product >= HALF else line for line in text.boxes),
    )


def picture_of(variant: str, written: Encoded, pixels: RGB) -> Picture:
    return Picture(
        variant,
        written.data,
        written.format,
        written.quality,
        written.subsampling,
        size_of(pixels),
        written.sha256,
    )


def _by_hand(difficulty: Difficulty | None) -> tuple[Words, ...]:
    return difficulty.reasons if difficulty is not None and difficulty.level is Level.BY_HAND else ()


def route_of(facts: Facts, difficulty: Difficulty | None) -> str:
    if facts.cutout.origin is Origin.PERSON:
        return "person"
    if difficulty is not None and difficulty.level is Level.BY_HAND:
        return "by_hand"
    if facts.cutout.origin is Origin.ALPHA:
        return "own_alpha"
    return "studio" if facts.cutout.agreement is None else "second_opinion"


def identity_of(
    photo_sha256: str,
    profile: Profile,
    chosen: tuple[Variant, ...],
    quality: str,
    *,
    engine: str = "",
    mask_sha256: str = "",
) -> Identity:
    options = {
        "profile": profile.name,
        "category": profile.category,
        "variants": [variant.name for variant in chosen],
        "quality": quality,
    }
    if engine:
        options["engine"] = engine
    if mask_sha256:
        options["mask"] = mask_sha256
    asked = [engine or SECOND_OPINION, TEXT_FINDER, TEXT_READER, JUDGE]
    asked += [wish.engine for _, wish in profile.stages() if isinstance(wish, Upscale | Repair)]
    weights = {name: weights_of(name) for name in asked}
    return Identity(
        photo_sha256=photo_sha256,
        profile_sha256=profile.sha256,
        options=json.dumps(options, sort_keys=True),
        weights=json.dumps(weights, sort_keys=True),
        version=version("packshot"),
    )
