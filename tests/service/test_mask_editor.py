"""The mask editor in a real browser: strokes with mouse, fingers and keys, and the mask that is sent."""

from __future__ import annotations

import base64
import io
import json
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
from browser import CHROMIUM, Browser

from packshot.service.pages.render import environment

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")]

STATIC = Path(__file__).parents[2] / "src/packshot/service/static"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'"
KINDS = {".js": "text/javascript", ".css": "text/css", ".png": "image/png"}
WIDTH, HEIGHT = 640, 480
Picture = NDArray[np.uint8]


def png(pixels: Picture) -> bytes:
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return written.getvalue()


def photo(width: int = WIDTH, height: int = HEIGHT) -> Picture:
    down, across = np.mgrid[:height, :width]
    return np.dstack([across * 255 // width, down * 255 // height, np.full_like(down, 90)]).astype(np.uint8)


def box_mask(width: int = WIDTH, height: int = HEIGHT) -> Picture:
    """Half the frame is product; its rim has every level, so that a change of one would show."""
    mask = np.zeros((height, width), np.uint8)
    mask[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4] = 255
    mask[0, : min(256, width)] = np.arange(min(256, width))
    return mask


@dataclass
class Site:
    """Serves the editor under a strict policy, and keeps what is sent."""

    files: dict[str, bytes]
    address: str = ""
    posted: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answer: tuple[int, dict[str, str]] = (200, {"id": "made"})

    def wait(self, browser: Browser, count: int = 1) -> Picture:
        """The latest mask, once the page was told that it came."""
        until(browser, f"heard.saved >= {count} || heard.failed.length")
        return np.asarray(Image.open(io.BytesIO(self.posted[-1][1])))


PAGE = """<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"><title>t</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="csrf" content="a-token">
<link rel="icon" href="/none.png"><link rel="stylesheet" href="/page.css">
<link rel="stylesheet" href="/css/mask_editor.css"><script src="/heard.js"></script>
<script type="module" src="/js/mask_editor.js"></script></head>
<body>ROOT</body></html>"""
HEARD = """globalThis.heard = {ready: 0, saved: 0, failed: [], dirty: []};
addEventListener("mask:ready", () => heard.ready++);
addEventListener("mask:saved", (event) => { heard.saved++; heard.answer = event.detail.answer; });
addEventListener("mask:failed", (event) => heard.failed.push(event.detail));
addEventListener("mask:dirty", (event) => heard.dirty.push(event.detail.dirty));"""
LOOK = (Path(__file__).parents[2] / "src/packshot/report/page.css").read_bytes()


def page(mask: str = "/mask.png", language: str = "en") -> bytes:
    """The root as templates make it."""
    macro = "{% from 'mask_editor.html' import mask_editor with context %}"
    made = environment().from_string(macro + "{{ mask_editor('/photo.png', mask, '/save') }}")
    return PAGE.replace("ROOT", made.render(mask=mask, language=language)).encode()


def serving(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            known = site.files.get(path)
            ours = STATIC / path.lstrip("/")
            if known is None and ours.is_file():
                known = ours.read_bytes()
            kind = KINDS.get(Path(path).suffix, "text/html; charset=utf-8")
            self.tell(404 if known is None else 200, known or b"", kind)

        def do_POST(self) -> None:
            site.posted.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            status, body = site.answer
            self.tell(status, json.dumps(body).encode(), "application/json")

        def tell(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            for name, value in (
                ("Content-Type", kind),
                ("Content-Length", str(len(body))),
                ("Content-Security-Policy", POLICY),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler


@pytest.fixture
def site() -> Iterator[Site]:
    files = {
        "/": page(), "/bare": page(""), "/page.css": LOOK, "/heard.js": HEARD.encode(),
        "/photo.png": png(photo()), "/mask.png": png(box_mask()), "/none.png": png(photo(8, 8)),
    }  # fmt: skip
    site = Site(files)
    server = ThreadingHTTPServer(("127.0.0.1", 0), serving(site))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium"), width=1000, height=900) as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser, site: Site) -> Iterator[Browser]:
    chromium.messages.clear()
    open_page(chromium, site)
    yield chromium
    complaints = [text for text in chromium.messages if "409" not in text and "ERR_" not in text]
    chromium.call("Page.navigate", url="about:blank")
    assert complaints == []


def open_page(browser: Browser, site: Site, path: str = "/") -> None:
    browser.call("Page.navigate", url=site.address + path)
    until(browser, "globalThis.heard && (heard.ready || heard.failed.length)")
    settle(browser)


def until(browser: Browser, true: str) -> None:
    look = f"() => ({true}) ? done() : setTimeout(look, 20)"
    browser.ask(f"new Promise(done => {{ const look = {look}; look(); }})")


def settle(browser: Browser) -> None:
    """What was asked for has been drawn."""
    browser.ask("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


@dataclass
class Frame:
    """Where the picture lies on the page: as the page itself shows it when nothing was zoomed."""

    left: float
    top: float
    scale: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.left + x * self.scale, self.top + y * self.scale


def frame_of(browser: Browser, width: int = WIDTH, height: int = HEIGHT) -> Frame:
    """All of the picture in the middle of the stage, with its margin of 12."""
    box = browser.ask("(({left, top, width, height}) => ({left, top, width, height}))"
                      "(document.querySelector('.mask-canvas').getBoundingClientRect())")  # fmt: skip
    scale = min((box["width"] - 24) / width, (box["height"] - 24) / height)
    left = box["left"] + (box["width"] - width * scale) / 2
    return Frame(left, box["top"] + (box["height"] - height * scale) / 2, scale)


def mouse(browser: Browser, kind: str, place: tuple[float, float], **more: object) -> None:
    x, y = place
    pressed = 1 if kind == "mousePressed" else 0
    given = {"button": "left", "buttons": 1, "clickCount": pressed, **more}
    browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **given)


def drag(browser: Browser, *places: tuple[float, float], **more: object) -> None:
    mouse(browser, "mousePressed", places[0], **more)
    for place in places[1:]:
        mouse(browser, "mouseMoved", place, **more)
    mouse(browser, "mouseReleased", places[-1], **{**more, "buttons": 0})


def key(browser: Browser, code: str, text: str, modifiers: int = 0) -> None:
    for kind in ("keyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, code=code, key=text, modifiers=modifiers)


def save(browser: Browser, site: Site) -> Picture:
    before = browser.ask("heard.saved")
    browser.ask("document.querySelector('[data-does=save]').click()")
    return site.wait(browser, before + 1)


def said(browser: Browser) -> str:
    text: str = browser.ask("document.querySelector('.mask-live').textContent")
    return text


def away_from(
    places: list[tuple[float, float]], width: int = WIDTH, height: int = HEIGHT
) -> NDArray[np.float64]:
    """Distance of each pixel's middle from a line, by many points along it: another way than the editor's."""
    down, across = np.mgrid[:height, :width] + 0.5
    nearest = np.full((height, width), np.inf)
    pairs = pairwise(places) if len(places) > 1 else [(places[0], places[0])]
    for (x0, y0), (x1, y1) in pairs:
        for t in np.linspace(0, 1, 200):
            nearest = np.minimum(nearest, np.hypot(across - x0 - t * (x1 - x0), down - y0 - t * (y1 - y0)))
    return nearest


def check_stroke(
    mask: Picture, before: Picture, places: list[tuple[float, float]], size: float, adds: bool
) -> None:
    away = away_from(places, before.shape[1], before.shape[0])
    radius = size / 2
    core, beyond = away < 0.6 * radius - 1, away > radius + 1
    assert core.any()
    assert (mask[core] == (255 if adds else 0)).all()
    assert np.array_equal(mask[beyond], before[beyond])
    rim = ~core & ~beyond
    assert (mask[rim] >= before[rim]).all() if adds else (mask[rim] <= before[rim]).all()
    changed = before[rim] == (0 if adds else 255)
    soft = mask[rim][changed]
    assert np.count_nonzero((soft > 20) & (soft < 235)) > 0.05 * soft.size, "the edge is soft"


SIZE = 26
"""Four hundredths of the picture's longer side."""


def test_a_mask_that_nobody_touched_is_sent_as_it_came(browser: Browser, site: Site) -> None:
    mask = save(browser, site)
    assert mask.shape[:2] == (HEIGHT, WIDTH)
    assert np.array_equal(mask[..., 0] if mask.ndim == 3 else mask, box_mask())
    headers, _ = site.posted[0]
    assert (headers["X-CSRF-Token"], headers["Content-Type"]) == ("a-token", "image/png")
    assert browser.ask("heard.answer.id") == "made"
    assert browser.ask("heard.dirty") == []


def grey(mask: Picture) -> Picture:
    return mask[..., 0] if mask.ndim == 3 else mask


def test_strokes_take_away_and_bring_back(browser: Browser, site: Site) -> None:
    frame = frame_of(browser)
    line = [(200.0, 150.0), (420.0, 300.0)]
    drag(browser, *(frame.at(*place) for place in line))
    once = grey(save(browser, site))
    check_stroke(once, box_mask(), line, SIZE, adds=False)

    browser.ask("document.querySelector('[data-does=add]').click()")
    other = [(60.0, 60.0), (90.0, 380.0), (300.0, 420.0)]
    drag(browser, *(frame.at(*place) for place in other))
    check_stroke(grey(save(browser, site)), once, other, SIZE, adds=True)
    assert browser.ask("heard.dirty") == [True, False, True, False]


def test_alt_does_the_other_thing_and_a_click_is_a_dot(browser: Browser, site: Site) -> None:
    frame = frame_of(browser)
    drag(browser, frame.at(80, 240), modifiers=1)
    check_stroke(grey(save(browser, site)), box_mask(), [(80.0, 240.0)], SIZE, adds=True)


def test_a_stroke_goes_on_beyond_the_canvas(browser: Browser, site: Site) -> None:
    frame = frame_of(browser)
    line = [(300.0, 240.0), (300.0, -600.0), (500.0, -600.0), (500.0, 240.0)]
    drag(browser, *(frame.at(*place) for place in line))
    mask = grey(save(browser, site))
    check_stroke(mask, box_mask(), line, SIZE, adds=False)


def test_undo_and_redo_by_keys_give_back_every_state(browser: Browser, site: Site) -> None:
    frame = frame_of(browser)
    states = [grey(save(browser, site))]
    for x in (200, 300, 400):
        drag(browser, frame.at(x, 150), frame.at(x, 330))
        states.append(grey(save(browser, site)))
    assert len({state.tobytes() for state in states}) == 4
    key(browser, "KeyZ", "я")  # a Russian layout
    key(browser, "KeyZ", "z", modifiers=2)
    assert np.array_equal(grey(save(browser, site)), states[1])
    assert said(browser) == "The mask is saved."
    key(browser, "KeyZ", "Z", modifiers=8)
    assert said(browser) == "The stroke is there again."
    assert np.array_equal(grey(save(browser, site)), states[2])
    for _ in range(5):
        key(browser, "KeyZ", "z")
    assert np.array_equal(grey(save(browser, site)), states[0])
    assert browser.ask("document.querySelector('[data-does=undo]').disabled") is True
    key(browser, "KeyY", "y", modifiers=2)
    drag(browser, frame.at(330, 200), frame.at(330, 300))  # another way from here
    assert browser.ask("document.querySelector('[data-does=redo]').disabled") is True


def test_history_forgets_the_oldest_before_it_grows_too_large(browser: Browser) -> None:
    told = browser.ask("""import('/js/mask/history.js').then(({History}) => {
        const mask = new Uint8Array(100 * 100), history = new History(mask, 100, 5000);
        for (let turn = 1; turn <= 10; turn++) {
            const before = mask.slice();
            mask.fill(turn, 0, 1000);
            history.push({left: 0, top: 0, right: 100, bottom: 10}, before);
        }
        const bytes = history.bytes;
        let steps = 0;
        while (history.undo()) steps++;
        return [bytes, steps, mask[0], history.isDirty];
    })""")
    assert told == [5000, 5, 5, True]


def test_keys_and_wheel_set_the_size_and_say_it(browser: Browser, site: Site) -> None:
    frame = frame_of(browser)
    for _ in range(3):
        key(browser, "BracketRight", "ъ")
    wide = 25.6 * 1.25**3
    assert said(browser) == f"Brush: {round(26 * 1.25**3)} px"
    line = [(250.0, 240.0), (390.0, 240.0)]
    drag(browser, *(frame.at(*place) for place in line))
    check_stroke(grey(save(browser, site)), box_mask(), line, wide, adds=False)
    key(browser, "BracketLeft", "[")
    narrow = said(browser)
    x, y = frame.at(300, 200)
    mouse(browser, "mouseWheel", (x, y), deltaX=0, deltaY=-200, button="none", buttons=0)
    assert int(said(browser).split()[1]) > int(narrow.split()[1])


def test_zoom_keeps_the_place_under_the_pointer(browser: Browser, site: Site) -> None:
    frame = frame_of(browser)
    place = frame.at(260, 200)
    mouse(browser, "mouseWheel", place, deltaX=0, deltaY=-120, button="none", buttons=0, modifiers=2)
    shown = browser.ask("document.querySelector('.mask-percent').value")
    assert int(shown.removesuffix(" %")) > 100 * frame.scale * 1.5
    drag(browser, place)
    check_stroke(grey(save(browser, site)), box_mask(), [(260.0, 200.0)], SIZE, adds=False)
    for code, text in (("Equal", "+"), ("Minus", "-"), ("Digit0", "0")):
        key(browser, code, text)
    assert said(browser) == f"{round(100 * frame.scale)} %"
    key(browser, "KeyZ", "z")
    drag(browser, place)
    check_stroke(grey(save(browser, site)), box_mask(), [(260.0, 200.0)], SIZE, adds=False)


def test_space_and_drag_moves_and_draws_nothing(browser: Browser, site: Site) -> None:
    frame = frame_of(browser)
    browser.ask("document.querySelector('.mask-canvas').focus()")
    browser.call("Input.dispatchKeyEvent", type="keyDown", code="Space", key=" ")
    (x, y) = frame.at(300, 200)
    drag(browser, (x, y), (x + 70, y + 40))
    browser.call("Input.dispatchKeyEvent", type="keyUp", code="Space", key=" ")
    assert np.array_equal(grey(save(browser, site)), box_mask())
    drag(browser, (x + 70, y + 40))
    check_stroke(grey(save(browser, site)), box_mask(), [(300.0, 200.0)], SIZE, adds=False)


def touch(browser: Browser, kind: str, *places: tuple[float, float]) -> None:
    points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
    browser.call("Input.dispatchTouchEvent", type=kind, touchPoints=points)


def test_one_finger_draws_and_two_move_and_zoom(browser: Browser, site: Site) -> None:
    frame = frame_of(browser)
    browser.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=5)
    line = [(250.0, 200.0), (380.0, 260.0)]
    touch(browser, "touchStart", frame.at(*line[0]))
    touch(browser, "touchMove", frame.at(*line[1]))
    touch(browser, "touchEnd")
    once = grey(save(browser, site))
    check_stroke(once, box_mask(), line, SIZE, adds=False)

    one, other = frame.at(280, 240), frame.at(360, 240)
    touch(browser, "touchStart", one)
    touch(browser, "touchMove", (one[0], one[1] + 4))
    touch(browser, "touchStart", one, other)
    for apart in range(0, 120, 10):
        touch(browser, "touchMove", (one[0] - apart, one[1]), (other[0] + apart, other[1]))
    touch(browser, "touchEnd")
    browser.call("Emulation.setTouchEmulationEnabled", enabled=False)
    assert np.array_equal(grey(save(browser, site)), once), "what the first finger began was no stroke"
    shown = int(browser.ask("document.querySelector('.mask-percent').value").removesuffix(" %"))
    assert shown > 150 * frame.scale


def test_the_keyboard_alone_draws(browser: Browser, site: Site) -> None:
    browser.ask("document.querySelector('.mask-canvas').focus()")
    key(browser, "ArrowRight", "ArrowRight")
    key(browser, "ArrowRight", "ArrowRight", modifiers=8)
    key(browser, "ArrowDown", "ArrowDown", modifiers=8)
    mask = grey(save(browser, site))
    x, y, step = WIDTH / 2, HEIGHT / 2, 25.6 / 2
    line = [(x + step, y), (x + 2 * step, y), (x + 2 * step, y + step)]
    check_stroke(mask, box_mask(), line, SIZE, adds=False)
    key(browser, "KeyB", "b")
    assert said(browser) == "Bring back"


def test_what_is_cut_away_is_shown_as_squares_or_coloured(browser: Browser, site: Site) -> None:
    frame = frame_of(browser)

    def seen(x: int, y: int) -> tuple[int, ...]:
        settle(browser)
        shot = base64.b64decode(browser.call("Page.captureScreenshot")["data"])
        left, top = frame.at(x, y)
        return tuple(
            np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"))[round(top), round(left)].tolist()
        )

    own = photo()
    assert np.abs(np.array(seen(320, 240)) - own[240, 320]).max() <= 3
    red, green, blue = seen(60, 400)
    assert red == green == blue
    key(browser, "KeyV", "м")
    assert said(browser) == "What is cut away is coloured."
    red, green, blue = seen(60, 400)
    assert red - green > 30
    assert np.abs(np.array(seen(320, 240)) - own[240, 320]).max() <= 3
    key(browser, "KeyV", "v")
    assert said(browser) == "What is cut away is a checkerboard."


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_word_that_the_editor_says_is_in_the_template(language: str) -> None:
    root = page(language=language).decode()
    given = {name for name, text in re.findall(r'data-say-([a-z-]+)="([^"]*)"', root) if text}
    files = [STATIC / "js/mask_editor.js", *(STATIC / "js/mask").glob("*.js")]
    code = "".join(file.read_text("utf8") for file in files)
    calls = " ".join(re.findall(r"(?:says|button)\(([^)]*)\)", code))
    asked, quoted = set(re.findall(r'"(\w+)"', calls)), set(re.findall(r'"(\w+)"', code))
    assert {dashed(name) for name in asked} <= given
    assert given <= {dashed(name) for name in quoted}, "nobody says it"
    assert given == set(re.findall(r"data-say-([a-z-]+)", code)), "the module's head lists them"


def dashed(name: str) -> str:
    return re.sub("[A-Z]", lambda big: "-" + big[0].lower(), name)


def test_keys_of_the_page_are_left_to_it(browser: Browser) -> None:
    browser.ask(
        "globalThis.left = []; addEventListener('keydown', e => e.defaultPrevented || left.push(e.code))"
    )
    for code in ("KeyA", "KeyR", "KeyE", "KeyX", "Escape", "ArrowLeft", "KeyZ", "KeyV"):
        key(browser, code, code[-1].lower())
    # There is nothing to take back: Z is the page's, too.
    assert browser.ask("left") == ["KeyA", "KeyR", "KeyE", "KeyX", "Escape", "ArrowLeft", "KeyZ"]


def test_what_is_refused_is_told_and_nothing_is_lost(browser: Browser, site: Site) -> None:
    frame = frame_of(browser)
    drag(browser, frame.at(200, 150), frame.at(300, 250))
    site.answer = (409, {"detail": "Another person has this photo.", "cure": "Take the next one."})
    browser.ask("document.querySelector('[data-does=save]').click()")
    site.wait(browser)
    assert browser.ask("heard.failed") == [
        {"status": 409, "message": "Another person has this photo. Take the next one."}
    ]
    assert said(browser).startswith("Another person")
    assert browser.ask("document.querySelector('[data-does=save]').disabled") is False
    browser.ask("heard.failed.length = 0")
    site.answer = (204, {})
    check_stroke(grey(save(browser, site)), box_mask(), [(200.0, 150.0), (300.0, 250.0)], SIZE, adds=False)


def test_without_a_mask_all_is_ground(browser: Browser, site: Site) -> None:
    open_page(browser, site, "/bare")
    frame = frame_of(browser)
    assert not grey(save(browser, site)).any()
    key(browser, "KeyB", "b")
    drag(browser, frame.at(300, 240))
    nothing = np.zeros((HEIGHT, WIDTH), np.uint8)
    check_stroke(grey(save(browser, site)), nothing, [(300.0, 240.0)], SIZE, adds=True)


def test_a_large_photo_is_edited_at_its_working_size(browser: Browser, site: Site) -> None:
    site.files["/photo.png"] = png(photo(4000, 2500))
    site.files["/mask.png"] = png(box_mask(1600, 1000))
    open_page(browser, site)
    assert np.array_equal(grey(save(browser, site)), box_mask(1600, 1000))


def test_a_photo_that_does_not_come_is_told(browser: Browser, site: Site) -> None:
    site.files["/photo.png"] = b"no picture"
    open_page(browser, site)
    assert said(browser) == "The photo or its mask did not come. Load the page again."
    assert browser.ask("heard.failed.length") == 1


@pytest.mark.parametrize("width", [390, 1000])
def test_nothing_is_wider_than_the_page(browser: Browser, site: Site, width: int) -> None:
    metrics = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.call("Emulation.setDeviceMetricsOverride", **metrics)
    open_page(browser, site)
    assert browser.ask("document.documentElement.scrollWidth") <= width
    buttons = "[...document.querySelectorAll('.mask-tools button')]"
    assert min(browser.ask(f"{buttons}.map(b => Math.min(b.offsetHeight, b.offsetWidth))")) >= 24
    assert browser.ask("document.querySelector('.mask-stage').offsetHeight") > 240
    frame = frame_of(browser)
    drag(browser, frame.at(320, 240))
    check_stroke(grey(save(browser, site)), box_mask(), [(320.0, 240.0)], SIZE, adds=False)
    metrics = {"width": 1000, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.call("Emulation.setDeviceMetricsOverride", **metrics)
