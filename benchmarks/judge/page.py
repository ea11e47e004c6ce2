"""The section of docs/quality.md that a run writes; what stands outside its marks a person wrote."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import packshot
from judge import tables
from judge.scores import Score, by
from judge.tables import RIGHT, SURE, figure, table

WHOLE, NET, STUDIO = "packshot", "segment_net", "studio"
OPAQUE = ("textures", "rooms", "graded")
GOOD, HARMED = 0.9, 0.02
"""Where the studio path alone was right, the whole path must not lose more than this of IoU."""

SETS = """\
Never trained on: the split `val` of photos and of objects, and grounds that training holds back
(`benchmarks/sets/splits.py`). **clothes**: photos, masks drafted by IS-Net. **people**: photos, labels
with hard edges; the truth is the person with clothes and bag. **textures, rooms, graded, even**:
path-traced products of 448 px with their own shadow on such a ground, as JPEG; **glass**: see-through
ones; **items**: two to four in a photo; **large**: our own renders of 1600 px; **empty**: grounds alone,
some with letters or a shadow from outside. The **hard** sets (`benchmarks/sets/make.py`) each show one
thing that cut-outs fail at."""

MEASURES = """\
All at the full size of the photo. **IoU** of the shapes where alpha ≥ 0.5; **soft IoU**: Σ min / Σ max
of the alphas, fair to glass; **MAE** of alpha over the frame; **F weighted** (Margolin et al. 2014, β =
1); **boundary IoU**: of bands 2 % of the diagonal wide inside the outlines; **rim ΔE00**: cut-out and
truth laid on #F5F4F2 and #D1CECB, mean difference over the true rim, where the true colours are known.
Brackets: 95 % of 1 000 bootstrap means over *products*. **sure**: share with confidence ≥ 0.6, below
which a guard asks for a person. **ms**: median time of one core from file to RGBA, on a machine shared
with other work: compare the rows."""

ENGINES = """\
*packshot* is the whole path, *studio* the same without a second opinion, *segment_net* our network
alone, its alpha enlarged to the photo and nothing more."""

PEER = """\
*isnet* is the 88 MB network in npm's background-removal package, squeezed to 1024 × 1024 as there
(`benchmarks/peers`), on a spread of at most 40 photos of each set; the other rows show the same photos.
It drafted the clothes' masks: no fair figure there. It has no word for doubt: on empty photos, a shape
of 0.5 % of the frame or more is called a find."""


def put(page: Path, section: str, text: str) -> None:
    """Writes one section anew; at the end of the page where it is not there yet."""
    first, last = f"<!-- {section}: written by a run -->", f"<!-- end of {section} -->"
    old = page.read_text(encoding="utf8") if page.exists() else "# Quality of the cut-out\n"
    before, _, rest = old.partition(first)
    after = rest.partition(last)[2] if rest else "\n"
    page.write_text(f"{before.rstrip()}\n\n{first}\n{text.strip()}\n{last}{after}", encoding="utf8")


def cutouts(ours: Sequence[Score], peers: Sequence[Score], at: str) -> str:
    engines = by(ours, lambda one: one.engine)
    parts = [
        head(ours, at), SETS, MEASURES,
        "## Aims and where they stand", table(("what", "aim", "reached", "met"), aims(engines)),
        "## The val sets", ENGINES, tables.goods(one for one in ours if not hard(one)),
        "### No product at all", tables.empties(ours),
        "## The hard sets", tables.goods(one for one in ours if hard(one)),
    ]  # fmt: skip
    if peers:
        same = on_the_same([*ours, *peers])
        parts += ["## Beside IS-Net", PEER, tables.goods(same), tables.empties(same)]
    if WHOLE in engines:
        parts += ["## Does the confidence tell?", told(engines[WHOLE])]
        parts += ["## The worst three of each set", worst_table(engines[WHOLE])]
    return "\n\n".join(parts)


def hard(one: Score) -> bool:
    return one.set.startswith("hard ")


def head(found: Sequence[Score], at: str) -> str:
    photos = {one.key for one in found}
    products = {one.product for one in found if one.measures}
    large = {one.key for one in found if one.side >= 1600}
    return (
        f"Written by `benchmarks/quality.py` on {datetime.now(UTC).date().isoformat()}: "
        f"{len(photos)} photos, {len(products)} products or people, "
        f"{len(large)} photos with both sides ≥ 1600 px. One core of {platform.machine()}, "
        f"no accelerator, Python {platform.python_version()}, packshot {packshot.__version__}{at}."
    )  # fmt: skip


def revision() -> str:
    """The commit that was measured, where git knows it."""
    ask = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty=, with changes"]
    said = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
    return f" at {said}" if said else ""


def on_the_same(found: Sequence[Score]) -> list[Score]:
    """The photos that every engine has measured."""
    seen = [{one.key for one in some} for some in by(found, lambda one: one.engine).values()]
    shared = set.intersection(*seen)
    return [one for one in found if one.key in shared]


# --- aims ---------------------------------------------------------------------------------------------------


def aims(engines: dict[str, list[Score]]) -> list[list[str]]:
    """What we set out to reach; a miss is told as plainly as a hit. A minus means "at most"."""
    whole = engines.get(WHOLE, [])
    sets = by(whole, lambda one: one.set)
    opaque = [one for name in OPAQUE for one in sets.get(name, [])]
    val = [one for one in whole if not hard(one) and one.measures]
    sure = [one for one in val if one.confidence >= SURE]
    clothes, people, even, glass, empty, large = (
        sets.get(name, []) for name in ("clothes", "people", "even", "glass", "empty", "large")
    )
    rows = [
        aim("clothes: mean IoU", 0.97, clothes, iou),
        aim("clothes: median IoU", 0.985, clothes, iou, np.median),
        aim("clothes: IoU under 0.80", -0.02, clothes, lambda one: iou(one) < tables.LOW),
        aim("people: mean IoU", 0.945, people, iou),
        aim("renders on textures, rooms, graded: mean IoU", 0.955, opaque, iou),
        aim("the same: median IoU", 0.988, opaque, iou, np.median),
        aim("the same: MAE", -0.01, opaque, measure("mae")),
        aim("the same: rim ΔE00", -4, opaque, measure("rim")),
        aim("renders on even grounds: mean IoU", 0.98, even, iou),
        aim("glass: soft IoU", 0.6, glass, measure("soft_iou")),
        aim('empty: "no product here"', 0.95, empty, lambda one: not one.found),
        aim('photos of goods: a false "no product here"', -0.01, val, lambda one: not one.found),
        aim(f"sure (confidence ≥ {SURE}) of val", 0.8, val, lambda one: one.confidence >= SURE),
        aim(f"of the sure, IoU ≥ {RIGHT}", 0.98, sure, lambda one: iou(one) >= RIGHT),
        aim("ms of the network alone, from file to mask", -30, engines.get(NET, []), ms, np.median),
        aim("ms of the whole cut-out at 1600 × 1600", -150, large, ms, np.median),
    ]  # fmt: skip
    if STUDIO in engines:
        alone = {one.key: iou(one) for one in engines[STUDIO] if one.measures}
        right = [one for one in val if alone.get(one.key, 0) >= GOOD]
        lost = lambda one: iou(one) < alone[one.key] - HARMED  # noqa: E731
        rows.append(aim(f"studio alone right, and {HARMED} of IoU lost by the whole path", -0.0, right, lost))
    return [row for row in rows if row]


def measure(name: str) -> Callable[[Score], float]:
    return lambda one: float(getattr(one.measures, name))


def iou(one: Score) -> float:
    return one.measures.iou if one.measures else 0.0


def ms(one: Score) -> float:
    return one.ms


def aim(
    title: str, wanted: float, some: Sequence[Score], value: Callable[[Score], float],
    over: Callable[[list[float]], float] = np.mean,
) -> list[str]:  # fmt: skip
    if not some:
        return []
    reached, most = float(over([float(value(one)) for one in some])), bool(np.signbit(wanted))
    met = reached <= -wanted if most else reached >= wanted
    limit = f"{'≤' if most else '≥'} {abs(wanted):g}"
    return [f"{title} (n = {len(some)})", limit, figure(reached), "yes" if met else "no"]


# --- confidence and failures --------------------------------------------------------------------------------


def told(whole: Sequence[Score]) -> str:
    val = [one for one in whole if not hard(one)]
    return "The val sets, then the hard ones:\n\n" + "\n\n".join(
        tables.confidence(some) for some in (val, [one for one in whole if hard(one)]) if some
    )


def worst_table(whole: Sequence[Score]) -> str:
    rows = []
    for name, some in by(whole, lambda one: one.set).items():
        for one in tables.worst(some, 3):
            m = one.measures
            measured = [figure(m.iou), figure(m.soft_iou)] if m else ["–", "–"]
            rows.append([name, f"`{one.name}`", one.ground, *measured, f"{one.confidence:.2f}", one.how])
    return table(("set", "photo", "ground", "IoU", "soft IoU", "confidence", "whose opinion and why"), rows)
