"""`--device`, else PACKSHOT_DEVICE: settled once, before any photo is read."""

from __future__ import annotations

import os

from packshot.cli import terminal
from packshot.cli.options import DeviceName
from packshot.words import say


def settle(device: DeviceName | None, language: str, *, strict: bool) -> None:
    """For this process and its workers. What cannot be had is said, or with `strict` ends the run."""
    wanted = device.value if device else os.environ.get("PACKSHOT_DEVICE", "")
    if not wanted:
        return
    from packshot.engines import onnx

    chosen = onnx.configure(wanted, strict=strict)
    if chosen.fallback:
        terminal.beside(say("Warning: {why}", why=chosen.why), language)
