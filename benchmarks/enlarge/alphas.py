"""How is an alpha best enlarged: by a filter, by the net as if it were a grey picture, or as `fix` does?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import cv2
import numpy as np
from judge.tables import table
from numpy.typing import NDArray
from sets.measure import RGBA

import packshot
from enlarge.engines import Enlarge
from enlarge.measure import told
from enlarge.pictures import halved, stood
from packshot.image import outline
from packshot.image.types import RGB, Grey, size_of

LOW, HIGH = 5, 250
"""Where the truth lies between, it is rim."""
GLASS = 0.25
"""Share of the product that is rim, above which it is called see-through: there most of it is no outline."""

SOFT = 1.5
"""σ of the blur that makes of a render's exact edge one as soft as a photo's cut-out has."""

Row = tuple[str, str, str, float]


def errors(cutouts: Sequence[tuple[str, RGBA]], engines: Mapping[str, Enlarge]) -> Iterator[Row]:
    """Product, its kind, engine, mean absolute error in levels on the rim."""
    for number, (group, rgba) in enumerate(cutouts):
        sharp = np.ascontiguousarray(rgba[..., 3])
        kind = "see-through" if rim_of(sharp).sum() > GLASS * (sharp >= LOW).sum() else "solid"
        for edge, truth, small in edges(sharp, halved(stood(number, rgba))):
            rim = rim_of(truth)
            made = {name: enlarged(small, engine) for name, engine in engines.items()}
            made["outline, as `fix` does it"] = outline.enlarged(small, size_of(truth))
            for name, alpha in made.items() if rim.any() else ():
                off = np.abs(alpha.astype(np.float32) - truth)
                yield group, f"{kind}, {edge}", name, float(off[rim].mean())


def edges(sharp: Grey, photo: RGB) -> Iterator[tuple[str, Grey, Grey]]:
    """What is known of the edge, the truth, and the small alpha; `photo` is the small one."""
    soft = np.asarray(cv2.GaussianBlur(sharp, (0, 0), SOFT), np.uint8)
    for edge, truth in (("sharp edge", sharp), ("soft edge", soft)):
        yield edge, truth, np.asarray(cv2.resize(truth, None, None, 0.5, 0.5, cv2.INTER_AREA), np.uint8)
    found = packshot.cutout(photo)
    if found.found:
        yield "our own cut-out", sharp, np.ascontiguousarray(found.rgba[..., 3])


def rim_of(alpha: Grey) -> NDArray[np.bool_]:
    return np.asarray((alpha >= LOW) & (alpha <= HIGH), np.bool_)


def enlarged(alpha: Grey, engine: Enlarge) -> Grey:
    grey = np.dstack([alpha] * 3)
    return np.asarray(engine(grey, 2)[..., 1], np.uint8)


def alphas_table(rows: Sequence[Row]) -> str:
    lines = []
    for kind in dict.fromkeys(kind for _, kind, _, _ in rows):
        for engine in dict.fromkeys(name for _, _, name, _ in rows):
            here = [(group, off) for group, k, name, off in rows if (k, name) == (kind, engine)]
            lines.append(
                [kind, engine, len(here), told([off for _, off in here], [group for group, _ in here])]
            )
    return table(("product", "alpha enlarged by", "n", "error on the rim, levels"), lines)
