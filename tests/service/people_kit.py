"""A house with accounts: organisations, people, and browsers of theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from fastapi import FastAPI
from fastapi.testclient import TestClient

from packshot.service.app import make_app
from packshot.service.house import House
from packshot.service.people import keys, passwords
from packshot.service.people.caller import ROLES, Caller, May
from packshot.service.tables import Membership, Organisation, User

PASSWORD = "three quiet kettles"
ADDRESS = "http://packs.example"
HTML = {"accept": "text/html"}


@dataclass
class People:
    """`client()` is a browser, signed in by cookie, whose unsafe calls carry the token of its pages."""

    home: House
    opened: list[TestClient] = field(default_factory=list)

    @cached_property
    def app(self) -> FastAPI:
        return make_app(self.home.settings, self.home)

    def organisation(self, name: str) -> str:
        with self.home.database.transaction() as session:
            made = Organisation(name=name)
            session.add(made)
            session.flush()
            return made.id

    def user(self, org_id: str, email: str, role: str = "owner", *, password: str = PASSWORD) -> str:
        with self.home.database.transaction() as session:
            made = User(email=email, password=passwords.hash_of(password), name=email.partition("@")[0])
            session.add(made)
            session.flush()
            session.add(Membership(org_id=org_id, user_id=made.id, role=role))
            return made.id

    def key(self, org_id: str, *scopes: May, user_id: str = "", **limits: int) -> str:
        maker = Caller(org_id, f"user:{user_id}" if user_id else "local", ROLES["owner"])
        with self.home.database.transaction() as session:
            return keys.make(session, maker, "a key", frozenset(scopes or May), **limits)[1]

    def browser(self, **how: object) -> TestClient:
        made = TestClient(
            self.app,
            base_url=how.pop("base_url", ADDRESS),  # type: ignore[arg-type]
            follow_redirects=False,
            **how,  # type: ignore[arg-type]
        )
        self.opened.append(made)
        return made

    def client(self, email: str, password: str = PASSWORD, **how: object) -> TestClient:
        made = self.browser(**how)
        answer = made.post("/sign-in", data={"email": email, "password": password})
        assert answer.status_code == 303, answer.text
        made.headers["x-csrf-token"] = csrf_of(made)
        return made

    def program(self, key: str) -> TestClient:
        made = self.browser()
        made.headers["x-api-key"] = key
        return made


def csrf_of(client: TestClient) -> str:
    page = client.get("/settings", headers=HTML).text
    found = re.search(r'<meta name="csrf" content="(\w+)">', page)
    assert found, page
    return found[1]
