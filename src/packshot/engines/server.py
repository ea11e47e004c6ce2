"""The process that runs the networks for all workers, in batches.

A tensor waits a moment for others of its network and shape; they are stacked, run once, and each asker gets
its own rows. Whoever asks waits for the answer before asking again, so the queue is never longer than there
are askers, and the oldest is always served next: none starves.

What is said on a line: the server tells its Runtime; then, as often as wanted, a question (JSON: path, shape,
precision) with the tensor's bytes, and the answer: the outputs' shapes and types, or an error, then the bytes
of each output. An empty question asks how many were run together. Nothing that an asker sends is unpickled,
and no size is believed before it is checked.
"""

from __future__ import annotations

import json
import logging
import math
import multiprocessing
import os
import pickle
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import AuthenticationError
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from packshot.engines import onnx, served
from packshot.engines.line import Line, listen
from packshot.errors import EngineFailed, PackshotError
from packshot.image.types import Float
from packshot.words import say, verbatim

MOST_ASKERS = 256
MOST_QUESTION_BYTES = 16 << 10
APART, NOISE = 0.1, 1e-5
"""Rows that are run together may differ from what they are alone by so much of what they differ from each
other, on the average. Measured on a CPU, those of our four networks differ by nothing (docs/speed.md)."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A network in a shape: those who ask for the same are served together."""

    path: Path
    shape: tuple[int, ...]
    precision: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    asked: Asked
    tensor: Float
    answer: Future[list[Float]] = field(default_factory=Future)
    since: float = field(default_factory=time.monotonic)


def serve(
    folder: Path, key: bytes, device: str | None, most: int, wait_s: float, starter: Connection
) -> None:
    """Until the parent ends. `starter` hears what runs the networks or why nothing does; True: some ran."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent: workers finish what they are at
    os.environ.pop(served.SERVER, None)
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    try:
        runtime = (
            onnx.configure(device, strict=bool(os.environ.get(onnx.STRICT))) if device else onnx.runtime()
        )
    except PackshotError as exc:
        starter.send(exc)
        return
    queue = Queue(most, wait_s)
    threading.Thread(target=_run, args=(queue, starter), daemon=True).start()
    with listen(folder, MOST_ASKERS) as door:
        starter.send(runtime)
        while True:
            end, _ = door.accept()
            line = Line(end, seconds=None)
            # The key is asked for in their own thread: one who comes and says nothing keeps nobody else out.
            threading.Thread(target=_attend, args=(line, key, runtime, queue), daemon=True).start()


def _end_with_parent(folder: Path) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


# ---- one asker ---------------------------------------------------------------------------------------------


def _attend(line: Line, key: bytes, runtime: onnx.Runtime, queue: Queue) -> None:
    """Until it hangs up, dies, or says what no asker of ours says."""
    with closing(line), suppress(OSError, AuthenticationError, ValueError, TypeError):
        line.ask_for_key(key)
        with queue.place():
            line.send_bytes(pickle.dumps(runtime))
            while True:
                if question := line.recv_bytes(MOST_QUESTION_BYTES):
                    asked = _asked(question)
                    _answer(line, queue.ask(asked, line.recv_tensor(asked.shape, "float32")))
                else:
                    line.send_bytes(pickle.dumps(dict(queue.seen)))


def _asked(question: bytes) -> Asked:
    path, shape, precision = json.loads(question)
    if not (shape and all(type(side) is int and side > 0 for side in shape)):
        raise ValueError(shape)
    if 4 * math.prod(shape) > served.MOST_BYTES or not isinstance(precision, str | None):
        raise ValueError(shape, precision)
    return Asked(Path(path), tuple(shape), precision)


def _answer(line: Line, answer: Future[list[Float]]) -> None:
    try:
        outputs = answer.result()
    except PackshotError as exc:
        line.send_bytes(pickle.dumps(exc))
        return
    line.send_bytes(pickle.dumps([(output.shape, output.dtype.str) for output in outputs]))
    for output in outputs:
        line.send_tensor(output)


class Queue:
    """What waits to be run, the oldest first."""

    def __init__(self, most: int, wait_s: float) -> None:
        self._most, self._wait_s = most, wait_s
        self.seen: Counter[int] = Counter()
        """How many were run together, and how often."""
        self._fewer: dict[Asked, int] = {}
        self._waiting: list[Request] = []
        self._askers = 0
        self._changed = threading.Condition()

    @contextmanager
    def place(self) -> Iterator[None]:
        with self._changed:
            if self._askers >= MOST_ASKERS:
                raise ConnectionRefusedError
            self._askers += 1
        try:
            yield
        finally:
            with self._changed:
                self._askers -= 1
                self._changed.notify()

    def ask(self, asked: Asked, tensor: Float) -> Future[list[Float]]:
        request = Request(asked, tensor)
        with self._changed:
            self._waiting.append(request)
            self._changed.notify()
        return request.answer

    def most(self, asked: Asked) -> int:
        """How many are run together."""
        return self._fewer.get(asked, self._most if asked.shape[0] == 1 else 1)

    def lower(self, asked: Asked, most: int) -> None:
        self._fewer[asked] = min(most, self.most(asked))

    def take(self) -> list[Request]:
        """The oldest and those that can go with it. It waits for others only while others may come."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            oldest = self._waiting[0]
            until = oldest.since + self._wait_s
            while len(self._like(oldest)) < self.most(oldest.asked) and len(self._waiting) < self._askers:
                if not self._changed.wait(max(0.0, until - time.monotonic())):
                    break
            together = self._like(oldest)
            # By powers of two, for a runtime prepares itself anew for every size that it meets.
            together = together[: 1 << (min(len(together), self.most(oldest.asked)).bit_length() - 1)]
            self._waiting = [request for request in self._waiting if request not in together]
            return together

    def _like(self, oldest: Request) -> list[Request]:
        return [request for request in self._waiting if request.asked == oldest.asked]


