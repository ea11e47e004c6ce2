"""Plans where the product stands: canvas, size, gaps, zones that stay free. Paints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product as combinations
from math import ceil, floor
from typing import Literal

from packshot.errors import BadOption
from packshot.image.types import Box, Size
from packshot.look.facts import Facts
from packshot.look.sides import Sides
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Layers, Placement, Product
from packshot.words import Words, say

CUT_SHARE = 0.02
"""A side counts as cut by the photo's frame where the product lies on at least this share of it; less is
a strand, a shadow's speck or a corner that just reaches the edge."""
EDGE_PX = 3
"""A product this near to the photo's edge may be the one that touches it."""
ZONE_RIM_PX = 2
"""The soft rim reaches about this far beyond the box; it stays out of forbidden zones too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Wish):
    canvas: tuple[int, int] = (1200, 1600)
    """Width and height."""
    tall_canvas: tuple[int, int] | None = None
    """For tall products; None: the same canvas for all."""
    tall_from: float = 1.4
    """Height/width from which a product is tall."""
    tall_gap_px: int = 8
    """Above and below a tall product."""
    inside: Literal["frame", "square"] = "frame"
    """square: the product stays in the centred square of the canvas' shorter side."""
    gap_px: int = 24
    """At least this much stays free on each side."""
    margins_px: tuple[int, int, int, int] | None = None
    """Left, top, right, bottom; in place of `gap_px`."""
    margins_share: tuple[float, float, float, float] | None = None
    """Left, top, right, bottom as shares of the canvas' width and height; in place of `gap_px`."""
    fill_share: float | None = None
    """Share of the canvas that the product takes on its limiting side; None: as much as the gaps leave."""
    anchor: Literal["centre", "baseline"] = "centre"
    baseline_share: float = 0.9
    """Where products stand for `baseline`: a share of the canvas' height from the top."""
    align: Literal["left", "centre", "right"] = "centre"
    snap_cropped: bool = True
    """A side that the photo's frame had cut goes to the canvas' edge, so that the cut does not float."""
    zones: tuple[tuple[float, float, float, float], ...] = ()
    """Left, top, right, bottom as shares of the canvas: where no product may be (badges, price tags)."""
    canvas_scale: float = 1.0
    """Multiplies the canvas and everything in pixels."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the wish comes to for one product: whole pixels and no more choices."""

    canvas: Size
    area: Box
    """Where the product may be."""
    largest: tuple[float, float]
    """Width and height that it may not pass, whatever the area."""
    baseline: int | None
    """Where it stands; None: in the middle."""
    align: Literal["left", "centre", "right"]
    zones: tuple[Box, ...]
    snapped: Sides
    """1 for each side that goes to the canvas' edge."""
    rule: str


@stage("place")
def apply(layers: Layers, wish: Place, facts: Facts) -> Layers:
    """Chooses the canvas by the product's shape and the largest size that keeps gaps, margins and zones.

    The shape of the product is kept. Where the photo had cut the product, that side goes to the canvas'
    edge: a cut in the middle of the ground would look like a saw's work.
    """
    if layers.product is None or wish.skip:
        return layers
    cut = cut_sides(layers.product, facts)
    size = layers.product.box.size
    plan = planned(size, wish, cut if wish.snap_cropped else Sides())
    box = placed(size, plan)
    placement = Placement(plan.canvas, box, box.width / size.width, plan.rule)
    return replace(layers, placement=placement, doubts=(*layers.doubts, *_doubts(cut)))


def planned(product: Size, wish: Place, cut: Sides) -> Plan:
    scale = wish.canvas_scale
    tall = wish.tall_canvas is not None and product.height >= wish.tall_from * product.width
    canvas = _canvas(wish.tall_canvas if wish.tall_canvas and tall else wish.canvas, scale)
    zones = tuple(_zone(zone, canvas) for zone in wish.zones)
    if tall:
        gap, tall_gap = round(wish.gap_px * scale), round(wish.tall_gap_px * scale)
        area = Box(gap, tall_gap, canvas.width - gap, canvas.height - tall_gap)
    else:
        area = _area(wish, canvas)
    if area.is_empty:
        raise BadOption(
            say(
                "The gaps of {gap} leave no room on a canvas of {canvas}.",
                gap=wish.gap_px,
                canvas=str(canvas),
            ),
            say("Ask for a larger canvas or smaller margins."),
        )
    fill = 1.0 if wish.fill_share is None or tall else wish.fill_share
    return Plan(
        canvas,
        _reaching(area, canvas, cut),
        (canvas.width * fill, canvas.height * fill),
        round(canvas.height * wish.baseline_share) if wish.anchor == "baseline" and not tall else None,
        wish.align,
        zones,
        cut,
        "tall" if tall else "other",
    )


def placed(product: Size, plan: Plan) -> Box:
    """The largest box of the product's shape that the plan allows, as near to its place as can be."""
    rooms = tuple(_rooms(plan))
    sizes = [_fitted(product, room, plan) for room in rooms]
    fits = [(size, room) for size, room in zip(sizes, rooms, strict=True) if size is not None]
    if not fits:
        raise BadOption(
            say("The forbidden zones leave no room for the product."),
            say("Make `zones` of `place` smaller."),
        )

    def worth(fit: tuple[Size, Box]) -> tuple[int, float, int, int]:
        size, room = fit
        box = stood(size, room, plan)
        wanted = stood(size, plan.area, plan)
        away = abs(box.left - wanted.left) + abs(box.top - wanted.top)
        return -size.area, away, box.top, box.left

    size, room = min(fits, key=worth)
    return stood(size, room, plan)


