"""Which defects does `packshot check` see, how surely, and how often does it cry over a clean card?

    packshot train defects --data SETS --out CARDS --split val --count 1410
    python benchmarks/moderation.py --data CARDS [--limit N] [--page docs/quality.md]

Checks every card of the folder with a neutral profile, all rules on. What was found stays in
CARDS/findings.jsonl: cards that are there are not checked again; --anew forgets it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from judge import page
from judge.expected import BACKGROUND, ENLARGED, EXPECTED, FORGIVEN, SPEAKS_OF_GROUND, UNCLEAR
from judge.expected import RULES as MEASURED
from judge.tables import table

import packshot
from packshot.image.types import Box
from packshot.profiles.load import load_profile
from packshot.profiles.profile import Profile
from packshot.rules.base import RULES
from packshot.training.defects import synthesize

SPOKEN = 1.0
"""Findings stand above all silence."""
SMALLER_IS_WORSE = ("frame_fill", "jpeg_quality", "sharpness")
LIGHT = ["#FFFFFF", "#F5F5F5", "#EEEEEE"]
OFF = (
    "image_size",
    "aspect_ratio",
    "file_size",
    "safe_zone",
    "alpha_present",
    "duplicate_photo",
    "scale_marker",
)


@cache
def neutral(*, worn: bool) -> Profile:
    """The house's own limits, every light ground fine; sizes of the files are not what is asked here."""
    says: dict[str, object] = {f"rules.{rule}.severity": "error" for rule in RULES.names() if rule not in OFF}
    says |= {f"rules.{rule}.severity": "off" for rule in OFF if rule in RULES.names()}
    says["rules.background_color.colours"] = LIGHT
    return load_profile("base", category="fashion.on_model" if worn else "", overrides=says)


# --- checking -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checked:
    truth: dict[str, Any]
    found: dict[str, Any]

    def score(self, rule: str) -> float:
        """The surest finding, its figure only tells equals apart; under all of them, what the judge alone
        would give where the rule is silent.
        """
        return max(
            (SPOKEN + one["confidence"] + 1e-4 * _tie(rule, one["measured"]) for one in self.of(rule)),
            default=self.glance(rule),
        )

    def glance(self, rule: str) -> float:
        """The learned judge's chance of the defects that the rule must tell."""
        chances = self.found.get("glance", {})
        kinds = [kind for kind, (must, _) in EXPECTED.items() if rule in must]
        return 1 - float(np.prod([1 - chances.get(kind, 0.0) for kind in kinds]))

    def of(self, rule: str) -> list[dict[str, Any]]:
        return [one for one in self.found["findings"] if one["rule"] == rule]

    @property
    def kinds(self) -> dict[str, str]:
        return self.truth["kinds"]

    def right(self, rule: str) -> bool | None:
        """Must the rule speak? None where it may."""
        if any(rule in EXPECTED[kind][0] for kind in self.kinds):
            return True
        fair = {rule for kind in self.kinds for rule in EXPECTED[kind][1]}
        fair.update(FORGIVEN.get(self.truth["looks_like"], ()))
        fair.update(("person_present",) if self.truth["worn"] else ())
        fair.update(("sharpness",) if self.truth["enlarged"] > ENLARGED else ())
        return None if rule in fair else False


def _tie(rule: str, measured: object) -> float:
    if not isinstance(measured, (int, float)):
        return 0.0
    share = abs(measured) / (1 + abs(measured))
    return 1 - share if rule in SMALLER_IS_WORSE else share


def checked(folder: Path, limit: int, *, anew: bool) -> list[Checked]:
    cache = folder / "findings.jsonl"
    if anew:
        cache.unlink(missing_ok=True)
    known = (
        {one["file"]: one for one in map(json.loads, cache.read_text("utf8").splitlines())}
        if cache.exists()
        else {}
    )
    out = []
    with cache.open("a", encoding="utf8") as held:
        for truth in list(synthesize.read(folder))[: limit or None]:
            found = known.get(str(truth["file"]))
            if found is None:
                found = check(folder, truth)
                held.write(json.dumps(found) + "\n")
                held.flush()
            out.append(Checked(truth, found))
    return out


def check(folder: Path, truth: dict[str, Any]) -> dict[str, Any]:
    data = (folder / truth["file"]).read_bytes()
    start = time.process_time()
    report = packshot.check(data, profile=neutral(worn=truth["worn"]), name=truth["file"])
    ms = 1000 * (time.process_time() - start)
    findings = [
        {
            "rule": one.rule, "confidence": one.confidence, "measured": _plain(one.measured),
            "learned": one.learned,
            "boxes": [[box.left, box.top, box.right, box.bottom] for box in one.boxes],
        }
        for one in report.findings
    ]  # fmt: skip
    glance = report.facts["glance"]
    return {
        "file": truth["file"],
        "ms": round(ms, 1),
        "findings": findings,
        "glance": glance["defects"],
        "answers": {question: glance[question] for question in ("shown", "person", "view")},
    }


def _plain(measured: object) -> object:
    return list(measured) if isinstance(measured, tuple) else measured


