"""Another ground or shadow for a catalogue that is done, from the layers it kept: no photo is read, none cut.

Receipts are the source here, and a new receipt is the account: it holds the pictures that were there and the
new one, with the wish that made it. So the next run knows what is done, and a wish that changed replaces its
picture. Shards keep what a crash can cost small, just as in `flow`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count, islice

from packshot.batch import runner
from packshot.batch.flow import SHARD
from packshot.batch.job import locked
from packshot.batch.ledger import Ledger
from packshot.batch.orders import free_to_write
from packshot.batch.receipts import Row, files_of
from packshot.batch.repainting import (
    OF_THE_RUN,
    Repaint,
    Repainted,
    Task,
    layers_of,
    made_by_of,
    name_of,
    profile_of,
)
from packshot.batch.runner import Broken, Done
from packshot.batch.shelf import Shelf, new_run
from packshot.batch.store import Store
from packshot.errors import PackshotError, StoreFailed
from packshot.journey.recolour import Wish
from packshot.words import Words, say

__all__ = ["Became", "Outcome", "Told", "Wish", "recolour"]

OURS = "-recolour"
"""Marks our runs: the lists that they leave open are ours to take up, those of other runs are not."""
MOST_TOLD = 100
"""Photos of which the outcome itself says what went wrong; `tell` hears of all."""


class Became(StrEnum):
    MADE = "made"
    REVIEW = "review"
    """Made, and a person should look."""
    DONE = "done"
    """By an earlier run, or by the photo's own."""
    NO_LAYERS = "no_layers"
    """Nothing was kept: mend it again with `--keep cutout,shadow`."""
    NO_PICTURE = "no_picture"
    """It failed: there is nothing to lay on a ground."""
    TROUBLE = "trouble"
    """A layer is gone or damaged, a stranger's file is in the way, a worker died."""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one photo."""

    key: str
    became: Became
    why: Words | None = None
    cure: Words | None = None


Tell = Callable[[Told], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    run: str
    counted: Mapping[Became, int]
    """Every photo that has a receipt, once."""
    troubles: tuple[Told, ...]
    """The first of them."""
    other_settings: int
    """Of those made: photos that were mended by another profile, or by settings that this wish does not
    repeat. Its own hold for the new picture: its format and rules may be other than those of the rest."""


def recolour(
    store: Store,
    wish: Wish,
    *,
    jobs: int,
    tell: Tell = lambda told: None,
    shard: int = SHARD,
    here: bool = False,
) -> Outcome:
    """Goes on where the run before stopped. `here`: in this very process."""
    shelf = Shelf(store, new_run() + OURS)
    with locked(store), Ledger() as ledger:
        store.sweep()
        ledger.load(shelf)
        ours = dict(one for one in shelf.left_open() if OURS in one[0])
        claimed: dict[str, frozenset[str]] = {}
        for key, names in (claim for files in ours.values() for claim in files.items()):
            claimed[key] = claimed.get(key, frozenset()) | frozenset(names)
        run = Recolouring(store, wish, shelf, ledger, claimed, tell, shard)
        run.run(jobs, here=here)
        for file, may_write in ours.items():
            if not may_write.keys() & run.unsettled:
                store.delete(file)
        shelf.tidy(ledger)
    return Outcome(shelf.run, run.counted, tuple(run.troubles), run.other_settings)


@dataclass(eq=False, slots=True)
class Shard:
    file: str
    """The list of what it may write."""
    waiting: set[str]
    rows: list[Row] = field(default_factory=list)


class Recolouring:
    def __init__(
        self,
        store: Store,
        wish: Wish,
        shelf: Shelf,
        ledger: Ledger,
        claimed: Mapping[str, frozenset[str]],
        tell: Tell,
        size: int,
    ) -> None:
        self._store, self._wish, self._shelf, self._ledger = store, wish, shelf, ledger
        self._claimed, self._tell, self._size = claimed, tell, size
        self.counted: Counter[Became] = Counter()
        self.troubles: list[Told] = []
        self.other_settings = 0
        self.unsettled: set[str] = set()
        """Photos of which only a list that was left open says what is ours."""
        self._shards: dict[str, Shard] = {}
        """Photo → the open shard that it is in."""
        self._given: dict[int, str] = {}
        """Place in the order → photo, as long as a worker has it."""

    def run(self, jobs: int, *, here: bool) -> None:
        work = Repaint(self._store, self._wish, self._shelf.run)
        try:
            for done in runner.run(self._opened(), work, jobs=jobs, here=here):
                self._take(done)
        finally:
            for shard in dict.fromkeys(self._shards.values()):
                with suppress(StoreFailed):  # why the run ends is told already
                    self._close(shard)

    # ---- what is to be done --------------------------------------------------------------------------------

    def _opened(self) -> Iterator[Task]:
        """A shard is written down as open before its first photo is begun."""
        tasks, place = self._tasks(), count()
        for number in count(1):
            some = list(islice(tasks, self._size))
            if not some:
                return
            keys = {task.row["key"] for task in some}
            may_write = free_to_write(
                self._store, [(task.row["key"], (task.file,), task.own) for task in some]
            )
            shard = Shard(self._shelf.open_shard(number, may_write), keys)
            self._shards.update(dict.fromkeys(keys, shard))
            for task in some:
                self._given[next(place)] = task.row["key"]
                yield task

    def _tasks(self) -> Iterator[Task]:
        for spot, row in self._shelf.rows():
            if not self._ledger.holds(row["key"], spot):
                continue
            task = self._task(row)
            if isinstance(task, Told):
                self._say(task)
            else:
                yield task

    def _task(self, row: Row) -> Task | Told:
        key, variant = row["key"], self._wish.variant
        kept = layers_of(row)
        if row["status"] == "failed":
            return Told(key, Became.NO_PICTURE)
        before = next((one for one in row["outputs"] or () if one["variant"] == variant), None)
        profile = profile_of(self._wish, row)
        strength = next(one.shadow_strength for one in profile.variants if one.name == variant)
        made_by = made_by_of(self._wish, profile)
        if before is not None and before.get("made_by") is None:
            if not self._wish.ground:
                return Told(key, Became.DONE)
            return Told(
                key,
                Became.TROUBLE,
                say("The run itself made a picture called {variant}.", variant=variant),
                say("Choose another name for the new picture."),
            )
        if before is not None and before.get("made_by") == made_by:
            return Told(key, Became.DONE)
        if "cutout" not in kept or ("shadow" not in kept and strength > 0):
            return Told(key, Became.NO_LAYERS)
        own = {*self._claimed.get(key, ()), *(row.get("left") or ()), *([before["file"]] if before else [])}
        return Task(row, name_of(row, profile, variant), made_by, frozenset(own))

    # ---- answers -------------------------------------------------------------------------------------------

    def _take(self, done: Done[Repainted | PackshotError]) -> None:
        key, answer = self._given.pop(done.index), done.answer
        if isinstance(answer, OF_THE_RUN):
            raise answer
        if isinstance(answer, Broken):  # it may have written: its shard's list says so until the next run
            self._say(Told(key, Became.TROUBLE, answer.reason))
            return
        shard = self._shards.pop(key)
        shard.waiting.discard(key)
        if isinstance(answer, PackshotError):
            self._say(Told(key, Became.TROUBLE, answer.message, answer.cure))
        else:
            shard.rows.append(answer.row)
            self.other_settings += answer.other_settings
            self._say(Told(key, Became.REVIEW if answer.doubtful else Became.MADE))
        if not shard.waiting:
            self._close(shard)

    def _say(self, told: Told) -> None:
        self.counted[told.became] += 1
        if told.became is Became.TROUBLE:
            self.troubles += [told] if len(self.troubles) < MOST_TOLD else []
            self.unsettled |= {told.key} & self._claimed.keys()
        self._tell(told)

    def _close(self, shard: Shard) -> None:
        """Pictures are safe first, then receipts, then the list of what was open is no longer needed."""
        if shard.rows:
            self._store.settle(file for row in shard.rows for file, _ in files_of(row))
            written = self._shelf.write(shard.rows)
            self._ledger.record(self._shelf.spots(written, shard.rows))
        if not shard.waiting:
            self._store.delete(shard.file)
