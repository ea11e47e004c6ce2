"""What nobody needs goes, at its time and not before; what anybody needs stays."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from dbos import DBOS
from fastapi.testclient import TestClient
from service_kit import noise, work
from sqlalchemy import func, select

from packshot.service import depot, queue, tables
from packshot.service.house import House
from packshot.service.people.auth import LOCAL
from packshot.service.tidying import Tidier


@dataclass
class Clock:
    moment: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.moment

    def on(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tidier(home: House, clock: Clock) -> Tidier:
    return Tidier(home.database, home.depot, home.queue, home.settings, clock)


def checked(client: TestClient, home: House, *seeds: int) -> list[str]:
    """Photos, done; their ids in the order of the seeds."""
    files = [("files", (f"{seed}.jpg", noise(seed))) for seed in seeds]
    job = client.post("/v1/jobs", files=files, data={"kind": "check"}).json()
    work(home)
    items = client.get("/v1/photos", params={"job": job["id"]}).json()["items"]
    return [one["id"] for one in sorted(items, key=lambda one: seeds.index(int(one["name"][:-4])))]


def age(home: House, hours: float = 2.0) -> None:
    """As if all bytes had lain there for so long."""
    moment = time.time() - hours * 3600
    for stored in home.depot.store.list():
        os.utime(home.depot.store.path / stored.name, (moment, moment))


def lying(home: House) -> set[str]:
    return {sha256 for _, sha256 in home.depot.pictures()}


def named(home: House) -> set[str]:
    with home.database.reading() as session:
        return set(session.scalars(select(tables.File.sha256)))


def count(home: House, table: type[tables.Table]) -> int:
    with home.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


# ---- photos ------------------------------------------------------------------------------------------------


def test_a_deleted_photo_goes_for_good_when_it_can_no_more_be_taken_back(
    client: TestClient, home: House, tidier: Tidier, clock: Clock
) -> None:
    gone, stays = checked(client, home, 1, 2)
    client.get(f"/v1/photos/{gone}/picture/original")  # its small picture, too
    client.delete(f"/v1/photos/{gone}")
    age(home)
    clock.on(hours=home.settings.undo_hours - 0.1)
    assert tidier.purge_deleted() == 0
    clock.on(hours=0.2)
    assert tidier.purge_deleted() == 1
    assert count(home, tables.Photo) == 1
    assert lying(home) == named(home)
    assert client.get(f"/v1/photos/{stays}/files/original").content == noise(2)
    assert client.post(f"/v1/photos/{gone}/restore").status_code == 404


def test_bytes_that_another_photo_holds_stay(
    client: TestClient, home: House, tidier: Tidier, clock: Clock
) -> None:
    (first,) = checked(client, home, 1)
    (second,) = checked(client, home, 1)
    client.delete(f"/v1/photos/{first}")
    age(home)
    clock.on(days=3)
    tidier.purge_deleted()
    tidier.sweep()
    assert client.get(f"/v1/photos/{second}/files/original").content == noise(1)


def test_many_deleted_photos_go_in_pieces(
    client: TestClient, home: House, tidier: Tidier, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("packshot.service.tidying.CHUNK", 2)
    ids = checked(client, home, 1, 2, 3, 4, 5)
    client.post("/v1/photos/delete", json={"ids": ids})
    age(home)
    clock.on(days=3)
    assert tidier.purge_deleted() == 5
    assert lying(home) == set()


def test_originals_go_after_the_days_of_their_organisation_and_results_stay(
    client: TestClient, home: House, tidier: Tidier, clock: Clock
) -> None:
    (photo,) = checked(client, home, 1)
    with home.database.transaction() as session:
        account = session.get(tables.File, (photo, "account"))
        session.add(
            tables.File(
                photo_id=photo,
                org_id=LOCAL,
                role="light",
                sha256=home.depot.put(LOCAL, b"r"),
                media_type="image/jpeg",
            )
        )
        session.add(
            tables.File(
                photo_id=photo,
                org_id=LOCAL,
                role="stage-00",
                sha256=home.depot.put(LOCAL, b"s"),
                media_type="image/webp",
            )
        )
        organisation = session.get(tables.Organisation, LOCAL)
        assert account is not None
        assert organisation is not None
        organisation.keep_days = 30
    age(home)
    clock.on(days=29)
    assert tidier.purge_originals() == 0
    clock.on(days=2)
    assert tidier.purge_originals() == 1
    assert tidier.purge_originals() == 0
    assert client.get(f"/v1/photos/{photo}/files/original").status_code == 404
    assert client.get(f"/v1/photos/{photo}/files/stage-00").status_code == 404
    assert client.get(f"/v1/photos/{photo}/files/light").content == b"r"
    told = client.get(f"/v1/photos/{photo}").json()
    assert told["report"] is not None
    assert lying(home) == named(home)
    again = client.post(f"/v1/photos/{photo}/again", json={})
    assert again.status_code == 409


def test_originals_are_kept_where_nobody_says_otherwise(
    client: TestClient, home: House, tidier: Tidier, clock: Clock
) -> None:
    checked(client, home, 1)
    age(home)
    clock.on(days=4000)
    assert tidier.purge_originals() == 0


# ---- bytes -------------------------------------------------------------------------------------------------


def test_the_sweep_takes_what_no_row_names_and_nothing_else(
    client: TestClient, home: House, tidier: Tidier
) -> None:
    checked(client, home, 1)
    client.post("/v1/uploads", files={"file": ("u.jpg", noise(7))})
    forgotten = home.depot.put(LOCAL, noise(8))
    with home.database.transaction() as session:
        packed = home.depot.put(LOCAL, b"PK zip that is still to be listed")
        session.add(
            tables.Job(org_id=LOCAL, who="local", kind="check", wish={}, source=f"zip:{packed}", listed=False)
        )
    age(home)
    fresh = home.depot.put(LOCAL, noise(9))
    before = lying(home)
    assert tidier.sweep() == 1
    assert before - lying(home) == {forgotten}
    assert fresh in lying(home)


def test_another_organisations_row_holds_no_bytes(home: House, tidier: Tidier) -> None:
    sha256 = home.depot.put(LOCAL, noise(1))
    with home.database.transaction() as session:
        other = tables.Organisation(name="other")
        session.add(other)
        session.flush()
        session.add(tables.Upload(org_id=other.id, sha256=sha256, name="1.jpg", size_bytes=1))
    age(home)
    assert tidier.sweep() == 1


def test_bytes_that_come_again_are_not_swept_before_their_row_is_written(home: House, tidier: Tidier) -> None:
    """They lay there, forgotten and old; somebody sends them again, and the sweep comes before the row."""
    home.depot.put(LOCAL, noise(1))
    age(home, hours=100)
    sha256 = home.depot.put(LOCAL, noise(1))
    assert tidier.sweep() == 0
    assert home.depot.get(LOCAL, sha256) == noise(1)
    assert depot.GRACE_SECONDS > depot.FRESH_SECONDS


# ---- rows --------------------------------------------------------------------------------------------------


def test_rows_of_what_has_passed_go(home: House, tidier: Tidier, clock: Clock) -> None:
    at = clock.moment
    with home.database.transaction() as session:
        user = tables.User(email="a@example.com")
        session.add(user)
        session.flush()
        webhook = tables.Webhook(org_id=LOCAL, url="https://example.com", salt="", events=[])
        session.add(webhook)
        session.flush()
        delivery = {"org_id": LOCAL, "webhook_id": webhook.id, "event": "test", "body": {}}
        signed = {"user_id": user.id, "org_id": LOCAL}
        invited = {"org_id": LOCAL, "email": "b@example.com", "role": "viewer", "created_by": "local"}
        job = {"org_id": LOCAL, "who": "local", "kind": "check", "wish": {}}
        month = at - timedelta(days=31)
        session.add_all(
            [
                tables.SignedIn(token="old", expires_at=at - timedelta(1), **signed),
                tables.SignedIn(token="new", expires_at=at + timedelta(1), **signed),
                tables.Invitation(token="old", expires_at=month, **invited),
                tables.Invitation(token="new", expires_at=at, **invited),
                tables.Attempt(origin="x", at=at - timedelta(2)),
                tables.Attempt(origin="x", at=at),
                tables.Calls(who="old", minute=int(month.timestamp()) // 60),
                tables.Calls(who="new", minute=int(at.timestamp()) // 60),
                tables.Repeat(org_id=LOCAL, key="old", asked="", job_id="", created_at=month),
                tables.Repeat(org_id=LOCAL, key="new", asked="", job_id="", created_at=at),
                tables.Upload(org_id=LOCAL, sha256="a", name="", size_bytes=1, created_at=month),
                tables.Upload(org_id=LOCAL, sha256="b", name="", size_bytes=1, created_at=at),
                tables.Delivery(created_at=month, **delivery),
                tables.Delivery(created_at=month, next_at=at, **delivery),
                tables.Job(created_at=month, **job),
                tables.Job(created_at=at, **job),
            ]
        )
    assert tidier.forget_rows() == 8
    assert tidier.forget_rows() == 0
    for table in (tables.SignedIn, tables.Invitation, tables.Attempt, tables.Calls, tables.Repeat):
        assert count(home, table) == 1, table
    for table in (tables.Upload, tables.Delivery, tables.Job):
        assert count(home, table) == 1, table


@pytest.fixture
def finished(client: TestClient, home: House) -> Iterator[None]:
    """The queue as a worker leaves it: two photos done, by DBOS itself."""
    config = {
        "name": "packshot",
        "system_database_url": home.settings.database_url,
        "application_version": queue.VERSION,
        "run_migrations": False,
    }
    DBOS(config=config)  # type: ignore[arg-type]
    DBOS.workflow(name=queue.PHOTO)(lambda photo_id: None)
    DBOS.workflow(name=queue.JOB)(lambda job_id: None)
    DBOS.launch()
    DBOS.register_queue(
        queue.QUEUE, polling_interval_sec=queue.POLL_SECONDS[queue.QUEUE], on_conflict="always_update"
    )
    client.post("/v1/jobs", files=[("files", (f"{seed}.jpg", noise(seed))) for seed in range(2)])
    until = time.monotonic() + 30
    while home.queue._client.list_workflows(status=["ENQUEUED", "PENDING"]) and time.monotonic() < until:
        time.sleep(0.05)
    yield
    DBOS.destroy()


@pytest.mark.slow
@pytest.mark.usefixtures("finished")
def test_the_queue_forgets_what_ended_and_keeps_what_waits(
    client: TestClient, home: House, tidier: Tidier, clock: Clock
) -> None:
    DBOS.destroy()
    client.post("/v1/jobs", files={"files": ("waits.jpg", noise(9))})
    assert tidier.forget_queue() == 0
    clock.on(days=2)
    assert tidier.forget_queue() == 2
    assert len(home.queue._client.list_workflows()) == 1


# ---- who does it -------------------------------------------------------------------------------------------


def test_of_two_workers_one_does_it_and_the_next_period_is_anybodys(
    client: TestClient, home: House, tidier: Tidier, clock: Clock
) -> None:
    other = Tidier(home.database, home.depot, home.queue, home.settings, clock)
    (photo,) = checked(client, home, 1)
    clock.on(days=3)
    tidier.round()
    client.delete(f"/v1/photos/{photo}")
    age(home)
    other.round()
    assert count(home, tables.Photo) == 1, "the period was done already"
    clock.on(minutes=10)
    other.round()
    assert count(home, tables.Photo) == 0
