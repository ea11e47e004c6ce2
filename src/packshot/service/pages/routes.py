"""All pages: whoever adds one adds its router here."""

from __future__ import annotations

from packshot.service.pages import check, people, photo, static, webhooks

ROUTERS = (static.router, people.router, check.router, photo.router, webhooks.router)
