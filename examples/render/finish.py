"""From linear layers to a photo: exposure, vignette, tone curve, sRGB, grain; and the truth in the same tones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from scene import Layers, run_on


@dataclass(frozen=True, slots=True)
class Develop:
    """What the camera and the person at the computer did."""

    ground_level: float = 0.80
    """Linear brightness that the lit ground gets: 1 is white."""
    vignette: float = 0.10
    """Light lost in the corners."""
    grain: float = 0.006
    cast: tuple[float, float, float] = (1.0, 1.0, 1.0)
    """White balance that the photographer did not set."""
    quality: int = 90


CONTRAST = 1.15

SHOULDER = 0.80
"""Above this linear value highlights are rolled off softly instead of clipped."""


def tone(linear: np.ndarray) -> np.ndarray:
    """Linear light to sRGB in 0…1, with the contrast of a camera's standard curve."""
    linear = np.power(np.maximum(linear, 0), CONTRAST)
    over = np.maximum(linear - SHOULDER, 0) / (1 - SHOULDER)
    soft = np.where(linear > SHOULDER, SHOULDER + (1 - SHOULDER) * (1 - np.exp(-over)), np.maximum(linear, 0))
    return np.where(soft <= 0.0031308, soft * 12.92, 1.055 * np.power(np.maximum(soft, 1e-6), 1 / 2.4) - 0.055)


def exposed(layers: Layers, develop: Develop, *, see_through: bool = False) -> Layers:
    """The layers in the brightness, cast and vignette of the photo; still linear."""
    height, width = layers.alpha.shape
    brightness = layers.ground @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    middle = brightness[height // 4 : -height // 4, width // 8 : -width // 8]
    gain = develop.ground_level / float(np.percentile(middle, 80))
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    fall = 1 - develop.vignette * ((x**2 + y**2) / 2) ** 1.5
    scale = (gain * fall[..., None] * np.array(develop.cast)).astype(np.float32)
    product, alpha = layers.product * scale, layers.alpha
    if see_through:
        # A lamp mirrored in clear glass is brighter than alpha * white: eight bits can say that only with more alpha.
        alpha = np.maximum(alpha, np.ceil(np.clip(product.max(2), 0, 1) * 255) / 255).astype(np.float32)
    return Layers(product, alpha, layers.ground * scale, layers.shadow)


def grained(photo: np.ndarray, amount: float, seed: int) -> np.ndarray:
    """Sensor noise: a little wider than a pixel, mostly the same in all colours, stronger in the dark."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=photo.shape[:2])[..., None]
    own = rng.normal(size=photo.shape)
    noise = cv2.GaussianBlur((0.85 * shared + 0.5 * own).astype(np.float32), (0, 0), 0.6) * 1.8
    return photo + amount * noise * (1.3 - 0.8 * photo)


def straight(layers: Layers) -> np.ndarray:
    """Colours of the product before they were multiplied by alpha, in sRGB, running on a little past the border."""
    known = layers.alpha > 8 / 255
    colour = tone(layers.product / np.maximum(layers.alpha, 1e-6)[..., None])
    colour = (np.clip(colour, 0, 1) * 255).round().astype(np.uint8)
    # Codecs smear colours over the border; what they smear there should be the product's own.
    return run_on(colour.astype(np.float32), known).round().astype(np.uint8)


def photo_of(layers: Layers, develop: Develop, seed: int) -> np.ndarray:
    """The finished photo as 8 bit RGB; `layers` are exposed already."""
    grain = grained(tone(layers.photo), develop.grain, seed)
    return (np.clip(grain, 0, 1) * 255).round().astype(np.uint8)


def save_photo(pixels: np.ndarray, file: Path, quality: int) -> None:
    Image.fromarray(pixels).save(file, quality=quality, subsampling=0 if quality > 91 else 2, optimize=True)


def save_truth(layers: Layers, folder: Path, name: str) -> None:
    alpha = (layers.alpha * 255).round().astype(np.uint8)
    rgba = np.dstack([straight(layers), alpha])
    Image.fromarray(rgba, "RGBA").save(folder / f"{name}.webp", quality=90, alpha_quality=100, exact=True, method=6)
    shadow = cv2.resize(layers.shadow, (alpha.shape[1] // 2, alpha.shape[0] // 2), interpolation=cv2.INTER_AREA)
    grey = Image.fromarray((shadow * 255).round().astype(np.uint8))
    grey.save(folder / f"{name}_shadow.webp", quality=90, method=6)
