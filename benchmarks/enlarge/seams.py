"""Do tiles show? The same picture, made in tiles and in one piece."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import numpy as np
from judge.tables import table

from packshot.engines import upscale_net
from packshot.engines.upscale_net import UpscaleNet
from packshot.image.types import RGB

SIDES = {1: 1200, 2: 800, 4: 400}

Row = tuple[int, int, int, int, float]


def seams(net: UpscaleNet, scale: int, picture: RGB) -> Row:
    """Scale, side, tiles, largest difference in levels, share of values that differ."""
    side = SIDES[scale]
    picture = np.ascontiguousarray(picture[:side, :side])
    reach = upscale_net.REACHES[scale]
    tiled = net.upscale(picture, scale)
    with patch.dict(upscale_net.REACHES, {scale: replace(reach, most=side)}):
        once = net.upscale(picture, scale)
    off = np.abs(tiled.astype(np.int16) - once)
    return scale, side, (-(-side // reach.most)) ** 2, int(off.max()), float((off > 0).mean())


def seams_table(rows: list[Row]) -> str:
    told = ([f"×{s}", f"{side}×{side}", tiles, most, f"{share:.2%}"] for s, side, tiles, most, share in rows)
    return table(
        ("scale", "picture", "tiles", "largest difference, levels", "values that differ at all"), told
    )
