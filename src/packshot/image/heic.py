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
    limits.check_size(header.size, name)
    limits.check_frames(header.frames, name)
    pixels = np.asarray(picture)
    if pixels.ndim == 3 and pixels.shape[2] in {2, 4}:
        colours = np.ascontiguousarray(pixels[:, :, :-1])
        alpha = np.ascontiguousarray(pixels[:, :, -1])
        return Decoded(header, colours[:, :, 0] if colours.shape[2] == 1 else colours, alpha)
    return Decoded(header, pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels)
