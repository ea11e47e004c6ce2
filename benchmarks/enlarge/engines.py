"""What is measured side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from packshot.engines import cards
from packshot.engines.upscale_lanczos import Lanczos
from packshot.engines.upscale_net import UpscaleNet
from packshot.image.types import RGB

Enlarge = Callable[[RGB, int], RGB]
LANCZOS, NET = "upscale_lanczos", "upscale_net"


def known(weights: Path | None) -> dict[str, Enlarge]:
    return {"cubic": cubic, LANCZOS: Lanczos().upscale, NET: net(weights).upscale}


def net(weights: Path | None) -> UpscaleNet:
    """With the networks of a folder, where one is given."""
    made = UpscaleNet()
    if weights:
        made.cards = {scale: cards.read(weights / f"upscale_x{scale}.toml") for scale in made.cards}
    return made


def mended_first(enlarge: Enlarge) -> Enlarge:
    return lambda pixels, scale: enlarge(enlarge(pixels, 1), scale)


def cubic(pixels: RGB, scale: int) -> RGB:
    return np.asarray(cv2.resize(pixels, None, None, scale, scale, cv2.INTER_CUBIC), np.uint8)
