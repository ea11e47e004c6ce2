"""Exposure and contrast, shyly: goods keep their colour, and a rightly lit photo is left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import log2

import cv2
import numpy as np

from packshot.image.colour import delta_e, lab, lab_of, linear, srgb
from packshot.image.types import RGB, Float, Grey
from packshot.look.facts import Facts
from packshot.retouch._despill import despilled
from packshot.retouch.base import Wish, stage
from packshot.retouch.layers import Layers, Product
from packshot.words import Words, say

PAINTED_SHARE = 0.6
"""A ground with this share of exactly one colour was painted by a program: its tone is a decision."""
BRIGHT = (201.0, 205.0)
"""Level of the brightest half per cent of the photo: up to the first it is too dark (white paper three
quarters of a stop down has 198), from the second on it may be a good photo on grey (#D1CECB has 206)."""
TARGET = 240.0
"""Where the brightest goes. Not 255: that keeps the drawing of white goods."""
BLACK = 18.0
"""Level of true black in a good photo; matt black pans and cases reach 35 and are no haze."""
VEILED = (34.0, 46.0)
"""Level of the darkest pixels from which black is lifted, if there is black."""
PALE = (62.0, 76.0)
"""Above it nothing in the photo need be black: pale goods on white paper, not haze."""
BLACK_SHARE = (0.004, 0.01)
"""Share of the photo that is as dark and as grey as its darkest pixels. Printed, rubber or plastic black
covers that much; the darkest shade of a grey thing does not."""
WHITE_KEPT = (216.0, 224.0)
"""Haze lowers white too; a photo that reaches this level is not flat, whatever its darkest pixel."""
VEIL_SHARE = 1.0
WHITE_SHARE = 0.85
"""How much of the measured lift above BLACK and of the lost white is taken back."""
LEAST_DELTA_E = 0.7
"""Smaller changes nobody sees; they are not made."""
SURE_CAST = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone(Wish):
    exposure: bool = True
    contrast: bool = True
    white_balance: bool = False
    """Makes neutral what should be: the pale ground, or the brightest greys."""
    despill: bool = False
    """Takes the light that a coloured ground threw on the rim back out."""
    max_delta_e: float = 4.0
    """ΔE00, median over the product: the change never passes it. 4 gives back about a third of a stop;
    for nine tenths of a whole stop it takes 15 (benchmarks/tone.py)."""


@dataclass(frozen=True, slots=True)
class Light:
    """How the whole photo is lit, in levels of its brightest channel."""

    white: float
    black: float
    black_share: float
    """Of the photo: grey and within a few levels of `black`."""


@dataclass(frozen=True, slots=True)
class Change:
    stops: float = 0.0
    """Exposure, in factors of two of light."""
    lifted: float = 0.0
    """Level that becomes black."""
    stretch: float = 1.0
    """Of what is above it."""

    def curve(self, strength: float) -> Grey:
        """The same for all three channels: linear light is scaled, so hue stays."""
        level = np.arange(256, dtype=np.float32)
        level = np.maximum(level - strength * self.lifted, 0) * (1 + strength * (self.stretch - 1))
        light = _light_of(level) * 2 ** (strength * self.stops)
        rolled = np.where(light > KNEE, KNEE + (1 - KNEE) * (1 - np.exp((KNEE - light) / (1 - KNEE))), light)
        return srgb((light if self.stops * strength <= 0.01 else rolled).astype(np.float32))


KNEE = 0.8
"""Light above it is rolled off and not clipped."""


@stage("tone")
def apply(layers: Layers, wish: Tone, facts: Facts) -> Layers:
    """Lifts what is measurably too dark or flat; black goods stay black and white goods white.

    A product's own darkness says nothing. The brightest thing in the photo does, paper or highlight: where
    even that is grey, light was missing. The change is one curve for all channels, so hues stay, and it is
    kept in `tone_curve`: the colour guard compares with the source under the same curve.
    """
    product = layers.product
    if product is None or wish.skip:
        return layers
    notes: list[Words] = []
    if wish.despill and facts.background.seen_share > 0:
        product = replace(product, colours=despilled(product.colours, product.alpha, facts.background.colour))
    curves = _white_balance(product, wish, facts) if wish.white_balance else None
    if curves is not None:
        product = replace(product, colours=_through(product.colours, curves))
        notes.append(say("The light's colour cast was taken out."))
    curve = None
    if wish.exposure or wish.contrast:
        change = _needed(light_of(facts), wish) if not _is_painted(facts) else Change()
        curve = _bounded(product, change.curve, wish.max_delta_e)
        if curve is not None:
            product = replace(product, colours=_through(product.colours, curve))
            notes.extend(_said(change))
    return replace(
        layers,
        product=product,
        tone_curve=curve if curve is not None else layers.tone_curve,
        channel_curves=curves if curves is not None else layers.channel_curves,
        notes=(*layers.notes, *notes),
    )


def toned(layers: Layers, pixels: RGB) -> RGB:
    """Any pixels under the curves that the product went through: what a guard should compare with."""
    for curve in (layers.channel_curves, layers.tone_curve):
        if curve is not None:
            pixels = _through(pixels, curve)
    return pixels


def light_of(facts: Facts) -> Light:
    """Brightest and darkest of the whole photo, product and ground alike."""
    pixels = facts.photo.pixels
    step = max(1, max(pixels.shape[:2]) // 400)
    small = cv2.blur(np.ascontiguousarray(pixels[::step, ::step]), (3, 3))
    red, green, blue = cv2.split(small)
    levels = cv2.max(cv2.max(red, green), blue)
    colourful = cv2.subtract(levels, cv2.min(cv2.min(red, green), blue))
    counts = cv2.calcHist([levels], [0], None, [256], [0, 256]).cumsum() / levels.size
    black, white = (int(np.searchsorted(counts, share)) for share in (0.002, 0.995))
    near = (levels <= black + 10) & (colourful <= 12)
    return Light(float(white), float(black), float(near.mean()))


def _is_painted(facts: Facts) -> bool:
    return facts.background.exact_share >= PAINTED_SHARE


def _needed(light: Light, wish: Tone) -> Change:
    lifted, stretch, white = 0.0, 1.0, light.white
    if wish.contrast:
        flat = _rising(light.black, VEILED) * (1 - _rising(light.black, PALE))
        flat *= (1 - _rising(light.white, WHITE_KEPT)) * _rising(light.black_share, BLACK_SHARE)
        lifted = flat * VEIL_SHARE * max(0.0, light.black - BLACK)
        white = light.white + flat * WHITE_SHARE * max(0.0, TARGET - light.white)
        stretch = white / max(1.0, light.white - lifted)
    if not wish.exposure:
        return Change(0.0, lifted, stretch)
    dark = 1 - _rising(white, BRIGHT)
    target, now = _light_of(np.float32(TARGET)), _light_of(np.float32(max(white, 8.0)))
    return Change(dark * log2(float(target) / float(now)), lifted, stretch)


def _bounded(product: Product, curve: Callable[[float], Grey], limit: float) -> Grey | None:
    """As much of the change as the bound lets; None where nobody would see it."""
    sample = _sample(product)
    before = lab(sample)

    def median_change(strength: float) -> float:
        return float(np.median(delta_e(before, lab(_through(sample[None], curve(strength))[0]))))

    strength, whole = 1.0, median_change(1.0)
    if whole > limit:
        low, high = 0.0, 1.0
        for _ in range(8):
            strength = (low + high) / 2
            low, high = (strength, high) if median_change(strength) <= limit else (low, strength)
        strength, whole = low, median_change(low)
    return curve(strength) if whole >= LEAST_DELTA_E else None


def _sample(product: Product) -> RGB:
    step = max(1, max(product.alpha.shape) // 160)
    alpha, colours = product.alpha[::step, ::step], product.colours[::step, ::step]
    return colours[alpha >= min(200, int(alpha.max()))]


def _white_balance(product: Product, wish: Tone, facts: Facts) -> RGB | None:
    """Gains that turn the cast grey and keep its lightness; None where nothing is surely neutral."""
    tone = facts.tone
    if tone.cast_confidence < SURE_CAST:
        return None
    lightness = float(lab_of(facts.background.colour)[0]) if facts.background.seen_share > 0 else 75.0
    cast = np.array([[[max(lightness, 30.0), tone.cast_a, tone.cast_b]]], np.float32)
    light = np.asarray(cv2.cvtColor(cast, cv2.COLOR_Lab2LRGB), np.float32)[0, 0].clip(0.02, None)
    grey = float(light @ np.array([0.2126, 0.7152, 0.0722], np.float32))
    levels = linear(np.arange(256, dtype=np.uint8))

    def curve(strength: float) -> RGB:
        gains = (grey / light) ** strength
        return srgb(levels.reshape(256, 1, 1) * gains)

    return _bounded(product, curve, wish.max_delta_e)


def _said(change: Change) -> list[Words]:
    said = []
    if change.stops > 0.05:
        said.append(say("The photo was too dark; exposure was raised."))
    if change.lifted > 1:
        said.append(say("The photo was flat; contrast was raised."))
    return said


def _through(pixels: RGB, curve: Grey | RGB) -> RGB:
    table = curve.reshape(1, 256, -1) if curve.ndim > 1 else curve
    return np.asarray(cv2.LUT(np.ascontiguousarray(pixels), table), np.uint8)


def _light_of(level: Float | np.float32) -> Float:
    share = np.asarray(level, np.float32) / 255
    light = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(light, np.float32)


def _rising(value: float, between: tuple[float, float]) -> float:
    """0 below the first, 1 above the second."""
    return min(1.0, max(0.0, (value - between[0]) / (between[1] - between[0])))
