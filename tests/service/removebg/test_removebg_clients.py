"""A client library that strangers wrote, against a real server. Only the address in it is changed."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import uvicorn
from removebg_direct import KEY, Direct, app
from removebg_photos import RED, mug, opened

from packshot.batch import links

removebg = pytest.importorskip("removebg.removebg", reason="pip install removebg")
pytestmark = pytest.mark.slow


class Served:
    def __init__(self, house: Direct) -> None:
        self.server = uvicorn.Server(uvicorn.Config(app(house), port=0, log_level="warning"))
        self.thread = threading.Thread(target=self.server.run)

    def __enter__(self) -> str:
        self.thread.start()
        while not self.server.started:
            assert self.thread.is_alive()
            time.sleep(0.01)
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/v1.0/removebg"

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A second server on loopback, from which photos are fetched."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    folder = tmp_path_factory.mktemp("shop")
    (folder / "mug.jpg").write_bytes(mug(900))

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def house() -> Direct:
    return Direct(fetcher=lambda url, most: links.fetch(url, max_bytes=most, allow_private=True))


@pytest.fixture
def address(house: Direct, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with Served(house) as address:
        monkeypatch.setattr(removebg, "API_ENDPOINT", address)
        yield address


def test_a_file_a_link_and_base64(address: str, shop: str, house: Direct, tmp_path: Path) -> None:
    client = removebg.RemoveBg(KEY, str(tmp_path / "error.log"))
    photo = tmp_path / "mug.jpg"
    photo.write_bytes(mug(900))
    client.remove_background_from_img_file(str(photo), size="full", bg_color="81d4fa")
    client.remove_background_from_img_url(
        f"{shop}/mug.jpg", size="full", new_file_name=str(tmp_path / "url.png"), bg_color="81d4fa"
    )
    client.remove_background_from_base64_img(
        base64.b64encode(photo.read_bytes()).decode(), new_file_name=str(tmp_path / "b64.png")
    )
    by_file, by_link = (tmp_path / "mug.jpg_no_bg.png").read_bytes(), (tmp_path / "url.png").read_bytes()
    assert by_file == by_link
    picture = opened(by_file, "RGB").astype(int)
    assert picture.shape == (900, 900, 3)
    assert abs(picture[5, 5] - [0x81, 0xD4, 0xFA]).max() <= 3
    assert abs(picture[450, 450] - RED).max() <= 6
    small = opened((tmp_path / "b64.png").read_bytes())
    assert small.shape == (500, 500, 4), "its `regular` is a preview"
    assert small[5, 5, 3] == 0
    assert small[250, 250, 3] == 255
    assert house.credits == 100 - 1 - 1 - 0.25


def test_it_understands_our_errors(address: str, shop: str, house: Direct, tmp_path: Path) -> None:
    stranger = removebg.RemoveBg("bad key", str(tmp_path / "error.log"))
    client = removebg.RemoveBg(KEY, str(tmp_path / "error.log"))
    with pytest.raises(requests.HTTPError) as refused:
        stranger.remove_background_from_img_url(f"{shop}/mug.jpg")
    assert refused.value.response.status_code == 403
    assert refused.value.response.json()["errors"][0]["title"] == "API Key invalid"
    with pytest.raises(requests.HTTPError) as refused:
        client.remove_background_from_img_url(f"{shop}/nothing.jpg")
    assert refused.value.response.json()["errors"][0]["code"] == "failed_image_download"
    house.spent = house.limit
    with pytest.raises(requests.HTTPError) as refused:
        client.remove_background_from_img_url(f"{shop}/mug.jpg")
    assert refused.value.response.headers["retry-after"] == "7"
    assert house.credits == 100


def test_other_ways_that_clients_speak(address: str) -> None:
    """As curl, unirest and axios do: keep-alive, chunks, `Expect`, a key in lower case."""
    with requests.Session() as session:
        session.headers["x-api-key"] = KEY
        for _ in range(3):
            answer = session.post(address, files={"image_file": ("a.jpg", mug())}, data={"format": "zip"})
            assert answer.headers["content-type"] == "application/zip"
        body = b'{"image_file_b64": "' + base64.b64encode(mug()) + b'"}'
        chunks = (body[at : at + 1000] for at in range(0, len(body), 1000))
        told = {"content-type": "application/json", "accept": "application/json"}
        answer = session.post(address, data=chunks, headers=told)
        assert answer.json()["data"]["foreground_width"] > 100
        answer = session.post(address, files={"image_file": mug()}, headers={"Expect": "100-continue"})
        assert answer.status_code == 200
        assert session.get(address.replace("removebg", "account")).json()["data"]["attributes"]["credits"]
