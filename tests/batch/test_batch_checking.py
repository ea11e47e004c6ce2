"""Judging many: each report comes in order, and each photo is judged beside those before it."""

from __future__ import annotations

from pathlib import Path

from drawn import mug, tree

from packshot.batch.checking import Check, check_all
from packshot.batch.names import name_items
from packshot.batch.sources import gather


def test_a_photo_sent_twice_is_told_at_the_later_one(tmp_path: Path) -> None:
    source = tree(tmp_path, {"a.png": mug(), "b.png": b"no photo", "c.png": mug(side=300)})
    checked = list(check_all(name_items(gather([str(source)]).found), Check((None,)), jobs=1))
    assert [one.item.key for one in checked] == ["a.png", "b.png", "c.png"]
    rules = [[finding.rule for finding in one.report.findings] if one.report else [] for one in checked]
    assert "duplicate_photo" not in rules[0]
    assert rules[1] == ["bad_photo"]
    assert rules[2].count("duplicate_photo") == 1
    assert checked[2].report is not None
    (finding,) = (finding for finding in checked[2].report.findings if finding.rule == "duplicate_photo")
    assert "a.png" in str(finding.message)
