"""Was a code drawn over the photo, or is it printed on what was photographed?

Paper lives in the scene: light falls off across it, the lens softens it as much as all else, and it is seldom
exactly level. A drawn code has one white from corner to corner and edges of its own.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from packshot.image.types import RGB, Grey, size_of
from packshot.look.sharp_edges import edge_sharpness

LEVEL = 2.0
"""Degrees that a reader's corners of a small code may be off."""
EVEN, SHADED = 8.0, 16.0
"""Levels between the lightest and the darkest ninth of its white: 203 drawn codes stay up to 7, of 212 that
were put into the light of clothes and groceries 95 % begin at 14."""
SOFT, RAZOR = 0.55, 0.70
"""Share of an edge's rise within one pixel: drawn 0.65 and more, printed 0.62 and less (95 %)."""
NO_CRISPER, CRISPER = 0.02, 0.12
"""By how much that exceeds the photo's own: a studio's photo, shrunk, is razor-edged throughout."""


def drawn(part: RGB, tilt: float, photos_own: float | None) -> float:
    """0…1; `tilt`: degrees from level, `photos_own`: how sharp the photo's other edges are, None where it has
    none. 0.6 is reached by 196 of 203 codes that were drawn over cards and by none of 241 printed ones."""
    grey = cast(Grey, cv2.cvtColor(part, cv2.COLOR_RGB2GRAY))
    own, fall = edge_sharpness(grey), _fall_of_light(grey)
    if tilt > LEVEL or own is None or fall is None:
        return 0.0
    razor = np.clip((own - SOFT) / (RAZOR - SOFT), 0, 1)
    crisper = 1.0 if photos_own is None else (own - photos_own - NO_CRISPER) / (CRISPER - NO_CRISPER)
    even = np.clip((SHADED - fall) / (SHADED - EVEN), 0, 1)
    return float(razor * even * np.clip(crisper, 0, 1))


def _fall_of_light(grey: Grey) -> float | None:
    """Levels between the white of its ninths; None where its pieces of white have no inside."""
    _bar, light = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    inside = cv2.erode(np.asarray(light), np.ones((3, 3), np.uint8)) > 0
    size = size_of(grey)
    rows, columns = (np.linspace(0, side, 4).astype(int) for side in (size.height, size.width))
    whites = [
        float(np.median(grey[place][inside[place]]))
        for place in (
            (slice(*rows[i : i + 2]), slice(*columns[j : j + 2])) for i in range(3) for j in range(3)
        )
        if int(inside[place].sum()) >= LEAST_PX
    ]
    return max(whites) - min(whites) if len(whites) >= 3 else None


LEAST_PX = 8
