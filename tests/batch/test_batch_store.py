"""A place for files: whole or not at all, tried again, and told when it fails for good."""

from __future__ import annotations

import errno
import os
import pickle
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from bucket_server import Buckets, no_keys, running
from fsspec.implementations.memory import MemoryFileSystem

from packshot.batch import store as store_module
from packshot.batch.shelf import Shelf
from packshot.batch.store import ATTEMPTS, Store
from packshot.errors import BadSource, Refused, StoreFailed
from packshot.image import files


@pytest.fixture(scope="module")
def buckets() -> Iterator[Buckets]:
    with running() as server:
        server.client.create_bucket(Bucket="shop")
        yield server


@pytest.fixture(params=["folder", "memory", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, buckets: Buckets) -> Store:
    own = uuid.uuid4().hex
    if request.param == "folder":
        return Store.at(tmp_path / "p")
    return Store.at(f"memory://{own}") if request.param == "memory" else buckets.store(f"s3://shop/{own}")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "FIRST_PAUSE", 0.0)


def names(store: Store, prefix: str = "") -> list[str]:
    return [one.name for one in store.list(prefix)]


def everything(top: Path) -> list[Path]:
    return [path for path in top.rglob("*") if path.is_file()]


# ---- every place ---------------------------------------------------------------------------------------


def test_what_is_written_can_be_read_listed_and_deleted(store: Store) -> None:
    for name in ("b.jpg", "red/1.jpg", "red/deep/2.jpg", "кружка 1.jpg"):
        store.write(name, name.encode())
    assert sorted(names(store)) == ["b.jpg", "red/1.jpg", "red/deep/2.jpg", "кружка 1.jpg"]
    assert names(store, "red") == ["red/1.jpg", "red/deep/2.jpg"]
    assert store.read("red/deep/2.jpg") == b"red/deep/2.jpg"
    assert store.read_piece("red/deep/2.jpg", 4, 8) == b"deep"
    with store.open("red/1.jpg") as stream:
        stream.seek(4)
        assert stream.read() == b"1.jpg"
    store.delete("red/1.jpg")
    store.delete("red/1.jpg")
    assert names(store, "red") == ["red/deep/2.jpg"]
    assert names(store, "nowhere") == []


def test_a_neighbour_whose_name_only_begins_alike_is_not_below(store: Store) -> None:
    Store(f"{store.url}2", store.options).write("other.jpg", b"x")
    store.write("a.jpg", b"x")
    assert names(store) == ["a.jpg"]


def test_a_fresh_write_never_replaces(store: Store) -> None:
    store.write("a.jpg", b"first", fresh=True)
    with pytest.raises(FileExistsError):
        store.write("a.jpg", b"second", fresh=True)
    assert store.read("a.jpg") == b"first"
    store.write("a.jpg", b"third")
    assert store.read("a.jpg") == b"third"


def test_a_stamp_is_another_one_when_the_bytes_are(store: Store) -> None:
    store.write("a.jpg", b"one")
    before = store.stat("a.jpg")
    assert before is not None
    assert before == next(store.list())
    store.write("a.jpg", b"other")
    after = store.stat("a.jpg")
    assert after is not None
    assert (before.size, after.size) == (3, 5)
    assert before.stamp != after.stamp


def test_what_is_not_there_is_no_failure_of_the_place(store: Store) -> None:
    store.write("folder/a.jpg", b"x")
    assert store.stat("b.jpg") is None
    assert store.stat("folder") is None
    assert store.stat("folder/a.jpg/b.jpg") is None
    with pytest.raises(FileNotFoundError):
        store.read("b.jpg")


def test_a_copy_has_the_same_bytes(store: Store) -> None:
    store.write("a.jpg", b"x")
    store.copy("a.jpg", "twin/b.jpg")
    assert store.read("twin/b.jpg") == b"x"


def test_a_store_goes_to_another_process(store: Store) -> None:
    store.write("a.jpg", b"x")
    assert pickle.loads(pickle.dumps(store)).read("a.jpg") == b"x"


# ---- folders -------------------------------------------------------------------------------------------


