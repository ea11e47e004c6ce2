"""What do enlarging and mending cost? Every line is measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from judge.tables import table

from enlarge.engines import LANCZOS, NET

CASES = ((2, 800, 800), (4, 400, 400), (1, 1600, 1600), (2, 2000, 1500), (1, 4000, 3000), (2, 4000, 3000))
ROUNDS, LARGE = 7, 8e6
"""Of each; one where more pixels than that come out."""


@dataclass(frozen=True, slots=True)
class Cost:
    engine: str
    scale: int
    width: int
    height: int
    seconds: tuple[float, ...]
    """The first call opens the network."""
    before_mb: float
    """Peak of the process when the picture was open and nothing was done to it yet."""
    peak_mb: float

    @property
    def least(self) -> float:
        return min(self.seconds[1:])

    @property
    def above_mb(self) -> float:
        return self.peak_mb - self.before_mb

    @property
    def result_mb(self) -> float:
        return 3 * self.width * self.height * self.scale**2 / 2**20


def costs(weights: Path | None, *, few: bool) -> list[Cost]:
    return [
        alone(name, case, weights, few) for case in (CASES[:3] if few else CASES) for name in (LANCZOS, NET)
    ]


def alone(engine: str, case: tuple[int, int, int], weights: Path | None, few: bool) -> Cost:
    scale, width, height = case
    rounds = 1 if few or width * height * scale**2 > LARGE else ROUNDS
    asked = [engine, *map(str, case), str(rounds), *([str(weights.resolve())] if weights else [])]
    command = [sys.executable, "-m", "enlarge.alone", *asked]
    folder = Path(__file__).parents[1]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder).stdout
    told = json.loads(said.splitlines()[-1])
    return Cost(engine, scale, width, height, tuple(told["seconds"]), told["before_mb"], told["peak_mb"])


def costs_table(some: Sequence[Cost]) -> str:
    titles = (
        "scale", "picture", "engine", "calls", "least ms", "median", "the first", "memory above, MB",
        "whole, MB", "the result, MB",
    )  # fmt: skip
    return table(titles, map(row, some))


def row(cost: Cost) -> list[str]:
    warm = cost.seconds[1:]
    times = [f"{1000 * seconds:.0f}" for seconds in (cost.least, float(np.median(warm)), cost.seconds[0])]
    memory = [f"{mb:.0f}" for mb in (cost.above_mb, cost.peak_mb, cost.result_mb)]
    return [f"×{cost.scale}", f"{cost.width}×{cost.height}", cost.engine, str(len(warm)), *times, *memory]
