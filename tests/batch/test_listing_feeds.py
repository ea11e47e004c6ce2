"""YML feeds: all that sellers' generators write, and what strangers may send."""

from __future__ import annotations

import gzip
import threading
import tracemalloc
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from packshot.batch.listing import feeds
from packshot.batch.listing.listed import Listed
from packshot.batch.listing.opening import open_source
from packshot.errors import BadPhoto, BadSource, Refused

CATEGORIES = """<categories>
<category id="2" parentId="1"> Кружки
</category><category id="1">Посуда</category>
<category id="8" parentId="9">Кольцо</category><category id="9" parentId="8">Круг</category>
</categories>"""
OFFERS = """<offers>
<offer id="SKU-1" available="true"><name>Кружка &quot;Ёж&quot; &amp; Ко</name><categoryId>2</categoryId>
<price>499</price>
<picture>
   https://img.example/1.jpg
</picture><picture>https://img.example/кружка 2.jpg?a=1&amp;b=2</picture><picture></picture>
<description><![CDATA[<p>Описание</p><picture>https://not.example/a.jpg</picture>]]></description>
<param name="Объём" unit="мл">350</param><unknown><picture>https://not.example/b.jpg</picture></unknown></offer>
<offer id="SKU-2" type="vendor.model"><typePrefix>Кружка</typePrefix><vendor>ACME</vendor><model>M-1</model>
<categoryId>777</categoryId><picture>https://img.example/3.jpg</picture></offer>
<offer id="SKU-3"><name>Без фото</name></offer>
<offer id="SKU-1"><name>Снова</name><picture>https://img.example/1.jpg</picture>
<picture>https://img.example/4.jpg</picture></offer>
<offer id="SKU-4"><categoryId>8</categoryId><picture>ftp://img.example/5.jpg</picture>
<picture>/etc/passwd</picture></offer>
</offers>"""


def yml(
    inside: str = CATEGORIES + OFFERS, *, encoding: str = "UTF-8", before: str = "", doctype: str = ""
) -> bytes:
    text = f'{before}<?xml version="1.0" encoding="{encoding}"?>{doctype}\n'
    text += f'<yml_catalog date="2026-11-20 16:00"><shop><company>ООО</company>{inside}</shop></yml_catalog>'
    return text.encode(encoding)


def feed(tmp_path: Path, data: bytes, name: str = "feed.yml") -> list[Listed]:
    (tmp_path / name).write_bytes(data)
    return list(open_source(str(tmp_path / name)))


def check(photos: list[Listed]) -> None:
    assert [(one.sku, one.place, one.origin.where, one.title, one.shelf) for one in photos[:4]] == [
        ("SKU-1", 1, "https://img.example/1.jpg", 'Кружка "Ёж" & Ко', ("Посуда", "Кружки")),
        ("SKU-1", 2, "https://img.example/кружка 2.jpg?a=1&b=2", 'Кружка "Ёж" & Ко', ("Посуда", "Кружки")),
        ("SKU-2", 1, "https://img.example/3.jpg", "Кружка ACME M-1", ()),
        ("SKU-1", 3, "https://img.example/4.jpg", "Снова", ()),
    ]
    assert len(photos) == 6
    assert len({photo.key for photo in photos}) == 6


