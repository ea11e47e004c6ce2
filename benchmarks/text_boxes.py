"""Which finder finds lines of text, and what does it take for text? Ours, rapidocr's and tesseract's.

    taskset -c 1 python benchmarks/text_boxes.py --data /path/to/sets --out text_boxes.md

Drawn val pages (photos, objects and fonts that no training saw) by kind of line: found where the upright
boxes, or the outlines themselves, overlap by half or more. Then real photos on which we wrote nothing: how
many hold a find; some bear prints of their own, so this is an upper bound of false ones. Tesseract
(`apt-get install tesseract-ocr tesseract-ocr-rus`) lays out by itself and is left out where it is not
installed; a line of it is its words joined. Milliseconds are of one core, the median of all pages.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.engines.rapidocr import RapidOcr
from packshot.engines.text_find import TextFind
from packshot.image.types import RGB
from packshot.training import lettering, pack, sources
from packshot.training.sources import PHOTO
from packshot.training.text_find import matched
from packshot.training.text_pages import Outline, Page, Pages, said

Find = Callable[[RGB], list[Outline]]
KINDS = ("overlaid", "tilted", "curved", "small", "label")
LEAST = 0.5


@dataclass(slots=True)
class Score:
    right: int = 0
    right_outlines: int = 0
    found: int = 0
    drawn: int = 0
    by_kind: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    milliseconds: list[float] = field(default_factory=list)
    false_photos: int = 0
    photos: int = 0


def ours() -> Find:
    engine = TextFind()
    return lambda pixels: [np.array(text.outline) for text in engine.find(pixels)]


def rapidocr() -> Find:
    """Its outline is a turned rectangle; the engine gives box and angle, so the box stands for it."""
    engine = RapidOcr()
    return lambda pixels: [
        corners(t.box.left, t.box.top, t.box.right, t.box.bottom) for t in engine.find(pixels)
    ]


def tesseract() -> Find:
    def find(pixels: RGB) -> list[Outline]:
        png = cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()
        command = ["tesseract", "-", "-", "-l", "rus+eng", "--psm", "11", "tsv"]
        told = subprocess.run(command, input=png, capture_output=True, check=True).stdout.decode("utf8")
        return list(_lines_of(csv.DictReader(told.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)))

    return find


def _lines_of(rows: Iterable[dict[str, str]]) -> Iterable[Outline]:
    """Words of one line, joined; those that it gives no confidence are none."""
    words: dict[tuple[str, ...], list[tuple[int, ...]]] = defaultdict(list)
    for row in rows:
        if row["level"] == "5" and float(row["conf"]) > 0 and (row["text"] or "").strip():
            left, top, width, height = (int(row[key]) for key in ("left", "top", "width", "height"))
            line = row["block_num"], row["par_num"], row["line_num"]
            words[line].append((left, top, left + width, top + height))
    for boxes in words.values():
        low, high = np.min(boxes, axis=0), np.max(boxes, axis=0)
        yield corners(low[0], low[1], high[2], high[3])


def corners(left: float, top: float, right: float, bottom: float) -> Outline:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)


# ── scores ────────────────────────────────────────────────────────────────────────────────────────────────


def judge(find: Find, pages: list[Page], photos: list[RGB]) -> Score:
    score = Score()
    find(pages[0].colours)  # opens the network
    for page in pages:
        began = core_seconds()
        found = find(page.colours)
        score.milliseconds.append(1000 * (core_seconds() - began))
        found = [line for line in found if share(line, page.doubt) < LEAST]
        score.found += len(found)
        score.drawn += len(page.lines)
        score.right += matched(found, page.lines, LEAST)
        score.right_outlines += len(outlines_matched(found, page.lines))
        for kind in KINDS:
            those = [line for line, k in zip(page.lines, page.kinds, strict=True) if k == kind]
            score.by_kind[kind][0] += matched(found, those, LEAST)
            score.by_kind[kind][1] += len(those)
    score.photos = len(photos)
    score.false_photos = sum(bool(find(photo)) for photo in photos)
    return score


def core_seconds() -> float:
    """Of this process and its children, so that a busy machine does not count."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def outlines_matched(found: list[Outline], drawn: list[Outline]) -> set[int]:
    """Numbers of drawn lines whose outline one found outline meets by half or more."""
    out = set()
    for number, line in enumerate(drawn):
        if any(overlap(line, other) >= LEAST for other in found):
            out.add(number)
    return out


def overlap(one: Outline, other: Outline) -> float:
    low = np.floor(np.minimum(one.min(0), other.min(0)))
    if (np.maximum(one.min(0), other.min(0)) > np.minimum(one.max(0), other.max(0))).any():
        return 0.0
    size = np.ceil(np.maximum(one.max(0), other.max(0)) - low).astype(int) + 1
    both = [np.zeros(size[::-1], np.uint8) for _ in range(2)]
    for mask, line in zip(both, (one, other), strict=True):
        cv2.fillPoly(mask, [np.round(line - low).astype(np.int32)], 1)
    return float((both[0] & both[1]).sum() / max(1, (both[0] | both[1]).sum()))


def share(line: Outline, doubt: NDArray[np.uint8]) -> float:
    inside = np.zeros(doubt.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(line).astype(np.int32)], 1)
    return float(cv2.mean(doubt, inside)[0]) / 255


def table(scores: dict[str, Score]) -> str:
    head = ["finder", "precision", "recall", "F1", "F1 of outlines", *KINDS, "photos with a false find", "ms"]
    rows = [head, ["---"] * len(head)]
    for name, s in scores.items():
        precision, recall = s.right / max(1, s.found), s.right / max(1, s.drawn)
        rows.append(
            [
                name,
                f"{precision:.3f}",
                f"{recall:.3f}",
                f"{2 * s.right / max(1, s.found + s.drawn):.3f}",
                f"{2 * s.right_outlines / max(1, s.found + s.drawn):.3f}",
                *(f"{right / max(1, of):.2f} of {of}" for right, of in (s.by_kind[k] for k in KINDS)),
                f"{s.false_photos} of {s.photos}",
                f"{np.median(s.milliseconds):.0f}",
            ]
        )
    return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of known sets")
    parser.add_argument("--out", type=Path, required=True, help="the table, as Markdown")
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--finders", default="ours,rapidocr,tesseract")
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    found = [pack.shrunk(e, pack.HELD_SIDE) for e in sources.examples(asked.data, "val")]
    _, fonts = lettering.split(lettering.installed())
    titles = asked.data / "titles"
    phrases = said(lettering.lexicon(titles if titles.is_dir() else None, "val"))
    maker = Pages(found, fonts, phrases, asked.size, seed=99)
    pages = [maker.page(number) for number in range(asked.pages)]
    photos = [np.ascontiguousarray(e.rgba[..., :3]) for e in found if e.kind == PHOTO]
    makers = {"ours": ours, "rapidocr": rapidocr, "tesseract": tesseract}
    scores: dict[str, Score] = {}
    for name in asked.finders.split(","):
        if name == "tesseract" and shutil.which("tesseract") is None:
            continue
        # Tesseract takes a second a photo: every tenth tells enough.
        scores[name] = judge(makers[name](), pages, photos[:: 10 if name == "tesseract" else 1])
        asked.out.write_text(table(scores), encoding="utf8")
        print(table(scores), flush=True)


if __name__ == "__main__":
    main()
