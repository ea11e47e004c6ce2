"""Figures of operation: true ones, and not for everybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from service_kit import noise, work

from packshot.errors import StoreFailed
from packshot.service import tables
from packshot.service.app import make_app
from packshot.service.depot import Depot
from packshot.service.house import House
from packshot.service.settings import Auth
from packshot.service.tables import now
from packshot.words import verbatim

TOKEN = "a token of the scraper"
Clients = Callable[..., TestClient]


@pytest.fixture
def scraped(home: House) -> TestClient:
    """Somebody on this machine."""
    return TestClient(make_app(home.settings, home), base_url="http://127.0.0.1", client=("127.0.0.1", 5))


def figures(client: TestClient, **how: object) -> dict[tuple[str, ...], float]:
    """(name, label's value, …) → figure."""
    got = client.get("/metrics", **how)  # type: ignore[arg-type]
    assert got.status_code == 200, got.text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(got.text)
        for sample in family.samples
    }


def worker_beats(home: House, seconds_ago: float = 0.0) -> None:
    beat = now() - timedelta(seconds=seconds_ago)
    with home.database.transaction() as session:
        session.add(tables.Worker(id="w", host="h", processes=2, version="1", seen_at=beat))


def test_the_queue_is_told_as_it_stands(scraped: TestClient, home: House) -> None:
    empty = figures(scraped)
    assert empty["packshot_photos_queued", "waiting"] == 0
    assert empty["packshot_workers",] == 0
    worker_beats(home)
    files = [("files", (f"{number}.jpg", noise(number))) for number in range(3)]
    scraped.post("/v1/jobs", files=files, data={"kind": "check"})
    told = figures(scraped)
    assert told["packshot_photos_queued", "waiting"] == 3
    assert told["packshot_queue_seconds",] >= 0
    assert (told["packshot_workers",], told["packshot_worker_processes",]) == (1, 2)
    work(home)
    told = figures(scraped)
    assert told["packshot_photos_queued", "waiting"] == 0
    assert sum(count for (name, *_), count in told.items() if name == "packshot_photos_done_5m") == 3
    assert told["packshot_photos_accepted_total", "check"] == 3
    assert told["packshot_photo_seconds_5m",] > 0


def test_a_worker_without_a_heartbeat_is_none(scraped: TestClient, home: House) -> None:
    worker_beats(home, seconds_ago=60)
    assert figures(scraped)["packshot_workers",] == 0


def test_requests_are_counted_by_pattern_and_never_by_address(scraped: TestClient) -> None:
    for photo in ("01jd3x0v7q0000000000000000", "01jd3x0v7q0000000000000001"):
        assert scraped.get(f"/v1/photos/{photo}").status_code == 404
    for guess in range(20):
        scraped.get(f"/wp-admin/{guess}.php")
    scraped.request("BREW", "/healthz")
    told = figures(scraped)
    assert told["packshot_requests_total", "GET", "/v1/photos/{photo_id}", "404"] == 2
    assert told["packshot_requests_total", "GET", "none", "404"] == 20
    assert {labels[0] for name, *labels in told if name == "packshot_requests_total"} == {"GET", "other"}
    assert told["packshot_request_seconds_count", "/v1/photos/{photo_id}"] == 2


def test_strangers_get_no_figures(home: House, client_of: Clients) -> None:
    settings = home.settings.model_copy(update={"auth": Auth.ON, "metrics_token": TOKEN})
    closed = replace(home, settings=settings)
    far = client_of(closed, client=("203.0.113.9", 5))
    near = client_of(closed, client=("::1", 5))
    assert far.get("/metrics").status_code == 401
    assert far.get("/metrics", headers={"authorization": "Bearer nonsense"}).status_code == 401
    assert far.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert near.get("/metrics").status_code == 200
    assert near.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 401


def test_an_empty_token_opens_nothing(home: House, client_of: Clients) -> None:
    closed = replace(home, settings=home.settings.model_copy(update={"auth": Auth.ON}))
    far = client_of(closed, client=("203.0.113.9", 5))
    assert far.get("/metrics", headers={"authorization": "Bearer "}).status_code == 401


def test_ready_says_what_is_amiss_and_stays_ready(
    client: TestClient, home: House, client_of: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/readyz").json() == {"status": "ok", "storage": "ok", "workers": "0"}
    worker_beats(home)
    assert client.get("/readyz").json()["workers"] == "1"

    class Away:
        def stat(self, name: str) -> None:
            raise StoreFailed(verbatim("away"))

    without = client_of(replace(home, depot=Depot(Away())))  # type: ignore[arg-type]
    got = without.get("/readyz")
    assert (got.status_code, got.json()["storage"]) == (200, "away")
    assert "storage" in without.get("/status", headers={"accept-language": "en"}).text


def test_the_page_tells_the_queue_and_what_failed(client: TestClient, home: House) -> None:
    english = {"accept-language": "en"}
    assert "No worker runs" in client.get("/status", headers=english).text
    worker_beats(home)
    assert "Nothing waits" in client.get("/status", headers=english).text
    client.post("/v1/jobs", files={"files": ("<b>notes</b>.jpg", b"%PDF-1.7")})
    assert "1 photo waits" in client.get("/status", headers=english).text
    work(home)
    shown = client.get("/status", headers=english).text
    assert "PDF" in shown
    assert "<b>notes</b>" not in shown
    assert "Ничего не ждёт" in client.get("/status", headers={"accept-language": "ru"}).text
