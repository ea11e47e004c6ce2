"""Check & fix and Photo in a real Chromium, over a real service: hands, keys, and what they see."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from service_kit import serving

sys.path.insert(0, str(Path(__file__).parents[2] / "report"))
from browser import CHROMIUM, Browser

from packshot.service.pages.check import SAMPLES

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")]

NAMED = {
    "button",
    "link",
    "textbox",
    "combobox",
    "slider",
    "checkbox",
    "radio",
    "image",
    "meter",
    "progressbar",
}
"""Roles that mean nothing without a name."""
NUMBERS = {"Escape": 27}
TILES = "[...document.querySelectorAll('.tile')]"
FOUND = "document.querySelector('.finding[data-finding]')"
DEAF = """globalThis.XMLHttpRequest = class {
    upload = {}; open() {} setRequestHeader() {} send() { this.onerror(); }
}"""
"""A network that is away."""
DROP = """(async () => {
    const photo = await (await fetch('/samples/label_box.jpg')).blob();
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([photo], 'dropped.jpg', {type: 'image/jpeg'}));
    dataTransfer.items.add(new File(['x'], 'notes.txt', {type: 'text/plain'}));
    for (const type of ['dragenter', 'dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, {dataTransfer, bubbles: true, cancelable: true}));
})()"""
SMALL = """[...document.querySelectorAll('main a, main button, main summary')]
    .filter(one => one.checkVisibility() && !one.closest('p, dd'))
    .filter(one => Math.min(one.offsetWidth, one.offsetHeight) < 24).map(one => one.outerHTML)"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("house") / "data", PACKSHOT_WORKERS="1") as client:
        yield str(client.base_url).rstrip("/")


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path / "profile") as opened:
        yield opened
        assert opened.messages == [], "nothing broken, nothing refused by the policy"


@pytest.fixture(scope="module")
def photo(address: str) -> str:
    """Of one that is mended and has boxes."""
    import httpx

    with httpx.Client(base_url=address, timeout=60) as client:
        data = (SAMPLES / "sale_badge.jpg").read_bytes()
        form = {"profile": "yandex_market", "wait": "30"}
        told = client.post("/v1/fix", files={"file": ("badge.jpg", data)}, data=form).json()
    return f"{address}/photos/{told['id']}"


def go(browser: Browser, url: str) -> None:
    browser.ask("globalThis.before = true")
    browser.call("Page.navigate", url=url)
    until(browser, "!globalThis.before && document.readyState == 'complete'")
    until(browser, "document.documentElement?.classList.contains('scripted')")


def until(browser: Browser, script: str, seconds: float = 60) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := browser.ask(f"!!({script})"):
            return found
        time.sleep(0.05)
    raise AssertionError(f"never: {script}")


def press(browser: Browser, key: str, code: str = "") -> None:
    """As a hand does: letters by place, others by name."""
    for kind in ("keyDown", "keyUp"):
        more: dict[str, Any] = {"text": key} if kind == "keyDown" and len(key) == 1 else {}
        if key in NUMBERS:  # what Chromium itself obeys it knows by number
            more["windowsVirtualKeyCode"] = NUMBERS[key]
        browser.call("Input.dispatchKeyEvent", type=kind, key=key, code=code or key, **more)


def choose(browser: Browser, *files: Path) -> None:
    found = browser.call("Runtime.evaluate", expression="document.getElementById('files')")
    names = [str(file) for file in files]
    browser.call("DOM.setFileInputFiles", files=names, objectId=found["result"]["objectId"])


def test_photos_appear_at_once_are_done_one_by_one_and_are_there_on_return(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    broken = tmp_path / "no photo.jpg"
    broken.write_bytes(b"<script>alert(1)</script>")
    go(browser, f"{address}/")
    choose(browser, SAMPLES / "bottle.jpg", SAMPLES / "sale_badge.jpg", broken)
    until(browser, f"{TILES}.length == 3", 2)
    until(browser, f"{TILES}.filter(tile => tile.querySelector('canvas, img')).length == 2", 5)
    until(browser, f"{TILES}.every(tile => tile.dataset.state == 'done')")
    assert browser.ask("document.getElementById('sum').textContent") == "Done: 3 of 3"
    names = browser.ask(f"{TILES}.map(tile => tile.querySelector('.name').textContent)")
    assert names == ["bottle.jpg", "sale_badge.jpg", "no photo.jpg"], "in the order in which they were chosen"
    assert browser.ask(
        f"{TILES}.every(tile => tile.querySelector('.outcome svg') && tile.querySelector('.why').textContent)"
    )
    until(browser, f"{TILES}.filter(tile => tile.querySelector('img')?.naturalWidth).length == 2")
    assert "job=" in browser.ask("location.search")
    go(browser, f"{address}/")
    assert browser.ask(f"{TILES}.map(tile => tile.querySelector('.name').textContent)") == names
    until(browser, "document.getElementById('sum').textContent == 'Done: 3 of 3'")
    browser.ask("document.getElementById('clear').click()")
    until(browser, "document.querySelectorAll('.tile').length == 0 && document.getElementById('samples')")


def test_what_is_dropped_on_the_page_is_taken(browser: Browser, address: str) -> None:
    go(browser, f"{address}/")
    browser.ask(DROP)
    until(
        browser, f"{TILES}.length == 1 && {TILES}[0].querySelector('.name').textContent == 'dropped.jpg'", 5
    )
    assert browser.ask("document.getElementById('veil').hidden")
    until(browser, f"{TILES}[0].dataset.state == 'done'")
    href = browser.ask(f"{TILES}[0].querySelector('a').href")
    browser.ask(f"{TILES}[0].querySelector('a').focus()")
    press(browser, "Enter")
    until(browser, f"location.href == {json.dumps(href)}", 5)


def test_what_could_not_be_sent_says_so_and_is_sent_again(browser: Browser, address: str) -> None:
    go(browser, f"{address}/")
    browser.ask(DEAF)
    choose(browser, SAMPLES / "bottle.jpg")
    until(browser, f"{TILES}[0]?.dataset.state == 'refused'", 5)
    assert "does not answer" in browser.ask(f"{TILES}[0].textContent")
    assert not browser.ask(f"{TILES}[0].querySelector('.again').hidden")


def test_the_edge_moves_by_keys_and_by_hand(browser: Browser, photo: str) -> None:
    go(browser, photo)
    at = "getComputedStyle(frame).getPropertyValue('--at')"
    assert browser.ask(at) == "50%"
    browser.ask("frame.focus()")
    press(browser, "ArrowLeft")
    assert browser.ask(at) == "48%"
    place = browser.ask(
        "(({left, top, width, height}) => [left, top, width, height])(frame.getBoundingClientRect())"
    )
    left, top, width, height = place
    mouse = {"button": "left", "buttons": 1, "clickCount": 1, "y": top + height / 3}
    browser.call("Input.dispatchMouseEvent", type="mousePressed", x=left + width / 2, **mouse)
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=left + width / 4, **mouse)
    browser.call("Input.dispatchMouseEvent", type="mouseReleased", x=left + width / 4, **mouse)
    assert browser.ask(at) == "25%"
    clip = browser.ask("getComputedStyle(document.querySelector('.pane.after')).clipPath")
    assert clip in ("inset(0px 0px 0px 25%)", "inset(0px 0px 0px 25%)")


