"""Make a whole photo larger, or mend what JPEG did: never cropped, never stretched, nothing invented."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from packshot.engines.base import upscaler
from packshot.errors import BadOption, BadPhoto, Refused
from packshot.image import outline
from packshot.image.codec import Limits, PhotoLike, open_photo
from packshot.image.encode import Encoded, Encoding, Format, encode
from packshot.image.files import write_whole
from packshot.image.types import RGB, Box, Grey, Size, size_of
from packshot.journey.examine import text_finder, text_reader
from packshot.look.enlarged import truer
from packshot.look.facts import Facts
from packshot.look.subject import Cutout, Origin
from packshot.retouch._resample import PLAIN, filled
from packshot.retouch.repair import Repair
from packshot.retouch.upscale import Upscale
from packshot.words import Words, say

if TYPE_CHECKING:
    from PIL.Image import Image

    from packshot.image.photo import Photo
    from packshot.look.reading import ReadLine

NETWORK = "upscale_net"
DEFAULT_FACTOR = 2.0
FROM_FACTOR, MOST_FACTOR = Upscale().from_factor, Upscale().max_factor
"""Up to the first a plain filter does as well; above the second nobody would take the picture for a photo."""
SEEN_BLOCKS = Repair().from_blockiness
MOST_PIXELS = 25_000_000
MOST_SIDE = 16_000
"""WebP ends at 16,383."""
QUALITY = 92


@dataclass(frozen=True, slots=True)
class Aim:
    """How large: by a factor, or until the photo fits into a size and touches it."""

    factor: float = DEFAULT_FACTOR
    """1 mends JPEG at the same size; counts where there is no size."""
    into: Size | None = None

    def __post_init__(self) -> None:
        if self.into is None and not 1 <= self.factor <= MOST_FACTOR:
            raise BadOption(
                say("A photo cannot be enlarged {factor:g}×.", factor=self.factor),
                say("Give a factor from 1 to {most:g}; 1 mends JPEG at the same size.", most=MOST_FACTOR),
            )
        if self.into is not None and not (
            1 <= self.into.short_side <= self.into.long_side <= MOST_SIDE and self.into.area <= MOST_PIXELS
        ):
            raise BadOption(
                say("{size} px is no size for a photo.", size=str(self.into)),
                say("Give one as 1600x1600, of at most {limit} megapixels.", limit=MOST_PIXELS // 1_000_000),
            )

    @property
    def mends(self) -> bool:
        return self.into is None and self.factor == 1

    @property
    def enough(self) -> int | None:
        """Long side above which no photo is enlarged; None where all are."""
        return self.into.long_side if self.into else None

    @property
    def limits(self) -> Limits:
        """Of photos whose enlargement is not too large."""
        if self.into:
            return Limits()
        return Limits(pixels=floor(MOST_PIXELS / self.factor**2), side=floor(MOST_SIDE / self.factor))

    def factor_of(self, size: Size) -> float:
        if self.into is None:
            return self.factor
        return min(self.into.width / size.width, self.into.height / size.height)


@dataclass(frozen=True, slots=True, eq=False)
class Upscaled:
    """What `packshot.upscale` gives."""

    photo: Photo
    """As it came."""
    pixels: RGB
    alpha: Grey | None
    factor: float
    """1 where it was mended or left as it was."""
    engine: str
    """Whose picture it is; empty where the photo was left as it was."""
    reason: Words | None = None
    """Why it was left as it was, or why the plain filter's picture is safer than the network's."""

    @property
    def kept(self) -> bool:
        return not self.engine

    @property
    def mended(self) -> bool:
        return bool(self.engine) and self.factor == 1

    @property
    def size(self) -> Size:
        return size_of(self.pixels)

    @property
    def image(self) -> Image:
        from PIL import Image

        whole = self.pixels if self.alpha is None else np.dstack([self.pixels, self.alpha])
        return Image.fromarray(whole)

    def encoded(self, how: Format) -> Encoded:
        """sRGB, without EXIF; the mark of a picture made by AI stays, and none is added."""
        encoding = Encoding(
            how, quality=QUALITY, subsampling="4:4:4"
        )  # thin coloured letters are lost in 4:2:0
        return encode(self.pixels, self.alpha, encoding, ai_made=self.photo.source.ai_made)

    def save(self, path: str | Path) -> Path:
        """As the name's ending says: jpg, png, webp or avif. Whole or not at all."""
        path = Path(path)
        write_whole(path, self.encoded(format_named(path.suffix.removeprefix("."))).data)
        return path


def upscale(
    photo: PhotoLike,
    *,
    to: tuple[int, int] | None = None,
    factor: float | None = None,
    engine: str | None = None,
    read: bool = True,
    name: str = "",
) -> Upscaled:
    """A photo enlarged `factor` times (2 where nothing is said), or until it fits `to` and touches it.

    >>> larger = packshot.upscale("mug.jpg", to=(1600, 1600))
    >>> larger.size, larger.factor, larger.engine
    (Size(width=1200, height=1600), 2.0, 'upscale_net')
    >>> larger.save("mug_large.jpg")

    A photo that is as large already stays as it is (`kept`). `factor=1` mends what JPEG did, where it did.
    What the network made is compared with a plain filter's picture, and the plain one taken where it is truer
    (`reason` says why); `read=False` does not read the print for that. Raises BadPhoto for bytes that are no
    photo and Refused where it would have to be enlarged more than 4 times: ask for a larger one.
    """
    aim = aimed(to, factor)
    return enlarge(opened(photo, aim, name=name), aim, engine, read=read)


