"""A catalogue laid on another ground from its kept layers: every photo accounted for, no stranger touched."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from drawn import mug, tree
from numpy.typing import NDArray
from PIL import Image

from packshot.batch import job as jobs
from packshot.batch.fixing import Fix
from packshot.batch.job import Job, rows_that_hold
from packshot.batch.listing.listed import Listed
from packshot.batch.local import Local
from packshot.batch.origins import FileOrigin
from packshot.batch.receipts import Row
from packshot.batch.recolouring import Became, Outcome, Told, Wish, recolour
from packshot.batch.repainting import Repaint, Repainted, Task
from packshot.batch.shelf import OPEN
from packshot.batch.sources import Skipped
from packshot.batch.store import Store
from packshot.batch.tally import Tally
from packshot.errors import BadOption, BadProfile, PackshotError

PROFILE = """
name = "small"
extends = "base"
[variants.main]
skip = true
[variants.light]
colour = "#F5F4F2"
[retouch.place]
canvas = [200, 260]
gap_px = 20
[retouch.shadow]
kind = "contact_drop"
[rules.scale_marker]
severity = "advice"
required = true
[output]
format = "png"
name = "{sku}_{variant}"
"""
PHOTOS = {
    "a.png": mug((150, 50, 40)),
    "b.png": mug((40, 90, 160)),
    "twins/a.png": mug((150, 50, 40)),
    "twins/c.png": mug((30, 120, 60)),
    "torn.png": mug()[:200],
}
WHOLE = len(PHOTOS) - 1


@dataclass
class Photos:
    top: Path
    name: str = "photos"
    skipped: Skipped = field(default_factory=Skipped)

    def __iter__(self) -> Iterator[Listed]:
        for path in sorted(self.top.rglob("*.png")):
            below, told = path.relative_to(self.top), path.stat()
            folder = below.parent.as_posix().removeprefix(".")
            stamp = f"{told.st_size}:{told.st_mtime_ns}"
            yield Listed(below.as_posix(), FileOrigin(path), path.name, folder, stamp)


def mend(top: Path, keep: tuple[str, ...] = ("cutout", "shadow"), quality: str = "fast") -> None:
    work = Fix(out=top / "out", profile=top / "small.toml", keep=keep, quality=quality)
    jobs.run(Job(Photos(top / "photos"), Store.at(top / "out"), work), Local(1, here=True), Tally())


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("mended")
    (top / "small.toml").write_text(PROFILE, "utf8")
    tree(top / "photos", PHOTOS)
    mend(top)
    return top


@pytest.fixture
def top(mended: Path, tmp_path: Path) -> Path:
    shutil.copytree(mended, tmp_path / "own")
    return tmp_path / "own"


def white(top: Path, **other: object) -> Wish:
    asked: dict[str, object] = {"variant": "white", "ground": "#FFFFFF", "shadow": 0.8, **other}
    return Wish(profile=top / "small.toml", **asked)  # type: ignore[arg-type]


def laid(top: Path, wish: Wish, **how: object) -> Outcome:
    return recolour(Store.at(top / "out"), wish, jobs=1, here=True, **how)  # type: ignore[arg-type]


def rows(top: Path) -> dict[str, Row]:
    found = list(rows_that_hold(Store.at(top / "out")))
    assert len({row["key"] for row in found}) == len(found) == len(PHOTOS)
    return {row["key"]: row for row in found}


def made(row: Row) -> dict[str, Row]:
    return {one["variant"]: one for one in row["outputs"]}


def pixels(path: Path) -> NDArray[np.int16]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), np.int16)


def pictures(top: Path) -> dict[str, bytes]:
    found = sorted((top / "out").rglob("*_white.png"))
    return {path.relative_to(top / "out").as_posix(): path.read_bytes() for path in found}


def test_every_photo_gets_the_new_picture_beside_its_own(top: Path) -> None:
    before = rows(top)
    told: list[Told] = []
    outcome = laid(top, white(top), tell=told.append)
    assert outcome.counted == {Became.MADE: WHOLE, Became.NO_PICTURE: 1}
    assert Counter(one.became for one in told) == outcome.counted
    for key, row in rows(top).items():
        if key == "torn.png":
            assert row == before[key]
            continue
        assert set(made(row)) == {"light", "white"}
        assert made(row)["light"] == made(before[key])["light"]
        assert row["status"] == before[key]["status"]
        one = made(row)["white"]
        assert one["file"] == made(row)["light"]["file"].replace("_light", "_white")
        assert one["verdict"] == "publish"
        assert (pixels(top / "out" / one["file"])[0, 0] == 255).all()
        assert one["sha256"] == hashlib.sha256(Store.at(top / "out").read(one["file"])).hexdigest()
    assert not list((top / "out" / OPEN).glob("*"))


def test_what_was_read_in_the_photo_is_told_of_the_new_picture_too(top: Path) -> None:
    """Nobody reads words again: on another ground they are the same, and what is print the photo told."""
    laid(top, white(top))
    row = rows(top)["b.png"]
    light, new = (
        [finding for finding in made(row)[name]["findings"] if finding["rule"] == "scale_marker"]
        for name in ("light", "white")
    )
    assert light
    assert new == light


def test_the_runs_own_ground_and_shadow_give_its_own_picture(top: Path) -> None:
    laid(top, white(top, variant="again", ground="#F5F4F2", shadow=1.0))
    for key, row in rows(top).items():
        if key != "torn.png":
            one, other = (pixels(top / "out" / made(row)[name]["file"]) for name in ("light", "again"))
            assert np.abs(one - other).max() <= 1


def test_a_second_run_has_nothing_to_do(top: Path) -> None:
    laid(top, white(top))
    files = {path: path.stat().st_mtime_ns for path in (top / "out").rglob("*.png")}
    for ground in ("#FFFFFF", "#fff"):
        assert laid(top, white(top, ground=ground)).counted == {Became.DONE: WHOLE, Became.NO_PICTURE: 1}
    assert files == {path: path.stat().st_mtime_ns for path in (top / "out").rglob("*.png")}


def test_another_wish_of_the_same_name_replaces_the_picture(top: Path) -> None:
    laid(top, white(top))
    before = pictures(top)
    assert laid(top, white(top, ground="#EEEEEE")).counted[Became.MADE] == WHOLE
    after = pictures(top)
    assert before.keys() == after.keys()
    assert all(before[name] != after[name] for name in before)
    assert all(len(made(row)) == 2 for key, row in rows(top).items() if key != "torn.png")


def test_workers_in_processes_make_the_same(top: Path) -> None:
    outcome = recolour(Store.at(top / "out"), white(top), jobs=1)
    assert outcome.counted[Became.MADE] == WHOLE
    in_processes = pictures(top)
    for file in in_processes:
        (top / "out" / file).unlink()
    laid(top, white(top, ground="#FFFFFE"))  # so that the receipts ask for it again
    laid(top, white(top))
    assert pictures(top) == in_processes


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_batch_recolour import laid, white
heard = []
def tell(told):
    heard.append(told)
    if len(heard) == {after}:
        os._exit(9)
laid(Path({top!r}), white(Path({top!r})), tell=tell, shard=2)
"""


