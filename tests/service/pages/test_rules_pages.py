"""What marketplaces ask for, as pages."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from packshot.profiles.load import profile_names
from packshot.rules.base import RULES

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_marketplace_has_a_page_a_table_and_a_place_side_by_side(
    client: TestClient, language: str
) -> None:
    ask = {"lang": language}
    index = client.get("/rules", params=ask)
    for name in profile_names():
        if name != "base":
            assert f'href="/rules/{name}"' in index.text
        assert client.get(f"/rules/{name}", params=ask).status_code == 200
        assert client.get(f"/rules/{name}/values", params=ask).status_code == 200
    beside = client.get("/rules/compare", params={**ask, "market": ["ozon", "wildberries"]})
    assert beside.text.count('<th scope="col">') == 3


def test_every_rule_has_a_page_that_the_first_one_links(client: TestClient) -> None:
    index = client.get("/rules").text
    for name in RULES.names():
        assert f'href="/rules/of/{name}"' in index
        assert client.get(f"/rules/of/{name}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/rules/nothing", "/rules/..%2Fozon", "/rules/of/nothing", "/rules/nothing/values"]
)
def test_what_is_not_known_is_not_there(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_category_changes_what_is_asked_and_an_unknown_one_changes_nothing(client: TestClient) -> None:
    def guide(category: str) -> str:
        return client.get("/rules/yandex_market", params={"category": category}).text.split('class="guide"')[
            1
        ]

    assert guide("fashion.shoes") != guide("")
    assert guide("<script>") == guide("")


def test_the_pages_bear_no_style_or_script_of_their_own(client: TestClient) -> None:
    for path in ("/rules", "/rules/ozon", "/rules/compare", "/rules/of/background_color"):
        text = client.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text), path
