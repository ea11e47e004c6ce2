"""What went wrong, as clients of remove.bg read it: `{"errors": [{"title", "code", "detail"}]}`.

The sentences stand in English only: they belong to the protocol, as the names of its fields do, and clients
compare them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from packshot.errors import BadPhoto, EngineFailed, PackshotError, StoreFailed, WeightsMissing
from packshot.words import verbatim


@dataclass(frozen=True, slots=True)
class Mistake:
    code: str
    title: str
    detail: str = ""

    def as_dict(self) -> dict[str, str]:
        told = {"title": self.title, "code": self.code}
        return {**told, "detail": self.detail} if self.detail else told


class Refusal(PackshotError):
    """No picture, and why: a status, everything that was wrong, headers that go with it."""

    code = "removebg_refusal"

    def __init__(self, status: int, *mistakes: Mistake, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(verbatim("; ".join(mistake.title for mistake in mistakes)))
        self.status = status
        self.mistakes = mistakes
        self.headers = dict(headers or {})

    def __reduce__(self) -> tuple[object, ...]:
        return Refusal.from_dict, (self.as_dict(),)

    def body(self) -> dict[str, Any]:
        return {"errors": [mistake.as_dict() for mistake in self.mistakes]}

    def as_dict(self) -> dict[str, Any]:
        """For a queue; `body` is for clients."""
        return {
            "status": self.status,
            "mistakes": [asdict(mistake) for mistake in self.mistakes],
            "headers": self.headers,
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Refusal:
        mistakes = (Mistake(**mistake) for mistake in told["mistakes"])
        return cls(told["status"], *mistakes, headers=told["headers"])


def bad(code: str, title: str, detail: str = "") -> Refusal:
    """400: a parameter or a picture that will not do."""
    return Refusal(400, Mistake(code, title, detail))


def missing_source() -> Refusal:
    return bad(
        "missing_source",
        "No image given",
        "Please provide the source image in the image_url, image_file or image_file_b64 parameter.",
    )


def unknown_foreground() -> Refusal:
    return bad(
        "unknown_foreground",
        "Could not identify foreground in image",
        "Nothing stands out from the ground. Choose a photo on which the product is seen well.",
    )


def missing_key() -> Refusal:
    return Refusal(403, Mistake("missing_api_key", "Missing API Key", "Send it in the header X-Api-Key."))


def wrong_key() -> Refusal:
    return Refusal(403, Mistake("auth_failed", "API Key invalid"))


def no_credits() -> Refusal:
    return Refusal(402, Mistake("insufficient_credits", "Insufficient credits"))


def too_many(retry_after: int, headers: Mapping[str, str]) -> Refusal:
    """429; `headers` are `Rate.headers`."""
    return Refusal(
        429,
        Mistake("rate_limit_exceeded", "Rate limit exceeded", f"Try again in {retry_after} seconds."),
        headers={**headers, "Retry-After": str(retry_after)},
    )


def too_late() -> Refusal:
    return Refusal(
        504, Mistake("timeout", "The image took too long", "Try again, or send a smaller image."),
        headers={"Retry-After": "5"},
    )  # fmt: skip


def broken() -> Refusal:
    return Refusal(500, Mistake("server_error", "Something went wrong on our side", "Please try again."))


def away() -> Refusal:
    return Refusal(
        503, Mistake("service_unavailable", "Service unavailable", "Send the same again in a moment."),
        headers={"Retry-After": "5"},
    )  # fmt: skip


PHOTO = {
    "not_an_image": ("invalid_file_type", "Invalid file type"),
    "unsupported": ("invalid_file_type", "Invalid file type"),
    "too_many_bytes": ("file_too_large", "File too large"),
    "too_many_pixels": ("resolution_too_high", "Image resolution too high"),
    "side_too_long": ("resolution_too_high", "Image resolution too high"),
}
"""By `BadPhoto.reason`; every other reason says that the picture cannot be read."""
UNREADABLE = ("failed_to_read_image", "Failed to read image")


def of(error: PackshotError) -> Refusal:
    """Anything that packshot raises on purpose, in this door's words."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, BadPhoto):
        return bad(*PHOTO.get(error.reason, UNREADABLE), str(error))
    if isinstance(error, StoreFailed):
        return away()
    if isinstance(error, (EngineFailed, WeightsMissing)):
        return broken()
    if error.code in HOUSE:
        return _of_house(error)
    return bad("invalid_parameter", "Invalid parameter", str(error))


HOUSE = {
    "busy": (429, "rate_limit_exceeded", "Rate limit exceeded"),
    "too_many_calls": (429, "rate_limit_exceeded", "Rate limit exceeded"),
    "quota_exceeded": (402, "insufficient_credits", "Insufficient credits"),
    "not_signed_in": (403, "auth_failed", "API Key invalid"),
    "not_allowed": (403, "auth_failed", "API Key invalid"),
}
"""What the rest of the service refuses for, by `PackshotError.code`."""


def _of_house(error: PackshotError) -> Refusal:
    status, code, title = HOUSE[error.code]
    after = getattr(error, "retry_after", None)
    headers = {"Retry-After": str(after or 5)} if status == 429 else {}
    return Refusal(status, Mistake(code, title, str(error)), headers=headers)


def of_background(error: PackshotError) -> Refusal:
    """The same, where it was the background's picture that would not do."""
    why = of(error)
    if why.status != 400:
        return why
    told = (Mistake(m.code, f"Background image: {m.title}", m.detail) for m in why.mistakes)
    return Refusal(400, *told)
