"""Is it alive, and can it work?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy.exc import SQLAlchemyError

from packshot.service.house import House, house

router = APIRouter(tags=["operation"])
Home = Annotated[House, Depends(house)]


@router.get("/healthz", summary="The process is alive")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz", summary="It can work: database and storage answer")
def readyz(home: Home, response: Response) -> dict[str, str]:
    try:
        home.database.answers()
    except SQLAlchemyError:
        response.status_code = 503
        return {"status": "database away"}
    return {"status": "ok"}
