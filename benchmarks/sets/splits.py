"""Makes the sets that the cut-out is judged by (val) or chosen by (dev), as folders of pairs.

    python benchmarks/sets/splits.py --data DATA --renders RENDERS --out DIR --split val|dev [--set NAME …]

clothes · people · textures · rooms · graded · even · glass · items · empty · large. Each becomes DIR/SET with
photos/NAME.jpg, masks/NAME.webp and index.csv. Masks of composed photos are RGBA without loss: exact alpha, true colours.
RENDERS is what make.py left: our own products of 1600 px. Objects of `val` are never trained on; `dev` is cut from train
by the rule that training keeps (training/pack.py), and has no glass, for chance put none there. Its large set is made of the
samples in examples/. The grounds are the files that training holds back; dev and val cut their parts from the same ones.
The same seed gives the same pictures.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from packshot.training.sources import GROUND, PHOTO
from sets import empty
from sets.layer import Layer, Ticket, kept_for_dev, of_split, own, shared, spread
from sets.scenes import FRAMES, Grounds, Shot, bare, photo, several, single

SEED = 20261121
SAMPLES = Path(__file__).parents[2] / "examples"
KINDS = ("texture", "room", "graded", "even")
COUNTS = {
    "val": {"textures": 120, "rooms": 120, "graded": 120, "even": 120, "glass": 54, "items": 60, "empty": 240, "large": 52},
    "dev": {"textures": 150, "rooms": 150, "graded": 150, "even": 150, "glass": 0, "items": 90, "empty": 200, "large": 24},
}


@dataclass(frozen=True)
class Stock:
    split: str
    opaque: list[Ticket]
    glass: list[Ticket]
    large: list[Ticket]
    grounds: Grounds

    def rng(self, name: str) -> np.random.Generator:
        return np.random.default_rng([SEED, *f"{self.split}/{name}".encode()])

    def chosen(self, tickets: list[Ticket], count: int, name: str) -> list[Ticket]:
        """One view of every object before a second of any, in an order that chance chose."""
        order = self.rng(name).permutation(len(tickets))
        return list(spread([tickets[k] for k in order], count, each=6))


def stock(data: Path, renders: Path, split: str) -> Stock:
    tickets = shared(data, split)
    see_through = {row["object"] for row in rows(data / "renders" / "index.csv") if row["transparent"] == "yes"}
    held = [row for row in rows(data / "textures" / "textures.csv") if kept_for_dev(GROUND, row["file"])]
    surfaces, scenes = ([data / "textures" / row["file"] for row in held if row["group"] == group] for group in ("surface", "scene"))
    large = [ticket for ticket in own(renders) if ticket.drawn_for != "glass"] if split == "val" else samples()
    return Stock(
        split,
        [ticket for ticket in tickets if ticket.product not in see_through],
        [ticket for ticket in tickets if ticket.product in see_through],
        large,
        Grounds(surfaces, scenes),
    )


def samples() -> list[Ticket]:
    """The opaque samples of this project, 1350 to 2000 px: their truth holds the product alone."""
    files = [file for file in sorted((SAMPLES / "truth").glob("*.webp")) if not file.stem.endswith("_shadow")]
    large = [file for file in files if min(Image.open(file).size) >= 1000 and file.stem not in ("glass_vase", "cropped")]
    return [Ticket(file.stem, file.stem, lambda file=file: sample(file)) for file in large]


def sample(file: Path) -> Layer:
    rgba = np.asarray(Image.open(file).convert("RGBA"))
    shadow = np.asarray(Image.open(file.with_name(f"{file.stem}_shadow.webp")).convert("L"))
    return Layer(file.stem, file.stem, rgba, shadow, own=True)


# --- the sets -----------------------------------------------------------------------------------------------------


def on(kind: str, tickets: str, set_name: str) -> Callable[[Stock, int], Iterator[Shot]]:
    def made(stock: Stock, count: int) -> Iterator[Shot]:
        for ticket in stock.chosen(getattr(stock, tickets), count, set_name):
            yield one(stock, ticket, kind, set_name)

    return made


def glass(stock: Stock, count: int) -> Iterator[Shot]:
    for k, ticket in enumerate(stock.chosen(stock.glass, count, "glass")):
        yield one(stock, ticket, KINDS[k % 4], "glass")


def large(stock: Stock, count: int) -> Iterator[Shot]:
    """Every product twice: on a picture and on a slope or on paper."""
    twice = [(ticket, KINDS[(k + turn) % 4]) for turn in (0, 2) for k, ticket in enumerate(stock.large)]
    for ticket, kind in twice[:count]:
        yield one(stock, ticket, kind, "large")


def one(stock: Stock, ticket: Ticket, kind: str, set_name: str) -> Shot:
    name = f"{ticket.name}_{kind}"
    rng = stock.rng(f"{set_name}/{name}")
    layer = ticket.load()
    height, width = layer.rgba.shape[:2]
    size = (width, height) if layer.own else FRAMES[int(rng.integers(len(FRAMES)))]
    return photo(name, [single(layer, size, rng)], kind, stock.grounds, size, rng)


def items(stock: Stock, count: int) -> Iterator[Shot]:
    """Two to four different products in one photo."""
    tickets = stock.chosen(stock.opaque, 3 * count, "items")
    for k in range(count):
        rng = stock.rng(f"items/{k}")
        some = [tickets[int(n)].load() for n in rng.choice(len(tickets), int(rng.integers(2, 5)), replace=False)]
        size = ((640, 640), (800, 600), (900, 600))[len(some) - 2]
        kind = KINDS[k % 4]
        yield photo(f"set_{k:02d}_{kind}", several(some, size, rng), kind, stock.grounds, size, rng)


def nothing(stock: Stock, count: int) -> Iterator[Shot]:
    """Half are drawn, half are parts of real grounds; a third with a shadow from outside, a quarter with letters."""
    drawn = list(empty.drawn(SEED + (stock.split == "dev"), share=count / 2))
    for made in drawn:
        yield Shot(made.name, made.name, made.ground, made.pixels, made.truth, made.quality or 95)
    for k in range(count - len(drawn)):
        rng = stock.rng(f"empty/{k}")
        kind, size = KINDS[k % 4 if k % 3 else k % 2], FRAMES[int(rng.integers(len(FRAMES)))]
        shadow = stock.opaque[int(rng.integers(len(stock.opaque)))].load() if rng.random() < 1 / 3 else None
        words = int(rng.integers(1, 4)) if rng.random() < 1 / 4 else 0
        yield bare(f"bare_{k:03d}_{kind}", kind, stock.grounds, size, shadow, words, rng)


COMPOSED: dict[str, Callable[[Stock, int], Iterator[Shot]]] = {
    "textures": on("texture", "opaque", "textures"),
    "rooms": on("room", "opaque", "rooms"),
    "graded": on("graded", "opaque", "graded"),
    "even": on("even", "opaque", "even"),
    "glass": glass,
    "items": items,
    "empty": nothing,
    "large": large,
}


# --- photos as they are -------------------------------------------------------------------------------------------


def photographed(data: Path, folder: Path, split: str) -> list[dict[str, object]]:
    """Copies the photos of one split; a person is every label but the ground's."""
    found = []
    for row in rows(data / folder.name / "index.csv"):
        if of_split(row, split, PHOTO, row["file"]):
            source = data / folder.name / row["file"]
            shutil.copyfile(source, folder / "photos" / source.name)
            mask = np.asarray(Image.open(data / folder.name / (row.get("labels") or row["alpha"])))
            alpha = (mask > 0).astype(np.uint8) * 255 if "labels" in row else mask
            Image.fromarray(alpha).convert("L").save(folder / "masks" / f"{source.stem}.png")
            found.append({"name": source.stem, "product": source.stem, "ground": row.get("class", "street"), "see_through": 0})
    return found


def rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf8") as lines:
        return list(csv.DictReader(lines))


# --- writing ------------------------------------------------------------------------------------------------------

COLUMNS = ("name", "product", "ground", "see_through")
SETS = ("clothes", "people", *COMPOSED)


def make(stock: Stock, data: Path, out: Path, names: tuple[str, ...]) -> None:
    for name in names:
        folder = out / name
        for part in ("photos", "masks"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        if name in COMPOSED:
            found = [write(shot, folder) for shot in COMPOSED[name](stock, COUNTS[stock.split][name])]
        else:
            found = photographed(data, folder, stock.split)
        with (folder / "index.csv").open("w", encoding="utf8", newline="") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            table.writerows(found)
        print(f"{name}: {len(found)}", flush=True)


def write(shot: Shot, folder: Path) -> dict[str, object]:
    subsampling = 0 if shot.quality > 91 else 2
    Image.fromarray(shot.pixels).save(folder / "photos" / f"{shot.name}.jpg", quality=shot.quality, subsampling=subsampling)
    mask = Image.fromarray(shot.truth)
    mask.save(folder / "masks" / f"{shot.name}.webp", lossless=True, exact=True, quality=30, method=1)
    return {"name": shot.name, "product": shot.product, "ground": shot.ground, "see_through": int(shot.see_through)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="holds clothes, people, renders, textures")
    parser.add_argument("--renders", type=Path, required=True, help="our own, as make.py leaves them")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--split", choices=tuple(COUNTS), required=True)
    parser.add_argument("--set", dest="sets", nargs="+", choices=SETS, default=SETS)
    wish = parser.parse_args()
    cv2.setNumThreads(1)
    make(stock(wish.data, wish.renders, wish.split), wish.data, wish.out, tuple(wish.sets))


if __name__ == "__main__":
    main()
