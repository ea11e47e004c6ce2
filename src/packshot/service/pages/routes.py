"""All pages: whoever adds one adds its router here."""

from __future__ import annotations

from packshot.service.pages import check, history, people, photo, rules, static, status, webhooks

ROUTERS = (
    static.router,
    people.router,
    check.router,
    photo.router,
    history.router,
    rules.router,
    webhooks.router,
    status.router,
)
