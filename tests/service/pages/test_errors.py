"""What a person sees who goes where nothing is, or where something breaks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from packshot.service.house import House

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PERSON = {"accept": "text/html,application/xhtml+xml", "accept-language": "ru"}


def test_a_person_gets_a_page_in_her_language_and_a_program_a_problem(client: TestClient) -> None:
    page = client.get("/nothing", headers=PERSON)
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "Здесь ничего нет" in page.text
    assert 'href="/"' in page.text
    assert client.get("/photos/" + "0" * 26, headers=PERSON).headers["content-type"].startswith("text/html")
    for path, accept in (
        ("/nothing", "*/*"),
        ("/v1/photos/x", "text/html"),
        ("/nothing", "application/json"),
    ):
        assert client.get(path, headers={"accept": accept}).json()["title"] == "not_found"


def test_a_bug_is_told_with_its_number_and_without_its_inside(
    home: House, client_of: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ValueError("a secret of the inside")

    monkeypatch.setattr("packshot.service.photos.page", breaks)
    client = client_of(home, raise_server_exceptions=False)
    for headers in (PERSON, {}):
        got = client.get("/v1/photos", headers=headers)
        assert got.status_code == 500
        assert "a secret" not in got.text
        assert got.headers["x-request-id"] in got.text


def test_a_database_that_is_away_says_come_back(
    home: House, client_of: Callable[..., TestClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    client = client_of(home, raise_server_exceptions=False)
    monkeypatch.setattr(type(home.database), "reading", away)
    got = client.get("/v1/photos")
    assert got.status_code == 503
    assert got.headers["retry-after"]
    page = client.get("/history", headers=PERSON)
    assert page.status_code == 503
