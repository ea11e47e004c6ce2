"""How good are the cut-outs? Measures the six test sets and writes the tables of docs/quality.md.

    python benchmarks/sets/make.py --data DATA --out SETS
    python benchmarks/quality.py --sets SETS --data DATA [--out docs/quality.md] [--sheets DIR] [--jobs 2]

Three cutters see the same photos: packshot as `packshot.cutout` gives it, its GrabCut engine as the only
opinion, and a threshold on white. With --data, `packshot.fix` also mends the shared `val` products on even,
graded and noisy grounds. --sheets draws the worst pictures of every set: photo, truth, cut-out, difference.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import platform
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

import packshot

sys.path.insert(0, str(Path(__file__).parent))

from sets.compose import Around, Picture, picture, studio_colour
from sets.layer import Ticket, enlarged, own, shared
from sets.measure import RGBA, Measures, interval, measures
from sets.sheet import Line, sheet

ENLARGED = 3
"""Shared renders before `fix`: at their own 448 px every photo would end as too small, rightly."""
GOOD_IOU = 0.97
BINS = (0.0, 0.25, 0.5, 0.75, 0.9, 1.0001)
TITLES = {
    "white": "white on white",
    "holes": "holes",
    "glass": "glass and half-transparency",
    "fringe": "fringe and thin parts",
    "shadows": "shadows",
    "nothing": "no product at all",
}
BY_HAND = ("<!-- by hand -->", "<!-- end of by hand -->")
"""What stands between these lines in the page was written by a person and stays."""


# --- the cutters ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cut:
    rgba: RGBA
    found: bool
    confidence: float
    how: str = ""


def by_packshot(photo: Path) -> Cut:
    cut = packshot.cutout(photo)
    return Cut(cut.rgba, cut.found, cut.confidence, str(cut.origin))


def by_grabcut(photo: Path) -> Cut:
    """The engine's own mask, enlarged; the colours are the photo's."""
    pixels = read(photo)
    factor = min(1.0, grabcut().longest_side / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    opinion = grabcut().segment(small)
    alpha = cv2.resize(opinion.alpha, pixels.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return Cut(np.dstack([pixels, alpha]), bool((alpha >= 128).any()), opinion.confidence)


@cache
def grabcut() -> object:
    from packshot.journey.examine import segmenter

    return segmenter("grabcut")


def by_threshold(photo: Path) -> Cut:
    """What a first script does: everything that is not nearly white is product."""
    pixels = read(photo)
    alpha = np.where(pixels.min(2) < 240, 255, 0).astype(np.uint8)
    return Cut(np.dstack([pixels, alpha]), bool(alpha.any()), 1.0)


def read(photo: Path) -> NDArray[np.uint8]:
    return np.asarray(Image.open(photo).convert("RGB"))


CUTTERS: dict[str, Callable[[Path], Cut]] = {
    "packshot": by_packshot,
    "GrabCut alone": by_grabcut,
    "threshold on white": by_threshold,
}


# --- scores -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Score:
    cutter: str
    set: str
    name: str
    product: str
    side: int
    """The shorter one, in pixels."""
    own: bool
    ground: str
    shadow: str
    measures: Measures | None
    """None where the photo holds no product."""
    claimed: float
    """Share of the frame that the cut-out calls product."""
    found: bool
    confidence: float
    how: str
    ms: float
    """Of one core's time: reading, cutting, the whole RGBA."""


def score(row: dict[str, str], sets: Path, cutter: str) -> Score:
    cv2.setNumThreads(1)
    started = time.process_time()
    cut = CUTTERS[cutter](sets / row["photo"])
    ms = 1000 * (time.process_time() - started)
    truth = np.asarray(Image.open(sets / row["truth"]).convert("RGBA"))
    return Score(
        cutter, row["set"], row["name"], row["product"], min(int(row["width"]), int(row["height"])),
        row["own"] == "1", row["ground"], row["shadow"],
        measures(truth, cut.rgba) if truth[..., 3].any() else None,
        float((cut.rgba[..., 3] >= 128).mean()), cut.found, cut.confidence, cut.how, ms,
    )  # fmt: skip