def test_a_finding_and_its_boxes_light_up_together(browser: Browser, photo: str) -> None:
    go(browser, photo)
    browser.ask(f"{FOUND}.focus()")
    number = browser.ask(f"{FOUND}.dataset.finding")
    lit = browser.ask("[...document.querySelectorAll('.box.lit')].map(box => box.dataset.finding)")
    assert lit == [number] * browser.ask(
        f"document.querySelectorAll('.box[data-finding=\"{number}\"]').length"
    )
    assert lit
    assert browser.ask("frame.classList.contains('peek')"), "the whole photo is seen meanwhile"
    browser.ask("document.activeElement.blur()")
    assert browser.ask("document.querySelectorAll('.lit').length") == 0
    assert not browser.ask("frame.classList.contains('peek')")


def test_zoom_goes_to_the_pixel_and_back(browser: Browser, photo: str) -> None:
    go(browser, photo)
    until(browser, "document.querySelector('.pane.after img').naturalWidth")
    press(browser, "1", "Digit1")
    assert browser.ask("document.getElementById('zoom-said').textContent") == "100%"
    until(browser, "document.querySelector('.pane.after img').src.includes('/files/light')")
    drawn = browser.ask(
        "document.querySelector('.pane.after:not([hidden]) img').getBoundingClientRect().height"
    )
    assert drawn >= 1600, "a pixel of the picture is one of the screen"
    press(browser, "+", "Equal")
    press(browser, "+", "Equal")
    assert browser.ask("frame.hasAttribute('data-crisp')")
    assert (
        browser.ask("getComputedStyle(document.querySelector('.pane.after img')).imageRendering")
        == "pixelated"
    )
    press(browser, "Escape")
    assert not browser.ask("frame.hasAttribute('data-zoomed')")
    press(browser, "Escape")
    until(browser, "location.search.startsWith('?job=')", 5)


def test_variants_go_round_and_the_cut_lies_on_squares(browser: Browser, photo: str) -> None:
    go(browser, photo)
    shown = "document.querySelector('.pane.after:not([hidden])')"
    roles = []
    for _ in range(4):
        roles.append(browser.ask(f"{shown}.dataset.role"))
        if roles[-1] == "cutout":
            assert "conic-gradient" in browser.ask(f"getComputedStyle({shown}).backgroundImage")
        press(browser, "м", "KeyV")  # under a Russian layout
    assert roles == ["light", "dark", "cutout", "light"]


def test_keys_are_told_on_asking(browser: Browser, photo: str) -> None:
    go(browser, photo)
    press(browser, "?", "Slash")
    assert browser.ask("document.getElementById('keys').open")
    assert browser.ask("document.activeElement.closest('dialog') !== null")
    press(browser, "Escape")
    until(browser, "!document.getElementById('keys').open", 2)


def test_the_theme_changes_at_once_and_stays(browser: Browser, address: str) -> None:
    go(browser, f"{address}/")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert browser.ask(ground) == "rgb(236, 236, 236)"
    browser.ask("document.querySelector('[data-theme-choice=dark]').click()")
    assert browser.ask(ground) == "rgb(22, 22, 22)"
    go(browser, f"{address}/")
    assert browser.ask(ground) == "rgb(22, 22, 22)"


@pytest.mark.parametrize("width", [1280, 640, 390, 360])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_pages_fit_and_everything_has_a_name(
    browser: Browser, address: str, photo: str, width: int, language: str
) -> None:
    browser.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False
    )
    for page in (f"{address}/", photo):
        go(browser, f"{page}?lang={language}")
        assert browser.ask("document.documentElement.lang") == language
        too_wide = browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, f"{page} scrolls sideways at {width} px"
        tree = browser.call("Accessibility.getFullAXTree")["nodes"]
        nameless = [
            node["role"]["value"]
            for node in tree
            if not node["ignored"]
            and node.get("role", {}).get("value") in NAMED
            and not node.get("name", {}).get("value", "").strip()
        ]
        assert nameless == [], f"{page} in {language}"
        assert browser.ask(SMALL) == [], "a finger needs 24 px"
