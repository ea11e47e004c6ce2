"""One process runs the networks for all: the same answers, whatever happens to either side."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_network import NETWORK

from packshot.engines import cards, onnx, served, server
from packshot.engines.line import Line, call
from packshot.errors import EngineFailed, Refused
from packshot.image.types import Float

PHOTOS = sorted((Path(__file__).parents[2] / "examples" / "photos").glob("*.jpg"))
OURS = {
    "segment_net": (1, 3, 384, 384),
    "judge": (1, 4, 288, 288),
    "text_find": (1, 3, 640, 480),
    "text_read": (1, 3, 32, 256),
    "upscale_x2": (1, 3, 96, 112),
}
TOGETHER = 4
LONG_MS = 60_000
"""Longer than any test: who waits so long waits for others to come, not for the clock."""
AWAY = {"f32": 1e-4, "bf16": 0.02, "f16": 0.005}
"""How far an answer of a batch may be from the single one. Here, they are the same to the bit."""

MIXES = base64.b64decode("""
CAg6gQEKMAoBeBIBbSIKUmVkdWNlTWVhbioLCgRheGVzQACgAQcqDwoIa2VlcGRpbXMYAaABAgoOCgF4CgFtEgF5IgNTdWISAWdaHAoB
eBIXChUIARIRCgMSAW4KAggDCgIIEAoCCBBiHAoBeRIXChUIARIRCgMSAW4KAggDCgIIEAoCCBBCBAoAEAs=
""")
"""Each row less the mean of all rows; the file calls its first axis free."""
ONE = base64.b64decode("""
CAg6kQEKEgoBeAoBcxIBZiIHUmVzaGFwZQowCgFmEgF5IgpSZWR1Y2VNZWFuKgsKBGF4ZXNAAaABByoPCghrZWVwZGltcxgBoAECEgFn
KhQIAhAHOgsB////////////AUIBc1obCgF4EhYKFAgBEhAKAggBCgIIAwoCCBAKAggQYhMKAXkSDgoMCAESCAoCCAEKAggBQgQKABAL
""")
"""The picture's mean, of one picture only."""


@pytest.fixture(autouse=True)
def _own_lines() -> Iterator[None]:
    """A test's line hangs up with it: an idle one would be waited for."""
    yield
    vars(served._threads).clear()


@pytest.fixture(scope="module")
def shared() -> Iterator[str]:
    """One server for the tests that don't harm it; only those that ask for `on` see it."""
    with served.serving() as folder:
        SHARED.update({name: os.environ.pop(name) for name in (served.SERVER, served.KEY)})
        yield folder
        os.environ.update(SHARED)


SHARED: dict[str, str] = {}


