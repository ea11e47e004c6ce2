"""History as a page: filters live in the address, names are never obeyed, many photos cost no more."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from service_kit import empty, mug, noise, work

from packshot.service.house import House
from packshot.service.ids import new_id
from packshot.service.people.auth import LOCAL
from packshot.service.tables import File, Found, Job, Photo

HOSTILE = "<img src=x onerror=alert(1)>\"'&{{7*7}}{name}.jpg"
LETTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
"""The door itself refuses a NUL."""
TOLD: dict[str, Any] = {"headline": {"en": "x", "ru": "x"}, "why": [], "size": [64, 64]}


def put(home: House, *photos: dict[str, Any]) -> list[str]:
    """Rows that were done, the last one newest."""
    with home.database.transaction() as session:
        job = Job(id=new_id(), org_id=LOCAL, who="local", kind="fix", wish={})
        session.add(job)
        session.flush()
        ids = []
        for told in photos:
            row: dict[str, Any] = {"name": "a.jpg", "kind": "fix", "outcome": "fixed", "wish": {}, **told}
            rules = row.pop("rules", ())
            photo = Photo(
                id=new_id(), org_id=LOCAL, job_id=job.id, who="local", progress="done", told=TOLD, **row
            )
            session.add(photo)
            session.flush()
            of = {"photo_id": photo.id, "org_id": LOCAL}
            session.add(File(**of, role="original", sha256="0" * 64, media_type="image/jpeg"))
            session.add_all(Found(**of, rule=rule, severity="error") for rule in rules)
            ids.append(photo.id)
    return ids


class Page(HTMLParser):
    """What a reader finds on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.photos: list[str] = []
        self.links: dict[str, str] = {}
        self.tags: list[str] = []
        self._link = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        assert not any(name.startswith("on") for name in told), told
        if tag == "li" and "data-photo" in told:
            self.photos.append(told["data-photo"])
        if tag == "a":
            self._link = told["href"]

    def handle_data(self, data: str) -> None:
        if self._link and data.strip():
            self.links.setdefault(data.strip(), self._link)


def shown(client: TestClient, address: str = "/history") -> Page:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def test_every_filter_is_in_the_address_and_the_totals_lead_to_what_they_count(
    home: House, client: TestClient
) -> None:
    ids = put(
        home,
        {"name": "Кружка.jpg", "profile": "ozon", "rules": ["sharpness"]},
        {"name": "lamp.jpg", "outcome": "review"},
        {"name": "box.jpg", "outcome": "review", "decision": "redone"},
        {"name": "tea.jpg", "kind": "check", "outcome": "publish"},
        {"name": "no.jpg", "outcome": "failed"},
    )
    mug_, lamp, box, tea, no = ids
    assert shown(client).photos == ids[::-1]
    for query, found in (
        ("search=кружка", [mug_]),
        ("profile=ozon", [mug_]),
        ("rule=sharpness", [mug_]),
        ("kind=check", [tea]),
        ("state=review", [lamp]),
        ("state=replaced", [box]),
        ("state=failed", [no]),
        ("since=2999-01-01", []),
        ("until=1999-01-01", []),
        ("since=2020-01-01&until=2999-01-01", ids[::-1]),
        ("deleted=1", []),
        ("search=lamp&kind=check", []),
    ):
        assert shown(client, f"/history?{query}").photos == found, query
    page = shown(client, "/history?search=.jpg&lang=en")
    for word, found in (("to review", [lamp]), ("made anew", [box]), ("failed", [no])):
        assert "search=.jpg" in page.links[word], "a total keeps the other filters"
        assert shown(client, page.links[word]).photos == found


