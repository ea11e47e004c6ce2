"""The same bytes under many keys are worked once, and every key has its own pictures and receipt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from drawn import tree
from job_works import Mirror, Photos, accounted, pictures, receipts
from test_job_plan import noting, times

from packshot.batch.job import Job, run
from packshot.batch.local import Local
from packshot.batch.orders import Order
from packshot.batch.reading import Read, read
from packshot.batch.store import Store
from packshot.batch.tally import Tally

SAME = b"the same bytes"


class Ordered(Local):
    """Reads one after the other, and while it does nobody hears what workers say."""

    def read(self, orders: Iterable[Order]) -> Iterator[Read[Order]]:
        return (read(order, order.item.origin) for order in orders)


def do(source: Path, out: Path, work: Mirror, shard: int = 4, workers: int = 0) -> Job:
    job = Job(Photos(source), Store.at(out), work, shard=shard)
    run(job, Local(max(1, workers), here=not workers), Tally())
    return job


@pytest.mark.parametrize("shard", [1, 4, 200])
def test_twins_are_worked_once_in_a_shard_over_shards_and_over_runs(tmp_path: Path, shard: int) -> None:
    source, out, work = tmp_path / "in", tmp_path / "out", noting(tmp_path / "notes")
    tree(source, {f"{n}.jpg": SAME for n in range(9)} | {"other.jpg": b"other"})
    do(source, out, work, shard)
    tree(source, {"a/later.jpg": SAME, "zz.jpg": SAME})
    told = accounted(do(source, out, work, shard), out)
    assert times(work) == 2
    assert {data for name, data in pictures(out).items() if name.endswith("light.txt")} == {SAME, b"other"}
    assert sum(row["same_as"] is not None for row in told.values()) == 10
    assert len({row["same_as"] for row in told.values()} - {None}) == 1


def test_twins_of_a_photo_that_is_being_worked_wait_for_it(tmp_path: Path) -> None:
    source, out, work = tmp_path / "in", tmp_path / "out", noting(tmp_path / "notes")
    tree(source, {f"{n:02}.jpg": b"%d" % (n % 3) for n in range(30)})
    accounted(do(source, out, work, workers=2), out)
    assert times(work) == 3


def test_twins_of_a_photo_that_fails_fail_with_it_and_are_not_worked(tmp_path: Path) -> None:
    source, out, work = tmp_path / "in", tmp_path / "out", noting(tmp_path / "notes")
    tree(source, {"1.jpg": b"die", "2.jpg": b"die", "3.jpg": b"die", "4.jpg": b"fine"})
    job = Job(Photos(source), Store.at(out), work)
    run(job, Ordered(1), Tally())  # all three are there before the first one has failed
    told = accounted(job, out)
    assert [told[f"{n}.jpg"]["error"] for n in (1, 2, 3, 4)] == ["died", "died", "died", None]
    assert times(work) == 3  # twice at the first, for a worker may die by chance


def test_a_twin_of_a_photo_whose_place_was_taken_has_its_own_place(tmp_path: Path) -> None:
    """Though it waited for the first one while that was worked."""
    source, out = tmp_path / "in", tmp_path / "out"
    tree(source, {"1.jpg": SAME})
    tree(out, {"1_main_light.txt": b"a person's"})
    tree(source, {"2.jpg": SAME})
    job = Job(Photos(source), Store.at(out), Mirror(pause=0.1))
    run(job, Ordered(1), Tally())
    assert {key: row["status"] for key, row in receipts(out).items()} == {"1.jpg": "failed", "2.jpg": "fixed"}
    assert pictures(out)["2_main_light.txt"] == SAME


@pytest.mark.parametrize("harm", ["vanished", "changed by hand"])
def test_a_twin_whose_originals_pictures_are_not_as_told_is_worked_for_itself(
    tmp_path: Path, harm: str
) -> None:
    source, out, work = tmp_path / "in", tmp_path / "out", noting(tmp_path / "notes")
    tree(source, {"1.jpg": SAME})
    do(source, out, work)
    picture = out / "1_main_dark.txt"
    picture.unlink() if harm == "vanished" else picture.write_bytes(b"painted over")
    tree(source, {"2.jpg": SAME})
    do(source, out, work)
    assert times(work) == 2
    assert receipts(out)["2.jpg"]["same_as"] is None
    assert pictures(out)["2_main_dark.txt"] == SAME[::-1]


def test_a_twin_in_another_category_is_another_photo(tmp_path: Path) -> None:
    from packshot.batch.plan import Category

    source, out, work = tmp_path / "in", tmp_path / "out", noting(tmp_path / "notes")
    tree(source, {"1.jpg": SAME, "2.jpg": SAME})
    job = Job(Photos(source), Store.at(out), work, sort=lambda photo: Category(photo.key))
    run(job, Local(1, here=True), Tally())
    assert times(work) == 2
    accounted(job, out)
