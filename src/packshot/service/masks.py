"""Masks that people drew: taken in with care, and handed out as pairs to teach a network by."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import PurePosixPath

from sqlalchemy import select

from packshot.batch.names import safe_name
from packshot.errors import BadOption, PackshotError
from packshot.image.codec import open_photo
from packshot.image.resample import resize
from packshot.image.sniff import format_of
from packshot.image.types import RGB, Size
from packshot.journey.cutout import grey_png
from packshot.journey.mask import CURE, must_fit, open_mask
from packshot.service import photos, tables
from packshot.service.house import House
from packshot.service.people.caller import Caller
from packshot.service.redo import Conflict
from packshot.words import say

MOST_BYTES = 8_000_000
MOST_SIDE = 4096
"""The editor draws on 1600; larger ones are shrunk as they are used."""
SHAPE = slice(16, 24)
"""Where a PNG says how wide and high it is."""
READ_BY_ALL = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
"""Photos that go into an export as they came; others are written as JPEG."""
QUALITY = 95
ORIENTATION = 0x0112
"""Exif's tag."""


def take_in(home: House, caller: Caller, photo_id: str, png: bytes) -> str:
    """Its sha256 in the depot. Raises BadOption for what is no mask of this photo."""
    with home.database.reading() as session:
        width, height = photos.find(session, caller.org_id, photo_id).told.get("size") or (0, 0)
    if not width:
        raise Conflict(say("The photo could not be opened: there is nothing to draw on."), CURE)
    _must_be_small(png)
    must_fit(open_mask(png), Size(width, height))
    return home.depot.put(caller.org_id, png)


def _must_be_small(png: bytes) -> None:
    """By its first bytes, before anything is unpacked."""
    if format_of(png) != "png":
        raise BadOption(say("The mask is no PNG."), CURE)
    width, height = (int.from_bytes(png[SHAPE][at : at + 4], "big") for at in (0, 4))
    if max(width, height) > MOST_SIDE:
        raise BadOption(
            say("The mask is {width}×{height} px, at most {limit} px a side are taken.",
                width=width, height=height, limit=MOST_SIDE),
            say("Shrink it; its outline stays fine where it was not touched."),
        )  # fmt: skip


def pairs(home: House, caller: Caller) -> Iterator[tuple[str, bytes]]:
    """`photos/NAME` and `masks/NAME.png` of one size, as `packshot train` takes them, and `manifest.jsonl`.

    Of a photo that was edited more than once, the last mask.
    """
    lines = []
    stems: set[str] = set()
    for photo, original, mask in _edited(home, caller):
        try:
            (suffix, picture), drawn = _pair(home, caller, photo, original, mask)
        except (FileNotFoundError, PackshotError):  # deleted by the rule of retention
            continue
        stem = safe_name(PurePosixPath(photo.name).stem) or photo.id
        stem = f"{stem}_{photo.id}" if stem.lower() in stems else stem
        stems.add(stem.lower())
        members = {f"photos/{stem}.{suffix}": picture, f"masks/{stem}.png": drawn}
        yield from members.items()
        told = {
            **dict(zip(("photo", "mask"), members, strict=True)),
            "id": photo.id,
            "name": photo.name,
            "profile": photo.profile,
            "category": photo.category,
            "drawn_at": photo.created_at.isoformat(),
        }
        lines.append(json.dumps(told, ensure_ascii=False))
    yield "manifest.jsonl", "".join(f"{line}\n" for line in lines).encode()


def _edited(home: House, caller: Caller) -> Iterator[tuple[tables.Photo, tables.File, tables.File]]:
    """The newest first, each original once."""
    seen: set[str] = set()
    with home.database.reading() as session:
        edits = (
            select(tables.Photo.id)
            .join(tables.File, tables.File.photo_id == tables.Photo.id)
            .where(tables.Photo.org_id == caller.org_id, tables.Photo.deleted_at.is_(None))
            .where(tables.File.role == "edit")
            .order_by(tables.Photo.id.desc())
        )
        ids = list(session.scalars(edits))
    for photo_id in ids:
        with home.database.reading() as session:
            photo = session.get(tables.Photo, photo_id)
            original = session.get(tables.File, (photo_id, "original"))
            mask = session.get(tables.File, (photo_id, "edit"))
        if photo is None or original is None or mask is None or original.sha256 in seen:
            continue
        seen.add(original.sha256)
        yield photo, original, mask


def _pair(
    home: House, caller: Caller, photo: tables.Photo, original: tables.File, mask: tables.File
) -> tuple[tuple[str, bytes], bytes]:
    """The photo with its suffix, and its mask in the same size."""
    data = home.depot.get(caller.org_id, original.sha256)
    levels = open_mask(home.depot.get(caller.org_id, mask.sha256)).levels
    drawn = grey_png(resize(levels, Size(*photo.told["size"])))
    suffix = READ_BY_ALL.get(original.media_type)
    if suffix and _is_upright(data):
        return (suffix, data), drawn
    return ("jpg", _jpeg(open_photo(data).pixels)), drawn


def _is_upright(data: bytes) -> bool:
    """As it is stored: not every reader turns a photo as its Exif says."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as picture:
        return bool(picture.getexif().get(ORIENTATION, 1) == 1)


def _jpeg(pixels: RGB) -> bytes:
    from PIL import Image

    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "JPEG", quality=QUALITY, subsampling=0)
    return written.getvalue()
