"""Scores as tables: what a set's figures are, and how sure they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from sets.measure import interval

from judge.scores import Score, by
from packshot.profiles.profile import GuardBounds

LOW = 0.8
"""A cut-out whose IoU is under this is of no use to anybody."""
RIGHT, SURE = 0.9, GuardBounds().min_confidence
"""What a photo called sure should reach; less sure ones are sent to review."""
BINS = (0.0, 0.25, 0.5, SURE, 0.75, 0.9, 1.0001)
TITLES = (
    "set", "engine", "n", "IoU", "median", f"under {LOW}", "soft IoU", "MAE", "F weighted", "boundary IoU",
    "rim ΔE00", "sure", "ms",
)  # fmt: skip
EMPTY_TITLES = ("set", "engine", "n", "falsely found", "rate", "largest claim of the frame", "ms")


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Empty where there are no rows."""
    lines = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    head = ["| " + " | ".join(titles) + " |", "|" + " --- |" * len(titles)]
    return "\n".join([*head, *lines]) if lines else ""


def goods(found: Iterable[Score]) -> str:
    """A line for each set and engine: photos that hold a product."""
    groups = by((one for one in found if one.measures), lambda one: f"{one.set}\n{one.engine}")
    return table(TITLES, ([*key.split("\n"), *figures(some)] for key, some in sorted_by_set(groups)))


def empties(found: Iterable[Score]) -> str:
    groups = by((one for one in found if not one.measures), lambda one: f"{one.set}\n{one.engine}")
    return table(
        EMPTY_TITLES, ([*key.split("\n"), *empty_figures(some)] for key, some in sorted_by_set(groups))
    )


def sorted_by_set(groups: dict[str, list[Score]]) -> list[tuple[str, list[Score]]]:
    """The engines of one set stand together."""
    order = list(dict.fromkeys(key.split("\n")[0] for key in groups))
    return sorted(groups.items(), key=lambda item: order.index(item[0].split("\n")[0]))


def figures(some: Sequence[Score]) -> list[str]:
    ious = values(some, "iou")
    return [
        str(len(some)), mean(some, "iou"), figure(float(np.median(ious))),
        f"{np.mean([iou < LOW for iou in ious]):.1%}",
        *(mean(some, name) for name in ("soft_iou", "mae", "f_weighted", "boundary_iou", "rim")),
        f"{np.mean([one.confidence >= SURE for one in some]):.0%}",
        f"{np.median([one.ms for one in some]):.0f}",
    ]  # fmt: skip


def empty_figures(some: Sequence[Score]) -> list[str]:
    wrong = [float(one.found) for one in some]
    low, high = interval(wrong, [one.product for one in some])
    return [
        str(len(some)), str(int(sum(wrong))), f"{np.mean(wrong):.1%} [{low:.1%}, {high:.1%}]",
        f"{max(one.claimed for one in some):.2f}", f"{np.median([one.ms for one in some]):.0f}",
    ]  # fmt: skip


def values(some: Iterable[Score], name: str) -> list[float]:
    return [value for one in some if one.measures and (value := getattr(one.measures, name)) is not None]


def mean(some: Sequence[Score], name: str) -> str:
    """`mean [low, high]`: 95 % of the means of 1 000 draws of as many products, with replacement."""
    known = [one for one in some if one.measures and getattr(one.measures, name) is not None]
    if not known:
        return "–"
    low, high = interval(values(known, name), [one.product for one in known])
    return f"{figure(float(np.mean(values(known, name))))} [{figure(low)}, {figure(high)}]"


def figure(value: float) -> str:
    return f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}" if abs(value) < 1 else f"{value:.1f}"


def confidence(some: Sequence[Score]) -> str:
    """Does the confidence tell? One engine's photos, by how sure it was."""
    lines = []
    for low, high in pairwise(BINS):
        here = [one for one in some if low <= one.confidence < high]
        ious = values(here, "iou")
        told = (
            [f"{np.mean([iou >= RIGHT for iou in ious]):.1%}", f"{np.mean(ious):.3f}"] if ious else ["–", "–"]
        )
        lines.append([f"{low:.2f}–{min(high, 1):.2f}", len(ious), *told, len(here) - len(ious)])
    return table(("confidence", "photos of products", f"IoU ≥ {RIGHT}", "mean IoU", "empty photos"), lines)


def worst(some: Iterable[Score], count: int) -> list[Score]:
    """The least overlap first; of empty photos those that were called goods, the surest first."""
    given = list(some)
    goods = sorted(
        (one for one in given if one.measures), key=lambda one: one.measures.soft_iou if one.measures else 0
    )
    false = sorted((one for one in given if not one.measures and one.found), key=lambda one: -one.confidence)
    return (goods or false)[:count]