@pytest.fixture
def on(shared: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in SHARED.items():
        monkeypatch.setenv(name, value)
    return shared


def path_of(name: str) -> Path:
    return cards.CARDS / f"{name}.onnx"


def tensors(shape: tuple[int, ...], count: int) -> list[Float]:
    """Of real photos; a fourth plane is their first one again."""
    made = []
    for number in range(count):
        pixels = cv2.resize(cv2.imread(str(PHOTOS[number % len(PHOTOS)])), shape[:1:-1])
        planes = (np.dstack([pixels, pixels[..., :1]])[..., : shape[1]] / 127.5 - 1).astype(np.float32)
        made.append(np.ascontiguousarray(planes.transpose(2, 0, 1)[None]))
    return made


def tiny(folder: Path, data: bytes = NETWORK) -> Path:
    path = folder / "tiny.onnx"
    path.write_bytes(data)
    return path


def picture(seed: int = 1) -> Float:
    return np.random.default_rng(seed).random((1, 3, 16, 16), np.float32)


def equal(some: list[Float], others: list[Float]) -> bool:
    return len(some) == len(others) and all(map(np.array_equal, some, others))


def pid_in(folder: str) -> int:
    return int(Path(json.loads((Path(folder) / "address").read_text())).stem)


def another_than(pid: int, folder: str) -> bool:
    """Another server is there, or there will be none."""
    try:
        return pid_in(folder) != pid
    except FileNotFoundError:
        return True


def sockets_of(pid: int) -> int:
    links = []
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            links.append(str(file.readlink()))
    return sum(link.startswith("socket:") for link in links)


def until(true: Callable[[], bool]) -> None:
    """A minute is for a machine that does much else."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# ---- the same answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", [None, "f32"])
@pytest.mark.parametrize("name", OURS)
def test_one_alone_gets_what_it_would_get_unserved_to_the_bit(
    on: str, monkeypatch: pytest.MonkeyPatch, name: str, precision: str | None
) -> None:
    (tensor,) = tensors(OURS[name], 1)
    there = onnx.session(path_of(name), OURS[name], precision)(tensor)
    monkeypatch.delenv(served.SERVER)
    here = onnx.session(path_of(name), OURS[name], precision)(tensor)
    assert equal(there, here)
    assert all(output.flags.writeable for output in there)


def test_all_who_ask_at_once_are_run_together_and_each_gets_its_own() -> None:
    alone = {
        name: [onnx.session(path_of(name), OURS[name])(one) for one in tensors(OURS[name], TOGETHER)]
        for name in OURS
    }
    away = AWAY[onnx.runtime().precision]
    all_here = threading.Barrier(TOGETHER)

    def ask(number: int) -> dict[str, list[Float]]:
        onnx.runtime()  # the server knows of it from here on
        all_here.wait()
        return {
            name: onnx.session(path_of(name), shape)(tensors(shape, TOGETHER)[number])
            for name, shape in OURS.items()
        }

    with served.serving(most=TOGETHER, wait_ms=LONG_MS), ThreadPoolExecutor(TOGETHER) as pool:
        for number, told in enumerate(pool.map(ask, range(TOGETHER))):
            for name, outputs in told.items():
                for output, wanted in zip(outputs, alone[name][number], strict=True):
                    assert np.abs(output - wanted).max() <= away, name
        assert served.seen() == {TOGETHER: len(OURS)}


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("runtime", ["openvino", "onnxruntime"])
def test_our_networks_keep_their_rows_apart(monkeypatch: pytest.MonkeyPatch, runtime: str, name: str) -> None:
    if find_spec(runtime) is None:
        pytest.skip(f"{runtime} is an extra")
    monkeypatch.setattr(onnx, "find_spec", lambda name: find_spec(name) if name == runtime else None)
    onnx._runtime.cache_clear()
    try:
        assert onnx.runtime().name == runtime
        asked = server.Asked(path_of(name), OURS[name], None)
        assert server.keeps_rows_apart(asked)
        row, other = tensors(OURS[name], 2)
        away = AWAY[onnx.runtime().precision]
        for answer, tensor in zip(server._together(asked, [row, other]), (row, other), strict=True):
            assert not isinstance(answer, EngineFailed)
            for output, wanted in zip(answer, server._run_alone(asked, tensor), strict=True):
                assert output.shape == wanted.shape
                assert np.abs(output - wanted).max() <= away
    finally:
        onnx._runtime.cache_clear()


@pytest.mark.parametrize("data", [MIXES, ONE], ids=["mixes its rows", "takes one row"])
def test_a_network_that_cannot_be_run_together_is_run_one_by_one(tmp_path: Path, data: bytes) -> None:
    asked = server.Asked(tiny(tmp_path, data), (1, 3, 16, 16), None)
    queue = server.Queue(most=8, wait_s=0)
    pictures = [picture(seed) for seed in range(4)]
    told = server.Networks(queue).answers(asked, pictures)
    assert not server.keeps_rows_apart(asked)
    assert queue.most(asked) == 1
    assert queue.seen == {1: 4}
    for answer, tensor in zip(told, pictures, strict=True):
        assert isinstance(answer, list)
        assert equal(answer, onnx.session(asked.path, asked.shape)(tensor))


def test_processes_are_served_together(on: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ask = (
        "import sys, numpy as np; from pathlib import Path; from packshot.engines import onnx, served\n"
        "path, out, seeds = Path(sys.argv[1]), sys.argv[2], range(int(sys.argv[3]), int(sys.argv[3]) + 20)\n"
        "run = onnx.session(path, (1, 3, 16, 16), 'f32')\n"
        "made = [run(np.random.default_rng(seed).random((1, 3, 16, 16), np.float32))[0] for seed in seeds]\n"
        "assert 'openvino' not in sys.modules\n"
        "np.save(out, np.concatenate(made))"
    )
    network = tiny(tmp_path)
    askers = [
        subprocess.Popen(
            [sys.executable, "-c", ask, str(network), str(tmp_path / f"{first}.npy"), str(first)]
        )
        for first in (0, 20, 40)
    ]
    assert [asker.wait(60) for asker in askers] == [0, 0, 0]
    monkeypatch.delenv(served.SERVER)
    run = onnx.session(network, (1, 3, 16, 16), "f32")
    for first in (0, 20, 40):
        wanted = np.concatenate([run(picture(seed))[0] for seed in range(first, first + 20)])
        assert np.allclose(np.load(tmp_path / f"{first}.npy"), wanted, atol=AWAY["f32"])


def test_a_network_asks_for_less_where_there_is_no_room_for_so_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = server.Asked(tiny(tmp_path), (1, 3, 16, 16), None)
    unlimited = onnx.session

    def small(path: Path, shape: tuple[int, ...], precision: str | None = None) -> onnx.Network:
        if shape[0] > 2:
            raise EngineFailed(onnx.verbatim("out of memory"))
        return unlimited(path, shape, precision)

    monkeypatch.setattr(onnx, "session", small)
    queue = server.Queue(most=8, wait_s=0)
    told = server.Networks(queue).answers(asked, [picture(seed) for seed in range(8)])
    assert all(isinstance(answer, list) for answer in told)
    assert queue.most(asked) == 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=40), st.integers(1, 16))
def test_the_oldest_goes_first_with_others_of_its_kind_and_none_is_left(kinds: list[str], most: int) -> None:
    queue = server.Queue(most, wait_s=0)
    waiting: dict[Future[list[Float]], str] = {}
    for kind in kinds:
        waiting[queue.ask(server.Asked(Path(kind), (1, 1), None), np.zeros((1, 1), np.float32))] = kind
    while waiting:
        batch = queue.take()
        oldest = next(iter(waiting))
        alike = [answer for answer, kind in waiting.items() if kind == waiting[oldest]]
        assert [request.answer for request in batch] == alike[: len(batch)]
        assert len(batch) in (1, 2, 4, 8, 16)
        assert len(batch) <= min(most, len(alike)) < 2 * len(batch)
        for request in batch:
            del waiting[request.answer]


# ---- what goes wrong ---------------------------------------------------------------------------------------


def test_a_damaged_network_is_told_of_and_harms_no_other(on: str, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"\x08not a network at all")
    for path in (damaged, tmp_path / "missing.onnx"):
        with pytest.raises(EngineFailed, match=path.name):
            onnx.session(path, (1, 3, 16, 16))(picture())
    assert onnx.session(tiny(tmp_path), (1, 3, 16, 16))(picture())


def test_a_server_that_is_killed_is_followed_by_another(tmp_path: Path) -> None:
    with served.serving() as folder:
        run = onnx.session(tiny(tmp_path), (1, 3, 16, 16))
        before, first = run(picture()), pid_in(folder)
        os.kill(first, signal.SIGKILL)
        assert equal(run(picture()), before)
        assert pid_in(folder) != first
    assert not Path(folder).exists()
    assert served.SERVER not in os.environ


def test_servers_that_never_answer_are_not_started_for_ever(tmp_path: Path) -> None:
    with served.serving() as folder:
        for _ in range(served.FALSE_STARTS):
            pid = pid_in(folder)
            os.kill(pid, signal.SIGKILL)
            until(lambda pid=pid: another_than(pid, folder))  # type: ignore[misc]
        with pytest.raises(EngineFailed, match="is gone"):
            onnx.session(tiny(tmp_path), (1, 3, 16, 16))(picture())


def test_a_photo_that_kills_every_server_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from packshot.engines.line import listen

    asked = 0
    runtime = onnx.runtime()

    def die_of_each(door: socket.socket) -> None:
        nonlocal asked
        import pickle

        for _ in range(served.TRIES):
            line = Line(door.accept()[0], seconds=60)
            line.ask_for_key(b"key")
            line.send_bytes(pickle.dumps(runtime))
            line.recv_bytes(server.MOST_QUESTION_BYTES)
            asked += 1
            line.close()

    with tempfile.TemporaryDirectory() as folder, listen(Path(folder), 1) as door:
        monkeypatch.setenv(served.SERVER, folder)
        monkeypatch.setenv(served.KEY, b"key".hex())
        mortal = threading.Thread(target=die_of_each, args=(door,))
        mortal.start()
        with pytest.raises(EngineFailed, match="died 3 times"):
            onnx.session(tiny(tmp_path), (1, 3, 16, 16))(picture())
        mortal.join()
    assert asked == served.TRIES


def test_a_worker_that_is_killed_in_the_middle_of_a_tensor_leaves_nothing(on: str, tmp_path: Path) -> None:
    half = (
        "import json, os, signal, numpy as np; from packshot.engines import served\n"
        "with served._mine() as kept:\n"
        "    kept.line.send_bytes(json.dumps(['x.onnx', [1, 3, 1000, 1000], None]).encode())\n"
        "    kept.line.send_tensor(np.zeros((1, 1, 1000, 1000), np.float32))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    dead = subprocess.run([sys.executable, "-c", half], check=False)
    assert dead.returncode == -signal.SIGKILL
    until(lambda: sockets_of(pid_in(on)) == 1)  # the door
    assert onnx.session(tiny(tmp_path), (1, 3, 16, 16))(picture())


def test_ctrl_c_is_for_the_parent(on: str, tmp_path: Path) -> None:
    """A terminal sends it to all; workers still have to finish what they are at."""
    pid = pid_in(on)
    os.kill(pid, signal.SIGINT)
    assert onnx.session(tiny(tmp_path), (1, 3, 16, 16))(picture())
    assert pid_in(on) == pid


def test_only_who_has_the_key_is_let_in(on: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(served.KEY, "00" * 32)
    with pytest.raises(EngineFailed, match="does not know our key"):
        onnx.session(tiny(tmp_path), (1, 3, 16, 16))(picture())
    with closing(call(Path(on), seconds=60)) as rude:
        rude.recv_bytes(256)  # the challenge
        rude.send_bytes(json.dumps([str(tiny(tmp_path)), [1, 3, 16, 16], None]).encode())
        assert rude.recv_bytes(256) == b"#FAILURE#"
        with pytest.raises(OSError, match="hung up"):
            rude.recv_bytes(256)


def test_only_this_user_can_reach_the_server(on: str) -> None:
    assert Path(on).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "question",
    [
        b"[",
        b"7",
        b'["x.onnx", [], null]',
        b'["x.onnx", [1, 3, 1000000, 1000000], null]',
        b'["x.onnx", [1, 3, -1, -1], null]',
        b'["x.onnx", [1, 3, 0, 4], null]',
        b'["x.onnx", [true, 3, 4, 4], null]',
        b'["x.onnx", [1.5, 3], null]',
        b'["x.onnx", [1, 3], []]',
        b"[null, [1, 3], null]",
        b"[" * 9999,
        b" " * (server.MOST_QUESTION_BYTES + 1),
    ],
)
def test_a_question_that_makes_no_sense_ends_the_line_before_memory_is_spent(
    on: str, question: bytes
) -> None:
    with served._mine() as kept:
        kept.line.send_bytes(question)
        with pytest.raises(OSError, match=r"hung up|reset"):
            kept.line.recv_bytes(1000)
        kept.line.close()
    vars(served._threads).clear()
    assert served.seen() is not None


def test_tensors_that_are_not_what_was_announced_never_leave(on: str, tmp_path: Path) -> None:
    run = onnx.session(tiny(tmp_path), (1, 3, 16, 16))
    for wrong in (picture()[:, :2], picture().astype(np.float64)):
        with pytest.raises(EngineFailed, match="not float32"):
            run(wrong)  # type: ignore[arg-type]
    with pytest.raises(EngineFailed, match="MB at once"):
        onnx.session(tiny(tmp_path), (1, 3, 10_000, 10_000))


def test_the_parents_end_is_the_servers() -> None:
    parent = (
        "import json, os, signal; from pathlib import Path; from packshot.engines import served\n"
        "with served.serving() as folder:\n"
        "    print(folder, Path(json.loads((Path(folder) / 'address').read_text())).stem, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True, check=False)
    folder, pid = done.stdout.split()
    until(lambda: not is_alive(int(pid)))
    assert not Path(folder).exists()


def test_where_a_path_is_too_long_for_a_socket_it_listens_on_loopback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("a" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with served.serving() as folder:
        host, _ = json.loads((Path(folder) / "address").read_text())
        assert host == "127.0.0.1"
        assert onnx.session(tiny(tmp_path), (1, 3, 16, 16))(picture())


def test_a_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused, match="auto, cpu, cuda"), served.serving("tpu"):
        pass
    assert served.SERVER not in os.environ


def test_it_pays_only_where_there_is_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not served.pays()
    monkeypatch.setattr(
        onnx, "runtime", lambda: onnx.Runtime("onnxruntime", "1", "cuda", "f32", onnx.verbatim(""))
    )
    assert served.pays()
