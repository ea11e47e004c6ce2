"""A real cluster of two machines on this one: nothing is lost when one of them dies."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from drawn import tree
from ray_works import Stamp

from packshot.batch.crew import Limits
from packshot.batch.job import Job, rows_that_hold, run
from packshot.batch.listing.listed import Listed
from packshot.batch.local import Local
from packshot.batch.on_ray import Ray
from packshot.batch.origins import FileOrigin
from packshot.batch.receipts import Row
from packshot.batch.shelf import HOUSE
from packshot.batch.sources import Skipped
from packshot.batch.store import Store
from packshot.batch.tally import Tally
from packshot.errors import BadSource, EngineFailed

pytest.importorskip("ray", reason="the extra `ray` is not installed")
pytestmark = pytest.mark.slow  # processes of a cluster start slowly; they use 8 s of a core

SMALL = 80 << 20
"""An object store that fits a test."""
NOTICED = {"health_check_period_ms": 300}
"""That a machine has died, sooner than by default."""


@dataclass
class Files:
    paths: list[Path]
    name: str = "photos"
    skipped: Skipped = field(default_factory=Skipped)

    def __iter__(self) -> Iterator[Listed]:
        for path in self.paths:
            yield Listed(path.name, FileOrigin(path), path.name, stamp="as it was")


@dataclass
class Told(Tally):
    """Does something when so many photos are done."""

    at: int = 0
    act: Callable[[], None] = lambda: None

    def add(self, row: Row) -> None:
        super().add(row)
        if self.done == self.at:
            self.act()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two machines with a core each, as far as Ray can tell."""
    from ray.cluster_utils import Cluster

    before = {child.pid for child in psutil.Process().children(recursive=True)}
    on_term = signal.getsignal(signal.SIGTERM)
    node = {"num_cpus": 1, "object_store_memory": SMALL}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(Path(__file__).parent))  # the works of the tests lie there
        environment.setenv("RAY_USAGE_STATS_ENABLED", "0")
        head = {**node, "include_dashboard": False, "_system_config": NOTICED}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        cluster.add_node(**node, num_gpus=1)  # as it says; it dies in the first test
        try:
            yield cluster
        finally:
            cluster.shutdown()
            left = [one for one in psutil.Process().children(recursive=True) if one.pid not in before]
            for one in psutil.wait_procs(left, timeout=10)[1]:
                one.kill()
            signal.signal(signal.SIGTERM, on_term)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    return folder


def photos(top: Path, count: int, **others: bytes) -> Path:
    """Every second one larger than what Ray would send along with a message."""
    plain = {f"{n:03d}.jpg": b"photo %d" % n * (1 if n % 2 else 20_000) for n in range(count)}
    return tree(top, plain | {f"{name}.jpg": data for name, data in others.items()})


def results(top: Path) -> dict[str, bytes]:
    files = (path for path in top.rglob("*") if path.is_file() and HOUSE not in path.parts)
    return {path.relative_to(top).as_posix(): path.read_bytes() for path in files}


def job(top: Path, out: Path, notes: Path, **wishes: Any) -> Job:
    return Job(Files(sorted(top.iterdir())), Store.at(out), Stamp(notes, **wishes), shard=10)


def on(cluster: Any, **wishes: Any) -> Ray:
    return Ray(cluster.address, **wishes)


def statuses(out: Path) -> dict[str, str]:
    rows = list(rows_that_hold(Store.at(out)))
    assert max(Counter(row["key"] for row in rows).values()) == 1
    return {row["key"]: row["status"] for row in rows}


def test_a_machine_dies_and_nothing_is_lost(cluster: Any, tmp_path: Path, notes: Path) -> None:
    top = photos(tmp_path / "in", 50, same=b"photo 1")
    (victim,) = cluster.worker_nodes
    tally = Told(at=15, act=lambda: cluster.remove_node(victim, allow_graceful=False))
    try:
        run(job(top, tmp_path / "out", notes, pause=0.02), on(cluster), tally)
    finally:
        cluster.add_node(num_cpus=1, object_store_memory=SMALL)

    assert statuses(tmp_path / "out") == dict.fromkeys([path.name for path in top.iterdir()], "fixed")
    assert tally.twins == 1
    run(job(top, tmp_path / "here", notes), Local(1, here=True), Tally())
    assert results(tmp_path / "out") == results(tmp_path / "here")


