"""Made by AI? The one mark that we look for in a photo and keep in what we write."""

from __future__ import annotations

import re

_SOURCE_TYPE = re.compile(rb"digitalsourcetype/([A-Za-z]{4,60})")
GENERATED = (
    "trainedAlgorithmicMedia",
    "compositeSynthetic",
    "compositeWithTrainedAlgorithmicMedia",
    "algorithmicMedia",
)
"""IPTC's words for it, the strongest first (cv.iptc.org/newscodes/digitalsourcetype)."""


def ai_made(*blocks: bytes) -> str:
    """IPTC's DigitalSourceType of a generated picture, from XMP or from a C2PA manifest.

    A search over the bytes finds it in every container: both write the address in plain letters.
    """
    found = {
        match.decode()
        for block in blocks
        if b"digitalsourcetype/" in block
        for match in _SOURCE_TYPE.findall(block)
    }
    return next((word for word in GENERATED if word in found), "")


def xmp_packet(source_type: str) -> bytes:
    """The smallest packet that says it."""
    if source_type not in GENERATED:
        raise ValueError(f"{source_type!r} is none of {', '.join(GENERATED)}")
    return _PACKET.format(source_type).encode()


_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/{}"/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