def scores(
    sets: Path, rows: Sequence[dict[str, str]], jobs: int, cutters: Iterable[str] = CUTTERS
) -> list[Score]:
    tasks = [(row, cutter) for cutter in cutters for row in rows]
    with ProcessPoolExecutor(jobs) as pool:
        found = pool.map(
            score, *zip(*((row, sets, cutter) for row, cutter in tasks), strict=True), chunksize=4
        )
        return [watched(k, len(tasks), one) for k, one in enumerate(found, 1)]


def watched(count: int, whole: int, one: Score) -> Score:
    if count % 50 == 0 or count == whole:
        print(f"{count} of {whole}", file=sys.stderr, flush=True)
    return one


def mean(values: Sequence[float], products: Sequence[str]) -> str:
    """`mean [low, high]`: 95 % of the means of 1 000 draws of as many products, with replacement."""
    low, high = interval(values, products)
    return f"{figure(float(np.mean(values)))} [{figure(low)}, {figure(high)}]"


def figure(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}" if abs(value) < 1 else f"{value:.1f}"


def of(found: Iterable[Score], set_name: str, cutter: str = "packshot") -> list[Score]:
    return [s for s in found if s.set == set_name and s.cutter == cutter]


# --- even grounds -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mended:
    name: str
    product: str
    ground: str
    own: bool
    see_through: bool
    status: str
    reasons: tuple[str, ...]
    measures: Measures
    ms: float


def mended(ticket: Ticket, ground: str, seed: int = 7) -> Mended:
    """One product on one ground with its own shadow, as a JPEG, through `packshot.fix`."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed, *f"{ticket.name}/{ground}".encode()])
    around = Around(
        ground,
        studio_colour(rng),
        strength=rng.uniform(0.5, 1.0),
        noise=rng.uniform(0, 1.2),
        quality=int(rng.integers(85, 96)),
    )
    layer = ticket.load()
    made = picture(
        layer if layer.own else enlarged(layer, ENLARGED), around, "even grounds", ticket.name, rng
    )
    data = as_jpeg(made)
    started = time.process_time()
    result = packshot.fix(data, name=f"{ticket.name}.jpg")
    ms = 1000 * (time.process_time() - started)
    return Mended(
        made.name, made.product, ground, made.own, made.see_through, str(result.status),
        tuple(words.in_("en") for words in result.reasons),
        measures(made.truth, packshot.cutout(data).rgba), ms,
    )  # fmt: skip


def as_jpeg(made: Picture) -> bytes:
    held = io.BytesIO()
    Image.fromarray(made.pixels).save(
        held, "JPEG", quality=made.quality, subsampling=0 if made.quality > 91 else 2
    )
    return held.getvalue()


def all_mended(data: Path, sets: Path, jobs: int, limit: int) -> list[Mended]:
    """One view of every shared product, and every render of ours, on each of three grounds."""
    views = {ticket.product: ticket for ticket in reversed(shared(data))}
    tickets = [*sorted(views.values(), key=lambda t: t.name), *own(sets / "renders")]
    if limit:
        tickets = tickets[:: max(1, len(tickets) // limit)]
    tasks = [(ticket.name, ground) for ticket in tickets for ground in ("even", "graded", "noisy")]
    with ProcessPoolExecutor(jobs) as pool:
        return list(
            pool.map(_mended, *zip(*((data, sets, *task) for task in tasks), strict=True), chunksize=2)
        )


def _mended(data: Path, sets: Path, name: str, ground: str) -> Mended:
    return mended(_tickets(data, sets)[name], ground)


@cache
def _tickets(data: Path, sets: Path) -> dict[str, Ticket]:
    return {ticket.name: ticket for ticket in (*shared(data), *own(sets / "renders"))}


# --- the page ----------------------------------------------------------------------------------------------


INTRO = """\
The sets are made by `benchmarks/sets/make.py` from path-traced products, so the truth of every pixel is
known, not drawn by hand. Each shows one thing that cut-outs fail at. Shadows take light away in linear
light; product and ground are blended in sRGB, as editors and marketplaces do, so a perfect cut-out
exists.

