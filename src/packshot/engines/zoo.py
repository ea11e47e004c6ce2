"""A segmenter made from any card: our own network, public ones, and a shop's."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from packshot.engines import cards, onnx
from packshot.engines.base import Opinion
from packshot.engines.cards import Card
from packshot.image.types import RGB, Float, Grey


class FromCard:
    """Runs the card's network on a photo squeezed or letterboxed to its input."""

    def __init__(self, card: Card) -> None:
        onnx.runtime()
        cards.weights(card)
        self.name = card.name
        # Twice the input: a photo that is twice as tall as wide still fills the input's width.
        self.longest_side = 2 * max(card.input)
        self._card = card

    def segment(self, pixels: RGB) -> Opinion:
        card = self._card
        seen, used = _fitted(pixels, card)
        answers = onnx.session(cards.weights(card), (1, 3, *card.input))(_tensor(seen, card))
        height, width = pixels.shape[:2]
        small = _chance(answers[0], card)[: used[0], : used[1]]
        chance = cast(Float, cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))
        told = dict(zip(card.told, answers[1].ravel().tolist(), strict=True)) if card.told else {}
        sure = told["sure"] if "sure" in told else settled(chance)
        return Opinion(_grey(chance), sure, _grey(4 * chance * (1 - chance)), told.get("present", 1.0))


def settled(chance: Float) -> float:
    """Of one that was not: how far its chances are from half, as the IoU of them with their own hard mask."""
    hard = chance >= 0.5
    inside = float(chance[hard].sum())
    return inside / (float(np.count_nonzero(hard)) + float(chance[~hard].sum()) + 1e-6)


def _fitted(pixels: RGB, card: Card) -> tuple[RGB, tuple[int, int]]:
    """The picture in the input's shape, and how much of the input it takes: height, width."""
    height, width = card.input
    if card.fit == "letterbox":
        scale = min(height / pixels.shape[0], width / pixels.shape[1])
        height, width = max(1, round(pixels.shape[0] * scale)), max(1, round(pixels.shape[1] * scale))
    seen = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    below, beside = card.input[0] - height, card.input[1] - width
    if below or beside:
        seen = cv2.copyMakeBorder(seen, 0, below, 0, beside, cv2.BORDER_REPLICATE)
    return cast(RGB, seen), (height, width)


def _tensor(seen: RGB, card: Card) -> Float:
    white = float(max(1, seen.max())) if card.white == "brightest" else 255.0
    spread, mean = np.array(card.spread, np.float32), np.array(card.mean, np.float32)
    tensor = seen * (1 / (white * spread)) - mean / spread
    return np.ascontiguousarray(tensor.transpose(2, 0, 1)[None], np.float32)


def _chance(answer: Float, card: Card) -> Float:
    """0…1, H×W, from whatever axes of one the network puts before."""
    chance: Float = np.asarray(answer, np.float32).reshape(answer.shape[-2:])
    if card.answer == "logit":
        chance = cast(Float, 1 / (1 + np.exp(-np.clip(chance, -30, 30))))
    elif card.answer == "stretch":
        low, high = float(chance.min()), float(chance.max())
        chance = (chance - low) / max(high - low, 1e-6)
    return cast(Float, np.clip(chance, 0, 1))


def _grey(share: Float) -> Grey:
    return cast(Grey, (share * 255 + 0.5).astype(np.uint8))
