"""The door over HTTP: every way to send a photo, every error in remove.bg's shape."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from removebg_direct import KEY, Direct, app
from removebg_photos import cut_out, empty, mug, opened, soft
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from packshot.errors import BadPhoto, EngineFailed, PackshotError, Refused, StoreFailed
from packshot.image.types import Box, Size
from packshot.service.removebg import sending
from packshot.service.removebg.compose import Answer
from packshot.service.removebg.errors import Refusal
from packshot.service.removebg.wish import READERS
from packshot.words import say

sys.path.insert(0, str(Path(__file__).parents[2] / "hostile"))

from hostile_files import STRANGERS, bombs

POST = "/v1.0/removebg"
PHOTO = cut_out(Size(120, 90), Box(30, 20, 80, 70))
FORM = "application/x-www-form-urlencoded"


def quick(data: bytes, wish: object, background: bytes | None) -> Answer:
    """No work: for tests of what lies around it."""
    sides = dict.fromkeys(("Top", "Left", "Width", "Height"), "1")
    headers = {f"X-Foreground-{name}": value for name, value in sides.items()}
    return Answer(b"picture", "image/png", {"X-Width": "1", "X-Height": "1", **headers}, {})


@pytest.fixture
def house() -> Direct:
    return Direct()


@pytest.fixture
def client(house: Direct) -> Iterator[TestClient]:
    with TestClient(app(house), headers={"x-api-key": KEY}, raise_server_exceptions=False) as client:
        yield client


def codes(answer: httpx.Response) -> list[str]:
    """Of an error; its shape is checked on the way."""
    assert answer.status_code >= 400
    assert answer.headers["content-type"] == "application/json"
    mistakes = answer.json()["errors"]
    assert all(set(mistake) <= {"title", "code", "detail"} for mistake in mistakes)
    assert all(mistake["title"] and mistake["code"] for mistake in mistakes)
    return [mistake["code"] for mistake in mistakes]


def refused(client: TestClient, data: dict[str, Any] | None = None, **more: Any) -> list[str]:
    more.setdefault("files", {"image_file": ("mug.png", PHOTO)})
    answer = client.post(POST, data=data or {}, **more)
    assert answer.status_code == 400
    return codes(answer)


# The ways in


def test_every_way_to_send_a_photo_gives_the_same_picture(client: TestClient, house: Direct) -> None:
    house.fetcher = lambda url, most: PHOTO
    packed = base64.b64encode(PHOTO).decode()
    asked = {"size": "full", "crop": "true", "bg_color": "81d4fa", "format": "png"}
    wrapped = base64.encodebytes(PHOTO).decode()
    answers = [
        client.post(POST, data=asked, files={"image_file": ("mug.png", PHOTO, "application/pdf")}),
        client.post(POST, data={**asked, "image_file_b64": packed}, files={"x": b"makes it multipart"}),
        client.post(POST, data={**asked, "image_file_b64": packed}),
        client.post(POST, json={**asked, "crop": True, "image_file_b64": packed}),
        client.post(POST, json={**asked, "image_file_b64": wrapped}),
        client.post(POST, json={**asked, "image_file_b64": f"data:image/png;base64,{packed}"}),
        client.post(POST, json={**asked, "image_url": "https://img.example.com/mug.png", "tag": "x"}),
        client.post(POST, data={**asked, "image_url": "https://img.example.com/mug.png", "image_file": ""}),
    ]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert len({answer.content for answer in answers}) == 1
    assert opened(answers[0].content).shape == (50, 50, 4)


def test_a_background_comes_as_a_file_or_a_link(client: TestClient, house: Direct) -> None:
    house.fetcher = lambda url, most: mug(50, "PNG")
    photo = ("image_file", ("a.png", PHOTO))
    files = [photo, ("bg_image_file", ("b.png", mug(50, "PNG")))]
    one = client.post(POST, files=files)
    other = client.post(POST, files=[photo], data={"bg_image_url": "http://shop.example/b.png"})
    assert one.status_code == other.status_code == 200
    assert one.content == other.content
    assert one.headers["content-type"] == "image/jpeg"


def test_the_answer_has_every_header_that_clients_read(client: TestClient) -> None:
    answer = client.post(POST, files={"image_file": PHOTO}, data={"size": "auto"})
    told = {name: answer.headers[name] for name in answer.headers if name.startswith("x-")}
    assert told == {
        "x-type": "product",
        "x-width": "120",
        "x-height": "90",
        "x-max-width": "120",
        "x-max-height": "90",
        "x-foreground-top": "20",
        "x-foreground-left": "30",
        "x-foreground-width": "50",
        "x-foreground-height": "50",
        "x-credits-charged": "1",
        "x-ratelimit-limit": "500",
        "x-ratelimit-remaining": "499",
        "x-ratelimit-reset": "1800000000",
    }


@pytest.mark.parametrize(
    ("accept", "is_json"),
    [
        (None, False),
        ("*/*", False),
        ("image/*", False),
        ("image/png", False),
        ("application/json", True),
        ("application/json, */*;q=0.1", True),
        ("application/json;q=0.9, image/png;q=0.2", True),
        ("application/json;q=0.2, image/*;q=0.9", False),
        ("application/json, image/png", False),
        ("application/json, text/plain, */*", False),
        ("application/*", True),
        ("application/json;q=0", False),
        ("APPLICATION/JSON", True),
        (";;;,q=,=", False),
    ],
)
def test_bytes_or_json_as_the_client_likes(
    client: TestClient, house: Direct, accept: str | None, is_json: bool
) -> None:
    house.work = quick
    if accept is None:
        del client.headers["accept"]
    answer = client.post(
        POST, files={"image_file": PHOTO}, headers={} if accept is None else {"accept": accept}
    )
    assert answer.status_code == 200
    assert (answer.headers["content-type"] == "application/json") is is_json
    assert "x-width" in answer.headers


def test_json_holds_the_picture_and_where_the_product_is(client: TestClient) -> None:
    asked = {"format": "zip"}
    answer = client.post(
        POST, files={"image_file": PHOTO}, data=asked, headers={"accept": "application/json"}
    )
    data = answer.json()["data"]
    assert zipfile.ZipFile(BytesIO(base64.b64decode(data.pop("result_b64")))).namelist() == [
        "color.jpg",
        "alpha.png",
    ]
    assert data == {
        "foreground_top": 20,
        "foreground_left": 30,
        "foreground_width": 50,
        "foreground_height": 50,
    }


# Sources


def test_exactly_one_source(client: TestClient) -> None:
    assert refused(client, files={"other": b"x"}) == ["missing_source"]
    assert refused(client, files={"image_file": ("", b"")}) == ["missing_source"]
    assert refused(client, {"image_url": "http://a.example/b.png"}) == ["multiple_sources"]
    assert refused(client, {"image_file_b64": "AAAA"}) == ["multiple_sources"]
    assert codes(client.post(POST)) == ["missing_source"]
    assert codes(client.post(POST, content=PHOTO, headers={"content-type": "image/png"})) == [
        "missing_source"
    ]
    assert codes(client.post(POST, json={"image_file_b64": None, "image_url": ""})) == ["missing_source"]


def test_at_most_one_background(client: TestClient) -> None:
    both = {"bg_color": "fff", "bg_image_url": "http://a.example/b.png"}
    assert refused(client, both) == ["multiple_bg_sources"]
    files = {"image_file": PHOTO, "bg_image_file": ("b.png", PHOTO)}
    assert refused(client, {"bg_color": "fff"}, files=files) == ["multiple_bg_sources"]
    assert refused(client, {"bg_color": "", "bg_image_url": "ftp://x/y"}) == ["invalid_bg_image_url"]


@pytest.mark.parametrize(
    "link",
    ["mug.jpg", "ftp://a.example/b", "file:///etc/passwd", "http://", "//a.example/b", "http://[::1",
     "http://a:0/", "http://a.example/b c", "http://a.example/\nHost: b", "http://a.example/" + "b" * 3000,
     "javascript:alert(1)"],
)  # fmt: skip
def test_links_that_are_none_are_never_fetched(client: TestClient, house: Direct, link: str) -> None:
    assert codes(client.post(POST, json={"image_url": link})) == ["invalid_image_url"]
    assert codes(client.post(POST, json={"image_url": 5})) == ["invalid_image_url"]
    assert house.fetched == []


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:9/mug.png",
        "http://localhost/mug.png",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.8/a",
        "http://[::1]/a",
        "http://[::ffff:127.0.0.1]/a",
        "http://0x7f000001/a",
        "http://2130706433/a",
    ],
)
def test_links_into_our_own_network_are_refused(client: TestClient, link: str) -> None:
    answer = client.post(POST, data={"image_url": link})
    assert codes(answer) in (["invalid_image_url"], ["failed_image_download"])
    for inside in ("127.0.0.1", "allow-private", "which is not"):
        assert inside not in answer.json()["errors"][0]["detail"].replace(link, "")


@pytest.mark.parametrize(
    ("failure", "photo_code", "background_code"),
    [
        (Refused(say("inside")), "invalid_image_url", "invalid_bg_image_url"),
        (BadPhoto("u", "unreadable", say("404")), "failed_image_download", "failed_bg_download"),
        (BadPhoto("u", "too_many_bytes", say("big")), "file_too_large", "file_too_large"),
    ],
)
def test_links_that_give_nothing(
    client: TestClient, house: Direct, failure: Exception, photo_code: str, background_code: str
) -> None:
    def fails(url: str, most: int) -> bytes:
        raise failure

    house.fetcher = fails
    link = "https://img.example.com/a.png"
    assert codes(client.post(POST, json={"image_url": link})) == [photo_code]
    assert refused(client, {"bg_image_url": link}) == [background_code]
    assert house.credits == 100


# Pictures that will not do

FOUND = {
    "too_many_pixels": "resolution_too_high",
    "side_too_long": "resolution_too_high",
    "not_an_image": "invalid_file_type",
}


@pytest.mark.parametrize("name", sorted(STRANGERS))
def test_what_is_no_photo_is_known_by_its_bytes(client: TestClient, name: str) -> None:
    data, _ = STRANGERS[name]
    answer = client.post(POST, files={"image_file": ("mug.jpg", data, "image/jpeg")})
    assert answer.status_code == 400
    assert codes(answer)[0] in {"invalid_file_type", "failed_to_read_image"}


@pytest.mark.parametrize("name", sorted(bombs()))
def test_bombs_are_told_or_have_no_effect(client: TestClient, name: str) -> None:
    data, reasons = bombs()[name]
    answer = client.post(POST, files={"image_file": data})
    allowed = {FOUND.get(reason, "failed_to_read_image") for reason in reasons.split()}
    if name == "jpeg_tall":
        allowed.add("resolution_too_high")  # 100 megapixels: above this door's limit
    if "opens" in reasons:
        allowed.add("unknown_foreground")
        if answer.status_code == 200:
            return
    if len(data) > sending.MOST_FILE:
        allowed.add("file_too_large")
    assert answer.status_code == 400
    assert codes(answer)[0] in allowed


def test_a_photo_with_a_program_behind_it_gives_pixels_only(client: TestClient) -> None:
    polyglot = mug(kind="JPEG") + b"PK\x03\x04<script>alert(1)</script>#!/bin/sh"
    answer = client.post(POST, files={"image_file": ("a.html", polyglot, "text/html")})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert b"script" not in answer.content
    assert b"/bin/sh" not in answer.content


def test_other_pictures_that_will_not_do(client: TestClient) -> None:
    assert refused(client, files={"image_file": empty()}) == ["unknown_foreground"]
    assert refused(client, files={"image_file": mug()[:900]}) == ["failed_to_read_image"]
    assert refused(client, files={"image_file": ("a.png", b"")}) == ["failed_to_read_image"]
    assert refused(client, {"image_file": "not a file"}, files={"x": b"y"}) == ["failed_to_read_image"]
    assert refused(client, {"roi": "0 0 500px 10px"}) == ["roi_exceeds_bounds"]
    for text in ("%%%", "AAA", "é", 7):
        assert codes(client.post(POST, json={"image_file_b64": text})) == ["failed_to_read_image"]
    assert refused(client, files={"image_file": PHOTO, "bg_image_file": ("b", b"%PDF-1.4")}) == [
        "invalid_file_type"
    ]


def test_wrong_parameters_come_with_their_codes(client: TestClient, house: Direct) -> None:
    assert refused(client, {"size": "huge", "bg_color": "nocolour"}) == ["invalid_size", "invalid_bg_color"]
    assert codes(client.post(POST, json={"crop": [1], "image_url": "http://a.example/"})) == ["invalid_crop"]
    assert house.fetched == []


# Limits


def test_files_have_a_limit_of_their_own(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "MOST_FILE", len(PHOTO) - 1)
    assert refused(client) == ["file_too_large"]
    packed = base64.b64encode(PHOTO + b"12345").decode()
    assert codes(client.post(POST, json={"image_file_b64": packed})) == ["file_too_large"]


def test_a_body_that_says_it_is_too_large_is_not_read() -> None:
    async def receive() -> Message:
        raise AssertionError("it was read")

    length = str(sending.MOST_BODY + 1).encode()
    headers = [(b"content-type", FORM.encode()), (b"content-length", length)]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    with pytest.raises(Refusal) as told:
        asyncio.run(sending.order_of(request))
    assert told.value.status == 413


@pytest.mark.parametrize("kind", ["application/json", FORM, "multipart/form-data; boundary=b"])
def test_a_body_that_does_not_say_is_read_as_far_as_allowed(
    client: TestClient, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_BODY", 10_000)

    pieces = (b"x" * 1000 for _ in range(50))
    if kind.startswith("multipart"):
        head = b'--b\r\nContent-Disposition: form-data; name="image_file"; filename="a"\r\n\r\n'
        pieces = (piece for piece in [head, *pieces])
    answer = client.post(POST, content=pieces, headers={"content-type": kind})
    assert answer.status_code == 413
    assert codes(answer) == ["file_too_large"]


def test_megapixels_are_counted_and_count_down(client: TestClient, house: Direct) -> None:
    house.work = quick
    house.limit = 10
    large, small = cut_out(Size(2200, 2000), Box(0, 0, 9, 9)), PHOTO
    left = []
    for photo in (large, small, large):
        answer = client.post(POST, files={"image_file": photo})
        assert answer.status_code == 200
        left.append(answer.headers["x-ratelimit-remaining"])
    assert left == ["6", "5", "1"], "4.4 megapixels cost 4, 0.01 cost 1"
    answer = client.post(POST, files={"image_file": large})
    assert answer.status_code == 429
    assert codes(answer) == ["rate_limit_exceeded"]
    assert answer.headers["retry-after"] == "7"
    assert answer.headers["x-ratelimit-remaining"] == "1"


def test_credits(client: TestClient, house: Direct) -> None:
    house.work, house.credits = quick, 1.25
    sent: dict[str, Any] = {"files": {"image_file": PHOTO}}
    assert client.post(POST, **sent).headers["x-credits-charged"] == "0.25"
    assert client.post(POST, **sent, data={"size": "hd"}).headers["x-credits-charged"] == "1"
    answer = client.post(POST, **sent)
    assert answer.status_code == 402
    assert codes(answer) == ["insufficient_credits"]
    assert "x-ratelimit-limit" in answer.headers


def test_the_account(client: TestClient) -> None:
    answer = client.get("/v1.0/account")
    assert answer.json() == {
        "data": {
            "attributes": {
                "credits": {"total": 100, "subscription": 0, "payg": 100, "enterprise": 0},
                "api": {"free_calls": 0, "sizes": "all"},
            }
        }
    }
    assert answer.headers["x-ratelimit-remaining"] == "500"


# Everything else that goes wrong


@pytest.mark.parametrize(("key", "code"), [(None, "missing_api_key"), ("bad", "auth_failed")])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", POST), ("GET", "/v1.0/account"), ("POST", "/v1.0/improve")]
)
def test_no_key_no_answer(client: TestClient, key: str | None, code: str, method: str, path: str) -> None:
    del client.headers["x-api-key"]
    answer = client.request(method, path, headers={"X-API-KEY": key} if key else {})
    assert answer.status_code == 403
    assert codes(answer) == [code]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", POST, 405),
        ("PUT", POST, 405),
        ("POST", "/v1.0/account", 405),
        ("DELETE", "/v1.0/improve", 405),
        ("BREW", POST, 405),
        ("GET", "/v1.0/nothing", 404),
        ("POST", "/v1.0/", 404),
        ("OPTIONS", "/v1.0/a/b/c", 404),
        ("POST", "/v1.0/improve", 501),
    ],
)
def test_the_framework_speaks_in_the_same_shape(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    codes(answer)
    assert ("allow" in answer.headers) is (status == 405)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{"),
        ("application/json", b"[1]"),
        ("application/json", b"\xff\xfe"),
        ("application/json", b"[" * 100_000),
        ("application/json", b'{"roi": ' + b"9" * 5000 + b"}"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nno header"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"),
        (FORM, b"&".join(b"a=1" for _ in range(1000))),
    ],
)
def test_bodies_that_are_broken(client: TestClient, kind: str, body: bytes) -> None:
    answer = client.post(POST, content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    assert codes(answer)[0] in {"invalid_body", "missing_source"}


def test_a_bug_is_a_500_without_its_reason(client: TestClient, house: Direct) -> None:
    def breaks(*_: object) -> Answer:
        raise RuntimeError("the secret reason")

    house.work = breaks
    answer = client.post(POST, files={"image_file": PHOTO})
    assert answer.status_code == 500
    assert codes(answer) == ["server_error"]
    assert "secret" not in answer.text


def test_an_engine_that_breaks_is_our_fault(client: TestClient, house: Direct) -> None:
    def breaks(*_: object) -> Answer:
        raise EngineFailed(say("out of memory"))

    house.work = breaks
    assert client.post(POST, files={"image_file": PHOTO}).status_code == 500
    assert house.credits == 100


class FromTheHouse(PackshotError):
    def __init__(self, code: str) -> None:
        super().__init__(say("why"))
        self.code = code


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (FromTheHouse("busy"), 429, "rate_limit_exceeded"),
        (FromTheHouse("too_many_calls"), 429, "rate_limit_exceeded"),
        (FromTheHouse("quota_exceeded"), 402, "insufficient_credits"),
        (FromTheHouse("not_signed_in"), 403, "auth_failed"),
        (FromTheHouse("not_allowed"), 403, "auth_failed"),
        (StoreFailed(say("the disk is full")), 503, "service_unavailable"),
        (OperationalError("select", {}, Exception("gone")), 503, "service_unavailable"),
        (HTTPException(421, "not my name"), 421, "refused"),
    ],
)
def test_what_the_house_refuses_is_said_in_this_shape(
    client: TestClient, house: Direct, failure: Exception, status: int, code: str
) -> None:
    async def fails(*_: object) -> Answer:
        raise failure

    house.cut = fails  # type: ignore[method-assign]
    answer = client.post(POST, files={"image_file": PHOTO})
    assert answer.status_code == status
    assert codes(answer) == [code]
    assert ("retry-after" in answer.headers) is (status in {429, 503})


def test_what_takes_too_long_is_told(client: TestClient, house: Direct) -> None:
    house.seconds = 0.0
    answer = client.post(POST, files={"image_file": soft()})
    assert answer.status_code == 504
    assert codes(answer) == ["timeout"]


def test_names_of_files_reach_no_header(client: TestClient, house: Direct) -> None:
    house.work = quick
    answer = client.post(POST, files={"image_file": ('a"\r\nX-Evil: 1.png', PHOTO)})
    assert answer.status_code == 200
    assert "x-evil" not in answer.headers


def test_the_page_of_the_api_is_valid_and_names_every_field(client: TestClient) -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator

    told = client.get("/openapi.json").json()
    OpenAPIV31SpecValidator(told).validate()
    body = told["paths"][POST]["post"]["requestBody"]["content"]
    assert set(body) == {"multipart/form-data", FORM, "application/json"}
    named = set(body["multipart/form-data"]["schema"]["properties"])
    assert named == {*READERS, *sending.SOURCES, *sending.BACKGROUNDS}
    assert {"200", "400", "402", "403", "413", "429", "500"} <= set(told["paths"][POST]["post"]["responses"])
    assert json.dumps(told)
