"""Webhooks: the service calls the caller, who need not ask again and again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from packshot.service import webhooks
from packshot.service.api.shapes import Shape
from packshot.service.house import House, house
from packshot.service.people.auth import needs
from packshot.service.people.caller import Caller, May
from packshot.service.problems import RESPONSES
from packshot.service.tables import Delivery, Webhook
from packshot.service.telling import EVENTS

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], responses=RESPONSES)

Home = Annotated[House, Depends(house)]
Manager = Annotated[Caller, Depends(needs(May.MANAGE))]
Address = Annotated[str, Field(max_length=webhooks.MOST_URL, examples=["https://shop.example/packshot"])]
Events = Annotated[
    list[str],
    Field(
        min_length=1, max_length=len(EVENTS), description=f"Of {', '.join(EVENTS)}.", examples=[["job.done"]]
    ),
]


class NewWebhook(BaseModel):
    model_config = ConfigDict(extra="forbid")
    url: Address
    events: Events = Field(default_factory=lambda: list(EVENTS))


class WebhookChange(BaseModel):
    model_config = ConfigDict(extra="forbid")
    url: Address | None = None
    events: Events | None = None
    enabled: bool | None = None


class Since(BaseModel):
    model_config = ConfigDict(extra="forbid")
    since: AwareDatetime = Field(examples=["2026-01-31T08:00:00Z"])


class WebhookShape(Shape):
    id: str
    url: str
    events: list[str]
    enabled: bool
    failures: int = Field(description="In a row. A webhook that fails for a day is switched off.")
    created_at: datetime


class WebhookWithSecret(WebhookShape):
    secret: str = Field(description="What its messages are signed with. It is shown this once.")


class DeliveryShape(Shape):
    id: str = Field(description="As in the header Packshot-Delivery.")
    event: str
    created_at: datetime
    delivered_at: datetime | None
    next_at: datetime | None = Field(description="When it is tried again; null: delivered, or given up.")
    attempts: int
    status: int = Field(description="Of the last answer; 0 where there was none.")
    error: str = Field(
        description="refused, redirect, private_address, unknown_host, certificate, timeout, no_answer; empty"
        " where it was delivered, or not tried yet."
    )


class DeliveryPage(Shape):
    items: list[DeliveryShape]
    next: str | None = Field(description="Cursor of the next page; null at the end.")


class Count(Shape):
    count: int


@router.get("", response_model=list[WebhookShape], summary="Webhooks")
def list_all(home: Home, caller: Manager) -> list[WebhookShape]:
    with home.database.reading() as session:
        return [_shape(one) for one in webhooks.of(session, caller.org_id)]


@router.post(
    "", response_model=WebhookWithSecret, status_code=201, summary="Have messages sent to an address"
)
def add(asked: NewWebhook, home: Home, caller: Manager) -> WebhookWithSecret:
    with home.database.transaction() as session:
        made = webhooks.add(session, caller, home.settings, asked.url, asked.events)
        return _with_secret(home, made)


@router.get("/{webhook_id}", response_model=WebhookShape, summary="One webhook")
def one(webhook_id: str, home: Home, caller: Manager) -> WebhookShape:
    with home.database.reading() as session:
        return _shape(webhooks.find(session, caller.org_id, webhook_id))


@router.patch("/{webhook_id}", response_model=WebhookShape, summary="Change it, switch it off or on")
def change(webhook_id: str, asked: WebhookChange, home: Home, caller: Manager) -> WebhookShape:
    wish = webhooks.Change(asked.url, asked.events, asked.enabled)
    with home.database.transaction() as session:
        return _shape(webhooks.change(session, caller, home.settings, webhook_id, wish))


@router.delete("/{webhook_id}", status_code=204, summary="Delete it, and what it was still to be told")
def remove(webhook_id: str, home: Home, caller: Manager) -> None:
    with home.database.transaction() as session:
        webhooks.remove(session, caller, webhook_id)


@router.post(
    "/{webhook_id}/secret", response_model=WebhookWithSecret, summary="Sign with a new secret from now on"
)
def renew_secret(webhook_id: str, home: Home, caller: Manager) -> WebhookWithSecret:
    with home.database.transaction() as session:
        return _with_secret(home, webhooks.renew_secret(session, caller, webhook_id))


@router.get("/{webhook_id}/deliveries", response_model=DeliveryPage, summary="Its messages, the newest first")
def deliveries(
    webhook_id: str,
    home: Home,
    caller: Manager,
    after: str = Query("", max_length=26),
    limit: int = Query(50, ge=1, le=200),
) -> DeliveryPage:
    with home.database.reading() as session:
        webhook = webhooks.find(session, caller.org_id, webhook_id)
        rows = webhooks.deliveries(session, webhook, after=after, limit=limit + 1)
        shown = [DeliveryShape.model_validate(row) for row in rows[:limit]]
    return DeliveryPage(items=shown, next=shown[-1].id if len(rows) > limit else None)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    response_model=DeliveryShape,
    status_code=202,
    summary="Send a message once more",
)
def replay(webhook_id: str, delivery_id: str, home: Home, caller: Manager) -> Delivery:
    with home.database.transaction() as session:
        return webhooks.replay(session, caller, webhook_id, delivery_id)


@router.post(
    "/{webhook_id}/replay", response_model=Count, status_code=202, summary="Send all since a time once more"
)
def replay_since(webhook_id: str, asked: Since, home: Home, caller: Manager) -> Count:
    with home.database.transaction() as session:
        return Count(count=webhooks.replay_since(session, caller, webhook_id, asked.since))


@router.post(
    "/{webhook_id}/test", response_model=DeliveryShape, status_code=202, summary="Send a test message"
)
def test(webhook_id: str, home: Home, caller: Manager) -> Delivery:
    with home.database.transaction() as session:
        return webhooks.test(session, caller, webhook_id)


def _shape(webhook: Webhook) -> WebhookShape:
    return WebhookShape(
        id=webhook.id,
        url=webhook.url,
        events=list(webhook.events),
        enabled=webhook.disabled_at is None,
        failures=webhook.failures,
        created_at=webhook.created_at,
    )


def _with_secret(home: House, webhook: Webhook) -> WebhookWithSecret:
    secret = webhooks.secret_of(home.settings, webhook)
    return WebhookWithSecret(**_shape(webhook).model_dump(), secret=secret)
