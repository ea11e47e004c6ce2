"""A photo's page: the answer first, the picture with its boxes, what else can be tried, and the way back."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from pages_seen import inline
from service_kit import mug, work

from packshot.service.house import House
from packshot.service.pages.check import SAMPLES


@pytest.fixture(scope="module")
def badge() -> bytes:
    """A photo with findings that have boxes."""
    return (SAMPLES / "sale_badge.jpg").read_bytes()


def done(client: TestClient, home: House, data: bytes, **told: str) -> str:
    job = client.post("/v1/jobs", files={"files": ("photo.jpg", data)}, data=told).json()
    work(home)
    (photo,) = client.get("/v1/photos", params={"job": job["id"]}).json()["items"]
    return str(photo["id"])


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_mended_photo_is_told_and_shown(
    client: TestClient, home: House, badge: bytes, language: str
) -> None:
    photo = done(client, home, badge, profile="yandex_market", stages="true")
    shown = client.get(f"/photos/{photo}", params={"lang": language}).text
    assert not inline(shown)
    assert re.search(r'<h1 class="verdict \w+"><svg', shown)
    panes = re.findall(r'class="pane (\w+)[^"]*" data-(?:role|from)="([\w-]+)"', shown)
    assert panes == [("before", "original"), ("after", "light"), ("after", "dark"), ("after", "cutout")]
    assert f"/v1/photos/{photo}/files/light?download=true" in shown
    assert f"/v1/photos/{photo}/trail.zip" in shown
    assert len(re.findall(r"/picture/(stage-\d+)\?w=640\"", shown)) >= 8, "the stages one under another"


def test_boxes_lie_on_the_photo_and_belong_to_findings(client: TestClient, home: House, badge: bytes) -> None:
    photo = done(client, home, badge, kind="check", profile="yandex_market")
    shown = client.get(f"/photos/{photo}").text
    told = client.get(f"/v1/photos/{photo}").json()["report"]
    size = told["source"]["size"]
    assert f'viewBox="0 0 {size["width"]} {size["height"]}"' in shown
    drawn = re.findall(
        r'class="box" data-finding="(\d+)" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', shown
    )
    assert len(drawn) == sum(len(finding["boxes"]) for finding in told["findings"]) > 0
    for number, x, y, width, height in drawn:
        assert told["findings"][int(number)]["boxes"]
        assert int(x) + int(width) <= size["width"]
        assert int(y) + int(height) <= size["height"]
        assert f'<li class="finding" data-finding="{number}" tabindex="0">' in shown


def test_a_photo_that_is_no_photo_says_why_and_what_to_do(client: TestClient, home: House) -> None:
    photo = done(client, home, b"no photo at all")
    shown = client.get(f"/photos/{photo}")
    assert shown.status_code == 200
    assert 'class="verdict bad"' in shown.text
    assert "This is a text file." in shown.text
    assert '<p class="cure">Give a photo.</p>' in shown.text
    assert "/picture/original" not in shown.text, "nobody can show it"


def test_a_photo_that_waits_shows_itself_and_comes_again(client: TestClient) -> None:
    job = client.post("/v1/jobs", files={"files": ("a.jpg", mug())}).json()
    (photo,) = client.get("/v1/photos", params={"job": job["id"]}).json()["items"]
    shown = client.get(f"/photos/{photo['id']}").text
    assert 'data-progress="waiting"' in shown
    assert 'http-equiv="refresh"' in shown
    assert f"/v1/photos/{photo['id']}/picture/original" in shown


def test_another_try_stands_beside_the_first(client: TestClient, home: House) -> None:
    first = done(client, home, mug(), profile="yandex_market")
    form = {"kind": "fix", "shadow": "none", "margin": "120", "ground": "#FFFFFF", "variants": "light"}
    answer = client.post(f"/photos/{first}/again", data=form, follow_redirects=False)
    assert answer.status_code == 303
    work(home)
    second = answer.headers["location"].rpartition("/")[2]
    told = client.get(f"/v1/photos/{second}").json()
    assert told["parent"] == first
    assert told["options"]["settings"] == {
        "retouch.shadow.kind": "none",
        "retouch.place.gap_px": 120,
        "variants.light.colour": "#FFFFFF",
    }
    shown = client.get(f"/photos/{second}").text
    assert 'data-from="parent" data-role="light"' in shown, "the slider compares it with the try before"
    assert f'href="/photos/{first}"' in shown
    assert re.search(r'<option value="120" selected', shown), "the form holds what was chosen"
    assert f'href="/photos/{second}"' in client.get(f"/photos/{first}").text


@pytest.mark.parametrize(
    "form",
    [
        {"shadow": "nothing"},
        {"quality": "perfect"},
        {"profile": "../../etc/passwd"},
        {"profile": "/tmp/own.toml"},
        {"category": "no.such"},
        {"ground": "url(x)"},
        {"margin": "9" * 40},
    ],
)
def test_nonsense_is_refused_in_words(client: TestClient, home: House, form: dict[str, str]) -> None:
    job = client.post("/v1/jobs", files={"files": ("a.jpg", mug())}).json()
    (photo,) = client.get("/v1/photos", params={"job": job["id"]}).json()["items"]
    assert client.post(f"/photos/{photo['id']}/again", data=form).status_code == 422


def test_a_deleted_photo_is_taken_back_from_its_page(client: TestClient, home: House) -> None:
    job = client.post("/v1/jobs", files={"files": ("a.jpg", mug())}).json()
    (photo,) = client.get("/v1/photos", params={"job": job["id"]}).json()["items"]
    there = f"/photos/{photo['id']}"
    shown = client.post(f"{there}/delete").text
    assert f'action="{there}/restore"' in shown
    assert client.get("/v1/photos").json()["items"] == []
    assert f'action="{there}/delete"' in client.post(f"{there}/restore").text
    assert len(client.get("/v1/photos").json()["items"]) == 1


def test_a_photo_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.get(f"/photos/{'0' * 26}").status_code == 404
    assert client.get("/photos/x").status_code == 404


def test_a_finding_leads_to_its_paragraph_of_the_guide(client: TestClient, home: House, badge: bytes) -> None:
    photo = done(client, home, badge, kind="check", profile="ozon", category="home")
    shown = client.get(f"/photos/{photo}").text
    links = re.findall(r'href="(/rules/[^"]+)">Why', shown)
    assert links
    for link in links:
        address, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in client.get(address).text, link
