"""Pulling weights from a real server: broken lines, wrong files, licences, mirrors, proxies."""

from __future__ import annotations

import hashlib
import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_network import NETWORK, PLAIN, SHA256
from web_folder import Web, web_folder

from packshot.engines import cards, pull
from packshot.engines.cards import Card
from packshot.engines.pull import State
from packshot.engines.zoo import FromCard
from packshot.errors import BadOption, BadSource, Refused

BIG = b"\x08" + np.random.default_rng(1).bytes(3_000_000)
"""Begins as a network does; large enough that lines break within."""


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(pull, "PAUSE_SECONDS", 0.01)
    with web_folder() as web:
        web.files = {"tiny.onnx": NETWORK, "big.onnx": BIG}
        yield web


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cards.FOLDER, str(tmp_path / "weights"))
    return tmp_path / "weights"


@pytest.fixture
def tiny(web: Web, folder: Path) -> Card:
    return Card(
        name="tiny", home=folder.parent, task="segment", file="tiny.onnx", licence="MIT", sale=True,
        input=(32, 32), mean=(0.0, 0.0, 0.0), spread=(1.0, 1.0, 1.0), sha256=SHA256,
        size_bytes=len(NETWORK), url=f"{web.address}/tiny.onnx",
    )  # fmt: skip


@pytest.fixture
def big(tiny: Card, web: Web) -> Card:
    return replace(
        tiny, name="big", file="big.onnx", url=f"{web.address}/big.onnx",
        sha256=hashlib.sha256(BIG).hexdigest(), size_bytes=len(BIG),
    )  # fmt: skip


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def test_a_file_comes_whole_and_runs(tiny: Card, folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    pulled = pull.pull(tiny, progress=lambda done, total: seen.append((done, total)))
    assert (pulled.path, pulled.sha256, pulled.published, pulled.fresh) == (
        folder / "tiny.onnx",
        SHA256,
        True,
        True,
    )
    assert seen[-1] == (len(NETWORK), len(NETWORK))
    assert names(folder) == {"tiny.onnx"}
    assert FromCard(tiny).segment(np.full((8, 8, 3), 255, np.uint8)).alpha.min() == 255
    assert pull.state(tiny) is State.GOOD


def test_what_is_here_and_good_is_not_pulled_again(tiny: Card, web: Web) -> None:
    pull.pull(tiny)
    assert not pull.pull(tiny).fresh
    assert len(web.asked) == 1


def test_a_broken_line_goes_on_where_it_broke(big: Card, web: Web, folder: Path) -> None:
    web.break_after = [1_000_000, 700_000]
    pull.pull(big)
    assert (folder / "big.onnx").read_bytes() == BIG
    assert [headers.get("Range") for _, headers in web.asked] == [None, "bytes=1000000-", "bytes=1700000-"]
    assert {headers["If-Range"] for _, headers in web.asked[1:]} == {web.tag("big.onnx")}


def test_a_later_run_goes_on_where_the_last_one_gave_up(big: Card, web: Web, folder: Path) -> None:
    web.break_after = [400_000] * pull.TRIES
    with pytest.raises(BadSource, match=r"1\.6 MB.*goes on from there"):
        pull.pull(big)
    assert "big.onnx" not in names(folder)
    pull.pull(big)
    assert (folder / "big.onnx").read_bytes() == BIG
    assert names(folder) == {"big.onnx"}
    assert web.asked[-1][1]["Range"] == "bytes=1600000-"


def test_a_process_that_was_killed_half_way_is_gone_on_with(big: Card, web: Web, folder: Path) -> None:
    card = folder.parent / "big.toml"
    values = {"url": big.url, "sha256": big.sha256, "size_bytes": big.size_bytes, "file": big.file}
    lines = [line for line in PLAIN.splitlines() if not line.startswith("file")]
    card.write_text(
        "\n".join(lines + [f"{key} = {json.dumps(value)}" for key, value in values.items()]), "utf8"
    )
    web.stall_after = [1_500_000]
    packshot = "from packshot.cli.app import main; main()"
    process = subprocess.Popen([sys.executable, "-c", packshot, "weights", "pull", str(card)])
    part = folder / "big.onnx.part"
    until = time.monotonic() + 60
    while not (part.is_file() and part.stat().st_size > 1_000_000):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.02)
    process.kill()
    process.wait()
    held = part.stat().st_size
    pull.pull(big)
    assert (folder / "big.onnx").read_bytes() == BIG
    assert web.asked[-1][1]["Range"] == f"bytes={held}-"


