"""What we set out to reach with enlarging; a miss is told as plainly as a hit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from judge.tables import table

from enlarge.cost import Cost
from enlarge.engines import LANCZOS, NET
from enlarge.fidelity import CLEAN, NOTHING, Score, by_way, gains
from enlarge.letters import Read
from enlarge.measure import told
from enlarge.seams import Row

ENLARGED = {
    (2, "area"): 2.5,
    (2, "bicubic"): 1.5,
    (2, "spoilt"): 1.0,
    (4, "area"): 1.0,
    (4, "bicubic"): 1.0,
    (4, "spoilt"): 1.0,
}
MENDED = {"JPEG 30": 0.8, "JPEG 45": 0.8, "JPEG 60": 0.8, "JPEG 75": 0.0, "JPEG 90": 0.0}
SECONDS, MEGABYTES = 1.2, 400

Line = tuple[str, str, str, bool]


def aims_table(
    enlarged: Sequence[Score],
    mended: Sequence[Score],
    reads: Sequence[Read],
    costs: Sequence[Cost],
    seams: Sequence[Row],
) -> str:
    fidelity = (*nearer(enlarged, mended), *alike(enlarged, mended), *kept(mended))
    lines = (*fidelity, *read(reads), *spent(costs), *even(seams))
    rows = ((*line[:3], "yes" if line[3] else "no") for line in lines)
    return table(("what", "aim", "reached", "met"), rows)


def nearer(enlarged: Sequence[Score], mended: Sequence[Score]) -> Iterator[Line]:
    for some in by_way(enlarged):
        least = ENLARGED[some[0].scale, some[0].way]
        yield gain(f"×{some[0].scale}, {some[0].way}: over Lanczos", least, *gains(some, NET, LANCZOS))
    for some in by_way(mended):
        if some[0].way != CLEAN:
            yield gain(
                f"×1, {some[0].way}: over what was saved", MENDED[some[0].way], *gains(some, NET, NOTHING)
            )


def gain(what: str, least: float, values: Sequence[float], groups: Sequence[str]) -> Line:
    return (
        f"{what} (n = {len(values)})",
        f"≥ {least:g} dB",
        told(values, groups, "+.2f"),
        float(np.mean(values)) >= least,
    )


def alike(enlarged: Sequence[Score], mended: Sequence[Score]) -> Iterator[Line]:
    """Of all ways of shrinking and saving the one where we gain least."""
    saved = [s for s in mended if s.way != CLEAN]
    ways = [*((some, LANCZOS) for some in by_way(enlarged)), *((some, NOTHING) for some in by_way(saved))]
    for name, sign, told_as in (("ssim", 1, "SSIM higher"), ("gmsd", -1, "GMSD lower")):
        by = {
            f"×{some[0].scale}, {some[0].way}": sign * (mean(some, NET, name) - mean(some, plain, name))
            for some, plain in ways
        }
        worst = min(by, key=lambda way: by[way])
        yield f"{told_as} everywhere; the least gain", "≥ 0", f"{by[worst]:+.4f} ({worst})", by[worst] >= 0


def mean(some: Sequence[Score], engine: str, name: str) -> float:
    return float(np.mean([getattr(s, name) for s in some if s.engine == engine]))


def kept(mended: Sequence[Score]) -> Iterator[Line]:
    """Of all pixels: one that changed at all changed by a level, and that alone is about half a ΔE."""
    clean = [s for s in mended if s.engine == NET and s.way == CLEAN]
    moved, changed = (float(np.median([getattr(s, name) for s in clean])) for name in ("moved", "changed"))
    reached = f"{moved:.2f} (of changed pixels {changed:.2f})"
    yield f"×1, clean: median ΔE00 (n = {len(clean)})", "≤ 0.3", reached, moved <= 0.3


def read(reads: Sequence[Read]) -> Iterator[Line]:
    for language in dict.fromkeys(r.language for r in reads):
        lost = {
            (r.height_px, r.way): share(reads, language, r.height_px, r.way)
            for r in reads
            if r.language == language
        }
        (height, way), worst = min(lost.items(), key=lambda item: item[1])
        reached = f"{100 * worst:+.1f} points ({height} px, {way})"
        yield (
            f"letters right, {language}, over Lanczos: the worst of {len(lost)} cells",
            "≥ 0",
            reached,
            worst >= 0,
        )


def share(reads: Sequence[Read], language: str, height: int, way: str) -> float:
    here = [r for r in reads if (r.language, r.height_px, r.way) == (language, height, way)]
    net, plain = ([r for r in here if r.version == version] for version in (NET, LANCZOS))
    return (sum(r.right for r in net) - sum(r.right for r in plain)) / sum(r.letters for r in net)


def spent(costs: Sequence[Cost]) -> Iterator[Line]:
    ours = [cost for cost in costs if cost.engine == NET]
    quick = next(cost for cost in ours if (cost.scale, cost.width, cost.height) == (2, 800, 800))
    yield (
        "×2 of 800×800 on one core",
        f"≤ {SECONDS} s (goal 0.5)",
        f"{quick.least:.2f} s",
        quick.least <= SECONDS,
    )
    most = max(ours, key=lambda cost: cost.above_mb)
    case = f"×{most.scale} of {most.width}×{most.height}, the result is {most.result_mb:.0f}"
    reached = f"{most.above_mb:.0f} MB ({case})"
    yield (
        "memory above that of the open picture, at most",
        f"≤ {MEGABYTES} MB",
        reached,
        most.above_mb <= MEGABYTES,
    )


def even(seams: Sequence[Row]) -> Iterator[Line]:
    most = max(row[3] for row in seams)
    yield "tiles against one piece, largest difference", "≤ 1 level", f"{most}", most <= 1
