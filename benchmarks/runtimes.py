"""Which runtime runs our network best on one core: time, memory, and how far its answer is.

    python benchmarks/runtimes.py [--rounds N] [--card CARD]
    pip install onnxruntime ncnn pnnx torch onnx      for those that are measured beside OpenVINO

All runtimes answer in turn within one process, one thread each. Time is what the processor spent, not what
the clock shows, so that other work on the machine counts little; quote the least and the ratios. Memory is
what a fresh process takes more once it holds one runtime and has answered thrice.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.engines import cards, onnx
from packshot.engines.cards import Card

PHOTO = Path(__file__).parent.parent / "examples" / "photos" / "bottle.jpg"

Tensor = NDArray[np.float32]
Answer = Callable[[Tensor], Tensor]
"""A photo's tensor in, alpha out."""


def main() -> None:
    options = parse()
    card = cards.named(options.card)
    assert card is not None, f"no card {options.card}"
    photo = tensor_of(PHOTO, card)
    if options.alone:
        print(memory_mb(RUNTIMES[options.alone], card, photo))
        return
    answers = {name: make(card) for name, make in RUNTIMES.items() if all(map(find_spec, NEEDS[name]))}
    truth = answers["OpenVINO, f32"](photo)
    times = in_turn(answers, photo, options.rounds)
    base = min(times["OpenVINO, own choice"])
    print(
        f"{card.file}, {cards.weights(card).stat().st_size / 1e6:.1f} MB, input {photo.shape[2:]}, one core"
    )
    print(f"OpenVINO's own choice here: {onnx.runtime().precision}\n")
    print("| runtime | least ms | median | 90 % | × | memory MB | farthest alpha |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, seconds in times.items():
        low, middle, high = min(seconds), statistics.median(seconds), float(np.percentile(seconds, 90))
        off = float(np.abs(answers[name](photo) - truth).max())
        told = f"{1000 * low:.1f} | {1000 * middle:.1f} | {1000 * high:.1f} | {low / base:.2f}"
        print(f"| {name} | {told} | {alone(name, options.card):.0f} | {off:.4f} |")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--card", default="segment_net", help="a card's name or path")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    return parser.parse_args()


def tensor_of(path: Path, card: Card) -> Tensor:
    seen = cv2.resize(cv2.imread(str(path))[..., ::-1], card.input[::-1], interpolation=cv2.INTER_AREA)
    shifted = (seen / 255 - np.array(card.mean)) / np.array(card.spread)
    return np.ascontiguousarray(shifted.transpose(2, 0, 1)[None], np.float32)


def in_turn(answers: dict[str, Answer], photo: Tensor, rounds: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in answers}
    for number in range(rounds + 3):
        for name, answer in answers.items():
            start = time.process_time()
            answer(photo)
            if number >= 3:  # the first ones warm up
                times[name].append(time.process_time() - start)
    return times


def alone(name: str, card: str) -> float:
    """In a fresh process."""
    command = [sys.executable, __file__, "--alone", name, "--card", card]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


def memory_mb(make: Callable[[Card], Answer], card: Card, photo: Tensor) -> float:
    before = resident_mb()
    answer = make(card)
    for _ in range(3):
        answer(photo)
    return resident_mb() - before


def resident_mb() -> float:
    """Linux only."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def openvino(precision: str | None) -> Callable[[Card], Answer]:
    def make(card: Card) -> Answer:
        run = onnx.session(cards.weights(card), (1, 3, *card.input), precision)
        return lambda photo: run(photo)[0]

    return make


def onnxruntime(card: Card) -> Answer:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(cards.weights(card)), options, ["CPUExecutionProvider"])
    asked = session.get_inputs()[0].name
    return lambda photo: session.run(None, {asked: photo})[0]


def onnxruntime_int8(card: Card) -> Answer:
    """Weights in eight bits, activations as they come: the way that needs no photos to calibrate."""
    import onnxruntime
    from onnxruntime.quantization import quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "int8.onnx"
        widened = Path(folder) / "f32.onnx"
        _widen(cards.weights(card), widened)
        quantize_dynamic(widened, small)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        session = onnxruntime.InferenceSession(small.read_bytes(), options, ["CPUExecutionProvider"])
    asked = session.get_inputs()[0].name
    return lambda photo: session.run(None, {asked: photo})[0]


def _widen(path: Path, out: Path) -> None:
    """The shipped file keeps its weights in 16 bits behind casts; the quantiser wants plain 32."""
    import onnx as graphs
    from onnx import TensorProto, numpy_helper

    model = graphs.load(str(path))
    names = {}
    for init in model.graph.initializer:
        if init.data_type == TensorProto.FLOAT16:
            init.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(init).astype(np.float32), init.name))
            names[f"{init.name}.wide"] = init.name
    casts = [node for node in model.graph.node if node.op_type == "Cast" and node.output[0] in names]
    for node in casts:
        model.graph.node.remove(node)
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = names.get(name, name)
    graphs.save(model, str(out))


def torch(bf16: bool) -> Callable[[Card], Answer]:
    def make(card: Card) -> Answer:
        import torch

        from packshot.training.export import Shipped, load
        from packshot.training.segmenter import Recipe, Segmenter

        torch.set_num_threads(1)
        recipe = Recipe()
        bare = Segmenter(recipe.widths, recipe.depths, recipe.attention)
        net = Shipped(load(bare, cards.weights(card))).eval().to(memory_format=torch.channels_last)

        def answer(photo: Tensor) -> Tensor:
            x = torch.from_numpy(photo).contiguous(memory_format=torch.channels_last)
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                alpha: Tensor = net(x)[0].float().numpy()
            return alpha

        return answer

    return make


def ncnn(card: Card) -> Answer:
    import ncnn

    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "net.onnx"
        source.write_bytes(cards.weights(card).read_bytes())
        shape = f"inputshape=[1,3,{card.input[0]},{card.input[1]}]"
        convert = [str(Path(sys.executable).with_name("pnnx")), str(source), shape]
        subprocess.run(convert, cwd=folder, capture_output=True, check=True)
        net = ncnn.Net()
        net.opt.num_threads = 1
        net.load_param(str(Path(folder) / "net.ncnn.param"))
        net.load_model(str(Path(folder) / "net.ncnn.bin"))

    def answer(photo: Tensor) -> Tensor:
        with net.create_extractor() as extractor:
            extractor.input("in0", ncnn.Mat(photo[0]).clone())
            return np.array(extractor.extract("out0")[1])[None]

    return answer


RUNTIMES: dict[str, Callable[[Card], Answer]] = {
    "OpenVINO, own choice": openvino(None),
    "OpenVINO, f32": openvino("f32"),
    "ONNX Runtime, f32": onnxruntime,
    "ONNX Runtime, int8 weights": onnxruntime_int8,
    "ncnn, f32": ncnn,
    "PyTorch, f32": torch(bf16=False),
    "PyTorch, bf16": torch(bf16=True),
}
NEEDS: dict[str, tuple[str, ...]] = {
    "OpenVINO, own choice": ("openvino",),
    "OpenVINO, f32": ("openvino",),
    "ONNX Runtime, f32": ("onnxruntime",),
    "ONNX Runtime, int8 weights": ("onnxruntime", "onnx"),
    "ncnn, f32": ("ncnn", "pnnx"),
    "PyTorch, f32": ("torch", "onnx"),
    "PyTorch, bf16": ("torch", "onnx"),
}


if __name__ == "__main__":
    main()
