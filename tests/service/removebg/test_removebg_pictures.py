"""What clients get, down to the pixel. The photos bring their product as alpha, so the truth is known."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from removebg_photos import RED, cut_out, empty, mug, opened, png, soft

from packshot.image.types import Box, Size, box_of
from packshot.service.removebg.compose import Answer
from packshot.service.removebg.errors import Refusal
from packshot.service.removebg.wish import parse
from packshot.service.removebg.work import make, measure, megapixels

SIZE, PRODUCT = Size(400, 300), Box(100, 80, 260, 220)
PHOTO = cut_out(SIZE, PRODUCT)


def made(photo: bytes = PHOTO, background: bytes | None = None, **asked: str) -> Answer:
    return make(photo, parse(asked), background)


def told_box(answer: Answer) -> Box:
    left, top, width, height = (
        int(answer.headers[f"X-Foreground-{side}"]) for side in ("Left", "Top", "Width", "Height")
    )
    return Box(left, top, left + width, top + height)


def test_the_cut_out_is_the_product_and_nothing_else() -> None:
    answer = made(size="full")
    rgba = opened(answer.data)
    assert answer.media_type == "image/png"
    assert told_box(answer) == PRODUCT
    assert (rgba[PRODUCT.slices] == (*RED, 255)).all()
    outside = np.ones(rgba.shape[:2], bool)
    outside[PRODUCT.slices] = False
    assert not rgba[outside].any()


def test_headers_tell_sizes_and_kind() -> None:
    answer = made(cut_out(Size(1000, 800), Box(300, 200, 700, 500)), size="preview")
    assert answer.headers["X-Type"] == "product"
    assert (answer.headers["X-Width"], answer.headers["X-Height"]) == ("559", "447")
    assert (answer.headers["X-Max-Width"], answer.headers["X-Max-Height"]) == ("1000", "800")
    assert opened(answer.data).shape == (447, 559, 4)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({}, "product"),
        ({"type": "person"}, "person"),
        ({"type": "transportation"}, "other"),
        ({"type": "transportation", "type_level": "2"}, "transportation"),
        ({"type": "graphic", "type_level": "latest"}, "graphics"),
        ({"type_level": "none"}, None),
    ],
)
def test_the_kind_is_what_the_client_says(asked: dict[str, str], kind: str | None) -> None:
    assert made(**asked).headers.get("X-Type") == kind


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries(
        {"size": st.just("full"), "format": st.sampled_from(["png", "jpg", "webp", "zip"])},
        optional={
            "crop": st.sampled_from(["true", "false"]),
            "crop_margin": st.sampled_from(["0", "10px", "5% 20px", "1px 2px 3px 4px"]),
            "scale": st.sampled_from(["original", "30%", "100%"]),
            "position": st.sampled_from(["original", "center", "0% 100%", "33%"]),
            "bg_color": st.sampled_from(["fff", "81d4fa77", "0000"]),
            "roi": st.sampled_from(["0 0 200px 100%", "10% 10% 90% 90%"]),
        },
    )
)
def test_the_product_is_where_the_headers_say(asked: dict[str, str]) -> None:
    answer = made(**asked)
    if asked["format"] == "zip":
        colours, alpha = unzipped(answer.data)
        rgba = np.dstack([colours, alpha])
    else:
        rgba = opened(answer.data)
    red = np.abs(rgba[..., :3].astype(int) - RED).max(axis=2) < 40
    found, box = box_of(red & (rgba[..., 3] > 128)), told_box(answer)
    assert found is not None
    assert rgba.shape[:2] == (int(answer.headers["X-Height"]), int(answer.headers["X-Width"]))
    for one, other in zip(
        (found.left, found.top, found.right, found.bottom),
        (box.left, box.top, box.right, box.bottom),
        strict=True,
    ):
        assert abs(one - other) <= 1


def test_only_the_region_of_interest_may_be_product() -> None:
    answer = made(size="full", roi="0px 0px 180px 100%")
    assert told_box(answer) == Box(100, 80, 180, 220)
    assert not opened(answer.data)[:, 180:].any()
    with pytest.raises(Refusal) as refused:
        made(roi="0 0 90px 70px")
    assert refused.value.mistakes[0].code == "unknown_foreground"


@pytest.mark.slow
def test_16_megapixels_are_10_as_png_and_16_as_anything_else() -> None:
    photo = cut_out(Size(4000, 4000), Box(1000, 1000, 3000, 3000))
    for form, side in (("png", "3162"), ("jpg", "4000"), ("zip", "4000")):
        answer = made(photo, size="full", format=form)
        assert (answer.headers["X-Width"], answer.headers["X-Max-Width"]) == (side, side), form
    assert megapixels(measure(photo)) == 16


@pytest.mark.parametrize(
    ("asked", "media_type"),
    [
        ({}, "image/png"),
        ({"bg_color": "fff"}, "image/jpeg"),
        ({"bg_color": "ffffff80"}, "image/png"),
        ({"channels": "alpha"}, "image/png"),
        ({"channels": "alpha", "bg_color": "fff"}, "image/png"),
        ({"crop": "true"}, "image/jpeg"),
        ({"format": "jpeg"}, "image/jpeg"),
        ({"format": "webp"}, "image/webp"),
        ({"format": "zip"}, "application/zip"),
        ({"format": "png", "bg_color": "fff"}, "image/png"),
    ],
)
def test_auto_is_png_where_something_is_see_through(asked: dict[str, str], media_type: str) -> None:
    assert made(**asked).media_type == media_type


def test_a_jpg_without_a_ground_lies_on_white() -> None:
    rgb = opened(made(format="jpg", size="full").data, "RGB").astype(int)
    assert (rgb[:60] == 255).all()
    assert np.abs(rgb[100:200, 120:240] - RED).max() <= 3


def test_the_mask_alone() -> None:
    mask = opened(made(channels="alpha", size="full", bg_color="0f0").data, "L")
    assert (mask[PRODUCT.slices] == 255).all()
    assert mask.sum() == 255 * PRODUCT.area


def test_no_old_ground_shines_through_the_rim() -> None:
    """Green lay hidden under alpha 0; shrunk, scaled and as a ZIP it must not come out."""
    photo = cut_out(Size(1600, 1200), Box(403, 301, 1198, 897))
    for asked in ({"size": "preview"}, {"size": "full", "scale": "97%"}, {"size": "medium", "crop": "true"}):
        rgba = opened(made(photo, format="png", **asked).data).astype(int)
        seen = rgba[..., 3] > 16
        assert np.abs(rgba[seen][:, :3] - RED).max() <= 8
        green = opened(made(photo, format="png", bg_color="fff", **asked).data, "RGB").astype(int)
        assert (green[..., 1] - green[..., 0]).max() <= 2


def unzipped(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["color.jpg", "alpha.png"]
        colours, alpha = archive.read("color.jpg"), archive.read("alpha.png")
    assert colours[:2] == b"\xff\xd8"
    assert alpha[25] == 0, "PNG's colour type: grey"
    return opened(colours, "RGB"), opened(alpha, "L")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"size": "preview"},
        {"crop": "true", "crop_margin": "7%"},
        {"bg_color": "81d4fa"},
        {"bg_color": "81d4fa77"},
        {"shadow_type": "drop"},
    ],
)
def test_a_zip_composed_by_the_client_is_the_png(asked: dict[str, str]) -> None:
    for photo in (soft(), PHOTO):
        asked = {"size": "full", **asked}
        colours, alpha = unzipped(made(photo, format="zip", **asked).data)
        rgba = opened(made(photo, format="png", **asked).data).astype(float)
        assert (alpha == rgba[..., 3]).all()
        for ground in (0.0, 128.0, 255.0):
            share = alpha[..., None] / 255
            one = colours * share + ground * (1 - share)
            other = rgba[..., :3] * share + ground * (1 - share)
            away = np.abs(one - other)
            assert away.mean() < 1.0
            assert np.percentile(away, 99.5) < 12


def test_a_see_through_colour_behind() -> None:
    rgba = opened(made(soft(), bg_color="0000ff80", size="full").data)
    assert (rgba[2, 2] == (0, 0, 255, 128)).all()
    whole = opened(made(soft(), size="full").data).astype(float)
    front, back = whole[..., 3] / 255, 128 / 255
    assert np.abs(rgba[..., 3] - 255 * (front + back * (1 - front))).max() <= 1
    both = (front + back * (1 - front))[..., None]
    colours = (whole[..., :3] * front[..., None] + [0, 0, 255] * (back * (1 - front))[..., None]) / both
    assert np.abs(rgba[..., :3] - colours).max() <= 2


def test_a_picture_behind_covers_the_canvas_and_keeps_its_middle() -> None:
    stripes = np.zeros((100, 300, 3), np.uint8)
    stripes[:, :100], stripes[:, 100:200], stripes[:, 200:] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    rgb = opened(made(background=png(stripes), format="png", size="full").data, "RGB")
    assert rgb.shape == (300, 400, 3)
    assert (rgb[5, 200] == (0, 255, 0)).all(), "the middle third"
    assert (rgb[5, 2] == (255, 0, 0)).all()
    assert (rgb[5, 397] == (0, 0, 255)).all()
    assert (rgb[150, 180] == RED).all()


def test_a_picture_behind_that_is_none() -> None:
    with pytest.raises(Refusal) as refused:
        made(background=b"%PDF-1.4")
    assert refused.value.mistakes[0].code == "invalid_file_type"
    assert "Background" in refused.value.mistakes[0].title


@pytest.mark.parametrize("kind", ["auto", "car", "3D", "drop", "contact", "contact_drop", "mirror"])
def test_a_shadow_is_dark_and_lies_beside_the_product_only(kind: str) -> None:
    photo = cut_out(SIZE, Box(120, 40, 260, 200))
    rgba = opened(made(photo, shadow_type=kind, size="full").data).astype(int)
    bare = opened(made(photo, size="full").data).astype(int)
    product = bare[..., 3] == 255
    assert (rgba[product] == bare[product]).all()
    beside = (rgba[..., 3] > 20) & ~product
    assert beside.sum() > 100
    assert np.flatnonzero(beside.any(1)).max() >= 200, "it lies on the floor"
    if kind != "mirror":
        assert rgba[beside][:, :3].max() == 0
    opacity = [
        opened(made(photo, shadow_type=kind, shadow_opacity=percent, size="full").data)[..., 3].sum(dtype=int)
        for percent in ("20", "90")
    ]
    assert opacity[0] < opacity[1]


def test_a_real_photo_is_cut_out() -> None:
    answer = made(mug(), size="full", crop="true", crop_margin="10px", format="png")
    box = told_box(answer)
    assert abs(box.width - 121) <= 4
    assert abs(box.height - 145) <= 4
    rgba = opened(answer.data).astype(int)
    seen = rgba[..., 3] > 32
    assert np.percentile(np.abs(rgba[seen][:, :3] - RED), 99) < 40, "no light grey in the rim"


def test_an_empty_ground_has_no_foreground() -> None:
    with pytest.raises(Refusal) as refused:
        made(empty())
    assert refused.value.mistakes[0].code == "unknown_foreground"


def test_the_same_wish_gives_the_same_bytes() -> None:
    for form in ("png", "jpg", "zip"):
        assert made(soft(), format=form).data == made(soft(), format=form).data
