"""packshot weights, as users type it, and the device they ask for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "engines"))
sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))
from drawn import mug
from tiny_network import NETWORK, SHA256, written
from web_folder import Web, web_folder

from packshot.cli.app import build
from packshot.engines import cards, onnx

Run = Callable[..., Any]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    monkeypatch.setenv("PACKSHOT_LANG", "en")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv(cards.FOLDER, str(tmp_path / "cache"))
    monkeypatch.setenv(onnx.DEVICE, "")
    monkeypatch.setenv(onnx.STRICT, "")
    onnx._runtime.cache_clear()

    def invoke(*words: object, code: int = 0) -> Any:
        result = CliRunner().invoke(build(), [str(word) for word in words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    yield invoke
    onnx._runtime.cache_clear()


@pytest.fixture
def web() -> Iterator[Web]:
    with web_folder() as web:
        web.files = {"tiny.onnx": NETWORK}
        yield web


def far_card(tmp_path: Path, web: Web, more: str = f'sha256 = "{SHA256}"\n') -> Path:
    return written(tmp_path, f'url = "{web.address}/tiny.onnx"\n{more}', network=False)


def test_the_networks_are_listed_with_licence_and_size(run: Run) -> None:
    told = run("weights", "list").stdout
    assert "birefnet-general-lite" in told
    assert "176.0 MB" in told
    rows = {row["name"]: row for row in json.loads(run("weights", "list", "--json").stdout)}
    assert rows["u2net"]["licence"] == "Apache-2.0"
    assert not rows["u2net"]["here"]


def test_a_network_is_pulled_verified_and_used(run: Run, tmp_path: Path, web: Web) -> None:
    card = far_card(tmp_path, web)
    assert run("weights", "verify", card, code=1).stdout == "tiny: not here\n"
    assert "tiny is here" in run("weights", "pull", card).stderr
    assert "was here already" in run("weights", "pull", card).stderr
    assert run("weights", "verify", card).stdout == "tiny: good\n"
    assert run("weights", "path", card).stdout.strip() == str(tmp_path / "cache" / "tiny.onnx")
    (tmp_path / "mug.png").write_bytes(mug(side=200))
    run("cutout", tmp_path / "mug.png", "--out", tmp_path / "cut", "--engine", card, "--jobs", "1", "--quiet")


def test_a_checksum_that_nobody_publishes_is_recorded(run: Run, tmp_path: Path, web: Web) -> None:
    card = far_card(tmp_path, web, "")
    assert SHA256 in run("weights", "pull", card).stderr
    assert "as it first came" in run("weights", "verify", card).stdout


def test_a_licence_is_refused_and_allowed_by_name(run: Run) -> None:
    told = run("weights", "pull", "silueta", code=2).stderr
    assert "--allow-licence unstated" in told


def test_an_unknown_network_names_the_known_ones(run: Run) -> None:
    assert "isnet-general-use" in run("weights", "pull", "isnet", code=2).stderr


def test_damage_is_found(run: Run, tmp_path: Path, web: Web) -> None:
    card = far_card(tmp_path, web)
    run("weights", "pull", card)
    (tmp_path / "cache" / "tiny.onnx").write_bytes(NETWORK[:-1])
    assert "damaged" in run("weights", "verify", card, code=1).stdout
    assert json.loads(run("weights", "verify", card, "--json", code=1).stdout) == {"tiny": "damaged"}


def test_the_folder_is_said_for_scripts(run: Run, tmp_path: Path) -> None:
    assert run("weights", "path").stdout.strip() == str(tmp_path / "cache")


def test_an_engine_that_is_not_here_names_its_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mug.png").write_bytes(mug(side=200))
    told = run("cutout", tmp_path / "mug.png", "--out", tmp_path / "cut", "--engine", "u2net", code=2).stderr
    assert "packshot weights pull u2net" in told


@pytest.fixture
def no_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    real = onnx.find_spec
    monkeypatch.setattr(onnx, "find_spec", lambda name: None if name == "onnxruntime" else real(name))


@pytest.mark.usefixtures("no_cuda")
@pytest.mark.parametrize("command", ["check", "fix", "cutout"])
def test_a_device_that_is_not_here_ends_a_strict_run(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "mug.png").write_bytes(mug(side=200))
    out = () if command == "check" else ("--out", tmp_path / "out")
    told = run(command, tmp_path / "mug.png", *out, "--device", "cuda", "--strict", code=2).stderr
    assert "packshot[cuda]" in told


@pytest.mark.usefixtures("no_cuda")
def test_a_device_that_is_not_here_is_said_and_the_cpu_goes_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mug.png").write_bytes(mug(side=200))
    out = ("--out", tmp_path / "out", "--jobs", "1")
    told = run("cutout", tmp_path / "mug.png", *out, "--device", "cuda").stderr
    assert told.startswith("Warning: CUDA was asked for")
    assert (tmp_path / "out" / "mug_cutout.png").is_file()


@pytest.mark.usefixtures("no_cuda")
def test_the_environment_names_a_device_as_well(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(onnx.DEVICE, "cuda")
    (tmp_path / "mug.png").write_bytes(mug(side=200))
    assert "packshot[cuda]" in run("check", tmp_path / "mug.png", "--strict", code=2).stderr


def test_doctor_says_what_runs_networks_and_why(run: Run) -> None:
    runtime = json.loads(run("doctor", "--json", "--no-speed").stdout)["runtime"]
    assert runtime["name"] == "openvino"
    assert runtime["why"]
    assert "Networks run on" in run("doctor", "--no-speed").stdout
