"""Networks that another process runs: for many workers that share one GPU.

Within `with serving():` a server (engines/server.py) runs every network, and `onnx.session` of this process
and of all that it starts asks there. A server that dies is started anew; who asks waits for it, but not for
ever.
"""

from __future__ import annotations

import json
import logging
import math
import multiprocessing
import os
import pickle
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from packshot.engines.line import Line, call
from packshot.errors import EngineFailed, PackshotError
from packshot.image.types import Float
from packshot.words import Words, say, verbatim

if TYPE_CHECKING:
    from packshot.engines.onnx import Network, Runtime

SERVER, KEY = "PACKSHOT_NETWORKS", "PACKSHOT_NETWORKS_KEY"
"""The environment: the folder where the server's address is, and what opens its door."""

MOST_BYTES = 64 << 20
"""Of one tensor: five times that of a network that sees 1024 × 1024."""
TRIES = 3
"""A photo that a server dies of is not tried for ever; nor are those that were in its batch to blame."""
COMES_BACK_SECONDS = 60.0
"""A server has to import its runtime and wake the GPU before it answers."""
ANSWER_SECONDS = 120.0
"""The first answer of a network takes longest: it is opened, and tuned for the GPU."""
FALSE_STARTS = 3
"""Servers in a row that ended before they could answer: no other will do better."""
MOST_TOLD_BYTES = 64 << 10

log = logging.getLogger(__name__)


def pays() -> bool:
    """On a CPU it does not: batches save nothing there, and the tensors' journey costs (docs/speed.md)."""
    from packshot.engines import onnx

    return onnx.runtime().device == "cuda"


@contextmanager
def serving(device: str | None = None, *, most: int = 16, wait_ms: float = 2) -> Iterator[str]:
    """Workers that start within share one process that runs the networks.

    `device`: as for `onnx.configure`; None: as it is configured. `most` tensors are run together, and the
    first of them waits no longer than `wait_ms` for others.
    """
    keeper = Keeper(device, most, wait_ms / 1000)
    before = {name: os.environ.get(name) for name in (SERVER, KEY)}
    os.environ.update({SERVER: str(keeper.folder), KEY: keeper.key.hex()})
    try:
        yield str(keeper.folder)
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        keeper.end()


class Keeper:
    """Starts the server, and another one where it dies."""

    def __init__(self, device: str | None, most: int, wait_s: float) -> None:
        self.folder = Path(
            tempfile.mkdtemp(prefix="packshot-")
        )  # made so that no other user may look into it
        self.key = secrets.token_bytes(32)
        self._options = device, most, wait_s
        self._ended = False
        self._ending = threading.Lock()
        self._process, self._told = self._started()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        try:
            self._hear_of_the_start()
            self._thread.start()
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        with self._ending:
            self._ended = True
            self._process.kill()
        if self._thread.is_alive():
            self._thread.join()
        self._process.join()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _started(self) -> tuple[Any, Connection]:
        from packshot.engines import server

        # spawn: threads of inference runtimes don't survive a fork
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        options = (self.folder, self.key, *self._options, theirs)
        process = context.Process(target=server.serve, args=options, daemon=True)
        process.start()
        theirs.close()
        return process, ours

    def _hear_of_the_start(self) -> None:
        try:
            told = self._told.recv() if self._told.poll(COMES_BACK_SECONDS) else None
        except EOFError:
            told = None
        if isinstance(told, PackshotError):
            raise told
        if told is None:
            raise EngineFailed(say("The process that runs the networks does not start."), _cure())

    def _keep(self) -> None:
        false_starts = 0
        while True:
            wait([self._process.sentinel])
            false_starts = 0 if self._answered() else false_starts + 1
            with self._ending:
                if self._ended:
                    return
                if false_starts >= FALSE_STARTS:
                    shutil.rmtree(self.folder, ignore_errors=True)  # so nobody waits for another one
                    return
                log.warning("the process that runs the networks died; another one starts")
                self._process, self._told = self._started()

    def _answered(self) -> bool:
        try:
            while self._told.poll():
                if self._told.recv() is True:
                    return True
        except EOFError:
            pass
        return False


