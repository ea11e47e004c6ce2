"""Measures `tone`: known faults of light on products with exact truth, and photos with no fault at all.

    python benchmarks/tone.py --renders ../shared/data/renders --pictures 60

Products stand on paper of known tone with their own shadow, a soft fall-off of light and camera noise. Then
light is taken away (in stops) or haze laid over (levels 0…255 pressed together). Recovery is 1 where the
product is as in truth, 0 where it is as in the faulty photo: for exposure 1 − ΔE00(mended, truth) /
ΔE00(faulty, truth), medians over the product; for haze the same with its spread of L*, 5th to 95th
percentile. "harm" is the ΔE00 median between a right photo and what became of it. Every second product wears
a black label and only those are shown haze: without anything black it cannot be told from pale goods.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from packshot.image.colour import delta_e, lab, linear, srgb
from packshot.image.photo import Photo, Source
from packshot.image.types import RGB, Box, Grey, Size, box_of, colour_of
from packshot.look.facts import Facts
from packshot.look.subject import Cutout, Origin
from packshot.retouch.start import layers_of
from packshot.retouch.tone import Tone, apply
from packshot.words import Words

PAPERS = ("#FCFCFC", "#F5F4F2", "#D1CECB", "#C0C0C0")
HAZE = ("haze 0.10", "haze 0.15", "haze 0.20")
FAULTS = ("-0.50 EV", "-0.75 EV", "-1.00 EV", "-1.50 EV", *HAZE, "haze+dark")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--renders", type=Path, default=Path("../shared/data/renders"))
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--max-delta-e", type=float, nargs="+", default=[4.0, 15.0])
    args = parser.parse_args()
    cv2.setNumThreads(1)
    pictures = list(products(args.renders, args.pictures))
    for bound in args.max_delta_e:
        table(pictures, Tone(max_delta_e=bound))


def table(pictures: list[tuple[RGB, Grey, Grey]], wish: Tone) -> None:
    print(f"\nmax_delta_e {wish.max_delta_e:g}, {len(pictures)} products")
    print(f"{'paper':9}{'right photos: harm, changed':>29}   recovery: median (share of photos ≥ 0.5)")
    print(" " * 41 + "".join(f"{fault:>14}" for fault in FAULTS))
    for paper in PAPERS:
        right, rows = [], {fault: [] for fault in FAULTS}
        for i, (colours, alpha, shadow) in enumerate(pictures):
            photo = shot(colours, alpha, shadow, paper, seed=i)
            right.append(away(mended(photo, alpha, wish), photo, alpha))
            for fault in FAULTS:
                if fault in HAZE and i % 2:
                    continue
                bad = faulty(photo, fault)
                differs = flatter if fault in HAZE else away
                left = differs(mended(bad, alpha, wish), photo, alpha)
                rows[fault].append(1 - left / max(differs(bad, photo, alpha), 1e-6))
        harm, changed = np.median(right), np.mean(np.array(right) > 0.3)
        cells = "".join(
            f"{np.median(r):8.2f} ({np.mean(np.array(r) >= 0.5):.2f})"[:15] for r in rows.values()
        )
        print(f"{paper:9}{harm:14.2f} max {max(right):5.1f} {changed:5.2f}   {cells}", flush=True)


def products(folder: Path, count: int) -> Iterator[tuple[RGB, Grey, Grey]]:
    with (folder / "index.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "val" and row["transparent"] == "no"]
    for number, row in enumerate(rows[:: max(1, len(rows) // count)][:count]):
        rgba = np.asarray(Image.open(folder / row["rgba"]).convert("RGBA"))
        shadow = Image.open(folder / row["shadow"]).convert("L").resize(rgba.shape[1::-1])
        colours = np.ascontiguousarray(rgba[..., :3])
        if number % 2 == 0:
            labelled(colours, rgba[..., 3])
        yield colours, np.ascontiguousarray(rgba[..., 3]), np.asarray(shadow)


def labelled(colours: RGB, alpha: Grey) -> None:
    """A black label in the middle, a third as wide and high as the product."""
    box = box_of(alpha >= 128)
    assert box is not None
    (x, y), w, h = box.centre, box.width // 6, box.height // 6
    colours[int(y) - h : int(y) + h, int(x) - w : int(x) + w] = (12, 12, 13)


def flatter(a: RGB, b: RGB, alpha: Grey) -> float:
    """How far apart the two spreads of lightness are."""
    sure = alpha >= 250
    spreads = [np.subtract(*np.percentile(lab(p[sure])[:, 0], (95, 5))) for p in (a, b)]
    return abs(float(spreads[0] - spreads[1]))


def shot(colours: RGB, alpha: Grey, shadow: Grey, paper: str, seed: int) -> RGB:
    """On paper, with its shadow, light that falls off by a tenth and noise of 1.5 levels."""
    chance = np.random.default_rng(seed)
    height, width = alpha.shape
    y, x = np.mgrid[0:height, 0:width] / max(height, width) - 0.5
    light = (1 - 0.1 * np.hypot(x, y) / 0.7)[..., None]
    ground = (
        linear(np.array(colour_of(paper), np.uint8).reshape(1, 1, 3)) * light * (1 - shadow[..., None] / 255)
    )
    share = alpha[..., None] / 255
    picture = srgb((ground * (1 - share) + linear(colours) * share).astype(np.float32))
    return (picture + chance.normal(0, 1.5, picture.shape) + 0.5).clip(0, 255).astype(np.uint8)


def faulty(photo: RGB, fault: str) -> RGB:
    if fault == "haze+dark":
        return faulty(faulty(photo, "haze 0.15"), "-0.75 EV")
    if fault.startswith("haze"):
        lift = float(fault.split()[1])
        return (photo * (1 - 2 * lift) + 255 * lift + 0.5).astype(np.uint8)
    return srgb(linear(photo) * np.float32(2 ** float(fault.split()[0])))


def mended(photo: RGB, alpha: Grey, wish: Tone) -> RGB:
    size = Size(photo.shape[1], photo.shape[0])
    facts = Facts(Photo(photo, None, 1.0, Source("render", "", "array", 0, size)))
    facts.known["cutout"] = Cutout(
        Box.whole(size), photo, alpha, None, 0.25, 1.0, Origin.ALPHA, "alpha", None, Words("")
    )
    product = apply(layers_of(facts), wish, facts).product
    assert product is not None
    return product.colours


def away(a: RGB, b: RGB, alpha: Grey) -> float:
    sure = alpha >= 250
    return float(np.median(delta_e(lab(a[sure][::3]), lab(b[sure][::3]))))


if __name__ == "__main__":
    main()
