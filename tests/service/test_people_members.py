"""Members and invitations: who comes in by a link, as what, and who is never shut out or let too far in."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people_kit import HTML, PASSWORD, People, csrf_of
from sqlalchemy import func, select, update

from packshot.errors import PackshotError
from packshot.service.people import members
from packshot.service.people.caller import ROLES, Caller
from packshot.service.tables import Invitation, Membership, User, now

ANN, BOB, CAT = "ann@shop.example", "bob@shop.example", "cat@shop.example"
NEW_PASSWORD = "seven green lamps"


@pytest.fixture
def shop(people: People) -> str:
    made = people.organisation("Kettles & Co")
    people.user(made, ANN)
    return made


def invite(owner: TestClient, email: str, role: str = "editor") -> str:
    made = owner.post("/v1/invitations", json={"email": email, "role": role})
    assert made.status_code == 201, made.text
    link: str = made.json()["link"]
    return link.partition("token=")[2]


def join(browser: TestClient, token: str, password: str = NEW_PASSWORD, name: str = "") -> int:
    form = {"token": token, "password": password, "name": name}
    return browser.post("/invitation", data=form).status_code


def role_of(people: People, email: str, org_id: str) -> str | None:
    with people.home.database.reading() as session:
        mine = Membership.org_id == org_id, User.email == email
        return session.scalar(select(Membership.role).join(User, User.id == Membership.user_id).where(*mine))


def test_an_invited_stranger_becomes_a_member_and_is_signed_in(people: People, shop: str) -> None:
    token = invite(people.client(ANN), " Bob@Shop.example ", "moderator")
    browser = people.browser()
    page = browser.get("/invitation", params={"token": token}).text
    assert "Kettles &amp; Co" in page
    assert BOB in page
    assert join(browser, token, name="Bob") == 303
    me = browser.get("/v1/me").json()
    assert me["name"] == "Bob"
    assert sorted(me["may"]) == ["read", "review"]
    assert people.client(BOB, NEW_PASSWORD).get("/v1/me").status_code == 200


def test_a_link_works_once(people: People, shop: str) -> None:
    token = invite(people.client(ANN), BOB)
    assert join(people.browser(), token) == 303
    assert people.browser().get("/invitation", params={"token": token}).status_code == 404
    assert join(people.browser(), token) == 404
    with people.home.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 2


def test_a_link_that_many_follow_at_once_lets_one_in(people: People, shop: str) -> None:
    token = invite(people.client(ANN), BOB)
    browsers = [people.browser() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(lambda browser: join(browser, token), browsers))
    assert statuses == [303, 404, 404, 404]


def test_a_link_ends_after_a_week(people: People, shop: str) -> None:
    token = invite(people.client(ANN), BOB)
    with people.home.database.transaction() as session:
        (lasts,) = session.scalars(select(Invitation.expires_at))
        assert timedelta(days=6, hours=23) < lasts - now() <= timedelta(days=7)
        session.execute(update(Invitation).values(expires_at=now() - timedelta(seconds=1)))
    assert join(people.browser(), token) == 404


def test_a_link_taken_back_is_worth_nothing(people: People, shop: str) -> None:
    owner = people.client(ANN)
    token = invite(owner, BOB)
    (waiting,) = owner.get("/v1/invitations").json()
    assert token not in str(waiting)
    assert owner.delete(f"/v1/invitations/{waiting['id']}").status_code == 204
    assert join(people.browser(), token) == 404


def test_only_the_hash_of_a_link_is_kept(people: People, shop: str) -> None:
    token = invite(people.client(ANN), BOB)
    with people.home.database.reading() as session:
        kept = session.scalars(select(Invitation.token)).one()
    assert token != kept
    assert join(people.browser(), kept) == 404


def test_who_has_an_account_joins_with_its_password_alone(people: People, shop: str) -> None:
    other = people.organisation("Lamps")
    people.user(other, CAT)
    token = invite(people.client(CAT), ANN, "viewer")
    page = people.browser().get("/invitation", params={"token": token}).text
    assert "new-password" not in page
    assert join(people.browser(), token, "not her password") == 401
    assert role_of(people, ANN, other) is None
    browser = people.browser()
    assert join(browser, token, PASSWORD) == 303
    assert browser.get("/v1/me").json()["organisation"]["name"] == "Lamps"
    assert role_of(people, ANN, shop) == "owner", "what she was elsewhere, she still is"
    with people.home.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 2


def test_guessing_on_an_invitation_is_slowed_as_at_the_door(people: People, shop: str) -> None:
    other = people.organisation("Lamps")
    people.user(other, CAT)
    token = invite(people.client(CAT), ANN, "viewer")
    statuses = [join(people.browser(), token, "wrong") for _ in range(7)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


def test_a_weak_password_makes_no_account_and_leaves_the_link(people: People, shop: str) -> None:
    token = invite(people.client(ANN), BOB)
    browser = people.browser()
    assert join(browser, token, "password12") == 422
    assert "packshot" not in browser.cookies
    assert join(browser, token) == 303


def test_switching_between_organisations_gives_a_new_token(people: People, shop: str) -> None:
    other = people.organisation("Lamps")
    people.user(other, CAT)
    browser = people.browser()
    join(browser, invite(people.client(CAT), ANN, "viewer"), PASSWORD)
    browser.headers["x-csrf-token"] = csrf_of(browser)
    before = browser.cookies["packshot"]
    assert browser.post("/settings/switch", data={"organisation": shop}).status_code == 303
    assert browser.cookies["packshot"] != before
    assert browser.get("/v1/me").json()["organisation"]["id"] == shop
    assert people.browser(cookies={"packshot": before}).get("/v1/me").status_code == 401
    browser.headers["x-csrf-token"] = csrf_of(browser)
    stranger = people.organisation("of strangers")
    assert browser.post("/settings/switch", data={"organisation": stranger}).status_code == 404
    assert browser.post("/settings/switch", data={"organisation": ""}).status_code == 404


# ---- roles -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["editor", "moderator", "viewer"])
def test_nobody_but_an_owner_manages(people: People, shop: str, role: str) -> None:
    bob = people.user(shop, BOB, role)
    browser = people.client(BOB)
    with people.home.database.reading() as session:
        ann = session.scalar(select(User.id).where(User.email == ANN))
    for method, path, json in (
        ("POST", "/v1/invitations", {"email": CAT, "role": "owner"}),
        ("POST", "/v1/invitations", {"email": CAT, "role": "viewer"}),
        ("POST", "/v1/keys", {"name": "n", "scopes": ["manage"]}),
        ("POST", "/v1/keys", {"name": "n", "scopes": ["read"]}),
        ("PATCH", f"/v1/members/{bob}", {"role": "owner"}),
        ("DELETE", f"/v1/members/{ann}", None),
        ("PATCH", "/v1/organisation", {"name": "mine"}),
        ("DELETE", "/v1/organisation/data", None),
        ("GET", "/v1/audit", None),
    ):
        assert browser.request(method, path, json=json).status_code == 403, path
    for path in ("members", "keys", "audit", "organisation"):
        assert browser.get(f"/settings/{path}").status_code == 403
    assert role_of(people, BOB, shop) == role
    assert role_of(people, ANN, shop) == "owner"


def test_a_new_role_holds_with_the_next_call(people: People, shop: str) -> None:
    bob = people.user(shop, BOB, "viewer")
    browser, owner = people.client(BOB), people.client(ANN)
    assert browser.post("/v1/photos/delete", json={"ids": ["x"]}).status_code == 403
    assert owner.patch(f"/v1/members/{bob}", json={"role": "editor"}).status_code == 200
    assert browser.post("/v1/photos/delete", json={"ids": ["x"]}).status_code == 404


def test_who_is_removed_is_out_at_once_with_all_that_he_made(people: People, shop: str) -> None:
    bob = people.user(shop, BOB, "owner")
    browser, owner = people.client(BOB), people.client(ANN)
    key = browser.post("/v1/keys", json={"name": "his"}).json()["key"]
    token = invite(browser, CAT, "owner")
    assert owner.delete(f"/v1/members/{bob}").status_code == 204
    assert browser.get("/v1/me").status_code == 401
    assert people.program(key).get("/v1/me").status_code == 401
    assert join(people.browser(), token) == 404, "an invitation of his would be his way back"
    refused = people.browser().post("/sign-in", data={"email": BOB, "password": PASSWORD})
    assert refused.status_code == 403
    # Invited again, he comes back, and his old key does not.
    assert join(people.browser(), invite(owner, BOB), PASSWORD) == 303
    assert people.program(key).get("/v1/me").status_code == 401


def test_the_last_owner_stays_one(people: People, shop: str) -> None:
    bob = people.user(shop, BOB, "owner")
    owner = people.client(ANN)
    ann = owner.get("/v1/me").json()["who"].removeprefix("user:")
    assert owner.patch(f"/v1/members/{bob}", json={"role": "editor"}).status_code == 200
    for answer in (
        owner.delete(f"/v1/members/{ann}"),
        owner.patch(f"/v1/members/{ann}", json={"role": "editor"}),
        owner.post(f"/settings/members/{ann}/remove"),
        owner.post(f"/settings/members/{ann}/role", data={"role": "viewer"}),
    ):
        assert answer.status_code == 409
    assert owner.patch(f"/v1/members/{ann}", json={"role": "owner"}).status_code == 200
    with people.home.database.transaction() as session:
        session.execute(update(Membership).where(Membership.user_id == bob).values(role="owner"))
        session.execute(update(User).where(User.id == bob).values(disabled_at=now()))
    assert owner.delete(f"/v1/members/{ann}").status_code == 409, "an owner who cannot come in is none"


def test_owners_who_remove_each_other_at_once_leave_one(people: People) -> None:
    """Whatever the order, an organisation is never without an owner."""
    for number in range(5):
        org = people.organisation(f"of two {number}")
        pair = [people.user(org, f"{name}{number}@shop.example") for name in "ab"]

        def demote(who: str, org: str = org, pair: list[str] = pair) -> bool:
            by = next(one for one in pair if one != who)
            try:
                with people.home.database.transaction() as session:
                    caller = Caller(org, f"user:{by}", ROLES["owner"], user_id=by)
                    members.change_role(session, caller, who, "viewer")
            except PackshotError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(demote, pair)) == [False, True]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([*ROLES, "remove"]), st.integers(0, 2)), max_size=12
    )
)
def test_whatever_members_do_an_owner_remains_and_nobody_rises_by_himself(
    people: People, acts: list[tuple[int, str, int]]
) -> None:
    org = people.organisation("any")
    with people.home.database.transaction() as session:
        ids = []
        for role in ("owner", "editor", "owner"):
            user = User(email=f"{org}{len(ids)}@x.example")
            session.add(user)
            session.flush()
            session.add(Membership(org_id=org, user_id=user.id, role=role))
            ids.append(user.id)
    for by, act, whom in acts:
        before = _roles(people, org)
        may = ROLES.get(before.get(ids[by], ""), frozenset())
        caller = Caller(org, f"user:{ids[by]}", may, user_id=ids[by])
        try:
            with people.home.database.transaction() as session:
                if act == "remove":
                    members.remove(session, caller, ids[whom])
                else:
                    members.change_role(session, caller, ids[whom], act)
        except PackshotError:
            assert _roles(people, org) == before
        after = _roles(people, org)
        assert "owner" in after.values()
        for one, role in after.items():
            rose = not ROLES[role] <= ROLES[before[one]]
            assert not rose or ROLES[role] <= may


def _roles(people: People, org_id: str) -> dict[str, str]:
    with people.home.database.reading() as session:
        rows = session.execute(select(Membership.user_id, Membership.role).where(Membership.org_id == org_id))
        return {user_id: role for user_id, role in rows}  # noqa: C416 – rows are no pairs


# ---- names from outside ------------------------------------------------------------------------------------

HOSTILE = '"><script>alert(1)</script>\r\nSet-Cookie: a=b\u202e\x00{{7*7}}'


def test_names_are_shown_and_never_obeyed(people: People, shop: str) -> None:
    owner = people.client(ANN)
    assert owner.patch("/v1/organisation", json={"name": HOSTILE}).status_code == 200
    assert owner.post("/v1/keys", json={"name": HOSTILE, "scopes": ["read"]}).status_code == 201
    owner.post("/settings/name", data={"name": HOSTILE})
    token = invite(owner, "x'onload=alert`1`&lt;@evil.example".replace("&lt;", "&amp"), "viewer")
    pages = [
        "/",
        "/settings",
        *(f"/settings/{tab}" for tab in ("members", "keys", "usage", "audit", "organisation")),
    ]
    answers = [owner.get(path, headers=HTML) for path in pages]
    answers.append(people.browser().get("/invitation", params={"token": token}))
    answers.append(owner.post("/settings/keys", data={"name": HOSTILE, "scopes": ["read"]}))
    answers.append(owner.post("/settings/members/invite", data={"email": HOSTILE, "role": "viewer"}))
    answers.append(
        people.browser().post("/sign-in", data={"email": HOSTILE, "password": "x", "next": HOSTILE})
    )
    for answer in answers:
        assert "<script>alert" not in answer.text
        assert "49" not in re.findall(r"\{\{.*?\}\}|alert\(1\)&lt;/script&gt;\S*", answer.text)
        assert "a" not in answer.cookies
    for answer in answers[: len(pages) + 1]:
        assert "\u202e" not in answer.text, "of what is kept, nothing turns the writing around"
    shown = [answer for answer in answers if "alert(1)&lt;/script&gt;" in answer.text]
    assert len(shown) >= len(pages), "it is there, as text"


def test_what_is_no_address_invites_nobody(people: People, shop: str) -> None:
    owner = people.client(ANN)
    for email in (
        "",
        "no",
        "a@b@c",
        "a b@c.example",
        "<a@b.example>",
        "a@b.example\nBcc: x@y.example",
        "a" * 250 + "@b",
    ):
        assert owner.post("/v1/invitations", json={"email": email}).status_code == 422
        answer = owner.post("/settings/members/invite", data={"email": email, "role": "viewer"})
        assert answer.status_code == 422


def test_your_password_changes_and_everybody_else_is_out(people: People, shop: str) -> None:
    here, there = people.client(ANN), people.client(ANN)
    before = here.cookies["packshot"]
    wrong = here.post("/settings/password", data={"old": "not it", "new": NEW_PASSWORD})
    assert wrong.status_code == 401
    weak = here.post("/settings/password", data={"old": PASSWORD, "new": "password12"})
    assert weak.status_code == 422
    assert there.get("/v1/me").status_code == 200
    assert here.post("/settings/password", data={"old": PASSWORD, "new": NEW_PASSWORD}).status_code == 303
    assert here.get("/v1/me").status_code == 200
    assert here.cookies["packshot"] != before
    assert people.browser(cookies={"packshot": before}).get("/v1/me").status_code == 401
    assert there.get("/v1/me").status_code == 401
    assert people.browser().post("/sign-in", data={"email": ANN, "password": PASSWORD}).status_code == 401
    people.client(ANN, NEW_PASSWORD)


def test_sessions_elsewhere_are_ended_one_by_one_or_all(people: People, shop: str) -> None:
    people.user(shop, BOB)
    stranger = people.client(BOB)
    here, phone, desk, shelf = (people.client(ANN) for _ in range(4))
    page = here.get("/settings").text
    names = re.findall(r'name="session" value="(\w+)"', page)
    assert len(names) == 3
    here.post("/settings/sessions/end", data={"session": names[0]})
    alive = [one.get("/v1/me").status_code for one in (phone, desk, shelf)]
    assert sorted(alive) == [200, 200, 401]
    here.post("/settings/sessions/end", data={"session": ""})
    assert {one.get("/v1/me").status_code for one in (phone, desk, shelf)} == {401}
    assert here.get("/v1/me").status_code == stranger.get("/v1/me").status_code == 200


def test_what_was_done_stands_in_the_account_page_by_page(people: People, shop: str) -> None:
    owner = people.client(ANN)
    for number in range(5):
        owner.post("/v1/keys", json={"name": f"key {number}", "scopes": ["read"]})
    seen: list[str] = []
    after = ""
    while True:
        told = owner.get("/v1/audit", params={"limit": 2, "after": after}).json()
        seen += [one["about"] for one in told["items"]]
        if (after := told["next"]) is None:
            break
    assert [about.partition(" (")[0] for about in seen] == [*(f"key {n}" for n in (4, 3, 2, 1, 0)), ""]
    page = owner.get("/settings/audit").text
    assert "made a key" in page
    assert ANN in page
    assert "psk_" in page
    assert not re.search(r"psk_\w{7}", page)


def test_one_s_own_data_goes_and_comes_back(people: People, shop: str) -> None:
    from service_kit import noise

    owner = people.client(ANN)
    files = [("files", (f"{number}.jpg", noise(number))) for number in range(3)]
    owner.post("/v1/jobs", files=files)
    first = owner.get("/v1/photos").json()["items"][0]["id"]
    owner.delete(f"/v1/photos/{first}")
    told = owner.delete("/v1/organisation/data").json()
    assert told["photos"] == 2
    assert owner.get("/v1/photos").json()["items"] == []
    back = owner.post("/v1/organisation/data/restore", json={"deleted_at": told["deleted_at"]})
    assert back.json() == {"photos": 2}
    assert first not in {one["id"] for one in owner.get("/v1/photos").json()["items"]}
    page = owner.post("/settings/organisation/data/delete")
    there = owner.get(page.headers["location"]).text
    assert "All photos are deleted." in there
    moment = re.search(r'name="moment" value="([^"]+)"', there)
    assert moment
    owner.post("/settings/organisation/data/restore", data={"moment": moment[1]})
    assert len(owner.get("/v1/photos").json()["items"]) == 2
    old = (now() - timedelta(hours=25)).isoformat()
    assert owner.post("/v1/organisation/data/restore", json={"deleted_at": old}).status_code == 422
