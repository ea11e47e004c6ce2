"""What the page of the API promises, held against generated requests."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from removebg_direct import KEY, Direct, app

from packshot.errors import BadPhoto
from packshot.words import say

schemathesis = pytest.importorskip("schemathesis", reason="pip install schemathesis")
pytestmark = pytest.mark.slow


def nothing_there(url: str, most: int) -> bytes:
    raise BadPhoto(url, "unreadable", say("nothing"))


schema = schemathesis.openapi.from_asgi(
    "/openapi.json", app(Direct(limit=10**9, credits=1e9, fetcher=nothing_there))
)


@schema.parametrize()
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_requests_find_no_crash_and_no_broken_promise(case: schemathesis.Case) -> None:
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    # No schema can say which strings are photos.
    excluded = [positive_data_acceptance]
    if case.path == "/v1.0/improve":
        excluded.append(schemathesis.checks.not_a_server_error)  # 501 is what it promises
    case.call_and_validate(headers={"X-Api-Key": KEY}, excluded_checks=excluded)
