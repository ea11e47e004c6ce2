"""Every kind of SRC: what it holds, in which order, and what is skipped but told."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from drawn import mug, packed, tree

from packshot.batch import sources as sources_module
from packshot.batch.sources import Gathered, gather, safe_member
from packshot.errors import BadPhoto, BadSource, Refused


def names(gathered: Gathered) -> list[str]:
    return [f"{photo.folder}/{photo.name}".lstrip("/") for photo in gathered.found]


def test_a_folder_is_walked_in_a_lasting_order_and_nothing_vanishes_in_silence(tmp_path: Path) -> None:
    tree(
        tmp_path / "p",
        {
            "b.jpg": b"x",
            "a.PNG": b"x",
            "red/1.jpg": b"x",
            "red/deep/2.webp": b"x",
            "notes.txt": b"x",
            ".hidden.jpg": b"x",
            ".git/3.jpg": b"x",
            "Thumbs.db": b"x",
            "more.zip": b"x",
        },
    )
    gathered = gather([str(tmp_path / "p")])
    assert names(gathered) == ["a.PNG", "b.jpg", "red/1.jpg", "red/deep/2.webp"]
    skipped = gathered.skipped
    assert (skipped.not_photos, skipped.hidden, skipped.archives) == (1, 3, 1)
    assert "1 file that is no photo" in [str(words) for words in skipped.words()]


def test_a_glob_finds_what_a_shell_would(tmp_path: Path) -> None:
    tree(tmp_path, {"p/a.jpg": b"x", "p/b.png": b"x", "p/sub/c.jpg": b"x"})
    assert names(gather([f"{tmp_path}/p/*.jpg"])) == ["a.jpg"]
    assert names(gather([f"{tmp_path}/p/**/*.jpg"])) == ["a.jpg", "sub/c.jpg"]
    assert names(gather([f"{tmp_path}/p/*"])) == ["a.jpg", "b.png", "sub/c.jpg"]
    assert names(gather([f"{tmp_path}/p*/"])) == ["p/a.jpg", "p/b.png", "p/sub/c.jpg"]


def test_a_file_with_brackets_in_its_name_is_that_file(tmp_path: Path) -> None:
    tree(tmp_path, {"mug[1].jpg": b"x"})
    assert names(gather([str(tmp_path / "mug[1].jpg")])) == ["mug[1].jpg"]


def test_a_photo_given_twice_is_one_photo(tmp_path: Path) -> None:
    tree(tmp_path, {"p/a.jpg": b"x"})
    gathered = gather([str(tmp_path / "p"), str(tmp_path / "p" / "a.jpg")])
    assert (len(gathered.found), gathered.skipped.twice) == (1, 1)


def test_results_inside_the_folder_of_photos_are_no_photos(tmp_path: Path) -> None:
    tree(tmp_path, {"a.jpg": b"x", "fixed/a_main_light.jpg": b"x"})
    assert names(gather([str(tmp_path)], out=tmp_path / "fixed")) == ["a.jpg"]


@pytest.mark.parametrize(
    "source",
    ["nowhere.jpg", "nowhere/*.jpg", "ftp://host/a.jpg", "http:///a.jpg", "https://me:secret@host/a.jpg"],
)
def test_a_source_that_is_not_there_is_an_error(
    tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadSource):
        gather([source])


def test_a_folder_without_photos_is_an_error(tmp_path: Path) -> None:
    tree(tmp_path, {"notes.txt": b"x"})
    with pytest.raises(BadSource, match="no photos"):
        gather([str(tmp_path)])


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path) -> None:
    tree(tmp_path, {"a.jpg": b"x", "locked/b.jpg": b"x"})
    (tmp_path / "locked").chmod(0)
    try:
        if os.access(tmp_path / "locked", os.R_OK):
            pytest.skip("this user may read everything")
        assert gather([str(tmp_path)]).skipped.unreadable == [str(tmp_path / "locked")]
    finally:
        (tmp_path / "locked").chmod(0o755)


def test_a_zip_is_read_member_by_member(tmp_path: Path) -> None:
    photo = mug()
    archive = packed(
        tmp_path / "p.zip", {"red/1.png": photo, "1.png": photo, "a.txt": b"", "__MACOSX/1.png": b""}
    )
    gathered = gather([str(archive)])
    assert names(gathered) == ["1.png", "red/1.png"]
    assert [found.origin.read() for found in gathered.found] == [photo, photo]
    assert (gathered.skipped.not_photos, gathered.skipped.hidden) == (1, 1)


def test_members_cannot_climb_out(tmp_path: Path) -> None:
    archive = packed(
        tmp_path / "p.zip",
        {"../../etc/1.png": b"a", "/abs/2.png": b"b", "C:\\win\\3.png": b"c", "x/../4.png": b"d"},
    )
    assert sorted(names(gather([str(archive)]))) == ["abs/2.png", "etc/1.png", "win/3.png", "x/4.png"]
    assert safe_member("../../a//b") == ["a", "b"]


def test_a_member_that_is_a_bomb_ends_as_a_bad_photo(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.png", bytes(20_000_000))
        archive.writestr("good.png", mug())
    bomb, good = gather([str(path)]).found
    with pytest.raises(BadPhoto, match="bomb"):
        bomb.origin.read()
    assert good.origin.read() == mug()


def test_a_member_that_lies_about_its_size_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("1.png", b"x" * 1000)
    data = written.getvalue().replace((1000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path = tmp_path / "p.zip"
    path.write_bytes(data)
    with pytest.raises(BadPhoto):
        gather([str(path)]).found[0].origin.read()


def test_a_zip_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources_module, "MAX_MEMBERS", 2)
    with pytest.raises(Refused, match="3 files"):
        gather([str(packed(tmp_path / "p.zip", {"1.png": b"", "2.png": b"", "3.png": b""}))])


def test_a_locked_member_says_so(tmp_path: Path) -> None:
    path = packed(tmp_path / "p.zip", {"1.png": b"x"})
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(signature) + flags] |= 1
    path.write_bytes(data)
    with pytest.raises(BadPhoto, match="password"):
        gather([str(path)]).found[0].origin.read()


def test_a_broken_zip_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "p.zip").write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(BadSource, match="no ZIP"):
        gather([str(tmp_path / "p.zip")])


def test_russian_names_of_old_packers_are_read(tmp_path: Path) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("XXXXXX.png")
        archive.writestr(info, b"x")
    path.write_bytes(path.read_bytes().replace(b"XXXXXX", "кружка".encode("cp866")))
    assert names(gather([str(path)])) == ["кружка.png"]


def test_a_file_of_any_name_is_taken_at_its_word(tmp_path: Path) -> None:
    tree(tmp_path, {"photo": mug()})
    assert names(gather([str(tmp_path / "photo")])) == ["photo"]


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(BadPhoto, match="200 MB"):
        gather([str(tmp_path / "huge.jpg")]).found[0].origin.read()
