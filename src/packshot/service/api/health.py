"""Is it alive, can it work, and how does it do?"""

from __future__ import annotations

import hmac
import ipaddress
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from packshot.errors import StoreFailed
from packshot.service.house import House, house
from packshot.service.metrics import Metrics
from packshot.service.people.auth import needs
from packshot.service.people.caller import May
from packshot.service.pulse import Pulse
from packshot.service.tables import now

router = APIRouter(tags=["operation"])
Home = Annotated[House, Depends(house)]
PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip")


@router.get("/healthz", summary="The process is alive")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", summary="It can take photos: the database answers; what else is amiss is told")
def readyz(home: Home, response: Response) -> dict[str, str]:
    """Without storage or workers it still answers and still takes photos, or says 503 to each that it cannot:
    a balancer that took all webs away would make it worse.
    """
    try:
        with home.database.reading() as session:
            workers = len(Pulse.of(session, now()).workers)
    except SQLAlchemyError:
        response.status_code = 503
        return {"status": "database away"}
    return {"status": "ok", "storage": storage_of(home), "workers": str(workers)}


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response, include_in_schema=False)
async def metrics(request: Request, home: Home) -> Response:
    if not (_is_near(request, home) or _has_token(request, home)):
        await needs(May.MANAGE)(request, home)
    counted: Metrics = request.app.state.metrics
    text = await run_in_threadpool(counted.text, home.database)
    return Response(text, media_type=CONTENT_TYPE_LATEST)


def storage_of(home: House) -> str:
    try:
        home.depot.store.stat("ready")
    except StoreFailed:
        return "away"
    return "ok"


def _is_near(request: Request, home: House) -> bool:
    """On this machine itself. What a proxy on it hands on is not."""
    if not home.settings.trust_proxy and any(name in request.headers for name in PROXIED):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _has_token(request: Request, home: House) -> bool:
    token = home.settings.metrics_token
    given = request.headers.get("authorization", "")
    return bool(token) and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
