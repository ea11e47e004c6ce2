"""What is done again and what is not, and how results are called: the same at every run."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from drawn import tree
from hypothesis import given, settings
from hypothesis import strategies as st
from job_works import Mirror, Photos, accounted, pictures, receipts

from packshot.batch.job import Job, Outcome, changes, run
from packshot.batch.ledger import Known, Ledger
from packshot.batch.listing.folders import Folder
from packshot.batch.listing.listed import Listed
from packshot.batch.local import Local
from packshot.batch.names import same_name
from packshot.batch.plan import Category, Plan, Why, Wishes, why
from packshot.batch.shelf import Shelf, Spot, new_run
from packshot.batch.sources import Skipped
from packshot.batch.store import HOUSE, Store
from packshot.batch.tally import Tally

PLAIN = Mirror()
NOW, OLD = "made so", "made otherwise"
FAILED = {"status": "failed", "pictures": 0}
REVIEW = {"status": "review"}


def known(**said: object) -> Known:
    spot = Spot("f", 0)
    plain = Known("k", "1", "sha", NOW, "fixed", 1, None, "", "k", frozenset({"mask"}), 2, spot)
    return replace(plain, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "wishes", "expected"),
    [
        (None, {}, Why.NEW),
        (None, {"only_review": True}, Why.DONE),
        ({}, {}, Why.DONE),
        ({"stamp": "0"}, {}, Why.OTHER_BYTES),
        ({"stamp": "0", "identity": OLD}, {"keep_old": True}, Why.OTHER_BYTES),
        ({"stamp": "0", **FAILED}, {}, Why.OTHER_BYTES),
        ({}, {"reread": True}, Why.OTHER_BYTES),
        ({"identity": OLD}, {}, Why.OTHER_MAKING),
        ({"identity": OLD, **FAILED}, {}, Why.OTHER_MAKING),
        ({"identity": OLD}, {"keep_old": True}, Why.DONE),
        (FAILED, {}, Why.DONE),
        (FAILED, {"retry_failed": True}, Why.RETRY),
        ({**FAILED, "identity": OLD}, {"keep_old": True, "retry_failed": True}, Why.RETRY),
        (REVIEW, {}, Why.DONE),
        (REVIEW, {"only_review": True}, Why.REVIEW),
        ({**REVIEW, "decision": "approved"}, {"only_review": True}, Why.DONE),
        ({"stamp": "0"}, {"only_review": True}, Why.DONE),
        ({**REVIEW, "decision": "redo:best"}, {}, Why.ASKED),
        ({**REVIEW, "decision": "redo:best", "stamp": "0"}, {}, Why.ASKED),
        ({"decision": "redone:best"}, {}, Why.DONE),
        ({"decision": "rejected", "identity": OLD}, {}, Why.DONE),
        ({"decision": "rejected", "stamp": "0"}, {}, Why.OTHER_BYTES),
        ({}, {"layers": frozenset({"mask"})}, Why.DONE),
        ({}, {"layers": frozenset({"mask", "cutout"})}, Why.LAYERS),
        ({"layers": frozenset(), **REVIEW}, {"layers": frozenset({"mask"})}, Why.LAYERS),
        (
            {"status": "review", "pictures": 0, "layers": frozenset()},
            {"layers": frozenset({"mask"})},
            Why.DONE,
        ),
        ({**FAILED, "layers": frozenset()}, {"layers": frozenset({"mask"})}, Why.DONE),
    ],
)
def test_why_a_photo_is_done(
    said: dict[str, object] | None, wishes: dict[str, object], expected: Why
) -> None:
    one = None if said is None else known(**said)
    assert why(one, "1", NOW, Wishes(**wishes)) is expected  # type: ignore[arg-type]


def test_a_source_that_cannot_tell_is_not_read_again() -> None:
    assert why(known(stamp=""), "", NOW, Wishes()) is Why.DONE


# ---- whole runs --------------------------------------------------------------------------------------------


def do(source: Path, out: Path, work: Mirror = PLAIN, **wishes: object) -> Outcome:
    job = Job(Photos(source), Store.at(out), work, Wishes(**wishes), shard=3)  # type: ignore[arg-type]
    return run(job, Local(1, here=True), Tally())


def noting(top: Path) -> Mirror:
    top.mkdir()
    return Mirror(top)


def times(work: Mirror) -> int:
    assert work.notes is not None
    return sum(note.stat().st_size for note in work.notes.iterdir())


SEVEN = {f"{n}.jpg": b"photo %d" % n for n in range(7)}


def test_only_what_is_new_or_other_is_worked(tmp_path: Path) -> None:
    source, out, work = tree(tmp_path / "in", SEVEN), tmp_path / "out", noting(tmp_path / "notes")
    assert do(source, out, work).counted == {Why.NEW: 7}
    assert do(source, out, work).counted == {Why.DONE: 7}
    assert times(work) == 7
    tree(source, {"2.jpg": b"other bytes", "new.jpg": b"new"})
    assert do(source, out, work).counted == {Why.DONE: 6, Why.OTHER_BYTES: 1, Why.NEW: 1}
    assert times(work) == 9
    assert pictures(out)["2_main_light.txt"] == b"other bytes"
    accounted(Job(Photos(source), Store.at(out), work), out)


def test_a_file_that_was_only_touched_is_read_and_not_worked(tmp_path: Path) -> None:
    source, out, work = tree(tmp_path / "in", SEVEN), tmp_path / "out", noting(tmp_path / "notes")
    do(source, out, work)
    before = receipts(out)["3.jpg"]
    os.utime(source / "3.jpg", (1, 1))
    assert do(source, out, work).counted == {Why.DONE: 6, Why.OTHER_BYTES: 1}
    assert do(source, out, work).counted == {Why.DONE: 7}
    assert times(work) == 7
    now = receipts(out)["3.jpg"]
    assert {name for name in now if now[name] != before[name]} == {"stamp", "run"}


def test_another_option_does_all_again_and_is_told_before(tmp_path: Path) -> None:
    source, out = tree(tmp_path / "in", SEVEN), tmp_path / "out"
    do(source, out)
    job = Job(Photos(source), Store.at(out), Mirror(options="!"))
    assert changes(job, Shelf(job.store, job.run)) == ["options"]
    assert do(source, out, Mirror(options="!"), keep_old=True).counted == {Why.DONE: 7}
    assert do(source, out, Mirror(options="!")).counted == {Why.OTHER_MAKING: 7}
    assert pictures(out)["1_main_light.txt"] == b"photo 1!"


def test_photos_without_a_picture_are_not_worked_at_every_run_that_keeps_layers(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", {"1.jpg": b"fine", "2.jpg": b"doubt", "3.jpg": b"bad"})
    out, keeping = tmp_path / "out", Mirror(layers=("mask",))
    do(source, out)
    wanted = frozenset({"mask"})
    assert do(source, out, keeping, layers=wanted).counted == {Why.LAYERS: 1, Why.DONE: 2}
    assert do(source, out, keeping, layers=wanted).counted == {Why.DONE: 3}
    assert receipts(out)["1.jpg"]["layers"][0]["file"] == "1_layer_mask.txt"


def test_photos_that_the_source_no_longer_gives_keep_receipt_and_pictures(tmp_path: Path) -> None:
    source, out = tree(tmp_path / "in", SEVEN), tmp_path / "out"
    do(source, out)
    (source / "4.jpg").unlink()
    assert do(source, out).gone == 1
    assert receipts(out)["4.jpg"]["status"] == "fixed"
    assert "4_main_light.txt" in pictures(out)


def test_failed_photos_wait_until_they_are_asked_for(tmp_path: Path) -> None:
    source, out, work = tree(tmp_path / "in", {"1.jpg": b"bug"}), tmp_path / "out", noting(tmp_path / "n")
    assert do(source, out, work).statuses == {"failed": 1}
    do(source, out, work)
    assert times(work) == 1
    assert do(source, out, work, retry_failed=True).counted == {Why.RETRY: 1}
    told = receipts(out)["1.jpg"]
    assert (told["error"], told["attempts"]) == ("bug", 2)
    assert "ZeroDivisionError" in told["error_en"]


@dataclass
class Twice:
    """A feed that names photos again, near and far apart."""

    photos: Sequence[Listed]
    name: str = "feed"
    skipped: Skipped = field(default_factory=Skipped)

    def __iter__(self) -> Iterator[Listed]:
        yield from self.photos


def test_a_source_that_gives_a_key_twice_is_done_once(tmp_path: Path) -> None:
    photos = list(Photos(tree(tmp_path / "in", {f"{n}.jpg": b"bad %d" % n for n in range(600)})))
    job = Job(Twice([photos[0], photos[0], *photos, photos[1]]), Store.at(tmp_path / "out"), Mirror())
    outcome = run(job, Local(1, here=True), Tally())
    assert (outcome.twice, sum(outcome.counted.values())) == (3, 600)
    assert len(receipts(tmp_path / "out")) == 600


def test_foreign_files_and_photos_are_never_written_over(tmp_path: Path) -> None:
    source = tree(tmp_path / "in", SEVEN)
    tree(tmp_path / "out", {"3_main_dark.txt": b"a person's"})
    outcome = do(source, tmp_path / "out")
    assert outcome.statuses == {"fixed": 6, "failed": 1}
    assert pictures(tmp_path / "out")["3_main_dark.txt"] == b"a person's"
    told = receipts(tmp_path / "out")["3.jpg"]
    assert told["error"] == "refused"
    assert "3_main_dark.txt" in told["error_en"]
    (tmp_path / "out" / "3_main_dark.txt").unlink()
    assert do(source, tmp_path / "out", retry_failed=True).statuses == {"fixed": 7}
    accounted(Job(Photos(source), Store.at(tmp_path / "out"), Mirror()), tmp_path / "out")


def test_pictures_of_a_run_within_its_source_are_no_photos_and_write_over_none(tmp_path: Path) -> None:
    source = tree(
        tmp_path / "in", {"1.jpg": b"one", "1_main_light.jpg": b"a photo called so", "a/2.jpg": b"two"}
    )
    store = Store.at(source / "ready")
    for counted in ({Why.NEW: 3}, {Why.DONE: 3}):
        job = Job(Folder(str(source), out=store), store, Mirror(suffix="jpg"))
        assert run(job, Local(1, here=True), Tally()).counted == counted
    accounted(job, store.path)
    assert (source / "1_main_light.jpg").read_bytes() == b"a photo called so"


# ---- names -------------------------------------------------------------------------------------------------

STEMS = st.sampled_from(["1", "A", "a", "con", "NUL", "чай", "Чай", "1~2", "a.b", "é", "x" * 300, "鞋" * 90])
ENDS = st.sampled_from([".jpg", ".JPG", ".png", "", ".jpg.png"])
FORMS = st.sampled_from(["NFC", "NFD"])


@st.composite
def listings(draw: st.DrawFn) -> list[Listed]:
    photos = {}
    for number in range(draw(st.integers(1, 12))):
        name = unicodedata.normalize(draw(FORMS), draw(STEMS) + draw(ENDS))
        folder = draw(st.sampled_from(["", "red", "RED", HOUSE, "con"]))
        sku = draw(st.sampled_from(["", "", "A-1", "a-1"]))
        key = f"{folder}/{name}#{number}"
        photos[key] = Listed(key, None, name, folder, "1", sku, draw(st.integers(1, 2)))  # type: ignore[arg-type]
    return list(photos.values())


@settings(max_examples=60, deadline=None)
@given(listing=listings(), later=listings(), data=st.data())
def test_names_never_collide_and_stay_at_the_next_run(
    listing: list[Listed], later: list[Listed], data: st.DataObject
) -> None:
    """After a run that stopped in the middle too, whatever photos came meanwhile."""
    first = named(listing, {})
    assert all(not folder.casefold().startswith(HOUSE) for folder, _ in first.values())
    assert len({same_name(*name) for name in first.values()}) == len(listing)
    assert all(len(f"{name}_layer_shadow.png".encode()) <= 255 for _, name in first.values())
    kept = data.draw(st.lists(st.sampled_from(listing), unique_by=lambda one: one.key))
    begun = {one.key: first[one.key] for one in kept}
    again = named([*(replace(one, key=f"new {one.key}") for one in later), *kept], begun)
    assert {key: again[key] for key in begun} == begun
    assert len({same_name(*name) for name in again.values()}) == len(again)


def named(listing: Sequence[Listed], begun: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    with Ledger() as ledger:
        for key, (folder, name) in begun.items():
            ledger.reserve(key, folder, name)
        shelf = Shelf(Store.at("/nowhere"), new_run())
        listing = [replace(one, origin=Nowhere()) for one in listing]
        plan = Plan(Mirror(), ledger, shelf, Wishes(), lambda photo: Category(""), "r", {}, begun)
        return {one.item.key: (one.item.folder, one.item.sku) for one in plan.orders(listing)}


class Nowhere:
    where = "nowhere"

    def read(self) -> bytes:
        return b""
