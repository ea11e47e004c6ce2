"""Cards: which photos belong together, in which order, and what is said of all of them."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn import mug, packed, tree
from hypothesis import given
from hypothesis import strategies as st

from packshot.batch.cards import Card, JudgedCard, Look, by_folder, judge_cards, listed
from packshot.batch.names import name_items
from packshot.batch.sources import gather
from packshot.errors import BadOption
from packshot.journey.report import Verdict

sys.path.insert(0, str(Path(__file__).parents[1] / "look"))
from altered import shirt


def written(colour: tuple[int, int, int] = (40, 70, 150), *, width: int = 360) -> bytes:
    pixels = np.asarray(cv2.resize(shirt(colour), (width, 480), interpolation=cv2.INTER_AREA), np.uint8)
    return cv2.imencode(".png", pixels[..., ::-1])[1].tobytes()


def cards_of(*sources: Path) -> list[Card]:
    return by_folder(name_items(gather([str(one) for one in sources]).found), top="top")


def names(card: Card) -> list[str]:
    return [item.name for item in card.items]


def judged(cards: list[Card], profile: str = "base") -> dict[str, JudgedCard]:
    return {one.card.sku: one for one in judge_cards(cards, Look(profile), jobs=1)}


def rules(one: JudgedCard, key: str) -> list[str]:
    return [finding.rule for finding in one.report.photos[key].findings]


def test_a_folder_is_a_card_and_two_comes_before_ten(tmp_path: Path) -> None:
    files = {f"{sku}/{n}.png": written() for sku in ("a2", "a10") for n in (10, 2, 1)}
    cards = cards_of(tree(tmp_path, {**files, "loose.png": written()}))
    assert [card.sku for card in cards] == ["top", "a2", "a10"]
    assert names(cards[1]) == ["1.png", "2.png", "10.png"]


def test_a_zip_is_read_as_folders_and_cannot_reach_outside(tmp_path: Path) -> None:
    archive = packed(tmp_path / "cards.zip", {"../../red/2.png": written(), "red/1.png": written()})
    (card,) = cards_of(archive)
    assert (card.sku, names(card)) == ("red", ["1.png", "2.png"])


def test_a_list_names_its_cards_and_their_order(tmp_path: Path) -> None:
    tree(tmp_path, {"x/1.png": written(), "y/1.png": written(), "2.png": written()})
    table = tmp_path / "cards.csv"
    table.write_text("SKU;File\nred;x/1.png\nblue;2.png\nred;y/1.png\n;\n", "utf-8-sig")
    cards = listed(table)
    assert [(card.sku, [item.key for item in card.items]) for card in cards] == [
        ("red", ["x/1.png", "y/1.png"]),
        ("blue", ["2.png"]),
    ]


@pytest.mark.parametrize("text", ["", "article,photo\n1,a.png\n", "\x00"])
def test_a_list_without_its_columns_is_refused(tmp_path: Path, text: str) -> None:
    table = tmp_path / "cards.csv"
    table.write_text(text)
    with pytest.raises(BadOption, match="columns"):
        listed(table)


@given(st.text(max_size=60))
def test_any_text_is_a_list_or_is_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    table = tmp_path_factory.getbasetemp() / "any.csv"
    table.write_text(f"sku,file\n{text}", "utf-8", "surrogatepass") if text.isprintable() else table.touch()
    try:
        cards = listed(table)
    except BadOption:
        return
    assert all(card.items for card in cards)


def test_a_card_is_judged_as_a_whole(tmp_path: Path) -> None:
    blue = {"1.png": mug((40, 60, 160), side=480), "4.png": mug((40, 60, 160), side=520)}
    files = {**blue, "2.png": mug((190, 60, 40), side=480), "3.png": written(width=640)}
    source = tree(tmp_path, {f"shirt/{name}": data for name, data in files.items()})
    one = judged(cards_of(source))["shirt"]
    assert "duplicate_photo" in rules(one, "shirt/4.png")
    assert "same_good" in rules(one, "shirt/2.png")
    assert "same_ratio" in rules(one, "shirt/3.png")
    assert not {"duplicate_photo", "same_good", "same_ratio"} & set(rules(one, "shirt/1.png"))
    assert one.report.findings == ()


def test_too_few_photos_are_told_at_the_card_and_not_at_a_photo(tmp_path: Path) -> None:
    one = judged(cards_of(tree(tmp_path, {"mug/1.png": written()})))["mug"]
    assert [finding.rule for finding in one.report.findings] == ["photo_count"]
    assert "photo_count" not in rules(one, "mug/1.png")


def test_a_photo_that_cannot_be_read_makes_its_card_the_sellers_to_mend(tmp_path: Path) -> None:
    source = tree(tmp_path, {"a/1.png": written(), "a/2.png": b"no photo", "b/1.png": written()})
    found = judged(cards_of(source))
    assert found["a"].report.verdict is Verdict.ASK_SELLER
    assert rules(found["a"], "a/2.png") == ["bad_photo"]
    assert found["b"].report.verdict is not Verdict.ASK_SELLER


def test_what_is_asked_of_the_main_photo_is_not_asked_of_a_detail(tmp_path: Path) -> None:
    cut = np.ascontiguousarray(shirt()[250:560, 200:400])
    detail = cv2.imencode(".png", cut[..., ::-1])[1].tobytes()
    source = tree(tmp_path, {"a/1.png": written(), "a/2.png": detail, "b/1.png": detail})
    found = judged(cards_of(source))
    asked_of_main = {"subject_cropped", "no_subject", "background_color", "background_clutter"}
    assert asked_of_main & set(rules(found["b"], "b/1.png"))
    assert not asked_of_main & set(rules(found["a"], "a/2.png"))