def test_a_photo_that_kills_its_worker_twice_is_named(cluster: Any, tmp_path: Path, notes: Path) -> None:
    top = photos(tmp_path / "in", 10, always=b"die always", once=b"die once", stuck=b"stick")
    run(job(top, tmp_path / "out", notes), on(cluster, limits=Limits(seconds=8)), Tally())
    rows = {row["key"]: row for row in rows_that_hold(Store.at(tmp_path / "out"))}
    told = {key: (row["status"], row["error"], row["attempts"]) for key, row in rows.items()}
    assert told.pop("always.jpg") == ("failed", "died", 2)
    assert told.pop("stuck.jpg") == ("failed", "too_slow", 2)
    assert {key: one for key, one in told.items() if one[0] != "fixed"} == {}
    assert len(told) == 11


def test_no_death_is_laid_at_the_door_of_the_photo_before(cluster: Any, tmp_path: Path, notes: Path) -> None:
    """A worker that dies takes the answer along that it had just given."""
    killers = {f"{n:03d}_kills": b"die always %d" % n for n in range(0, 8, 2)}
    top = photos(tmp_path / "in", 8, **killers)
    run(job(top, tmp_path / "out", notes), on(cluster), Tally())
    failed = {key for key, status in statuses(tmp_path / "out").items() if status == "failed"}
    assert failed == {f"{name}.jpg" for name in killers}


def test_what_is_finished_when_it_is_stopped_is_not_done_again(
    cluster: Any, tmp_path: Path, notes: Path
) -> None:
    top = photos(tmp_path / "in", 40)
    with pytest.raises(KeyboardInterrupt):
        run(
            job(top, tmp_path / "out", notes),
            on(cluster),
            Told(at=12, act=lambda: os.kill(os.getpid(), signal.SIGINT)),
        )
    first = statuses(tmp_path / "out")
    assert 12 <= len(first) < 40
    run(job(top, tmp_path / "out", notes), Local(1, here=True), Tally())  # it goes on wherever it likes
    assert len(statuses(tmp_path / "out")) == 40
    assert len(list(notes.iterdir())) == 40, "some photo was worked twice"


def test_a_file_that_only_the_driver_sees_ends_the_run_at_once(
    cluster: Any, tmp_path: Path, notes: Path
) -> None:
    (photo,) = photos(tmp_path / "in", 1).iterdir()
    with photo.open("rb") as file:
        ours_alone = Path(f"/proc/self/fd/{os.dup2(file.fileno(), 900)}")
        blind = Job(Files([ours_alone]), Store.at(tmp_path / "out"), Stamp(notes))
        try:
            with pytest.raises(BadSource, match="not on those of the cluster"):
                run(blind, on(cluster), Tally())
        finally:
            os.close(900)


def test_a_cluster_without_room_is_told_after_a_while(cluster: Any, tmp_path: Path, notes: Path) -> None:
    import ray

    @ray.remote(num_cpus=1)
    class Neighbour:
        def is_there(self) -> bool:
            return True

    top = photos(tmp_path / "in", 1)
    ray.init(cluster.address, logging_level="ERROR", log_to_driver=False)
    try:
        neighbours = [Neighbour.remote() for _ in range(2)]
        assert all(ray.get([one.is_there.remote() for one in neighbours]))
        with pytest.raises(EngineFailed, match="no room"):
            run(job(top, tmp_path / "out", notes), on(cluster, patience_seconds=1), Tally())
    finally:
        ray.shutdown()


def test_the_file_for_ray_up_is_one_that_ray_takes() -> None:
    import json

    import jsonschema
    import ray
    import yaml

    written = yaml.safe_load((Path(__file__).parents[2] / "deploy/ray/cluster.yaml").read_text("utf-8"))
    schema = Path(ray.__file__).parent / "autoscaler/ray-schema.json"
    jsonschema.validate(written, json.loads(schema.read_text("utf-8")))


def test_a_photo_whose_worker_goes_while_it_is_read_waits_for_another() -> None:
    from collections import deque

    from packshot.batch.cluster.crew import Crew, Hand

    crew = object.__new__(Crew)
    crew._workers, crew._again, crew._heard = [], deque(), deque()  # all went
    hand = Hand(0, object())  # type: ignore[arg-type]
    crew.give(hand)
    assert list(crew._again) == [hand]
    assert not crew.has_room
    assert not crew.is_idle
