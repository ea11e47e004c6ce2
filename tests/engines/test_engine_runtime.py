"""The one file that knows a runtime: which is taken, what happens where it is not there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from tiny_network import NETWORK

from packshot.engines import onnx
from packshot.errors import Refused, WeightsMissing

HAS_ORT = find_spec("onnxruntime") is not None


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(onnx.DEVICE, "")
    monkeypatch.setenv(onnx.STRICT, "")
    onnx._runtime.cache_clear()
    yield
    onnx._runtime.cache_clear()


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.onnx"
    path.write_bytes(NETWORK)
    return path


def without(*missing: str) -> object:
    return lambda name: None if name in missing else find_spec(name)


def picture() -> np.ndarray:
    return np.random.default_rng(1).random((1, 3, 16, 16), np.float32)


def test_openvino_runs_on_the_cpu_and_says_why() -> None:
    used = onnx.configure("auto")
    assert (used.name, used.device, used.fallback) == ("openvino", "cpu", False)
    assert used.precision in ("f32", "bf16", "f16")
    assert used.why.in_("en")


def test_a_session_gives_every_output(network: Path) -> None:
    alpha, told = onnx.session(network, (1, 3, 16, 16), precision="f32")(picture())
    assert np.allclose(alpha[0, 0], picture()[0].mean(axis=0), atol=1e-5)
    assert np.allclose(told.ravel(), picture().mean(), atol=1e-5)


def test_one_session_a_file_until_the_file_changes(network: Path) -> None:
    shape = (1, 3, 16, 16)
    first = onnx.session(network, shape)
    assert onnx.session(network, shape) is first
    network.write_bytes(NETWORK + b"\x12\x01a")  # another name of the producer: a file of another size
    assert onnx.session(network, shape) is not first


def test_answers_are_copies_that_the_next_run_leaves_alone(network: Path) -> None:
    run = onnx.session(network, (1, 3, 16, 16))
    first = run(picture())[0]
    before = first.copy()
    run(picture() * 0)
    assert np.array_equal(first, before)


@pytest.mark.skipif(not HAS_ORT, reason="onnxruntime is an extra")
def test_onnxruntime_takes_over_where_openvino_is_missing(
    network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = onnx.session(network, (1, 3, 16, 16), precision="f32")(picture())
    monkeypatch.setattr(onnx, "find_spec", without("openvino"))
    onnx._runtime.cache_clear()
    assert onnx.runtime().name == "onnxruntime"
    there = onnx.session(network, (1, 3, 16, 16))(picture())
    assert all(np.allclose(one, other, atol=1e-5) for one, other in zip(here, there, strict=True))


def test_without_any_runtime_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "find_spec", without("openvino", "onnxruntime"))
    with pytest.raises(WeightsMissing, match="pip install openvino"):
        onnx.runtime()


def test_cuda_that_is_not_there_falls_back_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "find_spec", without("onnxruntime"))
    used = onnx.configure("cuda")
    assert (used.device, used.fallback) == ("cpu", True)
    assert "onnxruntime is not installed" in used.why.in_("en")


def test_cuda_that_is_not_there_ends_a_strict_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "find_spec", without("onnxruntime"))
    with pytest.raises(Refused, match=r"packshot\[cuda\]"):
        onnx.configure("cuda", strict=True)


@pytest.mark.skipif(not HAS_ORT, reason="onnxruntime is an extra")
def test_a_wheel_that_knows_cuda_is_not_yet_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    monkeypatch.setattr(
        onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"]
    )
    monkeypatch.setattr(onnx, "_opened", lambda model, device: onnxruntime.InferenceSession(model))
    assert "no GPU answers" in onnx.configure("cuda").why.in_("en")


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(Refused, match="auto, cpu, cuda"):
        onnx.configure("tpu")


def test_processes_that_we_start_hear_it(monkeypatch: pytest.MonkeyPatch) -> None:
    onnx.configure("cuda")
    ask = "import os; from packshot.engines import onnx; print(os.environ[onnx.DEVICE])"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "cuda"
