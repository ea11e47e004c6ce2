"""Another ground or shadow for a catalogue that is done, from the layers it kept: no photo is read, none cut.

Receipts are the source here, and a new receipt is the account: it holds the pictures that were there and the
new one, with the wish that made it. So the next run knows what is done, and a wish that changed replaces its
picture. Shards keep what a crash can cost small, just as in `flow`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from itertools import count, islice
from typing import TYPE_CHECKING

from packshot.batch import runner
from packshot.batch.fixing import SUFFIXES
from packshot.batch.flow import SHARD
from packshot.batch.job import locked
from packshot.batch.ledger import Ledger
from packshot.batch.orders import put
from packshot.batch.receipts import Row, files_of, outputs_of
from packshot.batch.runner import Broken, Done
from packshot.batch.shelf import Shelf, new_run
from packshot.batch.store import Store
from packshot.errors import (
    BadOption,
    BadPhoto,
    BadProfile,
    EngineFailed,
    PackshotError,
    Refused,
    StoreFailed,
    WeightsMissing,
)
from packshot.journey.recolour import READ_BY_THE_RUN, Wish
from packshot.words import LANGUAGES, Words, say

if TYPE_CHECKING:
    from packshot.image.photo import Photo
    from packshot.journey.recolour import Recoloured
    from packshot.profiles.profile import Profile

__all__ = ["Became", "Outcome", "Told", "Wish", "recolour"]

OURS = "-recolour"
"""Marks our runs: the lists that they leave open are ours to take up, those of other runs are not."""
MOST_TOLD = 100
"""Photos of which the outcome itself says what went wrong; `tell` hears of all."""
OF_THE_RUN = (StoreFailed, BadProfile, BadOption, WeightsMissing)
"""Would meet every photo: it ends the run."""
VERDICTS = ("publish", "fix", "ask_seller", "by_hand")


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
    return Outcome(shelf.run, run.counted, tuple(run.troubles))


@dataclass(frozen=True, slots=True)
class Task:
    """One photo, as it travels to a worker."""

    row: Row
    file: str
    """The new picture's."""
    made_by: str
    own: frozenset[str]
    """Files that we wrote, or were about to write, under this name: free to write over."""


@dataclass(frozen=True, slots=True)
class Repainted:
    row: Row
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Repaint:
    """What is done to one photo; it travels to the workers once."""

    store: Store
    wish: Wish
    run: str

    def __call__(self, task: Task) -> Repainted | PackshotError:
        from packshot.journey import recolour as journey

        row = task.row
        try:
            cutout = self._layer(row, "cutout")
            shadow = self._layer(row, "shadow") if "shadow" in _layers(row) else None
            profile = profile_of(self.wish, row)
            confidence = 1.0 if row["confidence"] is None else row["confidence"]
            made = journey.recolour(cutout, shadow, profile, self.wish.variant, confidence=confidence)
            digests = put(self.store, {task.file: made.picture.data}, task.own)
        except (BadPhoto, Refused, EngineFailed, *OF_THE_RUN) as error:
            return error
        return self._receipt(task, made, digests[task.file])

    def _layer(self, row: Row, name: str) -> Photo:
        """As the run wrote it, to the byte: what somebody changed since was never compared with the photo."""
        from packshot.image.codec import open_photo

        one = _layers(row)[name]
        file, again = one["file"], say("Take the file away and let the run read every photo again.")
        try:
            data = self.store.read(file)
        except FileNotFoundError:
            raise BadPhoto(row["key"], "vanished", say("{file} is gone.", file=file), again) from None
        if hashlib.sha256(data).hexdigest() != one["sha256"]:
            raise BadPhoto(row["key"], "damaged", say("{file} is not as we wrote it.", file=file), again)
        return open_photo(data, name=row["key"])

    def _receipt(self, task: Task, made: Recoloured, sha256: str) -> Repainted:
        row, variant = task.row, self.wish.variant
        output = _output(task, made, variant, sha256)
        others = [one for one in row["outputs"] if one["variant"] != variant]
        deltas = [one["delta_e"] for one in (*others, output) if one["delta_e"] is not None]
        doubts = [
            *(finding.message for finding in made.after.errors),
            *([] if made.colour.passed else [made.colour.message]),
        ]
        told = {
            **row,
            "outputs": [*others, output],
            "left": sorted(task.own - {task.file}),
            "delta_e": max(deltas, default=None),
            "run": self.run,
            "done_at": datetime.now(UTC),
        }
        return Repainted(told | (_doubtful(row, variant, doubts) if doubts else {}), bool(doubts))


