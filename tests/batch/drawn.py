"""Photos drawn for tests of runs: small, quick to mend, each a little different."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from PIL import Image, ImageDraw


def mug(colour: tuple[int, int, int] = (150, 50, 40), side: int = 240, kind: str = "PNG") -> bytes:
    picture = Image.new("RGB", (side, side), (240, 240, 240))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((side * 0.25, side * 0.2, side * 0.75, side * 0.8), fill=colour)
    written = io.BytesIO()
    picture.save(written, kind)
    return written.getvalue()


def tree(top: Path, files: Mapping[str, bytes]) -> Path:
    for name, data in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(data)
    return top


def packed(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path
