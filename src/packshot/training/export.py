"""A trained network as the file that is shipped: ONNX with half-precision weights, and its card."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from packshot.image.files import write_whole

if TYPE_CHECKING:
    from packshot.training.segmenter import Recipe, Segmenter

Net = TypeVar("Net", bound=nn.Module)

LEAST_HALVED = 64
"""Numbers: smaller tables (biases) stay as they are."""
COARSE = ("alpha3.", "alpha4.")
"""Heads that only training asks."""
SAME = 2e-3
"""How far the running network's first output may be from the trained one's: a chance, 0…1."""
BATCH = {0: "batch"}


class Shipped(nn.Module):
    """Chances instead of logits: what engines read."""

    def __init__(self, net: Segmenter) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        out = self.net(x)
        told = torch.cat([torch.sigmoid(out["sure"]), torch.sigmoid(out["present"])], 1)
        return torch.sigmoid(out["alpha"]), told


def export(net: Segmenter, recipe: Recipe, out: Path, figures: Mapping[str, float]) -> Path:
    """Writes `segment_net.onnx` and its card, and proves that both networks say the same."""
    head = {"task": "segment", "made_by": "packshot train segmenter", "told": ["sure", "present"]}
    shipped = Shipped(rounded(net)).eval()
    return ship(
        shipped, ("alpha", "told"), probe(recipe.size), out / "segment_net.onnx", head, recipe, figures
    )


def ship(
    shipped: nn.Module,
    outputs: Sequence[str],
    seen: Tensor,
    path: Path,
    head: Mapping[str, Any],
    recipe: Recipe,
    figures: Mapping[str, float],
    varying: Mapping[int, str] = BATCH,
) -> Path:
    """Any of our networks as a file, its card beside it. `varying`: axes whose length the runtime sets."""
    data = _halved(_as_onnx(shipped, outputs, seen, path.with_suffix(".float.onnx"), varying))
    write_whole(path, data)
    off = parity(shipped, path, seen)
    if off > SAME:
        raise ArithmeticError(f"the exported network differs from the trained one by {off:.4f}")
    write_whole(path.with_suffix(".toml"), _card(path.name, head, recipe, data, figures, off).encode())
    return path


def parity(shipped: nn.Module, path: Path, probe: Tensor) -> float:
    """The largest difference of the first output between PyTorch and the runtime, both in float32."""
    from packshot.engines.onnx import session

    with torch.inference_mode():
        expected = shipped(probe)[0].numpy()
    given = session(path, tuple(probe.shape), precision="f32")(probe.numpy())[0]
    return float(np.abs(expected - given).max())


def load(net: Segmenter, path: Path) -> Segmenter:
    """The shipped weights back in a net whose norms are fused; coarse heads, never shipped, begin anew."""
    net = net.fused()
    stored = {init.name: numpy_helper.to_array(init) for init in onnx.load(str(path)).graph.initializer}
    state = net.state_dict()
    for name in (name for name in state if not name.startswith(COARSE)):
        state[name] = torch.from_numpy(stored[f"net.{name}"].astype(np.float32))
    net.load_state_dict(state)
    return net


def rounded(net: Net) -> Net:
    """Fused, on the CPU, and rounded as the file will be: parity then means equal, not nearly."""
    from packshot.training.segmenter import fuse

    fused = deepcopy(net).cpu().float().eval()
    fuse(fused)
    with torch.no_grad():
        for value in fused.parameters():
            if value.numel() >= LEAST_HALVED:
                value.copy_(value.half().float())
    return fused.to(memory_format=torch.contiguous_format)  # type: ignore[no-any-return, call-overload]


def probe(size: int) -> Tensor:
    """A bright blob on a dark ground with noise: something that the net has an opinion on."""
    ys, xs = torch.meshgrid(torch.linspace(-1, 1, size), torch.linspace(-1, 1, size), indexing="ij")
    blob = torch.sigmoid(20 * (0.5 - torch.hypot(xs, ys)))
    noise = torch.randn(3, size, size, generator=torch.Generator().manual_seed(1)) * 0.05
    return ((blob[None] * torch.tensor([0.9, 0.4, 0.2])[:, None, None] + noise) * 4 - 2)[None].contiguous()


def _as_onnx(
    shipped: nn.Module, outputs: Sequence[str], seen: Tensor, path: Path, varying: Mapping[int, str]
) -> onnx.ModelProto:
    """By PyTorch's older exporter: it keeps the tables' names, which `load` goes by."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            shipped,
            (seen,),
            str(path),
            dynamo=False,
            input_names=["photo"],
            output_names=list(outputs),
            dynamic_axes={name: dict(varying) for name in ("photo", *outputs)},
            opset_version=17,
        )
    model = onnx.load(str(path))
    path.unlink()
    return model


def _halved(model: onnx.ModelProto) -> bytes:
    """Weights stored in 16 bits and widened when the network is read."""
    graph = model.graph
    widen = []
    for init in graph.initializer:
        if init.data_type == TensorProto.FLOAT and np.prod(init.dims) >= LEAST_HALVED:
            half = numpy_helper.from_array(numpy_helper.to_array(init).astype(np.float16), init.name)
            init.CopyFrom(half)
            widen.append(helper.make_node("Cast", [init.name], [f"{init.name}.wide"], to=TensorProto.FLOAT))
    wide = {node.input[0]: node.output[0] for node in widen}
    for node in graph.node:
        for k, name in enumerate(node.input):
            node.input[k] = wide.get(name, name)
    for node in reversed(widen):
        graph.node.insert(0, node)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _card(
    file: str,
    head: Mapping[str, Any],
    recipe: Recipe,
    data: bytes,
    figures: Mapping[str, float],
    off: float,
) -> str:
    """Small enough to write by hand: TOML has no writer in the standard library."""
    lead: dict[str, Any] = {
        "task": head["task"],
        "file": file,
        "sha256": hashlib.sha256(data).hexdigest(),
        "size_bytes": len(data),
        "licence": "Apache-2.0",
        "sale": True,
        "made_by": head["made_by"],
        "input": [recipe.size, recipe.size],
        "mean": [0.5, 0.5, 0.5],
        "spread": [0.25, 0.25, 0.25],
        **head,
        "parity": round(off, 6),
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in lead.items()]
    lines += ["", "[recipe]"] + [
        f"{name} = {json.dumps(v)}" for name, v in asdict(recipe).items() if v is not None
    ]
    lines += ["", "[dev]"] + [f"{json.dumps(name)} = {value:.4f}" for name, value in figures.items()]
    return "\n".join(lines) + "\n"