def _output(task: Task, made: Recoloured, variant: str, sha256: str) -> Row:
    """What is said of words comes from a picture of the run: they are the same on every ground."""
    picture = made.picture
    line = {
        "outputs": {
            variant: {
                "file": task.file,
                "sha256": sha256,
                "size_bytes": len(picture.data),
                "width": picture.size.width,
                "height": picture.size.height,
            }
        },
        "after": {variant: made.after.as_dict()},
        "guards": [{"name": made.colour.name, "measured": made.colour.measured}],
    }
    (output,) = outputs_of(line)
    own = next((one for one in task.row["outputs"] if one.get("made_by") is None), None)
    read = [finding for finding in (own or {}).get("findings") or () if finding["rule"] in READ_BY_THE_RUN]
    verdicts = [output["verdict"], *([own["verdict"]] if own and read else [])]
    return {
        **output,
        "findings": [*output["findings"], *read],
        "verdict": max(verdicts, key=VERDICTS.index),
        "made_by": task.made_by,
    }


def _doubtful(row: Row, variant: str, doubts: list[Words]) -> Row:
    """The new picture breaks a rule: a person looks, whatever was decided of the others."""
    told = {
        f"reasons_{language}": [
            *(f"{variant}: {doubt.in_(language)}" for doubt in doubts),
            *(one for one in row[f"reasons_{language}"] or () if not one.startswith(f"{variant}: ")),
        ]
        for language in LANGUAGES
    }
    return {"status": "review", "decision": None, **told}


def profile_of(wish: Wish, row: Row) -> Profile:
    return wish.profile_for(row["profile"], json.loads(row["options"]).get("category", ""))


def _layers(row: Row) -> dict[str, Row]:
    return {one["layer"]: one for one in row["layers"] or ()}


def _made_by(wish: Wish, profile: Profile) -> str:
    """What makes the same picture of the same layers; its ground and shadow in plain words for who asks."""
    told = {
        "ground": wish.ground.upper(),
        "shadow": wish.shadow,
        "profile": profile.name,
        "profile_sha256": profile.sha256,
        "version": version("packshot"),
    }
    return json.dumps(told, sort_keys=True)


def _name(row: Row, profile: Profile, variant: str) -> str:
    """As the profile calls its variants, beside the others."""
    suffix = SUFFIXES.get(profile.output.format, profile.output.format)
    name = f"{profile.output.name.format(sku=row['name'], variant=variant)}.{suffix}"
    return f"{row['folder']}/{name}" if row["folder"] else name


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
            with suppress(StoreFailed):
                for shard in dict.fromkeys(self._shards.values()):
                    self._close(shard)

    # ---- what is to be done --------------------------------------------------------------------------------

    def _opened(self) -> Iterator[Task]:
        """A shard is written down as open before its first photo is begun."""
        tasks, place = self._tasks(), count()
        for number in count(1):
            some = list(islice(tasks, self._size))
            if not some:
                return
            may_write = {task.row["key"]: [task.file] for task in some}
            shard = Shard(self._shelf.open_shard(number, may_write), set(may_write))
            self._shards.update(dict.fromkeys(may_write, shard))
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
        kept = _layers(row)
        if row["status"] == "failed":
            return Told(key, Became.NO_PICTURE)
        before = next((one for one in row["outputs"] or () if one["variant"] == variant), None)
        profile = profile_of(self._wish, row)
        strength = next(one.shadow_strength for one in profile.variants if one.name == variant)
        made_by = _made_by(self._wish, profile)
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
        return Task(row, _name(row, profile, variant), made_by, frozenset(own))

    # ---- answers -------------------------------------------------------------------------------------------

    def _take(self, done: Done[Repainted | PackshotError]) -> None:
        key, answer = self._given.pop(done.index), done.answer
        if isinstance(answer, OF_THE_RUN):
            raise answer
        shard = self._shards.pop(key)
        shard.waiting.discard(key)
        if isinstance(answer, Broken):
            self._say(Told(key, Became.TROUBLE, answer.reason))
        elif isinstance(answer, PackshotError):
            self._say(Told(key, Became.TROUBLE, answer.message, answer.cure))
        else:
            shard.rows.append(answer.row)
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
