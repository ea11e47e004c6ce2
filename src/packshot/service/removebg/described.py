"""What the OpenAPI page says of the three addresses."""

from __future__ import annotations

from typing import Any

from fastapi import Response

from packshot.service.removebg.wish import CHANNELS, FORMATS, SHADOWS, SIZES, TYPE_LEVELS, TYPES

Schema = dict[str, Any]


def _text(about: str, example: str | None = None, **more: Any) -> Schema:
    shown = {} if example is None else {"examples": [example]}
    return {"type": "string", "description": about, **shown, **more}


def _choice(about: str, names: tuple[str, ...] | list[str], default: str) -> Schema:
    return {"type": "string", "enum": list(names), "default": default, "description": about}


NAMED = {
    "image_url": _text("Address of the photo.", "https://img.example.com/mug.jpg", format="uri"),
    "image_file_b64": _text("The photo as base64.", contentEncoding="base64"),
    "size": _choice("How large the result may be.", [*SIZES, "50MP"], "preview"),
    "type": _choice("What is in the photo.", TYPES, "auto"),
    "type_level": _choice("How finely `X-Type` tells it; `none`: not at all.", TYPE_LEVELS, "1"),
    "format": _choice("`auto`: PNG where something is see-through, else JPG.", FORMATS, "auto"),
    "roi": _text("Only what lies in this rectangle is kept.", "0% 0% 100% 100%"),
    "crop": {"type": "boolean", "default": False, "description": "Cut off the empty borders."},
    "crop_margin": _text("Around the cropped product; 1, 2 or 4 lengths.", "10%"),
    "scale": _text("Share of the picture that the product takes: `original` or 10%…100%.", "80%"),
    "position": _text("`original`, `center`, or one or two percentages.", "center"),
    "channels": _choice("`alpha`: the mask alone.", CHANNELS, "rgba"),
    "add_shadow": {"type": "boolean", "default": False, "description": "As `shadow_type=auto`."},
    "shadow_type": _choice("What ties the product to its ground.", SHADOWS, "none"),
    "shadow_opacity": _text("0…100.", "50"),
    "semitransparency": {"type": "boolean", "default": True, "description": "Taken, without effect."},
    "bg_color": _text("3, 4, 6 or 8 hexadecimal digits, or a colour's name.", "81d4fa"),
    "bg_image_url": _text("Address of a picture to lay behind.", format="uri"),
}
FILES = {
    "image_file": {"type": "string", "contentMediaType": "application/octet-stream", "description": "Photo."},
    "bg_image_file": {
        "type": "string",
        "contentMediaType": "application/octet-stream",
        "description": "A picture to lay behind.",
    },
}
ERRORS: Schema = {
    "type": "object",
    "required": ["errors"],
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["title", "code"],
                "properties": {
                    "title": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        }
    },
    "examples": [{"errors": [{"title": "API Key invalid", "code": "auth_failed"}]}],
}
RESULT: Schema = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {
            "type": "object",
            "required": ["result_b64"],
            "properties": {
                "result_b64": {"type": "string", "contentEncoding": "base64"},
                **{f"foreground_{side}": {"type": "integer"} for side in ("top", "left", "width", "height")},
            },
        }
    },
}
_NUMBER = {"type": "number", "minimum": 0}
CREDITS: Schema = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {
            "type": "object",
            "required": ["attributes"],
            "properties": {
                "attributes": {
                    "type": "object",
                    "required": ["credits", "api"],
                    "properties": {
                        "credits": {
                            "type": "object",
                            "properties": dict.fromkeys(
                                ("total", "subscription", "payg", "enterprise"), _NUMBER
                            ),
                        },
                        "api": {
                            "type": "object",
                            "properties": {
                                "free_calls": {"type": "integer"},
                                "sizes": {"type": "string"},
                            },
                        },
                    },
                }
            },
        }
    },
}
RATE = {
    "X-RateLimit-Limit": "Megapixels a minute.",
    "X-RateLimit-Remaining": "Megapixels that are left.",
    "X-RateLimit-Reset": "Unix seconds at which all are there again.",
}
PICTURE = {
    "X-Type": "What is in the photo.",
    "X-Width": "Of the result.",
    "X-Height": "Of the result.",
    "X-Max-Width": "With `size=full`.",
    "X-Max-Height": "With `size=full`.",
    "X-Credits-Charged": "0.25 for previews, else 1.",
    "X-Foreground-Top": "Where the product stands.",
    "X-Foreground-Left": "Where the product stands.",
    "X-Foreground-Width": "Where the product stands.",
    "X-Foreground-Height": "Where the product stands.",
}


def _headers(named: dict[str, str]) -> Schema:
    return {name: {"description": about, "schema": {"type": "string"}} for name, about in named.items()}


def _refused(**statuses: str) -> dict[int | str, Schema]:
    shape = {"application/json": {"schema": ERRORS}}
    told: dict[int | str, Schema] = {
        int(status[1:]): {"description": about, "content": shape} for status, about in statuses.items()
    }
    if 429 in told:
        told[429]["headers"] = _headers({**RATE, "Retry-After": "Seconds to wait."})
    return told


KEY: Schema = {
    "parameters": [
        {
            "name": "X-Api-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string"},
            "description": "The key, where the service has accounts.",
        }
    ]
}
OURS: dict[str, Any] = {"_500": "Our fault; it is written down.", "_403": "No key, or a wrong one."}
BUSY: dict[str, Any] = {"_429": "Too many megapixels in this minute."}
BODY: Schema = {
    "required": True,
    "content": {
        "multipart/form-data": {"schema": {"type": "object", "properties": {**FILES, **NAMED}}},
        "application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": NAMED}},
        "application/json": {
            "schema": {"type": "object", "properties": NAMED},
            "examples": {
                "link": {
                    "summary": "A photo by its address",
                    "value": {"image_url": "https://img.example.com/mug.jpg", "size": "full", "crop": True},
                }
            },
        },
    },
}
REMOVEBG: dict[str, Any] = {
    "summary": "Remove the background",
    "response_class": Response,
    "responses": {
        200: {
            "description": "The picture, or JSON where `Accept` likes it better.",
            "headers": _headers({**PICTURE, **RATE}),
            "content": {
                **{kind: {} for kind in ("image/png", "image/jpeg", "image/webp", "application/zip")},
                "application/json": {"schema": RESULT},
            },
        },
        **_refused(
            _400="A parameter or a picture that will not do.",
            _402="No credits are left.",
            _408="The body did not arrive in time.",
            _413="The body is too large.",
            _503="Too busy.",
            _504="It took too long.",
            **OURS,
            **BUSY,
        ),
    },
    "openapi_extra": {"requestBody": BODY, **KEY},
}
ACCOUNT: dict[str, Any] = {
    "summary": "Credits that are left",
    "response_class": Response,
    "responses": {
        200: {
            "description": "The balance.",
            "headers": _headers(RATE),
            "content": {"application/json": {"schema": CREDITS}},
        },
        **_refused(**OURS, **BUSY),
    },
    "openapi_extra": KEY,
}
IMPROVE: dict[str, Any] = {
    "summary": "Not offered",
    "response_class": Response,
    "responses": _refused(_501="Photos for improvement are not collected here.", **OURS),
    "openapi_extra": KEY,
    "status_code": 501,
}
