"""What REST answers, as types: the OpenAPI is made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Texts = dict[str, str]
"""A sentence in every language: {"en": …, "ru": …}."""


class Shape(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Output(Shape):
    role: str = Field(description="A variant (light, dark), cutout, upscaled, mask, shadow, stage-00 …")
    media_type: str
    name: str = Field(description="File name for a download.")
    width: int
    height: int
    size_bytes: int
    sha256: str
    url: str


class PhotoShort(Shape):
    """A photo as lists tell it."""

    id: str
    job: str
    parent: str | None = Field(description="The photo that this one does again.")
    kind: Literal["check", "fix", "cutout", "upscale", "removebg"]
    name: str
    progress: Literal["waiting", "working", "done"]
    outcome: str | None = Field(
        description="publish, fix, ask_seller, by_hand after a check; compliant, fixed, review, failed after"
        " a fix; cut or failed after a cut-out; upscaled, mended, kept or failed after enlarging; null"
        " until it is done."
    )
    tone: Literal["good", "doubt", "bad", ""]
    headline: Texts
    why: list[Texts]
    profile: str
    category: str
    size: tuple[int, int] = Field(description="Width and height of the photo as it came.")
    confidence: float | None = Field(description="How sure the cut-out is, 0…1.")
    pictures: list[str] = Field(description="Roles that have a picture, `original` first.")
    created_at: datetime
    done_at: datetime | None
    decision: str = Field(description="approved, rejected, edited or redone by a person; else empty.")
    deleted: bool


class PhotoFull(PhotoShort):
    """A photo with all that is known of it."""

    options: dict[str, Any]
    outputs: list[Output]
    stages: list[dict[str, str]] = Field(description="name and role of each kept stage.")
    cure: Texts | None = Field(description="Of a failure: what to do.")
    code: str | None = Field(description="Of a failure: a word for machines.")
    report: dict[str, Any] | None = Field(
        description="The whole report of `packshot check --json` or `fix --json`; shorter where it was only"
        " cut out or enlarged."
    )
    seconds: float | None


class PhotoPage(Shape):
    items: list[PhotoShort]
    next: str | None = Field(description="Cursor of the next page; null at the end.")


class JobShape(Shape):
    id: str
    kind: str
    options: dict[str, Any]
    listed: bool = Field(description="false while its ZIP or feed is still being read.")
    total: int
    done: int
    counts: dict[str, int] = Field(description="Outcome → photos.")
    error: dict[str, Any] | None
    created_at: datetime


class JobPage(Shape):
    items: list[JobShape]
    next: str | None


class UploadShape(Shape):
    id: str
    name: str
    size_bytes: int
    sha256: str


class Problem(BaseModel):
    """RFC 9457: what happened, why, and what to do about it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "bad_option",
                "status": 422,
                "detail": "There is no profile ozn.",
                "cure": "Known: amazon, base, ebay.",
                "texts": {"detail": {"en": "…", "ru": "…"}, "cure": {"en": "…", "ru": "…"}},
                "request": "01jd3x0v7q",
            }
        }
    )
    type: str = "about:blank"
    title: str = Field(description="A word for machines.")
    status: int
    detail: str = Field(description="What happened, in the caller's language.")
    cure: str = Field("", description="What to do.")
    texts: dict[str, Texts] = Field(default_factory=dict, description="Both in every language.")
    request: str = Field("", description="Number of the request, as in the log.")
