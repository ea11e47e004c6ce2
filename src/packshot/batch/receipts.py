"""The receipt of a photo: one row of Parquet that says all that became of it.

What a line of `report.jsonl` tells in both languages at length, a receipt tells in columns: a catalogue of
millions is asked questions by DuckDB, Spark or pandas, not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from packshot.words import LANGUAGES, Words, say

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]
"""The columns of `schema()`, as plain values."""
Line = Mapping[str, Any]
"""What a work tells of a photo: a Result's `as_dict()` with `files`."""

MOST_FINDINGS = 40
MILLISECONDS = 1000


@cache
def schema() -> pa.Schema:
    import pyarrow as pa

    text, number, whole = pa.string(), pa.float32(), pa.int64()
    texts = pa.list_(text)
    finding = pa.struct(
        {
            "rule": text,
            "severity": text,
            "measured": text,
            "limit": text,
            "unit": text,
            "confidence": number,
            "fixable": text,
            "boxes": pa.list_(pa.list_(pa.int32())),
        }
    )
    output = pa.struct(
        {
            "variant": text,
            "file": text,
            "sha256": text,
            "size_bytes": whole,
            "width": pa.int32(),
            "height": pa.int32(),
            "verdict": text,
            "findings": pa.list_(finding),
            "delta_e": number,
            "fill_share": number,
            "tone": number,
            "contrast": number,
            "shadow_share": number,
            "made_by": text,  # the wish that it was recoloured by; none where the run itself made it
        }
    )
    layer = pa.struct({"layer": text, "file": text, "sha256": text})
    stage = pa.struct({"stage": text, "ms": number})
    return pa.schema(
        {
            # which photo
            "key": text,
            "sha256": text,
            "stamp": text,
            "where": text,
            "sku": text,
            "place": pa.int32(),
            "title": text,
            "shelf": texts,
            "category": text,
            "category_confidence": number,
            "width": pa.int32(),
            "height": pa.int32(),
            "size_bytes": whole,
            # what became of it
            "status": text,
            "reasons_en": texts,
            "reasons_ru": texts,
            "verdict": text,
            "findings": pa.list_(finding),
            "difficulty": text,
            "route": text,
            "engine": text,
            "confidence": number,
            "delta_e": number,
            "guards_failed": texts,
            "error": text,
            "error_en": text,
            "error_ru": text,
            "cure_en": text,
            "cure_ru": text,
            # what was written
            "folder": text,
            "name": text,
            "outputs": pa.list_(output),
            "layers": pa.list_(layer),
            "trail": text,
            "left": texts,  # files that we wrote for it and that are no longer its results
            # how it went
            "ms": number,
            "stages": pa.list_(stage),
            "attempts": pa.int32(),
            "same_as": text,
            "decision": text,
            # what made it
            "identity": text,
            "profile": text,
            "profile_sha256": text,
            "options": text,
            "weights": text,
            "version": text,
            "run": text,
            "done_at": pa.timestamp("ms", tz="UTC"),
        }
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a photo before it is worked: the first columns of its receipt."""

    key: str
    stamp: str
    sku: str
    place: int
    title: str
    shelf: tuple[str, ...]
    category: str
    category_confidence: float | None
    folder: str
    name: str
    """What its results are called."""
    identity: str
    making: Mapping[str, Any]
    """All that decides what the pictures are: profile, options, weights, version."""
    run: str
    decision: str | None = None
    """What a person decided, where this is done for it: `redone:best`."""
    where: str = ""
    """The photo's full path or address."""


def row_of(asked: Asked, line: Line, *, sha256: str, size_bytes: int, attempts: int) -> Row:
    """A work's line as a receipt."""
    before = line.get("before") or {}
    source = before.get("source") or {}
    facts = before.get("facts") or {}
    seconds = line.get("seconds") or {}
    reasons = line.get("reasons") or ()
    error = line.get("error") or {}
    looks = {f"look: {name}": value for name, value in (before.get("seconds") or {}).items()}
    return {
        "key": asked.key,
        "sha256": sha256,
        "stamp": asked.stamp,
        "where": asked.where,
        "sku": asked.sku,
        "place": asked.place,
        "title": asked.title,
        "shelf": list(asked.shelf),
        "category": asked.category,
        "category_confidence": asked.category_confidence,
        **{side: (source.get("size") or {}).get(side) for side in ("width", "height")},
        "size_bytes": size_bytes,
        "status": line["status"],
        **{f"reasons_{language}": [one[language] for one in reasons] for language in LANGUAGES},
        "verdict": before.get("verdict"),
        "findings": _findings(before),
        "difficulty": (line.get("difficulty") or {}).get("level"),
        "route": line.get("route"),
        "engine": (facts.get("subject") or {}).get("engine"),
        "confidence": (facts.get("subject") or {}).get("confidence"),
        "delta_e": _worst([_delta_e(line, place) for place in range(len(line.get("outputs") or ()))]),
        "guards_failed": [guard["name"] for guard in line.get("guards") or () if not guard["passed"]],
        "error": error.get("code"),
        **{f"error_{language}": (error.get("message") or {}).get(language) for language in LANGUAGES},
        **{f"cure_{language}": (error.get("cure") or {}).get(language) for language in LANGUAGES},
        "folder": asked.folder,
        "name": asked.name,
        "outputs": outputs_of(line),
        "layers": [
            {"layer": layer, "file": file, "sha256": line["files"].get(file)}
            for layer, file in (line.get("layers") or {}).items()
        ],
        "trail": line.get("trail"),
        "left": [],
        "ms": sum(seconds.values()) * MILLISECONDS,
        "stages": [
            {"stage": stage, "ms": value * MILLISECONDS} for stage, value in {**looks, **seconds}.items()
        ],
        "attempts": attempts,
        "same_as": None,
        "decision": asked.decision,
        "identity": asked.identity,
        "profile": before.get("profile") or asked.making.get("profile"),
        **{name: asked.making.get(name) for name in ("profile_sha256", "options", "weights", "version")},
        "run": asked.run,
        "done_at": datetime.now(UTC),
    }


def failed_row(asked: Asked, why: Words, *, code: str, cure: Words | None, attempts: int) -> Row:
    """A photo that could not be read, or whose worker died: its receipt says why, in its own words."""
    told = {language: why.in_(language) for language in LANGUAGES}
    line = {
        "status": "failed",
        "reasons": [told],
        "error": {
            "code": code,
            "message": told,
            "cure": {language: cure.in_(language) for language in LANGUAGES} if cure else None,
        },
    }
    return row_of(asked, line, sha256="", size_bytes=0, attempts=attempts)


def files_of(row: Row) -> Iterator[tuple[str, str]]:
    """Every file that a receipt speaks of, with its sha256."""
    yield from ((one["file"], one["sha256"]) for one in row["outputs"] or ())
    yield from ((one["file"], one["sha256"]) for one in row["layers"] or ())


def own_files(row: Row) -> frozenset[str]:
    """All that was ever written for the photo: free to write over."""
    return frozenset([*(file for file, _ in files_of(row)), *(row.get("left") or ()), row["trail"]]) - {None}


def table(rows: Sequence[Row]) -> pa.Table:
    """A row that no receipt can hold is a bug of ours; it must not take those of its shard along."""
    import pyarrow as pa

    told = list(rows)
    try:
        return pa.Table.from_pylist(told, schema=schema())
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        return pa.Table.from_pylist([row if _fits(row) else _misfit(row) for row in told], schema=schema())


def _fits(row: Row) -> bool:
    import pyarrow as pa

    try:
        pa.Table.from_pylist([row], schema=schema())
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        return False
    return True


def _misfit(row: Row) -> Row:
    """What can be kept of it: its texts, as text. Only where that is not enough is the photo a failed one."""
    plain = {name: _written(value) for name, value in row.items()}
    if _fits(plain):
        return plain
    kept = ("key", "sha256", "stamp", "folder", "name", "identity", "run", "attempts", "done_at", "left")
    why = say("bug: {what}", what=say("its receipt cannot be written"))
    lost = [file for file, _ in files_of(plain)]
    return {
        **dict.fromkeys(schema().names),
        **{name: plain[name] for name in kept},
        "status": "failed",
        "error": "bug",
        **{f"reasons_{language}": [why.in_(language)] for language in LANGUAGES},
        **{f"error_{language}": why.in_(language) for language in LANGUAGES},
        **{name: [] for name in ("shelf", "findings", "guards_failed", "outputs", "layers", "stages")},
        "left": [*(plain["left"] or ()), *lost],
    }


def _written(value: Any) -> Any:
    """A file's name may be bytes that are no text; in a receipt they are spelt out."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [_written(one) for one in value]
    return {name: _written(one) for name, one in value.items()} if isinstance(value, dict) else value


def outputs_of(line: Line) -> list[Row]:
    after = line.get("after") or {}
    return [
        {
            "variant": variant,
            "file": made["file"],
            "sha256": made["sha256"],
            "size_bytes": made["size_bytes"],
            "width": made["width"],
            "height": made["height"],
            "verdict": (after.get(variant) or {}).get("verdict"),
            "findings": _findings(after.get(variant) or {}),
            "delta_e": _delta_e(line, place),
            **_looks(after.get(variant) or {}, made),
            "made_by": None,
        }
        for place, (variant, made) in enumerate((line.get("outputs") or {}).items())
    ]


def _looks(report: Line, made: Line) -> Row:
    """How the finished picture looks beside others of the catalogue: how large, how light, how strong."""
    facts = report.get("facts") or {}
    subject = facts.get("subject") or {}
    box = subject.get("box")
    tone = facts.get("tone") or {}
    ground = (facts.get("background") or {}).get("seen_share")
    # What is neither ground nor product: its shadow, and a rim of some pixels about both.
    shadow = None if ground is None or not box else max(0.0, 1.0 - ground - subject["coverage"])
    longer = (
        max((box["right"] - box["left"]) / made["width"], (box["bottom"] - box["top"]) / made["height"])
        if box
        else None
    )
    return {
        "fill_share": longer,
        "tone": tone.get("median_l"),
        "contrast": tone.get("contrast"),
        "shadow_share": shadow,
    }


def _findings(report: Line) -> list[Row]:
    return [
        {
            "rule": one["rule"],
            "severity": one["severity"],
            "measured": _text(one["measured"]),
            "limit": _text(one["limit"]),
            "unit": one["unit"],
            "confidence": one["confidence"],
            "fixable": one["fixable"],
            "boxes": [[box[side] for side in ("left", "top", "right", "bottom")] for box in one["boxes"]],
        }
        for one in (report.get("findings") or ())[:MOST_FINDINGS]
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _delta_e(line: Line, place: int) -> float | None:
    """The colour guard reads each picture once, in their order."""
    read = [guard["measured"] for guard in line.get("guards") or () if guard["name"] == "colour"]
    return read[place] if place < len(read) else None


def _worst(values: Sequence[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
