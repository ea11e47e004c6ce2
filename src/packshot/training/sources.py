"""Where do training pictures come from? One reader a kind of folder; examples come at their own size."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
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


@dataclass(frozen=True, slots=True)
class Ticket:
    """An example that is not opened yet: thousands of them weigh nothing."""

    kind: str
    source: str
    group: str
    row: dict[str, str]
    """What the set's own table says of it."""
    folder: Path
    open: Callable[[], Example | None]
    """None where the photo turns out to teach faults."""


def examples(data: Path, split: str = "train") -> Iterator[Example]:
    """All examples of a folder of known sets, or of a folder of pairs of one's own."""
    known = tickets(data, split)
    if known is None:
        yield from pairs(data)
        return
    for ticket in known:
        if example := ticket.open():
            yield example


def tickets(data: Path, split: str = "train") -> Iterator[Ticket] | None:
    """Of a folder of known sets; None where the folder is none."""
    known = [reader(data / name, split) for name, reader in READERS.items() if (data / name).is_dir()]
    return chain.from_iterable(known) if known else None


def clothes(folder: Path, split: str) -> Iterator[Ticket]:
    for row in _rows(folder / "index.csv", split):
        yield Ticket(PHOTO, "clothes", row["file"], row, folder, partial(_masked, folder, row))


def people(folder: Path, split: str) -> Iterator[Ticket]:
    for row in _rows(folder / "index.csv", split):
        yield Ticket(PHOTO, "people", row["file"], row, folder, partial(_person, folder, row))


def renders(folder: Path, split: str) -> Iterator[Ticket]:
    for row in _rows(folder / "index.csv", split):
        source = "glass" if row["transparent"] == "yes" else "renders"
        yield Ticket(CUTOUT, source, row["object"], row, folder, partial(_rendered, folder, row, source))


def textures(folder: Path, split: str) -> Iterator[Ticket]:
    if split != "train":
        return
    for row in _all_rows(folder / "textures.csv"):
        yield _ground(folder, row, row["group"])


def fashion(folder: Path, split: str) -> Iterator[Ticket]:
    for row in _rows(folder / "fashion.csv", split):
        yield _packshot(folder, row, "fashion")


def groceries(folder: Path, split: str) -> Iterator[Ticket]:
    """Packshots give products; photos of shelves give cluttered grounds."""
    for row in _all_rows(folder / "labels.csv"):
        if row["kind"] == "iconic" and split == "train":
            yield _packshot(folder, row, "groceries")
        elif row["split"] == split == "train":
            yield _ground(folder, row, "shelf")


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


READERS: dict[str, Callable[[Path, str], Iterator[Ticket]]] = {
    "clothes": clothes,
    "people": people,
    "renders": renders,
    "textures": textures,
    "fashion": fashion,
    "groceries": groceries,
}


def _masked(folder: Path, row: dict[str, str]) -> Example:
    rgba = _with_alpha(_read(folder / row["file"]), _read(folder / row["alpha"], cv2.IMREAD_GRAYSCALE))
    return Example(PHOTO, "clothes", row["file"], rgba)


def _person(folder: Path, row: dict[str, str]) -> Example:
    """The person with clothes and bag: every label but the background's."""
    labels = labels_of(folder / row["labels"])
    rgba = _with_alpha(_read(folder / row["file"]), (labels > 0) * 255)
    return Example(PHOTO, "people", row["file"], rgba)


def _rendered(folder: Path, row: dict[str, str], source: str) -> Example:
    rgba = rgba_of(_read(folder / row["rgba"], cv2.IMREAD_UNCHANGED))
    shadow = _read(folder / row["shadow"], cv2.IMREAD_GRAYSCALE)
    return Example(CUTOUT, source, row["object"], rgba, shadow)


def _ground(folder: Path, row: dict[str, str], source: str) -> Ticket:
    def opened() -> Example:
        picture = _read(folder / row["file"])
        return Example(GROUND, source, row["file"], _with_alpha(picture, np.zeros(picture.shape[:2])))

    return Ticket(GROUND, source, row["file"], row, folder, opened)


def _packshot(folder: Path, row: dict[str, str], source: str) -> Ticket:
    opened = partial(_drafted, folder / row["file"], source, row["file"])
    return Ticket(CUTOUT, source, row["file"], row, folder, opened)


def _rows(index: Path, split: str) -> list[dict[str, str]]:
    return [row for row in _all_rows(index) if row["split"] == split]


def _all_rows(index: Path) -> list[dict[str, str]]:
    with index.open(encoding="utf8") as lines:
        return list(csv.DictReader(lines))


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


def labels_of(path: Path) -> NDArray[np.uint8]:
    """A palette's numbers, not its colours: OpenCV would give the colours."""
    from PIL import Image

    return np.asarray(Image.open(path))


def _with_alpha(colours: NDArray[np.uint8], alpha: NDArray[np.generic]) -> RGBA:
    h, w = colours.shape[:2]
    grey = np.asarray(alpha, np.uint8)
    if grey.shape != (h, w):
        grey = np.asarray(cv2.resize(grey, (w, h), interpolation=cv2.INTER_AREA), np.uint8)
    return np.dstack([colours, grey])


def _drafted(path: Path, source: str, group: str) -> Example | None:
    """A packshot on white: the studio path gives the mask where it is sure."""
    from packshot.image.codec import open_photo
    from packshot.look.subject import cut

    photo = open_photo(path.read_bytes())
    found = cut(photo, None)
    whole = found.alpha.size > 0 and float((found.alpha > 127).mean()) > 0.25
    if found.confidence < SURE or not whole:
        return None
    return Example(CUTOUT, source, group, np.dstack([found.colours, found.alpha]))
