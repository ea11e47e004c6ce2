"""`packshot user`: the first owner, a list, a password that was forgotten; as people type it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import structlog
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from packshot.cli.app import build
from packshot.service.app import make_app
from packshot.service.house import House
from packshot.service.people.auth import LOCAL
from packshot.service.settings import Auth, Settings, with_secret

ANN, BOB = "ann@shop.example", "bob@shop.example"
PASSWORD, OTHER = "three quiet kettles", "seven green lamps"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PACKSHOT_LANG", "en")
    for name in [name for name in os.environ if name.startswith("PACKSHOT_") and name != "PACKSHOT_LANG"]:
        monkeypatch.delenv(name)
    return tmp_path / "data"


def user(data: Path, *words: str, typed: str = "") -> Result:
    told = CliRunner().invoke(build(), ["user", *words, "--data", str(data)], input=typed)
    structlog.reset_defaults()  # the command's log goes to a stream that ends with it
    return told


def listed(data: Path) -> list[tuple[str, str, str]]:
    told = json.loads(user(data, "list", "--json").stdout)
    return [(one["email"], one["role"], one["organisation"]) for one in told]


def let_in(data: Path, email: str, password: str) -> str:
    """The organisation that one is in afterwards; empty where one is not let in."""
    home = House.of(with_secret(Settings(data=data, auth=Auth.ON)))
    with TestClient(make_app(home.settings, home), base_url="http://x", follow_redirects=False) as browser:
        if browser.post("/sign-in", data={"email": email, "password": password}).status_code != 303:
            return ""
        organisation: str = browser.get("/v1/me").json()["organisation"]["id"]
        return organisation


def test_the_first_owner_gets_what_the_machine_had_before_there_were_accounts(data: Path) -> None:
    added = user(data, "add", "--email", "Ann@Shop.example", "--name", "Ann", typed=f"{PASSWORD}\n")
    assert added.exit_code == 0, added.output
    assert listed(data) == [(ANN, "owner", "packshot")]
    assert let_in(data, ANN, PASSWORD) == LOCAL
    assert PASSWORD not in added.output


def test_others_come_to_the_organisation_that_is_named(data: Path) -> None:
    user(data, "add", "--email", ANN, "--organisation", "Kettles", typed=f"{PASSWORD}\n")
    assert (
        user(
            data, "add", "--email", BOB, "--organisation", "Kettles", "--role", "viewer", typed=f"{OTHER}\n"
        ).exit_code
        == 0
    )
    assert user(data, "add", "--email", BOB, "--organisation", "Lamps").exit_code == 0, (
        "no password is asked for"
    )
    assert listed(data) == [(ANN, "owner", "Kettles"), (BOB, "viewer", "Kettles"), (BOB, "owner", "Lamps")]
    assert let_in(data, BOB, OTHER)


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (["--email", BOB, "--role", "king"], OTHER),
        (["--email", "no address"], OTHER),
        (["--email", BOB], "short"),
        (["--email", BOB], ""),
        (["--email", ANN], PASSWORD),
    ],
)
def test_what_makes_no_sense_adds_nobody(data: Path, words: list[str], typed: str) -> None:
    user(data, "add", "--email", ANN, typed=f"{PASSWORD}\n")
    refused = user(data, "add", *words, typed=f"{typed}\n")
    assert refused.exit_code == 2
    assert "Error:" in refused.output
    assert listed(data) == [(ANN, "owner", "packshot")]


def test_several_organisations_want_a_name(data: Path) -> None:
    user(data, "add", "--email", ANN, typed=f"{PASSWORD}\n")
    user(data, "add", "--email", ANN, "--organisation", "Lamps")
    refused = user(data, "add", "--email", BOB, typed=f"{OTHER}\n")
    assert refused.exit_code == 2
    assert "--organisation" in refused.output
    assert {one[0] for one in listed(data)} == {ANN}


def test_a_forgotten_password_is_set_anew(data: Path) -> None:
    user(data, "add", "--email", ANN, typed=f"{PASSWORD}\n")
    assert user(data, "reset-password", "--email", ANN, typed="short\n").exit_code == 2
    assert let_in(data, ANN, PASSWORD)
    assert user(data, "reset-password", "--email", ANN, typed=f"{OTHER}\n").exit_code == 0
    assert not let_in(data, ANN, PASSWORD)
    assert let_in(data, ANN, OTHER)
    assert user(data, "reset-password", "--email", BOB, typed=f"{OTHER}\n").exit_code == 2
