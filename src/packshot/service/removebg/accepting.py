"""Bytes or JSON: what the header `Accept` likes better."""

from __future__ import annotations


def wants_json(accept: str, media_type: str) -> bool:
    """Bytes where both are liked alike: `application/json, text/plain, */*`, which axios sends by itself,
    means that its author thought of nothing.
    """
    liked = _liked(accept)
    return _quality(liked, "application/json") > _quality(liked, media_type)


def _liked(accept: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in (accept or "*/*").split(",")[:50]:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        found[name] = _number(quality)
    return found


def _number(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 1.0


def _quality(liked: dict[str, float], media_type: str) -> float:
    """The nearest of the three ways to name it counts; an archive of two pictures counts as a picture."""
    family = media_type.partition("/")[0]
    names = (media_type, f"{family}/*", *(() if family == "image" or "json" in media_type else ("image/*",)))
    return next((liked[name] for name in (*names, "*/*") if name in liked), 0.0)
