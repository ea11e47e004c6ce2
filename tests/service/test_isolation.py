"""No route of the service tells one organisation anything of another, or lets it change anything there.

The routes are taken from the application itself: one that is added tomorrow is tried, too.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from people_kit import HTML, People
from PIL import Image
from service_kit import mug, noise, work
from sqlalchemy import select

from packshot.service import tables
from packshot.service.house import House
from packshot.service.people.caller import ROLES, May

MARK = "zebra"
"""Stands in every name that the other organisation gave."""
LEAVING = {"/sign-in", "/sign-out", "/invitation"}
"""They change who calls; test_people_sign_in.py and test_people_members.py have them."""
OPEN = {"role": "original", "of_version": "1", "path": "x"}
"""Parts of addresses that belong to nobody."""
REFUSED = (403, 404)


@dataclass(frozen=True)
class Route:
    method: str
    path: str

    @property
    def parts(self) -> list[str]:
        return re.findall(r"{(\w+)(?::\w+)?}", self.path)

    def at(self, ids: Mapping[str, str]) -> str:
        return re.sub(
            r"{(\w+)(?::\w+)?}", lambda part: ids.get(part[1], OPEN.get(part[1], "ozon")), self.path
        )

    def names_somebody_s(self, ids: Mapping[str, str]) -> bool:
        return any(part in ids for part in self.parts)


def routes_of(app: FastAPI) -> list[Route]:
    found = {Route(method, one.path) for one in _walk(app.routes) for method in one.methods or ()}
    return sorted((one for one in found if one.path not in LEAVING), key=lambda one: (one.path, one.method))


def _in_order(routes: list[Route]) -> list[Route]:
    """What is done shows in what is read after it, unless all of it is deleted before."""
    reads = [one for one in routes if one.method == "GET"]
    acts = [one for one in routes if one.method not in ("GET", "HEAD")]
    wholly = [one for one in acts if "organisation/data" in one.path]
    return [*(one for one in acts if one not in wholly), *reads, *wholly]


def _walk(routes: list[Any]) -> Iterator[Any]:
    for one in routes:
        if hasattr(one, "path") and hasattr(one, "methods"):
            yield one
        elif hasattr(one, "original_router"):
            yield from _walk(one.original_router.routes)


@pytest.fixture
def theirs(people: People) -> dict[str, str]:
    """An organisation that has one of everything; the ids, by the names that routes have for them."""
    org = people.organisation(f"{MARK} works")
    user = people.user(org, f"{MARK}@other.example")
    owner = people.client(f"{MARK}@other.example")
    job = owner.post(
        "/v1/jobs",
        files=[
            ("files", (f"{MARK}.jpg", mug())),
            ("files", (f"{MARK}2.jpg", noise(7))),
        ],
        data={"stages": "true"},
    ).json()["id"]
    work(people.home)
    photo = owner.get("/v1/photos", params={"search": f"{MARK}.jpg"}).json()["items"][0]["id"]
    upload = owner.post("/v1/uploads", files={"file": (f"{MARK}3.jpg", noise(8))}).json()["id"]
    key = owner.post("/v1/keys", json={"name": f"{MARK} import"}).json()["id"]
    invited = owner.post("/v1/invitations", json={"email": f"{MARK}2@other.example"}).json()["id"]
    hook = owner.post("/v1/webhooks", json={"url": f"https://{MARK}.example/hook"}).json()["id"]
    owner.post(f"/v1/webhooks/{hook}/test")
    with people.home.database.transaction() as session:
        session.execute(tables.Photo.__table__.update().values(outcome="review", doubt=0.9))
        delivery = session.scalars(select(tables.Delivery.id)).first() or ""
    return {
        "org_id": org,
        "user_id": user,
        "job_id": job,
        "photo_id": photo,
        "upload_id": upload,
        "key_id": key,
        "invitation_id": invited,
        "webhook_id": hook,
        "delivery_id": delivery,
    }


@pytest.fixture(params=["the strongest", pytest.param("every role and key", marks=pytest.mark.slow)])
def callers(request: pytest.FixtureRequest, people: People) -> dict[str, TestClient]:
    """Of one organisation."""
    roles, scopes = (["owner"], []) if request.param == "the strongest" else ([*ROLES], [*May])
    org = people.organisation("own works")
    for role in roles:
        people.user(org, f"{role}@own.example", role)
    by_role = {role: people.client(f"{role}@own.example") for role in roles}
    by_key = {f"key to {may}": people.program(people.key(org, may)) for may in scopes}
    return {**by_role, **by_key, "key to all": people.program(people.key(org))}


def test_nothing_of_another_organisation_can_be_seen_or_changed(
    people: People, theirs: dict[str, str], callers: dict[str, TestClient]
) -> None:
    secrets = {
        MARK,
        *(f"{MARK}{number}.jpg" for number in ("", 2, 3)),
        f"{MARK} works",
        f"{MARK} import",
        *theirs.values(),
        *_digests(people.home, theirs["org_id"]),
    }
    before = _rows(people.home, theirs)
    schemas = people.app.openapi()
    tried = 0
    for route in _in_order(routes_of(people.app)):
        for who, client in callers.items():
            for how in _asked(route, schemas, theirs):
                answer = client.request(route.method, route.at(theirs), headers=HTML, **how)
                tried += 1
                told = f"{route.method} {route.path} as {who} with {str(how)[:300]}: {answer.status_code}"
                assert answer.status_code < 500 or answer.status_code == 501, told
                if route.names_somebody_s(theirs):
                    assert answer.status_code in REFUSED or _is_sorted_out_before(answer), told
                assert not _shown(answer, secrets, how), (told, _shown(answer, secrets, how))
    assert tried > 150 * len(callers)
    assert _rows(people.home, theirs) == before


def test_the_same_addresses_are_open_to_whose_they_are(people: People, theirs: dict[str, str]) -> None:
    """Else the test above would prove nothing."""
    owner = people.client(f"{MARK}@other.example")
    asked = [one for one in routes_of(people.app) if one.names_somebody_s(theirs) and one.method == "GET"]
    assert len(asked) >= 8
    for route in asked:
        if route.path.endswith("/events"):
            continue  # waits for what is not done yet
        answer = owner.get(route.at(theirs), headers=HTML)
        assert answer.status_code == 200, (route, answer.text)


def test_without_signing_in_nothing_of_anybody_is_open(people: People, theirs: dict[str, str]) -> None:
    stranger = people.browser()
    for route in routes_of(people.app):
        answer = stranger.request(route.method, route.at(theirs))
        assert not _shown(answer, {MARK, *theirs.values()} - {theirs["photo_id"]}), route
        if route.names_somebody_s(theirs):
            assert answer.status_code == 401, route


def test_a_zero_byte_is_no_crash(people: People) -> None:
    """PostgreSQL refuses it wherever a text is compared or kept."""
    people.user(people.organisation("own works"), "own@own.example")
    owner = people.client("own@own.example")
    zero = "a\0b"
    queries = {"params": dict.fromkeys(("search", "after", "job", "profile", "next"), zero)}
    bodies = (
        {"json": {"ids": [zero], "name": zero, "upload": zero}},
        {"data": {"name": zero, "role": "viewer", "email": zero, "scopes": "read", "ids": zero}},
    )
    for route in routes_of(people.app):
        asked = [(route.at({}), queries), (re.sub(r"{\w+(:\w+)?}", "a%00b", route.path), {})]
        asked += [(route.at({}), body) for body in bodies if route.method not in ("GET", "HEAD")]
        for path, how in asked:
            answer = owner.request(route.method, path, headers=HTML, **how)
            assert answer.status_code < 500 or answer.status_code == 501, (route, how, answer.text)
    for path in LEAVING:
        answer = people.browser().post(path, data={"email": zero, "password": zero, "token": zero})
        assert answer.status_code < 500, path
        assert people.browser(cookies={"packshot": "a%00b"}).get(path).status_code < 500


def _asked(route: Route, schemas: Mapping[str, Any], ids: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Their ids wherever an id could stand: in the query, in JSON as the OpenAPI has it, in a form."""
    if route.method in ("GET", "HEAD", "DELETE", "OPTIONS"):
        yield {}
        yield {"params": {"job": ids["job_id"], "search": MARK, "ids": ids["photo_id"], "deleted": "true"}}
        return
    content = schemas["paths"].get(route.path, {}).get(route.method.lower(), {}).get("requestBody", {})
    schema = content.get("content", {}).get("application/json", {}).get("schema")
    if schema:
        body = _filled(schema, schemas, ids, "")
        yield {"json": body}
        if isinstance(body, dict) and len(body) > 1:
            for name, value in body.items():
                yield {"json": {name: value}}
    if not route.path.startswith("/v1/") or not schema:
        yield {"data": _form(ids)}
        yield {"data": {"csrf": "x"}, "files": {"mask": ("mask.png", _mask(), "image/png")}}


