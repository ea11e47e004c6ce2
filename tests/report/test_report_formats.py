"""Every format tells every photo; what a file is called cannot break out of any of them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from PIL import Image

from packshot.image.photo import Source
from packshot.image.types import Box, Size
from packshot.journey.report import Difficulty, Level, Report, Verdict
from packshot.report import as_text, entry
from packshot.report.entry import Entry
from packshot.report.formats import NAMES, format_called
from packshot.report.page import page
from packshot.report.sheet import Row, sheets
from packshot.rules.base import Finding, Fixable, Severity
from packshot.words import LANGUAGES, say

NASTY = '<b>"x", 50%:\n=1+1</b>.jpg'

FINDING = Finding(
    "background_color",
    Severity.ERROR,
    say("The ground is {colour}, ΔE {away:.1f} away.", colour="#C0B090", away=14.25),
    say("Shoot on white paper, or let us lay {hint}.", hint="<the colour> & more, 100 %"),
    measured=14.25,
    limit=3.0,
    unit="ΔE",
    boxes=(Box(10, 20, 110, 220), Box(0, 0, 5, 5)),
    confidence=0.8,
    fixable=Fixable.YES,
)
WARNING = Finding("centering", Severity.WARNING, say("Off."), say("Centre it."), (0.1, 0.2), "middle")


def report(name: str, *findings: Finding) -> Report:
    return Report(
        name=name,
        source=Source(name, "ab" * 32, "jpeg", 1000, Size(400, 300)),
        profile="yandex_market",
        profile_sha256="cd" * 32,
        category="",
        where="source",
        findings=findings,
        verdict=Verdict.FIX if findings else Verdict.PUBLISH,
        difficulty=Difficulty(Level.HARD, (say("several objects"),)),
        why=say("The retouch mends it.") if findings else say("Every rule holds."),
    )


def told(name: str, *findings: Finding) -> Entry:
    return entry.checked(report(name, *findings).as_dict(), key=name, path=f"photos/{name}")


ENTRIES = (
    told("good.jpg"),
    told(NASTY, FINDING, WARNING),
    entry.broken("b.jpg", "b.jpg", say("bug: {x}", x=1)),
)


def text_of(name: str, entries: Sequence[Entry] = ENTRIES, language: str = "en") -> str:
    return "".join(format_called(name)(entries, language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_format_speaks_both_languages(name: str, language: str) -> None:
    assert text_of(name, language=language)


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(KeyError):
        format_called("xml")


def test_text_answers_first_and_needs_no_colour() -> None:
    lines = text_of("text").splitlines()
    assert lines[0] == "✔ good.jpg: Ready to publish: nothing to mend"
    assert [line.strip() for line in lines[1:3]] == [
        "Every rule holds.",
        "Difficulty: hard (several objects).",
    ]
    name = NASTY.replace("\n", "\ufffd")
    assert f"▲ {name}: We can fix it: 1 error, 1 warning" in lines
    assert "The retouch mends it." in text_of("text")
    assert "✖ error background_color: The ground is #C0B090, ΔE 14.2 away. (80% sure)" in text_of("text")
    assert "Shoot on white paper" in text_of("text")
    assert "\x1b" not in text_of("text")


def test_text_is_coloured_only_where_asked_and_falls_back_to_plain_shapes() -> None:
    coloured = "".join(as_text.lines(ENTRIES, "en", as_text.Look(colour=True)))
    assert "\x1b[" in coloured
    plain = "".join(as_text.lines(ENTRIES, "en", as_text.Look(plain_shapes=True)))
    assert plain.startswith("+ good.jpg")
    assert "✖" not in plain


def test_json_holds_all_that_is_known() -> None:
    document = json.loads(text_of("json"))
    assert [photo["key"] for photo in document["photos"]] == ["good.jpg", NASTY, "b.jpg"]
    assert document["photos"][1]["findings"][0]["boxes"][0] == {
        "left": 10,
        "top": 20,
        "right": 110,
        "bottom": 220,
    }
    assert document["totals"] == {"publish": 1, "fix": 1, "failed": 1}
    assert json.loads(text_of("json", [])) == {"packshot": document["packshot"], "photos": [], "totals": {}}


def test_csv_has_a_row_a_finding_and_one_for_a_clean_photo() -> None:
    rows = list(csv.DictReader(io.StringIO(text_of("csv"))))
    assert [(row["photo"], row["rule"]) for row in rows] == [
        ("good.jpg", ""), (NASTY, "background_color"), (NASTY, "centering"), ("b.jpg", ""),
    ]  # fmt: skip
    assert rows[1]["measured"] == "14.25"
    assert rows[1]["boxes"] == "10,20,110,220 0,0,5,5"
    assert rows[2]["measured"] == "0.1 0.2"


def test_csv_never_hands_a_formula_to_a_table() -> None:
    name = "=HYPERLINK(1).jpg"
    (row,) = csv.DictReader(io.StringIO(text_of("csv", [entry.broken(name, name, say("=1+1"))])))
    assert row["photo"] == "'=HYPERLINK(1).jpg"
    assert row["why"] == "'=1+1"


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_and_code_scanning_tell_why_the_verdict_is_so(language: str) -> None:
    why = [" ".join(line[language] for line in one.why) for one in ENTRIES]
    assert all(why)
    rows = list(csv.DictReader(io.StringIO(text_of("csv", language=language))))
    assert [row["why"] for row in rows] == [why[0], why[1], why[1], why[2]]
    run = json.loads(text_of("sarif", language=language))["runs"][0]
    assert [result["properties"]["why"] for result in run["results"]] == [why[1], why[1]]
    verdicts = [artifact["properties"]["verdicts"] for artifact in run["artifacts"]]
    assert [[one["why"] for one in told] for told in verdicts] == [[one] for one in why]


def test_code_scanning_keeps_the_verdict_of_every_marketplace() -> None:
    two = [
        entry.checked(
            replace(report("a.jpg"), profile=profile).as_dict(),
            key="a.jpg",
            path="a.jpg",
            one_of_several=True,
        )
        for profile in ("ozon", "wildberries")
    ]
    (artifact,) = json.loads(text_of("sarif", two))["runs"][0]["artifacts"]
    assert [one["profile"] for one in artifact["properties"]["verdicts"]] == ["ozon", "wildberries"]


def test_github_annotations_are_escaped() -> None:
    lines = text_of("github").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(
        '::error file=photos/<b>"x"%2C 50%25%3A%0A=1+1</b>.jpg,line=1,title=packshot%3A'
    )
    assert lines[0].endswith("100 %25.")
    assert lines[1].startswith("::warning ")
    assert lines[2].startswith("::error file=b.jpg,")


def test_sarif_has_what_code_scanning_asks_for() -> None:
    document = json.loads(text_of("sarif"))
    assert (document["version"], len(document["runs"])) == ("2.1.0", 1)
    run = document["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["background_color", "centering"]
    for rule in run["tool"]["driver"]["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
    assert len(run["results"]) == 2
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] == 1
        assert " " not in place["artifactLocation"]["uri"]
        assert "\n" not in place["artifactLocation"]["uri"]
        assert len(result["partialFingerprints"]["packshot/v1"]) == 64
    assert run["invocations"][0]["executionSuccessful"] is False
    assert {artifact["location"]["uri"] for artifact in run["artifacts"]} >= {"photos/good.jpg", "b.jpg"}


def test_sarif_fingerprints_hold_from_run_to_run_and_differ_from_each_other() -> None:
    first, second = (json.loads(text_of("sarif"))["runs"][0]["results"] for _ in range(2))
    prints = [result["partialFingerprints"]["packshot/v1"] for result in first]
    assert prints == [result["partialFingerprints"]["packshot/v1"] for result in second]
    assert len(set(prints)) == len(prints)


# ---- the page ----------------------------------------------------------------------------------------------

VOID = {"meta", "img", "input", "path", "rect", "br", "link"}


class Reader(HTMLParser):
    """Opens the page strictly: every tag closed, every picture inside, nothing from outside."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str, **having: str) -> list[dict[str, str | None]]:
        return [
            attributes
            for name, attributes in self.tags
            if name == tag and all(value in (attributes.get(key) or "") for key, value in having.items())
        ]


