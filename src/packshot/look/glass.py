"""Does the ground shine through? Clear walls have the ground's own colour and no shading of their own."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.image.types import Float, Grey
from packshot.look.evidence import Light
from packshot.look.mask import worn

LEAST_SHARE = 0.25
"""Share of the product that must look like the ground before it is taken for glass."""
SAME_LIGHT = 0.08
"""Clear walls take about the same light everywhere; a matt body is shaded from side to side."""
SAME_SHARE = 0.8
CLEAR_LIGHT = (0.84, 1.06)
"""Share of the ground's light that comes through, usual for the walls (rendered glasses 0.91 to 1.05)."""
STREAKS = 0.17
"""Share of the inside that lies on crisp lines: reflections and far walls (glasses 0.20 to 0.40, a matt mug
in the ground's colour 0.04, a plain cupboard 0.14)."""
CLEAREST = 0.18
"""Alpha of a clear wall with no reflection on it: median of the rendered glasses 0.2, train."""
PER_LIGHT = 2.5
"""Alpha for each share of light that is missing or added."""
WHITE = 251
"""On white, plain white goods look the same as glass and are far more common: no guess there."""


def walls(light: Light, crisp: Float, surface: Float, noise: float, mask: Grey) -> Float | None:
    """How much of each pixel is product where the ground shines through; 1 elsewhere. None: no glass."""
    inside = worn(mask, 2) > 0
    clear = inside & (light.drift < 2.5 * noise + 3) & (light.left > 0.8) & (light.left < 1.12)
    count = int(np.count_nonzero(clear))
    if count < LEAST_SHARE * np.count_nonzero(mask) or count < 100:
        return None
    if float((crisp[worn(mask, 4) > 0] > 1).mean()) < STREAKS:
        return None
    if float(surface[clear].mean(axis=0).min()) > WHITE:
        return None
    left = light.left[clear]
    usual = float(np.median(left))
    same = clear & (np.abs(light.left - usual) < SAME_LIGHT)
    if np.count_nonzero(same) < SAME_SHARE * count or not CLEAR_LIGHT[0] < usual < CLEAR_LIGHT[1]:
        return None
    veil = np.clip(CLEAREST + PER_LIGHT * np.abs(1 - light.left), 0, 1)
    return cv2.GaussianBlur(np.where(clear, veil, 1).astype(np.float32), (0, 0), 0.8).astype(np.float32)
