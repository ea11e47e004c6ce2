"""A marketplace's rules as a page that a seller can read, print and shoot by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from packshot.profiles.categories import categories
from packshot.profiles.describe import quantity, shown
from packshot.profiles.load import load_profile
from packshot.profiles.profile import Profile, Value
from packshot.profiles.sources import Source, sources_of
from packshot.profiles.trust import DECIDE
from packshot.report import guide_texts as texts
from packshot.rules.base import RULES, Severity
from packshot.rules.forbidden_words import NAMES, listed
from packshot.words import Words, say, verbatim


@dataclass(frozen=True, slots=True)
class Number:
    """One line of what is asked."""

    text: Words
    trust: Words
    confirmed: bool
    """False: hearsay or our own reading; the page says so."""
    sources: tuple[Source, ...]
    until: date | None = None
    """The last day on which it holds, where another number is known to follow."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule of the marketplace."""

    rule: str
    """Also the anchor of its paragraph."""
    title: Words
    severity: Severity
    numbers: tuple[Number, ...]
    page: Mapping[str, Words]
    """Why, How to shoot, Breaks, Holds, Fix."""


@dataclass(frozen=True, slots=True)
class Chapter:
    anchor: str
    title: Words
    steps: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    profile: Profile
    language: str
    day: date
    """On which these rules hold."""
    asked: tuple[Asked, ...]
    shooting: tuple[Chapter, ...]
    made: tuple[Words, ...]
    """The picture that packshot makes of a photo."""
    sources: tuple[Source, ...]

    def markdown(self) -> str:
        from packshot.report.guide_markdown import markdown

        return markdown(self)

    def html(self) -> str:
        """A whole page: no other file, no outside host."""
        from packshot.report.guide_html import page

        return page(self)

    def body(self) -> str:
        """The page's inside alone, for a site that has a frame of its own."""
        from packshot.report.guide_html import body

        return body(self)

    @property
    def title(self) -> Words:
        name = verbatim(self.profile.title(self.language))
        if not self.profile.category:
            return say("{marketplace}: the main photo", marketplace=name)
        return say(
            "{marketplace}: the main photo. {category}", marketplace=name, category=self.category_title
        )

    @property
    def category_title(self) -> Words:
        known = categories().get(self.profile.category)
        return verbatim(known.title(self.language) if known else self.profile.category)


SEVERITIES: Mapping[Severity, tuple[Words, Words]] = {
    Severity.ERROR: (
        say("Must be so"),
        say("A photo that breaks one of these is refused, or has to be mended first."),
    ),
    Severity.WARNING: (
        say("Should be so"),
        say("A photo that breaks one of these may be refused or shown worse, or it sells worse."),
    ),
    Severity.ADVICE: (say("Better so"), say("Nobody refuses a photo for these; it just sells better.")),
}


def guide(
    profile_name: str | Path,
    category: str = "",
    language: str = "en",
    *,
    today: date | None = None,
    switches: tuple[str, ...] = (),
) -> Guide:
    """What the marketplace asks of goods of this category, why, and how to shoot so that it holds."""
    day = today or datetime.now(UTC).date()
    profile = load_profile(profile_name, category=category, switches=switches, today=day)
    asked = tuple(_asked(profile))
    keys = dict.fromkeys(source for rule in asked for number in rule.numbers for source in number.sources)
    return Guide(
        profile=profile,
        language=language,
        day=day,
        asked=asked,
        shooting=tuple(_shooting(profile)),
        made=tuple(_made(profile)),
        sources=tuple(keys),
    )


# ---- what is asked -----------------------------------------------------------------------------------------


def _asked(profile: Profile) -> Iterator[Asked]:
    """Worst first; rules that ask nothing of this category stay out."""
    order = list(Severity)
    limits = sorted(
        profile.limits["source"].items(),
        key=lambda item: (order.index(item[1].severity), item[0] == "no_subject"),  # goes without saying
    )
    for name, limit in limits:
        numbers = tuple(_numbers(profile, name))
        if name in ONLY_WITH_NUMBERS and not numbers:
            continue
        rule = RULES[name]
        page = {heading: Words(text) for heading, text in rule.page}
        yield Asked(name, Words(rule.title), limit.severity, numbers, page)


ONLY_WITH_NUMBERS = frozenset({"ai_marked", "alpha_present", "aspect_ratio", "safe_zone", "scale_marker"})
"""Rules that are silent where a profile asks nothing; the others look for faults by themselves."""


def _numbers(profile: Profile, rule: str) -> Iterator[Number]:
    known = {
        path.rpartition(".")[2]: value
        for path, value in profile.values.items()
        if path.startswith((f"rules.{rule}.", f"source.{rule}."))
    }
    neutral = DECIDE.get(rule, {})
    for field in RULES[rule].limit.__dataclass_fields__:
        value = known.get(field)
        sentence = texts.NUMBERS.get(f"{rule}.{field}")
        if value is None or sentence is None or _asks_nothing(rule, field, value.value, neutral, known):
            continue
        yield Number(
            text=Words(sentence.english, values=(("value", _in_words(rule, field, value)),)),
            trust=texts.TRUST.get(value.trust, verbatim(value.trust)),
            confirmed=value.trust in CONFIRMED,
            sources=sources_of(value.source) if value.source != "PS" else (),
            until=value.valid_until,
        )