def small(shade: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, shade, shade)).save(written, "WEBP")
    return written.getvalue()


def page_of(language: str = "en", **pictures: bytes) -> tuple[str, Reader]:
    text = "".join(
        page(
            ENTRIES,
            lambda _: pictures,
            language,
            title="Run <1>",
            counted={"publish": 1, "fix": 1, "failed": 1},
        )
    )
    return text, Reader(text)


def test_a_finding_links_to_the_paragraph_on_how_to_shoot() -> None:
    text, reader = page_of()
    links = {(attributes["href"] or "") for attributes in reader.all("a")}
    assert "#guide-background_color" in links
    assert all(reader.all("article", id=link[1:]) for link in links)
    assert text.count('id="guide-background_color"') == 1


def test_the_page_stands_alone() -> None:
    text, reader = page_of(before=small(100), light=small(200), dark=small(50))
    assert all((image["src"] or "").startswith("data:image/webp;base64,") for image in reader.all("img"))
    assert "http://" not in text
    assert "https://" not in text
    policy = reader.all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"] or ""
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not [
        attributes for _, attributes in reader.tags if "style" in attributes or "onclick" in attributes
    ]


def test_a_photo_that_was_mended_is_compared_by_a_slider_with_a_name() -> None:
    _, reader = page_of(before=small(100), light=small(200), dark=small(50))
    sliders = reader.all("input", type="range")
    assert len(sliders) == len(ENTRIES)
    assert all(slider["aria-label"] for slider in sliders)
    assert len(reader.all("button", **{"data-variant": ""})) >= 2 * len(ENTRIES)
    assert all(image["alt"] for image in reader.all("img"))