def test_a_file_that_changed_meanwhile_is_taken_from_its_beginning(big: Card, web: Web, folder: Path) -> None:
    web.files["big.onnx"] = BIG[::-1]
    web.break_after = [400_000] * pull.TRIES
    with pytest.raises(BadSource):
        pull.pull(big)
    web.files["big.onnx"] = BIG
    pull.pull(big)
    assert (folder / "big.onnx").read_bytes() == BIG


@pytest.mark.parametrize("lacking", ["knows_ranges", "has_tags"])
def test_a_server_that_cannot_go_on_begins_anew(big: Card, web: Web, folder: Path, lacking: str) -> None:
    setattr(web, lacking, False)
    web.break_after = [1_000_000]
    pull.pull(big)
    assert (folder / "big.onnx").read_bytes() == BIG


def test_a_part_longer_than_the_file_is_thrown_away(big: Card, web: Web, folder: Path) -> None:
    folder.mkdir(parents=True)
    part = pull.Part(folder / "big.onnx")
    part.begin(web.tag("big.onnx"))
    part.path.write_bytes(BIG + b"more")
    pull.pull(big)
    assert (folder / "big.onnx").read_bytes() == BIG


def test_a_server_that_stumbles_is_asked_again(tiny: Card, web: Web) -> None:
    web.statuses = [503, 500]
    assert pull.pull(tiny).fresh
    assert len(web.asked) == 3


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (NETWORK[:-1] + b"\x12", "another sha256"),
        (NETWORK[:100], "100 bytes instead of 281"),
    ],
)
def test_a_wrong_file_leaves_nothing_behind(
    tiny: Card, web: Web, folder: Path, sent: bytes, says: str
) -> None:
    web.files["tiny.onnx"] = sent
    with pytest.raises(BadSource, match=says):
        pull.pull(tiny)
    assert names(folder) == set()


def test_a_wrong_file_leaves_the_good_one_that_was_here(tiny: Card, web: Web, folder: Path) -> None:
    pull.pull(tiny)
    newer = replace(tiny, sha256="0" * 64)
    with pytest.raises(BadSource):
        pull.pull(newer)
    assert (folder / "tiny.onnx").read_bytes() == NETWORK


def test_a_file_may_not_be_larger_than_its_card_says(tiny: Card, web: Web, folder: Path) -> None:
    web.files["tiny.onnx"] = BIG
    with pytest.raises(Refused, match="larger than"):
        pull.pull(tiny)
    assert names(folder) == set()


def test_a_file_of_unknown_size_may_not_be_endless(
    tiny: Card, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "LARGEST", 200)
    with pytest.raises(Refused, match="larger than"):
        pull.pull(replace(tiny, size_bytes=0))
    assert names(folder) == set()


def test_a_licence_that_forbids_sale_must_be_allowed_by_name(tiny: Card, web: Web) -> None:
    card = replace(tiny, sale=False, licence="CC-BY-NC-4.0")
    with pytest.raises(Refused, match="--allow-licence CC-BY-NC-4"):
        pull.pull(card, allowed=["MIT"])
    assert web.asked == []
    assert pull.pull(card, allowed=["CC-BY-NC-4.0"]).fresh


def test_a_mirror_holds_the_files_by_their_names(tiny: Card, web: Web) -> None:
    far = replace(tiny, url="https://weights.invalid/some/where.onnx")
    assert pull.pull(far, mirror=f"{web.address}/our/mirror/").fresh
    assert web.asked[0][0] == "/our/mirror/tiny.onnx"


