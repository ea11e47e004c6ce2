"""How good are the cut-outs? Any folder of pairs, any engines.

    python benchmarks/quality.py --pairs DIR … --engine E … [--limit N] [--scores CSV] [--sheets DIR]

DIR: photos/NAME.* with masks/NAME.*, an index.csv, or a folder of such folders (sets/pairs.py). E:
`packshot` (the whole path; `packshot:fast`, `packshot:best`), `studio` (no second opinion), any
registered segmenter alone (`segment_net`, `grabcut`), a card's .toml, or the peer `isnet`
(benchmarks/peers/isnet.py makes its file). Everything is measured at the full size of the photo.
--scores holds a line for each photo and engine; what it holds is not measured again, so a run that was
cut short goes on, and new code or weights want a new file.

The tables of docs/quality.md, on one core in under twenty minutes once the slow peer's lines are there:

    python benchmarks/sets/make.py --data DATA --out NAMED
    python benchmarks/sets/splits.py --data DATA --renders NAMED/renders --out VAL --split val
    python benchmarks/quality.py --pairs VAL NAMED --engine isnet --isnet FILE --limit 40 --scores ISNET.csv
    python benchmarks/quality.py --pairs VAL NAMED --engine packshot studio segment_net --scores SCORES.csv \\
        --beside ISNET.csv --sheets SHEETS --page docs/quality.md
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

from judge import page, scores, tables
from judge.cutters import cutter
from judge.scores import Score, by
from sets.pairs import Pair, pairs, read
from sets.sheet import Line, sheet

WORST = 20


def main() -> None:
    wish = arguments()
    at = page.revision()  # before the run: the files may change under it
    every = [pair for folder in wish.pairs for pair in pairs(folder, wish.limit)]
    some = [pair for pair in every if not wish.only or pair.set in wish.only]
    ours = [one for engine in wish.engine for one in measured(some, engine, wish)]
    asked = {(pair.set, pair.name) for pair in some}
    peers = [one for path in wish.beside for one in scores.read(path) if one.key in asked]
    print(tables.goods([*ours, *peers]), tables.empties([*ours, *peers]), sep="\n\n")
    if wish.sheets:
        draw_worst(ours, some, wish)
    if wish.page:
        page.put(wish.page, "cut-outs", page.cutouts(ours, peers, at))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=Path, nargs="+", required=True)
    parser.add_argument("--engine", nargs="+", default=["packshot"])
    parser.add_argument("--only", nargs="+", help="names of sets")
    parser.add_argument("--limit", type=int, default=0, help="photos of each set, evenly spread; 0: all")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--isnet", type=Path, help="the peer's file")
    parser.add_argument("--scores", type=Path, help="CSV that takes a line as soon as it is measured")
    parser.add_argument("--beside", type=Path, nargs="+", default=[], help="CSVs of slow peers, shown beside")
    parser.add_argument(
        "--sheets", type=Path, help=f"folder for pictures of each engine's worst {WORST} of each set"
    )
    parser.add_argument("--page", type=Path, help="the page whose section is written anew")
    return parser.parse_args()


def measured(some: Sequence[Pair], engine: str, wish: argparse.Namespace) -> list[Score]:
    """What the file of scores already holds is not measured again."""
    written = scores.read(wish.scores) if wish.scores else []
    known = {one.key: one for one in written if one.engine == engine}
    missing = [pair for pair in some if (pair.set, pair.name) not in known]
    for one in scores.scores(missing, engine, wish.jobs, wish.isnet):
        known[one.key] = one
        if wish.scores:
            scores.append(one, wish.scores)
    return [known[pair.set, pair.name] for pair in some]


def draw_worst(found: Sequence[Score], some: Sequence[Pair], wish: argparse.Namespace) -> None:
    """ENGINE-SET.jpg: photo, truth, cut-out, difference."""
    wish.sheets.mkdir(parents=True, exist_ok=True)
    pair_of = {(pair.set, pair.name): pair for pair in some}
    for key, group in by(found, lambda one: f"{Path(one.engine).stem.replace(':', '_')}-{one.set}").items():
        lines = [line_of(one, pair_of[one.key], wish.isnet) for one in tables.worst(group, WORST)]
        if lines:
            Image.fromarray(sheet(lines, tile=240)).save(wish.sheets / f"{key}.jpg", quality=85)


def line_of(one: Score, pair: Pair, isnet: Path | None) -> Line:
    told = f"iou {one.measures.iou:.3f} soft {one.measures.soft_iou:.3f}" if one.measures else ""
    photo = read(pair.photo)
    truth, colours_known = pair.truth()
    if not colours_known:
        truth[..., :3] = photo
    words = f"{one.name} {told} sure {one.confidence:.2f} {one.how.partition(':')[0]}"
    return Line(words, photo, truth, cutter(one.engine, isnet)(pair.photo).rgba)


if __name__ == "__main__":
    main()
