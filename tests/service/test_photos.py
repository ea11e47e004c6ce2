"""A photo goes in by REST, is done, and can be looked at, found, deleted and taken back."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from service_kit import empty, mug, noise, work

from packshot.service.house import House
from packshot.service.listing import Stopped, list_job


@pytest.fixture
def mended(client: TestClient, home: House) -> dict[str, object]:
    job = client.post(
        "/v1/jobs", files={"files": ("mug.jpg", mug())}, data={"profile": "yandex_market", "stages": "true"}
    ).json()
    work(home)
    (photo,) = client.get("/v1/photos", params={"job": job["id"]}).json()["items"]
    told: dict[str, object] = client.get(f"/v1/photos/{photo['id']}").json()
    return told


def test_a_mended_photo_tells_all_that_the_command_line_would(mended: dict[str, object]) -> None:
    assert mended["progress"] == "done"
    assert mended["outcome"] in ("compliant", "fixed")
    assert mended["tone"] == "good"
    assert {one["role"] for one in mended["outputs"]} >= {"original", "light", "dark", "cutout", "mask"}  # type: ignore[index]
    report = mended["report"]
    assert isinstance(report, dict)
    assert report["before"]["profile"] == "yandex_market"
    assert next(stage["name"] for stage in mended["stages"]) == "source"  # type: ignore[index]


def test_its_pictures_are_served_whole_and_small(client: TestClient, mended: dict[str, object]) -> None:
    address = f"/v1/photos/{mended['id']}"
    whole = client.get(f"{address}/files/light")
    assert whole.headers["content-type"] == "image/jpeg"
    assert "immutable" in whole.headers["cache-control"]
    assert Image.open(io.BytesIO(whole.content)).size in ((1200, 1600), (1600, 1600))
    small = client.get(f"{address}/picture/light", params={"w": 300})
    assert max(Image.open(io.BytesIO(small.content)).size) == 320
    again = client.get(f"{address}/files/light", headers={"if-none-match": whole.headers["etag"]})
    assert again.status_code == 304


def test_the_original_comes_back_to_the_byte(client: TestClient, mended: dict[str, object]) -> None:
    got = client.get(f"/v1/photos/{mended['id']}/files/original", params={"download": True})
    assert got.content == mug()
    assert 'filename="mug.jpg"' in got.headers["content-disposition"]


def test_a_deleted_photo_is_gone_and_can_be_taken_back(client: TestClient, mended: dict[str, object]) -> None:
    address = f"/v1/photos/{mended['id']}"
    assert client.delete(address).status_code == 204
    assert client.get("/v1/photos").json()["items"] == []
    assert client.get(f"{address}/files/light").status_code == 404
    assert client.post(f"{address}/restore").status_code == 200
    assert len(client.get("/v1/photos").json()["items"]) == 1


def test_again_with_another_wish_is_a_new_photo_beside_the_old_one(
    client: TestClient, home: House, mended: dict[str, object]
) -> None:
    made = client.post(
        f"/v1/photos/{mended['id']}/again",
        json={"profile": "ozon", "settings": {"retouch.shadow.kind": "none"}},
    )
    assert made.status_code == 202, made.text
    work(home)
    told = client.get(f"/v1/photos/{made.json()['id']}").json()
    assert told["parent"] == mended["id"]
    assert told["profile"] == "ozon"
    assert told["options"]["settings"] == {"retouch.shadow.kind": "none"}


def test_a_bad_photo_ends_failed_with_the_reason_and_a_cure(client: TestClient, home: House) -> None:
    client.post("/v1/jobs", files={"files": ("notes.jpg", b"%PDF-1.7 no photo at all")})
    work(home)
    (photo,) = client.get("/v1/photos").json()["items"]
    assert photo["outcome"] == "failed"
    assert "PDF" in photo["headline"]["en"]
    assert photo["headline"]["ru"] != photo["headline"]["en"]


def test_a_zip_becomes_its_photos(client: TestClient, home: House) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(3):
            archive.writestr(f"goods/{number}.jpg", noise(number))
        archive.writestr("../../etc/passwd.jpg", noise(9))
        archive.writestr("readme.txt", "no photo")
    job = client.post(
        "/v1/jobs", files={"files": ("goods.zip", packed.getvalue())}, data={"kind": "check"}
    ).json()
    assert not job["listed"]
    assert work(home) == 4
    told = client.get(f"/v1/jobs/{job['id']}").json()
    assert told["listed"]
    assert told["total"] == told["done"] == 4
    names = {one["name"] for one in client.get("/v1/photos").json()["items"]}
    assert names == {"0.jpg", "1.jpg", "2.jpg", "passwd.jpg"}


def test_results_come_as_one_zip(client: TestClient, mended: dict[str, object]) -> None:
    got = client.get("/v1/photos.zip", params={"outcome": mended["outcome"]})
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert {"mug_main_light.jpg", "mug_main_dark.jpg", "report.jsonl"} <= set(archive.namelist())
        (line,) = archive.read("report.jsonl").decode().splitlines()
        assert json.loads(line)["name"] == "mug.jpg"
        assert archive.testzip() is None
    trail = client.get(f"/v1/photos/{mended['id']}/trail.zip")
    with zipfile.ZipFile(io.BytesIO(trail.content)) as archive:
        assert any(name.endswith("_00_source.webp") for name in archive.namelist())


def test_history_is_paged_and_filtered(client: TestClient, home: House) -> None:
    files = [("files", (f"goods_{number}.jpg", noise(number))) for number in range(5)]
    client.post("/v1/jobs", files=[*files, ("files", ("empty.jpg", empty()))], data={"kind": "check"})
    work(home)
    seen: list[str] = []
    after = ""
    while True:
        page = client.get("/v1/photos", params={"limit": 2, "after": after}).json()
        seen += [one["name"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == ["empty.jpg", *(f"goods_{number}.jpg" for number in (4, 3, 2, 1, 0))]
    assert [one["name"] for one in client.get("/v1/photos", params={"search": "EMPTY"}).json()["items"]] == [
        "empty.jpg"
    ]
    by_rule = client.get("/v1/photos", params={"rule": "no_subject"}).json()["items"]
    assert "empty.jpg" in {one["name"] for one in by_rule}
    assert sum(client.get("/v1/photos/counts").json().values()) == 6


def test_the_same_key_gives_the_same_job_and_another_request_with_it_is_a_mistake(client: TestClient) -> None:
    headers = {"Idempotency-Key": "order-17"}
    first = client.post("/v1/jobs", files={"files": ("a.jpg", noise(1))}, headers=headers).json()
    again = client.post("/v1/jobs", files={"files": ("a.jpg", noise(1))}, headers=headers).json()
    other = client.post("/v1/jobs", files={"files": ("a.jpg", noise(2))}, headers=headers)
    assert first["id"] == again["id"]
    assert client.get(f"/v1/jobs/{first['id']}").json()["total"] == 1
    assert other.status_code == 422
    assert other.json()["title"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    "asked",
    [
        {"retouch.backdrop.picture": "/etc/passwd"},
        {"retouch.sticker.font": "/etc/passwd"},
        {"variants.light.picture": "/etc/passwd"},
        {"output.name": "{sku.__class__}"},
        {"extends": "/tmp/evil.toml"},
        {"retouch.place.gap_px": 10**40},
        {"retouch.place.canvas": [10**9, 10**9]},
        {"retouch.place.canvas": [100_000, 100_000]},
        {"retouch.place.canvas_scale": 1000},
        {"retouch.place.canvas": [0, -5]},
    ],
)
def test_no_setting_from_outside_names_a_file_of_ours(client: TestClient, asked: dict[str, str]) -> None:
    got = client.post("/v1/fix", files={"file": ("a.jpg", noise(1))}, data={"settings": json.dumps(asked)})
    assert got.status_code == 422
    assert got.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("profile", ["../../etc/passwd", "/tmp/x.toml", "ozn", "ozon.toml"])
def test_a_profile_goes_by_name(client: TestClient, profile: str) -> None:
    assert (
        client.post("/v1/fix", files={"file": ("a.jpg", noise(1))}, data={"profile": profile}).status_code
        == 422
    )


def test_a_full_queue_says_when_to_come_back(home: House, client_of: Callable[[House], TestClient]) -> None:
    settings = home.settings.model_copy(update={"max_waiting": 3})
    client = client_of(replace(home, settings=settings, intake=replace(home.intake, settings=settings)))
    files = [("files", (f"{number}.jpg", noise(number))) for number in range(3)]
    assert client.post("/v1/jobs", files=files).status_code == 202
    refused = client.post("/v1/jobs", files=files)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["cure"]


def test_a_zip_counts_into_the_quota_and_says_where_it_ended(
    home: House, client_of: Callable[[House], TestClient]
) -> None:
    settings = home.settings.model_copy(update={"per_day": 100})
    small = replace(home, settings=settings, intake=replace(home.intake, settings=settings))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(130):
            archive.writestr(f"{number}.jpg", b"no photo")
    client = client_of(small)
    job = client.post(
        "/v1/jobs", files={"files": ("a.zip", packed.getvalue())}, data={"kind": "check"}
    ).json()
    list_job(small.database, small.depot, small.queue, settings, job["id"])
    told = client.get(f"/v1/jobs/{job['id']}").json()
    assert told["total"] == 100
    assert told["error"]["code"] == "quota_exceeded"
    assert client.post("/v1/jobs", files={"files": ("b.jpg", noise(1))}).status_code == 429


def test_a_heap_waits_for_room_and_goes_on_where_it_stopped(home: House, client: TestClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(150):
            archive.writestr(f"{number}.jpg", noise(number, side=8))
    job = client.post(
        "/v1/jobs", files={"files": ("a.zip", packed.getvalue())}, data={"kind": "check"}
    ).json()
    narrow = home.settings.model_copy(update={"max_waiting": 100})
    with pytest.raises(Stopped):
        list_job(home.database, home.depot, home.queue, narrow, job["id"], rest=lambda seconds: True)
    assert client.get(f"/v1/jobs/{job['id']}").json()["total"] == 100
    list_job(home.database, home.depot, home.queue, home.settings, job["id"])
    told = client.get(f"/v1/jobs/{job['id']}").json()
    assert told["listed"]
    assert told["total"] == 150


def test_progress_is_told_as_it_happens(home: House, client: TestClient) -> None:
    files = [("files", (f"{number}.jpg", noise(number))) for number in range(3)]
    job = client.post("/v1/jobs", files=files, data={"kind": "check"}).json()
    ends = threading.Thread(target=work, args=(home,))
    ends.start()
    told: list[tuple[str, dict[str, object]]] = []
    with client.stream("GET", f"/v1/jobs/{job['id']}/events") as events:
        name = ""
        for line in events.iter_lines():
            kind, _, value = line.partition(": ")
            name = value if kind == "event" else name
            if kind == "data":
                told.append((name, json.loads(value)))
    ends.join()
    assert sorted(str(data["name"]) for name, data in told if name == "photo") == ["0.jpg", "1.jpg", "2.jpg"]
    assert told[-1] == ("end", {})
    assert [data["done"] for name, data in told if name == "job"][-1] == 3


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("женские кроссовки.jpg", "fashion.shoes"),
        ("womens_sneakers-42.jpg", "fashion.shoes"),
        ("IMG_20261121.jpg", ""),
    ],
)
def test_a_category_is_guessed_by_the_files_name_or_not_at_all(
    client: TestClient, home: House, name: str, category: str
) -> None:
    client.post("/v1/jobs", files={"files": (name, noise(1))}, data={"kind": "check", "category": "auto"})
    work(home)
    (photo,) = client.get("/v1/photos").json()["items"]
    assert photo["category"] == category
