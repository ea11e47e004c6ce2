"""How near do enlarged and mended pictures come to the truth?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from judge.tables import table
from numpy.random import default_rng

from enlarge.engines import LANCZOS, NET, Enlarge
from enlarge.measure import gmsd, ssim, told
from enlarge.pictures import SEED, Truth
from packshot.image.colour import delta_e, lab
from packshot.image.types import RGB
from packshot.training.upscaler import WAYS, decibels, jpeg

NOTHING = "nothing"
QUALITIES = (30, 45, 60, 75, 90)
CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Score:
    scale: int
    way: str
    """What happened to the truth."""
    engine: str
    kind: str
    group: str
    decibels: float
    ssim: float
    gmsd: float
    changed: float = 0.0
    """Median ΔE00 of the pixels that are not as they came in; only of clean pictures, which are to stay."""
    moved: float = 0.0
    """Median ΔE00 of all its pixels, the same."""


def enlarged(truths: Sequence[Truth], scale: int, engines: Mapping[str, Enlarge]) -> Iterator[Score]:
    for number, truth in enumerate(truths):
        for way, shrunk in WAYS.items():
            small = shrunk(default_rng((SEED, number)), truth.pixels, scale)
            for name, engine in engines.items():
                yield score(scale, way, name, truth, engine(small, scale))


def mended(truths: Sequence[Truth], engine: Enlarge) -> Iterator[Score]:
    """At the same size; `clean` must stay what it is."""
    for number, truth in enumerate(truths):
        rng = default_rng((SEED, number))
        saved = {f"JPEG {quality}": jpeg(rng, truth.pixels, quality, quality + 1) for quality in QUALITIES}
        for way, small in {**saved, CLEAN: truth.pixels}.items():
            yield score(1, way, NOTHING, truth, small)
            yield score(1, way, NET, truth, engine(small, 1))


def score(scale: int, way: str, engine: str, truth: Truth, made: RGB) -> Score:
    moved, changed = drift(made, truth.pixels) if way == CLEAN else (0.0, 0.0)
    near = (decibels(made, truth.pixels), ssim(made, truth.pixels), gmsd(made, truth.pixels))
    return Score(scale, way, engine, truth.kind, truth.group, *near, changed, moved)


def drift(made: RGB, truth: RGB) -> tuple[float, float]:
    """Median ΔE00 of all pixels, and of those that differ."""
    away = delta_e(lab(made), lab(truth))
    differ = (made != truth).any(2)
    return float(np.median(away)), float(np.median(away[differ])) if differ.any() else 0.0


def gains(scores: Sequence[Score], engine: str, over: str) -> tuple[list[float], list[str]]:
    """Decibels that one engine has more than the other on the same picture."""
    of = {(s.scale, s.way, s.group): s.decibels for s in scores if s.engine == over}
    some = [s for s in scores if s.engine == engine]
    return [s.decibels - of[s.scale, s.way, s.group] for s in some], [s.group for s in some]


def enlarged_table(scores: Sequence[Score]) -> str:
    titles = ("scale", "shrunk by", "engine", "n", "PSNR-Y, dB", "over Lanczos, dB", "SSIM", "GMSD")
    return table(titles, (row for some in by_way(scores) for row in engine_rows(some)))


def engine_rows(some: Sequence[Score]) -> Iterator[list[str]]:
    for engine in dict.fromkeys(s.engine for s in some):
        ours = [s for s in some if s.engine == engine]
        groups = [s.group for s in ours]
        gain = "–" if engine == LANCZOS else told(*gains(some, engine, LANCZOS), "+.2f")
        near = (told([s.decibels for s in ours], groups), gain, told([s.ssim for s in ours], groups, ".4f"))
        yield [
            f"×{ours[0].scale}",
            ours[0].way,
            engine,
            str(len(ours)),
            *near,
            told([s.gmsd for s in ours], groups, ".4f"),
        ]


def kinds_table(scores: Sequence[Score]) -> str:
    """The net over Lanczos, by what is in the picture."""
    titles = ("scale", "shrunk by", *dict.fromkeys(s.kind for s in scores))
    rows = []
    for some in by_way(scores):
        cells = []
        for kind in titles[2:]:
            values, groups = gains([s for s in some if s.kind == kind], NET, LANCZOS)
            cells.append(f"{told(values, groups, '+.2f')} (n = {len(values)})")
        rows.append([f"×{some[0].scale}", some[0].way, *cells])
    return table(titles, rows)


def mended_table(scores: Sequence[Score]) -> str:
    titles = (
        "saved as",
        "n",
        "PSNR-Y as saved",
        "mended, dB",
        "worse by 0.1 dB",
        "SSIM",
        "mended",
        "GMSD",
        "mended",
    )
    rows = []
    for some in by_way(scores):
        plain, made = ([s for s in some if s.engine == engine] for engine in (NOTHING, NET))
        groups, values = [s.group for s in plain], gains(some, NET, NOTHING)[0]
        clean = some[0].way == CLEAN
        was = "the same" if clean else told([s.decibels for s in plain], groups)
        gain = f"{told([s.decibels for s in made], groups)} to it" if clean else told(values, groups, "+.2f")
        near = [
            f"{np.mean([getattr(s, name) for s in of]):.4f}"
            for name in ("ssim", "gmsd")
            for of in (plain, made)
        ]
        worse = "–" if clean else f"{np.mean([value < -0.1 for value in values]):.0%}"
        rows.append([some[0].way, len(plain), was, gain, worse, *near])
    return table(titles, rows)


def drift_table(scores: Sequence[Score]) -> str:
    """How far mending moves what is clean."""
    some = [s for s in scores if s.engine == NET and s.way == CLEAN]
    rows = []
    for kind in (*dict.fromkeys(s.kind for s in some), "all"):
        here = [s for s in some if kind in (s.kind, "all")]
        moved, changed = [s.moved for s in here], [s.changed for s in here]
        figures = [np.median(moved), np.percentile(moved, 95), np.median(changed), np.percentile(changed, 95)]
        rows.append([kind, len(here), *(f"{figure:.2f}" for figure in figures)])
    titles = (
        "clean pictures",
        "n",
        "ΔE00 of all pixels",
        "95 % of pictures",
        "ΔE00 of changed pixels",
        "95 % of pictures",
    )
    return table(titles, rows)


def by_way(scores: Sequence[Score]) -> list[list[Score]]:
    keys = dict.fromkeys((s.scale, s.way) for s in scores)
    return [[s for s in scores if (s.scale, s.way) == key] for key in keys]
