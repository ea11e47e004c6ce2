"""Coming in and going out: who is let in, for how long, and what a stranger learns by trying."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
import structlog
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from people_kit import HTML, PASSWORD, People
from sqlalchemy import select, update
from starlette.requests import Request

from packshot.service import logs, tables
from packshot.service.pages.people import own_path
from packshot.service.people import passwords, throttle
from packshot.service.people.tokens import hashed
from packshot.service.settings import Settings
from packshot.service.tables import Attempt, SignedIn, User, now

ANN, BOB = "ann@shop.example", "bob@shop.example"


@pytest.fixture
def shop(people: People) -> str:
    made = people.organisation("Kettles & Co")
    people.user(made, ANN)
    return made


def enter(browser: TestClient, email: str, password: str = PASSWORD, **more: str) -> int:
    return browser.post("/sign-in", data={"email": email, "password": password, **more}).status_code


def test_who_is_not_signed_in_is_asked_to_and_comes_back_to_where_he_wanted(
    people: People, shop: str
) -> None:
    browser = people.browser()
    asked = browser.get("/?job=x&lang=ru", headers=HTML)
    assert asked.status_code == 303
    assert asked.headers["location"].startswith("/sign-in?next=%2F%3Fjob%3Dx")
    form = browser.get(asked.headers["location"]).text
    assert 'name="next" value="/?job=x&amp;lang=ru"' in form
    answer = browser.post("/sign-in", data={"email": ANN, "password": PASSWORD, "next": "/?job=x&lang=ru"})
    assert answer.headers["location"] == "/?job=x&lang=ru"
    assert browser.get("/").status_code == 200
    program = people.browser().get("/v1/photos")
    assert program.status_code == 401
    assert program.headers["content-type"] == "application/problem+json"


@given(st.text(st.sampled_from("/\\\t\n\r :@.ahtpsevil?#%00"), max_size=12))
def test_the_way_back_never_leads_to_another_site(told: str) -> None:
    """As browsers read it: they drop tabs and line ends, and take a backslash for a slash."""
    seen = re.sub(r"[\t\n\r]", "", own_path(told)).replace("\\", "/")
    assert seen.startswith("/")
    assert not seen.startswith("//")


@pytest.mark.parametrize(
    "onward", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example"]
)
def test_nobody_is_sent_on_to_another_site(people: People, shop: str, onward: str) -> None:
    browser = people.browser()
    answer = browser.post("/sign-in", data={"email": ANN, "password": PASSWORD, "next": onward})
    assert answer.headers["location"] == "/"
    assert browser.get("/sign-in", params={"next": onward}).headers["location"] == "/"


@pytest.mark.parametrize(
    ("address", "name", "secure"),
    [("http://packs.example", "packshot", False), ("https://packs.example", "__Host-packshot", True)],
)
def test_the_cookie_is_for_us_alone(people: People, shop: str, address: str, name: str, secure: bool) -> None:
    browser = people.browser(base_url=address)
    set_cookie = browser.post("/sign-in", data={"email": ANN, "password": PASSWORD}).headers["set-cookie"]
    parts = {part.strip().lower() for part in set_cookie.split(";")}
    assert set_cookie.startswith(f"{name}=")
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert ("secure" in parts) is secure
    assert not any(part.startswith("domain") for part in parts)


def test_only_the_hash_of_a_session_is_kept(people: People, shop: str) -> None:
    token = people.client(ANN).cookies["packshot"]
    with people.home.database.reading() as session:
        row = session.scalars(select(SignedIn)).one()
    assert row.token == hashed(token)
    assert len(token) * 5 >= 256
    stolen = people.browser(cookies={"packshot": row.token})
    assert stolen.get("/v1/photos").status_code == 401


def test_a_token_that_somebody_planted_is_worth_nothing(people: People, shop: str) -> None:
    planted = "x" * 52
    browser = people.browser(cookies={"packshot": planted})
    assert enter(browser, ANN) == 303
    assert people.browser(cookies={"packshot": planted}).get("/v1/photos").status_code == 401


def test_signing_in_again_ends_the_session_before(people: People, shop: str) -> None:
    browser = people.client(ANN)
    before = browser.cookies["packshot"]
    assert enter(browser, ANN) == 303
    assert browser.cookies["packshot"] != before
    assert people.browser(cookies={"packshot": before}).get("/v1/photos").status_code == 401


def test_signing_out_really_ends_it(people: People, shop: str) -> None:
    browser = people.client(ANN)
    token = browser.cookies["packshot"]
    answer = browser.post("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert "packshot" not in browser.cookies
    assert people.browser(cookies={"packshot": token}).get("/v1/photos").status_code == 401


@pytest.mark.parametrize(
    "aged",
    [{"seen_at": timedelta(days=-15)}, {"expires_at": timedelta(seconds=-1)}],
    ids=["nobody came for two weeks", "its end is reached"],
)
def test_a_session_ends_by_itself(people: People, shop: str, aged: dict[str, timedelta]) -> None:
    browser = people.client(ANN)
    with people.home.database.transaction() as session:
        session.execute(update(SignedIn).values({name: now() + by for name, by in aged.items()}))
    assert browser.get("/v1/photos").status_code == 401


def test_use_moves_the_end_of_a_session_but_not_the_last_one(people: People, shop: str) -> None:
    browser = people.client(ANN)
    with people.home.database.transaction() as session:
        session.execute(update(SignedIn).values(seen_at=now() - timedelta(days=13)))
        end = session.scalar(select(SignedIn.expires_at))
    assert browser.get("/v1/photos").status_code == 200
    with people.home.database.reading() as session:
        row = session.scalars(select(SignedIn)).one()
    assert now() - row.seen_at < timedelta(minutes=1)
    assert row.expires_at == end


def test_who_is_disabled_is_out_at_once(people: People, shop: str) -> None:
    browser = people.client(ANN)
    with people.home.database.transaction() as session:
        session.execute(update(User).values(disabled_at=now()))
    assert browser.get("/v1/photos").status_code == 401
    assert enter(people.browser(), ANN) == 401


# ---- what a stranger learns --------------------------------------------------------------------------------


def test_an_unknown_e_mail_and_a_wrong_password_look_the_same(people: People, shop: str) -> None:
    told = {}
    for email in (ANN, "nob@shop.example"):
        answer = people.browser().post("/sign-in", data={"email": email, "password": "not the password"})
        told[email] = answer.status_code, answer.text.replace(email, "")
        assert not answer.headers.get("set-cookie")
    assert told[ANN] == told["nob@shop.example"]
    assert told[ANN][0] == 401


def test_an_unknown_e_mail_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: a busy machine proves nothing."""
    seen: list[str] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, kept: str, password: str) -> bool:
        seen.append(kept.rpartition("$")[0].rpartition("$")[0])
        return verify(self, kept, password)

    passwords._nobodys.cache_clear()
    kept = passwords.hash_of("a password of hers")
    passwords.matches("", "warm up")
    monkeypatch.setattr(PasswordHasher, "verify", counted)
    assert not passwords.matches(kept, "wrong")
    assert not passwords.matches("", "wrong")
    assert not passwords.matches("", "nobody's"), "the stand-in lets nobody in"
    assert len(seen) == 3
    assert len(set(seen)) == 1, "another algorithm, or other figures"


