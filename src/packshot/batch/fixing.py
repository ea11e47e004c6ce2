"""Mending one photo of many: the journey, then its files, then its line."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packshot.batch.account import Line
from packshot.batch.layer_files import layer_pictures
from packshot.batch.names import Item
from packshot.batch.thumbs import thumb
from packshot.batch.writing import Task, Written, failed_line, line_of, placed, still_holds, write_files
from packshot.errors import BadOption, BadPhoto, EngineFailed, Refused, WeightsMissing

if TYPE_CHECKING:
    from packshot.journey.result import Result
    from packshot.profiles.profile import Profile

LAYERS = ("mask", "cutout", "shadow")
SUFFIXES = {"jpeg": "jpg"}
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""The same pictures give the same ZIP."""


@dataclass(frozen=True, slots=True)
class Fix:
    """The work on one photo."""

    out: Path
    profile: str | Path | None
    category: str = ""
    switches: tuple[str, ...] = ()
    variants: tuple[str, ...] | None = None
    overrides: tuple[tuple[str, object], ...] = ()
    quality: str = "normal"
    engine: str = ""
    trail: bool = False
    keep: tuple[str, ...] = ()
    thumb_side: int = 0
    """0 makes none."""
    mask: bytes = field(default=b"", repr=False)
    """A person's own, in place of ours: for a work on one photo alone."""

    def planned(self, item: Item) -> tuple[str, ...]:
        return tuple(self.names(item).values())

    def names(self, item: Item) -> dict[str, str]:
        """What is made, by what it is: variants, layers and `trail`, below the folder of results."""
        names = {**_picture_names(self, _profile(self, item), item), **_layer_names(self, item)}
        if self.trail:
            names["trail"] = f"{item.sku}_trail.zip"
        return {made: placed(item, name) for made, name in names.items()}

    def identity(self, sha256: str, category: str = "") -> dict[str, Any]:
        """What the same bytes give the same pictures by."""
        from packshot.journey.fix import choose, identity_of
        from packshot.journey.report import plain

        profile = _profile_of(self, category or self.category)
        chosen = choose(profile, self.variants)
        mask = hashlib.sha256(self.mask).hexdigest() if self.mask else ""
        identity = identity_of(sha256, profile, chosen, self.quality, engine=self.engine, mask_sha256=mask)
        known: dict[str, Any] = plain(identity)
        return known

    def make(self, item: Item, data: bytes) -> tuple[Line, dict[str, bytes]]:
        """What the journey tells of the photo, and its files; nothing is written."""
        result = self.mend(item, data)
        return self.told(item, result), self.files(item, result)

    def mend(self, item: Item, data: bytes, *, steps: bool = False) -> Result:
        """The journey alone. `steps`: with a picture of each stage."""
        from packshot.journey.fix import fix

        return fix(
            data,
            profile=self.profile,
            category=item.category or self.category,
            switches=self.switches,
            variants=self.variants,
            overrides=dict(self.overrides),
            quality=self.quality,
            engine=self.engine,
            trail=self.trail or steps,
            mask=self.mask or None,
            name=item.key,
        )

    def at(self, quality: str) -> Fix:
        return replace(self, quality=quality)

    def __call__(self, task: Task) -> Written:
        item = task.item
        try:
            data = item.origin.read()
        except (BadPhoto, Refused) as error:
            return Written(failed_line(item, error.message, error))
        identity = self.identity(hashlib.sha256(data).hexdigest(), item.category)
        if still_holds(task.previous, identity, task, self.out):
            assert task.previous is not None
            return Written(task.previous, resumed=True, thumbs=self._thumbs(data, self._on_disk(item)))
        try:
            told, files = self.make(item, data)
            digests = write_files(task, self.out, files)
        except (BadOption, EngineFailed, WeightsMissing, Refused) as error:
            return Written(failed_line(item, error.message, error))
        pictures = {variant: files[made["file"]] for variant, made in told["outputs"].items()}
        return Written(line_of(item, told, digests), thumbs=self._thumbs(data, pictures))

    def told(self, item: Item, result: Result) -> dict[str, Any]:
        told = result.as_dict()
        for made, name in self.names(item).items():
            if made in told["outputs"]:
                told["outputs"][made]["file"] = name
        return told

    def files(self, item: Item, result: Result) -> dict[str, bytes]:
        """All of a photo's files, or none: one without a picture has no layers either."""
        if not result.variants:
            return {}
        names = self.names(item)
        files = {names[variant]: picture.data for variant, picture in result.variants.items()}
        if result.layers is not None:
            source = result.before.source
            pictures = layer_pictures(result.layers, self.keep, ai_made=source.ai_made if source else "")
            files |= {names[layer]: data for layer, data in pictures.items()}
        if self.trail:
            files[names["trail"]] = _trail(result)
        return files

    def _on_disk(self, item: Item) -> dict[str, bytes]:
        if not self.thumb_side:
            return {}
        pictures = _picture_names(self, _profile(self, item), item)
        return {variant: (self.out / placed(item, name)).read_bytes() for variant, name in pictures.items()}

    def _thumbs(self, before: bytes, after: Mapping[str, bytes]) -> dict[str, bytes]:
        if not self.thumb_side:
            return {}
        small = {"before": thumb(before, self.thumb_side)}
        return small | {variant: thumb(data, self.thumb_side) for variant, data in after.items()}


def _profile(work: Fix, item: Item) -> Profile:
    return _profile_of(work, item.category or work.category)


@lru_cache(maxsize=64)
def _profile_of(work: Fix, category: str) -> Profile:
    from packshot.journey.examine import profile_of

    return profile_of(work.profile, category, work.switches, dict(work.overrides))


def _picture_names(work: Fix, profile: Profile, item: Item) -> dict[str, str]:
    suffix = SUFFIXES.get(profile.output.format, profile.output.format)
    wanted = [v.name for v in profile.variants if work.variants is None or v.name in work.variants]
    return {name: f"{profile.output.name.format(sku=item.sku, variant=name)}.{suffix}" for name in wanted}


def _layer_names(work: Fix, item: Item) -> dict[str, str]:
    return {layer: f"{item.sku}_layer_{layer}.png" for layer in LAYERS if layer in work.keep}


def _trail(result: Result) -> bytes:
    from packshot.image.encode import Encoding, encode

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for number, step in enumerate(result.trail):
            name = f"{number:02d}_{step.name.replace(' ', '_')}.png"
            archive.writestr(zipfile.ZipInfo(name, ZIP_DATE), encode(step.pixels, None, Encoding("png")).data)
    return packed.getvalue()
