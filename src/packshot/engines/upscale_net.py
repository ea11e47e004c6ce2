"""Our own enlargers, made by `packshot train upscaler`.

Each tells what a cubic enlargement lacks; it learned that from pictures whose truth was known. Asked to keep
the size, they mend what JPEG did.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

from packshot.engines import cards
from packshot.engines.base import engine
from packshot.engines.onnx import Network, any_size
from packshot.image.types import RGB, Box, Float, Size, size_of


@dataclass(frozen=True, slots=True)
class Reach:
    """How one of the networks is fed."""

    most: int
    """Longest side of a tile: what it computes of one stays under 70 MB."""
    halo: int
    """Pixels round a tile that it is shown: as far as it looks, so there are no seams."""


REACHES = {1: Reach(576, 20), 2: Reach(320, 10), 4: Reach(160, 12)}
STEP = 16
"""Sides of what is shown are multiples of it: the runtime is quicker with such."""
FLAT = 3
"""Levels: where all colours of a tile are as near as this, there is nothing to sharpen."""


@engine("upscaler", "upscale_net")
class UpscaleNet:
    """Twice and four times by networks, sizes between by shrinking what they made; true to print."""

    name = "upscale_net"

    def __init__(self) -> None:
        self.cards = {scale: cards.read(cards.CARDS / f"upscale_x{scale}.toml") for scale in REACHES}
        for card in self.cards.values():
            cards.weights(card)

    def upscale(self, pixels: RGB, factor: float) -> RGB:
        scale = 1 if factor == 1 else 2 if factor <= 2 else 4
        return _shrunk(self._times(pixels, scale), size_of(pixels).scaled(factor))

    def _times(self, pixels: RGB, scale: int) -> RGB:
        card, reach = self.cards[scale], REACHES[scale]
        network = any_size(cards.weights(card))
        made = np.empty((pixels.shape[0] * scale, pixels.shape[1] * scale, 3), np.uint8)
        for tile in tiles(size_of(pixels), reach.most):
            made[tile.scaled(scale).slices] = _made(network, card, shown(pixels, tile, reach.halo), tile.size)
        return made


def _shrunk(made: RGB, size: Size) -> RGB:
    """Cubic: by half at most, so all waves of the photo stay. Of 36 val photos enlarged 1.2 to 1.4 times by
    way of twice, 3.1 to 3.3 dB above Lanczos; shrunk by averages, 1.2 to 1.7 (benchmarks/upscale_limits.py).
    """
    if size_of(made) == size:
        return made
    return np.asarray(cv2.resize(made, (size.width, size.height), interpolation=cv2.INTER_CUBIC), np.uint8)


def tiles(size: Size, most: int) -> Iterator[Box]:
    """As even as can be, so that no sliver costs a whole tile."""
    for top, bottom in _cuts(size.height, most):
        for left, right in _cuts(size.width, most):
            yield Box(left, top, right, bottom)


def _cuts(length: int, most: int) -> list[tuple[int, int]]:
    """Each begins at an even pixel, for the network that keeps the size sees them in pairs."""
    part = 2 * ceil(length / ceil(length / most) / 2)
    return [(start, min(start + part, length)) for start in range(0, length, part)]


def shown(pixels: RGB, tile: Box, halo: int) -> RGB:
    """The tile with its halo; beyond the picture's edge the picture is mirrored."""
    right, bottom = (_filled_up(side, halo) for side in (tile.width, tile.height))
    wide = Box(tile.left - halo, tile.top - halo, tile.right + right, tile.bottom + bottom)
    here = wide.inside(size_of(pixels))
    beyond = (here.top - wide.top, wide.bottom - here.bottom, here.left - wide.left, wide.right - here.right)
    return np.asarray(cv2.copyMakeBorder(pixels[here.slices], *beyond, cv2.BORDER_REFLECT_101), np.uint8)


def _filled_up(side: int, halo: int) -> int:
    """How far beyond the tile it is shown: the halo, and what is left to a multiple of STEP."""
    return STEP * ceil((side + 2 * halo) / STEP) - side - halo


def _made(network: Network, card: cards.Card, seen: RGB, size: Size) -> RGB:
    scale, halo = card.scale, REACHES[card.scale].halo
    inner = Box(halo, halo, halo + size.width, halo + size.height).scaled(scale)
    plain = seen if scale == 1 else cv2.resize(seen, None, None, scale, scale, cv2.INTER_CUBIC)
    plain = np.asarray(plain[inner.slices], np.uint8)
    if np.ptp(seen.reshape(-1, 3), axis=0).max() <= FLAT:
        return plain
    rows, columns = inner.slices
    missing = network(_prepared(seen, card))[0][0][:, rows, columns].transpose(1, 2, 0)
    return np.asarray(np.clip(plain + missing * (255 * card.spread[0]) + 0.5, 0, 255), np.uint8)


def _prepared(seen: RGB, card: cards.Card) -> Float:
    spread, mean = np.array(card.spread, np.float32), np.array(card.mean, np.float32)
    tensor = seen * (1 / (255 * spread)) - mean / spread
    return np.ascontiguousarray(tensor.transpose(2, 0, 1)[None], np.float32)
