"""What do limbs give, which the ground's colour took away and the opinion brings back (`look/fusion.py`)?

    python benchmarks/limbs.py --sets DEV [--limit N]

DEV is a folder of pairs, or of such folders (benchmarks/sets). Each photo is cut out with and without, and
both are held against the truth at the size at which they are decided. Prints those where anything changed.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from sets.pairs import pairs

from packshot.engines.base import ENGINES
from packshot.image.codec import open_photo
from packshot.look import fusion, studio
from packshot.look.subject import asked


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=0, help="photos of each set, evenly spread; 0: all")
    wish = parser.parse_args()
    cv2.setNumThreads(1)
    net, limbs = ENGINES["segment_net"].make(), fusion.limbs
    changes, every = [], 0
    for pair in pairs(wish.sets, wish.limit):
        photo = open_photo(pair.photo)
        small = studio.shrunk(photo.pixels)
        heard = asked(photo, small, net)
        scene = studio.scene(small, prior=heard.log_odds)
        alpha = cv2.resize(pair.truth()[0][..., 3], small.shape[1::-1], interpolation=cv2.INTER_AREA)
        true, reached = (alpha >= 128).astype(np.uint8), []
        for way in (lambda _scene, _heard, kept: np.zeros(kept.shape, np.bool_), limbs):
            fusion.limbs = way
            reached.append(fusion.overlap(fusion.choose(scene, small, heard).taken.mask, true))
        every += 1
        if reached[0] != reached[1]:
            changes.append(reached[1] - reached[0])
            print(f"{pair.set:16} {pair.name:40} {reached[0]:.3f} → {reached[1]:.3f}", flush=True)
    if changes:
        better = sum(change > 0 for change in changes)
        print(f"{every} photos, {len(changes)} changed, {better} for the better; IoU {np.mean(changes):+.3f}")


if __name__ == "__main__":
    main()
