"""The first page: what is handed in there is shown there, with script and without."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pages_seen import inline, tags
from service_kit import mug, work

from packshot.service import tables
from packshot.service.house import House
from packshot.service.pages import wish_form
from packshot.service.pages.check import TRIED
from packshot.service.wishes import check_wish

HOSTILE = '"><img src=x onerror=alert(1)>{{7*7}}.jpg'


def hand_in(client: TestClient, name: str = "mug.jpg", data: bytes = b"", **told: str) -> str:
    answer = client.post("/", files={"files": (name, data or mug())}, data=told, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_first_visit_offers_three_samples(client: TestClient, language: str) -> None:
    shown = client.get("/", params={"lang": language}).text
    assert [name for name in TRIED if f'action="/samples/{name}"' in shown] == list(TRIED)
    assert not inline(shown)
    assert ("Перетащите фото сюда" in shown) == (language == "ru")


def test_a_sample_is_tried_by_one_press(client: TestClient, home: House) -> None:
    there = client.post(f"/samples/{TRIED[0]}").url
    assert "job=" in str(there)
    work(home)
    shown = client.get(str(there)).text
    assert 'data-state="done"' in shown
    assert "/samples/" not in shown, "who has photos needs no samples"
    assert client.post("/samples/nothing").status_code == 404
    assert client.get("/samples/../../settings.jpg").status_code == 404


def test_photos_go_in_by_the_form_alone_and_come_back_with_a_verdict(client: TestClient, home: House) -> None:
    there = hand_in(client, kind="check", profile="ozon", category="home.kitchen")
    waiting = client.get(there).text
    assert 'data-state="waiting"' in waiting
    assert 'http-equiv="refresh"' in waiting, "without script the page comes again by itself"
    work(home)
    shown = client.get(there).text
    assert re.search(r'<b class="outcome verdict (good|doubt|bad)"><svg', shown), "a shape beside the word"
    assert 'http-equiv="refresh"' not in shown


def test_hostile_names_are_shown_as_they_are(client: TestClient, home: House) -> None:
    there = hand_in(client, HOSTILE)
    work(home)
    shown = client.get(there).text
    assert not inline(shown)
    assert "onerror=alert(1)&gt;{{7*7}}.jpg" in shown
    assert "img" in tags(shown), "its own picture"


def test_a_job_of_somebody_else_shows_nothing(client: TestClient, home: House) -> None:
    there = hand_in(client)
    with home.database.transaction() as session:
        session.add(tables.Organisation(id="1" * 26, name="other"))
        session.flush()
        job = session.get(tables.Job, there.partition("job=")[2])
        assert job is not None
        job.org_id = "1" * 26
    shown = client.get(there)
    assert shown.status_code == 200
    assert "data-photo" not in shown.text


@pytest.mark.parametrize("job", ["x", "../..", "'; drop table jobs", ",,,", "0" * 26, "é" * 26, "0" * 600])
def test_no_address_breaks_the_page(client: TestClient, job: str) -> None:
    assert client.get("/", params={"job": job}).status_code == 200
    client.cookies.set("jobs", quote(job))
    assert client.get("/").status_code == 200


CHOOSERS = ("profile", "category")


@pytest.mark.parametrize(
    ("cookie", "profile", "kind"),
    [
        ("kind=check&profile=ozon&category=beauty", "ozon", "check"),
        ("kind=delete&profile=../../x&category=none", "", "fix"),
        ("%00%ff&&&==", "", "fix"),
        ("a=" * 1000, "", "fix"),
    ],
)
def test_choices_are_remembered_as_far_as_they_are_known(
    client: TestClient, cookie: str, profile: str, kind: str
) -> None:
    client.cookies.set("wish", quote(cookie))
    shown = client.get("/").text
    market, category = (shown.split(f'<select name="{name}">')[1].split("</select>")[0] for name in CHOOSERS)
    assert (re.findall(r'<option value="(\w+)" selected', market) or [""])[0] == profile
    assert re.findall(r'<option value="(\w+)" selected', category) == [
        "beauty" if kind == "check" else "auto"
    ]
    assert re.search(rf'value="{kind}" checked', shown)


def test_the_code_for_phones_is_drawn_where_phones_can_come(
    home: House, client: TestClient, client_of: Callable[..., TestClient]
) -> None:
    assert 'class="segno"' not in client.get("/").text
    there = replace(home, settings=home.settings.model_copy(update={"public_url": "https://photos.example"}))
    shown = client_of(there).get("/").text
    assert 'class="segno"' in shown
    assert not inline(shown), "the code is drawn by attributes"


@given(
    market=st.sampled_from([market.name for market in wish_form.markets()]),
    shadow=st.sampled_from([*wish_form.SHADOWS]),
    margin=st.sampled_from([*wish_form.MARGINS]),
    ground=st.sampled_from([*wish_form.GROUNDS]),
    quality=st.sampled_from([*wish_form.QUALITIES]),
    ticks=st.sets(st.sampled_from(["white_balance", "stages"])),
    variants=st.sets(st.sampled_from(["light", "dark", "main", "nothing"])),
)
def test_whatever_the_choosers_offer_makes_sense(
    market: str, shadow: str, margin: str, ground: str, quality: str, ticks: set[str], variants: set[str]
) -> None:
    told = {"profile": market, "shadow": shadow, "margin": margin, "ground": ground, "quality": quality}
    wish = wish_form.wish_of(told | dict.fromkeys(ticks, "1"), tuple(variants))
    check_wish("fix", wish)
    assert wish.stages == ("stages" in ticks)
