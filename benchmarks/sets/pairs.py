"""Reads any folder of photos with their truths.

DIR/photos/NAME.* with DIR/masks/NAME.*, or DIR/index.csv with the columns photo and truth, or a folder of such folders.
A mask is grey alpha; one with four channels also knows the product's true colours.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

ENDS = (".jpg", ".jpeg", ".png", ".webp", ".avif")


@dataclass(frozen=True, slots=True)
class Pair:
    set: str
    name: str
    photo: Path
    mask: Path
    product: str
    """Photos of one product are no independent trials."""
    ground: str = ""

    def truth(self) -> tuple[NDArray[np.uint8], bool]:
        """RGBA, and whether its colours are true ones."""
        mask = read(self.mask, cv2.IMREAD_UNCHANGED)
        if mask.ndim == 3 and mask.shape[2] == 4:
            return cv2.cvtColor(mask, cv2.COLOR_BGRA2RGBA), True
        alpha = mask if mask.ndim == 2 else mask[..., 0]
        return np.dstack([np.zeros((*alpha.shape, 3), np.uint8), alpha]), False


def pairs(folder: Path, limit: int = 0) -> list[Pair]:
    """All of them; or at most `limit` of a set, evenly spread over it."""
    by_set: dict[str, list[Pair]] = {}
    for pair in found(folder):
        by_set.setdefault(pair.set, []).append(pair)
    if not by_set:
        raise SystemExit(f"{folder} holds no pairs: photos/NAME.jpg with masks/NAME.png, or an index.csv")
    return [pair for some in by_set.values() for pair in thinned(some, limit)]


def found(folder: Path) -> Iterator[Pair]:
    index = rows(folder / "index.csv")
    if index and "truth" in index[0]:
        for row in index:
            # make.py's sets of hard cases share names with others (glass).
            at = f"hard {row['set']}" if "set" in row else folder.name, row["name"], folder / row["photo"], folder / row["truth"]
            yield Pair(*at, row.get("product", row["name"]), row.get("ground", ""))
    elif (folder / "photos").is_dir():
        told = {row["name"]: row for row in index}
        for photo in sorted(file for file in (folder / "photos").iterdir() if file.suffix.lower() in ENDS):
            mask = next((m for end in ENDS if (m := folder / "masks" / f"{photo.stem}{end}").exists()), None)
            row = told.get(photo.stem, {})
            if mask is not None:
                yield Pair(folder.name, photo.stem, photo, mask, row.get("product", photo.stem), row.get("ground", ""))
    else:
        for inner in sorted(folder.iterdir()) if folder.is_dir() else ():
            yield from found(inner) if inner.is_dir() else ()


def thinned(some: Sequence[Pair], limit: int) -> list[Pair]:
    if not limit or len(some) <= limit:
        return list(some)
    return [some[int(k)] for k in np.linspace(0, len(some) - 1, limit)]


def rows(index: Path) -> list[dict[str, str]]:
    if not index.exists():
        return []
    with index.open(encoding="utf8") as file:
        return list(csv.DictReader(file))


def read(path: Path, how: int = cv2.IMREAD_COLOR_RGB) -> NDArray[np.uint8]:
    picture = cv2.imdecode(np.fromfile(path, np.uint8), how)
    if picture is None:
        raise SystemExit(f"{path} is not a picture")
    return np.asarray(picture, np.uint8)
