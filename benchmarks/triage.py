"""Does the triage keep its word? Each photo is assessed, then mended, and the two are set beside each other.

    python benchmarks/triage.py --data DATA [--limit N] [--page docs/quality.md]

Amateur clothes, shop photos on white and grocery packshots of the split `val` (packshots have none: those
with an odd number), through `packshot.fix` with the default profile. The thresholds were chosen on others.
Small photos are enlarged, for at their own size they would all, rightly, be too small for the canvas.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import cv2
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

from judge import page
from judge.tables import table

import packshot
from packshot.journey.calibrate import wilson
from packshot.journey.report import Level, Verdict
from packshot.journey.result import Status

ENLARGED = {"clothes": 1, "fashion": 4, "packshots": 5, "in shops": 4}
QUALITY = 92
DONE = (Status.COMPLIANT, Status.FIXED)
INTRO = f"""\
The split `val` of shared photos through `packshot.fix` with the default profile
(`benchmarks/triage.py`): what `packshot assess` said before beside what became of the photo. *Done*:
compliant or fixed, no person asked; brackets: Wilson's 95 %. Photos of 168 to 252 px are enlarged
({", ".join(f"{name} × {factor}" for name, factor in ENLARGED.items() if factor > 1)}): at their own
size they rightly end as too small. Levels were drawn by 243 photos of the split `train`."""


@dataclass(frozen=True, slots=True)
class Triaged:
    set: str
    level: Level
    verdict: Verdict
    status: Status
    reasons: tuple[str, ...]
    seconds: float

    @property
    def done(self) -> bool:
        return self.status in DONE


def photos(data: Path, limit: int) -> Iterator[tuple[str, Path]]:
    groceries = rows(data / "groceries" / "labels.csv")
    sets = {
        "clothes": [data / "clothes" / row["file"] for row in val(rows(data / "clothes" / "index.csv"))],
        "fashion": [data / "fashion" / row["file"] for row in val(rows(data / "fashion" / "fashion.csv"))],
        "packshots": [
            data / "groceries" / row["file"]
            for row in groceries
            if row["kind"] == "iconic" and int(row["fine_id"]) % 2
        ],
        "in shops": [data / "groceries" / row["file"] for row in val(groceries) if row["kind"] == "natural"][
            ::3
        ],
    }
    for name, files in sets.items():
        step = max(1, len(files) // limit) if limit else 1
        yield from ((name, file) for file in files[::step])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def val(some: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in some if row["split"] == "val"]


def triaged(name: str, path: Path) -> Triaged:
    data = as_jpeg(path, ENLARGED[name])
    started = time.process_time()
    result = packshot.fix(data, name=path.name)
    seconds = time.process_time() - started
    level = result.difficulty.level if result.difficulty else Level.BY_HAND
    reasons = tuple(words.in_("en") for words in result.reasons)
    return Triaged(name, level, result.before.verdict, result.status, reasons, seconds)


def as_jpeg(path: Path, factor: int) -> bytes:
    with Image.open(path) as opened:
        photo = opened.convert("RGB")
    photo = photo.resize((photo.width * factor, photo.height * factor), Image.Resampling.LANCZOS)
    held = io.BytesIO()
    photo.save(held, "JPEG", quality=QUALITY)
    return held.getvalue()


def section(found: Sequence[Triaged]) -> str:
    titles = ("assessed", "set", "n", "done", *Status, "fix, s of a core")
    levels = [
        [level.value, name, *row(some)]
        for level in Level
        for name in ("all", *ENLARGED)
        if (some := [one for one in found if one.level is level and name in ("all", one.set)])
    ]
    verdicts = [
        [verdict.value, *row(some)]
        for verdict in Verdict
        if (some := [one for one in found if one.verdict is verdict])
    ]
    surprises = Counter(
        re.sub(r"\d+(\.\d+)?", "…", reason).replace("|", "/")
        for one in found
        if one.level is Level.SIMPLE and not one.done
        for reason in set(one.reasons)
    )
    return "\n\n".join(
        part
        for part in (
            INTRO,
            table(titles, levels),
            table(("verdict of the check", *titles[2:]), verdicts),
            table(("why a simple one was not done", "photos"), surprises.most_common(8)),
        )
        if part
    )


def row(some: Sequence[Triaged]) -> list[object]:
    done, statuses = sum(one.done for one in some), Counter(one.status for one in some)
    low, high = wilson(done, len(some))
    share = f"{done / len(some):.3f} [{low:.3f}, {high:.3f}]"
    return [len(some), share, *(statuses[s] for s in Status), f"{np.mean([one.seconds for one in some]):.2f}"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="holds clothes, fashion and groceries")
    parser.add_argument("--limit", type=int, default=0, help="about so many photos of each; 0: all")
    parser.add_argument("--page", type=Path, help="the page whose section is written anew")
    wish = parser.parse_args()
    cv2.setNumThreads(1)
    text = section([triaged(name, path) for name, path in photos(wish.data, wish.limit)])
    print(text)
    if wish.page:
        page.put(wish.page, "triage", f"## What the triage promises, and what became of it\n\n{text}")


if __name__ == "__main__":
    main()