def test_boxes_of_findings_lie_on_the_photo_and_light_up_with_them() -> None:
    _, reader = page_of(before=small(100))
    boxes = reader.all("rect", **{"class": "box"})
    assert [(box["x"], box["y"], box["width"], box["height"]) for box in boxes] == [
        ("10", "20", "100", "200"), ("0", "0", "5", "5"),
    ]  # fmt: skip
    findings = [li for li in reader.all("li", **{"class": "finding"}) if li.get("data-finding")]
    assert {finding["data-finding"] for finding in findings} == {box["data-finding"] for box in boxes}
    assert all(finding["tabindex"] == "0" for finding in findings)


def test_nothing_that_a_file_is_called_becomes_markup() -> None:
    text, reader = page_of(before=small(100))
    assert "<b>" not in text.replace('<b class="', "")
    assert NASTY in "".join(reader.text)
    assert "<the colour> & more" in "".join(reader.text)


def test_the_page_speaks_the_language_asked_for() -> None:
    text, reader = page_of("ru", before=small(100))
    assert reader.all("html")[0]["lang"] == "ru"
    assert page_of("en", before=small(100))[0] != text


def test_a_page_without_photos_says_so() -> None:
    text = "".join(page([], lambda _: {}, "en", title="Run", counted={}))
    assert "No photos." in "".join(Reader(text).text)


# ---- the contact sheet -------------------------------------------------------------------------------------


def rows(count: int) -> list[Row]:
    made = {"before": small(90), "light": small(240), "dark": small(200)}
    return [Row(told(f"кружка {number}.jpg", FINDING), made) for number in range(count)]


def test_a_sheet_shows_before_and_every_variant_in_a_row() -> None:
    (sheet,) = sheets(rows(3), "ru")
    with Image.open(io.BytesIO(sheet)) as picture:
        assert picture.width > 3 * 360
        assert picture.height > 3 * 360
        assert picture.info["comment"] == b"packshot contact sheet"


def test_many_photos_go_on_several_sheets() -> None:
    assert len(list(sheets(rows(41), "en"))) == 2


def test_a_photo_without_pictures_has_its_row() -> None:
    (sheet,) = sheets([Row(ENTRIES[2], {})], "en")
    assert sheet


def test_russian_is_told_in_latin_letters_where_no_font_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import ImageFont

    from packshot.report import sheet

    plain: Any = ImageFont.load_default(17)
    monkeypatch.setattr(sheet, "font", lambda size: plain)
    assert sheet.speakable("Щука — ёж.jpg") == "Shchuka - ezh.jpg"
