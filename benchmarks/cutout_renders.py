"""How good is the cut-out? Rendered products with exact alpha, laid on drawn grounds with their own shadow.

    python benchmarks/cutout_renders.py --data ../shared/data --split val --limit 100

Prints one line a ground kind: n, mean and worst of the alpha's mean error, IoU, and the colour of the rim.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from packshot.image.colour import delta_e, lab
from packshot.image.photo import Photo, Source
from packshot.image.types import RGB, Grey, size_of
from packshot.look import subject

KINDS = ("white", "even", "graded", "noisy")
SHADOW_STRENGTH = 0.7
"""The layer tells light; in sRGB the same shadow looks about this strong."""


@dataclass(frozen=True)
class Case:
    """One composed photo and the truth about it."""

    name: str
    kind: str
    klass: str
    glass: bool
    pixels: RGB
    alpha: NDArray[np.float32]
    colours: RGB
    whitish: bool
    """Most product pixels are near the ground's colour: white goods on white."""


@dataclass(frozen=True)
class Score:
    name: str
    kind: str
    glass: bool
    whitish: bool
    mae: float
    iou: float
    rim: float
    confidence: float
    seconds: float


def main() -> None:
    args = arguments()
    cv2.setNumThreads(1)
    scores = [score(case) for case in cases(args.data, args.split, args.limit, args.kinds, args.seed)]
    if not scores:
        raise SystemExit("no rendered pictures found; --data names the folder that holds `renders`")
    table(scores, args.worst)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    default = os.environ.get("PACKSHOT_DATA", "../shared/data")
    parser.add_argument("--data", type=Path, default=Path(default))
    parser.add_argument("--split", default="val")
    parser.add_argument("--limit", type=int, default=0, help="pictures, evenly spread; 0: all")
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worst", type=int, default=10, help="how many of the worst to name")
    return parser.parse_args()


def cases(
    data: Path, split: str, limit: int = 0, kinds: tuple[str, ...] | list[str] = KINDS, seed: int = 1
) -> Iterator[Case]:
    """Every picture on every kind of ground; the same seed gives the same pixels."""
    for row, rgba, shadow in pictures_of(data / "renders", split, limit):
        name = Path(row["rgba"]).stem
        for kind in kinds:
            rng = np.random.default_rng([seed, KINDS.index(kind), *name.encode()])
            yield compose(name, kind, row, rgba, shadow, rng)