def test_the_proxy_of_the_environment_is_used(tiny: Card, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", web.address)
    monkeypatch.setenv("NO_PROXY", "")
    assert pull.pull(replace(tiny, url="http://weights.invalid/tiny.onnx")).fresh
    assert web.asked[0][0] == "http://weights.invalid/tiny.onnx"


def test_redirects_are_followed_and_bounded(tiny: Card, web: Web) -> None:
    web.moved = {"old.onnx": f"{web.address}/tiny.onnx"}
    assert pull.pull(replace(tiny, url=f"{web.address}/old.onnx")).fresh
    web.moved = {"round.onnx": f"{web.address}/round.onnx"}
    web.asked.clear()
    with pytest.raises(BadSource, match="redirects"):
        pull.pull(replace(tiny, file="round.onnx", url=f"{web.address}/round.onnx"))
    assert len(web.asked) == pull.MAX_REDIRECTS + 1


def test_an_unpublished_checksum_is_written_down_at_the_first_pull(
    tiny: Card, web: Web, folder: Path
) -> None:
    card = replace(tiny, sha256="", size_bytes=0)
    pulled = pull.pull(card)
    assert (pulled.published, pulled.sha256) == (False, SHA256)
    assert pull.state(card) is State.RECORDED
    (folder / "tiny.onnx").write_bytes(NETWORK[:-1])
    assert pull.state(card) is State.DAMAGED
    web.files["tiny.onnx"] = NETWORK + b"\x12\x01a"
    with pytest.raises(BadSource, match="another sha256"):
        pull.pull(card)


def test_a_page_is_no_network(tiny: Card, web: Web, folder: Path) -> None:
    web.files["tiny.onnx"] = b"<html>please log in</html>"
    with pytest.raises(BadSource, match="no ONNX network"):
        pull.pull(replace(tiny, sha256="", size_bytes=0))
    assert names(folder) == set()


def test_states_of_files_that_were_not_pulled(tiny: Card, folder: Path) -> None:
    assert pull.state(tiny) is State.MISSING
    folder.mkdir(parents=True)
    (folder / "tiny.onnx").write_bytes(NETWORK)
    assert pull.state(replace(tiny, sha256="")) is State.UNCHECKED
    assert pull.state(tiny) is State.GOOD
    (folder / "tiny.onnx").write_bytes(b"")
    assert pull.state(tiny) is State.DAMAGED


def test_what_cannot_be_had_says_why_and_no_secrets(
    tiny: Card, web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = web.address.replace("http://", "http://user:secret@")
    with pytest.raises(BadSource) as error:
        pull.pull(replace(tiny, url=f"{secret}/none.onnx?signature=secret"))
    assert "404" in str(error.value)
    pull.pull(replace(tiny, url=f"{secret}/tiny.onnx?signature=secret"))
    assert "Authorization" in web.asked[-1][1]
    assert "secret" not in str(error.value) + caplog.text


def test_weights_without_an_address_are_not_pulled(tiny: Card) -> None:
    with pytest.raises(BadOption, match="no address"):
        pull.pull(replace(tiny, url=""))
    with pytest.raises(BadOption, match="no http"):
        pull.pull(tiny, mirror="ftp://example.com")


def test_encryption_is_never_dropped_by_a_redirect() -> None:
    import httpx

    ask = pull._stay_safe()
    ask(httpx.Request("GET", "https://example.com/a"))
    ask(httpx.Request("GET", "https://example.org/b"))
    with pytest.raises(Refused, match="https to http"):
        ask(httpx.Request("GET", "http://example.org/c"))


def test_nothing_listening_is_an_error_of_ours(tiny: Card) -> None:
    with pytest.raises(BadSource, match="goes on from there"):
        pull.pull(replace(tiny, url="http://127.0.0.1:9/tiny.onnx"))
