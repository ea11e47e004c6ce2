"""The guide's pictures: the plan of the canvas as a drawing, and do and don't made of one small photo.

The photos are cut out and laid by packshot's own parts, by the numbers of the very profile that is explained.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from packshot.image.types import RGB, Box, Colour, Grey, Size, hex_of
from packshot.look.sides import Sides
from packshot.profiles.profile import Variant
from packshot.retouch.place import Place, placed, planned
from packshot.words import Words, say

if TYPE_CHECKING:
    from packshot.report.guide import Guide

SAMPLES = Path(__file__).parents[1] / "samples"
LONG_SIDE = 400
"""Of a do or don't picture: sharp at twice the width that the page gives it, about 8 KB."""


@dataclass(frozen=True, slots=True)
class Figure:
    kind: str
    """plan, do, dont."""
    caption: Words
    rule: str = ""
    """The rule that it breaks."""
    svg: str = ""
    jpeg: bytes = b""

    def markup(self, text: str) -> str:
        """`text` is the caption, escaped."""
        if self.svg:
            return self.svg.replace("<svg", f'<svg role="img" aria-label="{text}"', 1)
        data = base64.b64encode(self.jpeg).decode()
        return f'<img alt="{text}" loading="lazy" src="data:image/jpeg;base64,{data}">'


# ---- the plan of the canvas --------------------------------------------------------------------------------

SHAPES: Mapping[str, tuple[Size, str]] = {
    "mug": (
        Size(120, 100),
        "M0 0h84v84q0 16-14 16H14Q0 100 0 84zM84 20h16q20 0 20 20 0 26-36 30V60q24-2 24-20 0-8-8-8H84z",
    ),
    "bottle": (
        Size(40, 100),
        "M14 0h12v16c0 6 14 10 14 24v52c0 5-3 8-8 8H8c-5 0-8-3-8-8V40C0 26 14 22 14 16z",
    ),
    "shirt": (
        Size(110, 100),
        "M36 0c6 10 32 10 38 0l36 20-12 26-14-7v61H26V39l-14 7L0 20z",
    ),
}
"""Outlines by name, in boxes that they fill."""


def plans(guide: Guide) -> list[Figure]:
    """Where the goods will stand: one drawing for each variant and each shape that is told apart."""
    place: Any = guide.profile.wishes.get("place")
    if not isinstance(place, Place) or place.skip:
        return []
    usual = "shirt" if guide.profile.category.startswith("fashion") else "mug"
    shapes = [usual, *(["bottle"] if place.tall_canvas else [])]
    return [_plan(shape, place, variant) for shape in shapes for variant in guide.profile.variants]


def _plan(shape: str, place: Place, variant: Variant) -> Figure:
    size, outline = SHAPES[shape]
    plan = planned(size.scaled(40), place, Sides())
    canvas, box = plan.canvas, placed(size.scaled(40), plan)
    line = max(canvas.width, canvas.height) / 300
    guides = ""
    if place.inside == "square" and plan.rule != "tall":
        side = canvas.short_side
        left, top = (canvas.width - side) // 2, (canvas.height - side) // 2
        guides = (
            f'<rect x="{left}" y="{top}" width="{side}" height="{side}" fill="none" stroke="#777"'
            f' stroke-width="{line:.1f}" stroke-dasharray="{line * 6:.0f} {line * 5:.0f}"/>'
        )
    zones = "".join(
        f'<rect x="{z.left}" y="{z.top}" width="{z.width}" height="{z.height}" fill="#a3201a" opacity=".3"/>'
        for z in plan.zones
    )
    svg = (
        f'<svg viewBox="0 0 {canvas.width} {canvas.height}">'
        f'<rect width="100%" height="100%" fill="{hex_of(variant.colour)}"/>{guides}{zones}'
        f'<svg x="{box.left}" y="{box.top}" width="{box.width}" height="{box.height}"'
        f' viewBox="0 0 {size.width} {size.height}" preserveAspectRatio="none">'
        f'<path d="{escape(outline)}" fill="#8a8a8a"/></svg></svg>'
    )
    sizes = f"{canvas.width}×{canvas.height}"
    caption = (
        say("Tall goods: {canvas} px, {colour}", canvas=sizes, colour=hex_of(variant.colour))
        if plan.rule == "tall"
        else say("{canvas} px, {colour}", canvas=sizes, colour=hex_of(variant.colour))
    )
    return Figure("plan", caption, svg=svg)


# ---- do and don't ------------------------------------------------------------------------------------------

SAMPLE: Mapping[str, str] = {
    "home": "white_mug",
    "electronics": "label_box",
    "beauty": "bottle",
    "food": "bottle",
}
"""Group → the sample that is nearest to its goods."""
TABLE: Colour = (186, 121, 74)
"""A wooden table, as in a thousand refused photos."""