@given(
    query=st.dictionaries(
        st.sampled_from(["state", "kind", "profile", "rule", "search", "since", "until", "deleted", "after"]),
        st.text(LETTERS, max_size=30),
    )
)
@effort(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_address_that_makes_no_sense_is_no_fault(client: TestClient, query: dict[str, str]) -> None:
    answer = client.get("/history", params={**query, "after": query.get("after", "")[:26]})
    assert answer.status_code == 200


def test_a_name_is_shown_and_never_obeyed(home: House, client: TestClient) -> None:
    put(home, {"name": HOSTILE})
    answer = client.get("/history", params={"search": "onerror=alert(1)>"})
    page = Page(answer.text)
    assert len(page.photos) == 1
    assert page.tags.count("img") == 1, "its own thumbnail"
    assert "{{7*7}}{name}" in answer.text


def test_what_has_no_picture_is_there_too(home: House, client: TestClient) -> None:
    files = [("files", ("notes.jpg", b"%PDF-1.7 no photo at all")), ("files", ("late.jpg", noise(1)))]
    client.post("/v1/jobs", files=files[:1])
    work(home)
    client.post("/v1/jobs", files=files[1:])
    client.post("/v1/jobs", json={"urls": ["https://shop.example/far.jpg"]})
    page = shown(client, "/history?lang=en")
    assert len(page.photos) == 3
    assert page.tags.count("img") == 1, "of the one that is only late"
    assert shown(client, page.links["being worked on"]).photos == page.photos[:2]


def test_older_photos_follow_page_by_page(home: House, client: TestClient) -> None:
    ids = put(home, *({"name": f"{number}.jpg"} for number in range(450)))
    address, seen = "/history?search=.jpg", []
    while address:
        page = shown(client, address + "&lang=en")
        seen += page.photos
        address = page.links.get("Older ones", "")
        assert not address or parse_qs(urlsplit(address).query)["search"] == [".jpg"]
    assert seen == ids[::-1]


def test_two_hundred_photos_cost_as_many_questions_as_two(home: House, client: TestClient) -> None:
    put(home, {}, {})
    client.get("/history")
    with questions(home) as few:
        client.get("/history")
    put(home, *({"name": f"{number}.jpg"} for number in range(198)))
    with questions(home) as many:
        page = shown(client)
    assert len(page.photos) == 200
    assert len(many) == len(few) <= 12, many


@contextmanager
def questions(home: House) -> Iterator[list[str]]:
    asked: list[str] = []

    def hear(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(home.database.engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        sa.event.remove(home.database.engine, "before_cursor_execute", hear)


def test_the_chosen_are_deleted_and_taken_back_without_script(home: House, client: TestClient) -> None:
    first, second, third = put(home, {}, {}, {})
    answer = client.post("/history/delete?search=a", data={"ids": [first, third]}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/history?search=a")
    assert shown(client).photos == [second]
    assert shown(client, "/history?deleted=1").photos == [third, first]
    client.post("/history/restore?deleted=1", data={"ids": [first]})
    assert shown(client).photos == [second, first]
    assert client.post("/history/delete").status_code == 200, "nothing was chosen: nothing happens"
    assert client.post("/history/delete", data={"ids": [new_id()]}).status_code == 404


def test_the_chosen_are_taken_along_and_done_again(home: House, client: TestClient) -> None:
    client.post("/v1/jobs", files=[("files", ("mug.jpg", mug())), ("files", ("other.jpg", noise(1, 300)))])
    work(home)
    by_name = {one["name"]: one["id"] for one in client.get("/v1/photos").json()["items"]}
    got = client.post("/history/zip", data={"ids": [by_name["mug.jpg"]]})
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert {name.partition("_")[0] for name in archive.namelist()} == {"mug", "report.jsonl"}
    same = client.get("/v1/photos.zip", params={"ids": [by_name["mug.jpg"]]})
    assert same.content == got.content
    assert zipfile.ZipFile(io.BytesIO(client.post("/history/zip").content)).namelist() == ["report.jsonl"]
    asked = {"ids": [by_name["mug.jpg"]], "quality": "best", "shadow": "none"}
    assert client.post("/history/again", data=asked).status_code == 200
    made = client.get("/v1/photos").json()["items"][0]
    assert made["parent"] == by_name["mug.jpg"]
    wish = client.get(f"/v1/photos/{made['id']}").json()["options"]
    assert wish == {"quality": "best", "settings": {"retouch.shadow.kind": "none"}}
    page = client.get("/history?lang=en").text
    assert re.search(r"Best, slower,\s+shadow: None", page), "what is other than before"
    assert "1 more try" in page


def test_all_that_a_filter_shows_comes_as_one_zip(home: House, client: TestClient) -> None:
    client.post("/v1/jobs", files=[("files", ("mug.jpg", mug())), ("files", ("empty.jpg", empty()))])
    work(home)
    page = shown(client, "/history?search=mug&lang=en")
    got = client.get(page.links["All of them as a ZIP"])
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert archive.read("report.jsonl").count(b"\n") == 1


@pytest.mark.parametrize("address", ["/history", "/history?deleted=1", "/history?state=failed"])
def test_where_nothing_is_the_page_says_what_to_do(client: TestClient, address: str) -> None:
    assert 'class="nothing"' in client.get(address).text