def test_a_write_that_breaks_leaves_the_old_file_and_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.at(tmp_path)
    store.write("a.jpg", b"old")
    monkeypatch.setattr(files.os, "fsync", _raise(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(StoreFailed, match="no space left"):
        store.write("a.jpg", b"new")
    with pytest.raises(StoreFailed, match="no space left"):
        store.write("b.jpg", b"new", fresh=True)
    assert [(path.name, path.read_bytes()) for path in everything(tmp_path)] == [("a.jpg", b"old")]


def test_half_files_of_a_hard_stop_are_not_listed(tmp_path: Path) -> None:
    (tmp_path / ".a.jpg.x1.part").write_bytes(b"ha")
    (tmp_path / "a.jpg").write_bytes(b"whole")
    assert names(Store.at(tmp_path)) == ["a.jpg"]


def test_of_many_who_write_one_fresh_file_one_succeeds(tmp_path: Path) -> None:
    store, won = Store.at(tmp_path), []
    start = threading.Barrier(8)

    def claim(number: int) -> None:
        start.wait()
        try:
            store.write("claim", f"writer {number}".encode(), fresh=True)
        except FileExistsError:
            return
        won.append(number)

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert store.read("claim") == f"writer {won[0]}".encode()
    assert names(store) == ["claim"]


def test_a_disk_without_links_takes_fresh_files_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module.os, "link", _raise(OSError(errno.EPERM, "no links here")))
    store = Store.at(tmp_path)
    store.write("a.jpg", b"x", fresh=True)
    with pytest.raises(FileExistsError):
        store.write("a.jpg", b"y", fresh=True)
    assert [path.name for path in everything(tmp_path)] == ["a.jpg"]


def test_a_folder_that_may_not_be_listed_ends_the_listing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "scandir", _raise(PermissionError(errno.EACCES, "Permission denied")))
    with pytest.raises(StoreFailed, match="refuses us"):
        names(Store.at(tmp_path))


def test_a_file_in_the_way_of_a_folder_is_told(tmp_path: Path) -> None:
    store = Store.at(tmp_path)
    store.write("a", b"x")
    with pytest.raises(Refused, match="another name"):
        store.write("a/b.jpg", b"x")


# ---- places that fail ------------------------------------------------------------------------------------


class Flaky(MemoryFileSystem):
    """Fails so many times at each call, then works."""

    protocol = "flaky"
    store: dict[str, Any] = {}  # noqa: RUF012 – as fsspec's own
    pseudo_dirs = [""]  # noqa: RUF012
    failures = 0
    calls = 0
    error: Exception = OSError("torn")
    written_before_it_fails = False

    def _stumble(self) -> None:
        Flaky.calls += 1
        if Flaky.failures:
            Flaky.failures -= 1
            raise Flaky.error

    def cat_file(self, *args: Any, **kwargs: Any) -> bytes:
        self._stumble()
        return bytes(super().cat_file(*args, **kwargs))

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **kwargs: Any) -> None:
        if Flaky.written_before_it_fails and Flaky.failures:
            super().pipe_file(path, value, mode=mode, **kwargs)
        self._stumble()
        super().pipe_file(path, value, mode=mode, **kwargs)


@pytest.fixture
def flaky(monkeypatch: pytest.MonkeyPatch) -> Store:
    fsspec.register_implementation("flaky", Flaky, clobber=True)
    monkeypatch.setattr(store_module, "WHOLE_BY_THEMSELVES", store_module.WHOLE_BY_THEMSELVES | {"flaky"})
    Flaky.failures, Flaky.calls, Flaky.error = 0, 0, OSError("torn")
    Flaky.written_before_it_fails = False
    return Store.at(f"flaky://{uuid.uuid4().hex}")


def test_what_fails_for_a_moment_is_tried_again(flaky: Store) -> None:
    Flaky.failures = ATTEMPTS - 1
    flaky.write("a.jpg", b"x")
    Flaky.failures = ATTEMPTS - 1
    assert flaky.read("a.jpg") == b"x"


def test_what_keeps_failing_is_told_after_bounded_attempts(flaky: Store) -> None:
    Flaky.failures = 1000
    with pytest.raises(StoreFailed, match="does not answer"):
        flaky.write("a.jpg", b"x")
    assert Flaky.calls == ATTEMPTS


def test_what_lasts_is_not_tried_again(flaky: Store) -> None:
    Flaky.failures, Flaky.error = 1000, OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(StoreFailed, match="no space left"):
        flaky.write("a.jpg", b"x")
    assert Flaky.calls == 1


