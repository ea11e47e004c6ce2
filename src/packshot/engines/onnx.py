"""Runs ONNX networks. The only file that knows a runtime.

OpenVINO on the CPU, for it is the faster one there (benchmarks/runtimes.py); onnxruntime for CUDA and where
OpenVINO is missing. One session a process, file and shape; one thread, for processes share the cores. Where a
server runs them for many processes (engines/served.py), it is asked.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from packshot.engines import served
from packshot.errors import EngineFailed, Refused, WeightsMissing
from packshot.image.types import Float
from packshot.words import Words, say, verbatim

Network = Callable[[Float], list[Float]]
"""One tensor in, every output out. Threads may share it: it runs one at a time."""

DEVICE, STRICT = "PACKSHOT_DEVICE", "PACKSHOT_DEVICE_STRICT"
"""The environment, so that workers, which are processes of their own, hear it too."""
DEVICES = ("auto", "cpu", "cuda")

_opening = Lock()


@dataclass(frozen=True, slots=True)
class Runtime:
    """What runs networks in this process, and why."""

    name: str
    version: str
    device: str
    """cpu or cuda."""
    precision: str
    """What it computes in by its own choice: f32, bf16, f32/tf32."""
    why: Words
    fallback: bool = False
    """Something else was asked for and is not to be had."""


def configure(device: str = "auto", *, strict: bool = False) -> Runtime:
    """For this process and all that it starts. `strict`: rather fail than take another device."""
    os.environ[DEVICE] = device
    os.environ[STRICT] = "1" if strict else ""
    return runtime()


def runtime() -> Runtime:
    """Raises where nothing can run a network, or where the device that must be is not there."""
    if served.is_on():
        return served.runtime()
    device = os.environ.get(DEVICE) or "auto"
    if device not in DEVICES:
        raise Refused(
            say("There is no device called {name}.", name=device),
            say("Known: {names}.", names=", ".join(DEVICES)),
        )
    return _runtime(device, bool(os.environ.get(STRICT)))


def session(path: Path, shape: tuple[int, ...], precision: str | None = None) -> Network:
    """`precision`: "f32" to hold the runtime to it; None: what the machine does best."""
    if served.is_on():
        return served.session(path, shape, precision)
    chosen = runtime()
    if chosen.name == "onnxruntime":
        shape = ()  # it takes any: one session for all, and the weights are once on the GPU
    written = path.stat()
    with _opening:
        return _session(
            path, (written.st_mtime_ns, written.st_size), shape, precision, chosen.name, chosen.device
        )


def any_size(path: Path, precision: str | None = None) -> Network:
    """Of a network that takes pictures of any height and width: one session for all of them."""
    if served.is_on():
        return lambda tensor: served.session(path, tensor.shape, precision)(tensor)
    return session(path, (1, 3, -1, -1), precision)


@lru_cache
def _runtime(device: str, strict: bool) -> Runtime:
    if device != "cuda":
        return _on_cpu()
    missing = _why_no_cuda()
    if missing is None:
        # Ampere and later multiply f32 as TF32, unless told otherwise.
        return Runtime("onnxruntime", _onnxruntime(), "cuda", "f32/tf32", say("CUDA was asked for."))
    if strict:
        raise Refused(
            say("CUDA was asked for, and it cannot be had: {why}", why=missing),
            say('Install it: pip install "packshot[cuda]"; or leave out --strict to go on with the CPU.'),
        )
    why = say("CUDA was asked for, and it cannot be had: {why} So the CPU works.", why=missing)
    return replace(_on_cpu(), why=why, fallback=True)


def _on_cpu() -> Runtime:
    if find_spec("openvino") is not None:
        import openvino

        precision = openvino.Core().get_property("CPU", "INFERENCE_PRECISION_HINT").to_string()
        if precision == "bf16":
            why = say("It is the fastest on a CPU, and this CPU knows bf16.")
        else:
            why = say("It is the fastest on a CPU; this one knows no bf16.")
        return Runtime("openvino", version("openvino"), "cpu", precision, why)
    if find_spec("onnxruntime") is not None:
        return Runtime("onnxruntime", _onnxruntime(), "cpu", "f32", say("OpenVINO is not installed."))
    raise WeightsMissing(
        say("Nothing here can run a network."), say("Install openvino: pip install openvino")
    )


def _onnxruntime() -> str:
    import onnxruntime

    return str(onnxruntime.__version__)


def _why_no_cuda() -> Words | None:
    """None where a network can run on CUDA."""
    if find_spec("onnxruntime") is None:
        return say("onnxruntime is not installed.")
    import onnxruntime

    if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        return say("this onnxruntime is built without it.")
    # That wheel names CUDA on any machine; only a session shows whether a GPU and its libraries are there.
    try:
        used = _opened(PROBE, "cuda").get_providers()
    except Exception:  # whatever it is: no network runs there
        used = []
    return None if "CUDAExecutionProvider" in used else say("no GPU answers.")


@lru_cache(maxsize=64)  # our networks take 8 shapes; a server runs each by 1, 2, 4, 8 and 16
def _session(
    path: Path,
    _stamp: tuple[int, int],
    shape: tuple[int, ...],
    precision: str | None,
    name: str,
    device: str,
) -> Network:
    """`_stamp` opens a file anew that was written anew."""
    try:
        run = _openvino(path, shape, precision) if name == "openvino" else _with_onnxruntime(path, device)
    except Exception as exc:  # onnxruntime's own errors have no base but this
        raise EngineFailed(
            say("{file} is no network that can be run: {why}", file=path.name, why=_first_line(exc)),
            say("Its weights may be damaged: packshot weights verify"),
        ) from exc
    return _one_at_a_time(run, path.name)


def _one_at_a_time(run: Network, name: str) -> Network:
    lock = Lock()

    def locked(tensor: Float) -> list[Float]:
        with lock:
            try:
                return run(tensor)
            except Exception as exc:  # as above
                raise EngineFailed(
                    say("The network {file} failed: {why}", file=name, why=_first_line(exc))
                ) from exc

    return locked


def _first_line(exc: Exception) -> Words:
    return verbatim(next(iter(str(exc).strip().splitlines()), type(exc).__name__)[:200])


def _openvino(path: Path, shape: tuple[int, ...], precision: str | None) -> Network:
    import openvino

    core = openvino.Core()
    network = core.read_model(str(path))
    network.reshape(list(shape))
    options: dict[str, object] = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}
    if precision is not None:
        options["INFERENCE_PRECISION_HINT"] = precision
    request = core.compile_model(network, "CPU", options).create_infer_request()

    def run(tensor: Float) -> list[Float]:
        request.infer([tensor])
        return [output.data.copy() for output in request.output_tensors]

    return run


def _with_onnxruntime(path: Path, device: str) -> Network:
    opened = _opened(str(path), device)
    asked = opened.get_inputs()[0].name

    def run(tensor: Float) -> list[Float]:
        return list(opened.run(None, {asked: tensor}))

    return run


def _opened(model: str | bytes, device: str) -> Any:
    import onnxruntime

    options: Any = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # it would talk to stderr by itself
    providers = (
        ["CUDAExecutionProvider", "CPUExecutionProvider"] if device == "cuda" else ["CPUExecutionProvider"]
    )
    return onnxruntime.InferenceSession(model, options, providers)


PROBE = (
    b'\x08\x08\x12\x00:7\n\x10\n\x01x\x12\x01y"\x08Identity\x12\x01gZ\x0f\n\x01x\x12\n\n\x08\x08\x01\x12\x04'
    b"\n\x02\x08\x01b\x0f\n\x01y\x12\n\n\x08\x08\x01\x12\x04\n\x02\x08\x01B\x04\n\x00\x10\r"
)
"""The smallest network there is: it gives its one number back."""
