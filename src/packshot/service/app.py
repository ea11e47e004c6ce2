"""The web application: doors to the house, put together."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from packshot.service import problems
from packshot.service.api import health, jobs, knowledge, people, photos, review, webhooks
from packshot.service.door import Door
from packshot.service.house import House
from packshot.service.metrics import Metrics
from packshot.service.pages.people import to_sign_in
from packshot.service.pages.routes import ROUTERS
from packshot.service.people.described import describe
from packshot.service.people.refusals import NotSignedIn
from packshot.service.removebg.door import router as removebg
from packshot.service.removebg.queued import Queued
from packshot.service.settings import Settings

ABOUT = """\
packshot judges product photos by marketplace rules and mends them.

Hand a photo to `POST /v1/check` or `POST /v1/fix` and get the answer; hand many to `POST /v1/jobs` and follow
the job. Every error is a problem (RFC 9457) that says what happened and what to do.
"""


class Application(FastAPI):
    def openapi(self) -> dict[str, Any]:
        told = super().openapi()
        if self.state.house.settings.people_sign_in:
            describe(told)
        return told


def _warm() -> None:
    """What the first page and the first photo would otherwise wait for: profiles read, templates and rules
    loaded."""
    from packshot.service.pages.render import environment
    from packshot.service.pages.wish_form import category_groups, markets
    from packshot.service.wishes import Wish, check_wish

    environment()
    markets()
    category_groups()
    check_wish("fix", Wish.model_validate({}))


def make_app(
    settings: Settings, home: House | None = None, *, warmed: Callable[[], None] = lambda: None
) -> FastAPI:
    """`home`: a house that is there already, as tests have one. `warmed` is called when all is loaded."""
    made = home or House.of(settings)

    def warm() -> None:
        _warm()
        warmed()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=warm, daemon=True).start()
        yield
        made.close()

    app = Application(
        title="packshot",
        version=version("packshot"),
        description=ABOUT,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # their pages load scripts from other hosts
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.house = made
    app.state.metrics = metrics = Metrics()
    problems.install(app)
    app.add_exception_handler(NotSignedIn, to_sign_in)
    for part in (health, jobs, photos, review, knowledge, webhooks, people):
        app.include_router(part.router)
    app.include_router(removebg(Queued(made)))
    for pages in ROUTERS:
        app.include_router(pages)
    app.add_middleware(Door, settings=settings, metrics=metrics)
    return app