def test_a_run_that_was_killed_is_taken_up(top: Path, tmp_path: Path) -> None:
    """Two photos have their receipt, one only its picture, one nothing; the torn one was told in between."""
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(top, undisturbed)
    laid(undisturbed, white(undisturbed))
    script = KILLED.format(tests=str(Path(__file__).parent), top=str(top), after=4)
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    assert list((top / "out" / OPEN).glob("*"))
    outcome = laid(top, white(top))
    assert outcome.counted[Became.MADE] + outcome.counted[Became.DONE] == WHOLE
    assert outcome.counted[Became.DONE] == 2
    assert all(set(made(row)) == {"light", "white"} for key, row in rows(top).items() if key != "torn.png")
    assert pictures(top) == pictures(undisturbed)
    assert not list((top / "out" / OPEN).glob("*"))


def test_what_a_killed_run_left_can_be_replaced_by_another_wish(top: Path) -> None:
    script = KILLED.format(tests=str(Path(__file__).parent), top=str(top), after=2)
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    outcome = laid(top, white(top, shadow=0.0))
    assert outcome.counted == {Became.MADE: WHOLE, Became.NO_PICTURE: 1}


@pytest.mark.parametrize("harm", ["gone", "torn", "changed"])
def test_a_damaged_layer_costs_its_own_photo_only(top: Path, harm: str) -> None:
    layer = top / "out" / "b_layer_cutout.png"
    if harm == "gone":
        layer.unlink()
    elif harm == "torn":
        layer.write_bytes(layer.read_bytes()[:100])
    else:
        shutil.copy(top / "out" / "a_layer_cutout.png", layer)
    before = rows(top)["b.png"]
    outcome = laid(top, white(top))
    assert outcome.counted == {Became.MADE: WHOLE - 1, Became.TROUBLE: 1, Became.NO_PICTURE: 1}
    (told,) = outcome.troubles
    assert told.key == "b.png"
    assert "b_layer_cutout.png" in str(told.why)
    assert rows(top)["b.png"] == before


def test_a_strangers_file_is_left_alone(top: Path) -> None:
    foreign = top / "out" / "twins" / "c_white.png"
    foreign.write_bytes(b"a stranger's")
    outcome = laid(top, white(top))
    assert outcome.counted[Became.TROUBLE] == 1
    assert outcome.troubles[0].key == "twins/c.png"
    assert foreign.read_bytes() == b"a stranger's"
    assert "white" not in made(rows(top)["twins/c.png"])