def _canvas(size: tuple[int, int], scale: float) -> Size:
    return Size(size[0], size[1]).scaled(scale)


def _area(wish: Place, canvas: Size) -> Box:
    left, top, right, bottom = _margins(wish, canvas)
    frame = Box.whole(canvas)
    if wish.inside == "square":
        side = canvas.short_side
        corner = ((canvas.width - side) // 2, (canvas.height - side) // 2)
        frame = Box(corner[0], corner[1], corner[0] + side, corner[1] + side)
    if wish.margins_px is None and wish.margins_share is None:
        return Box(frame.left + left, frame.top + top, frame.right - right, frame.bottom - bottom)
    return frame.meet(Box(left, top, canvas.width - right, canvas.height - bottom))


def _margins(wish: Place, canvas: Size) -> tuple[int, int, int, int]:
    if wish.margins_px is not None:
        left, top, right, bottom = (round(px * wish.canvas_scale) for px in wish.margins_px)
        return left, top, right, bottom
    if wish.margins_share is not None:
        shares = wish.margins_share
        return (
            round(shares[0] * canvas.width),
            round(shares[1] * canvas.height),
            round(shares[2] * canvas.width),
            round(shares[3] * canvas.height),
        )
    gap = round(wish.gap_px * wish.canvas_scale)
    return gap, gap, gap, gap


def _zone(zone: tuple[float, float, float, float], canvas: Size) -> Box:
    return Box(
        floor(zone[0] * canvas.width),
        floor(zone[1] * canvas.height),
        ceil(zone[2] * canvas.width),
        ceil(zone[3] * canvas.height),
    ).grown(ZONE_RIM_PX, canvas)


def _reaching(area: Box, canvas: Size, cut: Sides) -> Box:
    """The area, opened to the canvas' edge where the product was cut."""
    return Box(
        0 if cut.left else area.left,
        0 if cut.top else area.top,
        canvas.width if cut.right else area.right,
        canvas.height if cut.bottom else area.bottom,
    )


def _rooms(plan: Plan) -> Iterator[Box]:
    """All largest rectangles of the area that no zone reaches into; the area itself without zones."""
    area = plan.area
    if plan.baseline is not None and not plan.snapped.bottom and plan.baseline > area.top:
        area = replace(area, bottom=min(area.bottom, plan.baseline))
    zones = [zone for zone in plan.zones if not zone.meet(area).is_empty]
    lefts = sorted({area.left, *(zone.right for zone in zones if zone.right < area.right)})
    rights = sorted({area.right, *(zone.left for zone in zones if zone.left > area.left)})
    tops = sorted({area.top, *(zone.bottom for zone in zones if zone.bottom < area.bottom)})
    bottoms = sorted({area.bottom, *(zone.top for zone in zones if zone.top > area.top)})
    for left, top, right, bottom in combinations(lefts, tops, rights, bottoms):
        room = Box(left, top, right, bottom)
        if not room.is_empty and _free(room, zones):
            yield room


def _free(room: Box, zones: Iterable[Box]) -> bool:
    return all(zone.meet(room).is_empty for zone in zones)


def _fitted(product: Size, room: Box, plan: Plan) -> Size | None:
    """The product's size in this room, its shape kept; None where not even a pixel is left."""
    width, height = min(room.width, int(plan.largest[0])), min(room.height, int(plan.largest[1]))
    if width < 1 or height < 1:
        return None
    scale = min(width / product.width, height / product.height)
    return Size(
        min(width, max(1, round(product.width * scale))), min(height, max(1, round(product.height * scale)))
    )


def stood(size: Size, room: Box, plan: Plan) -> Box:
    """Where a product of this size stands in a room: as near to its wanted place as the room lets it."""
    area, snapped = plan.area, plan.snapped
    left = {
        "left": area.left,
        "centre": (area.left + area.right - size.width) // 2,
        "right": area.right - size.width,
    }[_towards(plan.align, bool(snapped.left), bool(snapped.right))]
    vertical = "baseline" if plan.baseline is not None else "centre"
    top = {
        "left": area.top,
        "centre": (area.top + area.bottom - size.height) // 2,
        "right": area.bottom - size.height,
        "baseline": (plan.baseline or 0) - size.height,
    }[_towards(vertical, bool(snapped.top), bool(snapped.bottom))]
    left = min(max(left, room.left), room.right - size.width)
    top = min(max(top, room.top), room.bottom - size.height)
    return Box(left, top, left + size.width, top + size.height)


def _towards(wanted: str, first: bool, last: bool) -> str:
    """A side that was cut pulls the product to it; of two opposite ones the later: things stand on floors."""
    if last:
        return "right"
    return "left" if first else wanted


def cut_sides(product: Product, facts: Facts) -> Sides:
    """1 for each side where the photo's frame cuts what is left of the product after `erase`."""
    touches = facts.subject.touches
    photo, box = product.from_source(Box.whole(facts.photo.source.size)), product.box
    return Sides(
        float(touches.left >= CUT_SHARE and box.left - photo.left <= EDGE_PX),
        float(touches.top >= CUT_SHARE and box.top - photo.top <= EDGE_PX),
        float(touches.right >= CUT_SHARE and photo.right - box.right <= EDGE_PX),
        float(touches.bottom >= CUT_SHARE and photo.bottom - box.bottom <= EDGE_PX),
    )


def _doubts(cut: Sides) -> tuple[Words, ...]:
    if not cut.largest:
        return ()
    return (say("The photo's frame cuts the product; its missing part cannot be made."),)
