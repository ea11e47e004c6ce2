"""Another ground for one photo: its kept layers in, the new picture and a new receipt out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from packshot.batch.fixing import SUFFIXES
from packshot.batch.orders import put
from packshot.batch.receipts import Row, outputs_of
from packshot.batch.store import Store
from packshot.errors import (
    BadOption,
    BadPhoto,
    BadProfile,
    EngineFailed,
    PackshotError,
    Refused,
    StoreFailed,
    WeightsMissing,
)
from packshot.image.types import hex_of
from packshot.journey.recolour import READ_BY_THE_RUN, Wish
from packshot.words import LANGUAGES, Words, say

if TYPE_CHECKING:
    from packshot.image.photo import Photo
    from packshot.journey.recolour import Recoloured
    from packshot.profiles.profile import Profile

OF_THE_RUN = (StoreFailed, BadProfile, BadOption, WeightsMissing)
"""Would meet every photo: it ends the run."""
VERDICTS = ("publish", "fix", "ask_seller", "by_hand")
"""From good to bad."""


@dataclass(frozen=True, slots=True)
class Task:
    """One photo, as it travels to a worker."""

    row: Row
    file: str
    """The new picture's."""
    made_by: str
    own: frozenset[str]
    """Files that we wrote, or were about to write, under this name: free to write over."""


@dataclass(frozen=True, slots=True)
class Repainted:
    row: Row
    doubtful: bool
    other_settings: bool


@dataclass(frozen=True, slots=True)
class Repaint:
    """What is done to one photo; it travels to the workers once."""

    store: Store
    wish: Wish
    run: str

    def __call__(self, task: Task) -> Repainted | PackshotError:
        from packshot.journey import recolour as journey

        row = task.row
        try:
            cutout = self._layer(row, "cutout")
            shadow = self._layer(row, "shadow") if "shadow" in layers_of(row) else None
            profile = profile_of(self.wish, row)
            confidence = 1.0 if row["confidence"] is None else row["confidence"]
            made = journey.recolour(cutout, shadow, profile, self.wish.variant, confidence=confidence)
            digests = put(self.store, {task.file: made.picture.data}, task.own)
        except (BadPhoto, Refused, EngineFailed, *OF_THE_RUN) as error:
            return error
        return self._receipt(task, made, digests[task.file])

    def _layer(self, row: Row, name: str) -> Photo:
        """As the run wrote it, to the byte: what somebody changed since was never compared with the photo."""
        from packshot.image.codec import open_photo

        one = layers_of(row)[name]
        file, again = one["file"], say("Take the file away and let the run read every photo again.")
        try:
            data = self.store.read(file)
        except FileNotFoundError:
            raise BadPhoto(row["key"], "vanished", say("{file} is gone.", file=file), again) from None
        if hashlib.sha256(data).hexdigest() != one["sha256"]:
            raise BadPhoto(row["key"], "damaged", say("{file} is not as we wrote it.", file=file), again)
        return open_photo(data, name=row["key"])

    def _receipt(self, task: Task, made: Recoloured, sha256: str) -> Repainted:
        row, variant = task.row, self.wish.variant
        output = _output(task, made, variant, sha256)
        others = [one for one in row["outputs"] if one["variant"] != variant]
        deltas = [one["delta_e"] for one in (*others, output) if one["delta_e"] is not None]
        doubts = [
            *(finding.message for finding in made.after.errors),
            *([] if made.colour.passed else [made.colour.message]),
        ]
        told = {
            **row,
            "outputs": [*others, output],
            "left": sorted(task.own - {task.file}),
            "delta_e": max(deltas, default=None),
            "run": self.run,
            "done_at": datetime.now(UTC),
        }
        plain = self.wish.plain_profile_for(row["profile"], category_of(row))
        return Repainted(
            told | (_doubtful(row, variant, doubts) if doubts else {}),
            doubtful=bool(doubts),
            other_settings=plain.sha256 != row["profile_sha256"],
        )


def _output(task: Task, made: Recoloured, variant: str, sha256: str) -> Row:
    """What is said of words comes from a picture of the run: they are the same on every ground."""
    picture = made.picture
    line = {
        "outputs": {
            variant: {
                "file": task.file,
                "sha256": sha256,
                "size_bytes": len(picture.data),
                "width": picture.size.width,
                "height": picture.size.height,
            }
        },
        "after": {variant: made.after.as_dict()},
        "guards": [{"name": made.colour.name, "measured": made.colour.measured}],
    }
    (output,) = outputs_of(line)
    own = next((one for one in task.row["outputs"] if one.get("made_by") is None), None)
    read = [finding for finding in (own or {}).get("findings") or () if finding["rule"] in READ_BY_THE_RUN]
    verdicts = [output["verdict"], *([own["verdict"]] if own and read else [])]
    return {
        **output,
        "findings": [*output["findings"], *read],
        "verdict": max(verdicts, key=VERDICTS.index),
        "made_by": task.made_by,
    }


def _doubtful(row: Row, variant: str, doubts: list[Words]) -> Row:
    """The new picture breaks a rule: a person looks, whatever was decided of the others."""
    told = {
        f"reasons_{language}": [
            *(f"{variant}: {doubt.in_(language)}" for doubt in doubts),
            *(one for one in row[f"reasons_{language}"] or () if not one.startswith(f"{variant}: ")),
        ]
        for language in LANGUAGES
    }
    return {"status": "review", "decision": None, **told}


def profile_of(wish: Wish, row: Row) -> Profile:
    return wish.profile_for(row["profile"], category_of(row))


def category_of(row: Row) -> str:
    """The one that the run had for this photo."""
    category: str = json.loads(row["options"])["category"]
    return category


def layers_of(row: Row) -> dict[str, Row]:
    return {one["layer"]: one for one in row["layers"] or ()}


def made_by_of(wish: Wish, profile: Profile) -> str:
    """What makes the same picture of the same layers; its ground and shadow in plain words for who asks."""
    ground = next(one.colour for one in profile.variants if one.name == wish.variant)
    told = {
        "ground": hex_of(ground),
        "shadow": wish.shadow,
        "profile": profile.name,
        "profile_sha256": profile.sha256,
        "version": version("packshot"),
    }
    return json.dumps(told, sort_keys=True)


def name_of(row: Row, profile: Profile, variant: str) -> str:
    """As the profile calls its variants, beside the others."""
    suffix = SUFFIXES.get(profile.output.format, profile.output.format)
    name = f"{profile.output.name.format(sku=row['name'], variant=variant)}.{suffix}"
    return f"{row['folder']}/{name}" if row["folder"] else name
