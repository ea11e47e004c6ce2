"""The report on a job, in every format that the command line knows."""

from __future__ import annotations

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from service_kit import empty, mug, work

from packshot.service.house import House


@pytest.fixture
def job(client: TestClient, home: House) -> str:
    files = [("files", ("mug.jpg", mug())), ("files", ("=cmd().jpg", empty()))]
    made = client.post("/v1/jobs", files=files, data={"profile": "ozon"}).json()
    work(home)
    return str(made["id"])


def test_a_report_tells_every_photo_once_in_every_format(client: TestClient, job: str) -> None:
    def told(name: str) -> str:
        got = client.get(f"/v1/jobs/{job}/report", params={"format": name})
        assert got.status_code == 200, got.text
        assert "attachment" in got.headers["content-disposition"]
        return got.text

    assert sorted(one["key"] for one in json.loads(told("json"))["photos"]) == ["=cmd().jpg", "mug.jpg"]
    rows = list(csv.DictReader(io.StringIO(told("csv"))))
    assert {row["photo"] for row in rows} == {"'=cmd().jpg", "mug.jpg"}
    assert json.loads(told("sarif"))["runs"][0]["tool"]["driver"]["name"] == "packshot"
    page = told("html")
    assert page.count("data:image/webp") >= 2
    assert "mug.jpg" in page


def test_a_strange_format_is_told_what_there_is(client: TestClient, job: str) -> None:
    got = client.get(f"/v1/jobs/{job}/report", params={"format": "exe"})
    assert got.status_code == 422
    assert "csv" in got.json()["detail"]
