"""Makes the six test sets: the places where cut-outs fail, with the truth of every pixel.

    pip install mitsuba pyoidn scipy opencv-python-headless pillow
    python benchmarks/sets/make.py --data DATA --out DIR [--set NAME …] [--limit N]

white · holes · glass · fringe · shadows · nothing. DATA holds `renders` (products with exact alpha) and `textures`;
of the renders only the split `val` is used. Our own products of goods.py are path-traced once into DIR/renders
(about a minute each on one core); where mitsuba is missing they are left out, and how many is said. `--drawn` makes
small sets from drawn shapes instead, with neither. The same seed gives the same pictures.

DIR/index.csv names for each picture its photo, its truth (RGBA: straight colours, exact alpha), ground and shadow.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sets import compose, drawn, empty, renders
from sets.compose import Around, Picture
from sets.layer import HOLE_SHARE, Layer, Ticket, Traits, own, shared, spread

SEED = 20261120
SHADED = ("even", "graded", "vignetted")


@dataclass(frozen=True)
class Stock:
    """Products to choose from."""

    own: list[Ticket]
    shared: list[Ticket]

    def made_for(self, *sets: str) -> list[Ticket]:
        return [ticket for ticket in self.own if ticket.drawn_for in sets]

    def with_trait(self, fits: Callable[[Traits], bool], count: int, each: int) -> list[Ticket]:
        """Of the shared ones, in an order that chance chose once."""
        order = np.random.default_rng(SEED).permutation(len(self.shared))
        return list(spread([self.shared[k] for k in order if fits(self.shared[k].traits)], count, each))


def chance(set_name: str, name: str, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, *f"{set_name}/{name}".encode()])


def canvas(layer: Layer, rng: np.random.Generator) -> tuple[int, int] | None:
    """Shared renders are 448 px: half of them stand in a larger frame, up to 900 px."""
    if layer.own or rng.random() < 0.4:
        return None
    return int(rng.integers(480, 901)), int(rng.integers(480, 901))


def quality(rng: np.random.Generator) -> int:
    return 0 if rng.random() < 0.2 else int(rng.integers(82, 96))


def usual(layer: Layer, rng: np.random.Generator, ground: str, colour: compose.Colour, shadow: str = "own") -> Around:
    return Around(
        ground, colour, shadow, strength=rng.uniform(0.5, 1.0), canvas=canvas(layer, rng),
        noise=rng.uniform(0, 1.2), blur=rng.choice((0.0, 0.0, 0.45, 0.7)), quality=quality(rng),
    )  # fmt: skip


# --- the sets -----------------------------------------------------------------------------------------------------


def white(stock: Stock, seed: int) -> Iterator[Picture]:
    """Light, colourless goods on white and near-white paper, even and shaded."""
    pale = stock.with_trait(lambda t: t.lightness > 80 and t.chroma < 10 and not t.see_through, 30, 2)
    for ticket, ground in crossed(stock.made_for("white"), ("even", "graded"), pale, SHADED):
        yield one("white", ticket, ground, seed, lambda layer, rng: compose.white(rng))


def holes(stock: Stock, seed: int) -> Iterator[Picture]:
    """Rings, handles, straps, frames, links: ground seen through the product."""
    pierced = stock.with_trait(lambda t: t.holes > HOLE_SHARE and not t.see_through and t.area > 0.02, 30, 2)
    for ticket, ground in crossed(stock.made_for("holes"), ("even", "graded"), pierced, compose.GROUNDS):
        yield one("holes", ticket, ground, seed, lambda layer, rng: compose.studio_colour(rng))


def glass(stock: Stock, seed: int) -> Iterator[Picture]:
    clear = stock.with_trait(lambda t: t.see_through and t.area > 0.004, 30, 4)
    for ticket, ground in crossed(stock.made_for("glass"), ("even", "graded"), clear, SHADED):
        yield one("glass", ticket, ground, seed, lambda layer, rng: compose.studio_colour(rng))


def fringe(stock: Stock, seed: int) -> Iterator[Picture]:
    """Wires, stems, bristles, on a ground of a colour far from theirs."""
    thin = stock.with_trait(lambda t: t.thin > 0.07 and not t.see_through, 24, 3)
    for ticket, ground in crossed(stock.made_for("fringe"), ("even", "vignetted", "noisy"), thin, compose.GROUNDS):
        yield one("fringe", ticket, ground, seed, compose.far_from)


def shadows(stock: Stock, seed: int) -> Iterator[Picture]:
    """The same goods in soft, hard and crossed shadows, and on a floor that mirrors them."""
    for ticket in stock.made_for("shadows"):
        yield one("shadows", ticket, "even", seed, lambda layer, rng: compose.studio_colour(rng))
    kinds = ("own", "cast", "two", "reflection")
    low = stock.with_trait(lambda t: t.elevation < 14 and not t.see_through and 0.05 < t.area < 0.4 and t.thin < 0.1, 8, 1)
    tall = [t for t in stock.made_for("shadows", "holes", "white") if t.name.split("-")[1] in ("vase_soft", "strapped_bag", "milk_jug")]
    for k, ticket in enumerate(low):
        for kind in kinds:
            yield one("shadows", ticket, SHADED[k % 3], seed, lambda layer, rng: compose.shade(rng.uniform(190, 250), 4, rng), kind)
    for ticket in tall:
        for kind in ("two", "reflection"):
            yield one("shadows", ticket, "graded", seed, lambda layer, rng: compose.shade(rng.uniform(190, 250), 4, rng), kind)


def crossed(ours: list[Ticket], our_grounds: tuple[str, ...], theirs: list[Ticket], grounds: tuple[str, ...]) -> Iterator[tuple[Ticket, str]]:
    """Ours on each of the grounds, the shared ones in turn."""
    yield from ((ticket, ground) for ticket in ours for ground in our_grounds)
    yield from ((ticket, grounds[k % len(grounds)]) for k, ticket in enumerate(theirs))


def one(
    set_name: str, ticket: Ticket, ground: str, seed: int,
    colour: Callable[[Layer, np.random.Generator], compose.Colour], shadow: str = "own",
) -> Picture:  # fmt: skip
    name = f"{ticket.name}_{ground}" + ("" if shadow == "own" else f"_{shadow}")
    rng = chance(set_name, name, seed)
    layer = ticket.load()
    return compose.picture(layer, usual(layer, rng, ground, colour(layer, rng), shadow), set_name, name, rng)


SETS: dict[str, Callable[[Stock, int], Iterator[Picture]]] = {
    "white": white, "holes": holes, "glass": glass, "fringe": fringe, "shadows": shadows,
}  # fmt: skip
NAMES = (*SETS, empty.NAME)


# --- writing ------------------------------------------------------------------------------------------------------

COLUMNS = ("set", "name", "product", "photo", "truth", "width", "height", "ground", "shadow", "quality", "own", "see_through")


def make(stock: Stock, out: Path, names: tuple[str, ...] = NAMES, *, limit: int = 0, seed: int = SEED, data: Path | None = None) -> int:
    """Writes the sets and their index; says how many pictures."""
    rows = []
    for name in names:
        found = empty.pictures(seed, data) if name == empty.NAME else SETS[name](stock, seed)
        for count, picture in enumerate(found, 1):
            rows.append(write(picture, out))
            if count == limit:
                break
    with (out / "index.csv").open("w", encoding="utf8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(rows)
    return len(rows)


def write(picture: Picture, out: Path) -> dict[str, object]:
    folder = out / picture.set
    folder.mkdir(parents=True, exist_ok=True)
    photo = folder / f"{picture.name}.{'jpg' if picture.quality else 'png'}"
    truth = folder / f"{picture.name}_truth.webp"
    image = Image.fromarray(picture.pixels)
    if picture.quality:
        image.save(photo, quality=picture.quality, subsampling=0 if picture.quality > 91 else 2)
    else:
        image.save(photo, compress_level=3)
    Image.fromarray(picture.truth).save(truth, lossless=True, exact=True, quality=30, method=1)
    height, width = picture.pixels.shape[:2]
    return {
        "set": picture.set, "name": picture.name, "product": picture.product,
        "photo": photo.relative_to(out).as_posix(), "truth": truth.relative_to(out).as_posix(),
        "width": width, "height": height, "ground": picture.ground, "shadow": picture.shadow,
        "quality": picture.quality, "own": int(picture.own), "see_through": int(picture.see_through),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="holds renders and textures")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--set", dest="sets", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--limit", type=int, default=0, help="pictures of a set; 0: all")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--drawn", action="store_true", help="drawn shapes only: no renderer, no data")
    wish = parser.parse_args()
    wish.out.mkdir(parents=True, exist_ok=True)
    if wish.drawn:
        stock = Stock(drawn.tickets(), [])
    else:
        missing = renders.render_missing(wish.out / "renders")
        if missing:
            print(f"{missing} of our own renders are left out: mitsuba is not installed (pip install mitsuba)")
        stock = Stock(own(wish.out / "renders"), shared(wish.data))
        if not stock.shared:
            print("the shared renders are left out: --data names no folder that holds renders/index.csv")
    count = make(stock, wish.out, tuple(wish.sets), limit=wish.limit, seed=wish.seed, data=wish.data)
    print(f"{count} pictures in {wish.out}")


if __name__ == "__main__":
    main()
