"""A product as layers with exact truth, and where such layers come from: rendered by us, shared, or drawn."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from packshot.training.pack import is_dev
from packshot.training.sources import CUTOUT, Example

OPAQUE = 128
HOLE_SHARE = 0.005
"""Holes smaller than this share of the product are no test of holes."""


@dataclass(frozen=True, slots=True)
class Layer:
    name: str
    product: str
    """Pictures of one product are no independent trials: intervals are counted over products."""
    rgba: NDArray[np.uint8]
    """Straight colours."""
    shadow: NDArray[np.uint8]
    """Share of linear light taken from the floor, same framing, half size."""
    own: bool = False
    """Rendered for these sets, by goods.py."""
    see_through: bool = False
    softness: float = 1.0
    """Of the light that made `shadow`: below 0.4 its edges are hard."""
    elevation: float = 12.0
    """Degrees that the camera looks down by: a floor mirrors a product as we paint it only when seen from low."""

    @property
    def alpha(self) -> NDArray[np.float32]:
        return self.rgba[..., 3].astype(np.float32) / 255


@dataclass(frozen=True)
class Ticket:
    """A layer not yet loaded, with the traits that sets pick by."""

    name: str
    product: str
    load: Callable[[], Layer]
    drawn_for: str = ""
    """The set that it was made for; shared renders were made for none."""

    @cached_property
    def traits(self) -> Traits:
        return traits(self.load())


@dataclass(frozen=True, slots=True)
class Traits:
    lightness: float
    chroma: float
    holes: float
    """Area of holes through the product, as a share of the product."""
    thin: float
    """Share of the product that goes when everything narrower than 2 % of the frame goes."""
    see_through: bool
    elevation: float
    area: float
    """Share of the frame."""


def traits(layer: Layer) -> Traits:
    solid = (layer.rgba[..., 3] >= OPAQUE).astype(np.uint8)
    area = int(solid.sum())
    if not area:
        return Traits(0, 0, 0, 0, layer.see_through, layer.elevation, 0)
    lab = cv2.cvtColor(layer.rgba[..., :3].astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[solid > 0]
    width = max(3, round(0.02 * max(solid.shape)) | 1)
    wide = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((width, width), np.uint8))
    return Traits(
        lightness=float(lab[:, 0].mean()),
        chroma=float(np.hypot(lab[:, 1], lab[:, 2]).mean()),
        holes=sum(a for a in hole_areas(solid) if a > 0.0002 * area) / area,
        thin=1 - float(wide.sum()) / area,
        see_through=layer.see_through,
        elevation=layer.elevation,
        area=area / solid.size,
    )


def hole_areas(solid: NDArray[np.uint8]) -> list[int]:
    """Ground that the product surrounds: a matter of topology, not of names."""
    labels, stats = cv2.connectedComponentsWithStats(1 - solid, connectivity=4)[1:3]
    outside = {int(k) for side in (labels[0], labels[-1], labels[:, 0], labels[:, -1]) for k in np.unique(side)}
    return [int(stats[k, cv2.CC_STAT_AREA]) for k in range(1, len(stats)) if k not in outside and not solid[labels == k].any()]


def shared(data: Path | None, split: str = "val") -> list[Ticket]:
    """The shared renders of `val`: never trained on. Or of `dev`: the part of `train` that training keeps for choices."""
    index = data / "renders" / "index.csv" if data else None
    if index is None or not index.exists():
        return []
    with index.open(encoding="utf8") as file:
        rows = [row for row in csv.DictReader(file) if of_split(row, split, CUTOUT, row["object"]) and float(row["coverage"]) > 0.01]
    return [Ticket(Path(row["rgba"]).stem, row["object"], lambda row=row: _shared(index.parent, row)) for row in rows]


def of_split(row: dict[str, str], split: str, kind: str, group: str) -> bool:
    """`dev` is cut from `train` by the rule that training itself keeps."""
    return row["split"] == ("train" if split == "dev" else split) and (split != "dev" or kept_for_dev(kind, group))


def kept_for_dev(kind: str, group: str) -> bool:
    return is_dev(Example(kind, "", group, np.zeros((1, 1, 4), np.uint8)))


def _shared(folder: Path, row: dict[str, str]) -> Layer:
    return Layer(
        name=Path(row["rgba"]).stem,
        product=row["object"],
        rgba=np.asarray(Image.open(folder / row["rgba"]).convert("RGBA")),
        shadow=np.asarray(Image.open(folder / row["shadow"]).convert("L")),
        see_through=row["transparent"] == "yes",
        softness=float(row["light_softness"]),
        elevation=float(row["camera_elevation"]),
    )


def own(folder: Path) -> list[Ticket]:
    """What renders.py left: `SET-NAME.png` and `SET-NAME_shadow.png`."""
    files = sorted(file for file in folder.glob("*-*.png") if not file.stem.endswith("_shadow"))
    return [Ticket(f.stem, f"own_{f.stem.split('-')[1].split('_')[0]}", lambda f=f: _own(f), f.stem.split("-")[0]) for f in files]


def _own(file: Path) -> Layer:
    drawn_for, name = file.stem.split("-")
    rgba = np.asarray(Image.open(file).convert("RGBA"))
    shadow = np.asarray(Image.open(file.with_name(f"{file.stem}_shadow.png")).convert("L"))
    hard = name.endswith(("_hard", "_long", "_two"))
    return Layer(
        file.stem, f"own_{name.split('_')[0]}", rgba, shadow, own=True,
        see_through=drawn_for == "glass", softness=0.2 if hard else 1.0,
    )  # fmt: skip


def blurred(layer: Layer, sigma: float) -> Layer:
    """Out of focus, and the truth with it: colour × alpha and alpha are blurred alike."""
    if sigma <= 0:
        return layer
    alpha = layer.alpha
    soft = cv2.GaussianBlur(alpha, (0, 0), sigma)
    spread = cv2.GaussianBlur(layer.rgba[..., :3].astype(np.float32) * alpha[..., None], (0, 0), sigma)
    colours = spread / np.maximum(soft, 1e-4)[..., None]
    rgba = np.dstack([colours, soft * 255])
    return replace(layer, rgba=np.clip(rgba + 0.5, 0, 255).astype(np.uint8))


def scaled(layer: Layer, factor: float) -> Layer:
    """Larger and softer, or smaller; the truth is scaled with the picture and stays exact."""
    how = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    alpha = layer.alpha
    solid = layer.rgba[..., :3].astype(np.float32) * alpha[..., None]
    wide = cv2.resize(np.dstack([solid, alpha]), None, fx=factor, fy=factor, interpolation=how)
    alpha = np.clip(wide[..., 3:], 0, 1)
    rgba = np.dstack([wide[..., :3] / np.maximum(alpha, 1e-3), 255 * alpha])
    shadow = cv2.resize(layer.shadow, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR)
    return replace(layer, rgba=np.clip(rgba + 0.5, 0, 255).astype(np.uint8), shadow=shadow)


def spread(tickets: list[Ticket], count: int, each: int) -> Iterator[Ticket]:
    """At most `each` of a product and `count` in all, first one of every product, then the second…"""
    queues: dict[str, list[Ticket]] = {}
    for ticket in tickets:
        queues.setdefault(ticket.product, []).append(ticket)
    rounds = [queue[k] for k in range(each) for queue in queues.values() if k < len(queue)]
    yield from rounds[:count]
