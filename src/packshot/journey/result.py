"""Result: what became of one photo, with every picture and every reason."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from packshot.errors import PackshotError
from packshot.image.types import RGB, Size
from packshot.journey.report import Difficulty, Report, plain_dict
from packshot.words import Words, say

if TYPE_CHECKING:
    from PIL.Image import Image

    from packshot.look.subject import Cutout
    from packshot.retouch.layers import Layers


class Status(StrEnum):
    COMPLIANT = "compliant"
    """No error in the source; the variants were made all the same."""
    FIXED = "fixed"
    REVIEW = "review"
    """Pictures were made, marked: a person should look."""
    FAILED = "failed"
    """No picture could be made; the reason is kept."""

    @property
    def words(self) -> Words:
        return _STATUSES[self]


_STATUSES = {
    Status.COMPLIANT: say("compliant"),
    Status.FIXED: say("fixed"),
    Status.REVIEW: say("to review"),
    Status.FAILED: say("failed"),
}


@dataclass(frozen=True, slots=True)
class Guard:
    """One check that the product itself was not harmed."""

    name: str
    """colour, parts, label, upscale, confidence."""
    passed: bool
    measured: float
    limit: float
    message: Words


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A finished variant, as the bytes that are shipped."""

    variant: str
    data: bytes = field(repr=False)
    format: str
    quality: int
    subsampling: str
    size: Size
    sha256: str

    @property
    def suffix(self) -> str:
        return {"jpeg": "jpg"}.get(self.format, self.format)

    @property
    def pixels(self) -> RGB:
        from packshot.image.codec import open_photo

        return open_photo(self.data, name=self.variant).pixels

    @property
    def image(self) -> Image:
        from PIL import Image

        return Image.open(io.BytesIO(self.data))

    def save(self, path: str | Path) -> Path:
        """Writes the bytes as they were judged; whole or not at all."""
        from packshot.image.files import write_whole

        write_whole(Path(path), self.data)
        return Path(path)


@dataclass(frozen=True, slots=True)
class Identity:
    """The same four give the same output bytes."""

    photo_sha256: str
    profile_sha256: str
    options: str
    """Canonical JSON of all options that change pictures."""
    weights: str
    """Engines that could speak, with their weights' sha256."""
    version: str
    """Of packshot."""


@dataclass(frozen=True, slots=True, eq=False)
class TrailStep:
    """A stage as a picture, for people who want to see where it went wrong."""

    name: str
    pixels: RGB


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    name: str
    status: Status
    reasons: tuple[Words, ...]
    """Why this status, most important first."""
    before: Report
    after: Mapping[str, Report] = field(default_factory=lambda: MappingProxyType({}))
    """Variant → the report on the bytes that are shipped."""
    variants: Mapping[str, Picture] = field(default_factory=lambda: MappingProxyType({}))
    guards: tuple[Guard, ...] = ()
    notes: tuple[Words, ...] = ()
    difficulty: Difficulty | None = None
    route: str = ""
    """studio, second_opinion, best, none: how the product was found, by difficulty."""
    layers: Layers | None = None
    cutout: Cutout | None = None
    worked: Size | None = None
    """Of the photo's pixels that `cutout` lies in."""
    trail: tuple[TrailStep, ...] = ()
    """Empty unless asked for."""
    seconds: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    identity: Identity | None = None
    error: PackshotError | None = None

    @property
    def image(self) -> Image | None:
        """The first variant, to look at; None where no picture could be made."""
        return next((picture.image for picture in self.variants.values()), None)

    def as_dict(self) -> dict[str, Any]:
        return plain_dict(
            {
                "name": self.name,
                "status": self.status,
                "reasons": self.reasons,
                "route": self.route,
                "difficulty": self.difficulty,
                "guards": self.guards,
                "notes": self.notes,
                "upscaled": self.layers.enlarged if self.layers else None,
                "before": self.before.as_dict(),
                "after": {name: report.as_dict() for name, report in self.after.items()},
                "outputs": {
                    name: {
                        "format": picture.format,
                        "quality": picture.quality,
                        "subsampling": picture.subsampling,
                        "width": picture.size.width,
                        "height": picture.size.height,
                        "size_bytes": len(picture.data),
                        "sha256": picture.sha256,
                    }
                    for name, picture in self.variants.items()
                },
                "identity": self.identity,
                "seconds": {name: round(value, 4) for name, value in self.seconds.items()},
                "error": self.error,
            }
        )

    def _repr_html_(self) -> str:
        from packshot.journey.notebook import result_html

        return result_html(self)
