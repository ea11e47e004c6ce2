"""The guide for sellers: nothing that the marketplace asks is left out, and the page stands alone."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest

from packshot.profiles.categories import categories
from packshot.profiles.load import load_profile, profile_names
from packshot.report import guide_pictures, guide_texts
from packshot.report.guide import Guide, guide
from packshot.retouch.base import STAGES
from packshot.rules.base import RULES, Severity

DAY = date(2026, 11, 20)


class Page(HTMLParser):
    """The anchors, links and unclosed tags of a page."""

    VOID = frozenset({"meta", "img", "rect", "path", "br", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: list[str] = []
        self.links: list[str] = []
        self.asked: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if said.get("id"):
            self.anchors.append(str(said["id"]))
        if said.get("href"):
            self.links.append(str(said["href"]))
        self.asked += [str(said[name]) for name in ("src", "srcset", "poster") if said.get(name)]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.fixture
def bottle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drawn photo of a bottle on light paper in place of packshot's own samples."""
    photo = np.full((600, 600, 3), (232, 233, 235), np.uint8)
    cv2.rectangle(photo, (230, 180), (370, 520), (60, 110, 30), -1, cv2.LINE_AA)
    cv2.rectangle(photo, (270, 90), (330, 190), (60, 110, 30), -1, cv2.LINE_AA)
    cv2.imwrite(str(tmp_path / "bottle.jpg"), photo)
    monkeypatch.setattr(guide_pictures, "SAMPLES", tmp_path)
    guide_pictures._product.cache_clear()
    guide_pictures._drawn.cache_clear()


@pytest.fixture
def no_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide_pictures, "SAMPLES", tmp_path / "nowhere")
    guide_pictures._product.cache_clear()
    guide_pictures._drawn.cache_clear()


@pytest.mark.usefixtures("no_samples")
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", profile_names())
def test_every_guide_is_a_whole_page_in_both_languages(name: str, language: str) -> None:
    for category in ("", "home.furniture", "electronics", "beauty", "fashion.clothes", "fashion.on_model"):
        made = guide(name, category, language, today=DAY)
        text = made.html()
        page = Page(text)
        assert page.open == []
        assert len(set(page.anchors)) == len(page.anchors)
        for link in page.links:
            if link.startswith("#"):
                assert link[1:] in page.anchors, link
            else:
                assert link.startswith("https://"), link
        assert all(source.startswith("data:") for source in page.asked)
        assert "{" not in re.sub(r"<style>.*?</style>", "", text, flags=re.S).replace("{sku}", "")
        assert f'lang="{language}"' in text
        assert made.markdown().startswith("# ")


def test_the_guide_names_every_rule_that_can_speak() -> None:
    profile = load_profile("yandex_market", today=DAY)
    told = {rule.rule for rule in guide("yandex_market", today=DAY).asked}
    silent = {"ai_marked", "alpha_present", "scale_marker"}
    assert told == set(profile.limits["source"]) - silent


def test_the_worst_comes_first() -> None:
    order = list(Severity)
    ranks = [order.index(rule.severity) for rule in guide("amazon", today=DAY).asked]
    assert ranks == sorted(ranks)


def numbers(made: Guide, rule: str) -> list[str]:
    asked = next(asked for asked in made.asked if asked.rule == rule)
    return [number.text.in_(made.language) for number in asked.numbers]


def test_numbers_are_told_in_words_with_their_unit_and_source() -> None:
    made = guide("wildberries", today=DAY)
    assert numbers(made, "image_size")[:2] == ["Width: at least 700 px.", "Height: at least 900 px."]
    assert numbers(made, "file_size") == ["The file weighs at most 32 MB."]
    assert numbers(made, "aspect_ratio") == ["Shape, width to height: 3:4."]
    assert numbers(made, "frame_fill") == [
        "Measured along: the side where the goods fill more of the frame.",
        "The goods take at least 70 % of the frame.",
    ]
    fill = next(asked for asked in made.asked if asked.rule == "frame_fill")
    assert not fill.numbers[1].confirmed
    assert fill.numbers[1].sources[0].key == "WB6"
    assert "https://dev.wildberries.ru" in made.html()
    assert "not confirmed" in made.html()


