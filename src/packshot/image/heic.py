"""HEIC, the format of phones: libheif decodes."""

from __future__ import annotations

import numpy as np

from packshot.image import isobmff
from packshot.image.decoded import Decoded
from packshot.image.header import Header
from packshot.image.limits import Limits
from packshot.image.types import Size


def decode(data: bytes, limits: Limits, name: str) -> Decoded:
    claim = isobmff.largest(data, name)
    if claim:
        limits.check_size(claim, name)
    isobmff.check_words(data, name)
    # Opened as itself and not as a plugin of Pillow: nothing global is registered.
    import pi_heif

    found = pi_heif.open_heif(data, convert_hdr_to_8bit=True, remove_stride=True)
    picture = found[found.primary_index]
    header = Header(
        size=Size(*picture.size),
        bits=picture.info.get("bit_depth", 8),
        frames=len(found),
        # libheif has turned the picture already; the EXIF tag is then of no account.
        orientation=1,
        icc=picture.info.get("icc_profile", b""),
    )
    header.check(limits, len(data), name)
    # Copied while the file is open: pi_heif frees the memory under its arrays with the file.
    pixels = np.array(picture)
    if pixels.ndim == 2:
        return Decoded(header, pixels)
    alpha = np.ascontiguousarray(pixels[:, :, -1]) if pixels.shape[2] in {2, 4} else None
    colours = pixels[:, :, :3] if pixels.shape[2] >= 3 else pixels[:, :, 0]
    return Decoded(header, np.ascontiguousarray(colours), alpha)
