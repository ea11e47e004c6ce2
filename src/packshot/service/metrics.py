"""Figures for Prometheus. Requests are counted by this process; what all share comes from the database, when
it is asked for: so every web process tells the same of the queue, and none has to be added up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from packshot.service.database import Database
from packshot.service.pulse import Pulse, accepted
from packshot.service.tables import now

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Of one web process."""

    def __init__(self) -> None:
        self._own = CollectorRegistry()
        self._requests = Counter(
            "packshot_requests",
            "Answers by route and status.",
            ("method", "route", "status"),
            registry=self._own,
        )
        self._seconds = Histogram(
            "packshot_request_seconds",
            "Until the answer was sent.",
            ("route",),
            buckets=SECONDS,
            registry=self._own,
        )

    def request(self, scope: Mapping[str, Any], status: int, seconds: float) -> None:
        """By the route's pattern: an address as it came would be a new row for each photo, and for each guess
        of a stranger.
        """
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, database: Database) -> bytes:
        shared = CollectorRegistry()
        shared.register(_Shared(database))
        return generate_latest(self._own) + generate_latest(shared)


class _Shared:
    def __init__(self, database: Database) -> None:
        self.database = database

    def collect(self) -> Iterator[Metric]:
        with self.database.reading() as session:
            pulse, so_far = Pulse.of(session, now()), accepted(session)
        yield _gauge("packshot_info", "Version.", {version("packshot"): 1}, "version")
        queue = {"waiting": pulse.waiting, "working": pulse.working}
        yield _gauge("packshot_photos_queued", "Photos that are not done.", queue, "progress")
        yield GaugeMetricFamily(
            "packshot_queue_seconds", "How long the first photo has been waiting.", pulse.oldest_seconds
        )
        yield _gauge("packshot_photos_done_5m", "Photos of the last five minutes.", pulse.done, "outcome")
        yield GaugeMetricFamily(
            "packshot_photo_seconds_5m", "Work on one of them, on the average.", pulse.photo_seconds
        )
        total = CounterMetricFamily(
            "packshot_photos_accepted", "Photos since the beginning.", labels=("kind",)
        )
        for kind, count in sorted(so_far.items()):
            total.add_metric((kind,), count)
        yield total
        yield GaugeMetricFamily("packshot_workers", "Workers that are alive.", len(pulse.workers))
        yield GaugeMetricFamily("packshot_worker_processes", "Photos they do at once.", pulse.processes)
        yield GaugeMetricFamily("packshot_webhook_messages_due", "Messages to be sent.", pulse.messages)


def _gauge(name: str, text: str, values: Mapping[str, float], label: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=(label,))
    for value, count in sorted(values.items()):
        family.add_metric((value,), count)
    return family
