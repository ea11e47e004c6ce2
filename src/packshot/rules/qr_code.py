"""A QR code is in the photo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packshot.look.codes import GOODS_NUMBERS, HALF, LINKS, Code
from packshot.look.facts import Facts
from packshot.rules._telling import no_worse_than, sure
from packshot.rules.base import Finding, Fixable, Limit, Severity, rule
from packshot.words import Words, say, say_n

SHOWN = 60
"""Letters of a value that a sentence can bear; the report's facts hold the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode(Limit):
    on_product: bool = False
    """Codes printed on the goods or on their packaging are told too, as advice."""
    barcodes: bool = False
    """A barcode laid over the photo is told as well; one printed on the goods never is."""


@rule("qr_code", since="0.1")
def judge(facts: Facts, limit: QrCode) -> Iterator[Finding]:
    """A QR code is laid over the photo.

    Why: a code leads the buyer away from the marketplace, to a shop, a chat or a payment that nobody has
    checked; a code that worked yesterday may lead elsewhere tomorrow. Photos with codes are refused as photos
    with contacts are.
    Measured: QR, DataMatrix, Aztec and PDF417 codes that could be read, on what most of each lies, the goods
    or the ground, and whether it was drawn there: exactly level, of one white, sharper than the photo.
    Breaks: a QR code with the shop's chat in the lower corner.
    Holds: the maker's code on the back of a box; the EAN barcode of the goods, by which we can tell what they
    are.
    How to shoot: keep cards, stickers and screens with codes out of the frame; turn the side of the packaging
    that bears no code to the camera.
    Fix: yes where the code lies beside the goods, for the ground is laid anew. What a code over the goods
    hides cannot be known; a printed one is part of them.
    Known limits: a code that cannot be read is not seen: blurred, smaller than 80 px in a photo of 2000 px,
    half covered, or drawn with pictures inside. A code drawn askew over the goods, softened with the photo,
    or in a picture that is razor-edged throughout is taken for their print.
    """
    laid = [code for code in facts.codes.found if _is_told(code, limit) and code.laid_over]
    printed = [
        code for code in facts.codes.found if limit.on_product and code.kind in LINKS and not code.laid_over
    ]
    if laid:
        over_goods = sum(code.on_product >= HALF for code in laid)
        yield Finding(
            rule="qr_code",
            severity=limit.severity,
            message=say_n(
                "{count} code is laid over the photo: {value}. None is allowed.",
                "{count} codes are laid over the photo, the first says: {value}. None is allowed.",
                len(laid),
                value=quoted(laid[0].value),
            ),
            cure=(
                say("Send the photo without the code: what lies under it cannot be known.")
                if over_goods
                else say("Send the photo without the code, or let the retouch lay a clean ground.")
            ),
            measured=float(len(laid)),
            limit=0.0,
            boxes=tuple(code.box for code in laid),
            confidence=sure(max(_surety(code) for code in laid)),
            fixable=_fixable(over_goods, len(laid)) if facts.subject.found else Fixable.NO,
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


def _surety(code: Code) -> float:
    return 1.0 if code.on_product < HALF else code.overlaid


def _fixable(over_goods: int, count: int) -> Fixable:
    if over_goods == 0:
        return Fixable.YES
    return Fixable.NO if over_goods == count else Fixable.PARTLY


def quoted(value: str) -> Words:
    return say("“{text}”", text=value if len(value) <= SHOWN else f"{value[:SHOWN]}…")
