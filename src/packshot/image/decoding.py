"""How decoders fail, told once in our words."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from packshot.errors import BadPhoto
from packshot.words import say, verbatim

_CUT = ("truncat", "premature", "not enough", "unexpected end", "end of file", "end-of-file", "eof")


@contextmanager
def decoding(name: str) -> Iterator[None]:
    """The one place that knows how decoders fail. Pillow's plugins let low errors through on
    damaged files, so those are listed too; a bug of ours in a header walk would look the same,
    which is why the walks have their own tests.
    """
    try:
        yield
    except MemoryError as exc:
        raise BadPhoto(
            name,
            "unreadable",
            say("There was not enough memory to open the photo."),
            say("Save the photo smaller."),
        ) from exc
    except NotImplementedError as exc:
        raise unsupported(name, str(exc)) from exc
    except (
        OSError,
        SyntaxError,
        ValueError,
        ArithmeticError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        EOFError,
        RuntimeError,
        struct.error,
        zlib.error,
    ) as exc:
        text = str(exc)
        if any(word in text.lower() for word in _CUT):
            raise truncated(name) from exc
        raise damaged(name, text) from exc
    except Exception as exc:
        # Told by name: the class lives in Pillow, which a JPEG does not need.
        if type(exc).__name__ != "DecompressionBombError":
            raise
        raise BadPhoto(
            name,
            "too_many_pixels",
            say("The photo has more pixels than this program lets Pillow open."),
            say("Save the photo smaller."),
        ) from exc


def truncated(name: str) -> BadPhoto:
    return BadPhoto(
        name,
        "truncated",
        say("The file breaks off: a part of the photo is missing."),
        say("Upload or copy the photo again."),
    )


def damaged(name: str, detail: str = "") -> BadPhoto:
    if not detail:
        return BadPhoto(name, "damaged", say("The file is damaged."))
    return BadPhoto(name, "damaged", say("The file is damaged ({detail}).", detail=verbatim(detail[:200])))


def unsupported(name: str, detail: str) -> BadPhoto:
    return BadPhoto(
        name,
        "unsupported",
        say("We cannot open this kind of photo ({detail}).", detail=verbatim(detail[:200])),
    )
