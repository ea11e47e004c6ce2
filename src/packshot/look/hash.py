"""Which photo is this, whatever its size or compression?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hash:
    perceptual: str
    """64 bits as 16 hex digits; photos of one look differ in few bits."""
    mirrored: str
    """The same of the mirrored photo."""