CONFIRMED = frozenset({"brief", "official", "official-3p", "house", "user"})


def _asks_nothing(
    rule: str, field: str, raw: object, neutral: Mapping[str, object], known: Mapping[str, Value]
) -> bool:
    if raw is None or raw == ():
        return True
    if f"{rule}.{field}" in TOLD_ALWAYS:
        return False
    if field in neutral and raw == neutral[field]:
        return True
    if rule == "overlaid_text" and field == "max_boxes":  # 0 beside an area: only the area counts
        area = known.get("max_area_share")
        return raw == 0 and area is not None and bool(area.value)
    if f"{rule}.{field}" == "frame_fill.measure":
        share = known.get("min_share")
        return share is None or not share.value
    return raw is False and field not in neutral


TOLD_ALWAYS = frozenset({"extra_objects.allow_props", "extra_objects.allow_person"})


def _in_words(rule: str, field: str, value: Value) -> Words:
    raw: Any = value.value
    if f"{rule}.{field}" == "frame_fill.measure":
        return texts.MEASURES.get(str(raw), verbatim(str(raw)))
    if field == "groups":
        return listed([NAMES[group] for group in raw], most=len(raw))
    if field == "ratios":
        return verbatim(", ".join(_ratio(ratio) for ratio in raw))
    if field == "allowed" and isinstance(raw, tuple):
        return verbatim(", ".join(FORMATS.get(str(name), str(name).upper()) for name in raw))
    if field.startswith("allow"):
        return say("allowed") if raw else say("not allowed")
    if rule == "centering":
        return quantity(float(raw), "share")
    return shown(value)


FORMATS = {"jpeg": "JPEG", "webp": "WebP", "heic": "HEIC", "avif": "AVIF"}
RATIOS = ((3, 4), (1, 1), (4, 3), (2, 3), (3, 2), (4, 5), (5, 4), (16, 9), (9, 16))


def _ratio(ratio: float) -> str:
    for width, height in RATIOS:
        if abs(ratio - width / height) < 0.002:
            return f"{width}:{height}"
    return f"1:{1 / ratio:.2f}" if ratio < 1 else f"{ratio:.2f}:1"


# ---- how to shoot ------------------------------------------------------------------------------------------


def _shooting(profile: Profile) -> Iterator[Chapter]:
    limits: Any = profile.limits["source"]
    steps = list(texts.SHOOT)
    things = limits.get("extra_objects")
    steps.append(texts.PROPS_FINE if things is not None and things.allow_props else texts.ONLY_GOODS)
    fill = limits.get("frame_fill")
    if fill is not None and fill.min_share:
        steps.append(_with(texts.FILL, quantity(fill.min_share, "share")))
    size = limits.get("image_size")
    if size is not None:
        least = _least(size)
        if least:
            steps.append(_with(texts.LARGE, verbatim(least)))
    yield Chapter("shoot", say("How to shoot"), tuple(steps))

    parts = profile.category.split(".") if profile.category else []
    paths = [".".join(parts[: n + 1]) for n in range(len(parts))]
    tips = tuple(tip for path in paths for tip in texts.CATEGORY.get(path, ()))
    if tips:
        yield Chapter("goods", say("For goods of this kind"), tips)
    if profile.category in texts.FLAT_CLOTHES:
        yield Chapter("model", say("So that a model can wear it later"), texts.FOR_A_MODEL)


def _with(sentence: Words, value: Words) -> Words:
    return Words(sentence.english, values=(("value", value),))


def _least(size: Any) -> str:
    if size.min_width or size.min_height:
        return f"{size.min_width}×{size.min_height}"
    least = size.min_long_side or size.min_short_side
    return str(least) if least else ""


# ---- what we make of it ------------------------------------------------------------------------------------


def _made(profile: Profile) -> Iterator[Words]:
    place: Any = profile.wishes.get("place")
    if place is not None and not place.skip:
        canvas = "{}×{}".format(*place.canvas)
        if place.tall_canvas and tuple(place.tall_canvas) != tuple(place.canvas):
            yield say(
                "Tall goods ({ratio} times as high as wide and more): {canvas} px, from top to bottom with a"
                " gap of {gap} px.",
                ratio=place.tall_from,
                canvas="{}×{}".format(*place.tall_canvas),
                gap=place.tall_gap_px,
            )
            yield say("All other goods: {canvas} px.", canvas=canvas)
        else:
            yield say("Canvas: {canvas} px.", canvas=canvas)
        if place.inside == "square":
            yield say("They stand inside the centred square and do not touch its sides.")
    for variant in profile.variants:
        yield say(
            "Ground of the variant {name}: {colour}.",
            name=variant.name,
            colour=str(profile.values[f"variants.{variant.name}.colour"].value),
        )
    shadow: Any = profile.wishes.get("shadow")
    if shadow is not None and not shadow.skip and shadow.kind in texts.SHADOWS:
        yield say("Shadow: {kind}.", kind=texts.SHADOWS[shadow.kind])
    output = profile.output
    name = FORMATS.get(output.format, output.format.upper())
    if output.format == "png" or output.lossless:
        yield say("File: {format}.", format=name)
    else:
        yield say("File: {format}, quality {quality}.", format=name, quality=output.quality)
    if output.max_bytes:
        yield say("At most {bytes}.", bytes=quantity(output.max_bytes, "bytes"))
