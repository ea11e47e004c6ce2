"""Receipts with a known truth, and any receipts at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

Row = dict[str, Any]


def receipt(key: str = "a.jpg", **other: Any) -> Row:
    """A photo that was mended; `other` says how it differs."""
    made = {
        "key": key,
        "sku": "",
        "title": "",
        "category": "",
        "size_bytes": 1000,
        "status": "fixed",
        "reasons_en": ["Every error is mended."],
        "reasons_ru": ["Все ошибки исправлены."],
        "verdict": "fix",
        "findings": [finding("background_color")],
        "difficulty": "simple",
        "route": "studio",
        "engine": "studio",
        "confidence": 0.9,
        "delta_e": 1.0,
        "guards_failed": [],
        "outputs": [output(key, variant) for variant in ("light", "dark")],
        "ms": 400.0,
        "stages": [{"stage": "open", "ms": 100.0}, {"stage": "guards", "ms": 300.0}],
        "attempts": 1,
        "same_as": None,
        "decision": None,
        "profile": "ozon",
        "profile_sha256": "f00",
        "options": "{}",
        "weights": "{}",
        "version": "0.1.0",
        "run": "one",
        "done_at": datetime(2026, 1, 1, tzinfo=UTC),
        **dict.fromkeys(("error", "error_en", "error_ru", "cure_en", "cure_ru")),
    }
    return made | other


def failed(key: str, code: str = "bad_photo", **other: Any) -> Row:
    nothing: Row = dict.fromkeys(
        ("verdict", "difficulty", "route", "engine", "confidence", "delta_e", "profile_sha256")
    )
    told = {
        "status": "failed",
        "findings": [],
        "outputs": [],
        "error": code,
        "error_en": f"{key} cannot be opened.",
        "error_ru": f"{key} не открывается.",
        "cure_en": "Save the photo again.",
        "cure_ru": "Сохраните фото ещё раз.",
    }
    return receipt(key, **(nothing | told | other))


def output(key: str, variant: str, **other: Any) -> Row:
    made = {
        "variant": variant,
        "file": f"{key}_{variant}.jpg",
        "size_bytes": 500,
        "verdict": "publish",
        "findings": [],
        "delta_e": 1.0,
        "fill_share": 0.95,
        "tone": 60.0,
        "contrast": 50.0,
        "shadow_share": 0.1,
    }
    return made | other


def finding(rule: str, severity: str = "error") -> Row:
    return {"rule": rule, "severity": severity}


NAMES = st.one_of(st.none(), st.sampled_from(["", "a", "b", "<b>", "=1+1", "…"]), st.text(max_size=8))
NUMBERS = st.one_of(
    st.none(),
    st.floats(allow_nan=True, allow_infinity=True, width=32),  # as a receipt holds them
    st.floats(0, 1),
    st.integers(0, 10**6),
)
SEVERITIES = st.sampled_from(["error", "warning", "advice"])
FINDINGS = st.lists(st.builds(finding, st.sampled_from(["r1", "r2", "<i>"]), SEVERITIES), max_size=4)
OUTPUTS = st.lists(
    st.builds(
        lambda variant, verdict, findings, **measured: output(
            "k", variant, verdict=verdict, findings=findings, **measured
        ),
        variant=st.sampled_from(["light", "dark", '"><script>']),
        verdict=st.sampled_from(["publish", "fix", "ask_seller", "by_hand", None]),
        findings=FINDINGS,
        fill_share=NUMBERS,
        tone=NUMBERS,
        contrast=NUMBERS,
        shadow_share=NUMBERS,
    ),
    max_size=3,
)
STAGES = st.lists(
    st.fixed_dictionaries({"stage": st.sampled_from(["open", "look: text", "guards"]), "ms": NUMBERS}),
    max_size=3,
)


@st.composite
def receipts(draw: st.DrawFn, most: int = 8) -> list[Row]:
    """Any rows that a schema allows, each with a key of its own."""
    keys = draw(st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=most))
    return [draw(_any_receipt(key)) for key in keys]


@st.composite
def _any_receipt(draw: st.DrawFn, key: str) -> Row:
    names = ("sku", "title", "category", "difficulty", "route", "engine", "error", "error_en", "error_ru")
    names += ("cure_en", "cure_ru", "same_as", "decision", "profile", "profile_sha256", "weights", "version")
    return receipt(
        key,
        status=draw(st.sampled_from(["compliant", "fixed", "review", "failed", "cut"])),
        verdict=draw(st.sampled_from(["publish", "fix", "ask_seller", "by_hand", None])),
        **{name: draw(NAMES) for name in names},
        **{name: draw(NUMBERS) for name in ("confidence", "delta_e", "ms")},
        **{name: draw(st.lists(st.text(max_size=9), max_size=3)) for name in ("reasons_en", "reasons_ru")},
        findings=draw(st.one_of(st.none(), FINDINGS)),
        outputs=draw(st.one_of(st.none(), OUTPUTS)),
        stages=draw(st.one_of(st.none(), STAGES)),
        attempts=draw(st.integers(0, 3)),
    )
