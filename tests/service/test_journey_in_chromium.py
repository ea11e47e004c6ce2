"""A person's way through the whole service, in a real Chromium, and every page held against axe-core."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from browser import CHROMIUM
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from service_kit import served

NEEDS_CHROMIUM = (
    "no Chromium: apt-get install chromium (Debian, Ubuntu), brew install --cask chromium (macOS)"
)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason=NEEDS_CHROMIUM)]
PHOTOS = Path(__file__).parents[2] / "examples" / "photos"
TAKEN = ("bottle.jpg", "chair.jpg", "cluttered_table.jpg")
"""Two that are mended, and one that a person has to look at."""
EMAIL, PASSWORD = "owner@shop.example", "three quiet kettles"
SLOW = 90_000
"""Milliseconds for photos to be done on a busy machine."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service with accounts, and its first owner."""
    data = tmp_path_factory.mktemp("service") / "data"
    with served(data, "--workers", "1", environment={"PACKSHOT_AUTH": "on"}) as (found, _):
        command = [sys.executable, "-m", "packshot.cli.app", "user", "add", "--data", str(data)]
        command += ["--email", EMAIL, "--organisation", "Shop"]
        subprocess.run(command, input=PASSWORD, text=True, check=True, capture_output=True)
        yield found


class Complaints(list[str]):
    """What pages wrote into the console, what failed, what the policy refused."""

    def listen(self, page: Page) -> None:
        page.on("console", lambda said: said.type in ("error", "warning") and self.append(said.text))
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("response", lambda got: got.status >= 400 and self.append(f"{got.status} {got.url}"))


def signed_in(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/")
    page.locator("input[name=email]").fill(EMAIL)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form[action='/sign-in'] button").click()
    page.wait_for_url(f"{address}/")
    return page


def drop(page: Page, zone: str, names: tuple[str, ...]) -> None:
    """As a hand lets files go over the page."""
    photos = [[name, base64.b64encode((PHOTOS / name).read_bytes()).decode()] for name in names]
    held = page.evaluate_handle(
        """photos => {
            const held = new DataTransfer();
            for (const [name, data] of photos) {
                const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
                held.items.add(new File([bytes], name, {type: "image/jpeg"}));
            }
            return held;
        }""",
        photos,
    )
    for event in ("dragenter", "dragover", "drop"):
        page.dispatch_event(zone, event, {"dataTransfer": held})


def test_a_person_goes_all_the_way(browser: Browser, address: str) -> None:
    complaints = Complaints()
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-GB", accept_downloads=True
    )
    context.set_default_timeout(20_000)
    context.on("page", complaints.listen)
    page = signed_in(context, address)

    drop(page, "#zone", TAKEN)
    tiles = page.locator("#grid > li")
    expect(tiles).to_have_count(3)
    expect(page.locator("#grid .verdict")).to_have_count(3, timeout=SLOW)
    expect(page.locator("#grid progress:visible")).to_have_count(0, timeout=SLOW)

    tiles.filter(has_text="bottle.jpg").locator("a[href^='/photos/']").first.click()
    page.wait_for_url(re.compile("/photos/"))
    move_the_slider(page)

    page.goto(f"{address}/review")
    edit_and_approve(page)

    page.goto(f"{address}/history")
    page.locator("input[name=search]").fill("chair")
    page.locator("input[name=search]").press("Enter")
    expect(page).to_have_url(re.compile("search=chair"))
    found = page.locator("[data-photo]")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("chair.jpg")
    download_chosen(page, found)
    assert complaints == []
    context.close()


def move_the_slider(page: Page) -> None:
    """With the mouse and with the keyboard: the edge between before and after goes along."""
    frame = page.locator("#frame")
    expect(frame).to_be_visible()
    edge = page.locator("#frame .edge")
    before = edge.bounding_box()
    box = frame.bounding_box()
    assert before
    assert box
    page.mouse.move(before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 50, steps=5)
    page.mouse.up()
    after = edge.bounding_box()
    assert after
    assert after["x"] - before["x"] > box["width"] * 0.2
    slider = page.locator("input[type=range]").first
    slider.focus()
    page.keyboard.press("Home")
    moved = edge.bounding_box()
    assert moved
    assert moved["x"] < box["x"] + box["width"] * 0.05


def edit_and_approve(page: Page) -> None:
    """The doubtful photo comes first; a stroke of the brush, and the picture is composed anew; approved."""
    case = page.locator(".slot:not([hidden]) .case")
    expect(case).to_have_attribute("aria-label", "cluttered_table.jpg")
    page.keyboard.press("e")
    board = page.locator("#editor canvas").first
    expect(board).to_be_visible()
    box = board.bounding_box()
    assert box
    editor = page.locator("#editor")
    editor.get_by_label("Take away").or_(editor.get_by_title("Take away")).first.click()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, steps=6)
    page.mouse.up()
    with page.expect_response(re.compile("/mask$")) as saved:
        editor.get_by_role("button", name="Recompose").click()
    assert saved.value.status in (200, 201, 202)
    made = saved.value.json()["id"]
    fresh = page.locator(f".case[data-photo='{made}']")
    expect(fresh).to_have_attribute("data-progress", "done", timeout=SLOW)
    with page.expect_response(re.compile(f"/review/{made}$")) as decided:
        page.keyboard.press("a")
    assert decided.value.ok
    told = page.evaluate("id => fetch(`/v1/photos/${id}`).then(got => got.json())", made)
    assert told["decision"] == "approved"
    assert told["outcome"] == "fixed"


def download_chosen(page: Page, found: Locator) -> None:
    found.locator("input[type=checkbox]").check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").or_(
            page.get_by_role("link", name="Download")
        ).first.click()
    path = download.value.path()
    with zipfile.ZipFile(io.BytesIO(Path(path).read_bytes())) as archive:
        names = set(archive.namelist())
    assert {"chair_main_light.jpg", "chair_main_dark.jpg", "report.jsonl"} <= names


PLACES = (
    *("/", "/history", "/review", "/status", "/rules", "/rules/ozon", "/rules/compare"),
    *("/rules/of/background_color", "/rules/ozon/values"),
    *("/settings", "/settings/members", "/settings/keys", "/settings/usage", "/settings/audit"),
    *("/settings/webhooks", "/settings/organisation"),
)


@pytest.mark.parametrize(("language", "theme", "width"), [("en-GB", "light", 1280), ("ru-RU", "dark", 390)])
def test_every_page_is_clean_by_axe(
    browser: Browser, address: str, language: str, theme: str, width: int
) -> None:
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf8")
    complaints = Complaints()
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        locale=language,
        color_scheme=theme,  # type: ignore[arg-type]
    )
    context.on("page", complaints.listen)
    page = signed_in(context, address)
    faults: dict[str, list[str]] = {}
    for place in (*PLACES, *a_photo(page)):
        page.goto(f"{address}{place}", wait_until="load")
        page.evaluate(axe)
        told = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
        found = [
            f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
            for one in told["violations"]
        ]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found.append(f"the page is {wide} px wider than the window")
        if found:
            faults[place] = found
    context.close()
    assert not faults, "\n".join(f"{place}: {fault}" for place, found in faults.items() for fault in found)
    assert complaints == []


def a_photo(page: Page) -> tuple[str, ...]:
    got = page.evaluate("fetch('/v1/photos?limit=1').then(r => r.json())")
    return tuple(f"/photos/{one['id']}" for one in got["items"])
