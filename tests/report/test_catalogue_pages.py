"""The page and the review sheet of a catalogue, as a browser shows them."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import CHROMIUM, Browser
from hypothesis import given, settings
from PIL import Image
from receipts_drawn import Row, failed, finding, output, receipt, receipts

from packshot.errors import Refused
from packshot.report.catalogue import review_sheet
from packshot.report.catalogue.decisions import Choice, Decision, read
from packshot.report.catalogue.run_page import page
from packshot.report.catalogue.survey import Survey

HOSTILE = "\"><img src=x onerror=alert(1)><script>alert(2)</script>'{key}</style>"
NEEDS_BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")


def drawn(colour: str = "teal") -> bytes:
    small = io.BytesIO()
    Image.new("RGB", (60, 80), colour).save(small, "WEBP")
    return small.getvalue()


PICTURE = drawn()


def rows() -> list[Row]:
    """Every kind of photo, each text of them hostile."""
    texts = {"title": HOSTILE, "reasons_en": [HOSTILE], "reasons_ru": [HOSTILE], "profile": HOSTILE}
    made = [
        receipt(f"{HOSTILE}{n}", category=HOSTILE, findings=[finding(HOSTILE)], **texts) for n in range(20)
    ]
    for n in range(6):
        key = f"{n} {HOSTILE}"
        pale = [output(key, variant, tone=95.0) for variant in ("light", HOSTILE)]
        made.append(receipt(key, status="review", confidence=n / 10, outputs=pale, **texts))
    made.append(failed(f"gone {HOSTILE}", HOSTILE, error_en=HOSTILE, cure_en=HOSTILE, cure_ru=HOSTILE))
    made.append(receipt("old", version="0.0.9", stages=[{"stage": HOSTILE, "ms": 5.0}]))
    return made


class Tags(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def of(rows: list[Row], language: str = "en") -> str:
    return "".join(
        page(Survey().add_all(rows), lambda _: PICTURE, language, title=HOSTILE, before=lambda _: PICTURE)
    )


@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_text_of_a_receipt_becomes_markup(language: str) -> None:
    tags = Tags(of(rows(), language)).seen
    assert [tag for tag, _ in tags if tag == "script"] == []
    assert not [attrs for _, attrs in tags if any(name.startswith("on") for name in attrs)]


def test_the_page_asks_no_other_host_for_anything() -> None:
    text = of(rows())
    links = [attrs[name] or "" for _, attrs in Tags(text).seen for name in ("src", "href") if name in attrs]
    assert links
    assert all(link.startswith(("data:image/", "#")) for link in links)
    assert "url(" not in text
    assert "default-src 'none'; img-src data:" in text


@settings(max_examples=15, deadline=None)
@given(rows=receipts())
def test_any_receipts_make_a_page_in_both_languages(rows: list[Row]) -> None:
    for language in ("en", "ru"):
        text = of(rows, language)
        assert text.endswith("</html>\n")
        assert not [tag for tag, _ in Tags(text).seen if tag in ("script", "i", "b>")]


def test_what_is_shown_does_not_grow_with_the_catalogue() -> None:
    def shown(count: int) -> int:
        many = [receipt(f"{n}.jpg", delta_e=n / 9, confidence=n / 1000, ms=float(n)) for n in range(count)]
        return of(many).count("<img")

    assert shown(400) == shown(200) <= 3 * (24 + 24 + 12)


def test_pictures_that_are_gone_are_told() -> None:
    text = "".join(page(Survey().add_all([receipt()]), lambda _: b"", "en", title="Autumn"))
    assert "<img" not in text
    assert "There is no picture to show." in text


def test_thousands_and_shares_are_written_for_people() -> None:
    many = [receipt(f"{n}.jpg") for n in range(1499)] + [failed("x.jpg")]
    text = of(many, "ru")
    assert "1\u202f500 фото" in text
    assert "1\u202f499" in text
    assert "&gt;\u202f99,9\u202f%" in text, "one failed, so it is not 100 %"


def test_numbers_of_the_page_add_up_to_the_photos() -> None:
    text = of(rows())
    counts = re.search(r'<div class="statuses">(.*?)</div>', text, re.S)
    assert counts
    assert sum(int(number) for number in re.findall(r"<b>(\d+)</b>", counts[1])) == len(rows())


# ---- the review sheet --------------------------------------------------------------------------------------


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    folder = tmp_path / "review"
    shown = review_sheet.write(
        rows(), lambda _: PICTURE, folder, "en", title=HOSTILE, before=lambda _: drawn("white")
    )
    assert shown == 6
    return folder


def test_a_sheet_shows_what_nobody_has_decided_least_sure_first() -> None:
    decided = receipt("decided", status="review", decision="redo:best", confidence=0.0)
    again = receipt("again", status="review", decision="redone:best", confidence=0.0)
    waiting = review_sheet.queue([*rows(), decided, again], most=4)
    assert [case.key[:2] for case in waiting.cases] == ["ag", "0 ", "1 ", "2 "]
    assert waiting.waiting == 3


def test_a_sheet_is_a_folder_of_its_page_its_pictures_and_an_open_table(sheet: Path) -> None:
    text = (sheet / "index.html").read_text("utf8")
    named = {attrs["src"] for tag, attrs in Tags(text).seen if tag == "img"}
    assert named == {f"pictures/{path.name}" for path in (sheet / "pictures").iterdir()}
    assert len(named) == 6 * 3
    table = list(csv.DictReader(io.StringIO((sheet / "decisions.csv").read_text("utf-8-sig"))))
    assert [row["key"] for row in table] == [f"{n} {HOSTILE}" for n in range(6)]
    assert {row["decision"] for row in table} == {""}
    assert read((sheet / "decisions.csv").read_bytes(), "decisions.csv") == []


def test_no_text_of_a_receipt_becomes_markup_on_the_sheet(sheet: Path) -> None:
    tags = Tags((sheet / "index.html").read_text("utf8")).seen
    assert [tag for tag, _ in tags].count("script") == 1, "ours"
    assert not [attrs for _, attrs in tags if any(name.startswith("on") for name in attrs)]


def test_decisions_in_the_folder_are_never_written_over(sheet: Path) -> None:
    again = ([receipt(status="review")], lambda _: PICTURE, sheet, "en")
    assert review_sheet.write(*again) == 1, "a sheet without decisions may be made anew"
    (sheet / "decisions.csv").write_text("key,decision\na.jpg,approve\n")
    with pytest.raises(Refused, match="holds decisions"):
        review_sheet.write(*again)


def test_a_page_of_another_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>My shop</h1>")
    with pytest.raises(Refused):
        review_sheet.write([receipt(status="review")], lambda _: PICTURE, tmp_path, "en")
    assert (tmp_path / "index.html").read_text() == "<h1>My shop</h1>"


def test_where_nothing_waits_nothing_is_written(tmp_path: Path) -> None:
    assert review_sheet.write([receipt()], lambda _: PICTURE, tmp_path / "review", "en") == 0
    assert not (tmp_path / "review").exists()


# ---- in a real browser -------------------------------------------------------------------------------------


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path / "chromium", width=390, height=800) as browser:
        yield browser


@NEEDS_BROWSER
def test_the_page_opens_without_a_complaint_and_fits_a_phone(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text(of(rows(), "ru"), encoding="utf-8")
    browser.open(tmp_path / "report.html")
    assert browser.messages == []
    assert browser.ask("document.documentElement.scrollWidth") <= 390
    browser.ask("Promise.all([...document.images].map(i => { i.loading = 'eager'; return i.decode(); }))")


def saved(browser: Browser) -> bytes:
    """The table that the button gives."""
    browser.ask("HTMLAnchorElement.prototype.click = () => {}")
    browser.ask("URL.createObjectURL = blob => { window.saved = blob; return 'blob:x'; }")
    browser.press("KeyS", "ы")
    text: str = browser.ask(
        "saved.arrayBuffer().then(b => [...new Uint8Array(b)].map(n => String.fromCharCode(n)).join(''))"
    )
    return text.encode("latin-1")


def opened_again(browser: Browser, page: Path) -> str:
    """A browser keeps what a page stored a moment after it was stored: looked for until it is there."""
    told = ""
    for _ in range(40):
        browser.open(page)
        told = browser.ask("document.getElementById('count').textContent")
        if not told.startswith("0"):
            break
        time.sleep(0.25)
    return told


@NEEDS_BROWSER
def test_keys_decide_and_the_table_reads_back(browser: Browser, tmp_path: Path) -> None:
    keys = ["=1+1.jpg", "'=2.jpg", 'a "b", c.jpg', "осень\n.jpg", HOSTILE]
    photos = [receipt(key, status="review", confidence=n / 10) for n, key in enumerate(keys)]
    review_sheet.write(photos, lambda _: PICTURE, tmp_path / "sheet", "en")
    browser.open(tmp_path / "sheet" / "index.html")
    assert browser.ask("document.querySelectorAll('.doubtful:not([hidden])').length") == 1
    browser.press("KeyA", "ф")  # a Russian layout
    browser.ask("note.value = '=note'; quality.value = 'fast'")
    browser.press("KeyR")
    browser.press("KeyX")
    browser.press("KeyX")
    browser.press("KeyZ")  # the last one was a slip
    assert browser.ask("document.getElementById('count').textContent") == "3 of 5 decided"
    assert opened_again(browser, tmp_path / "sheet" / "index.html") == "3 of 5 decided"
    assert browser.ask("document.querySelector('.doubtful:not([hidden])').dataset.key") == keys[3]
    assert read(saved(browser), "decisions.csv") == [
        Decision(keys[0], Choice.APPROVE),
        Decision(keys[1], Choice.REDO, "=note", "fast"),
        Decision(keys[2], Choice.REJECT),
    ]
    assert browser.messages == []


@NEEDS_BROWSER
def test_a_note_is_typed_and_decides_nothing(browser: Browser, sheet: Path) -> None:
    browser.open(sheet / "index.html")
    shown = "[...document.querySelectorAll('.doubtful:not([hidden]) img')]"
    browser.ask(f"Promise.all({shown}.map(picture => picture.decode()))")
    browser.press("KeyN")
    browser.press("KeyX")
    assert browser.ask("document.activeElement.id") == "note"
    assert browser.ask("document.getElementById('count').textContent") == "0 of 6 decided"
    browser.press("Escape", "Escape")
    browser.press("Digit2", "2")
    shown = browser.ask(
        "[...document.querySelectorAll('.doubtful:not([hidden]) [data-variant]:not([hidden])')]"
        ".map(one => one.dataset.variant)"
    )
    assert shown == [HOSTILE]
    browser.press("ArrowRight", "ArrowRight")
    assert browser.ask("document.querySelector('.doubtful:not([hidden])').dataset.key").startswith("1 ")
