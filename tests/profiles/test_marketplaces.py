"""The profiles that come with packshot: what they promise, and where each number is from."""

from __future__ import annotations

import pickle
from datetime import date
from functools import lru_cache

import pytest

from packshot.profiles.categories import categories
from packshot.profiles.describe import describe
from packshot.profiles.document import read_document
from packshot.profiles.load import load_profile, profile_names, switches_of
from packshot.profiles.places import find_profile
from packshot.profiles.profile import Profile
from packshot.profiles.sources import sources
from packshot.profiles.trust import DECIDE, unsure_errors
from packshot.retouch.base import STAGES
from packshot.rules.base import RULES, Severity

TODAY = date(2026, 11, 20)
NAMES = profile_names()
CATEGORIES = ("", *categories())


@lru_cache
def every_profile(name: str) -> list[Profile]:
    """One marketplace in each category, plain and with each of its switches."""
    sets: list[tuple[str, ...]] = [(), *((switch,) for switch in switches_of(name))]
    days = (TODAY, date(2027, 2, 1))
    return [
        load_profile(name, category=category, switches=switches, today=day)
        for category in CATEGORIES
        for switches in sets
        for day in days
    ]


def test_all_marketplaces_of_the_plan_are_here() -> None:
    assert set(NAMES) >= {
        "base",
        "yandex_market",
        "yandex_seller",
        "wildberries",
        "ozon",
        "megamarket",
        "lamoda",
        "amazon",
        "ebay",
        "google_merchant",
        "zalando",
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_loads_for_every_category(name: str) -> None:
    for profile in every_profile(name):
        assert profile.variants
        assert set(profile.limits) == {"source", *(variant.name for variant in profile.variants)}
        for where in profile.limits:
            for rule, limit in profile.rules(where):
                assert isinstance(limit, rule.limit)
        for stage, wish in profile.stages():
            assert isinstance(wish, stage.wish)
        assert len(profile.sha256) == 64
        assert profile.title("ru")
        assert profile.title("en")


@pytest.mark.parametrize("name", NAMES)
def test_every_value_says_where_it_came_from_and_when_it_was_read(name: str) -> None:
    for profile in every_profile(name):
        for value in profile.values.values():
            assert value.source, value
            assert value.trust not in ("", "user"), value
            assert value.confidence, value
            assert value.read is not None, value
            assert value.profile, value


@pytest.mark.parametrize("name", NAMES)
def test_only_what_is_surely_known_makes_an_error(name: str) -> None:
    for profile in every_profile(name):
        assert unsure_errors(profile) == ()


def test_a_doubtful_number_that_makes_an_error_is_seen() -> None:
    """The law above is worth something only if it can fail."""
    profile = load_profile("wildberries", overrides={"rules.frame_fill.severity": "error"})
    assert [value.path for value in unsure_errors(profile)] == ["rules.frame_fill.min_share"]


def test_every_rule_says_which_of_its_numbers_decide() -> None:
    assert set(DECIDE) == set(RULES.names())
    for rule, fields in DECIDE.items():
        assert set(fields) <= set(RULES[rule].limit.__dataclass_fields__), rule


def test_base_names_every_rule() -> None:
    said = {path.split(".")[1] for path in load_profile("base").values if path.startswith("rules.")}
    assert said == set(RULES.names())
    assert set(load_profile("base").order) <= set(STAGES.names())


@pytest.mark.parametrize("name", NAMES)
def test_every_source_that_is_named_is_in_the_list(name: str) -> None:
    for profile in every_profile(name):
        for row in describe(profile):
            assert row.sources, row
            for source in row.sources:
                assert source.key in sources(), row


def test_every_source_in_the_list_is_used() -> None:
    used = {
        key.strip()
        for name in NAMES
        for document in [read_document(find_profile(name))]
        for entries in [*document.layers.values(), *(s.entries for s in document.switches.values())]
        for entry in entries
        for value in entry.dated
        for key in value.source.split(";")
    }
    assert used == set(sources())


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_that_we_make_keeps_the_rules_that_we_know(name: str) -> None:
    """Canvas, format, quality and bytes are our own choice: they must not break the same profile's limits."""
    for profile in every_profile(name):
        place = profile.wishes["place"]
        canvases = {place.canvas, place.tall_canvas or place.canvas}  # type: ignore[attr-defined]
        for variant in profile.variants:
            limits = profile.limits[variant.name]
            size = limits.get("image_size")
            for width, height in canvases:
                if size is not None:
                    assert width >= size.min_width  # type: ignore[attr-defined]
                    assert height >= size.min_height  # type: ignore[attr-defined]
                    assert max(width, height) >= size.min_long_side  # type: ignore[attr-defined]
                shape = limits.get("aspect_ratio")
                if shape is not None and shape.ratios:  # type: ignore[attr-defined]
                    near = min(abs(width / height / ratio - 1) for ratio in shape.ratios)  # type: ignore[attr-defined]
                    assert near <= shape.tolerance  # type: ignore[attr-defined]
            formats = limits.get("file_format")
            assert formats is None or profile.output.format in formats.allowed  # type: ignore[attr-defined]
            quality = limits.get("jpeg_quality")
            assert quality is None or profile.output.quality >= quality.min_quality  # type: ignore[attr-defined]
            fill = limits.get("frame_fill")
            if fill is not None and place.fill_share is not None:  # type: ignore[attr-defined]
                assert fill.min_share <= place.fill_share <= fill.max_share  # type: ignore[attr-defined]


# ---- Yandex Market, by the brief ---------------------------------------------------------------------------


def test_yandex_market_writes_two_variants_on_the_two_grounds() -> None:
    profile = load_profile("yandex_market")
    assert [(v.name, v.colour) for v in profile.variants] == [
        ("light", (245, 244, 242)),
        ("dark", (209, 206, 203)),
    ]
    assert profile.variants[1].shadow_strength > profile.variants[0].shadow_strength
    names = [profile.output.name.format(sku="A-1", variant=v.name) for v in profile.variants]
    assert names == ["A-1_main_light", "A-1_main_dark"]
    assert (profile.output.format, profile.output.quality) == ("jpeg", 90)


def test_yandex_market_chooses_the_canvas_by_shape() -> None:
    place = load_profile("yandex_market").wishes["place"]
    assert place.canvas == (1200, 1600)  # type: ignore[attr-defined]
    assert place.inside == "square"  # type: ignore[attr-defined]
    assert place.gap_px == 24  # type: ignore[attr-defined]
    assert place.tall_canvas == (1600, 1600)  # type: ignore[attr-defined]
    assert 1.3 <= place.tall_from <= 1.5  # type: ignore[attr-defined]
    assert 5 <= place.tall_gap_px <= 10  # type: ignore[attr-defined]


def test_yandex_market_takes_a_source_on_either_ground_and_each_variant_on_its_own() -> None:
    limits = load_profile("yandex_market").limits
    assert limits["source"]["background_color"].colours == ("#F5F4F2", "#D1CECB")  # type: ignore[attr-defined]
    assert limits["light"]["background_color"].colours == ("#F5F4F2",)  # type: ignore[attr-defined]
    assert limits["dark"]["background_color"].colours == ("#D1CECB",)  # type: ignore[attr-defined]
    assert limits["light"]["background_color"].min_exact_share >= 0.9  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("home", "contact_drop"),
        ("home.kitchen", "contact_drop"),
        ("electronics", "contact_drop"),
        ("beauty", "contact_drop"),
        ("fashion", "none"),
        ("fashion.clothes", "none"),
        ("fashion.on_model", "contact_drop"),
        ("fashion.hanging", "none"),
        ("fashion.jewellery", "none"),
    ],
)
def test_yandex_market_casts_the_shadow_of_the_category(category: str, kind: str) -> None:
    assert load_profile("yandex_market", category=category).wishes["shadow"].kind == kind  # type: ignore[attr-defined]