def _form(ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "ids": [ids["photo_id"]],
        "photos": ids["photo_id"],
        "upload": ids["upload_id"],
        "organisation": ids["org_id"],
        "job": ids["job_id"],
        "session": "",
        "search": MARK,
        "role": "viewer",
        "email": "new@own.example",
        "decision": "approved",
        "action": "approved",
        "enabled": "false",
        "name": "own",
    }


def _filled(schema: Mapping[str, Any], whole: Mapping[str, Any], ids: Mapping[str, str], name: str) -> Any:
    if "$ref" in schema:
        schema = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _filled(schema[choice][0], whole, ids, name)
    if "enum" in schema:
        return schema["enum"][-1]
    match schema.get("type"):
        case "object" | None:
            fields = schema.get("properties", {})
            return {
                one: _filled(of, whole, ids, one)
                for one, of in fields.items()
                if one not in ("url", "urls", "feed", "wait")
            }
        case "array":
            return [_filled(schema.get("items", {}), whole, ids, name)]
        case "boolean":
            return True
        case "integer" | "number":
            return 1
    return _word(schema, ids, name)


def _word(schema: Mapping[str, Any], ids: Mapping[str, str], name: str) -> str:
    if schema.get("format") == "date-time":
        return "2026-01-31T08:00:00Z"
    if name in ("profile", "category"):
        return ""
    if name == "email":
        return "new@own.example"
    kind = {"ids": "photo_id", "upload": "upload_id", "uploads": "upload_id", "job": "job_id"}.get(name)
    if kind:
        return ids[kind]
    return str(schema.get("examples", ["own"])[0])


