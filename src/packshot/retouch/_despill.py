"""A coloured ground shines on the rim of what stands before it; here that light is taken back out."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.image.colour import lab, lab_of
from packshot.image.types import RGB, Colour, Float, Grey

RIM_PX = 3
"""How far into the solid product spill is looked for."""
COARSE = 4
"""What lies inside is looked up on every fourth pixel."""
LEAST_CHROMA = 8.0
"""A ground with less colour spills nothing that could be seen."""


def despilled(colours: RGB, alpha: Grey, ground: Colour) -> RGB:
    """Where the rim leans to the ground's hue more than the product right beside it, it leans back."""
    _, *hue = lab_of(ground)
    chroma = float(np.hypot(*hue))
    if chroma < LEAST_CHROMA:
        return colours
    solid = cv2.erode(alpha, np.ones((2 * RIM_PX + 1,) * 2, np.uint8))
    rows, columns = np.nonzero((alpha > 0) & (solid < 250))
    if rows.size == 0:
        return colours
    towards = np.array(hue, np.float32) / chroma
    rim = lab(colours[rows, columns])
    inside = _inside(colours[::COARSE, ::COARSE], np.asarray(solid, np.uint8)[::COARSE, ::COARSE], towards)
    excess = np.maximum(rim[:, 1:] @ towards - inside[rows // COARSE, columns // COARSE], 0)
    rim[:, 1:] -= excess[:, None] * towards
    out = colours.copy()
    light = cv2.cvtColor(rim[None], cv2.COLOR_Lab2RGB)[0]
    out[rows, columns] = (np.clip(light, 0, 1) * 255 + 0.5).astype(np.uint8)
    return out


def _inside(colours: RGB, solid: Grey, towards: Float) -> Float:
    """How much the sure product leans to that hue, spread outwards."""
    sure = (solid >= 250).astype(np.float32)
    lean = lab(colours)[..., 1:] @ towards * sure
    width = 7
    weight = cv2.blur(sure, (width, width))
    spread = cv2.blur(lean.astype(np.float32), (width, width)) / np.maximum(weight, 1e-3)
    # Thin parts have no inside: there what is seen is taken for true.
    return np.where(weight > 1e-3, spread, np.float32(1e6))
