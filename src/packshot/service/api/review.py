"""The review queue: the next doubtful photo, what becomes of it, and masks that people drew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from packshot.service import masks, photos, review
from packshot.service.api.photos import file
from packshot.service.api.shapes import PhotoFull, PhotoShort, Shape
from packshot.service.archive import streamed
from packshot.service.house import House, house
from packshot.service.intake import TooLarge
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.problems import RESPONSES
from packshot.service.wishes import Name, Value

CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {**RESPONSES[400], "description": "Somebody else was first; `cure` says how to go on."}
}
router = APIRouter(prefix="/v1", tags=["review"], responses={**RESPONSES, **CONFLICT})

Home = Annotated[House, Depends(house)]
Reader = Annotated[Caller, Depends(needs(May.READ))]
Moderator = Annotated[Caller, Depends(needs(May.REVIEW))]

Id = Annotated[str, Field(max_length=26)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Skip(Strict):
    skip: list[Id] = Field(
        default_factory=list, max_length=200, description="Photos that this moderator leaves for later."
    )

    most: int = Field(
        default=review.MOST_CLAIMED, ge=1, le=review.MOST_CLAIMED, description="1: no next one."
    )


class Some(Strict):
    ids: list[Id] = Field(max_length=photos.MOST_PAGE)


class Choice(Strict):
    """What a person decides."""

    choice: Literal["approve", "reject", "redo"]
    note: str = Field("", max_length=1000, description="Why; a rejected photo tells it.")
    engine: Name = Field("", description="redo: another cut-out engine.")
    quality: Literal["", "fast", "normal", "best"] = Field("", description="redo: another quality.")
    settings: dict[Annotated[str, Field(max_length=100)], Value] = Field(
        default_factory=dict,
        max_length=50,
        description="redo: values of the profile to change.",
        examples=[{"retouch.shadow.kind": "none"}],
    )


class Next(Shape):
    photo: PhotoShort | None = Field(description="Held for ten minutes; null: nothing is left.")
    following: PhotoShort | None = Field(description="The one after it, held, too, to be loaded already.")
    left: int = Field(description="Photos that wait for a decision, with these two and with others'.")


class Left(Shape):
    left: int


class Decided(Shape):
    photo: PhotoShort
    made: PhotoShort | None = Field(description="redo and edit: the photo that is made anew.")
    left: int


@router.post("/review/next", response_model=Next, summary="Take the most doubtful photo that nobody holds")
def take_next(home: Home, caller: Moderator, asked: Skip | None = None) -> Next:
    wanted = asked or Skip()
    ids = review.claim(home, caller, skip=wanted.skip, most=wanted.most)
    shown = _short(home, caller, ids)
    with home.database.reading() as session:
        left = review.left(session, caller.org_id)
    return Next(photo=shown[0] if shown else None, following=shown[1] if len(shown) > 1 else None, left=left)


@router.get("/review/count", response_model=Left, summary="How many photos wait for a decision")
def count(home: Home, caller: Moderator) -> Left:
    with home.database.reading() as session:
        return Left(left=review.left(session, caller.org_id))


@router.post("/review/release", status_code=204, summary="Leave photos to other moderators")
def let_go(asked: Some, home: Home, caller: Moderator) -> None:
    review.release(home, caller, asked.ids)


@router.post("/review/{photo_id}/hold", status_code=204, summary="Keep a photo for ten more minutes")
def hold(photo_id: str, home: Home, caller: Moderator) -> None:
    review.hold(home, caller, photo_id)


@router.post("/review/{photo_id}/undo", response_model=Decided, summary="Take a decision back")
def undo(photo_id: str, home: Home, caller: Moderator) -> Decided:
    review.undo(home, caller, photo_id)
    return _decided(home, caller, photo_id)


@router.post("/review/{photo_id}", response_model=Decided, summary="Decide about a photo")
def decide(photo_id: str, asked: Choice, home: Home, caller: Moderator) -> Decided:
    made = ""
    if asked.choice == "approve":
        review.approve(home, caller, photo_id, asked.note)
    elif asked.choice == "reject":
        review.reject(home, caller, photo_id, asked.note)
    else:
        made = review.redo(
            home, caller, photo_id, review.Redo(asked.quality, asked.settings, asked.engine), asked.note
        )
    return _decided(home, caller, photo_id, made)


@router.get(
    "/photos/{photo_id}/mask",
    summary="The mask of a photo, for editing",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}, "description": "Grey, upright, white is the product."}},
)
def mask(photo_id: str, request: Request, home: Home, caller: Reader) -> Response:
    return file(photo_id, "outline", request, home, caller)


@router.post(
    "/photos/{photo_id}/mask",
    response_model=PhotoFull,
    status_code=202,
    summary="Compose the photo anew with a mask that a person drew",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def draw(photo_id: str, request: Request, home: Home, caller: Moderator) -> PhotoFull:
    """A grey PNG of the photo's shape, white where the product is. The answer is the new photo."""
    png = b""
    async for chunk in request.stream():
        png += chunk
        if len(png) > masks.MOST_BYTES:
            raise TooLarge(len(png), masks.MOST_BYTES)
    return await run_in_threadpool(_drawn, home, caller, photo_id, png)


@router.get(
    "/masks.zip",
    summary="Photos and the masks that people drew for them, to teach a network by",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "photos/, masks/, manifest.jsonl."}},
)
def pairs(home: Home, caller: Reader) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="masks.zip"'}
    return StreamingResponse(
        streamed(masks.pairs(home, caller)), media_type="application/zip", headers=headers
    )


def _drawn(home: House, caller: Caller, photo_id: str, png: bytes) -> PhotoFull:
    made = review.recompose(home, caller, photo_id, masks.take_in(home, caller, photo_id, png))
    with home.database.reading() as session:
        return photos.full(session, home.depot, photos.find(session, caller.org_id, made))


def _short(home: House, caller: Caller, ids: Sequence[str]) -> list[PhotoShort]:
    """In this order."""
    with home.database.reading() as session:
        found = [photos.find(session, caller.org_id, one, deleted=True) for one in ids]
        return photos.short(session, found)


def _decided(home: House, caller: Caller, photo_id: str, made: str = "") -> Decided:
    shown = _short(home, caller, [one for one in (photo_id, made) if one])
    with home.database.reading() as session:
        left = review.left(session, caller.org_id)
    return Decided(photo=shown[0], made=shown[1] if made else None, left=left)
