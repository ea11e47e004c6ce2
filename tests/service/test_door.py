"""What every request passes: hosts, origins, lengths, headers, and bodies that drip."""

from __future__ import annotations

import asyncio

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from service_kit import noise, work
from starlette.types import Message

from packshot.service import door
from packshot.service.house import House


def test_every_answer_bears_the_headers_that_keep_a_browser_safe(client: TestClient) -> None:
    for path in ("/healthz", "/v1/photos", "/v1/nothing", "/v1.0/nothing"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert len(headers["x-request-id"]) == 26


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "[::2]:80", "", "localhost.:80@evil"]
)
def test_without_accounts_a_strangers_name_for_this_machine_is_refused(client: TestClient, host: str) -> None:
    assert client.get("/v1/photos", headers={"host": host}).status_code == 421


def test_a_page_of_another_site_cannot_hand_photos_in(client: TestClient) -> None:
    files = {"files": ("a.jpg", noise(1))}
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"sec-fetch-site": "cross-site"},
    ):
        assert client.post("/v1/jobs", files=files, headers=headers).status_code == 403
    assert client.post("/v1/jobs", files=files, headers={"origin": "http://127.0.0.1"}).status_code == 202


@pytest.mark.parametrize("length", ["99999999999999", "-1", "1e3", "abc"])
def test_a_length_that_makes_no_sense_is_refused_before_a_byte_is_read(
    client: TestClient, length: str
) -> None:
    got = client.post(
        "/v1/fix", content=b"x", headers={"content-length": length, "content-type": "application/json"}
    )
    assert got.status_code == 413


def test_below_its_prefix_a_refusal_is_in_remove_bgs_shape(client: TestClient) -> None:
    got = client.post("/v1.0/removebg", headers={"origin": "https://evil.example"})
    assert got.status_code == 403
    assert got.json()["errors"][0]["code"] == "other_origin"


def asked(body: list[bytes | None], most: int) -> list[Message]:
    """What the application hears of a body that comes so; None is a pause without end."""
    heard: list[Message] = []

    async def run() -> None:
        left = list(body)

        async def receive() -> Message:
            if not left:
                await asyncio.sleep(3600)
            piece = left.pop(0)
            if piece is None:
                await asyncio.sleep(3600)
            return {"type": "http.request", "body": piece, "more_body": bool(left)}

        counted = door._counted(receive, most)
        while True:
            message = await counted()
            heard.append(message)
            if message["type"] != "http.request" or not message["more_body"]:
                return

    asyncio.run(run())
    return heard


def test_a_body_that_lies_about_its_length_ends_where_it_is_too_long() -> None:
    heard = asked([b"x" * 600] * 5, most=1000)
    assert sum(len(one.get("body", b"")) for one in heard) <= 1000
    assert heard[-1]["type"] == "http.disconnect"


def test_a_body_that_stops_coming_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BODY_SECONDS", 0.05)
    assert asked([b"x", None, b"y"], most=1000)[-1]["type"] == "http.disconnect"


NAMES = st.text(min_size=1, max_size=40)


@given(name=NAMES)
@examples(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_files_name_stays_a_name(client: TestClient, home: House, name: str) -> None:
    """No folder, no line, no header comes out of it, whatever stands in it."""
    got = client.post(
        "/v1/jobs", json={"kind": "check", "urls": ["https://shop.example/a.jpg"], "profile": "ozon"}
    )
    assert got.status_code == 202
    from packshot.service.intake import plain_name

    shown = plain_name(name)
    assert "/" not in shown
    assert shown.isprintable()
    assert 1 <= len(shown) <= 300
    from packshot.service.api.photos import _disposition

    header = _disposition(shown, inline=False)
    header.encode("ascii")
    assert "\n" not in header
    assert header.count('"') == 2


def test_the_log_holds_no_picture_and_no_query(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/v1/photos", params={"search": "a-secret-name"})
    told = capsys.readouterr()
    assert "/v1/photos" in told.out + told.err
    assert "a-secret-name" not in told.out + told.err


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a<script>alert(1)</script>",
        b"\xff\xd8\xff<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%PDF-1.7",
        b"",
        b"PK\x03\x04" + b"\0" * 100,
    ],
)
def test_what_is_no_picture_is_never_shown_as_one(client: TestClient, home: House, data: bytes) -> None:
    """It is kept and given back, to be saved and not to be opened."""
    client.post("/v1/jobs", files={"files": ("x.svg", data)}, data={"kind": "check"})
    work(home)
    (photo,) = client.get("/v1/photos").json()["items"]
    assert photo["outcome"] in ("failed", "ask_seller")
    got = client.get(f"/v1/photos/{photo['id']}/files/original")
    kind = got.headers["content-type"]
    assert kind in ("image/gif", "image/jpeg", "application/octet-stream")
    assert "html" not in kind
    assert "svg" not in kind
    assert got.headers["x-content-type-options"] == "nosniff"
    assert client.get(f"/v1/photos/{photo['id']}/picture/original").status_code == 404


@pytest.mark.parametrize(
    "path", ["/v1/webhooks", "/v1/photos/delete", "/sign-in", "/settings/webhooks", "/nowhere"]
)
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", ""])
def test_a_large_body_is_taken_only_where_photos_come_in(client: TestClient, path: str, kind: str) -> None:
    """Elsewhere it would lie in memory as a whole, before anybody looks who sent it."""
    got = client.post(path, content=b" " * (door.MOST_ELSEWHERE + 1), headers={"content-type": kind})
    assert got.status_code == 413
    files = {"files": ("a.jpg", b"\xff\xd8" + bytes(door.MOST_ELSEWHERE))}
    assert client.post("/v1/jobs", files=files).status_code == 202