# --- figures ------------------------------------------------------------------------------------------------


def wilson(hits: int, count: int, z: float = 1.96) -> tuple[float, float]:
    if count == 0:
        return 0.0, 1.0
    p, n = hits / count, count
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
    return max(0.0, float(low)), min(1.0, float(high))


def share(hits: int, count: int) -> str:
    if not count:
        return "–"
    low, high = wilson(hits, count)
    return f"{hits / count:.3f} [{low:.2f}, {high:.2f}]"


def average_precision(scores: Sequence[float], truths: Sequence[bool]) -> float:
    """Mean precision over the places of the positives; what has no score stands last, all at once."""
    score, truth = np.array(scores, np.float64), np.array(truths, bool)
    if not truth.any():
        return float("nan")
    total, hits, seen, before = 0.0, 0, 0, 0.0
    for value in np.unique(score)[::-1]:
        here = score == value
        hits, seen = hits + int(truth[here].sum()), seen + int(here.sum())
        recall = hits / truth.sum()
        total += (recall - before) * hits / seen
        before = recall
    return float(total)


def of_rule(cards: Iterable[Checked], rule: str) -> tuple[list[float], list[bool]]:
    asked = [(card.score(rule), right) for card in cards if (right := card.right(rule)) is not None]
    return [score for score, _ in asked], [right for _, right in asked]


def rule_row(cards: Sequence[Checked], rule: str) -> list[object]:
    scores, truths = of_rule(cards, rule)
    spoken = [score >= SPOKEN for score in scores]
    hits = sum(s and t for s, t in zip(spoken, truths, strict=True))
    families = [
        average_precision(*of_rule((c for c in cards if c.truth["family"] == f), rule)) for f in FAMILIES
    ]
    return [
        f"`{rule}`", sum(truths), len(truths) - sum(truths),
        share(hits, sum(spoken)), share(hits, sum(truths)),
        *(f"{value:.3f}" for value in (average_precision(scores, truths), *families)),
    ]  # fmt: skip


FAMILIES = ("fashion", "household")


def kind_rows(cards: Sequence[Checked]) -> Iterator[list[object]]:
    """Of each kind and grade: how many were told by a rule that must speak."""
    for kind, (must, _) in EXPECTED.items():
        some = [card for card in cards if kind in card.kinds]
        if not some:
            continue
        told = [any(card.of(rule) for rule in must) for card in some]
        grades = []
        for grade in synthesize.GRADES:
            here = [hit for hit, card in zip(told, some, strict=True) if card.kinds[kind] == grade]
            grades.append(f"{sum(here)} of {len(here)}")
        families = []
        for family in FAMILIES:
            here = [hit for hit, card in zip(told, some, strict=True) if card.truth["family"] == family]
            families.append(f"{sum(here)} of {len(here)}")
        yield [kind, ", ".join(f"`{rule}`" for rule in must), *grades, *families, share(sum(told), len(told))]


def alarm_rows(cards: Sequence[Checked]) -> Iterator[list[object]]:
    clean = [card for card in cards if not card.kinds]
    groups = {"plain": [card for card in clean if not card.truth["looks_like"]]}
    for trouble in synthesize.TROUBLE:
        groups[trouble] = [card for card in clean if card.truth["looks_like"] == trouble]
    groups["all"] = clean
    for name, some in groups.items():
        if not some:
            continue
        alarms = Counter(rule for card in some for rule in false_alarms(card))
        wrong = sum(bool(false_alarms(card)) for card in some)
        told = ", ".join(f"`{rule}` {count}" for rule, count in alarms.most_common()) or "–"
        yield [name, len(some), f"{wrong}", share(wrong, len(some)), told]


def false_alarms(card: Checked) -> set[str]:
    return {one["rule"] for one in card.found["findings"] if card.right(one["rule"]) is False}


def background_rows(cards: Sequence[Checked]) -> Iterator[list[object]]:
    bad = {kind for kinds in BACKGROUND.values() for kind in kinds}
    for family in (*FAMILIES, "both"):
        some = [c for c in cards if family in ("both", c.truth["family"]) and not set(c.kinds) & set(UNCLEAR)]
        truth = [bool(set(card.kinds) & bad) for card in some]
        said = [speaks_of_ground(card) for card in some]
        hits = sum(t and s for t, s in zip(truth, said, strict=True))
        kept = sum(not t and not s for t, s in zip(truth, said, strict=True))
        defective, clean = sum(truth), len(truth) - sum(truth)
        balanced = (hits / max(1, defective) + kept / max(1, clean)) / 2
        yield [
            family,
            len(some),
            share(hits + kept, len(some)),
            share(hits, defective),
            share(kept, clean),
            f"{balanced:.3f}",
        ]


def speaks_of_ground(card: Checked) -> bool:
    """What a clean card forgives counts for nothing here."""
    return any(card.of(rule) and (card.kinds or card.right(rule) is False) for rule in SPEAKS_OF_GROUND)


