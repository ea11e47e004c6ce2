"""What a decoder hands over: the file's own samples, not yet sRGB, not yet upright."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from packshot.image.header import Header
from packshot.image.types import Grey


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    header: Header
    """As the decoder saw it."""
    pixels: NDArray[np.uint8] | NDArray[np.uint16]
    """Grey H×W, RGB H×W×3 or CMYK H×W×4."""
    alpha: Grey | None = None
    xmp: bytes = b""
    """Where it is packed in the file, so that a search over the bytes cannot see it."""
