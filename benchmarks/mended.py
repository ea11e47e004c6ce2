"""How many plain photos does `packshot.fix` mend by itself, and how well is the product cut in them?

    python benchmarks/mended.py --data DATA --named NAMED [--limit N] [--page docs/quality.md]

One view of every product of the split `val`, and every own render in NAMED/renders (sets/make.py), each
on an even, a graded and a noisy ground with its own shadow, as JPEG through `packshot.fix` with the
default profile.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import cv2
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

from judge import page
from judge.tables import figure, table
from sets.compose import Around, Picture, picture, studio_colour
from sets.layer import Ticket, own, scaled, shared
from sets.measure import Measures, interval, measures

import packshot

ENLARGED = 3
"""Shared renders before `fix`: at their own 448 px every photo would end as too small, rightly."""
GOOD_IOU = 0.97
SEED = 7
GROUNDS = ("even", "graded", "noisy")
STATUSES = ("compliant", "fixed", "review", "failed")
INTRO = f"""\
One view of every product of `val` and every own render, each on three drawn grounds with its own
shadow, as JPEG through `packshot.fix` with the default profile (`benchmarks/mended.py`). *Well
cut*: IoU ≥ {GOOD_IOU}, of those that ended fixed or compliant. The shared renders are enlarged
{ENLARGED} times, truth and all: at 448 px they rightly end as too small."""


@dataclass(frozen=True, slots=True)
class Mended:
    product: str
    ground: str
    own: bool
    see_through: bool
    status: str
    reasons: tuple[str, ...]
    measures: Measures
    ms: float

    @property
    def passed(self) -> bool:
        return self.status in ("fixed", "compliant")


def mended(ticket: Ticket, ground: str) -> Mended:
    rng = np.random.default_rng([SEED, *f"{ticket.name}/{ground}".encode()])
    around = Around(
        ground,
        studio_colour(rng),
        strength=rng.uniform(0.5, 1.0),
        noise=rng.uniform(0, 1.2),
        quality=int(rng.integers(85, 96)),
    )
    layer = ticket.load()
    layer = layer if layer.own else scaled(layer, ENLARGED)
    made = picture(layer, around, "even grounds", ticket.name, rng)
    data = as_jpeg(made)
    started = time.process_time()
    result = packshot.fix(data, name=f"{ticket.name}.jpg")
    ms = 1000 * (time.process_time() - started)
    return Mended(
        made.product, ground, made.own, made.see_through, str(result.status),
        tuple(words.in_("en") for words in result.reasons),
        measures(made.truth, packshot.cutout(data).rgba), ms,
    )  # fmt: skip


def as_jpeg(made: Picture) -> bytes:
    held = io.BytesIO()
    subsampling = 0 if made.quality > 91 else 2
    Image.fromarray(made.pixels).save(held, "JPEG", quality=made.quality, subsampling=subsampling)
    return held.getvalue()


def tickets(data: Path, renders: Path, limit: int) -> list[Ticket]:
    views = {ticket.product: ticket for ticket in reversed(shared(data))}
    every = [*sorted(views.values(), key=lambda ticket: ticket.name), *own(renders)]
    return every[:: max(1, len(every) // limit)] if limit else every


def section(found: Sequence[Mended]) -> str:
    groups = {
        f"{'own' if own_ones else 'shared val'}, {ground}": [
            one for one in found if one.own == own_ones and one.ground == ground and not one.see_through
        ]
        for own_ones in (False, True)
        for ground in GROUNDS
    }
    groups["all opaque"] = [one for one in found if not one.see_through]
    groups["all see-through"] = [one for one in found if one.see_through]
    titles = ("photos", "n", "fixed or compliant", "well cut", *STATUSES, "IoU", "MAE", "rim ΔE00")
    rows = [[name, *row(some)] for name, some in groups.items() if some]
    unsolved = (one for one in found if not one.passed)
    reasons = Counter(plain(reason) for one in unsolved for reason in set(one.reasons))
    return "\n\n".join(
        (
            INTRO,
            table(titles, rows),
            table(("reason given for review or failure", "photos"), reasons.most_common(12)),
            f"Median time of `fix`, two variants: {np.median([one.ms for one in found]):.0f} ms of one core.",
        )
    )


def row(some: Sequence[Mended]) -> list[object]:
    passed, statuses = [one for one in some if one.passed], Counter(one.status for one in some)
    well = sum(one.measures.iou >= GOOD_IOU for one in passed)
    measured = [mean(some, [getattr(one.measures, name) for one in some]) for name in ("iou", "mae", "rim")]
    share = mean(some, [float(one.passed) for one in some])
    return [len(some), share, f"{well} of {len(passed)}", *(statuses[s] for s in STATUSES), *measured]


def mean(some: Sequence[Mended], values: Sequence[float]) -> str:
    low, high = interval(values, [one.product for one in some])
    return f"{figure(float(np.mean(values)))} [{figure(low)}, {figure(high)}]"


def plain(reason: str) -> str:
    """The sentence without its figures, so that equal reasons are counted together."""
    return re.sub(r"\d+(\.\d+)?", "…", reason).replace("|", "/")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="holds renders")
    parser.add_argument("--named", type=Path, required=True, help="holds renders of our own")
    parser.add_argument("--limit", type=int, default=0, help="about so many products; 0: all")
    parser.add_argument("--page", type=Path, help="the page whose section is written anew")
    wish = parser.parse_args()
    cv2.setNumThreads(1)
    some = tickets(wish.data, wish.named / "renders", wish.limit)
    text = section([mended(ticket, ground) for ticket in some for ground in GROUNDS])
    print(text)
    if wish.page:
        page.put(wish.page, "mended", f"## Plain grounds through `packshot.fix`\n\n{text}")


if __name__ == "__main__":
    main()