**IoU**: of the shapes where alpha ≥ 0.5. **Soft IoU**: Σ min / Σ max of the alphas, fair to glass,
where little reaches 0.5. **MAE**: mean error of alpha over the frame; **SAD**: its sum, in thousands of
pixels. **Rim ΔE00**: cut-out and truth are both laid on #F5F4F2 and on #D1CECB; the mean colour
difference over the true rim (0.05 < alpha < 0.95, and one pixel around). A product that was not found
counts with an empty mask. Square brackets: 95 % of 1 000 bootstrap means over *products*, for pictures
of one product are no independent trials. **ms**: median time of one core, on a machine shared with
other work: compare the rows, not the absolute values."""

ORIGINS = """\
Our own renders (1600 × 1600) were made for these sets alone. The shared ones (448 px, in frames of 448
to 900 px) are of the split `val`: no weight was measured on it, but it is also the bench by which the
cut-out is developed (`benchmarks/cutout_renders.py`), so trust the rows `own` more."""

PEERS = """\
*GrabCut alone* is packshot's own second opinion asked as the only one, at 256 px. *Threshold on white*
calls everything product that has a channel under 240. The weights of rembg, BiRefNet and the like could
not be had where this was run; they are missing here, not beaten."""


EVEN = """\
One view of every product, each on three drawn grounds with its own shadow, as JPEG through `packshot.fix`
with the default profile. *Well cut*: IoU ≥ 0.97, of those that ended fixed or compliant. The shared
renders are enlarged threefold, truth and all, to 1344 px: at 448 px they rightly end as too small."""


def page(found: list[Score], even: list[Mended], command: str, by_hand: str, at: str = "") -> str:
    sets = [name for name in TITLES if name != "nothing" and of(found, name)]
    parts = (
        "# Quality of the cut-out",
        head(found, even, command, at),
        INTRO,
        "## Aims and where they stand",
        aims_table(found, even),
        "## The six sets",
        main_table(found, sets),
        "### No product at all",
        nothing_table(found),
        "### Our own renders and the shared ones",
        ORIGINS,
        origin_table(found, sets),
        "## Beside two simple cutters",
        PEERS,
        peer_table(found, sets),
        "## Does the confidence tell?",
        calibration(found),
        "## Even, graded and noisy grounds through `packshot.fix`",
        EVEN,
        even_table(even),
        "## The worst five of each set",
        worst_table(found, [*sets, "nothing"]),
        "## What fails and why",
        f"{BY_HAND[0]}\n{by_hand.strip()}\n{BY_HAND[1]}",
    )
    return "\n\n".join(parts) + "\n"


def head(found: list[Score], even: list[Mended], command: str, at: str) -> str:
    mine = [s for s in found if s.cutter == "packshot"]
    goods = {s.product for s in mine if s.measures}
    large = sum(s.side >= 1600 for s in mine)
    return (
        f"Written by `{command}` on {datetime.now(UTC).date().isoformat()}: {len(mine)} pictures, "
        f"{len(goods)} products, {large} pictures with both sides ≥ 1600 px; {len(even)} more through "
        f"`packshot.fix`. {os.cpu_count()} cores of {platform.machine()}, no accelerator, "
        f"Python {platform.python_version()}, packshot {packshot.__version__}{at}."
    )


def revision() -> str:
    """The commit that was measured, where git knows it."""
    ask = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty=, with changes"]
    told = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
    return f" at {told}" if told else ""


def aims_table(found: list[Score], even: list[Mended]) -> str:
    """What we set out to reach; a miss is told as plainly as a hit."""
    plain_goods = [m for m in even if not m.see_through]
    passed = [float(m.status in ("fixed", "compliant")) for m in plain_goods]
    goods = "opaque goods on even, graded and noisy grounds"
    aims = [
        ("white on white: IoU", 0.96, [s.measures.iou for s in of(found, "white") if s.measures]),
        (f"{goods}: IoU", 0.98, [m.measures.iou for m in plain_goods]),
        (f"{goods}: MAE", -0.01, [m.measures.mae for m in plain_goods]),
        (f"{goods}: rim ΔE00", -3.0, [m.measures.rim for m in plain_goods]),
        (f"{goods}: fixed or compliant", 0.9, passed),
        ("no product at all: falsely found", -0.0, [float(s.found) for s in of(found, "nothing")]),
    ]
    rows = []
    for title, aim, values in aims:
        if values:
            mean_value, most = float(np.mean(values)), np.signbit(aim)
            met = mean_value <= -aim if most else mean_value >= aim
            rows.append(
                [title, f"{'≤' if most else '≥'} {abs(aim):g}", figure(mean_value), "yes" if met else "no"]
            )
    return table(("what", "aim", "mean", "reached"), rows)


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(titles) + " |", "|" + " --- |" * len(titles)]
    return "\n".join([*lines, *("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)])


FIGURES = ("IoU", "soft IoU", "MAE", "SAD / 1000", "rim ΔE00")
SURE = "confidence: median (quartiles)"


def figures(some: list[Score]) -> list[str]:
    """The five measures, as means with their intervals."""
    known = [(s.product, s.measures) for s in some if s.measures is not None]
    products = [product for product, _ in known]
    keys = ("iou", "soft_iou", "mae", "sad", "rim")
    return [mean([getattr(m, key) for _, m in known], products) for key in keys]


def main_table(found: list[Score], sets: Sequence[str]) -> str:
    rows = []
    for name in sets:
        some = of(found, name)
        row = [
            TITLES[name],
            len(some),
            large(some),
            *figures(some),
            sureness(some),
            found_of(some),
            time_of(some),
        ]
        rows.append(row)
    return table(("set", "n", "≥ 1600 px", *FIGURES, SURE, "found", "ms"), rows)


def large(some: list[Score]) -> int:
    return sum(s.side >= 1600 for s in some)


def found_of(some: list[Score]) -> str:
    return f"{sum(s.found for s in some)} of {len(some)}"


def time_of(some: list[Score]) -> str:
    return f"{np.median([s.ms for s in some]):.0f}"


def sureness(some: list[Score]) -> str:
    if any(s.cutter.startswith("threshold") for s in some):
        return "–"
    low, middle, high = np.percentile([s.confidence for s in some], (25, 50, 75))
    return f"{middle:.2f} ({low:.2f}–{high:.2f})"


def nothing_table(found: list[Score]) -> str:
    rows = []
    for cutter in CUTTERS:
        some = of(found, "nothing", cutter)
        if some:
            rate = mean([float(s.found) for s in some], [s.product for s in some])
            claim = f"{max(s.claimed for s in some):.2f}"
            rows.append(
                [cutter, len(some), large(some), found_of(some), rate, sureness(some), claim, time_of(some)]
            )
    wrong = Counter(s.ground for s in of(found, "nothing") if s.found)
    told = ", ".join(f"{kind} {count}" for kind, count in wrong.most_common()) or "none"
    titles = ("cutter", "n", "≥ 1600 px", "falsely found", "rate", SURE, "largest claim of the frame", "ms")
    return f"{table(titles, rows)}\n\npackshot's false finds by kind of ground: {told}."


def origin_table(found: list[Score], sets: Sequence[str]) -> str:
    rows = []
    for name in sets:
        for who in ("own", "shared"):
            some = [s for s in of(found, name) if s.own == (who == "own")]
            if some:
                rows.append([TITLES[name], who, len(some), len({s.product for s in some}), *figures(some)])
    return table(("set", "renders", "n", "products", *FIGURES), rows)


def peer_table(found: list[Score], sets: Sequence[str]) -> str:
    rows = []
    for name in sets:
        for cutter in CUTTERS:
            some = of(found, name, cutter)
            if some:
                rows.append([TITLES[name], cutter, *figures(some), found_of(some), time_of(some)])
    return table(("set", "cutter", *FIGURES, "found", "ms"), rows)


def calibration(found: list[Score]) -> str:
    mine = [s for s in found if s.cutter == "packshot"]
    rows = []
    for low, high in pairwise(BINS):
        some = [s for s in mine if low <= s.confidence < high]
        ious = [s.measures.iou for s in some if s.measures is not None]
        good = sum(iou >= GOOD_IOU for iou in ious)
        shares = [f"{good / len(ious):.0%}", f"{np.mean(ious):.3f}"] if ious else ["–", "–"]
        rows.append([f"{low:.2f}–{min(high, 1):.2f}", len(ious), *shares, len(some) - len(ious)])
    goods = f"of them IoU ≥ {GOOD_IOU}"
    return table(("confidence", "pictures of products", goods, "mean IoU", "pictures of nothing"), rows)


STATUSES = ("compliant", "fixed", "review", "failed")


def even_table(even: list[Mended]) -> str:
    if not even:
        return "Not run: no --data."
    rows = []
    for own_ones, who in ((False, "shared val"), (True, "own")):
        for ground in ("even", "graded", "noisy"):
            some = [m for m in even if m.own == own_ones and m.ground == ground and not m.see_through]
            rows.append([f"{who}, {ground}", *even_row(some)])
    rows.append(["all opaque", *even_row([m for m in even if not m.see_through])])
    rows.append(["all see-through", *even_row([m for m in even if m.see_through])])
    titles = ("photos", "n", "fixed or compliant", "well cut", *STATUSES, "IoU", "MAE", "rim ΔE00")
    reasons = Counter(plain(r) for m in even if m.status in ("review", "failed") for r in set(m.reasons))
    told = table(("reason given for review or failure", "photos"), reasons.most_common(12))
    spent = f"Median time of `fix` with two variants: {np.median([m.ms for m in even]):.0f} ms of one core."
    return f"{table(titles, [row for row in rows if row[1]])}\n\n{told}\n\n{spent}"


def even_row(some: list[Mended]) -> list[object]:
    if not some:
        return [0]
    products, told = [m.product for m in some], Counter(m.status for m in some)
    passed = [m for m in some if m.status in ("fixed", "compliant")]
    well = mean([float(m.status in ("fixed", "compliant")) for m in some], products)
    cut_well = f"{sum(m.measures.iou >= GOOD_IOU for m in passed)} of {len(passed)}"
    measured = [mean([getattr(m.measures, key) for m in some], products) for key in ("iou", "mae", "rim")]
    return [len(some), well, cut_well, *(told[status] for status in STATUSES), *measured]


def plain(reason: str) -> str:
    """The sentence without its figures, so that equal reasons are counted together."""
    return re.sub(r"\d+(\.\d+)?", "…", reason).replace("|", "/")


def worst(found: list[Score], set_name: str, count: int = 5) -> list[Score]:
    some = of(found, set_name)
    if set_name == "nothing":
        return sorted((s for s in some if s.found), key=lambda s: -s.confidence)[:count]
    return sorted(some, key=lambda s: s.measures.soft_iou if s.measures else 0)[:count]


def worst_table(found: list[Score], sets: Sequence[str]) -> str:
    rows = []
    for name in sets:
        for s in worst(found, name):
            m = s.measures
            told = [figure(m.iou), figure(m.soft_iou), figure(m.rim)] if m else ["–", "–", "–"]
            rows.append(
                [TITLES[name], f"`{s.name}`", *told, f"{s.confidence:.2f}", s.how, f"{s.claimed:.3f}"]
            )
    measured = ("IoU", "soft IoU", "rim ΔE00")
    return table(("set", "picture", *measured, "confidence", "whose opinion", "claimed share of frame"), rows)


# --- the run -----------------------------------------------------------------------------------------------


def main() -> None:
    wish = arguments()
    at = revision()  # before the run: the files may change under it
    rows = rows_of(wish.sets, wish.only, wish.limit)
    found = scores(wish.sets, rows, wish.jobs)
    even = all_mended(wish.data, wish.sets, wish.jobs, wish.limit) if wish.data else []
    command = "python benchmarks/quality.py --sets SETS" + (" --data DATA" if wish.data else "")
    text = page(found, even, command, kept(wish.out), at)
    print(text)
    if wish.out:
        wish.out.write_text(text, encoding="utf8")
    if wish.scores:
        write_scores(found, wish.scores)
    if wish.sheets:
        draw_worst(found, rows, wish)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, required=True, help="what make.py wrote")
    parser.add_argument("--data", type=Path, help="holds renders: then packshot.fix is asked too")
    parser.add_argument("--out", type=Path, help="the page to write; it is printed all the same")
    parser.add_argument("--sheets", type=Path, help="a folder for pictures of the worst")
    parser.add_argument("--scores", type=Path, help="a CSV of every picture, to compare two runs by")
    parser.add_argument("--only", nargs="+", choices=list(TITLES), default=list(TITLES))
    parser.add_argument("--limit", type=int, default=0, help="pictures of each set; 0: all")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def rows_of(sets: Path, only: Sequence[str], limit: int) -> list[dict[str, str]]:
    with (sets / "index.csv").open(encoding="utf8") as file:
        rows = [row for row in csv.DictReader(file) if row["set"] in only]
    by_set = [[row for row in rows if row["set"] == name] for name in only]
    return [row for some in by_set for row in some[: limit or None]]


def write_scores(found: list[Score], file: Path) -> None:
    rows = [{**asdict(s), **(asdict(s.measures) if s.measures else {})} for s in found]
    titles = [field.name for field in (*fields(Score), *fields(Measures)) if field.name != "measures"]
    with file.open("w", encoding="utf8", newline="") as held:
        table = csv.DictWriter(held, titles, extrasaction="ignore", restval="")
        table.writeheader()
        table.writerows(rows)


def draw_worst(found: list[Score], rows: Sequence[dict[str, str]], wish: argparse.Namespace) -> None:
    wish.sheets.mkdir(parents=True, exist_ok=True)
    by_name = {(row["set"], row["name"]): row for row in rows}
    for name in wish.only:
        lines = [line_of(s, by_name[s.set, s.name], wish.sets) for s in worst(found, name, 8)]
        if lines:
            Image.fromarray(sheet(lines)).save(wish.sheets / f"{name}.png")


def line_of(s: Score, row: dict[str, str], sets: Path) -> Line:
    measured = f"iou {s.measures.iou:.3f} rim {s.measures.rim:.1f}" if s.measures else ""
    return Line(
        f"{s.name}  {measured}  sure {s.confidence:.2f} {s.how}",
        read(sets / row["photo"]),
        np.asarray(Image.open(sets / row["truth"]).convert("RGBA")),
        by_packshot(sets / row["photo"]).rgba,
    )


def kept(out: Path | None) -> str:
    """The part that a person wrote, from the page as it is."""
    text = out.read_text(encoding="utf8") if out and out.exists() else ""
    before, _, rest = text.partition(BY_HAND[0])
    return rest.partition(BY_HAND[1])[0] if before and rest else "Not yet written."


if __name__ == "__main__":
    main()
