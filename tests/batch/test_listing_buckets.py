"""Buckets as streams of photos, and what a text is taken for."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from bucket_server import Buckets, no_keys, running
from drawn import mug, packed, tree

from packshot.batch.listing.archives import Tar, Zip
from packshot.batch.listing.buckets import Bucket, Single, matches
from packshot.batch.listing.feeds import Feed
from packshot.batch.listing.folders import Folder
from packshot.batch.listing.links import Link
from packshot.batch.listing.opening import open_source
from packshot.batch.listing.tables import Table
from packshot.batch.origins import StoreOrigin
from packshot.batch.store import Store
from packshot.errors import BadOption, BadPhoto, BadSource, Refused, StoreFailed

FILES = (
    "a.jpg",
    "b.PNG",
    "red/1.jpg",
    "red/deep/2.jpg",
    "notes.txt",
    ".x/3.jpg",
    "_packshot/r.png",
    "o/a.jpg",
)


@pytest.fixture(scope="module")
def buckets() -> Iterator[Buckets]:
    with running() as server:
        server.client.create_bucket(Bucket="shop")
        server.fill("shop", (f"p/{name}" for name in FILES), mug())
        server.fill("shop", (f"many/{number:04d}.jpg" for number in range(1003)))
        yield server


def keys(buckets: Buckets, url: str, out: str = "") -> list[str]:
    store = buckets.store(out) if out else None
    return [photo.key for photo in open_source(url, options=buckets.options, out=store)]


def test_a_prefix_gives_its_photos_and_tells_the_rest(buckets: Buckets) -> None:
    bucket = open_source("s3://shop/p/", options=buckets.options, out=buckets.store("s3://shop/p/o"))
    photos = list(bucket)
    assert photos == list(bucket)
    assert [photo.key for photo in photos] == ["a.jpg", "b.PNG", "red/1.jpg", "red/deep/2.jpg"]
    assert [(photo.folder, photo.name) for photo in photos[2:]] == [("red", "1.jpg"), ("red/deep", "2.jpg")]
    assert photos[3].origin.read() == mug()
    assert all(len(photo.stamp) == 32 for photo in photos)  # an etag
    assert (bucket.skipped.not_photos, bucket.skipped.hidden) == (1, 1)


def test_every_page_of_a_bucket_is_read(buckets: Buckets) -> None:
    assert keys(buckets, "s3://shop/many") == [f"{number:04d}.jpg" for number in range(1003)]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.jpg", ["a.jpg"]),
        ("**/*.jpg", ["a.jpg", "o/a.jpg", "red/1.jpg", "red/deep/2.jpg"]),
        ("red/*.jpg", ["1.jpg"]),
        ("r?d/[0-9].jpg", ["red/1.jpg"]),
        ("a.jpg", ["a.jpg"]),
    ],
)
def test_a_pattern_or_a_name_finds_what_a_shell_would(
    buckets: Buckets, pattern: str, found: list[str]
) -> None:
    assert keys(buckets, f"s3://shop/p/{pattern}") == found


def test_stars_stay_within_folders() -> None:
    assert matches(["a", "b", "c.jpg"], ["**", "*.jpg"])
    assert matches(["a", "b", "c.jpg"], ["a", "**", "b", "c.*"])
    assert not matches(["a", "c.jpg"], ["*.jpg"])
    assert not matches(["c.jpg"], ["*", "*.jpg"])


def test_an_object_that_went_since_the_listing_is_told(buckets: Buckets) -> None:
    store = buckets.store("s3://shop/gone")
    store.write("a.jpg", b"x")
    (photo,) = open_source("s3://shop/gone", options=buckets.options)
    store.delete("a.jpg")
    with pytest.raises(BadPhoto, match=r"s3://shop/gone/a\.jpg is not there any more") as told:
        photo.origin.read()
    assert told.value.reason == "vanished"


def test_an_object_above_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.at(f"memory://{uuid.uuid4().hex}")
    store.write("a.jpg", b"x")
    monkeypatch.setattr("packshot.batch.origins.Limits", lambda: _Tiny())
    monkeypatch.setattr(Store, "read", lambda *_: pytest.fail("read before the size was asked"))
    with pytest.raises(BadPhoto, match="limit"):
        StoreOrigin(store, "a.jpg").read()


def _Tiny() -> object:  # noqa: N802
    from packshot.image.limits import Limits

    return Limits(size_bytes=0)


def test_a_changed_object_has_another_stamp(buckets: Buckets) -> None:
    store = buckets.store("s3://shop/stamps")
    stamps = set()
    for data in (b"one", b"two", b"one"):
        store.write("a.jpg", data)
        stamps.add(next(iter(open_source("s3://shop/stamps", options=buckets.options))).stamp)
    assert len(stamps) == 2


def test_what_is_not_there_is_told(buckets: Buckets, monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("s3://nosuchbucket/p", "s3://nosuchbucket/*.jpg", "s3://shop/p/no.jpg"):
        with pytest.raises(BadSource, match="There is no"):
            keys(buckets, url)
    with pytest.raises(BadSource, match="names no bucket"):
        keys(buckets, "s3://*/a.jpg")
    no_keys(monkeypatch)
    with pytest.raises(StoreFailed, match="AWS_ACCESS_KEY_ID"):
        list(open_source("s3://shop/p", options={**buckets.options, "default_block_size": 5_500_000}))


def test_results_among_the_photos_are_refused(buckets: Buckets) -> None:
    with pytest.raises(Refused, match="among the photos"):
        keys(buckets, "s3://shop/p", out="s3://shop/p")


def test_any_place_that_fsspec_knows_is_a_bucket() -> None:
    store = Store.at(f"memory://{uuid.uuid4().hex}")
    for name in ("b.jpg", "a/1.jpg"):
        store.write(name, b"x")
    assert sorted(photo.key for photo in open_source(store.url)) == ["a/1.jpg", "b.jpg"]


# ---- what a text is --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("p", Folder),
        ("p/*.jpg", Folder),
        ("p/a.jpg", Folder),
        ("p/p.zip", Zip),
        ("p/p.tar.gz", Tar),
        ("p/p.csv", Table),
        ("p/p.XLSX", Table),
        ("p/p.yml", Feed),
        ("yml+p/a.jpg", Feed),
        ("https://a.example/1.jpg", Link),
        ("https://a.example/feed.xml?key=1", Feed),
        ("https://a.example/list.csv", Table),
        ("yml+https://a.example/export", Feed),
        ("s3://b", Bucket),
        ("s3://b/p/", Bucket),
        ("s3://b/p/*.jpg", Bucket),
        ("s3://b/p/a.jpg", Single),
        ("s3://b/p.tar", Tar),
        ("s3://b/p/list.parquet", Table),
        ("gs://b/feed.yml.gz", Feed),
    ],
)
def test_a_source_is_told_by_its_look(
    tmp_path: Path, text: str, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tree(tmp_path, {f"p/{name}": b"" for name in ("a.jpg", "p.zip", "p.tar.gz", "p.csv", "p.XLSX", "p.yml")})
    assert type(open_source(text)) is kind


def test_what_cannot_be_a_source_says_what_can(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="no file or folder"):
        list(open_source(str(tmp_path / "nowhere")))
    with pytest.raises(BadSource, match="needs more than is installed"):
        list(open_source("nosuch://b/p"))
    with pytest.raises(BadSource, match="Download it"):
        open_source("https://a.example/p.zip")
    with pytest.raises(BadSource, match="password"):
        open_source("https://me:secret@a.example/list.csv")
    with pytest.raises(BadOption, match="no database"):
        open_source(str(tmp_path), table="goods")


def test_a_zip_that_is_named_is_opened(tmp_path: Path) -> None:
    packed(tmp_path / "p.zip", {"red/1.png": mug()})
    (photo,) = open_source(str(tmp_path / "p.zip"))
    assert (photo.key, photo.origin.read()) == ("red/1.png", mug())
    os.utime(tmp_path / "p.zip", ns=(1, 1))
    assert next(iter(open_source(str(tmp_path / "p.zip")))).stamp != photo.stamp


def test_a_photo_behind_a_link_is_one_photo() -> None:
    (photo,) = open_source("https://a.example/p/%D0%B0%201.jpg?X-Amz-Signature=x")
    assert (photo.key, photo.name) == ("https://a.example/p/%D0%B0%201.jpg", "а 1.jpg")
