"""Who cuts out? Each engine by its name: a photo's file in, RGBA of the same size out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from sets.measure import RGBA

import packshot
from packshot.engines.base import Segmenter
from packshot.image.codec import open_photo
from packshot.image.photo import Photo
from packshot.image.types import RGB, Grey
from packshot.journey.cutout import CutProduct
from packshot.journey.examine import segmenter
from packshot.look import subject

IN_DOUBT = 0.5
"""A bare engine that is less sure says "no product here". The whole path has a limit of its own."""
SPECK = 0.005
"""Share of the frame: who shows less has found nothing. No product of val or dev is smaller."""


@dataclass(frozen=True, slots=True)
class Cut:
    rgba: RGBA
    found: bool
    confidence: float
    agreement: float | None = None
    """IoU of the studio path and the second opinion, where both were asked."""
    how: str = ""


Cutter = Callable[[Path], Cut]


@lru_cache
def cutter(name: str, isnet: Path | None = None) -> Cutter:
    """`packshot`: the whole path, `packshot:best` in that quality; `studio`: without a second opinion; a card
    or an engine speaks alone."""
    whole, _, quality = name.partition(":")
    if whole == "packshot":
        care = {"quality": quality} if quality else {}
        return lambda file: _told(packshot.cutout(file, **care))
    if name == "studio":
        return lambda file: _told(_without_opinion(open_photo(file)))
    if name == "isnet":
        return _isnet(isnet)
    return _alone(_from_card(Path(name)) if name.endswith(".toml") else segmenter(name))


def _told(product: CutProduct) -> Cut:
    cut = product.cut
    return Cut(product.rgba, product.found, cut.confidence, cut.agreement, f"{cut.origin}: {cut.reason}")


def _without_opinion(photo: Photo) -> CutProduct:
    return CutProduct(photo, subject.cut(photo, None))


def _alone(engine: Segmenter) -> Cutter:
    """Its own mask, enlarged; the colours are the photo's."""

    def cut(file: Path) -> Cut:
        pixels = open_photo(file).pixels
        factor = min(1.0, engine.longest_side / max(pixels.shape[:2]))
        small = (
            pixels
            if factor == 1
            else cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        )
        opinion = engine.segment(small)
        return _laid(pixels, opinion.alpha, opinion.confidence)

    return cut


def _laid(pixels: RGB, alpha: Grey, confidence: float) -> Cut:
    whole = cv2.resize(alpha, pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    shown = float((whole >= 128).mean()) >= SPECK
    return Cut(np.dstack([pixels, whole]), shown and confidence >= IN_DOUBT, confidence)


def _from_card(path: Path) -> Segmenter:
    from packshot.engines import cards
    from packshot.engines.zoo import FromCard

    return FromCard(cards.read(path))


def _isnet(path: Path | None) -> Cutter:
    from peers.isnet import IsNet

    if path is None:
        raise SystemExit("isnet needs --isnet FILE: benchmarks/peers/isnet.py makes it")
    net = IsNet(path)

    def cut(file: Path) -> Cut:
        """It has no word for its doubt: found is what it shows."""
        pixels = open_photo(file).pixels
        return _laid(pixels, net.alpha(pixels), 1.0)

    return cut
