"""Pages are filled safely, in the reader's language, and ask for nothing that the policy refuses."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import DictLoader
from markupsafe import Markup
from pages_seen import inline, tags
from starlette.responses import Response

from packshot.service.pages import figures, render, static
from packshot.service.pages.frame import Frame
from packshot.service.pages.icons import PATHS
from packshot.service.pages.render import environment, page
from packshot.words import Words, say, say_n

HOSTILE = "<img src=x onerror=alert(1)>\"'&{{7*7}}{name}"


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    app.include_router(static.router)

    @app.get("/shown", response_model=None)
    def shown(request: Request) -> Response:
        return page(request, "error.html", status=404, title=say("{text}", text=HOSTILE), cure=say("Close"))

    return app


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app)


def test_names_from_outside_are_shown_and_never_obeyed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = Frame(csrf='"><script>', person=HOSTILE, organisation=HOSTILE)
    monkeypatch.setattr(render, "frame_of", lambda _: hostile)
    shown = client.get("/shown?lang=%3Cscript%3E&x=%22%3E%3Cscript%3E").text
    assert "49" not in shown, "a name was taken for a template"
    assert "{name}" in shown
    assert not inline(shown)
    assert "img" not in tags(shown)


@pytest.mark.parametrize(
    ("address", "cookie", "header", "language"),
    [
        ("/shown", "", "", "en"),
        ("/shown", "", "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("/shown", "", "de,en;q=0.7,ru;q=0.3", "en"),
        ("/shown", "", "en;q=0,ru;q=0.1", "ru"),
        ("/shown", "", "ru;q=nonsense,,;;q=,en", "en"),
        ("/shown", "ru", "en", "ru"),
        ("/shown", "xx", "ru", "ru"),
        ("/shown?lang=en", "ru", "ru", "en"),
        ("/shown?lang=../../x", "", "ru", "ru"),
    ],
)
def test_language_comes_by_address_then_cookie_then_browser(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, address: str, cookie: str, header: str, language: str
) -> None:
    monkeypatch.setenv("PACKSHOT_LANG", "en")
    if cookie:
        client.cookies.set("lang", cookie)
    answer = client.get(address, headers={"accept-language": header})
    assert f'<html lang="{language}"' in answer.text


def test_a_choice_holds_for_the_pages_after_it(client: TestClient) -> None:
    client.get("/shown?lang=ru&theme=dark")
    assert '<html lang="ru" data-theme="dark">' in client.get("/shown").text


def test_choices_keep_the_rest_of_the_address(client: TestClient) -> None:
    shown = client.get("/shown?state=fixed&lang=ru").text
    assert 'href="/shown?state=fixed&amp;lang=en"' in shown
    assert 'href="/shown?state=fixed&amp;lang=ru&amp;theme=dark"' in shown


def test_a_page_is_nobody_else_s(client: TestClient) -> None:
    answer = client.get("/shown")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "private, no-cache", "it holds its reader's token"


def test_templates_hold_nothing_inline() -> None:
    for path in render.TEMPLATES.rglob("*.html"):
        written = re.sub(r"{{.*?}}|{%.*?%}|{#.*?#}", "x", path.read_text("utf8"), flags=re.DOTALL)
        assert not inline(written), path.name


def test_modules_hold_no_sentences() -> None:
    """Two words of letters in a row, between quotes, are a sentence that nobody can translate."""
    sentence = re.compile(r"\"[A-Z][a-z]+ [a-z]+[^\"]*\"|\"[^\"]*[а-яё][^\"]*\"")
    for path in (static.FOLDER / "js").glob("*.js"):
        code = re.sub(r"^\s*(//|\*|/\*\*).*$", "", path.read_text("utf8"), flags=re.MULTILINE)
        assert not sentence.search(code), (path.name, sentence.search(code))


def test_styles_ask_no_other_host_and_no_hue_tints_the_ground() -> None:
    for path in (static.FOLDER / "css").glob("*.css"):
        style = path.read_text("utf8")
        assert "url(" not in style
        assert "@import" not in style
    greys = re.findall(
        r"--(?:ground|card|sunk|line|edge|ink|faint|paper|frame|check): #(\w+)", style_of("base")
    )
    assert len(greys) > 20
    for grey in greys:
        full = grey if len(grey) == 6 else "".join(letter * 2 for letter in grey)
        assert full[:2] == full[2:4] == full[4:], f"#{grey} has a hue"


def test_words_stand_out_from_their_ground() -> None:
    """WCAG AA: 4.5 to 1 for text, in both themes, on the ground, a card, and a sunken place."""
    light, dark = (block(style_of("base"), start) for start in (":root {", ':root[data-theme="dark"] {'))
    for theme in (light, dark):
        for ground in ("ground", "card", "sunk", "frame"):
            for ink in ("ink", "faint", "good", "doubt", "bad"):
                contrast = ratio(theme[ink], theme[ground])
                assert contrast >= 4.5, f"{ink} on {ground}: {contrast:.2f}"
        assert ratio(theme["edge"], theme["card"]) >= 3, "the rim of a field is a thing to be seen"


def test_both_ways_into_the_dark_are_the_same() -> None:
    style = style_of("base")
    assert block(style, ':root:not([data-theme="light"]) {') == block(style, ':root[data-theme="dark"] {')


def test_an_asset_keeps_for_ever_and_another_version_is_never_mixed_in(client: TestClient) -> None:
    address = static.address("js/api.js")
    kept = client.get(address)
    assert kept.headers["content-type"].startswith("text/javascript")
    assert "immutable" in kept.headers["cache-control"]
    again = client.get(address, headers={"if-none-match": kept.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    old = client.get("/static/000000000000/js/api.js")
    assert old.content == kept.content
    assert "immutable" not in old.headers["cache-control"]


@pytest.mark.parametrize(
    "name",
    [
        "../settings.py",
        "..%2fsettings.py",
        "%2e%2e/settings.py",
        "js/../../settings.py",
        "/etc/passwd",
        "js",
        "",
    ],
)
def test_only_listed_assets_are_found(client: TestClient, name: str) -> None:
    assert client.get(f"/static/{static.version()}/{name}").status_code == 404


def test_modules_name_neighbours_that_exist() -> None:
    for path in (static.FOLDER / "js").glob("*.js"):
        for name in re.findall(r'from "\./([^"]+)"', path.read_text("utf8")):
            assert (path.parent / name).is_file(), f"{path.name} asks for {name}"


@given(st.text(max_size=40), st.integers(0, 10**9))
@settings(max_examples=50, deadline=None)
def test_sentences_in_templates_escape_what_they_tell(name: str, count: int) -> None:
    shown = one(
        '{{ _("There is no profile {name}.", name=name) }}|{{ _n("{count} photo", "{count} photos", n) }}'
    )
    text = shown(name=name, n=count, language="en")
    told, _, counted = text.rpartition("|")
    assert Markup(told).unescape() == f"There is no profile {name}."
    assert Markup(told).striptags() is not None
    assert counted.replace(",", "") == (f"{count} photo" if count == 1 else f"{count} photos")
    assert "<" not in told


@pytest.mark.parametrize(
    ("count", "russian"), [(1, "1 фото"), (2, "2 фото"), (5, "5 фото"), (1234, "1\N{NO-BREAK SPACE}234 фото")]
)
def test_numbers_and_plurals_are_russian_in_russian(count: int, russian: str) -> None:
    assert one('{{ _n("{count} photo", "{count} photos", n) }}')(n=count, language="ru") == russian


def test_figures_are_told_in_both_languages() -> None:
    moment = datetime(2026, 3, 8, 21, 5, tzinfo=UTC)
    assert figures.instant(moment, "ru") == "8\N{NO-BREAK SPACE}марта 2026, 21:05 UTC"
    assert figures.size_of(1_234_567).in_("ru") == "1,2 МБ"
    assert figures.size_of(999).in_("en") == "999 B"
    assert figures.seconds(3725).in_("en") == "1 h 2 min"
    assert figures.number(1234567.5, "ru") == "1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567,5"


def test_words_of_below_are_said_in_the_page_s_language() -> None:
    words: Words = say_n("{count} photo", "{count} photos", 3)
    assert one("{{ _(words) }}")(words=words, language="ru") == "3 фото"


def test_icons_are_drawn_within_their_sixteen_pixels() -> None:
    for name, path in PATHS.items():
        assert re.fullmatch(r"[MmLlHhVvAaCcSsZz0-9 .,\-]+", path), name


def one(template: str):  # type: ignore[no-untyped-def]
    """A template of one line, filled as ours are."""
    alone = environment().overlay(loader=DictLoader({"one": template}))
    return lambda **values: alone.get_template("one").render(values)


def style_of(name: str) -> str:
    return (static.FOLDER / "css" / f"{name}.css").read_text("utf8")


def block(style: str, start: str) -> dict[str, str]:
    return dict(re.findall(r"--(\w+): #(\w+)", style.split(start, 1)[1].split("}", 1)[0]))


def ratio(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    full = colour if len(colour) == 6 else "".join(letter * 2 for letter in colour)
    parts = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_package_ships_templates_and_assets() -> None:
    assert {"css/base.css", "js/frame.js", "icon.svg"} <= static.assets().keys()
    assert Path(render.TEMPLATES, "base.html").is_file()
