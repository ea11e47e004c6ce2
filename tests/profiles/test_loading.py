"""Profiles that people write themselves: inheritance, mistakes, dates, where profiles are found."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from packshot.errors import BadProfile
from packshot.profiles import places
from packshot.profiles.categories import categories
from packshot.profiles.describe import describe
from packshot.profiles.load import default_profile_name, load_profile, profile_names, switches_of
from packshot.rules.base import Severity


@pytest.fixture
def shop(tmp_path: Path):
    def write(text: str, name: str = "shop.toml") -> Path:
        path = tmp_path / name
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return write


# ---- What wins ---------------------------------------------------------------------------------------------


def test_a_profile_extends_another_by_name(shop) -> None:
    profile = load_profile(
        shop(
            """
            extends = "ozon"
            title = { en = "My shop", ru = "Мой магазин" }
            [output]
            quality = 95
            [rules.frame_fill]
            severity = "error"
            min_share = 0.8
            """
        )
    )
    assert profile.name == "shop"
    assert profile.title("ru") == "Мой магазин"
    assert profile.output.quality == 95
    assert profile.limits["main"]["frame_fill"].severity is Severity.ERROR
    assert profile.wishes["place"].canvas == (1500, 2000)
    value = profile.values["output.quality"]
    assert (value.trust, value.profile, value.source) == ("user", "shop", "")


def test_a_profile_without_extends_extends_base(shop) -> None:
    profile = load_profile(shop('[variants.main]\ncolour = "#abc"\n'))
    assert profile.variants[0].colour == (0xAA, 0xBB, 0xCC)
    assert profile.limits["main"]["background_color"].colours == ("#AABBCC",)
    assert "image_size" in profile.limits["source"]


def test_a_chain_of_files_is_followed_from_the_folder_of_each(shop, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    shop('extends = "amazon"\n[output]\nquality = 80\n', "deep/parent.toml")
    child = shop('extends = "deep/parent.toml"\n[output]\nformat = "png"\n')
    profile = load_profile(child)
    assert (profile.output.quality, profile.output.format) == (80, "png")
    assert profile.values["output.quality"].profile == "parent"


def test_profiles_in_a_ring_are_told(shop) -> None:
    shop('extends = "second.toml"\n', "first.toml")
    with pytest.raises(BadProfile, match="second → first → second"):
        load_profile(shop('extends = "first.toml"\n', "second.toml"))


def test_a_category_inherits_from_its_parents_and_wins_over_all(shop) -> None:
    path = shop(
        """
        [output]
        quality = 80
        [category.fashion.output]
        quality = 85
        [category.fashion.shoes.output]
        quality = 90
        [category."fashion.shoes".retouch.shadow]
        kind = "drop"
        """
    )
    quality = {
        c: load_profile(path, category=c).output.quality
        for c in ("", "fashion", "fashion.bags", "fashion.shoes")
    }
    assert quality == {"": 80, "fashion": 85, "fashion.bags": 85, "fashion.shoes": 90}
    shoes = load_profile(path, category="fashion.shoes")
    assert shoes.wishes["shadow"].kind == "drop"
    assert shoes.values["output.quality"].category == "fashion.shoes"


def test_what_i_write_wins_over_what_i_inherit_even_in_a_category(shop) -> None:
    path = shop('extends = "yandex_market"\n[retouch.shadow]\nkind = "drop"\n')
    assert load_profile(path, category="fashion.jewellery").wishes["shadow"].kind == "drop"


def test_rules_speak_of_both_and_source_or_variant_of_one(shop) -> None:
    profile = load_profile(
        shop(
            """
            [source.sharpness]
            min_sharpness = 30
            [rules.sharpness]
            severity = "error"
            min_sharpness = 20
            [variant.sharpness]
            severity = "off"
            """
        )
    )
    assert profile.limits["source"]["sharpness"].min_sharpness == 30
    assert "sharpness" not in profile.limits["main"]
    assert profile.values["variant.sharpness.severity"].value == "off"


def test_a_variant_can_be_left_out_and_another_added(shop) -> None:
    profile = load_profile(
        shop(
            """
            extends = "yandex_market"
            [variants.dark]
            skip = true
            [variants.blue]
            colour = "#DDE6F5"
            """
        )
    )
    assert [variant.name for variant in profile.variants] == ["light", "blue"]
    assert profile.limits["blue"]["background_color"].colours == ("#DDE6F5",)


def test_a_gradient_or_picture_has_no_one_colour_to_judge_by(shop) -> None:
    gradient = load_profile(shop('[variants.main]\nbottom_colour = "#DDDDDD"\n'))
    assert "background_color" not in gradient.limits["main"]
    white = load_profile("megamarket", overrides={"variants.main.bottom_colour": "#DDDDDD"})
    assert white.limits["main"]["background_color"].colours == ("#FFFFFF",)


def test_switches_come_before_the_lines_of_the_profile_that_turns_them_on(shop) -> None:
    path = shop(
        """
        extends = "yandex_market"
        switches = ["large_appliances"]
        [variants.light]
        colour = "#E0E0E0"
        """
    )
    profile = load_profile(path)
    assert profile.variants[0].colour == (0xE0, 0xE0, 0xE0)
    assert profile.wishes["shadow"].kind == "mirror"
    assert set(switches_of(path)) == {"large_appliances", "furniture", "cosmetics"}


def test_a_profile_may_bring_switches_of_its_own(shop) -> None:
    path = shop(
        """
        extends = "ozon"
        [switches]
        on = ["gifts"]
        [switches.gifts]
        title = "Gifts"
        output.quality = 99
        [switches.quiet.retouch.shadow]
        kind = "none"
        """
    )
    assert load_profile(path).output.quality == 99
    assert load_profile(path, switches=["quiet"]).wishes["shadow"].kind == "none"


def test_a_profile_may_bring_categories_of_its_own(shop) -> None:
    path = shop(
        """
        [category.toys]
        title = { en = "Toys", ru = "Игрушки" }
        output.quality = 77
        """
    )
    assert load_profile(path, category="toys").output.quality == 77
    with pytest.raises(BadProfile, match="unknown category"):
        load_profile("base", category="toys")


def test_a_dated_value_is_taken_on_its_days(shop) -> None:
    path = shop(
        """
        [output]
        quality = [
          { value = 70, valid_until = 2026-12-31 },
          { value = 80, valid_from = 2027-01-01, valid_until = 2027-06-30 },
        ]
        """
    )
    days = (date(2026, 12, 31), date(2027, 1, 1), date(2027, 7, 1))
    assert [load_profile(path, today=day).output.quality for day in days] == [70, 80, 90]  # 90: base


def test_meta_speaks_for_the_bare_values_below_it(shop) -> None:
    profile = load_profile(
        shop(
            """
            meta = { source = "CONTRACT", trust = "official", confidence = "high", read = 2026-10-01 }
            [output]
            quality = 88
            [rules.image_size]
            meta = { source = "MAIL", trust = "third-party", confidence = "low" }
            min_width = 900
            min_height = { value = 1200, source = "CALL", read = "2026-11-01" }
            """
        )
    )
    said = {
        path: (value.source, value.trust, value.confidence, value.read)
        for path, value in profile.values.items()
        if value.profile == "shop"
    }
    assert said == {
        "output.quality": ("CONTRACT", "official", "high", date(2026, 10, 1)),
        "rules.image_size.min_width": ("MAIL", "third-party", "low", date(2026, 10, 1)),
        "rules.image_size.min_height": ("CALL", "user", "", date(2026, 11, 1)),
    }


def test_a_changed_file_is_read_again(shop) -> None:
    path = shop("[output]\nquality = 80\n")
    assert load_profile(path).output.quality == 80
    path.write_text("[output]\nquality = 81\n# changed\n", encoding="utf-8")
    assert load_profile(path).output.quality == 81


# ---- Mistakes ----------------------------------------------------------------------------------------------

MISTAKES = [
    (
        "[rules.image_size]\nmax_side = 8000",
        r'unknown key "max_side" in \[rules.image_size\]; did you mean "max_long_side"',
    ),
    (
        "[rules.image_sizes]\nmin_width = 8",
        r'unknown key "image_sizes" in \[rules\]; did you mean "image_size"',
    ),
    ("[retouch.shadows]\nkind = 'none'", r'unknown key "shadows" in \[retouch\]; did you mean "shadow"'),
    (
        "[retouch]\norder = ['crop', 'plase']",
        r'unknown key "plase" in \[retouch.order\]; did you mean "place"',
    ),
    ("[retouch]\norder = ['crop', 'crop']", "each stage once"),
    ("[ouput]\nquality = 3", r'unknown key "ouput" in the top; did you mean "output"'),
    ("[output]\nqualty = 3", r'did you mean "quality"'),
    ("[output]\nquality = '90'", r"\[output\] quality must be a whole number, not '90'"),
    ("[output]\nlossless = 1", r"\[output\] lossless must be true or false, not 1"),
    ("[rules.image_size]\nmin_width = true", "must be a whole number, not True"),
    ("[rules.frame_fill]\nmin_share = 'much'", "must be a number"),
    ("[rules.frame_fill]\nmeasure = 'long'", "must be one of long_side"),
    ("[rules.frame_fill]\nseverity = 'fatal'", "must be one of error, warning, advice, off"),
    ("[rules.aspect_ratio]\nratios = 0.75", "must be a list of a number, not 0.75"),
    ("[retouch.place]\ncanvas = [1200]", "must be a list of 2 values, each a whole number"),
    ("[variants.main]\ncolour = 'white'", "must be a colour as #F5F4F2, not 'white'"),
    ("[variants.main]\nskip = true", "no variant is left"),
    ("[rules.frame_fill]\nmin_share = 85", "must be a share from 0 to 1, as 0.85, not 85"),
    ("[rules.background_color]\ncolours = ['white']", "must be a colour as #F5F4F2"),
    ("[output]\nquality = 101", "must be a quality from 1 to 100, not 101"),
    ("[output]\nformat = 'jpg'", "must be one of jpeg, png, webp, avif, not 'jpg'"),
    ("[retouch.place]\ngap_px = -1", "must be 0 or more"),
    ("[retouch.place]\ncanvas = [0, 100]", "must be more than 0"),
    ("[variants.second]\ncolour = '#000'\n[output]\nname = '{sku}'", "lacks {variant}"),
    ("[variants.second]\nskip = false", r"\[variants.second\] lacks colour"),
    ("[category.fashoin.output]\nquality = 3", r'unknown category "fashoin"; did you mean "fashion"'),
    ("[category.fashion]\nquality = 3", r'unknown key "quality" in \[category.fashion\]'),
    ("[category.fashion.output]\nqualty = 3", r"\[category.fashion.output\]"),
    ("switches = ['gitfs']\n[output]\nquality = 3", r'unknown key "gitfs" in \[switches\]'),
    (
        "[output]\nquality = { value = 3, sorce = 'X' }",
        r'unknown key "sorce" in \[output.quality\]; did you mean "source"',
    ),
    ("[output]\nquality = { value = 3, trust = 'rumour' }", "must be one of brief, official"),
    ("[output]\nquality = { value = 3, read = 'today' }", "must be a date"),
    ("meta = { trsut = 'user' }", r'unknown key "trsut" in \[meta\]'),
    ("extends = 'ozone'", r'no profile "ozone"; did you mean "ozon"'),
    ("output = 3", "output must be a table"),
    ("[output", "no valid TOML"),
]


@pytest.mark.parametrize(("text", "told"), MISTAKES, ids=[text.splitlines()[-1][:40] for text, _ in MISTAKES])
def test_a_mistake_is_told_with_its_place_and_what_was_meant(shop, text: str, told: str) -> None:
    with pytest.raises(BadProfile, match=told) as caught:
        load_profile(shop(text))
    assert caught.value.message.in_("ru")
    assert caught.value.cure is not None


def test_a_mistake_in_a_category_that_nobody_asked_for_is_told_too(shop) -> None:
    with pytest.raises(BadProfile, match=r"shop.toml: unknown key"):
        load_profile(shop("[category.food.rules.image_size]\nmax_side = 3\n"), category="beauty")


def test_unknown_names_are_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadProfile, match='did you mean "wildberries"'):
        load_profile("wildberies")
    with pytest.raises(BadProfile, match=r'did you mean "fashion\.shoes"'):
        load_profile("ozon", category="fashion.shoe")
    with pytest.raises(BadProfile, match='did you mean "cosmetics"'):
        load_profile("yandex_market", switches=("cosmetic",))
    with pytest.raises(BadProfile, match='did you mean "kind"'):
        load_profile("ozon", overrides={"retouch.shadow.king": "none"})
    with pytest.raises(BadProfile, match="unknown key"):
        load_profile("ozon", overrides={"retouch.shadow": "none"})
    with pytest.raises(BadProfile, match="cannot be read"):
        load_profile(tmp_path / "nowhere.toml")


# ---- Overrides and hashes ----------------------------------------------------------------------------------


def test_overrides_of_the_call_win_over_all() -> None:
    profile = load_profile(
        "yandex_market",
        category="beauty",
        switches=("large_appliances",),
        overrides={"retouch.shadow.kind": "none", "output.quality": 95, "retouch.place.canvas": [900, 1200]},
    )
    assert profile.wishes["shadow"].kind == "none"
    assert profile.output.quality == 95
    assert profile.wishes["place"].canvas == (900, 1200)
    assert profile.values["output.quality"].profile == "call"


@settings(max_examples=60, deadline=None)
@example(name="amazon", category="", data=None)  # its source and variants name the same white
@given(name=st.sampled_from(profile_names()), category=st.sampled_from(("", *categories())), data=st.data())
def test_any_value_of_a_profile_can_be_given_back_as_an_override(name: str, category: str, data) -> None:
    profile = load_profile(name, category=category)
    path = data.draw(st.sampled_from(sorted(profile.values))) if data else "variant.background_color.colours"
    again = load_profile(name, category=category, overrides={path: profile.values[path].value})
    assert again.limits == profile.limits
    assert again.wishes == profile.wishes
    assert (again.variants, again.output, again.guards) == (profile.variants, profile.output, profile.guards)
    assert again.sha256 == profile.sha256


def test_the_hash_names_the_values() -> None:
    plain = load_profile("ozon")
    assert load_profile("ozon", overrides={"output.quality": plain.output.quality}).sha256 == plain.sha256
    assert load_profile("ozon", overrides={"output.quality": 71}).sha256 != plain.sha256
    assert load_profile("ebay").sha256 != plain.sha256


def test_a_second_load_comes_from_memory() -> None:
    assert load_profile("ozon", category="beauty") is load_profile("ozon", category="beauty")


# ---- Where profiles are found ------------------------------------------------------------------------------


def test_the_usual_profile_is_named_by_environment_then_settings_then_ourselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PACKSHOT_PROFILE", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "shop" / "photos").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "shop" / "photos")
    assert default_profile_name() == "yandex_market"
    (tmp_path / "config" / "packshot").mkdir(parents=True)
    (tmp_path / "config" / "packshot" / "packshot.toml").write_text('profile = "ebay"\n')
    assert default_profile_name() == "ebay"
    (tmp_path / "shop" / "packshot.toml").write_text('profile = "mine.toml"\n')
    (tmp_path / "shop" / "mine.toml").write_text('extends = "ozon"\n')
    assert load_profile(default_profile_name()).name == "mine"
    monkeypatch.setenv("PACKSHOT_PROFILE", "amazon")
    assert default_profile_name() == "amazon"


def test_another_package_brings_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "their_profiles"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "kaspi.toml").write_text('extends = "ozon"\ntitle = "Kaspi"\n')
    info = tmp_path / "theirs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[packshot.profiles]\nkaspi = their_profiles\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    places._strangers.cache_clear()
    try:
        assert "kaspi" in profile_names()
        assert load_profile("kaspi").title("en") == "Kaspi"
    finally:
        places._strangers.cache_clear()


def test_rows_say_values_in_words() -> None:
    rows = {row.path: row for row in describe(load_profile("wildberries"))}
    assert str(rows["rules.file_size.max_bytes"].shown) == "32 MB"
    assert str(rows["rules.frame_fill.min_share"].shown) == "70 %"
    assert str(rows["retouch.place.canvas"].shown) == "1500×2000 px"
    assert [source.key for source in rows["rules.frame_fill.min_share"].sources] == ["WB6"]
    assert rows["rules.frame_fill.min_share"].sources[0].address.startswith("https://")
