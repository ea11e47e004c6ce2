"""A studio shot or an everyday one?"""

from __future__ import annotations

from dataclasses import dataclass

from packshot.look.background import Background
from packshot.look.border import Border


@dataclass(frozen=True, slots=True)
class Scene:
    studio: float
    """0…1: an even or gently shaded ground that reaches the rim all round."""


HARDLY_SEEN = 0.02
"""A ground below this share of the frame says nothing about itself; then only the rim speaks."""


def measure(border: Border, background: Background) -> Scene:
    """The weakest sign decides: a studio ground is smooth at the rim, smooth inside and all round."""
    rim = (
        _falls(border.roughness, good=2.0, bad=9.0),
        _falls(border.span, good=18.0, bad=45.0),
        1 - _falls(border.even_share, good=0.45, bad=0.9),
    )
    inside = (
        _falls(background.clutter, good=0.03, bad=0.3),
        _falls(background.span, good=18.0, bad=45.0),
    )
    signs = rim + inside if background.seen_share >= HARDLY_SEEN else rim
    return Scene(min(signs))


def _falls(value: float, *, good: float, bad: float) -> float:
    """1 up to `good`, 0 from `bad` on, a straight way between."""
    return min(1.0, max(0.0, (bad - value) / (bad - good)))
