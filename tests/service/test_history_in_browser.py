"""History in a real Chromium: chosen by hand and by keys, deleted and taken back, filtered at a touch."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_kit import noise, serving

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from browser import CHROMIUM, Browser

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")]

COUNT = 12
SHIFT = 8
CHOSEN = "[...document.querySelectorAll('.tile:has(:checked) .name')].map(one => one.textContent)"
SEEN = "[...document.querySelectorAll('.tile:not([hidden]) .name')].map(one => one.textContent)"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with serving(tmp_path_factory.mktemp("house") / "data", PACKSHOT_WORKERS="1") as asking:
        files = [("files", (f"{number:02}.jpg", noise(number))) for number in range(COUNT)]
        asking.post(
            "/v1/jobs", files=[*files, ("files", ("broken.jpg", noise(0)[:200]))], data={"kind": "check"}
        )
        end = time.monotonic() + 60
        while asking.get("/v1/photos/counts").json().get(""):
            assert time.monotonic() < end
            time.sleep(0.1)
        yield asking


@pytest.fixture
def browser(client: httpx.Client, tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path / "profile") as opened:
        go(opened, str(client.base_url.join("/history?search=.jpg&lang=en")))
        yield opened
        told = [one for one in opened.messages if "404" not in one]  # of the photo that nobody can open
        assert told == [], "nothing broken, nothing refused by the policy"


def go(browser: Browser, url: str) -> None:
    browser.call("Page.navigate", url=url)
    until(browser, "document.querySelector('#chosen #many') && document.readyState === 'complete'")
    until(browser, "document.documentElement.classList.contains('scripted')")


def until(browser: Browser, script: str) -> Any:
    end = time.monotonic() + 20
    while not (got := browser.ask(f"!!({script})")):
        assert time.monotonic() < end, script
        time.sleep(0.05)
    return got


def press(browser: Browser, key: str, code: str = "", *, shift: bool = False) -> None:
    for kind in ("keyDown", "keyUp"):
        browser.call(
            "Input.dispatchKeyEvent", type=kind, key=key, code=code or key, modifiers=SHIFT if shift else 0
        )


def click(browser: Browser, selector: str, *, shift: bool = False) -> None:
    place = json.loads(
        browser.ask(f"JSON.stringify(document.querySelector({json.dumps(selector)}).getBoundingClientRect())")
    )
    at = {"x": place["x"] + place["width"] / 2, "y": place["y"] + place["height"] / 2}
    for kind in ("mousePressed", "mouseReleased"):
        more = {"button": "left", "clickCount": 1, "modifiers": SHIFT if shift else 0}
        browser.call("Input.dispatchMouseEvent", type=kind, **at, **more)


def tile(number: int) -> str:
    """The newest is the first."""
    return f".tile:nth-child({number})"


def test_shift_chooses_a_range_by_hand_and_by_keys(browser: Browser) -> None:
    names = browser.ask(SEEN)
    click(browser, f"{tile(2)} input")
    click(browser, f"{tile(5)} input", shift=True)
    assert browser.ask(CHOSEN) == names[1:5]
    assert browser.ask("document.getElementById('many').textContent") == "Chosen: 4"
    press(browser, "Escape")
    assert browser.ask(CHOSEN) == []
    browser.ask(f"document.querySelector('{tile(3)} > a').focus()")
    press(browser, " ", "Space")
    press(browser, "ArrowRight", shift=True)
    press(browser, "ArrowRight", shift=True)
    assert browser.ask(CHOSEN) == names[2:5]
    press(browser, "ArrowLeft")
    press(browser, " ", "Space")
    assert browser.ask(CHOSEN) == [names[2], names[4]]


def test_what_is_deleted_is_gone_at_once_and_z_takes_it_back(browser: Browser, client: httpx.Client) -> None:
    names = browser.ask(SEEN)
    click(browser, f"{tile(1)} input")
    click(browser, f"{tile(2)} input")
    press(browser, "Delete")
    assert browser.ask(SEEN) == names[2:], "it waited for an answer"
    until(browser, "document.querySelector('#toasts [data-undo]')")
    listed = [one["name"] for one in client.get("/v1/photos").json()["items"]]
    assert listed == names[2:]
    press(browser, "z", "KeyZ")
    until(browser, f"JSON.stringify({SEEN}) === {json.dumps(json.dumps(names, separators=(',', ':')))}")
    assert len(client.get("/v1/photos").json()["items"]) == COUNT + 1


def test_a_filter_needs_no_button_and_says_itself_in_the_address(browser: Browser) -> None:
    browser.ask("document.querySelector('.filters details').open = true")
    browser.ask("document.querySelector('[name=kind]').value = 'check'")
    browser.ask("document.querySelector('[name=kind]').dispatchEvent(new Event('change', {bubbles: true}))")
    until(browser, "location.search === '?search=.jpg&kind=check'")
    until(browser, f"{SEEN}.length === {COUNT + 1}")


def test_a_photo_that_nobody_can_open_has_a_sign_in_its_place(browser: Browser) -> None:
    until(browser, "document.querySelectorAll('.shot img').length === 12")
    assert browser.ask("document.querySelectorAll('.shot svg').length") == 1