def _cure() -> Words:
    return say("Run packshot doctor; where GPU memory is short, use fewer workers or --device cpu.")


# ---- in a worker -------------------------------------------------------------------------------------------


def is_on() -> bool:
    return SERVER in os.environ


def runtime() -> Runtime:
    """The server's."""
    with _mine() as kept:
        return kept.runtime


def seen() -> dict[int, int]:
    """How many tensors the server ran together, and how often."""
    with _mine() as kept:
        kept.line.send_bytes(b"")
        sizes: dict[int, int] = pickle.loads(kept.line.recv_bytes(MOST_TOLD_BYTES))
        return sizes


def session(path: Path, shape: tuple[int, ...], precision: str | None) -> Network:
    """As `onnx.session`, but the server runs it."""
    size = 4 * math.prod(shape)
    if size > MOST_BYTES:
        raise _failed(path, say("it asks for {size:.0f} MB at once.", size=size / 1e6))
    question = json.dumps([str(path.absolute()), shape, precision]).encode()

    def run(tensor: Float) -> list[Float]:
        if tensor.shape != shape or tensor.dtype != np.float32:
            raise _failed(path, verbatim(f"{tensor.dtype} {tensor.shape}, not float32 {shape}"))
        for _ in range(TRIES):
            try:
                answer = _answer(question, tensor)
            except TimeoutError as exc:
                seconds = f"{ANSWER_SECONDS:.0f}"
                raise _failed(path, say("no answer in {seconds} s.", seconds=seconds)) from exc
            except OSError:  # it died; another one may be there
                continue
            if isinstance(answer, PackshotError):
                raise answer
            return answer
        raise EngineFailed(
            say("The process that runs the networks died {count} times at this photo.", count=TRIES), _cure()
        )

    return run


def _failed(path: Path, why: Words) -> EngineFailed:
    return EngineFailed(say("The network {file} failed: {why}", file=path.name, why=why))


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of this thread to the server: each has its own, so that threads too are served together."""

    line: Line
    runtime: Runtime
    place: tuple[str, int]
    """Server and process: a forked one must not talk on its parent's line."""


_threads = threading.local()


@contextmanager
def _mine() -> Iterator[Kept]:
    """Kept after a whole answer only: what is left of half an answer must not meet the next question."""
    place = os.environ[SERVER], os.getpid()
    kept: Kept | None = vars(_threads).pop("kept", None)
    if kept is None or kept.place != place:
        kept = _called(place)
    try:
        yield kept
    except BaseException:
        kept.line.close()
        raise
    _threads.kept = kept


def _called(place: tuple[str, int]) -> Kept:
    folder, key = Path(place[0]), bytes.fromhex(os.environ.get(KEY, ""))
    until = time.monotonic() + COMES_BACK_SECONDS
    while folder.is_dir() and time.monotonic() < until:
        try:
            return _greeted(folder, key, place)
        except AuthenticationError as exc:
            raise EngineFailed(say("The process that runs the networks does not know our key.")) from exc
        except OSError:  # another one is being started
            time.sleep(0.05)
    raise EngineFailed(say("The process that runs the networks is gone."), _cure())


def _greeted(folder: Path, key: bytes, place: tuple[str, int]) -> Kept:
    line = call(folder, ANSWER_SECONDS)
    try:
        line.show_key(key)
        return Kept(line, pickle.loads(line.recv_bytes(MOST_TOLD_BYTES)), place)
    except BaseException:
        line.close()
        raise


def _answer(question: bytes, tensor: Float) -> list[Float] | PackshotError:
    with _mine() as kept:
        line = kept.line
        line.send_bytes(question)
        line.send_tensor(tensor)
        told = pickle.loads(line.recv_bytes(MOST_TOLD_BYTES))
        if isinstance(told, PackshotError):
            return told
        return [line.recv_tensor(shape, kind) for shape, kind in told]
