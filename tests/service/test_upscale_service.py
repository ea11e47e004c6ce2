"""Enlarging in the service: what may be asked for, what comes of a photo, and how its page tells it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from PIL import Image, ImageDraw
from service_kit import jpeg, work

from packshot.errors import BadOption, WeightsMissing
from packshot.service.house import House
from packshot.service.wishes import Wish, check_wish

PLAIN = "upscale_lanczos"
"""Quick, and the pictures here are too small to tell who made them."""
SIZE = (120, 90)


def tag(size: tuple[int, int] = SIZE, form: str = "JPEG") -> bytes:
    picture = Image.new("RGB", size, (236, 236, 236))
    ImageDraw.Draw(picture).rectangle((20, 20, size[0] - 40, size[1] - 15), fill=(40, 90, 160))
    if form == "JPEG":
        return jpeg(picture)
    written = io.BytesIO()
    picture.save(written, form)
    return written.getvalue()


def asked(client: TestClient, **data: str) -> Response:
    return client.post("/v1/upscale", files={"file": ("tag.jpg", tag())}, data={"wait": "0", **data})


def done(client: TestClient, home: House, photo: bytes = b"", **data: str) -> dict[str, object]:
    files = {"files": ("tag.jpg", photo or tag())}
    job = client.post("/v1/jobs", files=files, data={"kind": "upscale", "engine": PLAIN, **data}).json()
    work(home)
    (short,) = client.get("/v1/photos", params={"job": job["id"]}).json()["items"]
    told: dict[str, object] = client.get(f"/v1/photos/{short['id']}").json()
    return told


def picture(client: TestClient, told: dict[str, object]) -> Image.Image:
    return Image.open(io.BytesIO(client.get(f"/v1/photos/{told['id']}/files/upscaled").content))


@pytest.mark.parametrize(
    "wish",
    [
        {"to": "large"},
        {"to": "0x100"},
        {"to": "16001x10"},
        {"to": "9000x9000"},
        {"to": "1600x1600", "factor": 2},
        {"factor": 0},
        {"factor": 4.5},
        {"engine": "segment_net"},
        {"engine": "..etc.passwd"},
    ],
)
def test_what_makes_no_sense_is_told_with_its_cure(wish: dict[str, Any]) -> None:
    with pytest.raises(BadOption) as told:
        check_wish("upscale", Wish(**wish))
    assert str(told.value.cure)


def test_and_nothing_of_it_is_accepted(client: TestClient) -> None:
    for wish in ({"to": "9000x9000"}, {"factor": "nan"}, {"factor": "1e400"}, {"engine": "../../etc/passwd"}):
        got = asked(client, **wish)
        assert got.status_code == 422, got.text
        assert got.headers["content-type"] == "application/problem+json"
        assert got.json()["cure"]
    assert client.get("/v1/jobs").json()["items"] == []


def test_an_upscaler_cuts_nothing_out() -> None:
    with pytest.raises(BadOption):
        check_wish("cutout", Wish(engine=PLAIN))


def test_an_engine_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from packshot.engines import base, realesrgan

    base.upscaler.cache_clear()
    monkeypatch.setattr(realesrgan, "find_spec", lambda name: None)
    with pytest.raises(WeightsMissing) as told:
        check_wish("upscale", Wish(engine="realesrgan"))
    assert "pip install" in str(told.value.cure)


def test_a_photo_is_followed_from_the_call_to_its_picture(client: TestClient, home: House) -> None:
    late = asked(client, to="300x300", engine=PLAIN)
    assert late.status_code == 202
    work(home)
    (short,) = client.get("/v1/photos", params={"kind": "upscale"}).json()["items"]
    told = client.get(f"/v1/photos/{short['id']}").json()
    assert (told["outcome"], told["tone"], told["size"]) == ("upscaled", "good", [120, 90])
    assert told["options"] == {"to": "300x300", "engine": PLAIN}
    assert told["pictures"] == ["original", "upscaled"]
    report = told["report"]
    assert (report["factor"], report["to"]) == (2.5, {"width": 300, "height": 225})
    assert picture(client, told).size == (300, 225)
    usage = client.get("/v1/usage").json()
    assert usage["days"][-1]["kinds"] == {"upscale": 1}


def test_the_format_goes_by_the_bytes_and_the_shape_stays(client: TestClient, home: House) -> None:
    made = picture(client, done(client, home, tag(form="WEBP"), factor="1.5"))
    assert (made.format, made.size) == ("WEBP", (180, 135))


def test_a_photo_that_is_large_already_is_an_answer_with_its_own_bytes(
    client: TestClient, home: House
) -> None:
    told = done(client, home, to="100x100")
    assert (told["outcome"], told["tone"]) == ("kept", "good")
    got = client.get(f"/v1/photos/{told['id']}/files/upscaled")
    assert got.content == tag()
    shown = client.get(f"/photos/{told['id']}").text
    assert 'data-role="upscaled"' not in shown, "the same picture twice is nothing to compare"
    assert "left as it is" in shown


def test_one_that_is_too_small_fails_with_what_to_do(client: TestClient, home: House) -> None:
    told = done(client, home, to="1600x1600")
    assert (told["outcome"], told["code"]) == ("failed", "refused")
    assert told["cure"]["en"] == "Ask the seller for a larger one."  # type: ignore[index]
    shown = client.get(f"/photos/{told['id']}").text
    assert 'data-from="original"' in shown, "it can be looked at"
    assert '<select name="to">' in shown, "and tried at another size"


def test_a_zip_of_photos_comes_back_as_a_zip(client: TestClient, home: House) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("goods/a.jpg", tag())
        archive.writestr("goods/b.png", tag((130, 90), "PNG"))
    data = {"kind": "upscale", "to": "200x200", "engine": PLAIN}
    job = client.post("/v1/jobs", files={"files": ("goods.zip", packed.getvalue())}, data=data).json()
    assert work(home) == 2
    got = client.get("/v1/photos.zip", params={"job": job["id"]})
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert {"a_upscaled.jpg", "b_upscaled.png"} <= set(archive.namelist())


def test_its_page_compares_and_offers_another_size(client: TestClient, home: House) -> None:
    first = done(client, home, factor="2")
    shown = client.get(f"/photos/{first['id']}").text
    assert 'data-role="upscaled"' in shown
    assert '<select name="to">' in shown
    assert '<select name="shadow">' not in shown
    form = {"kind": "upscale", "to": "1200x1600"}
    answer = client.post(f"/photos/{first['id']}/again", data=form, follow_redirects=False)
    second = client.get(f"/v1{answer.headers['location']}").json()
    assert (second["kind"], second["options"]) == ("upscale", {"to": "1200x1600"})
    by_rest = client.post(f"/v1/photos/{first['id']}/again", json={"factor": 3}).json()
    assert (by_rest["kind"], by_rest["options"]) == ("upscale", {"factor": 3})
    assert client.post(f"/photos/{first['id']}/again", data={**form, "to": "9x9"}).status_code == 422


def test_pages_offer_and_find_it(client: TestClient, home: House) -> None:
    done(client, home, factor="2")
    client.cookies.set("wish", "kind%3Dupscale%26to%3D")
    shown = client.get("/").text
    assert 'value="upscale" checked' in shown
    assert '<option value="" selected' in shown.partition('name="to"')[2].partition("</select>")[0]
    assert "tag.jpg" in client.get("/history", params={"kind": "upscale"}).text
    assert "tag.jpg" not in client.get("/history", params={"kind": "fix"}).text
