"""Draws the pictures of the README and the docs from the samples: `python scripts/pictures.py`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import packshot
from packshot.image.types import RGB, Box

ROOT = Path(__file__).parent.parent
PHOTOS = ROOT / "examples" / "photos"
PICTURES = ROOT / "docs" / "pictures"
HEIGHT = 560
GAP = 12
RED = (200, 40, 40)


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    save("before_after", strip([*story("sale_badge"), *story("label_box")]))
    result = packshot.fix(PHOTOS / "sale_badge.jpg", trail=True)
    for number, step in enumerate(result.trail):
        save(f"stage_{number:02}_{step.name.replace(' ', '_')}", fitted(Image.fromarray(step.pixels), 420))


def story(name: str) -> list[Image.Image]:
    """The photo with what was found, and both variants."""
    path = PHOTOS / f"{name}.jpg"
    result = packshot.fix(path)
    with Image.open(path) as photo:
        before = photo.convert("RGB")
    draw = ImageDraw.Draw(before)
    text = [finding for finding in result.before.errors if finding.rule == "overlaid_text"]
    for box in (box for finding in text or result.before.errors for box in finding.boxes):
        framed(draw, box, before.width // 150)
    return [before, *(picture.image.convert("RGB") for picture in result.variants.values())]


def framed(draw: ImageDraw.ImageDraw, box: Box, width: int) -> None:
    draw.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), outline=RED, width=width)


def fitted(picture: Image.Image, height: int) -> Image.Image:
    return picture.resize((round(picture.width * height / picture.height), height), Image.Resampling.LANCZOS)


def strip(pictures: list[Image.Image]) -> Image.Image:
    same = [np.asarray(fitted(picture, HEIGHT)) for picture in pictures]
    gap: RGB = np.full((HEIGHT, GAP, 3), 255, np.uint8)
    return Image.fromarray(np.hstack([part for picture in same for part in (picture, gap)][:-1]))


def save(name: str, picture: Image.Image) -> None:
    picture.convert("RGB").save(PICTURES / f"{name}.jpg", quality=86, optimize=True)


if __name__ == "__main__":
    main()
