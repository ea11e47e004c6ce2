"""Messages to webhooks: signed, tried again, sent once, and never into the network that we stand in."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient
from people_kit import People
from service_kit import empty, noise, serving, work
from sqlalchemy import select

from packshot.service import sender, tables
from packshot.service.house import House
from packshot.service.people.auth import LOCAL
from packshot.service.sender import Sender
from packshot.service.settings import Auth, Settings
from packshot.service.telling import tell


@dataclass
class Receiver:
    """Somebody's server. `plan`: what it answers, in turn; then 200."""

    address: str
    plan: list[int | str] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def told(self) -> list[dict[str, object]]:
        return [json.loads(body) for _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            there.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            answer = there.plan.pop(0) if there.plan else 200
            if isinstance(answer, str):
                self.send_response(307)
                self.send_header("Location", answer)
            else:
                self.send_response(answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    there = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield there
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Clock:
    moment: datetime = field(default_factory=lambda: datetime.now(UTC) + timedelta(hours=1))

    def __call__(self) -> datetime:
        return self.moment

    def on(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"allow_private_urls": True})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sending(home: House, clock: Clock) -> Sender:
    return Sender(home.database, home.settings, clock)


def hook(client: TestClient, receiver: Receiver, *events: str) -> dict[str, str]:
    asked = {"url": receiver.address, **({"events": list(events)} if events else {})}
    made = client.post("/v1/webhooks", json=asked)
    assert made.status_code == 201, made.text
    told: dict[str, str] = made.json()
    return told


def happen(home: House, count: int = 1) -> None:
    with home.database.transaction() as session:
        for number in range(count):
            tell(session, LOCAL, "photo.done", {"photo": str(number)})


def last(client: TestClient, webhook: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = client.get(f"/v1/webhooks/{webhook['id']}/deliveries").json()["items"][0]
    return found


# ---- what arrives ------------------------------------------------------------------------------------------


def test_each_photo_and_the_job_are_told_once(
    client: TestClient, home: House, receiver: Receiver, sending: Sender
) -> None:
    hook(client, receiver)
    files = [("files", ("a.jpg", noise(1))), ("files", ("b.jpg", empty()))]
    job = client.post("/v1/jobs", files=files, data={"kind": "check"}).json()
    work(home)
    assert sending.round() == 3
    assert sending.round() == 0
    told = receiver.told()
    photos = {one["id"]: one["outcome"] for one in client.get("/v1/photos").json()["items"]}
    assert {
        one["data"]["photo"]: one["data"]["outcome"]  # type: ignore[index]
        for one in told
        if one["event"] == "photo.done"
    } == photos
    assert [one["data"] for one in told if one["event"] == "job.done"] == [{"job": job["id"]}]


def test_its_signature_is_what_the_guide_says(
    client: TestClient, home: House, receiver: Receiver, sending: Sender, clock: Clock
) -> None:
    secret = hook(client, receiver)["secret"]
    happen(home)
    sending.round()
    headers, body = receiver.got[0]
    stamp, digest = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["packshot-signature"]).groups()  # type: ignore[union-attr]
    assert digest == hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert int(stamp) == int(clock.moment.timestamp())
    told = json.loads(body)
    assert headers["packshot-event"] == told["event"] == "photo.done"
    assert headers["packshot-delivery"] == told["id"]
    assert headers["content-type"].startswith("application/json")


def lines_of_the_guide(language: str, holds: str) -> str:
    guide = (Path(__file__).parents[2] / "docs" / "service.md").read_text("utf8")
    blocks = re.findall(rf"```{language}\n(.*?)```", guide, re.DOTALL)
    (found,) = [block for block in blocks if holds in block]
    return str(found)


def headers_of(body: bytes, secret: str) -> list[tuple[str, bool]]:
    """Packshot-Signature, and whether to believe it."""
    at = int(time.time())

    def header(at: int, text: bytes, key: str) -> str:
        digest = hmac.new(key.encode(), b"%d." % at + text, hashlib.sha256).hexdigest()
        return f"t={at},v1={digest}"

    return [
        (header(at, body, secret), True),
        (header(at, body, "whs_2"), False),
        (header(at, body + b" ", secret), False),
        (header(at - 3600, body, secret), False),
        (header(at, body, secret).replace("t=", "t=1"), False),
        ("nonsense", False),
        ("", False),
    ]


def test_the_guides_python_knows_a_true_message_from_a_forged_one() -> None:
    there: dict[str, Any] = {}
    exec(lines_of_the_guide("python", "is_ours"), there)
    body = '{"event":"тест"}'.encode()
    for header, true in headers_of(body, "whs_1"):
        assert there["is_ours"](header, body, "whs_1") is true, header


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_the_guides_node_knows_a_true_message_from_a_forged_one() -> None:
    body = '{"event":"тест"}'.encode()
    told = [header for header, _ in headers_of(body, "whs_1")]
    ask = (
        f"{lines_of_the_guide('js', 'isOurs')}\nconst [body, ...told] = JSON.parse(process.argv[1]);\n"
        'console.log(JSON.stringify(told.map((one) => isOurs(one, Buffer.from(body), "whs_1"))));'
    )
    given = json.dumps([body.decode(), *told])
    done = subprocess.run(["node", "-e", ask, given], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [true for _, true in headers_of(body, "whs_1")]


def test_secrets_of_two_webhooks_differ_and_a_new_one_replaces_the_old(
    client: TestClient, receiver: Receiver
) -> None:
    first, second = hook(client, receiver), hook(client, receiver)
    renewed = client.post(f"/v1/webhooks/{first['id']}/secret").json()
    assert len({first["secret"], second["secret"], renewed["secret"]}) == 3
    assert "secret" not in client.get(f"/v1/webhooks/{first['id']}").json()


def test_only_chosen_events_are_told(
    client: TestClient, home: House, receiver: Receiver, sending: Sender
) -> None:
    hook(client, receiver, "job.done")
    happen(home)
    assert sending.round() == 0


# ---- what does not -----------------------------------------------------------------------------------------


def test_a_refused_message_is_tried_again_after_growing_pauses_and_then_given_up(
    client: TestClient, home: House, receiver: Receiver, sending: Sender, clock: Clock
) -> None:
    webhook = hook(client, receiver)
    receiver.plan = [500] * 100
    happen(home)
    pauses = []
    began = clock.moment
    while sending.round():
        told = last(client, webhook)
        if told["next_at"] is None:
            break
        pause = (datetime.fromisoformat(str(told["next_at"])) - clock.moment).total_seconds()
        clock.on(pause - 1)
        assert sending.round() == 0, "too early"
        clock.on(1)
        pauses.append(pause)
    assert pauses == sorted(pauses)
    assert 12 * 3600 < (clock.moment - began).total_seconds() < 36 * 3600
    assert (told["status"], told["error"], told["delivered_at"]) == (500, "refused", None)
    assert len(receiver.got) == told["attempts"] == len(pauses) + 1
    assert len({headers["packshot-delivery"] for headers, _ in receiver.got}) == 1


def test_a_receiver_that_comes_back_gets_it(
    client: TestClient, home: House, receiver: Receiver, sending: Sender, clock: Clock
) -> None:
    webhook = hook(client, receiver)
    receiver.plan = [503, 404]
    happen(home)
    sending.round()
    clock.on(10)
    sending.round()
    assert client.get(f"/v1/webhooks/{webhook['id']}").json()["failures"] == 2
    clock.on(60)
    sending.round()
    assert last(client, webhook)["delivered_at"]
    assert client.get(f"/v1/webhooks/{webhook['id']}").json()["failures"] == 0


def test_a_webhook_where_nobody_listens_for_a_day_is_switched_off_and_that_is_written_down(
    client: TestClient, home: House, receiver: Receiver, sending: Sender, clock: Clock
) -> None:
    webhook = hook(client, receiver)
    receiver.plan = [500] * 10_000
    happen(home, 8)
    rounds = 0
    while client.get(f"/v1/webhooks/{webhook['id']}").json()["enabled"]:
        sending.round()
        clock.on(12 * 3600)
        rounds += 1
        assert rounds < 20
    assert rounds == len(sender.BACK_OFF) + 1
    with home.database.reading() as session:
        (noted,) = session.scalars(select(tables.Audit).where(tables.Audit.what == "webhook.disabled"))
        assert noted.about == webhook["id"]
    happen(home)
    assert sending.round() == 0
    client.patch(f"/v1/webhooks/{webhook['id']}", json={"enabled": True})
    receiver.plan = []
    happen(home)
    assert sending.round() == 1


def test_a_burst_of_failures_alone_switches_nothing_off(
    client: TestClient, home: House, receiver: Receiver, sending: Sender
) -> None:
    webhook = hook(client, receiver)
    receiver.plan = [500] * 60
    happen(home, 60)
    while sending.round():
        pass
    told = client.get(f"/v1/webhooks/{webhook['id']}").json()
    assert (told["failures"], told["enabled"]) == (60, True)


def test_two_senders_never_send_the_same(client: TestClient, home: House, receiver: Receiver) -> None:
    hook(client, receiver)
    hook(client, receiver, "photo.done")
    happen(home, 20)
    # As they stand on two machines: each with its own connections.
    houses = [House.of(home.settings) for _ in range(2)]
    clock = Clock()

    def send(there: House) -> int:
        sending, count = Sender(there.database, there.settings, clock), 0
        while sent := sending.round():
            count += sent
        return count

    with ThreadPoolExecutor(2) as both:
        counts = list(both.map(send, houses))
    for there in houses:
        there.close()
    while Sender(home.database, home.settings, clock).round():  # what one left because the other held it
        pass
    numbers = [headers["packshot-delivery"] for headers, _ in receiver.got]
    assert len(numbers) == len(set(numbers)) == 40
    assert sum(counts) <= 40


def test_one_webhook_cannot_take_every_place(
    client: TestClient, home: House, receiver: Receiver, sending: Sender
) -> None:
    busy = hook(client, receiver)
    happen(home, 100)
    calm = hook(client, receiver, "photo.done")
    happen(home, 1)
    taken = [letter.webhook_id for letter in sending.take(sender.AT_ONCE)]
    assert taken.count(busy["id"]) == sender.OF_ONE
    assert taken.count(calm["id"]) == 1


def test_a_slow_receiver_stops_nothing(
    client: TestClient, home: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that takes the call and says nothing holds its own messages; the other's all arrive meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client.post("/v1/webhooks", json={"url": f"http://127.0.0.1:{silent.getsockname()[1]}/"})
        hook(client, receiver)
        happen(home, 20)
        monkeypatch.setattr(sender, "PAUSE_SECONDS", 0.02)
        monkeypatch.setattr(sender, "SECONDS", 2.0)
        ends = threading.Event()
        thread = threading.Thread(target=Sender(home.database, home.settings).run, args=(ends,))
        began = time.monotonic()
        thread.start()
        try:
            while len(receiver.got) < 20 and time.monotonic() < began + 30:
                time.sleep(0.02)
            arrived = len(receiver.got)
        finally:
            ends.set()
            thread.join(30)
    assert arrived == 20
    with home.database.reading() as session:
        waits = select(tables.Delivery.error).where(tables.Delivery.delivered_at.is_(None))
        assert set(session.scalars(waits)) <= {"timeout", ""}


# ---- once more ---------------------------------------------------------------------------------------------


def test_a_message_is_replayed_under_its_own_number(
    client: TestClient, home: House, receiver: Receiver, sending: Sender
) -> None:
    webhook = hook(client, receiver)
    happen(home)
    sending.round()
    address = f"/v1/webhooks/{webhook['id']}"
    told = client.post(f"{address}/deliveries/{last(client, webhook)['id']}/replay")
    assert told.status_code == 202
    sending.round()
    assert receiver.got[0][1] == receiver.got[1][1]


def test_all_since_a_time_are_replayed(
    client: TestClient, home: House, receiver: Receiver, sending: Sender
) -> None:
    webhook = hook(client, receiver)
    happen(home, 3)
    sending.round()
    address = f"/v1/webhooks/{webhook['id']}/replay"
    future = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert client.post(address, json={"since": future}).json() == {"count": 0}
    assert client.post(address, json={"since": "2020-01-01T00:00:00Z"}).json() == {"count": 3}
    sending.round()
    assert len(receiver.got) == 6


def test_a_test_message_arrives(client: TestClient, receiver: Receiver, sending: Sender) -> None:
    webhook = hook(client, receiver, "job.done")
    assert client.post(f"/v1/webhooks/{webhook['id']}/test").status_code == 202
    sending.round()
    assert [one["event"] for one in receiver.told()] == ["test"]


def test_deliveries_are_paged(client: TestClient, home: House, receiver: Receiver) -> None:
    webhook = hook(client, receiver)
    happen(home, 5)
    seen, after = [], ""
    while after is not None:
        page = client.get(
            f"/v1/webhooks/{webhook['id']}/deliveries", params={"limit": 2, "after": after}
        ).json()
        seen += [one["id"] for one in page["items"]]
        after = page["next"]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 5


# ---- never inside ------------------------------------------------------------------------------------------

INSIDE = [
    "http://127.0.0.1/",
    "http://10.0.0.7/",
    "http://192.168.1.1:8080/x",
    "http://172.16.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[fd00::1]/",
    "http://localhost:5432/",
]
NO_LINKS = [
    "file:///etc/passwd",
    "gopher://example.com/",
    "//example.com",
    "https://",
    "http://a b/",
    "x" * 3000,
]


@pytest.mark.parametrize("url", [*INSIDE, *NO_LINKS, "https://user:word@example.com/"])
def test_no_webhook_leads_inside(home: House, client_of: object, url: str) -> None:
    closed = home.settings.model_copy(update={"allow_private_urls": False})
    client: TestClient = client_of(replace(home, settings=closed))  # type: ignore[operator]
    got = client.post("/v1/webhooks", json={"url": url})
    assert got.status_code == 422
    assert client.get("/v1/webhooks").json() == []


@pytest.mark.parametrize("url", INSIDE)
def test_what_came_to_stand_there_is_not_called_either(
    client: TestClient, home: House, receiver: Receiver, clock: Clock, url: str
) -> None:
    """A name that a resolver turns inside after it was accepted, or an address of a time before the guard."""
    webhook = hook(client, receiver)
    with home.database.transaction() as session:
        found = session.get(tables.Webhook, webhook["id"])
        assert found is not None
        found.url = url
    happen(home)
    closed = home.settings.model_copy(update={"allow_private_urls": False})
    Sender(home.database, closed, clock).round()
    assert last(client, webhook)["error"] == "private_address"


def test_a_name_that_changes_its_mind_is_asked_once_and_connected_to_as_it_was_seen(
    client: TestClient, home: House, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Public when it is looked at, inside when it is connected to: there is no second look."""
    port = int(receiver.address.rpartition(":")[2].partition("/")[0])
    answers = ["203.0.113.0", "127.0.0.1"]
    asked: list[str] = []
    own = socket.getaddrinfo

    def resolver(host: object, *more: object, **how: object) -> object:
        if host != "rebind.example":
            return own(host, *more, **how)  # type: ignore[arg-type]
        asked.append("rebind.example")
        address = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    monkeypatch.setattr("packshot.batch.links.is_public", lambda address: address.startswith("203."))
    monkeypatch.setattr(sender, "SECONDS", 0.3)
    hook(client, receiver)
    with home.database.transaction() as session:
        for one in session.scalars(select(tables.Webhook)):
            one.url = f"http://rebind.example:{port}/"
    happen(home)
    closed = home.settings.model_copy(update={"allow_private_urls": False})
    Sender(home.database, closed, clock).round()
    assert len(asked) == 1
    assert receiver.got == []


def test_a_redirect_is_not_followed(
    client: TestClient, home: House, receiver: Receiver, sending: Sender
) -> None:
    webhook = hook(client, receiver)
    receiver.plan = [receiver.address + "/elsewhere"]
    happen(home)
    sending.round()
    assert len(receiver.got) == 1
    told = last(client, webhook)
    assert (told["error"], told["status"]) == ("redirect", 307)


def test_another_organisations_webhook_is_not_there(
    client: TestClient, home: House, receiver: Receiver
) -> None:
    with home.database.transaction() as session:
        other = tables.Organisation(name="other")
        session.add(other)
        session.flush()
        webhook = tables.Webhook(org_id=other.id, url="https://example.com", salt="1", events=["job.done"])
        session.add(webhook)
        session.flush()
        address = f"/v1/webhooks/{webhook.id}"
    mine = hook(client, receiver)
    happen(home)
    delivery = last(client, mine)["id"]
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"enabled": False}),
        ("DELETE", "", None),
        ("POST", "/secret", None),
        ("GET", "/deliveries", None),
        ("POST", "/test", None),
        ("POST", "/replay", {"since": "2020-01-01T00:00:00Z"}),
        ("POST", f"/deliveries/{delivery}/replay", None),
    ):
        assert client.request(method, address + path, json=body).status_code == 404, (method, path)


def test_nothing_of_a_secret_is_in_the_log(
    client: TestClient, home: House, receiver: Receiver, sending: Sender
) -> None:
    receiver.address += "?token=of-the-receiver"
    webhook = hook(client, receiver)
    happen(home)
    receiver.plan = [500]
    with structlog.testing.capture_logs() as lines:
        sending.round()
    told = json.dumps(lines)
    assert webhook["id"] in told
    assert webhook["secret"] not in told
    assert "of-the-receiver" not in told
    assert home.settings.secret not in told


# ---- the page ----------------------------------------------------------------------------------------------


def test_the_page_shows_the_secret_once_and_works_without_script(
    client: TestClient, home: House, receiver: Receiver, sending: Sender
) -> None:
    form = {"url": receiver.address, "events": ["photo.done", "job.done"]}
    made = client.post("/settings/webhooks", data=form)
    secret = re.search(r"whs_[0-9a-f]{64}", made.text)
    assert secret
    assert secret[0] not in client.get("/settings/webhooks").text
    (webhook,) = client.get("/v1/webhooks").json()
    assert webhook["events"] == ["photo.done", "job.done"]
    address = f"/settings/webhooks/{webhook['id']}"
    assert client.post(f"{address}/test").status_code == 200
    sending.round()
    assert "Arrived" in client.get("/settings/webhooks", headers={"accept-language": "en"}).text
    assert "Дошло" in client.get("/settings/webhooks", headers={"accept-language": "ru"}).text
    client.post(f"{address}/deliveries/{last(client, webhook)['id']}/replay")
    assert sending.round() == 1
    client.post(f"{address}/switch", data={"enabled": "false"})
    assert client.get("/v1/webhooks").json()[0]["enabled"] is False
    client.post(f"{address}/delete")
    assert client.get("/v1/webhooks").json() == []


def test_a_wrong_address_is_told_beside_the_form(client: TestClient) -> None:
    got = client.post("/settings/webhooks", data={"url": "ftp://<b>x</b>", "events": ["job.done"]})
    assert got.status_code == 422
    assert 'role="alert"' in got.text
    assert "<b>x</b>" not in got.text


def test_without_the_pages_token_a_form_changes_nothing(home: House, receiver: Receiver) -> None:
    signed = replace(home, settings=home.settings.model_copy(update={"auth": Auth.ON}))
    people = People(signed)
    people.user(people.organisation("shop"), "owner@shop.example")
    browser = people.client("owner@shop.example")
    form = {"url": receiver.address, "events": "job.done"}
    token = browser.headers.pop("x-csrf-token")
    assert browser.post("/settings/webhooks", data=form).status_code == 403
    assert browser.get("/v1/webhooks").json() == []
    assert browser.post("/settings/webhooks", data={**form, "csrf": token}).status_code == 200
    assert len(browser.get("/v1/webhooks").json()) == 1


def test_whoever_may_not_manage_sees_no_webhooks(home: House) -> None:
    signed = replace(home, settings=home.settings.model_copy(update={"auth": Auth.ON}))
    people = People(signed)
    people.user(people.organisation("shop"), "editor@shop.example", "editor")
    browser = people.client("editor@shop.example")
    for address in ("/v1/webhooks", "/settings/webhooks"):
        assert browser.get(address).status_code == 403


@pytest.mark.slow
def test_a_running_service_tells_its_receiver(tmp_path: Path, receiver: Receiver) -> None:
    """The worker's own thread, over real sockets; the first attempt is refused."""
    receiver.plan = [503]
    with serving(tmp_path / "data", "--workers", "1", PACKSHOT_ALLOW_PRIVATE_URLS="true") as client:
        made = client.post("/v1/webhooks", json={"url": receiver.address, "events": ["job.done"]}).json()
        job = client.post("/v1/jobs", files={"files": ("a.jpg", noise(1))}, data={"kind": "check"}).json()
        until = time.monotonic() + 60
        while len(receiver.got) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        address = f"/v1/webhooks/{made['id']}/deliveries"
        while not (told := client.get(address).json()["items"][0])["delivered_at"]:
            assert time.monotonic() < until
            time.sleep(0.1)
    assert [one["data"] for one in receiver.told()] == [{"job": job["id"]}] * 2
    assert told["attempts"] == 2
