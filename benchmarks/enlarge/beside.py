"""All engines and Real-ESRGAN on the same few small pieces, for it takes seconds for each."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import wraps

import numpy as np
from judge.tables import table
from peers.realesrgan import MODELS, RealEsrgan

from enlarge.engines import NET, Enlarge
from enlarge.fidelity import enlarged, enlarged_table
from enlarge.letters import letters_table, lines, read
from enlarge.pictures import Held, Truth, spread
from packshot.image.types import RGB

EACH = 6
"""Pieces of each kind."""
SIDES = {2: 128, 4: 192}
"""Of the truth: the small piece is 64 and 48 px."""
HEIGHTS, LINES, LONGEST = (8, 12), 12, 16


def tables(held: Held, known: Mapping[str, Enlarge], *, few: bool) -> str:
    spent: dict[str, list[float]] = {}
    engines = {name: timed(engine, spent.setdefault(name, [])) for name, engine in everyone(known).items()}
    some = [
        truth
        for kind in dict.fromkeys(t.kind for t in held.truths)
        for truth in spread(held.of(kind), EACH // (3 if few else 1))
    ]
    scores = [
        s for scale, side in SIDES.items() for s in enlarged([piece(t, side) for t in some], scale, engines)
    ]
    printed = lines(held, 2 if few else LINES, HEIGHTS, LONGEST)
    reads = list(read(printed, engines))
    return "\n\n".join([enlarged_table(scores), letters_table(reads), times_table(spent)])


def everyone(known: Mapping[str, Enlarge]) -> dict[str, Enlarge]:
    """The net stands last: the tables compare it with the others."""
    ours = {name: engine for name, engine in known.items() if name != NET}
    return {**ours, **{name: RealEsrgan(name).upscale for name in MODELS}, NET: known[NET]}


def piece(truth: Truth, side: int) -> Truth:
    """Its middle."""
    h, w = truth.pixels.shape[:2]
    top, left = (max(0, (length - side) // 2) for length in (h, w))
    cut = np.ascontiguousarray(truth.pixels[top : top + side, left : left + side])
    return Truth(truth.kind, truth.group, cut)


def timed(engine: Enlarge, spent: list[float]) -> Enlarge:
    """Notes seconds of processor time for a million small pixels."""

    @wraps(engine)
    def run(pixels: RGB, scale: int) -> RGB:
        start = time.process_time()
        made = engine(pixels, scale)
        spent.append((time.process_time() - start) / (pixels.shape[0] * pixels.shape[1]) * 1e6)
        return made

    return run


def times_table(spent: Mapping[str, list[float]]) -> str:
    rows = [[name, len(seconds), f"{np.median(seconds):.2f}"] for name, seconds in spent.items()]
    return table(("engine", "calls", "processor seconds for a million small pixels, median"), rows)
