"""Style sheets, modules and pictures of the pages: `/static/<version>/css/base.css`.

The version is a hash of all of them, for modules name their neighbours by relative addresses: one changes,
all get new addresses. So a browser may keep each for ever, and never mixes two versions.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

FOLDER = Path(__file__).parent.parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".webmanifest": "application/manifest+json",
}
FOR_EVER = "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    data: bytes
    media_type: str
    etag: str


@lru_cache(maxsize=1)
def assets() -> dict[str, Asset]:
    """All that may be served. What is not listed here is not found: no path of a visitor meets the disk."""
    return {
        path.relative_to(FOLDER).as_posix(): _asset(path) for path in sorted(FOLDER.rglob("*")) if _ours(path)
    }


@lru_cache(maxsize=1)
def version() -> str:
    together = hashlib.sha256()
    for name, asset in assets().items():
        together.update(f"{name}{asset.etag}".encode())
    return together.hexdigest()[:12]


def address(name: str) -> str:
    """A misspelt name is a mistake of ours: it must not wait for a browser to find it."""
    assert name in assets(), f"there is no static/{name}"
    return f"/static/{version()}/{name}"


@router.get("/static/{of_version}/{name:path}")
def serve(of_version: str, name: str, request: Request) -> Response:
    asset = assets().get(name)
    if asset is None:
        return Response(status_code=404)
    # While machines change versions one by one, a page may ask the other one: it gets what is here, once.
    keep = FOR_EVER if of_version == version() else "no-cache"
    headers = {"cache-control": keep, "etag": asset.etag, "x-content-type-options": "nosniff"}
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    return Response(asset.data, media_type=asset.media_type, headers=headers)


def _ours(path: Path) -> bool:
    return path.is_file() and path.suffix in TYPES and not path.name.startswith(".")


def _asset(path: Path) -> Asset:
    data = path.read_bytes()
    return Asset(data, TYPES[path.suffix], f'"{hashlib.sha256(data).hexdigest()[:16]}"')
