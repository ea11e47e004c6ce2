"""How many things are there, and are any two of them the same?"""

from __future__ import annotations

from dataclasses import dataclass

from packshot.image.types import Box


@dataclass(frozen=True, slots=True)
class Twin:
    first: Box
    second: Box
    """In upright source pixels."""
    similarity: float
    """0…1; colour and shape together."""
    mirrored: bool


@dataclass(frozen=True, slots=True)
class Objects:
    boxes: tuple[Box, ...]
    """One per thing (parts that belong together are joined), largest first, upright source pixels."""
    shares: tuple[float, ...]
    """Share of all product pixels, in the same order."""
    twins: tuple[Twin, ...]
    """Pairs where one thing repeats the other."""
