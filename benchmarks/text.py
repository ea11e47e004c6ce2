"""Which reader reads lines of text, and how fast? Ours, tesseract's (Russian and English) and rapidocr's.

    taskset -c 1 python benchmarks/text.py --data /path/to/sets --out text.md

Lines are drawn on val photos, with fonts and words that no training saw, and all readers get the same
outlines, as a finder misjudges them. Ours is handed the photo; the others, which know no outlines, get the
line unrolled by our code at 64 px. A character counts as right by edit distance; letters that look alike in
both alphabets are folded for all, for drawn СОК and COK differ in nothing. Tesseract (`apt-get install
tesseract-ocr tesseract-ocr-rus`) is left out where it is not installed. Milliseconds are of CPU time;
tesseract reads all lines of a kind in one process, so its start is shared.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import cv2
import numpy as np
from numpy.random import Generator

from packshot.engines.base import FoundText
from packshot.engines.onnx import session
from packshot.engines.text_read import CARD, TextRead, one_script, straightened
from packshot.image.types import RGB, Box
from packshot.training import lettering
from packshot.training.lettering import Look
from packshot.training.text_read import WIDTHS, Line, Lines, distance, grounds

Read = Callable[[list[Line]], list[str]]
TALL_PX = 64
SEED = 11
SMALL_PX = 12


class Level(Lines):
    def look(self, rng: Generator, ground: RGB) -> Look:
        return lettering.look(rng, ground, turned=0, bent=0)


class Tilted(Lines):
    def look(self, rng: Generator, ground: RGB) -> Look:
        how = lettering.look(rng, ground, turned=1, bent=0)
        return how if abs(how.angle) < 60 else replace(how, angle=how.angle / 3)


class Curved(Lines):
    def look(self, rng: Generator, ground: RGB) -> Look:
        return lettering.look(rng, ground, turned=0.3, bent=1)


def ours(lines: list[Line], card: Path) -> list[str]:
    reader = TextRead(card)
    return [reader.read(line.picture, [_found(line)])[0].text for line in lines]


def _found(line: Line) -> FoundText:
    low, high = np.floor(line.outline.min(0)).astype(int), np.ceil(line.outline.max(0)).astype(int)
    half = len(line.outline) // 2
    right, down = line.outline[half - 1] - line.outline[0]
    box = Box(int(low[0]), int(low[1]), int(high[0]), int(high[1]))
    return FoundText(
        box, 1.0, float(np.rad2deg(np.arctan2(down, right))), tuple(map(tuple, line.outline.tolist()))
    )


def tesseract(lines: list[Line]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / f"{k:05d}.png") for k in range(len(lines))]
        for path, line in zip(paths, lines, strict=True):
            strip = cv2.copyMakeBorder(_unrolled(line), 8, 8, 8, 8, cv2.BORDER_REPLICATE)
            cv2.imwrite(path, strip[..., ::-1])
        listed = Path(folder) / "list.txt"
        listed.write_text("\n".join(paths))
        command = ["tesseract", str(listed), "stdout", "--psm", "7", "-l", "rus+eng"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [" ".join(page.split()) for page in told.split("\f")[: len(lines)]]


def rapidocr(lines: list[Line]) -> list[str]:
    """Its network, fed as its own code does: 48 rows, blue first, letters listed in the file."""
    import onnx

    path = _rapidocr_file()
    listed = {entry.key: entry.value for entry in onnx.load(str(path)).metadata_props}["character"]
    letters = ["", *listed.splitlines(), " "]
    out = []
    for line in lines:
        strip = straightened(line.picture, line.outline, tall=48)[..., ::-1]
        wide = -(-strip.shape[1] // 160) * 160
        seen = np.zeros((1, 3, 48, wide), np.float32)
        seen[0, :, :, : strip.shape[1]] = strip.transpose(2, 0, 1) / np.float32(127.5) - 1
        best = session(path, seen.shape)(seen)[0][0].argmax(1)
        kept = best[np.r_[True, best[1:] != best[:-1]] & (best > 0)]
        out.append("".join(letters[k] for k in kept).strip())
    return out


def _rapidocr_file() -> Path:
    spec = find_spec("rapidocr")
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob("models/*rec*.onnx"))


def _unrolled(line: Line) -> RGB:
    return straightened(line.picture, line.outline, tall=TALL_PX)


@dataclass(slots=True)
class Score:
    lines: int = 0
    letters: int = 0
    wrong: int = 0

    def add(self, read: str, truth: str) -> None:
        truth = one_script(truth)
        self.lines += 1
        self.letters += len(truth)
        self.wrong += distance(one_script(read), truth)

    @property
    def right(self) -> float:
        return max(0.0, 1 - self.wrong / max(1, self.letters))


def _cpu_seconds() -> float:
    """This process's and its children's: other work on the machine changes nothing."""
    return sum(os.times()[:4])


def drawn(data: Path, count: int) -> dict[str, list[Line]]:
    _, fonts = lettering.split(lettering.installed())
    words, pictures = lettering.lexicon(data / "titles", "val"), grounds(data, "val", 80)
    kinds = {"level": Level, "tilted": Tilted, "curved": Curved}
    out: dict[str, list[Line]] = {}
    for name, kind in kinds.items():
        made = kind(fonts, words, pictures, 1, SEED)
        for number in range(count):
            line = made.line(number, WIDTHS[number % len(WIDTHS)])
            height = f"≥ {SMALL_PX} px" if line.height_px >= SMALL_PX else f"< {SMALL_PX} px"
            out.setdefault(f"{name}, {line.language}, {height}", []).append(line)
    return dict(sorted(out.items()))


def readers(card: Path) -> dict[str, Read]:
    found: dict[str, Read] = {"ours": partial(ours, card=card), "rapidocr": rapidocr}
    if shutil.which("tesseract"):
        found["tesseract"] = tesseract
    return found


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--count", type=int, default=400, help="lines of each kind")
    ask.add_argument("--card", type=Path, default=CARD, help="of a network of ours that is not shipped")
    ask.add_argument("--out", type=Path)
    told = ask.parse_args()
    cv2.setNumThreads(1)
    lines = drawn(told.data, told.count)
    names = readers(told.card)
    took = dict.fromkeys(names, 0.0)
    rows = [
        "| lines | n | letters | " + " | ".join(names) + " |",
        "| --- | ---: | ---: |" + " ---: |" * len(names),
    ]
    for kind, some in lines.items():
        cells = []
        for name, read in names.items():
            read(some[:1])  # opened before the clock runs
            began = _cpu_seconds()
            texts = read(some)
            took[name] += _cpu_seconds() - began
            score = Score()
            for text, line in zip(texts, some, strict=True):
                score.add(text, line.text)
            cells.append(f"{100 * score.right:.1f} %")
        rows.append(f"| {kind} | {score.lines} | {score.letters} | " + " | ".join(cells) + " |")
    total = sum(map(len, lines.values()))
    rows.append(
        f"| ms a line | {total} | | " + " | ".join(f"{1000 * s / total:.1f}" for s in took.values()) + " |"
    )
    table = "\n".join(rows) + "\n"
    print(table)
    if told.out:
        told.out.write_text(table, encoding="utf8")


if __name__ == "__main__":
    main()
