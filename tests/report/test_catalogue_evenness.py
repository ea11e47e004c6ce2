"""What is usual in a catalogue is found though some pictures are far off, and those are named."""

from __future__ import annotations

import random
from pathlib import Path
from statistics import median

import pytest
from receipts_drawn import Row, output, receipt

from packshot.batch.receipts import Asked, row_of
from packshot.journey.fix import fix
from packshot.report.catalogue.evenness import FEWEST, MOST_LISTED, TO_SIGMA, Evenness, furthest
from packshot.report.catalogue.survey import Survey

EXAMPLES = Path(__file__).parents[2] / "examples" / "photos"


def row(key: str, tone: float, category: str = "", **other: float) -> Row:
    outputs = [output(key, variant, tone=tone, **other) for variant in ("light", "dark")]
    return receipt(key, category=category, outputs=outputs)


def of(rows: list[Row], measure: str, variant: str = "light") -> list[Evenness]:
    told = Survey().add_all(rows).evenness()
    return [one for one in told if (one.measure, one.variant) == (measure, variant)]


def drawn(count: int, seed: int = 7) -> list[float]:
    chance = random.Random(seed)
    return [chance.gauss(60, 4) for _ in range(count)]


def test_usual_and_spread_are_those_of_the_values() -> None:
    tones = drawn(999)
    (told,) = of([row(f"{n}.jpg", tone) for n, tone in enumerate(tones)], "tone")
    middle = median(tones)
    assert told.median == pytest.approx(middle, abs=0.25)
    assert told.spread == pytest.approx(TO_SIGMA * median(abs(t - middle) for t in tones), abs=0.4)
    assert told.pictures == 999


def test_each_picture_that_is_far_off_is_named_and_no_other() -> None:
    rows = [row(f"{n}.jpg", min(70.0, max(50.0, tone))) for n, tone in enumerate(drawn(400))]
    rows += [row("pale.jpg", 95.0), row("night.jpg", 5.0)]
    (told,) = of(rows, "tone")
    assert told.outliers == 2
    assert [one.case.key for one in told.furthest] == ["night.jpg", "pale.jpg"]
    assert told.furthest[0].value == 5.0
    assert told.furthest[0].z < 0 < told.furthest[1].z


def test_a_few_far_off_do_not_move_what_is_usual() -> None:
    even = [row(f"{n}.jpg", 60 + n % 5) for n in range(100)]
    far = [row(f"far{n}.jpg", 99.0) for n in range(30)]
    (told,) = of([*even, *far], "tone")
    assert told.outliers == 30, "all are counted"
    assert len(told.furthest) == MOST_LISTED, "and no more than some are listed"
    assert 60 <= told.median <= 64


def test_categories_are_held_against_themselves() -> None:
    rows = [row(f"dark{n}.jpg", 20.0 + n % 3, "night") for n in range(50)]
    rows += [row(f"pale{n}.jpg", 80.0 + n % 3, "day") for n in range(50)]
    assert [(one.category, one.outliers) for one in of(rows, "tone")] == [("day", 0), ("night", 0)]


def test_what_nobody_sees_is_no_outlier() -> None:
    """All alike but one, which is off by a hair: the spread alone would be nothing."""
    rows = [row(f"{n}.jpg", 60.0, fill_share=0.95) for n in range(50)]
    rows.append(row("hair.jpg", 61.0, fill_share=0.955))
    assert [one.outliers for one in Survey().add_all(rows).evenness()] == [0] * 8


def test_shadow_and_size_are_measured_too() -> None:
    rows = [row(f"{n}.jpg", 60.0, shadow_share=0.1 + n % 3 / 100) for n in range(50)]
    rows += [row("bare.jpg", 60.0, shadow_share=0.0), row("small.jpg", 60.0, fill_share=0.4)]
    assert [one.case.key for told in of(rows, "shadow_share") for one in told.furthest] == ["bare.jpg"]
    assert [one.case.key for told in of(rows, "fill_share") for one in told.furthest] == ["small.jpg"]


def test_a_handful_is_no_catalogue() -> None:
    rows = [row(f"{n}.jpg", 60.0) for n in range(FEWEST - 1)]
    assert Survey().add_all(rows).evenness() == []
    assert Survey().add_all([*rows, row("last.jpg", 60.0)]).evenness() != []


def test_a_photo_whose_two_pictures_are_off_is_listed_once() -> None:
    rows = [row(f"{n}.jpg", 60.0 + n % 3) for n in range(50)] + [row("pale.jpg", 95.0)]
    assert [one.case.key for one in furthest(Survey().add_all(rows).evenness(), 10)] == ["pale.jpg"]


def shadow_share(photo: bytes, kind: str) -> float:
    """As the receipt of a photo that was really mended tells it."""
    line = fix(photo, profile="yandex_market", overrides={"retouch.shadow.kind": kind}).as_dict()
    for variant, made in line["outputs"].items():
        made["file"] = f"{variant}.jpg"
    asked = Asked("a.jpg", "", "a", 0, "", (), "", None, "", "a", "", {}, "")
    outputs = row_of(asked, line | {"files": {}}, sha256="", size_bytes=0, attempts=1)["outputs"]
    shares: set[float] = {one["shadow_share"] for one in outputs}
    assert len(shares) == 1, "both variants have the same shadow"
    return shares.pop()


def test_a_receipt_tells_pictures_with_and_without_a_shadow_apart() -> None:
    """0.06 and 0.20 on this photo: the first is the rim about the product."""
    photo = (EXAMPLES / "white_mug.jpg").read_bytes()
    assert shadow_share(photo, "none") + 0.05 < shadow_share(photo, "contact_drop")
