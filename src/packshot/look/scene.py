"""A studio shot or an everyday one?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scene:
    studio: float
    """0…1: an even or gently shaded ground that reaches the rim all round."""