def _mask() -> bytes:
    written = io.BytesIO()
    Image.new("L", (600, 600), 255).save(written, "PNG")
    return written.getvalue()


def _is_sorted_out_before(answer: Response) -> bool:
    """The body makes no sense whoever's photo it is about: told without a look at whose it is."""
    if answer.status_code not in (400, 422):
        return False
    if answer.headers["content-type"].startswith("text/html"):
        code = answer.text.partition('data-problem="')[2].partition('"')[0]
    else:
        code = answer.json()["title"]
    return code in ("bad_request", "bad_option")


def _shown(answer: Response, secrets: set[str], how: object = "") -> set[str]:
    """What of theirs stands in the answer, and was not in the question."""
    asked = f"{answer.request.url} {how}"
    told = answer.content.decode("latin-1") + json.dumps(dict(answer.headers))
    return {one for one in secrets if one in told and one not in asked}


def _rows(home: House, ids: Mapping[str, str]) -> dict[str, list[Any]]:
    """All that the database has of the other organisation."""
    held: dict[str, list[Any]] = {}
    with home.database.reading() as session:
        for table in tables.Table.metadata.sorted_tables:
            query = select(table)
            if table.name == "organisations":
                query = query.where(table.c.id == ids["org_id"])
            elif table.name == "users":
                query = query.where(table.c.id == ids["user_id"])
            elif "org_id" in table.c:
                query = query.where(table.c.org_id == ids["org_id"])
            else:
                continue
            held[table.name] = sorted(map(str, session.execute(query)))
    assert all(
        held[name] for name in ("photos", "files", "jobs", "keys", "webhooks", "invitations", "uploads")
    )
    return held


def _digests(home: House, org_id: str) -> set[str]:
    with home.database.reading() as session:
        return set(session.scalars(select(tables.File.sha256).where(tables.File.org_id == org_id)))
