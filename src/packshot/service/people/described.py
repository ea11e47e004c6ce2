"""In the OpenAPI: how programs say who they are, on a service where one has to."""

from __future__ import annotations

from typing import Any

SCHEMES = {
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "An owner makes it on the page of keys, or by `POST /v1/keys`.",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The same key, as `Authorization: Bearer`.",
    },
}
CLOSED = "/v1"
"""Below it nothing answers to strangers."""


def describe(told: dict[str, Any]) -> None:
    told.setdefault("components", {})["securitySchemes"] = SCHEMES
    for path, operations in told.get("paths", {}).items():
        for operation in operations.values():
            operation["security"] = [{name: []} for name in SCHEMES] if path.startswith(CLOSED) else []