def test_not_even_after_a_crash_is_a_strangers_file_taken_for_ours(top: Path) -> None:
    foreign = top / "out" / "twins" / "c_white.png"
    foreign.write_bytes(b"a stranger's")
    script = KILLED.format(tests=str(Path(__file__).parent), top=str(top), after=4)
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    assert laid(top, white(top)).counted[Became.TROUBLE] == 1
    assert laid(top, white(top)).counted[Became.TROUBLE] == 1
    assert foreign.read_bytes() == b"a stranger's"


def test_a_bug_at_one_photo_costs_no_other(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it may have written is known to be ours at the next run, whatever that one wishes."""
    died: list[str] = []

    def dies_after_writing(work: Repaint, task: Task) -> Repainted | PackshotError:
        done = whole(work, task)
        if task.row["key"] == "b.png" and not died:
            died.append("once")
            raise MemoryError("as a bug of ours would")
        return done

    whole = Repaint.__call__
    monkeypatch.setattr(Repaint, "__call__", dies_after_writing)
    first = laid(top, white(top))
    assert first.counted == {Became.MADE: WHOLE - 1, Became.TROUBLE: 1, Became.NO_PICTURE: 1}
    assert "white" not in made(rows(top)["b.png"])
    second = laid(top, white(top, ground="#EEEEEE"))
    assert second.counted == {Became.MADE: WHOLE, Became.NO_PICTURE: 1}
    assert not list((top / "out" / OPEN).glob("*"))


def test_photos_without_layers_are_told(top: Path) -> None:
    shutil.rmtree(top / "out")
    mend(top, keep=("cutout",))
    assert laid(top, white(top)).counted == {Became.NO_LAYERS: WHOLE, Became.NO_PICTURE: 1}
    assert laid(top, white(top, shadow=0.0)).counted == {Became.MADE: WHOLE, Became.NO_PICTURE: 1}


def test_a_picture_that_breaks_a_rule_goes_to_review(top: Path) -> None:
    strict = (("rules.image_size.severity", "error"), ("rules.image_size.min_width", 5000))
    outcome = laid(top, white(top, overrides=strict))
    assert outcome.counted[Became.REVIEW] == WHOLE
    for key, row in rows(top).items():
        if key != "torn.png":
            assert row["status"] == "review"
            assert row["reasons_en"][0].startswith("white: ")
            assert row["reasons_ru"][0].startswith("white: ")
            assert made(row)["white"]["findings"][0]["rule"] == "image_size"


def test_a_name_of_the_run_itself_is_not_taken(top: Path) -> None:
    before = rows(top)
    with pytest.raises(BadOption):
        laid(top, white(top, variant="light"))
    assert laid(top, white(top, variant="light", ground="", shadow=1.0)).counted[Became.DONE] == WHOLE
    assert rows(top) == before


def test_settings_that_the_run_did_not_have_are_told(top: Path) -> None:
    assert laid(top, white(top)).other_settings == 0
    smaller = white(top, ground="#FFFFFE", overrides=(("output.format", "webp"),))
    outcome = laid(top, smaller)
    assert outcome.other_settings == outcome.counted[Became.MADE] == WHOLE
    assert rows(top)["b.png"]["left"] == ["b_white.png"]


def test_a_profile_that_nobody_finds_ends_the_run(top: Path) -> None:
    with pytest.raises(BadProfile):
        laid(top, Wish("white", "#FFFFFF"))


def test_a_photo_that_is_mended_anew_gets_its_new_picture(top: Path) -> None:
    """The recoloured picture of the old layers is ours still, and is written over."""
    laid(top, white(top))
    old = pictures(top)
    mend(top, quality="normal")
    assert all(set(made(row)) == {"light"} for key, row in rows(top).items() if key != "torn.png")
    assert rows(top)["b.png"]["left"] == ["b_white.png"]
    assert laid(top, white(top, ground="#EEEEEE")).counted[Became.MADE] == WHOLE
    assert pictures(top).keys() == old.keys()
    assert rows(top)["b.png"]["left"] == []


def test_a_twin_that_comes_later_gets_the_runs_pictures_only(top: Path) -> None:
    laid(top, white(top))
    (top / "photos" / "z.png").write_bytes(PHOTOS["b.png"])
    mend(top)
    row = next(row for row in rows_that_hold(Store.at(top / "out")) if row["key"] == "z.png")
    assert row["same_as"] == "b.png"
    assert set(made(row)) == {"light"}
    assert laid(top, white(top)).counted == {Became.MADE: 1, Became.DONE: WHOLE, Became.NO_PICTURE: 1}