def figures(guide: Guide) -> list[Figure]:
    """One picture to copy and one for each fault that this profile judges; none where no sample is here."""
    place: Any = guide.profile.wishes.get("place")
    if not isinstance(place, Place):
        return []
    name = SAMPLE.get(guide.profile.category.partition(".")[0], "bottle")
    active = frozenset(rule.rule for rule in guide.asked)
    return [
        Figure(kind, caption, rule, jpeg=jpeg)
        for kind, rule, caption, jpeg in _drawn(name, place, guide.profile.variants[0].colour)
        if kind == "do" or rule in active
    ]


@lru_cache(maxsize=16)
def _drawn(name: str, place: Place, ground: Colour) -> tuple[tuple[str, str, Words, bytes], ...]:
    from packshot.report.guide_texts import DONT

    cut = _product(name)
    if cut is None:
        return ()
    colours, alpha = cut
    size = Size(alpha.shape[1], alpha.shape[0])
    plan = planned(size, place, Sides())
    scale = LONG_SIDE / plan.canvas.long_side
    canvas, box = plan.canvas.scaled(scale), placed(size, plan).scaled(scale)

    def picture(box: Box, ground: Colour) -> RGB:
        return _laid(colours, alpha, canvas, box, ground)

    good = picture(box, ground)
    faults: dict[str, RGB] = {
        "frame_fill": picture(_resized(box, 0.35), ground),
        "subject_cropped": picture(_resized(box, 1.5).moved(canvas.width // 4, canvas.height // 9), ground),
        "background_color": picture(box, TABLE),
        "sharpness": cv2.GaussianBlur(good, (0, 0), 5.0).astype(np.uint8),
        "overlaid_text": _with_badge(good, "100%", "COTTON"),
        "forbidden_words": _with_badge(good, "SALE", "-50%"),
        "qr_code": _with_code(good),
    }
    do = say("Whole, sharp, on its ground, with a narrow rim around.")
    return (
        ("do", "", do, _jpeg(good)),
        *(("dont", rule, DONT[rule], _jpeg(fault)) for rule, fault in faults.items()),
    )


@lru_cache(maxsize=8)
def _product(name: str) -> tuple[RGB, Grey] | None:
    """A sample, cut out by packshot itself, to the edges of its box."""
    file = next((f for f in (SAMPLES / f"{name}.jpg", *sorted(SAMPLES.glob("*.jpg"))) if f.is_file()), None)
    if file is None:
        return None
    from packshot.image.codec import open_photo
    from packshot.look.facts import Facts
    from packshot.retouch.start import layers_of

    product = layers_of(Facts(open_photo(file))).product
    if product is None or product.box.is_empty:
        return None
    rows, columns = product.box.slices
    return np.ascontiguousarray(product.colours[rows, columns]), np.ascontiguousarray(
        product.alpha[rows, columns]
    )


def _laid(colours: RGB, alpha: Grey, canvas: Size, box: Box, ground: Colour) -> RGB:
    """The product in `box`, which may reach beyond the canvas."""
    size = (max(1, box.width), max(1, box.height))
    k = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA).astype(np.float32)[..., None] / 255
    product = cv2.resize(colours, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    whole = np.full((canvas.height, canvas.width, 3), ground, np.float32)
    seen = box.inside(canvas)
    rows, columns = seen.moved(-box.left, -box.top).slices
    part = whole[seen.slices]
    part += (product[rows, columns] - part) * k[rows, columns]
    return whole.round().astype(np.uint8)


def _resized(box: Box, factor: float) -> Box:
    width, height = round(box.width * factor), round(box.height * factor)
    left, top = box.left + (box.width - width) // 2, box.top + (box.height - height) // 2
    return Box(left, top, left + width, top + height)


def _with_badge(picture: RGB, upper: str, lower: str) -> RGB:
    badged = picture.copy()
    height, width = badged.shape[:2]
    radius = round(min(width, height) * 0.2)
    centre = (width - radius - 8, radius + 8)
    cv2.circle(badged, centre, radius, (196, 30, 38), -1, cv2.LINE_AA)
    for text, down in ((upper, -0.1), (lower, 0.5)):
        scale = radius / 52 * min(1, 4 / len(text))
        (wide, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, scale, 2)
        where = (centre[0] - wide // 2, centre[1] + round(radius * down))
        cv2.putText(badged, text, where, cv2.FONT_HERSHEY_DUPLEX, scale, (255, 255, 255), 2, cv2.LINE_AA)
    return badged


def _with_code(picture: RGB) -> RGB:
    coded = picture.copy()
    code = np.asarray(cv2.QRCodeEncoder.create().encode("https://example.com"), np.uint8)
    times = max(1, round(min(coded.shape[:2]) * 0.3 / len(code)))
    large = cv2.resize(code, None, fx=times, fy=times, interpolation=cv2.INTER_NEAREST)
    side = len(large)
    coded[-side - 8 : -8, 8 : side + 8] = large[..., None]
    return coded


def _jpeg(picture: RGB) -> bytes:
    done, data = cv2.imencode(
        ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85]
    )
    return data.tobytes() if done else b""
