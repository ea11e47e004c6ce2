"""Is the photo sharp, clean and truly as large as it claims?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    sharpness: float
    """0…100, of the product's sharpest parts; about 10 is blurred, 40 and more is crisp."""
    noise: float
    """Standard deviation of luma noise on flat regions, in levels."""
    blockiness: float
    """JPEG grid strength; 0 none, above 1 visible."""
    true_scale: float
    """Share of the pixel size that holds detail: 0.5 says enlarged twice. 1 where it cannot be told."""
