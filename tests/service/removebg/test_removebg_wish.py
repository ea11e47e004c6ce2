"""What clients may ask for, and how they are told that they may not."""

from __future__ import annotations

import json
import pickle
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packshot.service.removebg.errors import Refusal, bad, of
from packshot.service.removebg.wish import CHANNELS, FORMATS, SHADOWS, SIZES, Length, Wish, parse


def px(value: float) -> Length:
    return Length(value, "px")


def share(value: float) -> Length:
    return Length(value, "share")


def test_nothing_asked_is_a_preview() -> None:
    assert parse({}) == Wish() == parse({"size": "", "crop": None, "roi": "  "})
    assert Wish().megapixels == 0.25


def test_unknown_names_are_ignored() -> None:
    assert parse({"colour": "red", "image_url": ["no", "matter"], "tag": 5}) == Wish()


@pytest.mark.parametrize(
    ("text", "top", "right", "bottom", "left"),
    [
        ("30px", 30, 30, 30, 30),
        ("30", 30, 30, 30, 30),
        ("30px 10px", 30, 10, 30, 10),
        ("1px 2px 3px 4px", 1, 2, 3, 4),
    ],
)
def test_margins_go_round_from_the_top(text: str, top: int, right: int, bottom: int, left: int) -> None:
    assert parse({"crop_margin": text}).crop_margin == (px(top), px(right), px(bottom), px(left))


def test_margins_may_mix_units() -> None:
    assert parse({"crop_margin": "10% 20px"}).crop_margin == (share(0.1), px(20), share(0.1), px(20))


@pytest.mark.parametrize(
    ("text", "rgba"),
    [
        ("fff", (255, 255, 255, 255)),
        ("#FFF", (255, 255, 255, 255)),
        ("f008", (255, 0, 0, 136)),
        ("81d4fa", (0x81, 0xD4, 0xFA, 255)),
        ("81d4fa77", (0x81, 0xD4, 0xFA, 0x77)),
        ("green", (0, 128, 0, 255)),
        ("DarkSlateGray", (47, 79, 79, 255)),
        ("transparent", (0, 0, 0, 0)),
        ("bad", (0xBB, 0xAA, 0xDD, 255)),
    ],
)
def test_colours(text: str, rgba: tuple[int, int, int, int]) -> None:
    assert parse({"bg_color": text}).bg_color == rgba


@pytest.mark.parametrize("yes", [True, "true", "True", "1", 1])
@pytest.mark.parametrize("no", [False, "false", "0", 0])
def test_forms_send_words_where_json_sends_booleans(yes: object, no: object) -> None:
    assert parse({"crop": yes}).crop
    assert not parse({"semitransparency": no}).semitransparency


def test_position() -> None:
    assert parse({"position": "original"}).position is None
    assert parse({"position": "center"}).position == (0.5, 0.5)
    assert parse({"position": "20%"}).position == (0.2, 0.2)
    assert parse({"position": "20% 75.5%"}).position == (0.2, 0.755)
    assert parse({"scale": "80%"}).position == (0.5, 0.5), "a scale centres"
    assert parse({"scale": "80%", "position": "0%"}).position == (0, 0)
    assert parse({"scale": "80%", "position": "original"}).position is None


def test_the_old_wish_for_a_shadow() -> None:
    assert parse({"add_shadow": "true"}).shadow == "auto"
    assert parse({"add_shadow": "true", "shadow_type": "drop"}).shadow == "drop"
    assert parse({"shadow_type": "3D", "shadow_opacity": 60}).shadow_opacity == 0.6


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", "huge"),
        ("type", "spaceship"),
        ("type_level", "3"),
        ("format", "gif"),
        ("channels", "rgb"),
        ("roi", "1 2 3"),
        ("roi", "a b c d"),
        ("roi", "-5px 0 10 10"),
        ("crop", "yes please"),
        ("crop_margin", "1 2 3"),
        ("crop_margin", "501px"),
        ("crop_margin", "51%"),
        ("crop_margin", "-1px"),
        ("crop_margin", "1e9px"),
        ("crop_margin", "nanpx"),
        ("crop_margin", "٣px"),
        ("scale", "9%"),
        ("scale", "101%"),
        ("scale", "80px"),
        ("position", "left"),
        ("position", "10% 20% 30%"),
        ("position", "120%"),
        ("add_shadow", "2"),
        ("shadow_type", "long"),
        ("shadow_opacity", "101"),
        ("semitransparency", "maybe"),
        ("bg_color", "12"),
        ("bg_color", "12345"),
        ("bg_color", "not-a-colour"),
        ("size", ["full"]),
        ("bg_color", {"r": 1}),
        ("position", "1" * 500),
    ],
)
def test_each_wrong_value_is_told_by_its_own_code(name: str, value: object) -> None:
    with pytest.raises(Refusal) as refused:
        parse({name: value})
    assert refused.value.status == 400
    assert [mistake.code for mistake in refused.value.mistakes] == [f"invalid_{name}"]
    assert refused.value.body()["errors"][0]["detail"]


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(Refusal) as refused:
        parse({"size": "huge", "format": "gif", "crop": "true"})
    assert [mistake.code for mistake in refused.value.mistakes] == ["invalid_size", "invalid_format"]


LENGTHS = st.builds(Length, st.floats(0, 0.5), st.sampled_from(["px", "share"]))
FOURS = st.tuples(LENGTHS, LENGTHS, LENGTHS, LENGTHS)
WISHES = st.builds(
    Wish,
    size=st.sampled_from(list(SIZES)),
    format=st.sampled_from(FORMATS),
    channels=st.sampled_from(CHANNELS),
    shadow=st.sampled_from(SHADOWS),
    roi=FOURS,
    crop=st.booleans(),
    crop_margin=FOURS,
    scale=st.none() | st.floats(0.1, 1),
    position=st.none() | st.tuples(st.floats(0, 1), st.floats(0, 1)),
    bg_color=st.none() | st.tuples(*[st.integers(0, 255)] * 4),
)


@given(WISHES)
def test_a_wish_survives_a_queue(wish: Wish) -> None:
    assert Wish.from_dict(json.loads(json.dumps(wish.as_dict()))) == wish


@given(st.dictionaries(st.sampled_from([*Wish().as_dict(), "add_shadow", "shadow_type"]), st.text()))
def test_any_text_is_a_wish_or_told(given: dict[str, str]) -> None:
    with suppress(Refusal):
        assert isinstance(parse(given), Wish)


def test_a_refusal_comes_out_of_another_process() -> None:
    refused = bad("invalid_size", "Invalid size", "why")
    for copy in (
        pickle.loads(pickle.dumps(refused)),
        Refusal.from_dict(json.loads(json.dumps(refused.as_dict()))),
    ):
        assert (copy.status, copy.mistakes, copy.headers) == (400, refused.mistakes, {})
    assert of(refused) is refused
