"""A job: one source, one place of results, one work. What the command line and a service start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import IO, Any, Protocol

from packshot.batch.account import lock
from packshot.batch.flow import SHARD, Flow, Runner, Tell
from packshot.batch.ledger import Ledger
from packshot.batch.listing.listed import Listed, Source
from packshot.batch.orders import Work
from packshot.batch.plan import Category, Plan, Sort, Why, Wishes, chunks, making_of
from packshot.batch.receipts import Row, own_files
from packshot.batch.shelf import Shelf, new_run
from packshot.batch.store import HOUSE, Store
from packshot.batch.tally import Tally

CLAIMED = 32
"""Photos of a shared source that are claimed at once: few, so that no worker takes all and others wait."""


class Shared(Protocol):
    """A source that many jobs work at: what one has claimed, the others leave."""

    def claim(self, photos: Sequence[Listed], identity: Callable[[Listed], str]) -> list[Listed]: ...

    def renew(self) -> None:
        """We are alive: asked at every photo, so it must cost nothing."""
        ...

    def settle(self, rows: Sequence[Row]) -> None:
        """After their receipts are written."""
        ...

    def release(self) -> None:
        """What was claimed and not done, when a job ends."""
        ...


@dataclass(frozen=True)
class Job:
    source: Source
    store: Store
    work: Work
    wishes: Wishes = field(default_factory=Wishes)
    sort: Sort = lambda photo: Category("")
    limit: int | None = None
    shard: int = SHARD
    shared: Shared | None = None
    run: str = field(default_factory=new_run)

    def again(self) -> Job:
        """The same, as a run of its own."""
        return replace(self, run=new_run())


@dataclass(frozen=True, slots=True)
class Outcome:
    run: str
    counted: Mapping[Why, int]
    """Why photos were done, and how many were done already."""
    statuses: Mapping[str, int]
    """Of every photo that has a receipt, of all runs."""
    twice: int
    gone: int
    """Photos with a receipt that the source no longer gives."""


def changes(job: Job, shelf: Shelf) -> list[str]:
    """What decides pictures and is not as the last run had it: profile, options, weights, version."""
    before, now = shelf.last_made_by().get("making"), _told(job)
    return sorted(name for name in now if before and before.get(name) != now[name])


def run(job: Job, runner: Runner, tally: Tally) -> Outcome:
    """Goes on where the run before stopped. Ctrl-C ends it with all that is finished accounted for."""
    shelf = Shelf(job.store, job.run)
    with ExitStack() as stack:
        if job.shared is None:
            stack.enter_context(locked(job.store))
            job.store.sweep()
        ledger = stack.enter_context(Ledger())
        ledger.load(shelf)
        left_open = dict(shelf.left_open())
        named = dict(shelf.names_left_open())
        for key, (folder, name) in named.items():
            ledger.reserve(key, folder, name)
        claimed = _claimed(left_open.values())
        plan = Plan(
            job.work, ledger, shelf, job.wishes, job.sort, job.run, claimed, named, job.shared is not None
        )
        tally.done_before = lambda: plan.counted[Why.DONE]
        shelf.made_by({"run": job.run, "source": job.source.name, "making": _told(job)})
        if job.shared is not None:
            stack.callback(job.shared.release)
        flow = Flow(
            job.work,
            job.store,
            shelf,
            ledger,
            tell=_telling(job, tally),
            settled=job.shared.settle if job.shared else lambda rows: None,
            shard=job.shard,
        )
        flow.run(islice(plan.orders(_listing(job, plan)), job.limit), runner)
        for list_, files in left_open.items():
            if _is_settled(files, ledger, shelf, job):
                job.store.delete(list_)
        gone = ledger.gone() if job.limit is None and job.shared is None else 0
        statuses = ledger.statuses()
        if job.shared is None:
            shelf.tidy(ledger)
            job.store.sweep()
    return Outcome(job.run, Counter(plan.counted), statuses, plan.twice, gone)


def _telling(job: Job, tally: Tally) -> Tell:
    def tell(row: Row) -> None:
        tally.add(row)
        if job.shared is not None:
            job.shared.renew()

    return tell


def _listing(job: Job, plan: Plan) -> Iterator[Listed]:
    if job.shared is None:
        yield from job.source
        return
    for chunk in chunks(job.source, CLAIMED):
        yield from job.shared.claim(chunk, lambda photo: plan.identity(job.sort(photo).path))


def _claimed(lists: Iterable[Mapping[str, list[str]]]) -> dict[str, frozenset[str]]:
    claimed: dict[str, frozenset[str]] = {}
    for files in lists:
        for key, names in files.items():
            claimed[key] = claimed.get(key, frozenset()) | frozenset(names)
    return claimed


def _is_settled(files: Mapping[str, list[str]], ledger: Ledger, shelf: Shelf, job: Job) -> bool:
    """Is there nothing left that only this list says is ours? A run with a limit may have left some."""
    known = ledger.known(list(files))
    for key, names in files.items():
        told = own_files(shelf.row(known[key].spot)) if key in known else frozenset()
        for name in names:
            if name not in told and (job.shared is not None or job.store.stat(name) is not None):
                return False
    return True


def _told(job: Job) -> Mapping[str, Any]:
    return making_of(job.work, "")


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Two runs into one folder would do everything twice. In a bucket nobody can lock; twice is harmless."""
    if not store.is_local:
        yield
        return
    house = store.path / HOUSE
    house.mkdir(parents=True, exist_ok=True)
    file: IO[bytes] = lock(house / "lock", store.path)
    with file:
        yield


def rows_that_hold(store: Store) -> Iterator[Row]:
    """One receipt a photo, whatever runs there were."""
    shelf = Shelf(store, new_run())
    with Ledger() as ledger:
        ledger.load(shelf)
        yield from (row for spot, row in shelf.rows() if ledger.holds(row["key"], spot))