def test_shadows_are_light_for_beauty_and_long_and_soft_under_a_model() -> None:
    usual, light, long = (
        load_profile("yandex_market", category=category).wishes["shadow"]
        for category in ("home", "beauty", "fashion.on_model")
    )
    assert light.soft_opacity < usual.soft_opacity  # type: ignore[attr-defined]
    assert light.blur < usual.blur < long.blur  # type: ignore[attr-defined]
    assert light.offset_down < usual.offset_down < long.offset_down  # type: ignore[attr-defined]


# ---- Switches ----------------------------------------------------------------------------------------------


def test_switches_are_off_until_they_are_turned_on() -> None:
    plain = load_profile("yandex_market")
    for switch in ("large_appliances", "furniture", "cosmetics"):
        turned = load_profile("yandex_market", switches=(switch,))
        assert turned.sha256 != plain.sha256
        assert switches_of("yandex_market")[switch].titles.keys() == {"en", "ru"}


def test_large_appliances_stand_on_a_darker_ground_and_a_reflecting_floor() -> None:
    plain = load_profile("yandex_market", category="electronics.appliances")
    turned = load_profile("yandex_market", category="electronics.appliances", switches=("large_appliances",))
    for before, after in zip(plain.variants, turned.variants, strict=True):
        assert 0 < sum(before.colour) - sum(after.colour) <= 45
    assert turned.wishes["shadow"].kind == "mirror"  # type: ignore[attr-defined]
    assert turned.limits["light"]["background_color"].colours == ("#EBEAE8",)  # type: ignore[attr-defined]


