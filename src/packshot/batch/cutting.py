"""Cutting out one photo of many: its picture, then its line."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from packshot.errors import BadPhoto, EngineFailed, Refused, WeightsMissing
from packshot.image.types import Box, Colour
from packshot.words import say

if TYPE_CHECKING:
    from packshot.journey.cutout import CutProduct


@dataclass(frozen=True, slots=True)
class Cut:
    """The work on one photo."""

    out: Path
    engine: str | None = None
    mask_only: bool = False
    background: Colour | None = None
    crop: bool = False
    quality: str = "normal"

    def planned(self, item: Item) -> tuple[str, ...]:
        return (placed(item, f"{item.sku}_{'mask' if self.mask_only else 'cutout'}.png"),)

    def __call__(self, task: Task) -> Written:
        from packshot.journey.cutout import cutout

        item = task.item
        try:
            data = item.origin.read()
            identity = self._identity(data)
            if still_holds(task.previous, identity, task, self.out):
                assert task.previous is not None
                return Written(task.previous, resumed=True)
            cut = cutout(data, engine=self.engine, quality=self.quality, name=item.key)
            if not cut.found:
                return Written(failed_line(item, say("No product was found in the photo.")))
            digests = write_files(task, self.out, {task.planned[0]: self.picture(cut)})
        except (BadPhoto, Refused, EngineFailed, WeightsMissing) as error:
            return Written(failed_line(item, error.message, error))
        told = {
            "name": item.key,
            "status": "cut",
            "reasons": [spoken(cut.reason)],
            "confidence": round(float(cut.confidence), 4),
            "origin": str(cut.origin),
            "identity": identity,
            "error": None,
        }
        return Written(line_of(item, told, digests))

    def _identity(self, data: bytes) -> dict[str, Any]:
        from packshot.journey.examine import SECOND_OPINION, weights_of

        options = {
            "engine": self.engine,
            "mask_only": self.mask_only,
            "background": self.background,
            "crop": self.crop,
            "quality": self.quality,
            "weights": weights_of(self.engine or SECOND_OPINION),
        }
        return {
            "photo_sha256": hashlib.sha256(data).hexdigest(),
            "options": json.dumps(options, sort_keys=True),
            "version": version("packshot"),
        }

    def picture(self, cut: CutProduct) -> bytes:
        """A PNG of what was asked for."""
        import numpy as np

        from packshot.image.blend import over
        from packshot.image.encode import Encoding, encode
        from packshot.image.types import box_of

        rgba = cut.rgba
        whole = Box(0, 0, rgba.shape[1], rgba.shape[0])
        box = (box_of(rgba[..., 3]) or whole) if self.crop else whole
        colours = np.ascontiguousarray(rgba[box.slices][..., :3])
        alpha = np.ascontiguousarray(rgba[box.slices][..., 3])
        if self.mask_only:
            return encode(np.repeat(alpha[..., None], 3, axis=2), None, Encoding("png")).data
        if self.background is not None:
            ground = np.empty_like(colours)
            ground[:] = self.background
            return encode(over(colours, alpha, ground), None, Encoding("png")).data
        return encode(colours, alpha, Encoding("png")).data