def pictures_of(renders: Path, split: str, limit: int) -> Iterator[tuple[dict[str, str], RGB, Grey]]:
    """Lines of the index with their products and shadows, evenly spread."""
    index = renders / "index.csv"
    if not index.exists():
        return
    with index.open(encoding="utf8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["split"] == split]
    if limit:
        rows = [rows[i] for i in np.linspace(0, len(rows) - 1, min(limit, len(rows))).astype(int)]
    for row in rows:
        rgba = np.asarray(Image.open(renders / row["rgba"]).convert("RGBA"))
        yield row, rgba, np.asarray(Image.open(renders / row["shadow"]).convert("L"))


def compose(
    name: str, kind: str, row: dict[str, str], rgba: RGB, shadow: Grey, rng: np.random.Generator
) -> Case:
    floor = ground(kind, *rgba.shape[:2], rng)
    noise = rng.uniform(1.5, 5) if kind == "noisy" else 0.0
    grain = rng.normal(0, noise, rgba[..., :3].shape) if noise else np.zeros(1)
    pixels, alpha = laid(rgba, shadow, floor, grain, SHADOW_STRENGTH, rng)
    # The camera's grain lies on the product too: the true rim has it.
    colours = np.clip(rgba[..., :3] + grain + 0.5, 0, 255).astype(np.uint8)
    opaque = alpha > 0.9
    near = np.abs(colours[opaque].astype(np.float32) - floor[opaque]).max(axis=1) < 45
    return Case(
        name, kind, row["class"], row["transparent"] == "yes", pixels, alpha, colours,
        whitish=kind == "white" and near.size > 0 and float(near.mean()) > 0.6,
    )  # fmt: skip


def laid(
    rgba: RGB,
    shadow: Grey,
    floor: NDArray[np.float32],
    grain: NDArray[np.float64],
    strength: float,
    rng: np.random.Generator,
) -> tuple[RGB, NDArray[np.float32]]:
    """The product and its shadow on a floor, as a photo; and its alpha, 0…1."""
    h, w = rgba.shape[:2]
    alpha = rgba[..., 3].astype(np.float32) / 255
    light = 1 - strength / 255 * cv2.resize(shadow, (w, h), interpolation=cv2.INTER_CUBIC)
    behind = floor * np.clip(light, 0, 1)[..., None]
    out = behind * (1 - alpha[..., None]) + rgba[..., :3] * alpha[..., None]
    pixels = np.clip(out + grain + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        pixels = through_jpeg(pixels, int(rng.integers(80, 96)))
    return pixels, alpha


def ground(kind: str, h: int, w: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """White; one colour; a slope with a vignette; a slope under noise."""
    if kind == "white":
        return np.full((h, w, 3), 255, np.float32)
    base = rng.uniform(150, 252) + rng.normal(0, 8, 3)
    if rng.random() < 0.2:
        base = rng.uniform(40, 230, 3)
    floor = np.broadcast_to(base.astype(np.float32), (h, w, 3)).copy()
    if kind in ("graded", "noisy"):
        y, x = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
        slope = rng.uniform(-22, 22, 2)
        tint = 1 + rng.normal(0, 0.15, 3)
        vignette = rng.uniform(0, 0.12)
        floor += ((x * slope[0] + y * slope[1])[..., None] * tint).astype(np.float32)
        floor *= (1 - vignette * (x * x + y * y))[..., None]
    return np.clip(floor, 0, 255)


def through_jpeg(pixels: RGB, quality: int) -> RGB:
    flags = [cv2.IMWRITE_JPEG_QUALITY, quality]
    coded = cv2.imencode(".jpg", pixels[..., ::-1], flags)[1]
    return np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1])


def photo_of(pixels: RGB, name: str = "drawn", alpha: Grey | None = None) -> Photo:
    source = Source(name, "0" * 64, "array", pixels.nbytes, size_of(pixels))
    return Photo(pixels, alpha, 1.0, source)


def score(case: Case) -> Score:
    photo = photo_of(case.pixels, case.name)
    start = time.perf_counter()
    cutout = subject.cut(photo, None)
    seconds = time.perf_counter() - start
    alpha = np.zeros(case.alpha.shape, np.float32)
    alpha[cutout.box.slices] = cutout.alpha.astype(np.float32) / 255
    colours = case.pixels.copy()
    colours[cutout.box.slices] = cutout.colours
    return Score(
        case.name, case.kind, case.glass, case.whitish,
        mae=float(np.abs(alpha - case.alpha).mean()),
        iou=overlap(alpha >= 0.5, case.alpha >= 0.5),
        rim=rim_delta_e(alpha, colours, case),
        confidence=cutout.confidence, seconds=seconds,
    )  # fmt: skip


def overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    union = int((one | other).sum())
    return float((one & other).sum()) / union if union else 1.0


def rim_delta_e(alpha: NDArray[np.float32], colours: RGB, case: Case) -> float:
    """ΔE00 of the colours within 2 px of the true outline that both call product, weighted by how much
    of the pixel is product: the rim of old ground that a new ground would show."""
    solid = (case.alpha >= 0.5).astype(np.uint8)
    kernel = np.ones((5, 5), np.uint8)
    rim = (cv2.dilate(solid, kernel) != cv2.erode(solid, kernel)) & (case.alpha > 0.1) & (alpha > 0.1)
    if not rim.any():
        return 0.0
    weight = np.minimum(alpha, case.alpha)[rim]
    away = delta_e(lab(colours[rim]), lab(case.colours[rim]))
    return float((away * weight).sum() / weight.sum())


def table(scores: list[Score], worst: int) -> None:
    print(f"{'ground':16}{'n':>6}{'MAE':>9}{'worst':>8}{'IoU':>9}{'median':>9}{'worst':>8}"
          f"{'rim ΔE':>9}{'worst':>8}{'sure':>7}{'ms':>7}")  # fmt: skip
    for kind in KINDS:
        line(kind, [s for s in scores if s.kind == kind])
    line("white on white", [s for s in scores if s.whitish and not s.glass])
    line("see-through", [s for s in scores if s.glass])
    line("opaque", [s for s in scores if not s.glass])
    line("sure ≥ 0.75", [s for s in scores if s.confidence >= 0.75 and not s.glass])
    line("unsure", [s for s in scores if s.confidence < 0.75])
    line("all", scores)
    print("\nworst by IoU: name, ground, IoU, MAE, confidence")
    for s in sorted(scores, key=lambda s: s.iou)[:worst]:
        print(f"  {s.name:44} {s.kind:7} {s.iou:.3f} {s.mae:.4f} {s.confidence:.2f}"
              f"{' glass' if s.glass else ''}{' whitish' if s.whitish else ''}")  # fmt: skip


def line(name: str, scores: list[Score]) -> None:
    if not scores:
        return
    mae, iou, rim, sure, seconds = (
        np.array([getattr(s, key) for s in scores]) for key in ("mae", "iou", "rim", "confidence", "seconds")
    )
    print(f"{name:16}{len(scores):6}{mae.mean():9.4f}{mae.max():8.3f}{iou.mean():9.4f}{np.median(iou):9.4f}{iou.min():8.3f}"
          f"{rim.mean():9.2f}{rim.max():8.1f}{sure.mean():7.2f}{np.median(seconds) * 1e3:7.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
