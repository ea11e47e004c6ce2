"""Facts filled in by hand: what a perfect photo would measure, and what a test says otherwise.

`Facts.known` holds what was already looked at, so a rule that reads facts made here never sees a pixel.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from packshot.image.photo import Photo, Source
from packshot.image.types import Box, Size
from packshot.look.background import Background
from packshot.look.codes import Code, Codes
from packshot.look.facts import Facts
from packshot.look.frame import Frame
from packshot.look.glance import Glance
from packshot.look.hash import Hash
from packshot.look.marks import Marks
from packshot.look.objects import Objects, Twin
from packshot.look.quality import Quality
from packshot.look.reading import Reading, ReadLine
from packshot.look.sides import Sides
from packshot.look.subject import Component, Origin, Subject
from packshot.look.text import Text, TextBox
from packshot.look.tone import Tone
from packshot.rules.base import RULES, Finding, Limit, judge_photo

KINDS = ("text_ru", "watermark", "infographic", "prop", "twin", "collage", "cropped", "too_dark")
"""Of the defects that the judge knows, some."""
SHOWN = ("person", "mannequin", "hanger", "flat", "none")
PERSON = ("none", "part", "whole")
VIEW = ("front", "three_quarter", "side", "back", "top")

FRAME = Size(1200, 1600)

SOURCE = Source(
    name="mug.jpg",
    sha256="0" * 64,
    format="jpeg",
    size_bytes=1_800_000,
    size=FRAME,
    extension="jpg",
    jpeg_quality=92,
    subsampling="4:2:0",
)


def boxed(width: float, height: float, frame: Size = FRAME, *, right: float = 0, down: float = 0) -> Box:
    """A box in the middle of the frame: its sides and its offset as shares of the frame."""
    left, top = (0.5 + right - width / 2) * frame.width, (0.5 + down - height / 2) * frame.height
    return Box(round(left), round(top), round(left + width * frame.width), round(top + height * frame.height))


def subject(box: Box | None = None, frame: Size = FRAME, **fields: Any) -> Subject:
    box = box or boxed(0.85, 0.64, frame)
    known: dict[str, Any] = {
        "found": True,
        "box": box,
        "coverage": 0.7 * box.area / frame.area,
        "components": (Component(box, 1.0),),
        "far_apart": False,
        "touches": Sides(),
        "see_through": 0.0,
        "holes": 0,
        "confidence": 0.97,
        "origin": Origin.STUDIO,
        "engine": "studio",
        "agreement": 0.98,
    }
    return Subject(**(known | fields))


def no_subject() -> Subject:
    return subject(
        Box(0, 0, 0, 0),
        found=False,
        coverage=0.0,
        components=(),
        confidence=0.0,
        origin=Origin.NONE,
        agreement=None,
    )


GROUND = Background(
    colour=(255, 255, 255),
    evenness=0.5,
    span=0.8,
    clutter=0.0,
    exact_share=1.0,
    near_share=1.0,
    white_share=1.0,
    pure_white_share=1.0,
    seen_share=0.5,
)
QUALITY = Quality(sharpness=55.0, noise=1.0, blockiness=0.1, true_scale=1.0)
TONE = Tone(
    median_l=55.0,
    contrast=50.0,
    clipped_light=0.0,
    clipped_dark=0.0,
    cast_a=0.5,
    cast_b=1.0,
    cast_confidence=0.9,
)
CLEAN_FRAME = Frame(border=Sides(), border_colour=None, panels=(), collage_confidence=0.0)
NO_MARKS = Marks(boxes=(), confidence=0.0, repeated=False)
NO_TEXT = Text(boxes=(), looked=True, signs=0.0)


def background(**fields: Any) -> Background:
    return replace(GROUND, **fields)


def quality(**fields: Any) -> Quality:
    return replace(QUALITY, **fields)


def tone(**fields: Any) -> Tone:
    return replace(TONE, **fields)


def border(left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> Frame:
    return replace(CLEAN_FRAME, border=Sides(left, top, right, bottom), border_colour=(200, 0, 0))


def panels(*boxes: Box, confidence: float = 0.9) -> Frame:
    return replace(CLEAN_FRAME, panels=boxes, collage_confidence=confidence)


def marks(*boxes: Box, confidence: float = 0.8, repeated: bool = False) -> Marks:
    return Marks(boxes, confidence, repeated)


def text(*pieces: TextBox) -> Text:
    return Text(pieces, looked=True, signs=0.9)


def piece(
    box: Box | None = None, *, confidence: float = 0.9, on_product: float = 0.0, overlaid: float = 0.9
) -> TextBox:
    return TextBox(box or Box(40, 40, 340, 140), confidence, on_product, overlaid)


def reading(*lines: ReadLine) -> Reading:
    return Reading(lines, looked=True)


def line(text: str, *, sure: float = 0.97, found: TextBox | None = None) -> ReadLine:
    return ReadLine(text, sure, found or piece())


def codes(*found: Code) -> Codes:
    return Codes(found)


def code(
    value: str = "https://shop.example/chat",
    kind: str = "qr",
    *,
    on_product: float = 0.0,
    overlaid: float = 0.0,
    box: Box | None = None,
) -> Code:
    return Code(kind, value, box or Box(40, 1300, 240, 1500), on_product, overlaid)


def objects(*shares: float, twins: tuple[Twin, ...] = ()) -> Objects:
    """Things in a row, largest first."""
    boxes = tuple(Box(100 + 200 * i, 600, 260 + 200 * i, 1000) for i in range(len(shares)))
    return Objects(boxes, shares, twins)


def glance(
    *, person: str = "none", shown: str = "none", view: str = "front", sure: float = 0.9, **defects: float
) -> Glance:
    """As the judge would tell it: each answer as sure as asked, the others share the rest."""

    def told(answer: str, names: tuple[str, ...]) -> dict[str, float]:
        return {name: sure if name == answer else (1 - sure) / (len(names) - 1) for name in names}

    return Glance(
        True,
        {kind: defects.get(kind, 0.0) for kind in KINDS},
        told(shown, SHOWN),
        told(person, PERSON),
        told(view, VIEW),
    )


def hash_of(signs: int, mirrored: int = 0xAAAA_AAAA_AAAA_AAAA) -> Hash:
    return Hash(f"{signs:016x}", f"{mirrored:016x}")


def facts(
    *, size: Size | None = None, source: Source | None = None, alpha: bool = False, **known: Any
) -> Facts:
    """A perfect photo but for what is said."""
    size = size or (source.size if source else FRAME)
    source = replace(source or SOURCE, size=size)
    pixels = np.zeros((1, 1, 3), np.uint8)
    photo = Photo(pixels, np.zeros((1, 1), np.uint8) if alpha else None, 1.0, source)
    made = Facts(photo)
    subject_fact = known.get("subject") or subject(frame=size)
    made.known |= {
        "subject": subject_fact,
        "background": GROUND,
        "objects": Objects((subject_fact.box,), (1.0,), ()) if subject_fact.found else Objects((), (), ()),
        "text": NO_TEXT,
        "codes": Codes(()),
        "reading": Reading((), looked=True),
        "quality": QUALITY,
        "tone": TONE,
        "glance": Glance(),
        "hash": hash_of(0x0123_4567_89AB_CDEF),
        "frame": CLEAN_FRAME,
        "marks": NO_MARKS,
        **known,
    }
    made.known.setdefault("laid_words", made.known["reading"])
    return made


def findings(name: str, measured: Facts, **limits: Any) -> list[Finding]:
    """What the rule says under these limits; its own defaults else."""
    one = RULES[name]
    assert one.judge is not None
    return list(one.judge(measured, one.limit(**limits)))


def finding(name: str, measured: Facts, **limits: Any) -> Finding:
    """The one finding; a test that expects another number of them should ask for `findings`."""
    (only,) = findings(name, measured, **limits)
    return only


def judged(name: str, measured: Facts, limit: Limit) -> list[Finding]:
    """As the journey judges: with severity, in order."""
    return judge_photo(measured, [(RULES[name], limit)])