def located(cards: Sequence[Checked]) -> list[list[object]]:
    sides_right = sides = twins_right = twins = 0
    for card in cards:
        if card.truth["crop"] and (found := card.of("subject_cropped")):
            sides += 1
            sides_right += sides_of(found[0]["boxes"], card.truth) == set(card.truth["crop"])
        if "twin" in card.kinds and (found := card.of("subject_repeated")):
            twins += 1
            twins_right += len(found[0]["boxes"]) == card.truth["count"]
    hits, said, there = text_matches(cards)
    precision, recall = hits / max(1, said), hits / max(1, there)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return [
        ["sides of a cut product, where told", sides, share(sides_right, sides)],
        ["how many twins, where told", twins, share(twins_right, twins)],
        ["laid text, boxes at IoU ≥ 0.5: precision", said, share(hits, said)],
        ["the same: recall", there, share(hits, there)],
        ["the same: F1", there, f"{f1:.3f}"],
    ]


def sides_of(boxes: Sequence[Sequence[int]], truth: dict[str, Any]) -> set[str]:
    """Which side each strip lies along."""
    wide, tall = truth["width"], truth["height"]
    lies = {
        "left": lambda left, top, right, bottom: left == 0 and right < wide / 8,
        "right": lambda left, top, right, bottom: right == wide and left > wide * 7 / 8,
        "top": lambda left, top, right, bottom: top == 0 and bottom < tall / 8,
        "bottom": lambda left, top, right, bottom: bottom == tall and top > tall * 7 / 8,
    }
    return {name for name, along in lies.items() for box in boxes if along(*box)}


def text_matches(cards: Sequence[Checked]) -> tuple[int, int, int]:
    """Found boxes that meet a laid line, found boxes, laid lines."""
    hits = said = there = 0
    for card in cards:
        if not set(card.kinds) & {"text_ru", "text_en", "price_tag"}:
            continue
        lines = [Box(*word["box"]) for word in card.truth["words"] if word["of"] != "print"]
        found = [Box(*box) for one in card.of("overlaid_text") for box in one["boxes"]]
        said, there = said + len(found), there + len(lines)
        for line in lines:
            best = max(found, key=lambda box: iou(box, line), default=None)
            if best is not None and iou(best, line) >= 0.5:
                hits += 1
                found.remove(best)
    return hits, said, there


def iou(one: Box, other: Box) -> float:
    both = one.meet(other).area
    return both / max(1, one.area + other.area - both)


# --- the section --------------------------------------------------------------------------------------------

INTRO = """\
{count} cards of the split `{split}` from `packshot train defects`, each with one known defect (some with two)
in three grades, or clean; checked by the profile `base` with every rule on and every light ground allowed
(`benchmarks/moderation.py`). A card on which a rule may rightly speak though it need not (a badge is a
thing, too) is left out of that rule's row (`benchmarks/judge/expected.py`). Brackets: Wilson, 95 %. AP: by
the finding's confidence; a card on which the rule is silent stands below all others, by what the learned
judge alone says of it."""


RULE_TITLES = (
    "rule", "cards with it", "without", "precision", "recall", "AP", *(f"AP {name}" for name in FAMILIES)
)  # fmt: skip
TIME = "One check takes {:.0f} ms of one core (median), 95 % of them at most {:.0f} ms."
YES_OR_NO = ("goods", "n", "accuracy", "defects told", "clean kept", "balanced")


def section(cards: Sequence[Checked]) -> str:
    rules = [rule for rule in MEASURED if rule in RULES.names()]
    rows = [rule_row(cards, rule) for rule in rules]
    missing = sorted(set(MEASURED) - set(rules))
    aps = [average_precision(*of_rule(cards, rule)) for rule in rules]
    ms = [card.found["ms"] for card in cards]
    split = str(cards[0].truth["split"])
    parts = [
        INTRO.format(count=len(cards), split=split),
        "### By rule",
        table(RULE_TITLES, rows),
        f"Macro AP: {np.nanmean(aps):.3f} over {len(rules)} rules."
        + (f" No rule yet: {', '.join(missing)}." if missing else ""),
        "### By defect: told by the rule that must speak",
        table(("defect", "rule", *synthesize.GRADES, *FAMILIES, "all"), kind_rows(cards)),
        "### Clean cards",
        table(("cards", "n", "with a false alarm", "share", "by rule"), alarm_rows(cards)),
        "### Any background defect: yes or no",
        table(YES_OR_NO, background_rows(cards)),
        "### Where",
        table(("what", "n", "right"), located(cards)),
        TIME.format(*np.percentile(ms, (50, 95))),
    ]  # fmt: skip
    return "\n\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="what `packshot train defects` left")
    parser.add_argument("--limit", type=int, default=0, help="the first so many cards; 0: all")
    parser.add_argument("--anew", action="store_true", help="check again what was checked before")
    parser.add_argument("--page", type=Path, help="the page whose section is written anew")
    wish = parser.parse_args()
    cv2.setNumThreads(1)
    text = section(checked(wish.data, wish.limit, anew=wish.anew))
    print(text)
    if wish.page:
        page.put(wish.page, "moderation", f"## Which defects are told\n\n{text}")


if __name__ == "__main__":
    main()
