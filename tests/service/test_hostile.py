"""What strangers send to do harm: links that lead inside, archives that swell, pictures that are none."""

from __future__ import annotations

import io
import socket
import stat
import struct
import tracemalloc
import zipfile
import zlib
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from service_kit import noise, work

from packshot.service.house import House

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

INSIDE = [
    "http://127.0.0.1:1/a.jpg",
    "http://localhost:1/a.jpg",
    "http://[::1]:1/a.jpg",
    "http://[::ffff:127.0.0.1]:1/a.jpg",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/a.jpg",
    "http://192.168.1.1/a.jpg",
    "http://100.64.0.1/a.jpg",
    "http://0.0.0.0/a.jpg",
    "http://2130706433/a.jpg",
    "http://0x7f.1/a.jpg",
    "http://[64:ff9b::7f00:1]/a.jpg",
    "http://[fe80::1]/a.jpg",
]


@pytest.fixture
def no_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever connects anywhere fails the test: a refusal must come before the first packet."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("it connected")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("no_connections")
@pytest.mark.parametrize("field", ["urls", "feed"])
def test_a_link_that_leads_inside_is_never_followed(client: TestClient, home: House, field: str) -> None:
    for url in INSIDE:
        asked = {"kind": "check", field: url if field == "feed" else [url]}
        job = client.post("/v1/jobs", json=asked).json()
        work(home)
        told = client.get(f"/v1/jobs/{job['id']}").json()
        if field == "feed":
            assert told["error"], url
        else:
            assert told["counts"] == {"failed": 1}, url


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://shop.example/a.jpg",
        "gopher://shop.example/",
        "s3://bucket/key",
        "jar:http://shop.example!/a",
        "//shop.example/a.jpg",
        "javascript:alert(1)",
        "http://",
        "http://[::1",
        "http://shop.example:99999999/",
        "https://" + "a" * 3000,
    ],
)
def test_only_web_links_are_taken(client: TestClient, url: str) -> None:
    for asked in ({"urls": [url]}, {"feed": url}):
        assert client.post("/v1/jobs", json=asked).status_code == 422, asked


def test_a_name_that_changes_its_mind_gains_nothing(
    client: TestClient, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Public at the check, private at the call: it is asked once, and called where it was then."""
    answers = iter(["93.184.215.14", "127.0.0.1", "127.0.0.1", "127.0.0.1", "127.0.0.1"])
    called: list[str] = []

    def lookup(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        if host[0].isdigit():
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> Any:
        called.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    client.post("/v1/jobs", json={"kind": "check", "urls": ["http://rebind.example/a.jpg"]})
    work(home)
    assert "127.0.0.1" not in called


def test_a_zip_that_swells_costs_no_memory_and_no_other_photo(client: TestClient, home: House) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("bomb.jpg", "w", force_zip64=True) as bomb:
            for _ in range(120):
                bomb.write(bytes(1 << 20))
        archive.writestr("good.jpg", noise(1))
    tracemalloc.start()
    job = client.post(
        "/v1/jobs", files={"files": ("a.zip", packed.getvalue())}, data={"kind": "check"}
    ).json()
    work(home)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    told = client.get(f"/v1/jobs/{job['id']}").json()
    assert told["total"] == 2
    items = {one["name"]: one["outcome"] for one in client.get("/v1/photos").json()["items"]}
    assert items["bomb.jpg"] in ("failed", "ask_seller")
    assert items["good.jpg"] not in ("failed", None)
    assert most < 60_000_000


def zip_of(names: list[str], *, link: bool = False) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, name in enumerate(names):
            info = zipfile.ZipInfo(name)
            if link:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
                archive.writestr(info, "/etc/passwd")
            else:
                archive.writestr(info, noise(number, side=8))
    return packed.getvalue()


def test_names_in_an_archive_lead_nowhere(client: TestClient, home: House) -> None:
    names = [
        "../../a.jpg",
        "/etc/b.jpg",
        "C:\\c.jpg",
        "..\\..\\d.jpg",
        "e.jpg\r\nSet-Cookie: x=1.jpg",
        "\u202egpj.f",
    ]
    client.post("/v1/jobs", files={"files": ("a.zip", zip_of(names))}, data={"kind": "check"})
    work(home)
    for one in client.get("/v1/photos").json()["items"]:
        assert "/" not in one["name"]
        assert "\\" not in one["name"]
        assert one["name"].isprintable()
        got = client.get(f"/v1/photos/{one['id']}/files/original", params={"download": True})
        assert "set-cookie" not in got.headers


def test_a_link_in_an_archive_gives_no_file_of_ours(client: TestClient, home: House) -> None:
    client.post("/v1/jobs", files={"files": ("a.zip", zip_of(["a.jpg"], link=True))}, data={"kind": "check"})
    work(home)
    for one in client.get("/v1/photos").json()["items"]:
        got = client.get(f"/v1/photos/{one['id']}/files/original")
        assert b"root:" not in got.content


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04", b"PK\x03\x04" + b"\xff" * 500, zip_of(["a.txt"]), zip_of([])]
)
def test_an_archive_without_photos_says_so(client: TestClient, home: House, data: bytes) -> None:
    got = client.post("/v1/jobs", files={"files": ("a.zip", data)})
    work(home)
    if got.status_code == 202:
        job = client.get(f"/v1/jobs/{got.json()['id']}").json()
        assert job["error"] or job["counts"] == {"failed": 1}


def huge_png(side: int) -> bytes:
    """Says that it is huge, and is a few bytes."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pieces = [(b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in pieces
    )
    return b"\x89PNG\r\n\x1a\n" + body


def test_a_picture_that_says_it_is_huge_ends_before_its_pixels(client: TestClient, home: House) -> None:
    client.post("/v1/jobs", files={"files": ("a.png", huge_png(60_000))}, data={"kind": "fix"})
    work(home)
    (photo,) = client.get("/v1/photos").json()["items"]
    assert photo["outcome"] == "failed"


def test_words_in_a_photo_stay_words_on_its_page(client: TestClient, home: House) -> None:
    """What a camera, or somebody, wrote into the file comes back escaped, if at all."""
    evil = "<script>alert(1)</script>"
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = exif[0x010F] = evil
    written = io.BytesIO()
    Image.new("RGB", (200, 200), (200, 200, 200)).save(written, "JPEG", exif=exif, comment=evil)
    client.post("/v1/jobs", files={"files": ("a.jpg", written.getvalue())}, data={"kind": "fix"})
    work(home)
    (photo,) = client.get("/v1/photos").json()["items"]
    for path in (f"/photos/{photo['id']}", "/history", "/"):
        assert evil not in client.get(path, headers={"accept": "text/html"}).text


def test_one_photo_larger_than_allowed_is_refused_with_the_limit(client: TestClient, home: House) -> None:
    small = home.settings.max_upload_mb * 1_000_000
    got = client.post("/v1/jobs", files={"files": ("a.jpg", b"\xff\xd8\xff" + bytes(small))})
    assert got.status_code == 413
    assert got.json()["title"] == "too_large"
    assert "50" in got.json()["detail"]
