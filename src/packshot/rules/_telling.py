"""How rules tell a figure and a doubt: the few turns of speech that they share."""

from __future__ import annotations

import math

from packshot.rules.base import Severity


def told(measured: float, limit: float, digits: int = 1) -> float:
    """The figure as people read it. Rounded, yet never onto the limit: 84.97 % is told as 84.9 %
    where 85 % is asked for, for "85 % is too little, 85 % is asked for" helps nobody.
    """
    if measured == limit:
        return float(measured)
    figure = round(float(measured), digits)
    if figure != round(float(limit), digits):
        return figure
    step = float(10**digits)
    return (math.floor(measured * step) if measured < limit else math.ceil(measured * step)) / step


def percent(share: float) -> float:
    """A share as per cent, without the dust of binary fractions."""
    return round(float(share) * 100, 6)


def sure(*confidences: float) -> float:
    """How sure a finding is when it rests on several measurements: no surer than the weakest."""
    return round(max(0.0, min(1.0, *confidences)), 3)


def no_worse_than(most: Severity, asked: Severity) -> Severity:
    """The severity that the profile asks for, softened where all that we have is a suspicion."""
    order = list(Severity)
    return max(most, asked, key=order.index)
