"""A survey as Prometheus reads it: text for a node's textfile collector, or for any page that is scraped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packshot.report.catalogue.survey import LOOKS, MICROSECONDS, Survey

PREFIX = "packshot_batch_"


def lines(survey: Survey) -> Iterator[str]:
    seconds = {
        stage: micros / MICROSECONDS / 1000
        for stage, micros in survey.stages.as_dict().items()
        if not stage.startswith(LOOKS)  # parts of another stage would be counted twice
    }
    yield from _metric("photos", "Photos that have a receipt.", "status", survey.statuses.as_dict())
    yield from _metric("stage_seconds", "Working time of all photos.", "stage", seconds)
    yield from _metric("attempts", "Times that a photo was begun.", "", {"": survey.attempts})
    yield from _metric("twins", "Photos served by another of equal bytes.", "", {"": survey.twins})
    yield from _metric("pictures", "Pictures written.", "", {"": survey.outputs})
    failures: dict[str, int] = {}
    for cause in survey.causes.all():
        failures[cause.code] = failures.get(cause.code, 0) + cause.photos
    yield from _metric("failures", "Photos that failed.", "error", failures)


def _metric(name: str, told: str, label: str, values: Mapping[str, float]) -> Iterator[str]:
    """Gauges: a receipt that is done again may lower a count."""
    yield f"# HELP {PREFIX}{name} {told}\n# TYPE {PREFIX}{name} gauge\n"
    for value, number in values.items():
        labels = f'{{{label}="{_escaped(value)}"}}' if label else ""
        yield f"{PREFIX}{name}{labels} {number}\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
