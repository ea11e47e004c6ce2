"""Tables that list photos: every format, encoding and habit of exporting programs."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bucket_server import Buckets, running
from drawn import mug, tree
from hypothesis import given, settings
from hypothesis import strategies as st

from packshot.batch.listing import sheets
from packshot.batch.listing.columns import find
from packshot.batch.listing.keys import Counts, lasting
from packshot.batch.listing.listed import Listed, Source
from packshot.batch.listing.opening import open_source
from packshot.batch.listing.tables import pointers_in, shelf_of
from packshot.batch.origins import FileOrigin, LinkOrigin, StoreOrigin
from packshot.errors import BadPhoto, BadSource

TITLES = ["Артикул", "Фото", "Название", "Категория"]
GOODS = [
    ["A-1", "https://img.example/1.jpg", "Кружка «Ёж»", "Посуда > Кружки"],
    ["A-2", "https://img.example/2.jpg", "Миска", "Посуда/Миски"],
]


def as_csv(path: Path, rows: Sequence[Sequence[Any]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows(rows)
    path.write_bytes(written.getvalue().encode(encoding))
    return path


def as_xlsx(path: Path, *leaves: Sequence[Sequence[Any]]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    for rows in leaves:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def as_parquet(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    pq.write_table(pa.table({title: [row[at] for row in rows[1:]] for at, title in enumerate(rows[0])}), path)
    return path


def listed(path: Path, **kwargs: Any) -> list[Listed]:
    return list(open_source(str(path), **kwargs))


def where(photos: Sequence[Listed]) -> list[str]:
    return [photo.origin.where for photo in photos]


def check_goods(photos: Sequence[Listed]) -> None:
    assert [(one.sku, one.origin, one.title, one.shelf, one.place) for one in photos] == [
        ("A-1", LinkOrigin("https://img.example/1.jpg"), "Кружка «Ёж»", ("Посуда", "Кружки"), 1),
        ("A-2", LinkOrigin("https://img.example/2.jpg"), "Миска", ("Посуда", "Миски"), 1),
    ]


# ---- formats -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_a_csv_is_read_as_it_was_saved(tmp_path: Path, delimiter: str, encoding: str) -> None:
    check_goods(listed(as_csv(tmp_path / "p.csv", [TITLES, *GOODS], delimiter, encoding)))


def test_parquet_and_xlsx_say_the_same(tmp_path: Path) -> None:
    check_goods(listed(as_parquet(tmp_path / "p.parquet", [TITLES, *GOODS])))
    check_goods(listed(as_xlsx(tmp_path / "p.xlsx", [TITLES, *GOODS])))


def test_a_table_gives_the_same_at_every_pass(tmp_path: Path) -> None:
    table = open_source(str(as_csv(tmp_path / "p.csv", [TITLES, *GOODS, ["A-3", "", "", ""]])))
    first = list(table)
    assert first == list(table)
    assert table.skipped.without_picture == 1


def test_a_template_of_a_marketplace_has_hints_above_its_titles(tmp_path: Path) -> None:
    hints = [["Заполните шаблон"], [], ["Основное", None, "Описание"]]
    sheet = [*hints, ["Артикул*", "Ссылка на главное фото*", "Название товара", "Категория*"], *GOODS]
    check_goods(listed(as_xlsx(tmp_path / "p.xlsx", [["Инструкция"], ["Как заполнять"]], sheet)))
    check_goods(listed(as_csv(tmp_path / "p.csv", sheet, ";", "cp1251")))


def test_an_xlsx_that_lies_about_its_size_is_read_whole(tmp_path: Path) -> None:
    path = as_xlsx(tmp_path / "p.xlsx", [TITLES, *GOODS])
    lying = io.BytesIO()
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(lying, "w") as out:
        for name in parts.namelist():
            data = parts.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b"<sheetData>" in data
                data = data.replace(b"<sheetData>", b'<dimension ref="A1:A1"/><sheetData>', 1)
                data = data.replace(b"<sheetPr", b"<sheetPr", 1)
            out.writestr(name, data)
    path.write_bytes(lying.getvalue())
    check_goods(listed(path))


def test_numbers_are_what_people_see(tmp_path: Path) -> None:
    (photo,) = listed(
        as_xlsx(tmp_path / "p.xlsx", [["sku", "url"], [4601234567890.0, "https://a.example/1.jpg"]])
    )
    assert photo.sku == "4601234567890"


def test_a_parquet_may_hold_lists_of_pictures(tmp_path: Path) -> None:
    links = ["https://a.example/1.jpg", "https://a.example/2.jpg"]
    photos = listed(as_parquet(tmp_path / "p.parquet", [["sku", "images"], ["A", links], ["B", []]]))
    assert [(photo.sku, photo.place) for photo in photos] == [("A", 1), ("A", 2)]


def test_a_list_of_one_column_keeps_commas_of_its_links(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("url\nhttps://a.example/w_100,h_100/1.jpg\n\nhttps://a.example/2;x.jpg\n")
    assert where(listed(tmp_path / "p.csv")) == [
        "https://a.example/w_100,h_100/1.jpg",
        "https://a.example/2;x.jpg",
    ]


# ---- columns -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("titles", "sku", "pictures"),
    [
        (["sku", "url"], 0, (1,)),
        (["SKU", "Image_2", "Image_1"], 0, (2, 1)),
        (["offer_id", "url", "picture"], 0, (2,)),
        (["№", "Артикул продавца", "Фото №2", "Фото №1", "Цена"], 1, (3, 2)),
        (["Артикул*", "Ссылка на главное фото*", "Ссылки на дополнительные фото"], 0, (1, 2)),
        (["Ссылки на дополнительные фото", "Ссылка на главное фото"], None, (1, 0)),
        (["id", "imageUrl", "additional_image_link", "link"], 0, (1, 2)),
        (["path"], None, (0,)),
        (["Handle", "Variant SKU", "Image Src"], None, (2,)),
    ],
)
def test_columns_are_known_by_name(titles: list[str], sku: int | None, pictures: tuple[int, ...]) -> None:
    columns = find(titles, {})
    assert columns is not None
    assert (columns.sku, columns.pictures) == (sku, pictures)


def test_a_caller_says_which_column_is_which(tmp_path: Path) -> None:
    path = as_csv(
        tmp_path / "p.csv",
        [
            ["code", "foto", "foto dop", "ver"],
            ["A", "http://a.example/1.jpg", "http://a.example/2.jpg", "v7"],
        ],
    )
    columns = {"sku": "code", "url": "foto, foto dop", "stamp": "ver"}
    photos = listed(path, columns=columns)
    assert [(photo.sku, photo.place, photo.stamp) for photo in photos] == [("A", 1, "v7"), ("A", 2, "v7")]


def test_a_missing_column_says_which_there_are_and_how_to_map(tmp_path: Path) -> None:
    for path in (
        as_csv(tmp_path / "p.csv", [["code", "foto"], ["A", "1.jpg"]]),
        as_xlsx(tmp_path / "p.xlsx", [["code", "foto"], ["A", "1.jpg"]]),
        as_parquet(tmp_path / "p.parquet", [["code", "foto"], ["A", "1.jpg"]]),
    ):
        with pytest.raises(BadSource, match=r"columns are: code, foto\. .*map it: url="):
            listed(path)
        with pytest.raises(BadSource, match=r"no column Фото 1\. Its columns are: code, foto"):
            listed(path, columns={"url": "Фото 1"})
    with pytest.raises(BadSource, match="nothing called picture"):
        open_source("p.csv", columns={"picture": "foto"})


# ---- cells ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "pointers"),
    [
        ("https://a/1.jpg;https://a/2.jpg", ["https://a/1.jpg", "https://a/2.jpg"]),
        ("https://a/1.jpg, https://a/2.jpg,", ["https://a/1.jpg", "https://a/2.jpg"]),
        ("https://a/1.jpg\nhttps://a/2.jpg\r\n", ["https://a/1.jpg", "https://a/2.jpg"]),
        ("https://a/1.jpg|s3://b/2.jpg", ["https://a/1.jpg", "s3://b/2.jpg"]),
        ("https://a/1.jpg https://a/2.jpg", ["https://a/1.jpg", "https://a/2.jpg"]),
        ("https://a/w_1,h_2/1.jpg", ["https://a/w_1,h_2/1.jpg"]),
        ("https://a/my photo.jpg", ["https://a/my photo.jpg"]),
        ("1.jpg; 2.jpg|3.jpg", ["1.jpg", "2.jpg", "3.jpg"]),
        ("1.jpg, 2.webp, 3.png", ["1.jpg", "2.webp", "3.png"]),
        ("mug, red.jpg", ["mug, red.jpg"]),
        (["1.jpg", None, "2.jpg; 3.jpg"], ["1.jpg", "2.jpg", "3.jpg"]),
        (" ", []),
        (None, []),
    ],
)
def test_a_cell_may_hold_several_pictures(cell: object, pointers: list[str]) -> None:
    assert pointers_in(cell) == pointers


@pytest.mark.parametrize(
    ("category", "shelf"),
    [
        ("Посуда > Кружки", ("Посуда", "Кружки")),
        ("Посуда/Кружки", ("Посуда", "Кружки")),
        ("Посуда|Кружки|", ("Посуда", "Кружки")),
        ("Чай/кофе > Чай", ("Чай/кофе", "Чай")),
        ("", ()),
    ],
)
def test_a_category_is_a_way_through_shelves(category: str, shelf: tuple[str, ...]) -> None:
    assert shelf_of(category) == shelf


def test_rows_of_one_sku_number_its_pictures(tmp_path: Path) -> None:
    links = [f"https://a.example/{number}.jpg" for number in range(5)]
    rows = [["A", links[0]], ["B", links[1]], ["A", links[2]], ["A", links[0]], ["B", links[0]]]
    table = open_source(str(as_csv(tmp_path / "p.csv", [["sku", "url"], *rows])))
    assert [(one.sku, one.place) for one in table] == [("A", 1), ("B", 1), ("A", 2), ("B", 2)]
    assert table.skipped.twice == 1


def test_keys_of_the_caller_are_believed_but_kept_apart(tmp_path: Path) -> None:
    rows = [["k1", "https://a.example/1.jpg; https://a.example/2.jpg"], ["k1", "https://a.example/3.jpg"]]
    photos = listed(as_csv(tmp_path / "p.csv", [["key", "url"], *rows], ","))
    assert [photo.key for photo in photos] == ["k1", "k1/2", "k1~2"]


def test_a_link_signed_anew_is_the_same_photo() -> None:
    first = "https://s.example/a.jpg?v=2&X-Amz-Date=1&X-Amz-Signature=aa"
    assert lasting(first) == lasting(first.replace("Date=1", "Date=2").replace("aa", "bb"))
    assert lasting(first) == "https://s.example/a.jpg?v=2"
    assert lasting("https://s.example/a.jpg?v=2") != lasting("https://s.example/a.jpg?v=3")


# ---- where pictures lie ------------------------------------------------------------------------------------


def test_paths_lie_beside_the_table_or_below_the_root(tmp_path: Path) -> None:
    tree(tmp_path, {"lists/red/1.png": mug(), "photos/red/1.png": b"other"})
    path = as_csv(
        tmp_path / "lists/p.csv", [["sku", "file"], ["A", "red\\1.png"], ["B", "../photos/red/1.png"]]
    )
    beside, outside = listed(path)
    assert (beside.origin.read(), beside.folder, beside.name) == (mug(), "red", "1.png")
    assert beside.stamp
    assert outside.origin.read() == b"other"
    below, climbing = listed(path, root=str(tmp_path / "photos"))
    assert below.origin.read() == b"other"
    with pytest.raises(BadPhoto, match="out of the given root"):
        climbing.origin.read()


def test_every_kind_of_pointer_becomes_an_origin_and_none_vanishes(tmp_path: Path) -> None:
    pointers = ["1.jpg", "s3://shop/p/1.jpg", "https://me:secret@a.example/1.jpg", "s3://shop", "gopher:/x"]
    photos = listed(as_csv(tmp_path / "p.csv", [["url"], *([one] for one in pointers)]))
    assert [type(one.origin) for one in photos[:2]] == [FileOrigin, StoreOrigin]
    assert photos[1].origin.where == "s3://shop/p/1.jpg"
    assert len(photos) == len(pointers)
    for photo in (photos[0], *photos[2:]):
        with pytest.raises(BadPhoto) as told:
            photo.origin.read()
        assert "secret" not in str(told.value)
    assert "secret" not in " ".join(photo.key for photo in photos)


@pytest.fixture(scope="module")
def buckets() -> Iterator[Buckets]:
    with running() as server:
        server.client.create_bucket(Bucket="shop")
        yield server


@pytest.mark.parametrize("kind", ["p.csv", "p.xlsx", "p.parquet"])
def test_a_table_in_a_bucket_lists_what_lies_beside_it(tmp_path: Path, buckets: Buckets, kind: str) -> None:
    rows = [["sku", "file"], ["A", "red/1.png"], ["B", "/etc/passwd"], ["C", "../1.png"]]
    make = {"p.csv": as_csv, "p.xlsx": as_xlsx, "p.parquet": as_parquet}[kind]
    store = buckets.store("s3://shop/lists")
    store.write(kind, make(tmp_path / kind, rows).read_bytes())
    store.write("red/1.png", b"x")
    photos = list(open_source(f"s3://shop/lists/{kind}", options=buckets.options))
    assert photos[0].origin.read() == b"x"
    for photo in photos[1:]:
        with pytest.raises(BadPhoto, match="out of the given root"):
            photo.origin.read()


# ---- hostile and torn ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["p.csv", "p.xlsx", "p.parquet"])
@pytest.mark.parametrize("data", [b"", b"\x00\x01\x98\xff" * 50, b"PK\x03\x04torn", b"PAR1torn"])
def test_what_is_no_table_says_so(tmp_path: Path, kind: str, data: bytes) -> None:
    (tmp_path / kind).write_bytes(data)
    with pytest.raises(BadSource):
        listed(tmp_path / kind)


def test_a_torn_table_is_told(tmp_path: Path) -> None:
    for path in (
        as_xlsx(tmp_path / "p.xlsx", [TITLES, *GOODS]),
        as_parquet(tmp_path / "p.parquet", [TITLES, *GOODS]),
    ):
        path.write_bytes(path.read_bytes()[:-200])
        with pytest.raises(BadSource, match="cannot be read"):
            listed(path)


def test_a_line_without_end_takes_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_LINE", 1000)
    (tmp_path / "p.csv").write_text("sku,url\nA," + "x" * 5000)
    with pytest.raises(BadSource, match="1000 characters"):
        listed(tmp_path / "p.csv")


def test_a_quote_that_is_not_closed_is_told(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text('sku,url\nA,"https://a.example\n' + "x,y\n" * 50_000)
    with pytest.raises(BadSource, match="field larger"):
        listed(tmp_path / "p.csv")


def test_an_xlsx_with_entities_or_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = as_xlsx(tmp_path / "p.xlsx", [TITLES, *GOODS])
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(bad, "w") as out:
        for name in parts.namelist():
            bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]>' if name == "xl/workbook.xml" else b""
            out.writestr(name, bomb + parts.read(name))
    with pytest.raises(BadSource, match="entities"):
        listed(bad)
    monkeypatch.setattr(sheets, "MAX_SHEET_BYTES", 100)
    with pytest.raises(BadSource, match="unpacked"):
        listed(path)


def test_photos_inside_a_parquet_are_no_links(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="binary"):
        listed(as_parquet(tmp_path / "p.parquet", [["sku", "image"], ["A", b"\xff\xd8"]]))


# ---- keys ------------------------------------------------------------------------------------------------

ROW = st.fixed_dictionaries(
    {
        "sku": st.sampled_from(["", "A", "B", "C", "кружка"]),
        "links": st.lists(st.integers(0, 30).map(lambda n: f"https://a.example/{n}.jpg"), max_size=3),
    }
)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(ROW, max_size=12), data=st.data())
def test_keys_are_unique_and_stay_with_their_photos_whatever_the_order(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Mapping[str, Any]], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("rows")

    def source(rows: Sequence[Mapping[str, Any]]) -> Source:
        cells = [[row["sku"], ";".join(row["links"])] for row in rows]
        return open_source(str(as_csv(folder / "p.csv", [["sku", "url"], *cells])))

    def by_key(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
        photos = list(source(rows))
        assert len({photo.key for photo in photos}) == len(photos)
        assert sum(len(row["links"]) for row in rows) >= len(photos)
        return {photo.key: (photo.sku, photo.origin.where) for photo in photos}

    before = by_key(rows)
    assert set(before.values()) == {(row["sku"], link) for row in rows for link in row["links"]}
    assert by_key(data.draw(st.permutations(rows))) == before
    more = by_key([data.draw(ROW), *rows])
    assert {key: more[key] for key in before} == before


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=3), max_size=200))
def test_counts_count(texts: list[str]) -> None:
    counts, seen = Counts(), dict[str, int]()
    for text in texts:
        seen[text] = seen.get(text, 0) + 1
        assert counts.add(text) == seen[text]


def test_counts_grow_without_forgetting(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = Counts()
    assert all(counts.add(str(number)) == 1 for number in range(10_000))
    assert all(counts.add(str(number)) == 2 for number in range(10_000))


# ---- found by breaking files at random ---------------------------------------------------------------------


def test_who_stops_half_way_leaves_nothing_open(tmp_path: Path) -> None:
    rows = [["sku", "url"], *([f"A-{number}", "https://a.example/1.jpg"] for number in range(50))]
    for path in (as_csv(tmp_path / "p.csv", rows), as_xlsx(tmp_path / "p.xlsx", rows)):
        photos = iter(open_source(str(path)))
        assert next(photos).sku == "A-0"
        del photos


def test_a_path_that_no_disk_can_hold_ends_as_a_bad_photo(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_bytes(b"url\na\x00b.jpg\n")
    (photo,) = listed(tmp_path / "p.csv")
    with pytest.raises(BadPhoto):
        photo.origin.read()