def aimed(to: tuple[int, int] | None = None, factor: float | None = None) -> Aim:
    if to is not None and factor is not None:
        raise BadOption(say("A size and a factor say two things."), say("Give one of them."))
    if to is not None:
        return Aim(into=Size(*to))
    return Aim(DEFAULT_FACTOR if factor is None else factor)


def opened(photo: PhotoLike, aim: Aim, *, want: int | None = None, name: str = "") -> Photo:
    """`want` as in `open_photo`. Refused before it is decoded where the result would be too large."""
    try:
        return open_photo(photo, name=name, want=want, limits=aim.limits)
    except BadPhoto as bad:
        if aim.limits == Limits() or bad.reason not in ("too_many_pixels", "side_too_long"):
            raise
        raise Refused(
            say(
                "Enlarged {factor:g}× it would have more than {limit} megapixels, or a side above {side} px.",
                factor=aim.factor,
                limit=MOST_PIXELS // 1_000_000,
                side=MOST_SIDE,
            ),
            say("Take a smaller factor, or say how large it should become, as 1600x1600."),
        ) from bad


def enlarge(photo: Photo, aim: Aim, engine: str | None = None, *, read: bool = True) -> Upscaled:
    was = photo.source.size
    factor = aim.factor_of(was)
    if aim.into and factor <= 1:
        return _kept(photo, say("It is {size} px already.", size=str(was)))
    if factor > MOST_FACTOR:
        raise Refused(
            say(
                "Too small: {size} px would have to be enlarged {factor:.2f}×; at most {limit:g}× looks"
                " good.",
                size=str(was),
                factor=factor,
                limit=MOST_FACTOR,
            ),
            say("Ask the seller for a larger one."),
        )
    facts = _facts_of(photo)
    if aim.mends and facts.quality.blockiness < SEEN_BLOCKS:
        return _kept(photo, say("No blocks of JPEG are seen in it."))
    chosen = engine or (NETWORK if aim.mends or factor >= FROM_FACTOR else PLAIN)
    pixels, used, why = _truest(facts, factor, chosen, facts.reading.lines if read else ())
    if aim.mends and used == PLAIN:
        return _kept(photo, why or say("A plain filter mends nothing."))
    if photo.alpha is None:
        return Upscaled(photo, pixels, None, factor, used, why)
    alpha = outline.enlarged(photo.alpha, size_of(pixels))
    return Upscaled(photo, np.where(alpha[..., None] > 0, pixels, 0), alpha, factor, used, why)


def size_named(text: str) -> tuple[int, int]:
    """`1600x1600`, with any cross between: Latin, Cyrillic, ×."""
    found = re.fullmatch(r"\s*([0-9]{1,6})\s*[xхX×Х*]\s*([0-9]{1,6})\s*", text)
    if not found:
        raise BadOption(say("{text} is no size.", text=text), say("Write it as 1600x1600."))
    return int(found[1]), int(found[2])


def format_named(text: str) -> Format:
    """`jpg` and `jpeg` alike; an unknown one is an error that names those known."""
    name = text.lower()
    return Encoding({"jpg": "jpeg"}.get(name, name)).format  # type: ignore[arg-type]


def _truest(
    facts: Facts, factor: float, name: str, lines: tuple[ReadLine, ...]
) -> tuple[RGB, str, Words | None]:
    """The picture of the engine, or the plain filter's where that is the truer: whose it is, and why."""
    before = facts.photo.pixels
    if facts.photo.alpha is not None:
        before = filled(before, facts.photo.alpha)
    plain = upscaler(PLAIN).upscale(before, factor)
    if name == PLAIN:
        return plain, PLAIN, None
    made = upscaler(name).upscale(before, factor)
    why = truer(before, made, plain, lines, facts.text_reader)
    return (made, name, None) if why is None else (plain, PLAIN, why)


def _kept(photo: Photo, why: Words) -> Upscaled:
    return Upscaled(photo, photo.pixels, photo.alpha, 1.0, "", why)


def _facts_of(photo: Photo) -> Facts:
    """All that the photo shows counts as product: print beside the goods is kept, too."""
    facts = Facts(photo, text_finder=text_finder(), text_reader=text_reader())
    facts.known["cutout"] = Cutout(
        box=Box.whole(photo.size),
        colours=photo.pixels,
        alpha=np.full(photo.pixels.shape[:2], 255, np.uint8),
        shadow=None,
        shadow_scale=1.0,
        confidence=1.0,
        origin=Origin.PERSON,
        engine="",
        agreement=None,
        reason=Words(""),
    )
    return facts
