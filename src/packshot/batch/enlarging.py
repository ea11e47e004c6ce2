"""Enlarging one photo of many: its picture, then its line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from packshot.batch.account import Line
from packshot.batch.names import Item
from packshot.batch.writing import (
    Task,
    Written,
    failed_line,
    line_of,
    placed,
    spoken,
    still_holds,
    write_files,
)
from packshot.errors import BadOption, BadPhoto, EngineFailed, PackshotError, Refused, WeightsMissing
from packshot.image.codec import Limits, open_photo
from packshot.image.encode import Format
from packshot.image.types import Size
from packshot.journey.examine import weights_of
from packshot.journey.upscale import MOST_PIXELS, MOST_SIDE, NETWORK, Aim, Upscaled, enlarge, opened
from packshot.words import Words, say

JPEGS = ("jpg", "jpeg", "jpe", "jfif", "pjpeg", "heic", "heif", "hif")
FORMATS: dict[str, Format] = {**dict.fromkeys(JPEGS, "jpeg"), "webp": "webp", "avif": "avif"}
"""By the name's ending, for names are given before a photo is read; PNG where it is another or none."""
SUFFIXES = {"jpeg": "jpg"}
WRITTEN = Limits(pixels=MOST_PIXELS, side=MOST_SIDE)


@dataclass(frozen=True, slots=True)
class Enlarge:
    """The work on one photo."""

    out: Path
    aim: Aim
    engine: str | None = None
    format: Format | None = None
    """None: as the photo's."""

    def planned(self, item: Item) -> tuple[str, ...]:
        how = self.format_of(item)
        return (placed(item, f"{item.sku}_upscaled.{SUFFIXES.get(how, how)}"),)

    def format_of(self, item: Item) -> Format:
        return self.format or FORMATS.get(Path(item.name).suffix.lower().removeprefix("."), "png")

    def __call__(self, task: Task) -> Written:
        item = task.item
        try:
            data = item.origin.read()
            identity = self._identity(data)
            if still_holds(task.previous, identity, task, self.out):
                assert task.previous is not None
                return Written(task.previous, resumed=True)
            made = self.made(item, data)
            picture = self.picture(item, data, made)
            digests = write_files(task, self.out, {task.planned[0]: picture})
        except (BadOption, BadPhoto, Refused, EngineFailed, WeightsMissing) as error:
            return Written(_failed(item, error))
        line = {"name": item.key, **told(made), "identity": identity, "error": None}
        return Written(line_of(item, line, digests))

    def made(self, item: Item, data: bytes) -> Upscaled:
        photo = opened(data, self.aim, want=self.aim.enough, name=item.key)
        return enlarge(photo, self.aim, self.engine)

    def picture(self, item: Item, data: bytes, made: Upscaled) -> bytes:
        """The photo's own bytes where it was left as it was."""
        how = self.format_of(item)
        if not made.kept:
            return made.encoded(how).data
        if made.photo.source.format == how:
            return data
        whole = open_photo(data, name=item.key, limits=WRITTEN)  # above it may have been decoded smaller
        return replace(made, pixels=whole.pixels, alpha=whole.alpha).encoded(how).data

    def _identity(self, data: bytes) -> dict[str, Any]:
        options = {
            "aim": asdict(self.aim),
            "engine": self.engine,
            "format": self.format,
            "weights": weights_of(self.engine or NETWORK),
        }
        return {
            "photo_sha256": hashlib.sha256(data).hexdigest(),
            "options": json.dumps(options, sort_keys=True),
            "version": version("packshot"),
        }


def told(made: Upscaled) -> dict[str, Any]:
    """What became of it."""
    was = made.photo.source.size
    now = was if made.kept else made.size
    return {
        "status": "kept" if made.kept else "mended" if made.mended else "upscaled",
        "reasons": [spoken(words) for words in _reasons(made, was, now)],
        "factor": round(made.factor, 4),
        "from": asdict(was),
        "to": asdict(now),
        "engine": made.engine,
    }


def _reasons(made: Upscaled, was: Size, now: Size) -> Iterator[Words]:
    if made.mended:
        yield say("What JPEG did to it was mended.")
    elif made.engine:
        yield say("{was} → {now} px, {factor:.2f}×.", was=str(was), now=str(now), factor=made.factor)
    if made.reason and made.engine:
        yield say("A plain filter enlarged it: {why}", why=made.reason)
    elif made.reason:
        yield made.reason


def _failed(item: Item, error: PackshotError) -> Line:
    """With its cure among the reasons: whoever sends the photos needs no more than that line."""
    line = failed_line(item, error.message, error)
    return {**line, "reasons": [*line["reasons"], *([spoken(error.cure)] if error.cure else ())]}
