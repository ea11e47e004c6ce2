"""Our own network: small, trained on products by `packshot train segmenter`, shipped in the package."""

from __future__ import annotations

from packshot.engines import cards
from packshot.engines.base import engine
from packshot.engines.zoo import FromCard


@engine("segmenter", "segment_net")
class SegmentNet(FromCard):
    """The product on any ground; says how sure it is, and whether a product is there at all."""

    def __init__(self) -> None:
        super().__init__(cards.read(cards.CARDS / "segment_net.toml"))
