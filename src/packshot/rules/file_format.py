"""The file is of a kind that the marketplace does not take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.facts import Facts
from packshot.rules.base import Finding, Fixable, Limit, rule
from packshot.words import say, say_n

FORMATS = {
    "jpg": "jpeg",
    "jpe": "jpeg",
    "jfif": "jpeg",
    "tif": "tiff",
    "heif": "heic",
    "apng": "png",
    "dib": "bmp",
}
"""Other names that files and people give to a format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat(Limit):
    allowed: tuple[str, ...] = ("jpeg", "png", "webp")
    """Formats that are taken."""
    match_extension: bool = True
    """The end of the name must say what the file is."""
    modes: tuple[str, ...] = ()
    """Colour modes that are taken (rgb, grey, palette, cmyk, …); empty: all."""
    allow_animation: bool = True
    """A file may hold several pictures."""


@rule("file_format", since="0.1")
def judge(facts: Facts, limit: FileFormat) -> Iterator[Finding]:
    """The file is of a kind that the marketplace does not take.

    Why: the upload refuses unknown formats, or takes the file and shows an empty place; a PNG that is called
    .jpg passes one check and fails the next. Colours made for print look dull or inverted on screens.
    Measured: the format by the first bytes of the file, the end of its name, its colour mode and the number
    of pictures in it.
    Breaks: photo.heic from a phone where only JPEG and PNG are taken; a PNG named shoe.jpg.
    Holds: shoe.jpg that is a JPEG in ordinary screen colours.
    How to shoot: choose "most compatible" in the phone's camera settings; export as JPEG for screens (sRGB)
    from the photo editor, and do not rename one format into another.
    Fix: yes; the result is written in the right format, with the right name and in screen colours. Of an
    animation the first picture is taken.
    Known limits: pixels that a program hands over have no format, so nothing is said about them; files
    without an ending in the name are not held against it.
    """
    source = facts.source
    if source.format == "array":
        return
    allowed = tuple(plain(name) for name in limit.allowed)
    known = plain(source.format)
    named = plain(source.extension) if source.extension else known
    if known not in allowed:
        yield Finding(
            rule="file_format",
            severity=limit.severity,
            message=say(
                "The file is a {format}; the marketplace takes {allowed}.",
                format=known.upper(),
                allowed=", ".join(name.upper() for name in allowed),
            ),
            cure=say(
                "Save the photo as {format}, or take our result.", format=(allowed or ("jpeg",))[0].upper()
            ),
            measured=known,
            limit=", ".join(allowed),
            fixable=Fixable.YES,
        )
    elif limit.match_extension and named != known:
        yield Finding(
            rule="file_format",
            severity=limit.severity,
            message=say(
                "The name ends in .{extension}, yet the file is a {format}.",
                extension=source.extension,
                format=known.upper(),
            ),
            cure=say(
                "Save the photo once more under a name that ends in .{extension}, or take our result.",
                extension=known,
            ),
            measured=source.extension,
            limit=known,
            fixable=Fixable.YES,
        )
    if limit.modes and source.mode not in limit.modes:
        yield Finding(
            rule="file_format",
            severity=limit.severity,
            message=say(
                "The colours are kept as {mode}; the marketplace takes {allowed}.",
                mode=source.mode.upper(),
                allowed=", ".join(mode.upper() for mode in limit.modes),
            ),
            cure=say("Export the photo for screens (RGB, sRGB), or take our result."),
            measured=source.mode,
            limit=", ".join(limit.modes),
            fixable=Fixable.YES,
        )
    if source.frames > 1 and not limit.allow_animation:
        yield Finding(
            rule="file_format",
            severity=limit.severity,
            message=say_n(
                "The file holds {count} picture.",
                "The file holds {count} pictures; one is asked for.",
                source.frames,
            ),
            cure=say("Send one still picture; we take the first."),
            measured=float(source.frames),
            limit=1.0,
            fixable=Fixable.YES,
        )


def plain(name: str) -> str:
    """One name for one format: jpg, .JPEG and jfif are jpeg."""
    name = name.lower().lstrip(".")
    return FORMATS.get(name, name)
