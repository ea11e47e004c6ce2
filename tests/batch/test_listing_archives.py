"""ZIPs and TARs as streams of photos, honest ones and ones made to hurt."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bucket_server import Buckets, running
from drawn import mug, packed

from packshot.batch import origins, tars
from packshot.batch import sources as sources_module
from packshot.batch.listing import archives
from packshot.batch.listing.archives import Tar, Zip
from packshot.batch.listing.listed import Listed
from packshot.batch.origins import StoreOrigin
from packshot.errors import BadPhoto, BadSource, Refused

KINDS = ("p.tar", "p.tar.gz", "p.tgz", "p.tar.bz2", "p.tar.xz")
PACKERS = {"gz": gzip.compress, "tgz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def tar_bytes(members: Mapping[str, bytes], *more: tarfile.TarInfo, kind: int = tarfile.GNU_FORMAT) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=kind) as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for info in more:
            tar.addfile(info)
    return written.getvalue()


def tar(path: Path, data: bytes) -> Path:
    path.write_bytes(PACKERS.get(path.name.rpartition(".")[2], bytes)(data))
    return path


def keys(photos: list[Listed]) -> list[str]:
    return [photo.key for photo in photos]


@pytest.mark.parametrize("kind", KINDS)
def test_a_tar_gives_its_photos_in_any_order(tmp_path: Path, kind: str) -> None:
    members = {f"red/{number}.png": mug((number, 0, 0)) for number in range(6)}
    archive = Tar(tar(tmp_path / kind, tar_bytes({**members, "notes.txt": b"", ".x/1.png": b""})))
    photos = list(archive)
    assert photos == list(archive)
    assert keys(photos) == list(members)
    for photo in (*photos, *reversed(photos)):
        assert photo.origin.read() == members[photo.key]
    assert (archive.skipped.not_photos, archive.skipped.hidden) == (1, 1)


@pytest.mark.parametrize("kind", ["p.tar", "p.tar.gz"])
def test_many_threads_read_one_tar(tmp_path: Path, kind: str) -> None:
    members = {f"{number}.png": os.urandom(20_000) for number in range(40)}
    photos = list(Tar(tar(tmp_path / kind, tar_bytes(members))))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda photo: photo.origin.read(), photos)) == list(members.values())


def test_going_back_a_little_unpacks_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "STEP", 100)
    monkeypatch.setattr(tars, "LOOK_BACK_BYTES", 400)
    data = os.urandom(5000)

    class Counted(io.BytesIO):
        rewinds = 0

        def seek(self, offset: int, whence: int = 0) -> int:
            Counted.rewinds += 1
            return super().seek(offset, whence)

    back = tars.LookBack(Counted(data))
    for offset in (0, 300, 100, 2000, 1800, 4900):
        assert back.piece(offset, 100) == data[offset : offset + 100]
    assert Counted.rewinds == 0
    assert back.piece(0, 5000) == data
    assert Counted.rewinds == 1


@pytest.mark.parametrize("kind", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_russian_names_are_read(tmp_path: Path, kind: int) -> None:
    name = f"{'посуда/' * 20}кружка.png"
    assert keys(list(Tar(tar(tmp_path / "p.tar", tar_bytes({name: b"x"}, kind=kind))))) == [name]


def test_members_cannot_climb_out_and_only_files_are_photos(tmp_path: Path) -> None:
    strange = []
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
        info = tarfile.TarInfo(f"{kind.decode()}.png")
        info.type, info.linkname = kind, "/etc/passwd"
        strange.append(info)
    folder = tarfile.TarInfo("folder.png")
    folder.type = tarfile.DIRTYPE
    data = tar_bytes({"../../etc/1.png": b"a", "/abs/2.png": b"b", "C:\\win\\3.png": b"c"}, *strange, folder)
    archive = Tar(tar(tmp_path / "p.tar", data))
    assert keys(list(archive)) == ["etc/1.png", "abs/2.png", "win/3.png"]
    assert archive.skipped.not_plain == 5
    assert "5 links or devices in a TAR" in [str(words) for words in archive.skipped.words()]


def test_two_members_of_one_name_are_two_photos(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "p.tar", "w") as packing:
        for data in (b"one", b"two"):
            info = tarfile.TarInfo("a.png")
            info.size = 3
            packing.addfile(info, io.BytesIO(data))
    packed(tmp_path / "p.zip", {"a.png": b"one", "b.png": b"two"})
    data = (tmp_path / "p.zip").read_bytes()
    (tmp_path / "p.zip").write_bytes(data.replace(b"b.png", b"a.png"))
    for photos in (list(Tar(tmp_path / "p.tar")), list(Zip(tmp_path / "p.zip"))):
        assert keys(photos) == ["a.png", "a.png~2"]
        assert [photo.origin.read() for photo in photos] == [b"one", b"two"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_torn_tar_is_told_after_what_it_gave(tmp_path: Path, kind: str) -> None:
    path = tar(tmp_path / kind, tar_bytes({f"{number}.png": os.urandom(3000) for number in range(9)}))
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    given: list[Listed] = []
    with pytest.raises(BadSource, match="no TAR"):
        given.extend(Tar(path))
    assert kind in ("p.tar.bz2", "p.tar.xz") or len(given) > 3


@pytest.mark.parametrize("data", [b"", b"no tar at all" * 100])
def test_what_is_no_tar_says_so(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "p.tar").write_bytes(data)
    with pytest.raises(BadSource, match="no TAR"):
        list(Tar(tmp_path / "p.tar"))


def test_a_tar_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MIN_BOMB_BYTES", 100_000)
    path = tar(tmp_path / "p.tar.gz", tar_bytes({f"{number}.png": bytes(2_000_000) for number in range(9)}))
    with pytest.raises(Refused, match="honest"):
        list(Tar(path))


def test_a_tar_of_too_many_members_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_IN_TAR", 3)
    with pytest.raises(Refused, match="4 files"):
        list(Tar(tar(tmp_path / "p.tar", tar_bytes({f"{n}.png": b"" for n in range(9)}))))


def test_a_header_that_claims_gigabytes_takes_no_memory(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 3_000_000_000
    (tmp_path / "p.tar").write_bytes(info.tobuf() + bytes(10_000))
    with pytest.raises(BadSource, match="no TAR"):
        list(Tar(tmp_path / "p.tar"))


def test_an_xz_that_asks_for_much_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "MAX_XZ_MEMORY", 1 << 20)
    with pytest.raises(BadSource, match=r"(?i)memory"):
        list(Tar(tar(tmp_path / "p.tar.xz", tar_bytes({"a.png": b"x"}))))


def test_a_member_above_the_limit_is_not_read(tmp_path: Path) -> None:
    info = tarfile.TarInfo("huge.png")
    info.size = 200_000_000
    with (tmp_path / "p.tar").open("wb") as file:
        file.write(info.tobuf())
        file.truncate(200_000_512 + 1024)
    (photo,) = Tar(tmp_path / "p.tar")
    with pytest.raises(BadPhoto, match="200 MB"):
        photo.origin.read()


def test_an_archive_packed_anew_has_new_stamps(tmp_path: Path) -> None:
    before = [photo.stamp for photo in Tar(tar(tmp_path / "p.tar", tar_bytes({"a.png": b"one"})))]
    os.utime(tmp_path / "p.tar", ns=(1, 1))
    assert before != [photo.stamp for photo in Tar(tmp_path / "p.tar")]


def test_a_zip_with_a_huge_directory_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources_module, "MAX_ENTRY_BYTES", 1)
    monkeypatch.setattr(sources_module, "MAX_MEMBERS", 100)
    path = tmp_path / "p.zip"
    end = b"PK\x05\x06" + bytes(4) + b"\xff\xff" * 2 + (50_000).to_bytes(4, "little") + bytes(6)
    path.write_bytes(bytes(60_000) + end)
    with pytest.raises(Refused, match="50000 files"):
        list(Zip(path))


def test_a_member_without_a_name_is_told(tmp_path: Path) -> None:
    path = packed(tmp_path / "p.zip", {"a.png": b"x", "b.png": b"y"})
    path.write_bytes(path.read_bytes().replace(b"a.png", b"\0.png"))
    archive = Zip(path)
    assert keys(list(archive)) == ["b.png"]
    assert archive.skipped.not_photos == 1


# ---- in a bucket -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def buckets() -> Iterator[Buckets]:
    with running() as server:
        server.client.create_bucket(Bucket="shop")
        yield server


@pytest.mark.parametrize("kind", ["p.tar", "p.tar.gz", "p.zip"])
def test_an_archive_in_a_bucket_is_read_in_pieces(
    tmp_path: Path, buckets: Buckets, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(origins, "PIECE", 4096)
    members = {f"red/{number}.png": os.urandom(9000) for number in range(5)}
    make = packed if kind == "p.zip" else lambda path, files: tar(path, tar_bytes(files))
    store = buckets.store("s3://shop")
    store.write(kind, make(tmp_path / kind, members).read_bytes())
    source = Zip if kind == "p.zip" else Tar
    photos = list(source(StoreOrigin(store, kind)))
    assert {photo.key: photo.origin.read() for photo in photos} == members
    assert photos[0].origin.where.startswith(f"s3://shop/{kind}!red/0.png")


def test_an_archive_that_is_not_in_the_bucket_is_told(buckets: Buckets) -> None:
    for source, name in ((Tar, "no.tar"), (Zip, "no.zip")):
        with pytest.raises(BadSource):
            list(source(StoreOrigin(buckets.store("s3://shop"), name)))
