"""The remove.bg door in the whole house: through the queue, into the history."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from service_kit import empty, mug, work

from packshot.service.house import House


@pytest.fixture
def worked(home: House) -> Iterator[None]:
    """Somebody works beside the calls."""
    ends = threading.Event()

    def run() -> None:
        while not ends.wait(0.05):
            work(home)

    thread = threading.Thread(target=run)
    thread.start()
    yield
    ends.set()
    thread.join()


@pytest.mark.usefixtures("worked")
def test_a_photo_comes_back_cut_out_and_stands_in_the_history(client: TestClient) -> None:
    got = client.post(
        "/v1.0/removebg", files={"image_file": ("mug.jpg", mug())}, data={"size": "auto", "bg_color": "fff"}
    )
    assert got.status_code == 200, got.text
    assert got.headers["x-credits-charged"]
    assert Image.open(io.BytesIO(got.content)).size == (600, 600)
    (photo,) = client.get("/v1/photos").json()["items"]
    assert photo["kind"] == "removebg"
    assert photo["outcome"] == "cut"
    whole = client.get(f"/v1/photos/{photo['id']}/files/result").content
    assert whole == got.content


@pytest.mark.usefixtures("worked")
def test_what_holds_no_product_is_refused_in_the_doors_own_words(client: TestClient) -> None:
    got = client.post("/v1.0/removebg", files={"image_file": ("empty.jpg", empty())})
    assert got.status_code == 400
    assert got.json()["errors"][0]["code"] == "unknown_foreground"


def test_the_balance_is_what_is_left_of_the_day(client: TestClient, home: House) -> None:
    told = client.get("/v1.0/account").json()["data"]["attributes"]["credits"]
    assert told["total"] == home.settings.per_day


def test_errors_below_its_prefix_are_its_own(client: TestClient) -> None:
    assert "errors" in client.get("/v1.0/nothing").json()
    assert "errors" in client.post("/v1.0/removebg").json()
