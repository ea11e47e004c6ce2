"""Products drawn by code, and their facts made by hand."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from packshot.image.photo import Photo, Source
from packshot.image.types import RGB, Box, Colour, Grey, Size, box_of
from packshot.look.background import Background
from packshot.look.facts import Facts
from packshot.look.frame import Frame
from packshot.look.sides import Sides
from packshot.look.subject import Component, Cutout, Origin, Subject
from packshot.look.text import Text, TextBox
from packshot.look.tone import Tone
from packshot.retouch.base import STAGES
from packshot.retouch.layers import Layers
from packshot.retouch.start import layers_of
from packshot.words import Words

SIZE = Size(300, 400)


def drawn(draw: Any, size: Size = SIZE) -> Grey:
    """An alpha with a soft rim: `draw` paints white on a black picture four times as large."""
    large = np.zeros((size.height * 4, size.width * 4), np.uint8)
    draw(large)
    return np.asarray(cv2.resize(large, (size.width, size.height), interpolation=cv2.INTER_AREA), np.uint8)


def slab(left: int, top: int, right: int, bottom: int, size: Size = SIZE) -> Grey:
    return drawn(
        lambda p: cv2.rectangle(p, (left * 4, top * 4), (right * 4 - 1, bottom * 4 - 1), 255, -1), size
    )


def disc(x: int, y: int, radius: int, size: Size = SIZE) -> Grey:
    return drawn(lambda p: cv2.circle(p, (x * 4, y * 4), radius * 4, 255, -1), size)


def chair(size: Size = SIZE) -> Grey:
    """A seat with a back on two legs."""

    def draw(p: Grey) -> None:
        for left, top, right, bottom in ((60, 40, 80, 360), (220, 200, 240, 360), (60, 200, 240, 220)):
            cv2.rectangle(p, (left * 4, top * 4), (right * 4 - 1, bottom * 4 - 1), 255, -1)

    return drawn(draw, size)


def plain(alpha: Grey, colour: Colour = (120, 60, 40)) -> RGB:
    return np.full((*alpha.shape, 3), colour, np.uint8)


def over_ground(colours: RGB, alpha: Grey, ground: Colour) -> RGB:
    share = alpha[..., None] / 255
    return (colours * share + np.array(ground) * (1 - share) + 0.5).astype(np.uint8)


def facts_of(
    alpha: Grey,
    colours: RGB | None = None,
    *,
    ground: Colour = (250, 250, 250),
    touches: Sides | None = None,
    see_through: float = 0.0,
    texts: tuple[TextBox, ...] = (),
    components: tuple[Component, ...] = (),
    far_apart: bool = False,
    border: Sides | None = None,
    shadow: Grey | None = None,
    pixels: RGB | None = None,
    scale: float = 1.0,
    **known: Any,
) -> Facts:
    colours = plain(alpha) if colours is None else colours
    size = Size(alpha.shape[1], alpha.shape[0])
    pixels = over_ground(colours, alpha, ground) if pixels is None else pixels
    facts = Facts(Photo(pixels, None, scale, Source("drawn", "", "array", 0, size.scaled(1 / scale))))
    box = box_of(alpha >= 128) or Box(0, 0, 0, 0)
    facts.known["cutout"] = Cutout(
        Box.whole(size), colours, alpha, shadow, 0.25, 1.0, Origin.ALPHA, "alpha", None, Words("")
    )
    facts.known["subject"] = Subject(
        True, box.scaled(1 / scale), 0.2, components, far_apart, touches or Sides(), see_through, 0, 1.0,
        Origin.ALPHA, "alpha", None,
    )  # fmt: skip
    facts.known["text"] = Text(texts, looked=True, signs=0.0)
    facts.known["frame"] = Frame(border or Sides(), None, (), 0.0)
    facts.known["background"] = Background(ground, 1.0, 1.0, 0.0, 0.1, 0.9, 0.0, 0.0, 0.7)
    facts.known["tone"] = Tone(50.0, 30.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    facts.known.update(known)
    return facts


def after(facts: Facts, layers: Layers | None = None, **wishes: dict[str, Any]) -> Layers:
    """The layers after the named stages, in the order given."""
    layers = layers_of(facts) if layers is None else layers
    for name, wish in wishes.items():
        stage = STAGES[name]
        layers = stage.apply(layers, stage.wish(**wish), facts)
    return layers
