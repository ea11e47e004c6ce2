"""A training set in one small file: decoded once, held in memory, and light enough to travel."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.errors import BadSource
from packshot.image.files import write_whole
from packshot.image.types import Grey
from packshot.training.sources import CUTOUT, GROUND, RGBA, Example, Ticket, examples, rgba_of
from packshot.words import say

PACKED_SIDE = 328
"""Longer side of a packed picture: the seven thousand of the full set stay under 40 MB."""
HELD_SIDE = 512
"""Longer side of a folder's pictures in memory: they need not travel, and networks look at 384."""
SHADOW_SIDE = 112
QUALITY = {"clothes": 62, "people": 58}
"""Of WebP; cloth, skin and streets forgive more than goods (72)."""
DEV_PART = {GROUND: 5}
"""One group in so many (else in 20) is kept for choosing: never trained on."""


def load(data: Path) -> list[Example]:
    """From a pack, a folder of the known sets, or a folder of pairs."""
    if data.is_dir():
        return [shrunk(example, HELD_SIDE) for example in examples(data)]
    if zipfile.is_zipfile(data):
        return read(data)
    what = say("{path} is neither a folder nor a packed training set.", path=str(data))
    cure = say("Make one with `packshot train pack`, or give a folder with photos/ and masks/.")
    raise BadSource(what, cure)


def write(path: Path, found: Iterable[Example]) -> int:
    """How many examples were packed."""
    out = io.BytesIO()
    lines: list[dict[str, str]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, example in enumerate(found):
            name = f"{number:06d}"
            archive.writestr(f"{name}.webp", _picture(example))
            if example.shadow is not None:
                archive.writestr(f"{name}.shadow.webp", _shadow(example.shadow))
            lines.append(
                {"name": name, "kind": example.kind, "source": example.source, "group": example.group}
            )
        archive.writestr("index.csv", _table(lines))
    write_whole(path, out.getvalue())
    return len(lines)


def read(path: Path) -> list[Example]:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "index.csv" not in names:
            what = say("{path} is a ZIP, but no packed training set.", path=str(path))
            raise BadSource(what, say("Make one with `packshot train pack`."))
        rows = csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf8")))
        return [_example(archive, names, row) for row in rows]


def is_dev(example: Example | Ticket) -> bool:
    return zlib.crc32(example.group.encode()) % DEV_PART.get(example.kind, 20) == 0


def shrunk(example: Example, side: int) -> Example:
    """The same example, its longer side at most `side`."""
    h, w = example.rgba.shape[:2]
    k = side / max(h, w)
    if k >= 1:
        return example
    size = (max(1, round(w * k)), max(1, round(h * k)))
    small = _shrunk_alone(example.rgba, size) if example.kind == CUTOUT else _area(example.rgba, size)
    return replace(example, rgba=small)


def _example(archive: zipfile.ZipFile, names: set[str], row: dict[str, str]) -> Example:
    stored = _decoded(archive, f"{row['name']}.webp", cv2.IMREAD_UNCHANGED)
    if stored.shape[2] == 3:
        stored = np.dstack([stored, np.full(stored.shape[:2], 255, np.uint8)])
    shadow = f"{row['name']}.shadow.webp"
    cast = _decoded(archive, shadow, cv2.IMREAD_GRAYSCALE) if shadow in names else None
    return Example(row["kind"], row["source"], row["group"], rgba_of(stored), cast)


def _decoded(archive: zipfile.ZipFile, name: str, how: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.imdecode(np.frombuffer(archive.read(name), np.uint8), how), np.uint8)


def _picture(example: Example) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(shrunk(example, PACKED_SIDE).rgba).save(
        out,
        "WEBP",
        quality=QUALITY.get(example.source, 72),
        alpha_quality=70,
        exact=example.kind != CUTOUT,  # colours under alpha 0 are the photo's ground, they must stay
        method=4,
    )
    return out.getvalue()


def _shrunk_alone(rgba: RGBA, size: tuple[int, int]) -> RGBA:
    """A product alone is shrunk with its colours weighed by alpha: what lies under alpha 0 is no colour."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    weighed = np.asarray(
        cv2.resize(np.dstack([rgba[..., :3] * alpha, alpha]), size, None, 0, 0, cv2.INTER_AREA), np.float32
    )
    colours = weighed[..., :3] / np.maximum(weighed[..., 3:], 1e-3)
    return np.clip(np.dstack([colours, weighed[..., 3:] * 255]) + 0.5, 0, 255).astype(np.uint8)


def _area(rgba: RGBA, size: tuple[int, int]) -> RGBA:
    return np.asarray(cv2.resize(rgba, size, None, 0, 0, cv2.INTER_AREA), np.uint8)


def _shadow(shadow: Grey) -> bytes:
    small = cv2.resize(shadow, (SHADOW_SIDE, SHADOW_SIDE), interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, 70])[1])


def _table(lines: list[dict[str, str]]) -> str:
    out = io.StringIO()
    table = csv.DictWriter(out, ["name", "kind", "source", "group"])
    table.writeheader()
    table.writerows(lines)
    return out.getvalue()
