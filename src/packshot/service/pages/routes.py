"""All pages: whoever adds one adds its router here."""

from __future__ import annotations

from packshot.service.pages import (
    check,
    history,
    people,
    photo,
    review,
    rules,
    settings,
    settings_keys,
    settings_members,
    settings_usage,
    static,
    status,
    webhooks,
)

ROUTERS = (
    static.router,
    people.router,
    check.router,
    photo.router,
    history.router,
    review.router,
    rules.router,
    settings.router,
    settings_members.router,
    settings_keys.router,
    settings_usage.router,
    webhooks.router,
    status.router,
)
