"""Where do the limits of enlarging come from? Held-out photos and print; three tables.

    python benchmarks/upscale_limits.py --data SETS

- **guard** (`look/enlarged.py`): how much less true than a plain filter's our networks' pictures are, and
  harmed ones: sharpened too much, a patch of another place.
- **blocks** (`retouch/repair.py`): which share of photos reaches the blockiness from which we mend.
- **between** (`engines/upscale_net.py`): decibels above Lanczos where what twice gave is shrunk to a size
  between, by averages and cubic.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from numpy.random import default_rng

from packshot.engines.base import upscaler
from packshot.image.codec import open_photo
from packshot.image.types import RGB
from packshot.look import quality, subject
from packshot.look.enlarged import truth
from packshot.retouch.repair import Repair
from packshot.training import lettering, sources
from packshot.training.upscaler import KINDS, WAYS, Truths, decibels, halved, page, stood


def photos(data: Path, most: int) -> Truths:
    rng, found = default_rng(3), defaultdict(list)
    for ticket in sources.tickets(data, "val") or ():
        kind = KINDS.get(ticket.source)
        if kind and len(found[kind]) < most and (example := ticket.open()):
            found[kind].append(halved(stood(rng, example.rgba) if kind == "renders" else example.rgba))
    return dict(found)


def guard(data: Path, factor: float) -> None:
    net, plain, rng = upscaler("upscale_net"), upscaler("upscale_lanczos"), default_rng(3)
    found = photos(data, 15)
    fonts = lettering.split(lettering.installed())[1]
    words = lettering.lexicon(data / "titles", "val")
    found["labels"] = [page(rng, fonts, words, found) for _ in range(15)]
    off = defaultdict(list)
    for picture in (picture for pictures in found.values() for picture in pictures):
        for way in WAYS.values():
            small = way(rng, picture[: len(picture) // 2 * 2, : picture.shape[1] // 2 * 2], 2)
            made, base = net.upscale(small, factor), truth(small, plain.upscale(small, factor))
            for name, seen in {"ours": made, **harmed(made)}.items():
                t = truth(small, seen)
                steep = t.steepness / max(1e-6, base.steepness)
                off[name].append((t.drift - base.drift, t.spot - base.spot, t.ringing - base.ringing, steep))
    for name, values in off.items():
        told = [np.percentile(column, (1, 50, 99)).round(2).tolist() for column in np.transpose(values)]
        print(f"×{factor} {name:10} n {len(values)}  drift, spot, ringing, steepness (1, 50, 99 %): {told}")


def harmed(made: RGB) -> dict[str, RGB]:
    soft = cv2.GaussianBlur(made, (0, 0), 1.2)
    patch, (h, w) = made.copy(), made.shape[:2]
    patch[h // 3 : h // 3 + 20, w // 3 : w // 3 + 40] = made[:20, :40]
    return {"sharpened": np.asarray(cv2.addWeighted(made, 2.5, soft, -1.5, 0), np.uint8), "patched": patch}


def blocks(data: Path) -> None:
    pictures = [p for kind, some in photos(data, 12).items() if kind != "textures" for p in some]
    samplings = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420)
    for saved in (30, 45, 60, 75, 90, 0):
        seen = []
        for picture in pictures:
            for sampling in samplings:
                how = [cv2.IMWRITE_JPEG_QUALITY, saved, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
                _, data_ = cv2.imencode(".jpg" if saved else ".png", picture[..., ::-1], how if saved else [])
                photo = open_photo(data_.tobytes())
                seen.append(quality.measure(photo, subject.cut(photo, None)).blockiness)
        reached = np.mean(np.array(seen) >= Repair().from_blockiness)
        print(f"{f'JPEG {saved}' if saved else 'clean':8} n {len(seen)}  reach it: {reached:.0%}")


def between(data: Path) -> None:
    pictures = [p for kind, some in photos(data, 12).items() if kind != "textures" for p in some]
    net = upscaler("upscale_net")
    for factor in (1.2, 1.3, 1.4):
        gains = defaultdict(list)
        for picture in pictures:
            to = (picture.shape[1], picture.shape[0])
            small = cv2.resize(picture, [round(side / factor) for side in to], interpolation=cv2.INTER_AREA)
            twice = net.upscale(small, 2.0)
            base = decibels(cv2.resize(small, to, interpolation=cv2.INTER_LANCZOS4), picture)
            for name, how in (("averages", cv2.INTER_AREA), ("cubic", cv2.INTER_CUBIC)):
                gains[name].append(decibels(cv2.resize(twice, to, interpolation=how), picture) - base)
        told = {name: round(float(np.mean(values)), 2) for name, values in gains.items()}
        print(f"×{factor} n {len(pictures)}  dB above Lanczos: {told}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    wish = parser.parse_args()
    cv2.setNumThreads(1)
    between(wish.data)
    blocks(wish.data)
    for times in (1.3, 2.0, 3.2):
        guard(wish.data, times)
