"""A QR code is in the photo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.codes import GOODS_NUMBERS, LINKS, Code
from packshot.look.facts import Facts
from packshot.rules._telling import no_worse_than
from packshot.rules.base import Finding, Fixable, Limit, Severity, rule
from packshot.words import Words, say, say_n

HALF = 0.5
"""A code belongs to that on which more than half of it lies."""
SHOWN = 60
"""Letters of a value that a sentence can bear; the report's facts hold the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode(Limit):
    on_product: bool = False
    """Codes printed on the goods or on their packaging are told too, as advice."""
    barcodes: bool = False
    """A barcode laid beside the goods is told as well; one on the goods never is."""


@rule("qr_code", since="0.1")
def judge(facts: Facts, limit: QrCode) -> Iterator[Finding]:
    """A QR code is laid over the photo.

    Why: a code leads the buyer away from the marketplace, to a shop, a chat or a payment that nobody has
    checked; a code that worked yesterday may lead elsewhere tomorrow. Photos with codes are refused as photos
    with contacts are.
    Measured: QR, DataMatrix, Aztec and PDF417 codes that could be read, and on what most of each lies: on the
    goods or on the ground.
    Breaks: a QR code with the shop's chat in the lower corner.
    Holds: the maker's code on the back of a box; the EAN barcode of the goods, by which we can tell what they
    are.
    How to shoot: keep cards, stickers and screens with codes out of the frame; turn the side of the packaging
    that bears no code to the camera.
    Fix: yes where the code lies beside the goods, for the ground is laid anew. A code on the goods is left,
    for it is part of them.
    Known limits: a code that cannot be read is not seen: blurred, smaller than 80 px in a photo of 2000 px,
    half covered, or drawn with pictures inside. A code drawn over the goods is taken for their print.
    """
    beside = [code for code in facts.codes.found if _is_told(code, limit) and code.on_product < HALF]
    printed = [
        code
        for code in facts.codes.found
        if limit.on_product and code.kind in LINKS and code.on_product >= HALF
    ]
    if beside:
        yield Finding(
            rule="qr_code",
            severity=limit.severity,
            message=say_n(
                "{count} code is laid beside the goods: {value}. None is allowed.",
                "{count} codes are laid beside the goods, the first says: {value}. None is allowed.",
                len(beside),
                value=quoted(beside[0].value),
            ),
            cure=say("Send the photo without the code, or let the retouch lay a clean ground."),
            measured=float(len(beside)),
            limit=0.0,
            boxes=tuple(code.box for code in beside),
            fixable=Fixable.YES if facts.subject.found else Fixable.NO,
        )
    if printed:
        yield Finding(
            rule="qr_code",
            severity=no_worse_than(Severity.ADVICE, limit.severity),
            message=say_n(
                "{count} code is printed on the goods: {value}.",
                "{count} codes are printed on the goods, the first says: {value}.",
                len(printed),
                value=quoted(printed[0].value),
            ),
            cure=say("Turn the goods so that the code is not seen, if the marketplace minds links."),
            measured=float(len(printed)),
            limit=0.0,
            boxes=tuple(code.box for code in printed),
        )


def _is_told(code: Code, limit: QrCode) -> bool:
    return code.kind in LINKS or (limit.barcodes and code.kind in GOODS_NUMBERS)


def quoted(value: str) -> Words:
    return say("“{text}”", text=value if len(value) <= SHOWN else f"{value[:SHOWN]}…")
