"""A real ONNX network of 281 bytes: alpha is the mean of the colours, `told` twice the picture's mean."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from packshot.engines import cards
from packshot.engines.cards import Card

NETWORK = base64.b64decode("""
CAgSADqMAgo4CgVwaG90bxIFYWxwaGEiClJlZHVjZU1lYW4qCwoEYXhlc0ABoAEHKg8KCGtlZXBkaW1zGAGgAQIKOAoFYWxwaGES
AW0iClJlZHVjZU1lYW4qDwoEYXhlc0ABQAJAA6ABByoPCghrZWVwZGltcxgBoAECCiEKAW0KAW0SBHRvbGQiBkNvbmNhdCoLCgRh
eGlzGAGgAQISCmJyaWdodG5lc3NaIgoFcGhvdG8SGQoXCAESEwoDEgFuCgIIAwoDEgFoCgMSAXdiIgoFYWxwaGESGQoXCAESEwoD
EgFuCgIIAQoDEgFoCgMSAXdiHwoEdG9sZBIXChUIARIRCgMSAW4KAggCCgIIAQoCCAFCBAoAEA0=
""")
SHA256 = hashlib.sha256(NETWORK).hexdigest()

PLAIN = """\
task = "segment"
file = "tiny.onnx"
licence = "MIT"
sale = true
input = [32, 32]
mean = [0, 0, 0]
spread = [1, 1, 1]
"""


def written(folder: Path, more: str = "", *, network: bool = True, plain: str = PLAIN) -> Path:
    """A card, and its network beside it."""
    path = folder / "tiny.toml"
    path.write_text(plain + more, "utf8")
    if network:
        (folder / "tiny.onnx").write_bytes(NETWORK)
    return path


def card(folder: Path, more: str = "", *, network: bool = True, plain: str = PLAIN) -> Card:
    return cards.read(written(folder, more, network=network, plain=plain))
