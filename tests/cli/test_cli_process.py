"""The installed command as a process: start-up time, streams, Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))
from drawn import mug, tree

from packshot.words import say

PACKSHOT = [sys.executable, "-c", "from packshot.cli.app import main; main()"]


def start(*words: object, encoding: str = "utf-8", **env: str) -> subprocess.Popen[str]:
    whole = {**os.environ, "PACKSHOT_LANG": "en", **env}
    command = [*PACKSHOT, *(str(word) for word in words)]
    return subprocess.Popen(
        command, env=whole, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding=encoding,
        start_new_session=True,
    )  # fmt: skip


def run(*words: object, code: int = 0, encoding: str = "utf-8", **env: str) -> tuple[str, str]:
    process = start(*words, encoding=encoding, **env)
    told, beside = process.communicate(timeout=120)
    assert process.returncode == code, beside
    return told, beside


@pytest.mark.skipif(
    say("A person decides").in_("ru") == "A person decides", reason="the Russian catalogue is not compiled"
)
def test_help_speaks_the_language_asked_for() -> None:
    assert run("--help", PACKSHOT_LANG="ru")[0] != run("--help")[0]
    assert run("check", "--help", "--lang", "ru")[0] == run("check", "--help", PACKSHOT_LANG="ru")[0]


def test_an_old_console_without_our_letters_does_not_end_the_run(tmp_path: Path) -> None:
    tree(tmp_path, {"кружка.png": b"no photo"})
    path = tmp_path / "кружка.png"
    told, _ = run("check", path, code=1, encoding="cp1251", PYTHONIOENCODING="cp1251")
    assert told.startswith("x кружка.png")


def test_a_link_is_fetched_where_it_is_allowed(tmp_path: Path) -> None:
    tree(tmp_path / "shop", {"mug.png": mug()})

    class Shop(SimpleHTTPRequestHandler):
        def __init__(self, *given: object) -> None:
            super().__init__(*given, directory=str(tmp_path / "shop"))  # type: ignore[arg-type]

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        link = f"http://127.0.0.1:{server.server_port}/mug.png"
        run("fix", link, "--out", tmp_path / "out", "--allow-private-urls", "--quiet")
        run("fix", link, "--out", tmp_path / "refused", "--quiet", code=1)
    finally:
        server.shutdown()
        server.server_close()
    assert (tmp_path / "out" / "mug_main_light.jpg").exists()
    assert not (tmp_path / "refused" / "mug_main_light.jpg").exists()


def lines(path: Path) -> list[dict[str, object]]:
    if not path.exists():
        return []
    whole = path.read_bytes().rpartition(b"\n")[0]
    return [line for line in map(json.loads, whole.splitlines()) if "status" in line]


COUNT = 6


@pytest.mark.skipif(os.name == "nt", reason="sends signals")
@pytest.mark.parametrize("how", [signal.SIGINT, pytest.param(signal.SIGKILL, marks=pytest.mark.slow)])
def test_a_run_that_was_stopped_goes_on_and_ends_with_the_same_bytes(
    tmp_path: Path, how: signal.Signals
) -> None:
    colours = [(30 * number, 60, 200 - 20 * number) for number in range(COUNT)]
    source = tree(tmp_path / "in", {f"{n}/mug.png": mug(colour) for n, colour in enumerate(colours)})
    out = tmp_path / "out"
    process = start("fix", source, "--out", out, "--jobs", 1)
    deadline = time.monotonic() + 60
    while (
        len(lines(out / "report.jsonl.part")) < 2 and process.poll() is None and time.monotonic() < deadline
    ):
        time.sleep(0.02)
    if how is signal.SIGINT:
        process.send_signal(how)
        _, beside = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "The same command goes on from here" in beside
        assert "Traceback" not in beside
    else:
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()  # the parent alone: its workers have to notice
        process.communicate(timeout=60)
        assert not psutil.wait_procs(workers, timeout=20)[1]
    finished = len(lines(out / "report.jsonl.part"))
    assert 2 <= finished < COUNT
    for line in lines(out / "report.jsonl.part"):
        assert all((out / file).exists() for file in line["files"])  # type: ignore[attr-defined]
    told, _ = run("fix", source, "--out", out, "--jobs", 1)
    assert f"{finished} were done by an earlier run" in told
    assert [line["key"] for line in lines(out / "report.jsonl")] == [f"{n}/mug.png" for n in range(COUNT)]
    if how is signal.SIGKILL:
        run("fix", source, "--out", tmp_path / "whole", "--jobs", 1)
        for picture in sorted(out.rglob("*.jpg")):
            assert picture.read_bytes() == (tmp_path / "whole" / picture.relative_to(out)).read_bytes()
        assert len(list(out.rglob("*.jpg"))) == 2 * COUNT
    assert not [path for path in out.rglob("*") if path.name.endswith(".part")]
