"""Explained: every rule says what it read, what it compared and who asks for it, and nothing is made up."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))
from drawn import mug

from packshot.journey.check import check, check_each
from packshot.journey.examine import profile_of
from packshot.journey.report import Report
from packshot.report import entry, explained
from packshot.rules.base import RULES
from packshot.rules.probe import Asks
from packshot.words import LANGUAGES


@pytest.fixture(scope="module")
def report() -> Report:
    return check(mug(side=500), profile="yandex_market", name="mug.png", explain=True)


def test_every_rule_of_the_profile_is_explained_as_it_judged(report: Report) -> None:
    profile = profile_of("yandex_market")
    one_photo = [rule.name for rule, _ in profile.rules("source") if rule.judge]
    assert [told.rule for told in report.explained] == one_photo
    found = {finding.rule for finding in report.findings}
    assert {told.rule for told in report.explained if not told.holds} == found


def test_a_number_that_broke_is_the_finding_s_own(report: Report) -> None:
    told = {finding.rule: (finding.measured, finding.limit) for finding in report.findings}
    size = next(one for one in report.explained if one.rule == "image_size")
    broken = [(one.measured, one.limit) for one in size.asked if one.holds is False]
    assert told["image_size"] in broken


def test_no_number_holds_that_the_measured_value_exceeds(report: Report) -> None:
    for told in report.explained:
        for one in told.asked:
            if one.holds and isinstance(one.measured, float) and isinstance(one.limit, float):
                slack = 0.05 + 1e-6 * abs(one.limit)  # figures are rounded for people
                high = one.asks is Asks.AT_MOST
                assert one.measured <= one.limit + slack if high else one.measured >= one.limit - slack


def test_each_limit_names_who_asks_for_it(report: Report) -> None:
    size = next(one for one in report.explained if one.rule == "image_size")
    width = next(one for one in size.asked if one.field == "min_width")
    assert (width.measured, width.limit, width.holds) == (500.0, 1200.0, False)
    assert width.said is not None
    assert (width.said.by, width.said.source, width.said.trust) == ("yandex_market", "BR", "brief")
    assert width.said.read


def test_what_was_looked_at_are_facts_with_their_values(report: Report) -> None:
    size = next(one for one in report.explained if one.rule == "image_size")
    assert size.read == {"source.size": {"width": 500, "height": 500}}
    json.dumps(report.as_dict())


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_as_text(report: Report, language: str) -> None:
    told = entry.checked(json.loads(json.dumps(report.as_dict())), key="mug.png", path="mug.png")
    lines = list(explained.lines(told.told["explained"], language))
    assert sum(depth == 0 for depth, _, _ in lines) == len(report.explained)
    assert any("500" in text and "BR" in text for _, _, text in lines)


def test_a_report_that_was_not_asked_to_explain_holds_no_explanation() -> None:
    assert "explained" not in check(mug(side=300)).as_dict()


# ---- several marketplaces at once --------------------------------------------------------------------------


def test_several_profiles_share_one_look_and_each_gives_its_own_verdict() -> None:
    profiles = [profile_of(name) for name in ("yandex_market", "wildberries", "ozon")]
    photo = io.BytesIO()
    Image.fromarray(np.full((900, 700, 3), 255, np.uint8)).save(photo, "PNG")
    reports = check_each(photo.getvalue(), profiles)
    assert [one.profile for one in reports] == ["yandex_market", "wildberries", "ozon"]
    assert reports[0].facts["subject"] == reports[2].facts["subject"]
    assert all(value >= 0 for one in reports for value in one.seconds.values())


def test_one_of_several_judges_as_it_does_alone() -> None:
    names = ("yandex_market", "ozon")
    together = check_each(mug(side=500), [profile_of(name) for name in names])
    for name, one in zip(names, together, strict=True):
        alone = check(mug(side=500), profile=name)
        assert (one.verdict, [f.rule for f in one.findings]) == (
            alone.verdict,
            [f.rule for f in alone.findings],
        )


def test_bytes_that_are_no_photo_are_told_for_every_profile() -> None:
    reports = check_each(b"no photo", [profile_of(name) for name in ("yandex_market", "ozon")])
    assert [[f.rule for f in one.findings] for one in reports] == [["bad_photo"], ["bad_photo"]]
    assert "bad_photo" not in RULES
