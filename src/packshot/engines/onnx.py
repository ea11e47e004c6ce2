"""Runs ONNX networks. The only file that knows a runtime."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from packshot.image.types import Float

Network = Callable[[Float], list[Float]]
"""One tensor in, every output out."""


def session(path: Path, shape: tuple[int, ...], precision: str | None = None) -> Network:
    """`precision`: "f32" to hold the runtime to it; None: what the machine does best."""
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
