"""Status: what waits, how fast it goes, who works, what failed of late."""

from __future__ import annotations

from datetime import timedelta
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from packshot.service import photos
from packshot.service.api.health import storage_of
from packshot.service.house import House, house
from packshot.service.pages.render import page
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.photos import Filter
from packshot.service.pulse import Pulse
from packshot.service.tables import now

router = APIRouter(include_in_schema=False)

Home = Annotated[House, Depends(house)]
Reader = Annotated[Caller, Depends(needs(May.READ))]

SHOWN = 10
DAY = timedelta(days=1)


@router.get("/status")
def show(request: Request, home: Home, caller: Reader) -> Response:
    at = now()
    with home.database.reading() as session:
        pulse = Pulse.of(session, at)
        asked = Filter(outcomes=("failed",), since=at - DAY)
        failed = photos.page(session, caller.org_id, asked, limit=SHOWN).items
    return page(
        request,
        "status.html",
        pulse=pulse,
        left_seconds=60 * pulse.waiting / pulse.per_minute if pulse.per_minute else 0,
        failed=failed,
        storage=storage_of(home),
        version=version("packshot"),
        moment=at,
    )
