"""Path-traces our own products into a folder, once: `SET-NAME.png` (straight colours, alpha) and `SET-NAME_shadow.png`."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image

COUNT = 32
"""Products of goods.py, which only a Python with mitsuba can import."""
SAMPLES, BORDER_RAYS = 9, 64
"""Paths per pixel before the denoiser; rays that count the alpha of a border pixel."""


def render_missing(folder: Path) -> int:
    """Says how many are still missing: none where mitsuba is at hand."""
    there = sum(not file.stem.endswith("_shadow") for file in folder.glob("*-*.png"))
    if there >= COUNT:
        return 0
    if importlib.util.find_spec("mitsuba") is None:
        return COUNT - there
    folder.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "render"))
    from sets.goods import GOODS

    for good in GOODS:
        file = folder / f"{good.set}-{good.name}.png"
        if not file.exists():
            started = time.monotonic()
            _render(good, file)
            print(f"rendered {good.name}: {time.monotonic() - started:.0f} s", flush=True)
    return 0


def _render(good: object, file: Path) -> None:
    import finish
    from scene import Ground, render, surface
    from sets.goods import Good

    assert isinstance(good, Good)
    layers = render(
        good.build(), Ground(surface(0.8, 0.9, specular=0.1)), good.light, good.camera,
        samples=SAMPLES, border_samples=BORDER_RAYS, seed=40_000 + sum(map(ord, good.name)),
    )  # fmt: skip
    layers = finish.exposed(layers, finish.Develop(ground_level=0.8, vignette=0.0), see_through=good.see_through)
    alpha = (layers.alpha * 255).round().astype(np.uint8)
    shadow = Image.fromarray((layers.shadow * 255).round().astype(np.uint8))
    shadow.reduce(2).save(file.with_name(f"{file.stem}_shadow.png"))
    Image.fromarray(np.dstack([finish.straight(layers), alpha])).save(file)
