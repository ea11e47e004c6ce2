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
MOST_SHARE = 0.6
"""Of the ground's chroma: more than that is the product's own coloured edge."""
LEAST_CHROMA = 8.0
"""A ground with less colour spills nothing that could be seen."""


def despilled(colours: RGB, alpha: Grey, ground: Colour) -> RGB:
    """Where the rim leans to the ground's hue more than the product right beside it, it leans back."""
    _, *hue = lab_of(ground)
    chroma = float(np.hypot(*hue))
    if chroma < LEAST_CHROMA:
        return colours
    solid = np.asarray(cv2.erode(alpha, np.ones((2 * RIM_PX + 1,) * 2, np.uint8)), np.uint8)
    found = cv2.findNonZero(((alpha > 0) & (solid < 250)).view(np.uint8))
    if found is None:
        return colours
    columns, rows = np.asarray(found).reshape(-1, 2).T
    towards = np.array(hue, np.float32) / chroma
    rim = lab(colours[rows, columns])
    inside = _inside(colours[::COARSE, ::COARSE], solid[::COARSE, ::COARSE], towards)
    excess = rim[:, 1:] @ towards - inside[rows // COARSE, columns // COARSE]
    spilt = excess > 0.5
    rows, columns, rim = rows[spilt], columns[spilt], rim[spilt]
    if rows.size == 0:
        return colours
    rim[:, 1:] -= np.minimum(excess[spilt], MOST_SHARE * chroma)[:, None] * towards
    light = cv2.cvtColor(rim[None], cv2.COLOR_Lab2RGB)[0]
    out = colours.copy()
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
