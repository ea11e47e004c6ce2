"""The review queue in a real Chromium, over a real service: keys decide, hands draw, nothing waits."""

from __future__ import annotations

import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_kit import mug, serving

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from browser import CHROMIUM, Browser

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")]

COLOURS = {"red.jpg": (170, 40, 40), "green.jpg": (30, 120, 50), "blue.jpg": (40, 90, 160)}
DOUBT = {"red.jpg": 0.9, "green.jpg": 0.8, "blue.jpg": 0.7}
SHOWN = "document.querySelector('.slot:not([hidden]) .case')"
STILL = 20.0


class Desk:
    """A moderator at the page, and the rows below."""

    def __init__(self, browser: Browser, address: str, database: Path) -> None:
        self.browser, self.address, self.database = browser, address, database
        browser.call("Page.navigate", url=f"{address}/review?lang=en")
        self.until(f"document.readyState === 'complete' && {SHOWN}.view")

    def until(self, script: str) -> Any:
        end = time.monotonic() + STILL
        tried = f"(() => {{ try {{ return {script} }} catch {{ return null }} }})()"
        while not (got := self.browser.ask(tried)):
            assert time.monotonic() < end, (script, self.browser.messages)
            time.sleep(0.05)
        return got

    def sees(self, name: str) -> None:
        self.until(f"{SHOWN}?.getAttribute('aria-label') === {json.dumps(name)}")

    def row(self, name: str) -> tuple[str, str, str]:
        """Decision, outcome and id."""
        with sqlite3.connect(self.database) as base:
            asked = """select decision, outcome, id from photos
                where name = ? and deleted_at is null and parent_id is null"""
            found: tuple[str, str, str] = base.execute(asked, (name,)).fetchone()
        return found

    def is_decided(self, name: str, decision: str) -> None:
        end = time.monotonic() + STILL
        while self.row(name)[0] != decision:
            assert time.monotonic() < end, (self.row(name), decision)
            time.sleep(0.05)

    def mouse(self, kind: str, x: float, y: float) -> None:
        self.browser.call(
            "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1
        )


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Path]]:
    data = tmp_path_factory.mktemp("house") / "data"
    with serving(data, PACKSHOT_WORKERS="1") as client:
        yield client, data / "packshot.db"


@pytest.fixture
def desk(service: tuple[httpx.Client, Path], tmp_path: Path) -> Iterator[Desk]:
    """Three photos wait for a decision, and none besides."""
    client, database = service
    with sqlite3.connect(database, timeout=30) as base:
        base.execute("update photos set deleted_at = created_at")
    files = [("files", (name, mug(colour))) for name, colour in COLOURS.items()]
    client.post("/v1/jobs", files=files, data={"profile": "yandex_market"})
    end = time.monotonic() + 60
    while client.get("/v1/photos/counts").json().get(""):
        assert time.monotonic() < end
        time.sleep(0.1)
    with sqlite3.connect(database, timeout=30) as base:
        for name, doubt in DOUBT.items():
            asked = "update photos set outcome = 'review', doubt = ? where name = ? and deleted_at is null"
            base.execute(asked, (doubt, name))
    with Browser(tmp_path / "profile") as browser:
        yield Desk(browser, str(client.base_url).rstrip("/"), database)
        assert browser.messages == [], "nothing broken, nothing refused by the policy"


def test_keys_decide_and_take_back(desk: Desk) -> None:
    desk.sees("red.jpg")
    desk.until("document.querySelectorAll('.slot').length === 2")
    desk.until("[...document.querySelectorAll('.slot[hidden] img')].every(one => one.naturalWidth)")
    desk.browser.press("KeyA")
    at_once = desk.browser.ask(f"{SHOWN}.getAttribute('aria-label')")
    assert at_once == "green.jpg", "it waited for an answer"
    desk.is_decided("red.jpg", "approved")
    assert desk.row("red.jpg")[1] == "fixed"
    desk.browser.press("KeyX")
    desk.is_decided("green.jpg", "rejected")
    desk.sees("blue.jpg")
    desk.browser.press("KeyZ")
    desk.sees("green.jpg")
    desk.is_decided("green.jpg", "")
    desk.browser.press("KeyZ")
    desk.sees("red.jpg")
    desk.is_decided("red.jpg", "")
    for _ in range(3):
        desk.browser.press("KeyA")
        time.sleep(0.3)
    desk.until("document.querySelector('.desk').classList.contains('bare')")
    for name in COLOURS:
        desk.is_decided(name, "approved")
    assert desk.browser.ask("document.getElementById('empty').checkVisibility()")


def test_a_menu_does_it_again_and_later_is_later(desk: Desk) -> None:
    desk.sees("red.jpg")
    desk.browser.press("ArrowDown", "ArrowDown")
    desk.sees("green.jpg")
    desk.browser.press("KeyR")
    desk.until("document.getElementById('again').open")
    desk.browser.press("Digit3", "3")
    desk.is_decided("green.jpg", "redone")
    desk.sees("blue.jpg")
    with sqlite3.connect(desk.database) as base:
        asked = "select wish from photos where parent_id = ?"
        (wish,) = base.execute(asked, (desk.row("green.jpg")[2],)).fetchone()
    assert json.loads(wish)["settings"] == {"retouch.shadow.kind": "none"}


def test_a_mask_drawn_here_is_composed_anew_beside_the_old_one(desk: Desk) -> None:
    desk.sees("red.jpg")
    old = desk.row("red.jpg")[2]
    desk.browser.press("KeyE")
    desk.until("!document.querySelector('#editor [data-does=save]').disabled")
    place = "JSON.stringify(document.querySelector('#editor canvas').getBoundingClientRect())"
    frame = json.loads(desk.browser.ask(place))
    side = min(frame["width"], frame["height"])
    left = frame["x"] + (frame["width"] - side) / 2
    top = frame["y"] + (frame["height"] - side) / 2
    desk.browser.ask("document.querySelector('#editor input[type=range]').value = 100")
    desk.browser.ask("document.querySelector('#editor input[type=range]').dispatchEvent(new Event('input'))")
    x = left + side * 0.86  # right of the body: the handle
    desk.mouse("mousePressed", x, top + side * 0.3)
    desk.mouse("mouseMoved", x, top + side * 0.8)
    desk.mouse("mouseReleased", x, top + side * 0.8)
    desk.browser.press("Escape", "Escape")
    desk.until("!document.querySelector('.desk').classList.contains('drawing')")
    desk.browser.press("KeyE")
    desk.until("!document.querySelector('#editor [data-does=undo]').disabled")  # the stroke is still there
    desk.browser.ask("document.querySelector('#editor [data-does=save]').click()")
    desk.until(f"{SHOWN} && {SHOWN}.dataset.photo !== {json.dumps(old)}")
    made = desk.browser.ask(f"{SHOWN}.dataset.photo")
    desk.is_decided("red.jpg", "edited")
    beside = f"{SHOWN}.querySelector('.pane.before:not([hidden]) img')"
    assert desk.until(f"{beside}.naturalWidth && {beside}.currentSrc.includes({json.dumps(old)})")
    with sqlite3.connect(desk.database) as base:
        told = base.execute("select parent_id, progress from photos where id = ?", (made,)).fetchone()
    assert told == (old, "done")
    desk.browser.press("KeyZ")
    desk.until(f"{SHOWN}.dataset.photo === {json.dumps(old)}")
    desk.is_decided("red.jpg", "")
