"""packshot doctor: what is here, what is missing and what that disables, how fast it goes."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from dataclasses import asdict, dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Annotated

import typer

from packshot.cli import options, terminal
from packshot.cli.options import LogLevel, told
from packshot.words import Words, say, verbatim

HELP = say("Say what this machine has, what is missing and what that disables, and how fast it is.")
EXAMPLES = """\
packshot doctor
packshot doctor --json
packshot doctor --no-speed"""

PARTS = ("numpy", "opencv-python-headless", "pillow", "simplejpeg", "pi-heif", "openvino")


@dataclass(frozen=True, slots=True)
class EngineState:
    name: str
    kind: str
    ready: bool
    why: str
    """What is missing and how to get it; empty where it is ready."""


@dataclass(frozen=True, slots=True)
class RuntimeState:
    """What runs networks."""

    name: str
    """Empty where nothing can."""
    version: str
    device: str
    precision: str
    why: str


@dataclass(frozen=True, slots=True)
class Weights:
    file: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Missing:
    extra: str
    disables: str
    install: str


@terminal.command
def doctor(
    speed: Annotated[
        bool,
        typer.Option("--speed/--no-speed", help=told(say("Measure photos per second on a drawn photo."))),
    ] = True,
    as_json: options.AsJson = False,
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    language = terminal.language_of(lang)
    found = {
        "packshot": metadata.version("packshot"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "device": _device(),
        "threads": _threads(),
        "parts": {name: _version(name) for name in PARTS},
        "runtime": asdict(_runtime(language)),
        "engines": [asdict(state) for state in _engines(language)],
        "weights": [asdict(weights) for weights in _weights()],
        "missing": [asdict(missing) for missing in _missing(language)],
        "profile": _profile(),
        "seconds_a_photo": round(_seconds_a_photo(), 3) if speed else None,
    }
    if as_json:
        terminal.out([json.dumps(found, ensure_ascii=False, indent=1), "\n"])
        return
    _show(found, language)


def _show(found: dict[str, object], language: str) -> None:
    from rich.table import Table
    from rich.text import Text

    good, bad = ("✔", "✖") if terminal.has_shapes() else ("+", "x")
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")

    def row(title: Words, text: str) -> None:
        table.add_row(title.in_(language), Text(text))

    row(verbatim("packshot"), f"{found['packshot']}, Python {found['python']}, {found['system']}")
    row(say("Device"), str(found["device"]))
    row(say("Threads"), str(found["threads"]))
    row(say("Default profile"), str(found["profile"]))
    parts = found["parts"]
    assert isinstance(parts, dict)
    missing_word = say("missing").in_(language)
    row(say("Parts"), ", ".join(f"{name} {number or missing_word}" for name, number in parts.items()))
    runtime = found["runtime"]
    assert isinstance(runtime, dict)
    row(say("Networks run on"), _told_runtime(runtime))
    engines = found["engines"]
    assert isinstance(engines, list)
    for engine in engines:
        state = say("ready").in_(language) if engine["ready"] else engine["why"]
        row(say("Engine"), f"{good if engine['ready'] else bad} {engine['name']} ({engine['kind']}): {state}")
    weights = found["weights"]
    assert isinstance(weights, list)
    for one in weights:
        size = say("{size:.1f} MB", size=one["size_bytes"] / 1e6).in_(language)
        row(say("Weights"), f"{one['file']}, {size}, sha256 {one['sha256'][:12]}…")
    missing = found["missing"]
    assert isinstance(missing, list)
    for one in missing:
        row(say("Missing extra"), f"{bad} {one['extra']}: {one['disables']} {one['install']}")
    if found["seconds_a_photo"]:
        seconds = float(str(found["seconds_a_photo"]))
        row(
            say("Speed"),
            say(
                "{rate:.1f} photos/s a process ({seconds:.2f} s for 2000×2000, two pictures, both reports)",
                rate=1 / seconds,
                seconds=seconds,
            ).in_(language),
        )
    terminal.console().print(table)


def _device() -> str:
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return f"CPU: {name}"
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return f"CPU: {name}"


def _threads() -> int:
    from packshot.batch.runner import default_jobs

    return default_jobs()


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _runtime(language: str) -> RuntimeState:
    from packshot.engines import onnx
    from packshot.errors import PackshotError

    try:
        used = onnx.runtime()
    except PackshotError as error:
        why = " ".join(words.in_(language) for words in (error.message, error.cure) if words)
        return RuntimeState("", "", "", "", why)
    return RuntimeState(used.name, used.version, used.device, used.precision, used.why.in_(language))


def _told_runtime(runtime: dict[str, str]) -> str:
    if not runtime["name"]:
        return runtime["why"]
    device = runtime["device"].upper()
    return f"{runtime['name']} {runtime['version']}, {device}, {runtime['precision']}. {runtime['why']}"


def _engines(language: str) -> list[EngineState]:
    from packshot.engines.base import ENGINES
    from packshot.errors import PackshotError

    states = []
    for name in ENGINES.names():
        engine = ENGINES[name]
        try:
            engine.make()
        except PackshotError as error:
            why = " ".join(words.in_(language) for words in (error.message, error.cure) if words)
            states.append(EngineState(name, engine.kind, False, why))
        else:
            states.append(EngineState(name, engine.kind, True, ""))
    return states


def _weights() -> list[Weights]:
    """Networks that lie here: our own, pulled ones, and those in packages that engines stand on."""
    from packshot.engines import cards

    folders = [cards.CARDS, cards.folder()]
    if (found := util.find_spec("rapidocr")) and found.origin:
        folders.append(Path(found.origin).parent / "models")
    files = [file for folder in folders for file in sorted(folder.glob("*.onnx"))]
    return [
        Weights(file.name, file.stat().st_size, hashlib.sha256(file.read_bytes()).hexdigest())
        for file in files
    ]


def _missing(language: str) -> list[Missing]:
    """Extras that are not installed, and what does not work without them."""
    known = (
        ("max", "pyvips", say("no --effort max (the smallest JPEG).")),
        ("cuda", "onnxruntime", say("no --device cuda (networks on an NVIDIA GPU).")),
    )
    return [
        Missing(extra, disables.in_(language), f'pip install "packshot[{extra}]"')
        for extra, module, disables in known
        if util.find_spec(module) is None
    ]


def _profile() -> str:
    from packshot.profiles.load import default_profile_name

    return default_profile_name()


def _seconds_a_photo() -> float:
    """Warm, in one process with one thread, as a worker of a batch runs."""
    import cv2
    import numpy as np

    from packshot.image.encode import Encoding, encode
    from packshot.journey.fix import fix

    pixels = np.full((2000, 2000, 3), 238, np.uint8)
    cv2.ellipse(pixels, (1000, 1050), (420, 640), 0, 0, 360, (150, 60, 40), -1, cv2.LINE_AA)
    noise = np.random.default_rng(1).integers(0, 5, pixels.shape, dtype=np.uint8)
    data = encode(pixels - noise, None, Encoding()).data
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        fix(data)
        times = []
        for _ in range(3):
            start = time.perf_counter()
            fix(data)
            times.append(time.perf_counter() - start)
    finally:
        cv2.setNumThreads(threads)
    return min(times)
