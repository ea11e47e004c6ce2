"""Where do training pictures come from? One reader a kind of folder; examples come at their own size."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.errors import BadSource
from packshot.image.types import Grey
from packshot.words import say

PHOTO, CUTOUT, GROUND = "photo", "cutout", "ground"
RGBA = NDArray[np.uint8]
"""Height × width × 4: straight colour, then alpha."""

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
SURE = 0.8
"""A packshot on white whose studio cut-out is less sure is left out: its mask would teach faults."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A photo with its mask, a product alone, or a ground to put products on."""

    kind: str
    """PHOTO: every pixel's colour counts. CUTOUT: only where alpha is. GROUND: alpha says nothing."""
    source: str
    group: str
    """Photos or views of one thing share it: they never part between train and dev."""
    rgba: RGBA
    shadow: Grey | None = None
    """Share of the floor's light that the product takes (255 = all)."""


def examples(data: Path, split: str = "train") -> Iterator[Example]:
    """All examples of a folder of known sets, or of a folder of pairs of one's own."""
    known = [reader(data / name, split) for name, reader in READERS.items() if (data / name).is_dir()]
    if not known:
        known = [pairs(data)]
    for found in known:
        yield from found


def clothes(folder: Path, split: str) -> Iterator[Example]:
    for row in _rows(folder / "index.csv", split):
        rgba = _with_alpha(_read(folder / row["file"]), _read(folder / row["alpha"], cv2.IMREAD_GRAYSCALE))
        yield Example(PHOTO, "clothes", row["file"], rgba)


def people(folder: Path, split: str) -> Iterator[Example]:
    """The person with clothes and bag: every label but the background's."""
    for row in _rows(folder / "index.csv", split):
        labels = _labels(folder / row["labels"])
        yield Example(
            PHOTO, "people", row["file"], _with_alpha(_read(folder / row["file"]), (labels > 0) * 255)
        )


def renders(folder: Path, split: str) -> Iterator[Example]:
    for row in _rows(folder / "index.csv", split):
        rgba = rgba_of(_read(folder / row["rgba"], cv2.IMREAD_UNCHANGED))
        shadow = _read(folder / row["shadow"], cv2.IMREAD_GRAYSCALE)
        source = "glass" if row["transparent"] == "yes" else "renders"
        yield Example(CUTOUT, source, row["object"], rgba, shadow)


def textures(folder: Path, split: str) -> Iterator[Example]:
    if split != "train":
        return
    for row in csv.DictReader((folder / "textures.csv").open(encoding="utf8")):
        picture = _read(folder / row["file"])
        yield Example(GROUND, row["group"], row["file"], _with_alpha(picture, np.zeros(picture.shape[:2])))


def fashion(folder: Path, split: str) -> Iterator[Example]:
    for row in _rows(folder / "fashion.csv", split):
        yield from _drafted(folder / row["file"], "fashion", row["file"])


def groceries(folder: Path, split: str) -> Iterator[Example]:
    """Packshots give products; photos of shelves give cluttered grounds."""
    for row in csv.DictReader((folder / "labels.csv").open(encoding="utf8")):
        path = folder / row["file"]
        if row["kind"] == "iconic" and split == "train":
            yield from _drafted(path, "groceries", row["file"])
        elif row["split"] == split == "train":
            picture = _read(path)
            yield Example(GROUND, "shelf", row["file"], _with_alpha(picture, np.zeros(picture.shape[:2])))


def pairs(folder: Path) -> Iterator[Example]:
    """`photos/NAME.jpg` with `masks/NAME.png`: what a shop's own review gives."""
    photos, masks = folder / "photos", folder / "masks"
    found = sorted(path for path in photos.glob("*") if path.suffix.lower() in PICTURES)
    if not found or not masks.is_dir():
        what = say("{folder} holds no training pictures.", folder=str(folder))
        cure = say("Give a folder with photos/NAME.jpg and masks/NAME.png of the same names.")
        raise BadSource(what, cure)
    for path in found:
        mask = next(
            (masks / f"{path.stem}{end}" for end in PICTURES if (masks / f"{path.stem}{end}").exists()), None
        )
        if mask is not None:
            alpha = _read(mask, cv2.IMREAD_UNCHANGED)
            alpha = alpha if alpha.ndim == 2 else alpha[..., 3] if alpha.shape[2] == 4 else alpha[..., 0]
            yield Example(PHOTO, "own", path.stem, _with_alpha(_read(path), alpha))


READERS: dict[str, Callable[[Path, str], Iterator[Example]]] = {
    "clothes": clothes,
    "people": people,
    "renders": renders,
    "textures": textures,
    "fashion": fashion,
    "groceries": groceries,
}


def _rows(index: Path, split: str) -> list[dict[str, str]]:
    with index.open(encoding="utf8") as lines:
        return [row for row in csv.DictReader(lines) if row["split"] == split]


def _read(path: Path, how: int = cv2.IMREAD_COLOR_RGB) -> NDArray[np.uint8]:
    picture = cv2.imdecode(np.fromfile(path, np.uint8), how)
    if picture is None:
        raise BadSource(
            say("{path} is not a picture.", path=str(path)), say("Take it out of the training folder.")
        )
    return np.asarray(picture, np.uint8)


def rgba_of(decoded: NDArray[np.uint8]) -> RGBA:
    """OpenCV's own order of channels → ours."""
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGRA2RGBA), np.uint8)


def _labels(path: Path) -> NDArray[np.uint8]:
    """A palette's numbers, not its colours: OpenCV would give the colours."""
    from PIL import Image

    return np.asarray(Image.open(path))


def _with_alpha(colours: NDArray[np.uint8], alpha: NDArray[np.generic]) -> RGBA:
    h, w = colours.shape[:2]
    grey = np.asarray(alpha, np.uint8)
    if grey.shape != (h, w):
        grey = np.asarray(cv2.resize(grey, (w, h), interpolation=cv2.INTER_AREA), np.uint8)
    return np.dstack([colours, grey])


def _drafted(path: Path, source: str, group: str) -> Iterator[Example]:
    """A packshot on white: the studio path gives the mask where it is sure."""
    from packshot.image.codec import open_photo
    from packshot.look.subject import cut

    photo = open_photo(path.read_bytes())
    found = cut(photo, None)
    whole = found.alpha.size > 0 and float((found.alpha > 127).mean()) > 0.25
    if found.confidence >= SURE and whole:
        yield Example(CUTOUT, source, group, np.dstack([found.colours, found.alpha]))
