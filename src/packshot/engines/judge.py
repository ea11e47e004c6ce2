"""Our own judge: sees photo and cut-out at a glance, and says what it thinks of them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import cv2
import numpy as np

from packshot.engines import cards, onnx
from packshot.engines.base import Impression, engine
from packshot.image.types import RGB, Float, Grey

QUESTIONS = ("shown", "person", "view")


@engine("judge", "judge")
class JudgeNet:
    """Defects of the card, how the goods are shown, whether a person is there, from which side we look."""

    name = "judge"

    def __init__(self, card: Path | None = None) -> None:
        """`card`: of another network than the one that is shipped."""
        onnx.runtime()
        self._card = cards.read(card or cards.CARDS / "judge.toml")
        cards.weights(self._card)

    def judge(self, pixels: RGB, alpha: Grey) -> Impression:
        card = self._card
        session = onnx.session(cards.weights(card), (1, 4, *card.input))
        told = dict(zip(card.told, session(_tensor(pixels, alpha, card))[0].ravel().tolist(), strict=True))
        answers = {
            question: {
                name.removeprefix(f"{question} "): chance
                for name, chance in told.items()
                if name.startswith(f"{question} ")
            }
            for question in QUESTIONS
        }
        defects = {name: chance for name, chance in told.items() if " " not in name}
        return Impression(defects, **answers)


def _tensor(pixels: RGB, alpha: Grey, card: cards.Card) -> Float:
    """Both squeezed into the network's square: a cropped side stays a side."""
    size = card.input[::-1]
    seen = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (pixels, alpha)]
    planes = (np.dstack(seen).astype(np.float32) / 255 - card.mean[0]) / card.spread[0]
    return cast(Float, np.ascontiguousarray(planes.transpose(2, 0, 1)[None], np.float32))
