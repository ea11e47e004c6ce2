"""All pages: whoever adds one adds its router here."""

from __future__ import annotations

from packshot.service.pages import check, photo, static, webhooks

ROUTERS = (static.router, check.router, photo.router, webhooks.router)