def test_furniture_has_a_least_share_of_the_frame() -> None:
    plain, turned = (
        load_profile("yandex_market", category="home.furniture", switches=switches).limits["light"][
            "frame_fill"
        ]
        for switches in ((), ("furniture",))
    )
    assert turned.min_share > plain.min_share  # type: ignore[attr-defined]
    assert turned.severity is Severity.WARNING


def test_cosmetics_may_show_decorations() -> None:
    plain = load_profile("yandex_market", category="beauty")
    turned = load_profile("yandex_market", category="beauty", switches=("cosmetics",))
    assert not plain.limits["source"]["extra_objects"].allow_props  # type: ignore[attr-defined]
    assert turned.limits["source"]["extra_objects"].allow_props  # type: ignore[attr-defined]
    assert turned.wishes["erase"].keep_props  # type: ignore[attr-defined]


# ---- The others --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "category", "least"),
    [
        (date(2027, 1, 30), "", 100),
        (date(2027, 1, 30), "fashion", 250),
        (date(2027, 1, 31), "", 500),
        (date(2027, 1, 31), "fashion.shoes", 500),
    ],
)
def test_google_asks_for_larger_pictures_from_the_end_of_january_2027(
    day: date, category: str, least: int
) -> None:
    limit = load_profile("google_merchant", category=category, today=day).limits["source"]["image_size"]
    assert (limit.min_width, limit.min_height) == (least, least)  # type: ignore[attr-defined]


def test_amazon_asks_for_pure_white_and_one_shoe() -> None:
    shoes = load_profile("amazon", category="fashion.shoes").limits["source"]
    assert shoes["background_color"].colours == ("#FFFFFF",)  # type: ignore[attr-defined]
    assert shoes["background_color"].severity is Severity.ERROR
    assert shoes["extra_objects"].max_objects == 1  # type: ignore[attr-defined]
    assert shoes["frame_fill"].min_share == 0.85  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["lamoda", "yandex_seller", "ozon", "base"])
def test_hearsay_refuses_nothing(name: str) -> None:
    for profile in every_profile(name):
        for limits in profile.limits.values():
            assert all(limit.severity is not Severity.ERROR for limit in limits.values())


def test_a_person_may_wear_clothes_whatever_the_marketplace() -> None:
    for name in NAMES:
        limits = load_profile(name, category="fashion.on_model").limits
        assert limits["source"]["extra_objects"].allow_person, name  # type: ignore[attr-defined]


def test_a_profile_travels_to_another_process() -> None:
    profile = load_profile("yandex_market", category="beauty")
    assert pickle.loads(pickle.dumps(profile)) == profile
