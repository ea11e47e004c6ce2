"""A training set in one small file: decoded once, held in memory, and light enough to travel."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from packshot.image.files import write_whole
from packshot.training.sources import CUTOUT, GROUND, RGBA, Example

AREA = cv2.INTER_AREA
LONG_SIDE = 352
"""Larger than any network here looks at closely, small enough for 4,000 pictures in 40 MB."""
QUALITY = {"clothes": 62, "people": 58}
DEV_PART = {GROUND: 5}
"""One group in so many (else in 20) is kept for choosing: never trained on."""


def write(path: Path, found: Iterable[Example]) -> int:
    """How many examples were packed."""
    out = io.BytesIO()
    lines: list[dict[str, str]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, example in enumerate(found):
            name = f"{number:06d}"
            archive.writestr(f"{name}.webp", _picture(example))
            if example.shadow is not None:
                archive.writestr(f"{name}.shadow.webp", _shadow(example))
            lines.append({"name": name, "kind": example.kind, "source": example.source, "group": example.group})
        archive.writestr("index.csv", _table(lines))
    write_whole(path, out.getvalue())
    return len(lines)


def read(path: Path) -> list[Example]:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        rows = csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf8")))
        return [_example(archive, names, row) for row in rows]


def is_dev(example: Example) -> bool:
    return zlib.crc32(example.group.encode()) % DEV_PART.get(example.kind, 20) == 0


def _example(archive: zipfile.ZipFile, names: set[str], row: dict[str, str]) -> Example:
    stored = cv2.imdecode(np.frombuffer(archive.read(f"{row['name']}.webp"), np.uint8), cv2.IMREAD_UNCHANGED)
    if stored.shape[2] == 3:
        stored = cv2.cvtColor(stored, cv2.COLOR_BGR2BGRA)
    shadow = None
    if f"{row['name']}.shadow.webp" in names:
        data = np.frombuffer(archive.read(f"{row['name']}.shadow.webp"), np.uint8)
        shadow = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    rgba = np.asarray(cv2.cvtColor(stored, cv2.COLOR_BGRA2RGBA), np.uint8)
    return Example(row["kind"], row["source"], row["group"], rgba, shadow)


def _picture(example: Example) -> bytes:
    from PIL import Image

    h, w = example.rgba.shape[:2]
    k = min(1.0, LONG_SIDE / max(h, w))
    size = (max(1, round(w * k)), max(1, round(h * k)))
    small = _shrunk_alone(example.rgba, size) if example.kind == CUTOUT else cv2.resize(example.rgba, size, None, 0, 0, AREA)
    out = io.BytesIO()
    quality = QUALITY.get(example.source, 72)
    # exact: colours under alpha 0 are the photo's ground, they must stay
    Image.fromarray(small).save(out, "WEBP", quality=quality, alpha_quality=70, exact=example.kind != CUTOUT, method=4)
    return out.getvalue()


def _shrunk_alone(rgba: RGBA, size: tuple[int, int]) -> RGBA:
    """A product alone is shrunk with its colours weighed by alpha: what lies under alpha 0 is no colour."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    weighed = cv2.resize(np.dstack([rgba[..., :3] * alpha, alpha]), size, None, 0, 0, AREA)
    weighed[..., :3] /= np.maximum(weighed[..., 3:], 1e-3)
    weighed[..., 3] *= 255
    return np.clip(weighed + 0.5, 0, 255).astype(np.uint8)


def _shadow(example: Example) -> bytes:
    small = cv2.resize(example.shadow, (112, 112), interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, 70])[1])


def _table(lines: list[dict[str, str]]) -> str:
    out = io.StringIO()
    table = csv.DictWriter(out, ["name", "kind", "source", "group"])
    table.writeheader()
    table.writerows(lines)
    return out.getvalue()