def test_what_may_be_shown_follows_the_category() -> None:
    assert "A person who wears or holds the goods: not allowed." in numbers(
        guide("amazon", today=DAY), "extra_objects"
    )
    assert "A person who wears or holds the goods: allowed." in numbers(
        guide("amazon", "fashion.on_model", today=DAY), "extra_objects"
    )


def test_a_number_that_will_change_says_until_when_it_holds() -> None:
    assert "until 2027-01-30" in guide("google_merchant", today=DAY).markdown()
    assert "until 20" not in guide("google_merchant", today=date(2027, 1, 31)).markdown()


@pytest.mark.parametrize("category", ["fashion", "fashion.clothes", "fashion.kids"])
def test_clothes_are_shot_so_that_a_model_can_wear_them_later(category: str) -> None:
    text = guide("yandex_market", category, today=DAY).markdown()
    for word in ("flat", "mannequin", "sleeves", "alike", "Even light", "whole garment", "folds"):
        assert word in text


@pytest.mark.parametrize("category", ["fashion.on_model", "fashion.shoes", "home", ""])
def test_other_goods_are_spared_the_advice_on_clothes(category: str) -> None:
    assert "mannequin" not in guide("yandex_market", category, today=DAY).markdown()


def test_every_sentence_on_a_number_names_a_real_field() -> None:
    for path in guide_texts.NUMBERS:
        rule, field = path.split(".")
        assert field in RULES[rule].limit.__dataclass_fields__, path
    assert set(guide_texts.CATEGORY) <= set(categories())
    assert set(guide_texts.FLAT_CLOTHES) <= set(categories())
    assert set(guide_texts.DONT) <= set(RULES.names())


def test_every_shadow_has_words() -> None:
    assert STAGES["shadow"].wish.__dataclass_fields__["kind"]
    kinds = {
        load_profile(name, category=category).wishes["shadow"].kind  # type: ignore[attr-defined]
        for name in profile_names()
        for category in ("", "beauty", "fashion", "fashion.on_model")
    }
    assert kinds <= set(guide_texts.SHADOWS)


# ---- pictures ----------------------------------------------------------------------------------------------


def test_the_plan_shows_each_shape_on_each_ground() -> None:
    drawn = guide_pictures.plans(guide("yandex_market", today=DAY))
    assert len(drawn) == 4
    for figure in drawn:
        ElementTree.fromstring(figure.svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))
    assert [re.findall(r'viewBox="([^"]+)"', figure.svg)[0] for figure in drawn] == [
        "0 0 1200 1600",
        "0 0 1200 1600",
        "0 0 1600 1600",
        "0 0 1600 1600",
    ]
    assert "#D1CECB" in drawn[1].svg


@pytest.mark.usefixtures("bottle")
def test_do_stands_by_the_profile_and_each_dont_breaks_one_rule() -> None:
    made = guide("yandex_market", "beauty", today=DAY)
    drawn = guide_pictures.figures(made)
    assert [figure.kind for figure in drawn] == ["do", *["dont"] * 7]
    assert {figure.rule for figure in drawn[1:]} == set(guide_texts.DONT)
    good = cv2.imdecode(np.frombuffer(drawn[0].jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert good.shape[:2] == (400, 400)  # a bottle is tall: the square canvas
    assert np.abs(good[4, 4].astype(int) - (242, 244, 245)).max() <= 2
    assert good[200, 200, 1] > good[200, 200, 2] + 30  # and the bottle is on it
    assert all(len(figure.jpeg) < 40_000 for figure in drawn)
    assert made.html().count("data:image/jpeg") == 8


@pytest.mark.usefixtures("bottle")
def test_a_fault_that_a_profile_does_not_judge_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text('[rules.overlaid_text]\nseverity = "off"\n')
    assert "overlaid_text" not in {figure.rule for figure in guide_pictures.figures(guide(path, today=DAY))}


@pytest.mark.usefixtures("no_samples")
def test_without_samples_the_guide_has_its_plan_and_no_photos() -> None:
    made = guide("ozon", today=DAY)
    assert guide_pictures.figures(made) == []
    assert "data:image" not in made.html()
    assert 'class="gallery"' in made.html()


@pytest.mark.usefixtures("no_samples")
def test_what_a_user_wrote_cannot_break_the_page(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text('title = "<script>alert(1)</script> & co"\n[output]\nquality = 80\n')
    text = guide(path, today=DAY).html()
    assert "<script>" not in text
    assert "&amp; co" in text
