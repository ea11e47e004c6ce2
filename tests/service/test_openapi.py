"""What the OpenAPI promises, held against generated requests: no crash, no answer that it does not know."""

from __future__ import annotations

import json
import tempfile
import traceback
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from service_kit import mug, noise, work

from packshot.service import queue
from packshot.service.app import make_app
from packshot.service.database import Database
from packshot.service.house import House
from packshot.service.people.auth import LOCAL_CALLER, ensure_local
from packshot.service.settings import Settings

schemathesis = pytest.importorskip("schemathesis", reason="pip install schemathesis")
pytestmark = pytest.mark.slow

ELSEWHERE = "/v1.0/"
"""The remove.bg door has a test of its own, with its own errors."""


def stocked() -> House:
    """A house with some photos in it, so that not everything is a 404."""
    folder = Path(tempfile.mkdtemp(prefix="packshot-openapi-"))
    settings = Settings(
        data=folder,
        secret="of the tests, and of nothing else",
        public_url="http://testserver",
        sync_seconds=0.1,
        per_minute=10**9,
        per_day=10**9,
        max_waiting=10**6,
    )
    database = Database.at(settings.database_url)
    database.upgrade()
    queue.migrate(settings.database_url)
    ensure_local(database)
    database.close()
    home = House.of(settings)
    from packshot.service.intake import Incoming

    photos = [
        home.intake.keep(LOCAL_CALLER, "mug.jpg", mug()),
        home.intake.keep(LOCAL_CALLER, "a.jpg", noise(1)),
    ]
    assert all(isinstance(one, Incoming) for one in photos)
    home.intake.accept(LOCAL_CALLER, "fix", {"stages": True}, photos)
    work(home)
    return home


@pytest.fixture(scope="module")
def house() -> House:
    return stocked()


@pytest.fixture(scope="module")
def api(house: House) -> schemathesis.BaseSchema:
    told = schemathesis.openapi.from_asgi("/v1/openapi.json", make_app(house.settings, house))
    return told.exclude(path_regex=f"^{ELSEWHERE}").exclude(path_regex="/events$")


def test_generated_requests_find_no_crash_and_no_broken_promise(api: schemathesis.BaseSchema) -> None:
    """One test for all: the schema is made of a house, and houses are made when tests run."""
    from schemathesis.specs.openapi.checks import (
        ensure_resource_availability,
        positive_data_acceptance,
        use_after_free,
    )

    # No schema can say which ids exist, and a deleted photo can be taken back for a while.
    excluded = [positive_data_acceptance, ensure_resource_availability, use_after_free]
    broken: dict[str, str] = {}
    for operation in (one.ok() for one in api.get_all_operations()):

        @given(case=operation.as_strategy())
        @examples(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def holds(case: schemathesis.Case) -> None:
            case.call_and_validate(excluded_checks=excluded)

        try:
            holds()
        except Exception as exc:
            broken[operation.label] = "".join(traceback.format_exception_only(exc))[:3000]
    assert not broken, "\n\n".join(f"{label}\n{why}" for label, why in broken.items())


def test_it_is_an_openapi_3_1_with_examples(house: House) -> None:
    told = json.loads(json.dumps(make_app(house.settings, house).openapi()))
    assert told["openapi"].startswith("3.1")
    fix = told["paths"]["/v1/fix"]["post"]["requestBody"]["content"]
    assert set(fix) == {"multipart/form-data", "application/json"}
    assert fix["application/json"]["schema"]["properties"]["settings"]["example"]
