"""Names never collide: the failure that loses photos elsewhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packshot.batch.names import Item, name_items, read_sku_map, safe_name, same_name
from packshot.batch.origins import FileOrigin
from packshot.batch.sources import Found
from packshot.errors import BadOption


def found(*paths: str, root: str = "/photos") -> list[Found]:
    top = tuple(part for part in root.split("/") if part)
    return [
        Found(top, *(path.rpartition("/")[::2]), FileOrigin(Path(root) / path))  # type: ignore[arg-type]
        for path in paths
    ]


def places(items: Sequence[Item]) -> list[str]:
    return [f"{item.folder}/{item.sku}".lstrip("/") for item in items]


def test_photos_of_one_name_in_different_folders_each_keep_their_own_result() -> None:
    items = name_items(found("1.png", "blue/1.jpg", "red/1.jpg"))
    assert places(items) == ["1", "blue/1", "red/1"]
    assert [item.key for item in items] == ["1.png", "blue/1.jpg", "red/1.jpg"]


def test_photos_of_one_stem_in_a_folder_go_by_their_full_names() -> None:
    assert places(name_items(found("1.jpg", "1.png", "2.png"))) == ["1.jpg", "1.png", "2"]


def test_letter_case_does_not_tell_two_names_apart() -> None:
    assert places(name_items(found("A.jpg", "a.jpg"))) == ["A.jpg", "a.jpg~2"]
    assert places(name_items(found("A.jpg", "a.png"))) == ["A.jpg", "a.png"]


def test_two_spellings_of_a_letter_are_one_name() -> None:
    composed, apart = "чай.jpg", unicodedata.normalize("NFD", "чай.png")
    assert len(set(places(name_items(found(composed, apart))))) == 2
    assert places(name_items(found(composed, apart)))[0] == "чай.jpg"


def test_a_full_name_does_not_meet_another_ones_stem() -> None:
    names = places(name_items(found("1.jpg", "1.png", "1.jpg.webp")))
    assert len({name.casefold() for name in names}) == 3


def test_sources_that_would_meet_get_folders_of_their_own() -> None:
    items = name_items([*found("1.jpg", root="/x/red"), *found("1.jpg", root="/x/blue")])
    assert places(items) == ["red/1", "blue/1"]
    assert [item.key for item in items] == ["red/1.jpg", "blue/1.jpg"]


def test_files_named_one_by_one_mirror_their_folders_where_they_would_meet() -> None:
    given_ = [*found("1.jpg", root="/x/red"), *found("1.jpg", root="/x/blue"), *found("1.png", root="/x")]
    assert places(name_items(given_)) == ["red/1", "blue/1", "1"]


def test_sources_that_do_not_meet_share_the_folder() -> None:
    assert places(name_items([*found("1.jpg", root="/x/red"), *found("2.jpg", root="/x/blue")])) == ["1", "2"]


def test_a_name_of_an_earlier_run_is_left_to_its_photo() -> None:
    taken = {same_name("", "1"): "/monday/1.jpg"}
    assert places(name_items(found("1.jpg", root="/tuesday"), taken=taken)) == ["tuesday/1"]
    assert places(name_items(found("1.jpg", root="/monday"), taken=taken)) == ["1"]


def test_skus_come_from_a_list(tmp_path: Path) -> None:
    listed = tmp_path / "skus.csv"
    listed.write_text("file;sku\nred/1.jpg;A-77\n2.jpg;B 8\n", encoding="utf-8-sig")
    items = name_items(found("red/1.jpg", "2.jpg", "3.jpg"), skus=read_sku_map(listed))
    assert places(items) == ["red/A-77", "B 8", "3"]


def test_two_photos_of_one_sku_keep_both_results(tmp_path: Path) -> None:
    listed = tmp_path / "skus.csv"
    listed.write_text("sku,file\nA,front.jpg\nA,back.jpg\n", encoding="utf-8")
    items = name_items(found("front.jpg", "back.jpg"), skus=read_sku_map(listed))
    assert places(items) == ["A_front", "A_back"]


@pytest.mark.parametrize("text", ["name,code\n1,2\n", "file,sku\n1.jpg,A\n1.jpg,B\n"])
def test_a_wrong_list_of_skus_says_what_is_wrong(tmp_path: Path, text: str) -> None:
    listed = tmp_path / "skus.csv"
    listed.write_text(text, encoding="utf-8")
    with pytest.raises(BadOption):
        read_sku_map(listed)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a:b?", "a_b_"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("dots...", "dots"),
        ("..", "_"),
        ("x" * 300, "x" * 200),
        ("щ" * 300, "щ" * 100),
        ("ab" + "鞋" * 100, "ab" + "鞋" * 66),
    ],
)
def test_a_name_can_be_held_by_every_disk(name: str, safe: str) -> None:
    assert safe_name(name) == safe


LETTERS = st.text("aAbé.~_1йЙ", min_size=1, max_size=4)
FILES = st.builds(
    lambda folder, stem, suffix: f"{folder}{stem}{suffix}",
    st.sampled_from(["", "red/", "Red/", "red/a/"]),
    LETTERS,
    st.sampled_from([".jpg", ".JPG", ".png"]),
)


@given(
    st.lists(FILES, max_size=12, unique=True),
    st.lists(FILES, max_size=6, unique=True),
    st.dictionaries(st.builds(same_name, st.just(""), LETTERS), st.just("/else/where.jpg"), max_size=4),
)
def test_no_two_photos_ever_share_a_name(
    first: list[str], second: list[str], taken: dict[tuple[str, str], str]
) -> None:
    items = name_items([*found(*first, root="/x/one"), *found(*second, root="/x/two")], taken=taken)
    names = [same_name(item.folder, item.sku) for item in items]
    assert len(names) == len(set(names)) == len(first) + len(second)
    assert not set(names) & set(taken)
    assert len({item.key for item in items}) == len(items)


def test_a_list_with_a_cell_without_end_is_told(tmp_path: Path) -> None:
    listed = tmp_path / "skus.csv"
    listed.write_text(f"file,sku\na.jpg,{'x' * 200_000}\n", "utf-8")
    with pytest.raises(BadOption, match="cannot be read"):
        read_sku_map(listed)