# ---- the networks ------------------------------------------------------------------------------------------


def _run(queue: Queue, starter: Connection) -> None:
    """Without it nobody would ever be answered: where it breaks, the process ends, and another one starts."""
    networks, has_answered = Networks(queue), False
    try:
        while True:
            batch = queue.take()
            answers = networks.answers(batch[0].asked, [request.tensor for request in batch])
            if not has_answered:
                starter.send(True)
                has_answered = True
            for request, answer in zip(batch, answers, strict=True):
                if isinstance(answer, PackshotError):
                    request.answer.set_exception(answer)
                else:
                    request.answer.set_result(answer)
    except BaseException:
        log.exception("the networks' thread broke")
        os._exit(1)


class Networks:
    """Runs tensors together where each gets what it would get alone."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._tried: set[Asked] = set()

    def answers(self, asked: Asked, tensors: list[Float]) -> list[list[Float] | PackshotError]:
        try:
            if len(tensors) > self._most(asked, len(tensors)):
                return [answer for tensor in tensors for answer in self.answers(asked, [tensor])]
            answers = _together(asked, tensors)
            self._queue.seen[len(tensors)] += 1
            return answers
        except Exception as exc:  # a bug, too, is told to those who wait: else they would wait for ever
            if len(tensors) > 1:
                return self._by_halves(asked, tensors)
            return [_told(exc, asked)]

    def _most(self, asked: Asked, wanted: int) -> int:
        if wanted > 1 and asked not in self._tried:
            self._tried.add(asked)
            if not keeps_rows_apart(asked):
                log.warning("%s takes one picture at a time", asked.path.name)
                self._queue.lower(asked, 1)
        return self._queue.most(asked)

    def _by_halves(self, asked: Asked, tensors: list[Float]) -> list[list[Float] | PackshotError]:
        half = len(tensors) // 2
        answers = [*self.answers(asked, tensors[:half]), *self.answers(asked, tensors[half:])]
        if not any(isinstance(answer, PackshotError) for answer in answers):
            self._queue.lower(asked, half)  # no row is to blame: the device has no room for so many
        return answers


def _told(exc: Exception, asked: Asked) -> PackshotError:
    if isinstance(exc, PackshotError):
        return exc
    log.error("%s", asked.path.name, exc_info=exc)
    why = verbatim(f"{type(exc).__name__}: {exc}"[:200])
    return EngineFailed(say("The network {file} failed: {why}", file=asked.path.name, why=why))


def _together(asked: Asked, tensors: list[Float]) -> list[list[Float] | PackshotError]:
    if len(tensors) == 1:
        return [_run_alone(asked, tensors[0])]
    shape = (len(tensors), *asked.shape[1:])
    outputs = onnx.session(asked.path, shape, asked.precision)(np.concatenate(tensors))
    return [[output[row : row + 1] for output in outputs] for row in range(len(tensors))]


def _run_alone(asked: Asked, tensor: Float) -> list[Float]:
    return onnx.session(asked.path, asked.shape, asked.precision)(tensor)


def keeps_rows_apart(asked: Asked) -> bool:
    """Two drawn rows together give what each gives alone.

    Files don't tell: one that names a free batch axis may still mix its rows within, and one that was written
    down for a single picture may take more.
    """
    row = drawn(asked.shape)
    try:
        one, other = _run_alone(asked, row), _run_alone(asked, -row)
        together = onnx.session(asked.path, (2, *asked.shape[1:]), asked.precision)(
            np.concatenate([row, -row])
        )
        return all(map(_is_apart, together, one, other))
    except (EngineFailed, ValueError):  # it takes no two rows, or its answers have no rows
        return False


def drawn(shape: tuple[int, ...]) -> Float:
    """Blocks of 16 pixels: networks answer them more variously than fine noise."""
    coarse = (*shape[:2], *(-(-side // 16) for side in shape[2:]))
    blocks = np.random.default_rng(0).uniform(-2, 2, coarse).astype(np.float32)
    for axis, side in enumerate(shape[2:], 2):
        blocks = blocks.repeat(16, axis).take(range(side), axis)
    return blocks


def _is_apart(together: Float, one: Float, other: Float) -> bool:
    alone = np.concatenate([one, other])
    if together.shape != alone.shape or len(one) != 1:
        return False
    return bool(np.abs(together - alone).mean() <= APART * np.abs(one - other).mean() + NOISE)