def test_a_fresh_write_whose_answer_was_lost_is_still_ours(flaky: Store) -> None:
    Flaky.failures, Flaky.written_before_it_fails = 1, True
    flaky.write("a.jpg", b"ours", fresh=True)
    assert flaky.read("a.jpg") == b"ours"
    Flaky.failures = 1
    with pytest.raises(FileExistsError):
        flaky.write("a.jpg", b"theirs", fresh=True)
    assert flaky.read("a.jpg") == b"ours"


def test_a_bug_is_not_taken_for_a_failure_of_the_place(flaky: Store) -> None:
    Flaky.failures, Flaky.error = 1000, ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        flaky.write("a.jpg", b"x")
    assert Flaky.calls == 1


def test_a_place_that_shows_half_files_is_written_beside_and_renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "WHOLE_BY_THEMSELVES", frozenset())
    store = Store.at(f"memory://{uuid.uuid4().hex}")
    store.write("a.jpg", b"old")
    monkeypatch.setattr(MemoryFileSystem, "mv", _raise(OSError("torn")))
    with pytest.raises(StoreFailed):
        store.write("a.jpg", b"new")
    assert [(one.name, store.read(one.name)) for one in store.list()] == [("a.jpg", b"old")]
    assert not [path for path in MemoryFileSystem.store if path.endswith(".part")]


def test_an_unknown_protocol_says_what_to_install() -> None:
    with pytest.raises(BadSource, match="needs more than is installed"):
        Store.at("nosuch://b/p").read("a")


# ---- buckets -------------------------------------------------------------------------------------------


def test_a_bucket_is_listed_page_by_page_in_the_order_of_names(buckets: Buckets) -> None:
    buckets.fill("shop", (f"many/{number:04d}.jpg" for number in range(1003)))
    listing = buckets.store("s3://shop/many").list()
    assert [one.name for one in listing] == [f"{number:04d}.jpg" for number in range(1003)]


def test_a_stamp_of_a_bucket_is_its_etag(buckets: Buckets) -> None:
    etag = buckets.client.put_object(Bucket="shop", Key="etag/a.jpg", Body=b"x")["ETag"].strip('"')
    assert next(buckets.store("s3://shop/etag").list()).stamp == etag


def test_a_picture_in_a_bucket_says_what_it_is(buckets: Buckets) -> None:
    buckets.store("s3://shop/kinds").write("a.jpg", b"x")
    assert buckets.client.head_object(Bucket="shop", Key="kinds/a.jpg")["ContentType"] == "image/jpeg"


def test_without_keys_the_cure_names_them(buckets: Buckets, monkeypatch: pytest.MonkeyPatch) -> None:
    no_keys(monkeypatch)
    store = Store.at("s3://shop/p", {**buckets.options, "anon": False, "default_block_size": 6_000_000})
    with pytest.raises(StoreFailed, match="AWS_ACCESS_KEY_ID"):
        names(store)


def test_a_bucket_that_is_not_there_is_told_by_both_doors(buckets: Buckets) -> None:
    store = buckets.store("s3://nosuchbucket/p")
    with pytest.raises(FileNotFoundError):
        names(store)
    with pytest.raises((StoreFailed, FileNotFoundError)):
        store.write("a.jpg", b"x")


def test_options_with_parts_of_their_own_are_taken(buckets: Buckets) -> None:
    store = Store.at("s3://shop/parts", {"client_kwargs": {"endpoint_url": buckets.endpoint}})
    store.write("a.jpg", b"x")
    assert names(store) == ["a.jpg"]
    assert hash(store) == hash(pickle.loads(pickle.dumps(store)))


def test_secrets_are_not_printed() -> None:
    assert "hush" not in repr(Store.at("s3://shop/p", {"secret": "hush"}))


def _raise(error: Exception) -> Callable[..., Any]:
    def act(*_: object, **__: object) -> Any:
        raise error

    return act


def test_a_catalogue_for_a_bucket_that_is_not_there_is_told(buckets: Buckets) -> None:
    with pytest.raises(StoreFailed, match="no such bucket"):
        Shelf(buckets.store("s3://nosuchbucket/p"), "run").files()