@pytest.mark.parametrize("encoding", ["UTF-8", "windows-1251", "UTF-16"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_feed_is_read_in_its_encoding_packed_or_not(tmp_path: Path, encoding: str, pack: object) -> None:
    assert callable(pack)
    check(feed(tmp_path, pack(yml(encoding=encoding))))


def test_what_a_feed_held_and_did_not_give_is_counted(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(yml())
    source = open_source(str(tmp_path / "feed.xml"))
    assert list(source) == list(source)
    skipped = source.skipped
    assert (skipped.without_picture, skipped.same_id, skipped.twice) == (1, 1, 1)


def test_pictures_that_are_no_links_end_as_bad_photos(tmp_path: Path) -> None:
    for photo in feed(tmp_path, yml())[4:]:
        with pytest.raises(BadPhoto, match="links only"):
            photo.origin.read()


def test_categories_may_stand_behind_the_offers(tmp_path: Path) -> None:
    check(feed(tmp_path, yml(OFFERS + CATEGORIES)))


def test_a_circle_of_categories_ends(tmp_path: Path) -> None:
    assert len(feed(tmp_path, yml())[4].shelf) == feeds.MOST_DEPTH


@pytest.mark.parametrize("before", ["\n", "  \r\n"])
def test_an_empty_line_before_the_first_is_forgiven(tmp_path: Path, before: str) -> None:
    check(feed(tmp_path, yml(before=before)))


def test_the_usual_document_type_is_harmless(tmp_path: Path) -> None:
    check(feed(tmp_path, yml(doctype='<!DOCTYPE yml_catalog SYSTEM "shops.dtd">')))


def test_keys_stay_when_offers_and_pictures_move(tmp_path: Path) -> None:
    def offer(sku: str, *links: str) -> str:
        pictures = "".join(f"<picture>https://img.example/{link}.jpg</picture>" for link in links)
        return f'<offer id="{sku}">{pictures}</offer>'

    before = feed(tmp_path, yml(offer("A", "1", "2") + offer("B", "3")))
    after = feed(tmp_path, yml(offer("N", "9") + offer("B", "0", "3") + offer("A", "2", "1")))
    where = {photo.key: photo.origin.where for photo in after}
    assert {photo.key: photo.origin.where for photo in before}.items() <= where.items()


# ---- hostile and broken ----------------------------------------------------------------------------------

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "own",
    [
        f'<!ENTITY l0 "lol">{LAUGHS}',
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;',
        '<!ATTLIST offer id CDATA "x">',
    ],
)
def test_entities_are_refused_before_they_grow(tmp_path: Path, own: str) -> None:
    with pytest.raises(Refused, match="entities"):
        feed(tmp_path, yml("<name>&l9;&x;</name>", doctype=f"<!DOCTYPE yml_catalog [{own}]>"))


def test_an_unknown_entity_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="undefined entity in line 2"):
        feed(tmp_path, yml("<name>&nbsp;</name>"))


@pytest.mark.parametrize("inside", ['<offer id="{}">', "<!--{}-->", "<offer {}='1'>"])
def test_a_token_without_end_takes_little_memory(
    tmp_path: Path, inside: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST_TOKEN_BYTES", 200_000)
    with pytest.raises(BadSource, match="over 200000 bytes"):
        feed(tmp_path, yml(inside.format("x" * 2_000_000)))


def test_long_texts_are_cut_and_long_links_told(tmp_path: Path) -> None:
    inside = f'<offer id="A"><name>{"я" * 100_000}</name><picture>https://a/{"x" * 100_000}</picture></offer>'
    (photo,) = feed(tmp_path, yml(inside))
    assert len(photo.title) == feeds.MOST_CHARS
    with pytest.raises(BadPhoto, match="longer than any address"):
        photo.origin.read()


def test_elements_within_elements_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="deep"):
        feed(tmp_path, yml("<a>" * 5000))


def test_a_feed_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MIN_BOMB_BYTES", 100_000)
    with pytest.raises(Refused, match="bomb"):
        feed(tmp_path, gzip.compress(yml("<!-- -->" * 4_000_000)))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no element found"),
        (b"<html><body>404</body></html>", "begins with <html>"),
        (b"not xml", "line 1"),
        (yml().replace(b"UTF-8", b"UTF-8")[:900], "line"),
        (gzip.compress(yml())[:200], "end-of-stream"),
        (yml(encoding="windows-1251").replace(b"windows-1251", b"UTF-8"), "invalid token"),
        (yml().replace(b'encoding="UTF-8"', b'encoding="klingon"'), "encoding"),
    ],
)
def test_what_is_no_feed_says_why(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(BadSource, match=why):
        feed(tmp_path, data)


def test_a_feed_of_any_length_takes_the_memory_of_one_offer(tmp_path: Path) -> None:
    offer = '<offer id="{n}"><picture>https://img.example/{n}.jpg</picture><param>{long}</param></offer>'
    long = "<![CDATA[" + "Описание. " * 500 + "]]>"
    (tmp_path / "feed.yml").write_bytes(yml("".join(offer.format(n=n, long=long) for n in range(2000))))
    photos = iter(open_source(str(tmp_path / "feed.yml")))
    next(photos)
    tracemalloc.start()
    assert sum(1 for _ in photos) == 1999
    assert tracemalloc.get_traced_memory()[1] < 2_000_000  # the feed is 19 MB
    tracemalloc.stop()


# ---- behind a link -----------------------------------------------------------------------------------------


class Shop(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = yml() if self.path == "/export" else b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_feed_behind_a_link_is_read(shop: str) -> None:
    source = open_source(f"yml+{shop}/export", allow_private=True)
    check(list(source))
    check(list(source))


def test_a_feed_that_is_not_there_or_lies_inside_is_told(shop: str) -> None:
    with pytest.raises(BadSource, match="404"):
        list(open_source(f"{shop}/gone.yml", allow_private=True))
    with pytest.raises(Refused, match="not a public address"):
        list(open_source(f"{shop}/gone.yml"))
