"""Bars and columns as inline SVG; what they show stands beside them as text too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from packshot.report.catalogue.tally import Histogram
from packshot.report.catalogue.teller import grouped

WIDTH, HEIGHT, FOOT = 360, 110, 18
"""Of a histogram; a phone shows it at about its own size, so that its letters stay readable."""

Say = Callable[[float], str]
Part = tuple[str, float, str]
"""Of a bar: its tone, its length (1: the whole width), and what it says."""


def bar(parts: Sequence[Part]) -> str:
    """Parts beside each other; the text stands elsewhere, so machines that read aloud pass it by."""
    drawn, left = "", 0.0
    for tone, length, told in parts:
        if length > 0:
            drawn += (
                f'<rect class="fill-{tone}" x="{100 * left:.3f}%" width="{100 * length:.3f}%" height="100%">'
                f"<title>{escape(told)}</title></rect>"
            )
            left += length
    return f'<svg class="bar" aria-hidden="true">{drawn}</svg>'


def columns(histogram: Histogram, *, say: Say, label: str, mark: float | None) -> str:
    """A histogram without its empty ends; `mark` is drawn as a line, its word is the caller's."""
    used = [place for place, count in enumerate(histogram.counts) if count]
    if not used:
        return ""
    first, last = used[0], used[-1]
    step = WIDTH / (last - first + 1)
    top = max(histogram.counts)
    drawn = "".join(
        _column(histogram, place, (place - first) * step, step, top, say) for place in range(first, last + 1)
    )
    ends = [histogram.edges[max(0, first - 1)], histogram.edges[min(last, len(histogram.edges) - 1)]]
    base = HEIGHT + FOOT - 3
    axis = (
        f'<line class="axis" x1="0" x2="{WIDTH}" y1="{HEIGHT}" y2="{HEIGHT}"/>'
        f'<text x="0" y="{base}">{escape(say(ends[0]))}</text>'
        f'<text x="{WIDTH}" y="{base}" text-anchor="end">{escape(say(ends[1]))}'
        f"{' +' if last == len(histogram.edges) else ''}</text>"
    )
    return (
        f'<svg class="columns" viewBox="0 0 {WIDTH} {HEIGHT + FOOT}" role="img" aria-label="{escape(label)}">'
        f"{drawn}{_mark(histogram, mark, first, step)}{axis}</svg>"
    )


def _column(histogram: Histogram, place: int, left: float, step: float, top: int, say: Say) -> str:
    count = histogram.counts[place]
    if not count:
        return ""
    # What occurs at all can be seen.
    height = max(2.0, count / top * (HEIGHT - 4))
    low, high = histogram.edges[max(0, place - 1)], histogram.edges[min(place, len(histogram.edges) - 1)]
    told = f"{say(low)} – {say(high)}: {grouped(count)}"
    return (
        f'<rect class="column" x="{left:.2f}" y="{HEIGHT - height:.2f}" width="{max(0.6, step - 1):.2f}" '
        f'height="{height:.2f}"><title>{escape(told)}</title></rect>'
    )


def _mark(histogram: Histogram, value: float | None, first: int, step: float) -> str:
    if value is None:
        return ""
    place = histogram.place(value)
    left = (place - first + 0.5) * step
    return f'<line class="median" x1="{left:.2f}" x2="{left:.2f}" y1="0" y2="{HEIGHT}"/>'
