"""How well do we enlarge photos, and mend what JPEG did? Beside plain filters, and beside Real-ESRGAN.

    python benchmarks/upscale.py --data SETS [--few] [--only PART …] [--weights DIR] [--sheets DIR]
    python benchmarks/upscale.py --data SETS --peer --docs docs        beside Real-ESRGAN: minutes more

Everything is held out: photos and objects of the split `val`, print with fonts and titles that no training
saw. Photos are shrunk by half first, so that their own compression is gone; that is the truth, and what is
made of it by shrinking once more, or by JPEG, is enlarged and mended. All engines see the same pictures in
the same run. Times are processor time of one core. --docs writes the tables into docs/quality.md and
docs/speed.md.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import cv2

sys.path.insert(0, str(Path(__file__).parent))

from enlarge import aims, alphas, beside, cost, engines, fidelity, letters, pictures, seams, sheets
from judge import page


class Run:
    """What is measured once and told in several tables."""

    def __init__(self, wish: argparse.Namespace) -> None:
        self.wish = wish
        self.engines = engines.known(wish.weights)
        self.plain = {name: self.engines[name] for name in (engines.LANCZOS, engines.NET)}

    @cached_property
    def held(self) -> pictures.Held:
        return pictures.held(self.wish.data, few=self.wish.few)

    @cached_property
    def enlarged(self) -> list[fidelity.Score]:
        some = self.engines | {"mended, then net": engines.mended_first(self.engines[engines.NET])}
        return [s for scale in (2, 4) for s in fidelity.enlarged(self.held.truths, scale, some)]

    @cached_property
    def mended(self) -> list[fidelity.Score]:
        return list(fidelity.mended(self.held.truths, self.engines[engines.NET]))

    @cached_property
    def reads(self) -> list[letters.Read]:
        return list(letters.read(letters.lines(self.held, 8 if self.wish.few else 150), self.plain))

    @cached_property
    def costs(self) -> list[cost.Cost]:
        return cost.costs(self.wish.weights, few=self.wish.few)

    @cached_property
    def seams(self) -> list[seams.Row]:
        large = pictures.mosaic(self.held.truths, max(seams.SIDES.values()))
        return [seams.seams(engines.net(self.wish.weights), scale, large) for scale in seams.SIDES]

    @property
    def aims(self) -> str:
        return aims.aims_table(self.enlarged, self.mended, self.reads, self.costs, self.seams)

    @cached_property
    def alphas(self) -> list[alphas.Row]:
        return list(alphas.errors(self.held.cutouts, self.engines))


PARTS: dict[str, tuple[str, Callable[[Run], str]]] = {
    "enlarged": ("Twice and four times", lambda run: fidelity.enlarged_table(run.enlarged)),
    "kinds": ("The net over Lanczos by kind, dB", lambda run: fidelity.kinds_table(run.enlarged)),
    "mended": ("Mending at the same size", lambda run: fidelity.mended_table(run.mended)),
    "drift": ("What mending does to clean pictures", lambda run: fidelity.drift_table(run.mended)),
    "letters": ("Letters that our reader reads right", lambda run: letters.letters_table(run.reads)),
    "alphas": ("Alphas", lambda run: alphas.alphas_table(run.alphas)),
    "seams": ("Seams", lambda run: seams.seams_table(run.seams)),
    "cost": ("Enlarging and mending", lambda run: cost.costs_table(run.costs)),
    "aims": ("Aims of enlarging, and where they stand", lambda run: run.aims),
    "peer": ("Beside Real-ESRGAN", lambda run: beside.tables(run.held, run.engines, few=run.wish.few)),
}


def main() -> None:
    wish = arguments()
    cv2.setNumThreads(1)
    at = page.revision()  # before the run: the files may change under it
    run, told = Run(wish), {}
    for name in wish.only:
        start = time.process_time()
        told[name] = f"### {PARTS[name][0]}\n\n{PARTS[name][1](run)}"
        print(told[name], end="\n\n", flush=True)
        print(f"{name}: {time.process_time() - start:.0f} s", file=sys.stderr)
    if wish.sheets:
        sheets.draw(run.held, list(letters.lines(run.held, 3)), run.plain, wish.sheets)
    if wish.docs:
        write(told, at, wish.docs)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--few", action="store_true", help="a fifth of the pictures, for a quick look")
    parser.add_argument("--only", nargs="*", choices=PARTS, help="all but peer unless told")
    parser.add_argument("--peer", action="store_true", help="beside Real-ESRGAN, too: minutes more")
    parser.add_argument("--weights", type=Path, help="folder of upscale_x1, _x2, _x4 with their cards")
    parser.add_argument("--sheets", type=Path, help="folder for pictures to be looked at")
    parser.add_argument("--docs", type=Path, help="folder of quality.md and speed.md")
    wish = parser.parse_args()
    wish.only = [name for name in PARTS if name != "peer"] if wish.only is None else wish.only
    wish.only += ["peer"] if wish.peer and "peer" not in wish.only else []
    return wish


def write(told: dict[str, str], at: str, docs: Path) -> None:
    """Only what was measured in this run: a part alone leaves the others as they stand."""
    for name, text in told.items():
        folder = "speed.md" if name == "cost" else "quality.md"
        page.put(docs / folder, f"enlarging, {name}", f"{text}\n\nMeasured{at or ' outside git'}.")


if __name__ == "__main__":
    main()