def test_guessing_gets_slower_and_says_for_how_long(
    people: People, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stop_the_clock(monkeypatch)
    browser = people.browser()
    statuses = [enter(browser, ANN, f"wrong {number}") for number in range(throttle.PAIR.free)]
    assert set(statuses) == {401}
    refused = browser.post("/sign-in", data={"email": ANN, "password": PASSWORD})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "packshot" not in browser.cookies
    assert enter(browser, BOB) == 401, "another e-mail from there is not slowed yet"


def test_the_pause_grows_and_has_an_end(people: People, shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = []
    for misses in (5, 6, 8, 12, 29):
        with people.home.database.transaction() as session:
            session.execute(tables.Attempt.__table__.delete())
        _miss(people, misses, from_address=False)
        _stop_the_clock(monkeypatch)
        answer = people.browser().post("/sign-in", data={"email": ANN, "password": "wrong"})
        waits.append(int(answer.headers["retry-after"]))
    assert waits == sorted(waits)
    assert waits[0] <= 1
    assert waits[-1] <= throttle.PAIR.longest


def test_a_stranger_who_guesses_elsewhere_does_not_shut_the_owner_out(people: People, shop: str) -> None:
    _miss(people, 500, address="203.0.113.9")
    refused = people.browser().post("/sign-in", data={"email": ANN, "password": PASSWORD})
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) <= throttle.EMAIL.longest
    _age(people, throttle.EMAIL.longest)
    assert enter(people.browser(), ANN) == 303


def test_the_right_password_forgives_the_misses_before(people: People, shop: str) -> None:
    browser = people.browser()
    for _ in range(throttle.PAIR.free - 1):
        enter(browser, ANN, "wrong")
    assert enter(browser, ANN) == 303
    for _ in range(throttle.PAIR.free - 1):
        assert enter(people.browser(), ANN, "wrong") == 401


def test_an_account_of_ones_own_does_not_wash_the_address_clean(people: People, shop: str) -> None:
    browser = people.browser()
    for number in range(throttle.ADDRESS.free - 1):
        assert enter(browser, f"{number}@shop.example", "wrong") == 401
        if number % 10 == 0:
            assert enter(people.browser(), ANN) == 303
    enter(browser, BOB, "wrong")
    assert enter(browser, BOB, "wrong") == 429


@pytest.mark.parametrize(
    ("trusted", "passed", "address"),
    [
        (False, ["198.51.100.7"], "192.0.2.1"),
        (True, ["6.6.6.6, 198.51.100.7"], "198.51.100.7"),
        (True, ["6.6.6.6", "198.51.100.7"], "198.51.100.7"),
        (True, ["2001:db8:1:2:3:4:5:6"], "2001:db8:1:2::/64"),
        (True, [], "192.0.2.1"),
    ],
)
def test_an_address_that_anybody_can_invent_is_not_believed(
    trusted: bool, passed: list[str], address: str
) -> None:
    headers = [(b"x-forwarded-for", one.encode()) for one in passed]
    request = Request({"type": "http", "headers": headers, "client": ("192.0.2.1", 5)})
    assert throttle.address_of(Settings(trust_proxy=trusted), request) == address


# ---- passwords ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    ["short", "password12", "P@ssw0rd2024!", "qwertyuiop", "1234567890", "9876543210", "йцукен12345",
     "aaaaaaaaaaaa", "abababababab", "iloveyou!!!!", "наташа1985", "ann@shop.example", "shop.example",
     "ann-2024-2025", "x" * 1001],
)  # fmt: skip
def test_a_first_guess_is_no_password(password: str) -> None:
    with pytest.raises(passwords.BadPassword):
        passwords.check(password, ANN)


