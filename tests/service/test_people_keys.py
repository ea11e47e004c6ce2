"""Keys: what programs come in with, what they may, how often, and when they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from people_kit import People
from service_kit import noise
from sqlalchemy import select, update

from packshot.service.house import House
from packshot.service.people.caller import Caller, May
from packshot.service.people.limits import READING, Limits
from packshot.service.people.refusals import TooManyCalls
from packshot.service.settings import Settings
from packshot.service.tables import Calls, Key, Usage, now

ANN, BOB = "ann@shop.example", "bob@shop.example"


@pytest.fixture
def shop(people: People) -> str:
    made = people.organisation("Kettles & Co")
    people.user(made, ANN)
    return made


@pytest.mark.parametrize(
    "header",
    [("X-Api-Key", "{}"), ("x-api-key", " {} "), ("X-API-KEY", "{}"), ("Authorization", "Bearer {}"),
     ("authorization", "bearer  {}")],
)  # fmt: skip
def test_a_key_comes_in_either_header(people: People, shop: str, header: tuple[str, str]) -> None:
    key = people.key(shop)
    name, form = header
    got = people.browser().get("/v1/me", headers={name: form.format(key)})
    assert got.status_code == 200
    assert got.json()["organisation"] == {"id": shop, "name": "Kettles & Co", "keep_days": None}


@pytest.mark.parametrize(
    "wrong", ["{}x", "psk_", "{}\0", "PSK_{}", "Basic {}", "é", "'; --", "psk_" + "0" * 1000]
)
def test_what_is_no_key_opens_nothing(people: People, shop: str, wrong: str) -> None:
    key = people.key(shop)
    for headers in ({"x-api-key": wrong.format(key).encode()}, {"authorization": f"Basic {key}".encode()}):
        assert people.browser().get("/v1/me", headers=headers).status_code == 401


def test_a_wrong_key_is_not_helped_by_a_cookie(people: People, shop: str) -> None:
    assert people.client(ANN).get("/v1/me", headers={"x-api-key": "psk_wrong"}).status_code == 401


def test_a_key_is_shown_once_and_not_kept(people: People, shop: str) -> None:
    browser = people.client(ANN)
    made = browser.post("/v1/keys", json={"name": "shop import"}).json()
    assert made["key"].startswith("psk_")
    assert len(made["key"]) > 50
    assert made["scopes"] == ["read", "write"]
    told = browser.get("/v1/keys").text
    assert made["start"] in told
    assert made["key"] not in told
    with people.home.database.reading() as session:
        assert made["key"] not in str(session.execute(select(Key.__table__)).all())
    page = browser.post("/settings/keys", data={"name": "another", "scopes": ["read"]})
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert page.text.count("psk_") >= 1
    assert people.program(made["key"]).get("/v1/me").json()["who"] == f"key:{made['id']}"


def test_a_revoked_key_is_out_with_the_next_call(people: People, shop: str) -> None:
    browser = people.client(ANN)
    made = browser.post("/v1/keys", json={"name": "shop import"}).json()
    program = people.program(made["key"])
    assert program.get("/v1/me").status_code == 200
    assert browser.delete(f"/v1/keys/{made['id']}").status_code == 204
    assert program.get("/v1/me").status_code == 401
    assert browser.delete(f"/v1/keys/{made['id']}").status_code == 404
    told = program.post("/v1.0/removebg", files={"image_file": ("a.jpg", noise(1))})
    assert told.status_code == 403
    assert told.json()["errors"][0]["code"] == "auth_failed"


@pytest.mark.parametrize(
    ("scopes", "method", "path", "status"),
    [
        ({May.READ}, "GET", "/v1/photos", 200),
        ({May.READ}, "POST", "/v1/photos/delete", 403),
        ({May.READ}, "GET", "/v1/keys", 403),
        ({May.WRITE}, "GET", "/v1/photos", 403),
        ({May.WRITE, May.READ, May.REVIEW}, "GET", "/v1/members", 403),
        ({May.WRITE, May.READ, May.REVIEW}, "DELETE", "/v1/organisation/data", 403),
        ({May.MANAGE}, "GET", "/v1/members", 200),
    ],
)
def test_a_key_may_what_its_scopes_say(
    people: People, shop: str, scopes: set[May], method: str, path: str, status: int
) -> None:
    assert people.program(people.key(shop, *scopes)).request(method, path).status_code == status


def test_keys_make_no_stronger_keys(people: People, shop: str) -> None:
    program = people.program(people.key(shop, May.READ, May.MANAGE))
    assert program.post("/v1/keys", json={"name": "n", "scopes": ["write"]}).status_code == 403
    assert program.post("/v1/keys", json={"name": "n", "scopes": ["read", "manage"]}).status_code == 201
    assert program.post("/v1/invitations", json={"email": BOB, "role": "owner"}).status_code == 403
    assert program.post("/v1/invitations", json={"email": BOB, "role": "viewer"}).status_code == 201


def test_a_key_may_no_more_than_its_maker_may_now(people: People, shop: str) -> None:
    bob = people.user(shop, BOB)
    key = people.client(BOB).post("/v1/keys", json={"name": "his", "scopes": list(May)}).json()["key"]
    child = (
        people.program(key).post("/v1/keys", json={"name": "its child", "scopes": list(May)}).json()["key"]
    )
    owner = people.client(ANN)
    for one in (key, child):
        assert people.program(one).get("/v1/members").status_code == 200
    assert owner.patch(f"/v1/members/{bob}", json={"role": "viewer"}).status_code == 200
    for one in (key, child):
        assert people.program(one).get("/v1/members").status_code == 403
        assert people.program(one).get("/v1/photos").status_code == 200
    assert owner.delete(f"/v1/members/{bob}").status_code == 204
    for one in (key, child):
        assert people.program(one).get("/v1/photos").status_code == 401


def test_requests_by_key_need_no_proof_of_a_page(people: People, shop: str) -> None:
    program = people.program(people.key(shop))
    assert program.post("/v1/keys", json={"name": "n"}).status_code == 201


def test_the_last_use_is_written_once_a_minute(people: People, shop: str) -> None:
    program = people.program(people.key(shop))
    seen = []
    for back in (timedelta(0), timedelta(seconds=30), timedelta(minutes=2)):
        with people.home.database.transaction() as session:
            if back:
                session.execute(update(Key).values(last_used_at=now() - back))
            before = session.scalar(select(Key.last_used_at))
        program.get("/v1/me")
        with people.home.database.reading() as session:
            seen.append(session.scalar(select(Key.last_used_at)) != before)
    assert seen == [True, False, True]


def test_the_openapi_says_how_to_come_in_where_one_has_to(people: People, client: TestClient) -> None:
    told = people.browser().get("/v1/openapi.json").json()
    assert told["components"]["securitySchemes"]["key"]["name"] == "X-Api-Key"
    assert {"key": []} in told["paths"]["/v1/fix"]["post"]["security"]
    assert told["paths"]["/healthz"]["get"]["security"] == []
    assert "security" not in client.get("/v1/openapi.json").json()["paths"]["/v1/fix"]["post"]


def test_keys_work_on_a_machine_without_accounts_and_nobody_else_s_are_minded(
    home: House, client: TestClient
) -> None:
    made = client.post("/v1/keys", json={"name": "shop", "scopes": ["read"]}).json()
    by_key = {"x-api-key": made["key"]}
    assert client.get("/v1/me", headers=by_key).json()["who"] == f"key:{made['id']}"
    assert client.get("/v1/keys", headers=by_key).status_code == 403
    assert client.get("/v1/me", headers={"x-api-key": "of another service"}).json()["who"] == "local"
    client.delete(f"/v1/keys/{made['id']}")
    assert client.get("/v1/me", headers=by_key).status_code == 401


def test_no_cookie_opens_the_door_of_programs(people: People, shop: str) -> None:
    browser = people.client(ANN)
    told = browser.post("/v1.0/removebg", files={"image_file": ("a.jpg", noise(1))})
    assert told.status_code == 403
    assert told.json()["errors"][0]["code"] == "missing_api_key"


# ---- how often ---------------------------------------------------------------------------------------------


def test_too_many_calls_are_told_when_to_come_back(people: People, shop: str) -> None:
    program = people.program(people.key(shop, per_minute=3))
    people.home.limits.clock = lambda: 60_000_030.0
    answers = [program.post("/v1/photos/delete", json={"ids": ["x"]}) for _ in range(5)]
    assert [one.status_code for one in answers] == [404, 404, 404, 429, 429]
    assert answers[-1].headers["retry-after"] == "30"
    assert answers[-1].json()["title"] == "too_many_calls"
    first = answers[0].headers
    assert (first["ratelimit-limit"], first["ratelimit-remaining"], first["ratelimit-reset"]) == (
        "3",
        "2",
        "30",
    )
    people.home.limits.clock = lambda: 60_000_061.0
    assert program.post("/v1/photos/delete", json={"ids": ["x"]}).status_code == 404


def test_one_key_s_calls_are_not_another_s(people: People, shop: str) -> None:
    people.home.limits.clock = lambda: 60_000_000.0
    busy, calm = (people.program(people.key(shop, per_minute=1)) for _ in range(2))
    assert [busy.post("/v1/keys").status_code for _ in range(2)] == [422, 429]
    assert calm.post("/v1/keys").status_code == 422


@given(
    calls=st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 1)), max_size=80),
    limit=st.integers(1, 30),
)
def test_machines_together_never_pass_the_limit(
    made_limits: list[Limits], calls: list[tuple[int, bool, int]], limit: int
) -> None:
    """Three machines, one account: whatever comes where, no minute has more than it may."""
    caller = Caller("o", f"key:{id(calls)}", frozenset(May), per_minute=limit)
    start = made_limits[0].clock() + 600
    spent: dict[int, float] = {}
    minute = 0
    for machine, reading, later in calls:
        minute += later
        for one in made_limits:
            one.clock = lambda at=start + 60 * minute: at  # type: ignore[misc]
        try:
            told = made_limits[machine].count(caller, reading=reading)
        except TooManyCalls:
            continue
        spent[minute] = spent.get(minute, 0) + (READING if reading else 1)
        assert 0 <= int(told["RateLimit-Remaining"]) <= limit
    assert all(used <= limit + 1e-9 for used in spent.values())


def test_one_machine_gets_all_of_its_limit(made_limits: list[Limits]) -> None:
    caller = Caller("o", "key:whole", frozenset(May), per_minute=50)
    for _ in range(50):
        made_limits[0].count(caller, reading=False)
    with pytest.raises(TooManyCalls):
        made_limits[0].count(caller, reading=False)


def test_a_page_full_of_pictures_is_few_writes(people: People, shop: str) -> None:
    program = people.program(people.key(shop))
    people.home.limits.clock = lambda: 60_000_000.0
    for _ in range(100):
        assert program.get("/v1/me").status_code == 200
    with people.home.database.reading() as session:
        taken = session.scalar(select(Calls.count))
    assert taken == people.home.settings.per_minute / 20, "one handful was enough"


def test_old_minutes_go(people: People, shop: str) -> None:
    program = people.program(people.key(shop))
    for minute in range(3):
        people.home.limits.clock = lambda at=60.0 * (1000 + minute): at  # type: ignore[misc]
        program.get("/v1/me")
    with people.home.database.reading() as session:
        assert session.scalars(select(Calls.minute)).all() == [1002]


def test_a_key_s_own_quota_of_photos_is_kept_and_told(people: People, shop: str) -> None:
    program = people.program(people.key(shop, per_day=2))
    files = [("files", (f"{number}.jpg", noise(number))) for number in range(2)]
    assert program.post("/v1/jobs", files=files).status_code == 202
    refused = program.post("/v1/jobs", files=files[:1])
    assert refused.status_code == 429
    assert refused.json()["title"] == "quota_exceeded"
    told = program.get("/v1/usage").json()
    assert (told["today"], told["limit"]) == (2, 2)
    assert told["days"] == [{"day": now().date().isoformat(), "photos": 2, "kinds": {"fix": 2}}]


def test_usage_adds_up_over_kinds_and_callers(people: People, shop: str) -> None:
    day = now().date()
    with people.home.database.transaction() as session:
        for back, kind, who, photos in (
            (0, "fix", "a", 3), (0, "check", "a", 4), (0, "fix", "b", 5), (29, "fix", "a", 6),
            (30, "fix", "a", 7),
        ):  # fmt: skip
            when = (day - timedelta(days=back)).isoformat()
            session.add(Usage(org_id=shop, day=when, who=who, kind=kind, photos=photos))
    browser = people.client(ANN)
    told = browser.get("/v1/usage").json()
    assert [one["photos"] for one in told["days"]] == [6, 12]
    assert told["days"][-1]["kinds"] == {"fix": 8, "check": 4}
    page = browser.get("/settings/usage").text
    assert page.count("<rect") == 30
    assert "18 photos in the last 30 days" in page


@pytest.fixture(scope="module")
def made_limits(made_sqlite: object, tmp_path_factory: pytest.TempPathFactory) -> list[Limits]:
    import shutil

    from packshot.service.database import Database

    path = tmp_path_factory.mktemp("limits") / "packshot.db"
    shutil.copy(str(made_sqlite), path)
    return [Limits(Database.at(f"sqlite:///{path}"), Settings()) for _ in range(3)]
