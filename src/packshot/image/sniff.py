"""Which format do the bytes have? Told by what is in them, never by the name."""

from __future__ import annotations

from packshot.words import Words, say

HEAD = 64
"""As many first bytes are enough to tell."""

_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),
    (b"MM\x00+", "tiff"),
    (b"BM", "bmp"),
)
_AVIF = {b"avif", b"avis"}
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}

_CONVERT = say("Save it as JPEG or PNG.")
_STRANGERS: tuple[tuple[bytes, Words, Words], ...] = (
    (b"%PDF", say("This is a PDF."), say("Export the page as JPEG or PNG.")),
    (b"PK\x03\x04", say("This is a ZIP archive."), say("Unpack it and give the photos in it.")),
    (b"Rar!", say("This is a RAR archive."), say("Unpack it and give the photos in it.")),
    (b"7z\xbc\xaf", say("This is a 7z archive."), say("Unpack it and give the photos in it.")),
    (b"\x1f\x8b", say("This is a gzip archive."), say("Unpack it and give the photos in it.")),
    (b"8BPS", say("This is a Photoshop document."), _CONVERT),
    (b"%!PS", say("This is a PostScript document."), _CONVERT),
    (b"\xc5\xd0\xd3\xc6", say("This is a PostScript document."), _CONVERT),
    (b"FUJIFILMCCD-RAW", say("This is a camera's raw file."), _CONVERT),
    (b"IIRO", say("This is a camera's raw file."), _CONVERT),
    (b"IIU\x00", say("This is a camera's raw file."), _CONVERT),
    (b"\x00\x00\x00\x0cJXL ", say("This is a JPEG XL picture, which we cannot open."), _CONVERT),
    (b"\xff\x0a", say("This is a JPEG XL picture, which we cannot open."), _CONVERT),
    (b"\x00\x00\x00\x0cjP  ", say("This is a JPEG 2000 picture, which we cannot open."), _CONVERT),
    (b"\xff\x4f\xff\x51", say("This is a JPEG 2000 picture, which we cannot open."), _CONVERT),
    (b"\x00\x00\x01\x00", say("This is an icon."), _CONVERT),
    (b"\x1aE\xdf\xa3", say("This is a video."), say("Take one frame of it and save it as JPEG.")),
    (b"ID3", say("This is a sound file."), say("Give a photo.")),
    (b"MZ", say("This is a program."), say("Give a photo.")),
    (b"\x7fELF", say("This is a program."), say("Give a photo.")),
    (b"#!", say("This is a program."), say("Give a photo.")),
)


def format_of(data: bytes) -> str:
    """jpeg, png, webp, avif, tiff, bmp, gif, heic; empty where it is none that we open."""
    for start, name in _STARTS:
        if data.startswith(start):
            return name
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        return _format_of_brands(data)
    return ""


def stranger(data: bytes) -> tuple[Words, Words]:
    """What else the bytes are, and what to do about it."""
    for start, what, cure in _STRANGERS:
        if data.startswith(start):
            return what, cure
    if data[4:8] == b"ftyp" or (data[:4] == b"RIFF" and data[8:12] == b"AVI "):
        return say("This is a video."), say("Take one frame of it and save it as JPEG.")
    text = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<script")):
        return (
            say("This is a web page, not a photo."),
            say("The link leads to a page: give the address of the photo itself."),
        )
    if text.startswith(b"<svg") or (text.startswith(b"<?xml") and b"<svg" in text):
        return say("This is an SVG drawing."), _CONVERT
    if text and not text.strip(_PRINTABLE):
        return say("This is a text file."), say("Give a photo.")
    return say("The file is no photo that we know."), say("Save the photo again as JPEG or PNG.")


def _format_of_brands(data: bytes) -> str:
    """The box `ftyp` names a main brand and the brands that the file keeps to as well."""
    end = min(int.from_bytes(data[:4], "big"), HEAD)
    brands = [data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))]
    for brand in brands:
        if brand in _AVIF:
            return "avif"
        if brand in _HEIC:
            return "heic"
    return "heic" if data[8:12] in {b"mif1", b"msf1"} else ""


_PRINTABLE = bytes(range(32, 127)) + b"\t\r\n\f" + bytes(range(128, 256))