@pytest.mark.parametrize(
    "password", [PASSWORD, "тихий дождь над рекой", "8374629174", "correct horse battery"]
)
def test_length_is_all_that_is_asked_for(password: str) -> None:
    passwords.check(password, ANN)


def test_letters_are_the_same_from_every_keyboard() -> None:
    kept = passwords.hash_of("caf\N{LATIN SMALL LETTER E WITH ACUTE} au lait noir")
    assert passwords.matches(kept, "cafe\N{COMBINING ACUTE ACCENT} au lait noir")


def test_a_hash_of_older_figures_is_made_anew_when_its_owner_signs_in(people: People, shop: str) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=32, parallelism=1).hash(PASSWORD)
    with people.home.database.transaction() as session:
        session.execute(update(User).values(password=old))
    assert enter(people.browser(), ANN) == 303
    with people.home.database.reading() as session:
        kept = session.scalar(select(User.password)) or ""
    assert kept.startswith("$argon2id$")
    assert not passwords.is_old(kept)
    assert enter(people.browser(), ANN) == 303


# ---- proof that a request comes from our pages -------------------------------------------------------------


def test_a_change_by_cookie_wants_the_token_of_this_very_session(people: People, shop: str) -> None:
    people.user(shop, BOB)
    mine, theirs = people.client(ANN), people.client(BOB)
    right = mine.headers.pop("x-csrf-token")
    for token in ("", "0" * 64, theirs.headers["x-csrf-token"], right[:-1], "é"):
        for sent in ({"headers": {"x-csrf-token": token.encode()}}, {"data": {"csrf": token}}):
            refused = mine.post("/v1/photos/delete", **sent)  # type: ignore[arg-type]
            assert refused.status_code == 403, token
            assert refused.json()["title"] == "csrf"
    assert mine.post("/sign-out", data={"csrf": right}).headers["location"] == "/sign-in"


def test_the_token_is_taken_from_any_kind_of_form(people: People, shop: str) -> None:
    browser = people.client(ANN)
    token = browser.headers.pop("x-csrf-token")
    with_file = browser.post("/v1/uploads", data={"csrf": token}, files={"file": ("a.txt", b"x" * 2_000_000)})
    assert with_file.status_code != 403, with_file.text


def test_another_site_s_page_is_turned_away_even_with_the_token(people: People, shop: str) -> None:
    browser = people.client(ANN)
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert browser.post("/sign-out", headers=headers).status_code == 403
        assert browser.post("/sign-in", data={"email": ANN}, headers=headers).status_code == 403


# ---- logs --------------------------------------------------------------------------------------------------


def test_no_secret_comes_into_the_log(
    people: People, shop: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    handlers = logging.root.handlers[:]
    logs.set_up("debug")
    caplog.set_level(logging.DEBUG)
    capsys.readouterr()
    key = people.key(shop)
    browser = people.client(ANN)
    secrets = [PASSWORD, key, browser.cookies["packshot"], browser.headers["x-csrf-token"], "wrong secret"]
    enter(people.browser(), ANN, "wrong secret")
    people.program(key).get("/v1/photos")
    people.program(key + "x").get("/v1/photos")
    browser.get("/invitation", params={"token": "invitation-token"})
    browser.post("/sign-out")
    out = capsys.readouterr()
    structlog.reset_defaults()
    logging.root.handlers = handlers
    written = out.out + out.err + caplog.text
    assert '"path": "/sign-in"' in written
    for secret in (*secrets, "invitation-token"):
        assert secret not in written


def _miss(people: People, count: int, *, address: str = "testclient", from_address: bool = True) -> None:
    """As if somebody had guessed so often just now."""
    request = Request({"type": "http", "headers": [], "client": (address, 5)})
    origins = throttle._origins(people.home.settings, request, ANN)
    brakes = [throttle.PAIR, throttle.ADDRESS, throttle.EMAIL] if from_address else [throttle.PAIR]
    with people.home.database.transaction() as session:
        for brake in brakes:
            session.add_all(Attempt(origin=origins[brake], at=now()) for _ in range(count))


def _stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a pause of a second would be over before anybody asks for it."""
    moment = now()
    monkeypatch.setattr(throttle, "now", lambda: moment)


def _age(people: People, seconds: int) -> None:
    with people.home.database.transaction() as session:
        session.execute(update(Attempt).values(at=now() - timedelta(seconds=seconds)))
