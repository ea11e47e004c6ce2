"""Renders the sample photos with their truth: `python examples/render/make.py [NAME…] [--size N] [--samples N] [--out DIR]`.

Needs `pip install mitsuba pyoidn scipy opencv-python-headless pillow`, an LLVM library that Mitsuba can load (15 or
newer works best; see DRJIT_LIBLLVM_PATH) and the DejaVu fonts. The same command gives the same pictures.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

import finish
import prints
import products
from finish import Develop
from models import revolve, rounded, rounded_box, spline, tube
from scene import Camera, Ground, Light, Material, Part, Softbox, render, surface, texture
from sneaker import sneaker

EXAMPLES = Path(__file__).resolve().parents[1]
WHEEL = EXAMPLES.parent / "src" / "packshot" / "samples"
"""Where the small copies lie that `packshot demo` shows."""
SMALL = ("bottle", "white_mug", "sale_badge", "label_box")
"""These go into the package for `packshot demo`."""
SMALL_SIDE, SMALL_BYTES = 900, 60_000


@dataclass(frozen=True, slots=True)
class Badge:
    """A mark that the seller drew on the finished photo."""

    words: str
    shape: str
    """circle or strip"""
    box: tuple[float, float, float, float]
    """Left, top, right, bottom as shares of the frame."""
    fill: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    en: str
    ru: str
    category: str
    build: Callable[[], products.Product]
    ground: Ground
    light: Light
    camera: Camera
    develop: Develop = field(default_factory=Develop)
    ground_kind: str = "even"
    see_through: bool = False
    badges: tuple[Badge, ...] = ()
    cropped: tuple[str, ...] = ()


# --- studios ----------------------------------------------------------------------------------------------------


def paper(colour: tuple[float, float, float] | float, **sheet: float) -> Ground:
    return Ground(surface(colour, 0.9, specular=0.1), **sheet)


WINDOW_LEFT = Light((Softbox(-65, 40, 6.0, size=3.5), Softbox(75, 20, 1.5, size=3)), room=0.45)
TWO_BOXES = Light((Softbox(-50, 45, 5.0), Softbox(60, 40, 3.5), Softbox(180, 60, 2.0)), room=0.5)
GLOSSY = Light((Softbox(-62, 38, 7.0, distance=4.5, size=2.2), Softbox(80, 25, 2.2, size=2.5), Softbox(0, 30, 3.0, distance=9, size=6)), room=0.6)
OVERHEAD = Light((Softbox(-20, 72, 6.5, size=4), Softbox(-80, 15, 1.8, size=2.5), Softbox(85, 25, 1.2)), room=0.4)
BRIGHT_TENT = Light((Softbox(-70, 35, 4.0, size=4), Softbox(70, 35, 3.6, size=4), Softbox(0, 80, 3.0, size=4)), room=0.9)
HARD_SIDE = Light((Softbox(58, 48, 8.0, distance=5, size=1.6), Softbox(-75, 20, 1.0)), room=0.4)
TUNGSTEN = (1.0, 0.62, 0.27)
EVENING = Light((Softbox(50, 52, 7.0, distance=4.0, size=1.5, colour=TUNGSTEN), Softbox(-70, 20, 0.5, colour=TUNGSTEN)), room=0.22, room_colour=(1.0, 0.7, 0.4))
DAY_ROOM = Light((Softbox(-75, 38, 7.0, distance=5, size=3.0, colour=(1.0, 0.98, 0.95)), Softbox(100, 30, 0.8)), room=0.4)

WHITE, PALE_GREY, GREY, BEIGE, SAND, BLUSH = 0.82, 0.66, (0.42, 0.42, 0.43), (0.66, 0.56, 0.45), (0.60, 0.52, 0.43), (0.72, 0.55, 0.5)


def kitchen_table() -> Ground:
    """Planks, a wall, and the things that lie around in a home."""
    planks = surface(texture(prints.wood(2048, 2048, (96, 62, 38), (172, 124, 82), 12, planks=6), mirrored=True), 0.42, specular=0.4)
    wall = Part(rounded_box(30, 0.2, 12, 0.05, n=4).moved(y=4.6), surface((0.52, 0.56, 0.55), 0.9))
    return Ground(planks, bend_at=40, detailed=True, texture_size=5.5, things=(wall, *_books(), *_plant(), *_notebook(), *_apples()))


def _books() -> list[Part]:
    colours: list[Material] = [surface(c, 0.6) for c in ((0.32, 0.06, 0.05), (0.05, 0.13, 0.2), (0.5, 0.42, 0.26))]
    pages = surface((0.72, 0.67, 0.56), 0.9)
    parts, z = [], 0.0
    for (width, depth, height, turn), cover in zip(((1.7, 1.2, 0.2, 8), (1.5, 1.1, 0.26, -6), (1.3, 0.95, 0.16, 14)), colours, strict=True):
        place = lambda mesh: mesh.turned("z", turn).moved(-1.75, 1.25, z)  # noqa: B023, E731
        parts.append(Part(place(rounded_box(width, depth, 0.025, 0.012, n=4)), cover))
        parts.append(Part(place(rounded_box(width, depth, 0.025, 0.012, n=4).moved(z=height - 0.025)), cover))
        parts.append(Part(place(rounded_box(width - 0.07, depth - 0.06, height - 0.05, 0.01, n=4).moved(y=0.01, z=0.025)), pages))
        parts.append(Part(place(rounded_box(width, 0.03, height, 0.012, n=4).moved(y=-depth / 2 + 0.015)), cover))
        z += height
    return parts


def _plant() -> list[Part]:
    pot = revolve(rounded([(0, 0), (0.36, 0), (0.5, 0.75), (0.46, 0.75), (0.42, 0.66), (0, 0.66)], 0.03))
    rng = np.random.default_rng(3)
    blades = []
    for k in range(34):
        turn, lean = k * 137.5, rng.uniform(0.25, 1.0)
        path = spline([(0.05, 0, 0.6), (0.25 * lean, 0, 1.2), (0.7 * lean, 0, 1.7 + 0.3 * rng.random()), (1.15 * lean, 0, 1.6 + 0.5 * (1 - lean))], 30)
        blade = tube(path, 0.055 * np.sin(np.linspace(0.25, np.pi - 0.05, 30)), 10, round_ends=False)
        blades.append(Part(blade.bent(lambda p: p * (1, 0.9, 1)).turned("z", turn).moved(1.7, 2.3), surface((0.07, 0.16 + 0.05 * rng.random(), 0.045), 0.5)))
    soil = revolve(np.array([(0.0, 0.67), (0.44, 0.665)])).displaced(lambda p: 0.012 * np.sin(p[:, 0] * 90) * np.cos(p[:, 1] * 83))
    return [Part(pot.moved(1.7, 2.3), surface((0.62, 0.6, 0.56), 0.6)), Part(soil.moved(1.7, 2.3), surface((0.03, 0.02, 0.014), 1.0)), *blades]


def _notebook() -> list[Part]:
    book = rounded_box(1.25, 0.9, 0.07, 0.02, n=4).turned("z", -24).moved(1.55, 0.2)
    start, end = np.array([0.95, -0.1, 0.1]), np.array([1.95, 0.44, 0.1])
    at = lambda *shares: np.array([start + (end - start) * s for s in shares])  # noqa: E731
    band = Part(rounded_box(0.03, 0.915, 0.08, 0.008, n=4).moved(x=0.5).turned("z", -24).moved(1.55, 0.2), surface((0.5, 0.1, 0.05), 0.6))
    return [
        Part(book, surface((0.07, 0.1, 0.11), 0.6)),
        band,
        Part(tube(at(0.14, 0.5, 1), 0.028, 6, round_ends=False), surface((0.62, 0.36, 0.04), 0.35)),
        Part(tube(at(0.03, 0.1, 0.14), np.array([0.009, 0.02, 0.027]), 16, round_ends=False), surface((0.62, 0.44, 0.26), 0.8)),
        Part(tube(at(0.0, 0.02, 0.032), np.array([0.002, 0.006, 0.0092]), 12, round_ends=False), surface((0.03, 0.03, 0.03), 0.5)),
    ]


def _apples() -> list[Part]:
    shape = spline([(0.0, 0.05), (0.12, 0.0), (0.26, 0.1), (0.33, 0.3), (0.26, 0.5), (0.1, 0.56), (0.0, 0.5)], 60)
    stalk = tube(spline([(0, 0, 0.48), (0.01, 0, 0.58), (0.05, 0, 0.66)], 12), 0.015)
    red, green = (
        surface(texture(prints.apple_skin(*inks)), 0.35, clearcoat=0.3) for inks in (((142, 34, 30), (196, 150, 62)), ((150, 158, 66), (176, 120, 64)))
    )
    apple = revolve(shape).bent(lambda p: p * (1 + 0.04 * np.sin(5 * np.arctan2(p[:, 1], p[:, 0]))[:, None] * (1, 1, 0)))
    parts = []
    for x, y, turn, skin in ((-1.2, -0.05, 0, red), (-0.95, 0.75, 60, green)):
        parts += [Part(apple.turned("z", turn).moved(x, y), skin), Part(stalk.turned("z", turn).moved(x, y), surface((0.12, 0.07, 0.03), 0.8))]
    return parts


# --- the samples ------------------------------------------------------------------------------------------------

SAMPLES: tuple[Sample, ...] = (
    Sample(
        "bottle",
        "a shampoo bottle with a pump on light grey",
        "флакон шампуня с дозатором на светло-сером",
        "beauty.care",
        products.bottle,
        paper(PALE_GREY),
        WINDOW_LEFT,
        Camera(1350, 1800, azimuth=-14, elevation=9, fill=0.74, aperture=0.02),
        Develop(0.66),
        "shaded",
    ),
    Sample(
        "glass_vase",
        "a clear glass vase with eucalyptus",
        "прозрачная стеклянная ваза с эвкалиптом",
        "home.decor",
        products.vase,
        paper(BEIGE),
        WINDOW_LEFT,
        Camera(1350, 1800, azimuth=10, elevation=8, fill=0.82),
        Develop(0.58, vignette=0.14),
        "shaded",
        see_through=True,
    ),
    Sample(
        "white_mug",
        "a white mug on white",
        "белая кружка на белом",
        "home.kitchen",
        products.mug,
        paper(WHITE),
        GLOSSY,
        Camera(1700, 1700, azimuth=-24, elevation=17, fill=0.6, aperture=0.02),
        Develop(0.80, vignette=0.06),
    ),
    Sample(
        "label_box",
        "a box of tea with a printed label",
        "коробка чая с напечатанной этикеткой",
        "home.kitchen",
        products.tea_box,
        paper(WHITE),
        TWO_BOXES,
        Camera(1350, 1800, azimuth=27, elevation=14, fill=0.74, aperture=0.012),
        Develop(0.78),
    ),
    Sample(
        "cream_tube",
        "a tube of hand cream on a blush ground",
        "тюбик крема для рук на пудровом фоне",
        "beauty.care",
        products.cream_tube,
        paper(BLUSH),
        HARD_SIDE,
        Camera(1350, 1800, azimuth=-12, elevation=10, fill=0.74, aperture=0.015),
        Develop(0.60),
        "shaded",
    ),
    Sample(
        "table_lamp",
        "a table lamp with a linen shade",
        "настольная лампа с льняным абажуром",
        "home.decor",
        products.table_lamp,
        paper(PALE_GREY),
        WINDOW_LEFT,
        Camera(1400, 1750, azimuth=0, elevation=8, fill=0.78, centre=(0.54, 0.52)),
        Develop(0.62, vignette=0.12),
        "shaded",
    ),
    Sample(
        "chair",
        "a yellow chair with wooden legs",
        "жёлтый стул на деревянных ножках",
        "home.furniture",
        products.chair,
        paper(WHITE),
        OVERHEAD,
        Camera(1500, 2000, azimuth=-32, elevation=12, fill=0.76),
        Develop(0.74),
    ),
    Sample(
        "headphones",
        "over-ear headphones",
        "полноразмерные наушники",
        "electronics.audio",
        products.headphones,
        paper(GREY),
        TWO_BOXES,
        Camera(1600, 1600, azimuth=-26, elevation=11, fill=0.66, aperture=0.015),
        Develop(0.46, vignette=0.16),
        "shaded",
    ),
    Sample(
        "kettle",
        "a steel kettle",
        "стальной чайник",
        "home.kitchen",
        products.kettle,
        paper(WHITE),
        BRIGHT_TENT,
        Camera(1800, 1500, azimuth=8, elevation=13, fill=0.76, aperture=0.012),
        Develop(0.76),
    ),
    Sample(
        "towels",
        "three folded terry towels",
        "стопка из трёх махровых полотенец",
        "home.textile",
        products.towels,
        paper(WHITE),
        WINDOW_LEFT,
        Camera(1800, 1350, azimuth=-20, elevation=15, fill=0.74, aperture=0.012),
        Develop(0.74),
        "shaded",
    ),
    Sample(
        "sneaker",
        "a running shoe",
        "кроссовок",
        "fashion.shoes",
        sneaker,
        paper(PALE_GREY),
        TWO_BOXES,
        Camera(1900, 1400, azimuth=-18, elevation=14, fill=0.76, aperture=0.012),
        Develop(0.68),
    ),
    Sample(
        "set_of_three",
        "a set of three: two jars and a dropper bottle",
        "набор из трёх: две баночки и флакон с пипеткой",
        "beauty.care",
        products.set_of_three,
        paper(SAND),
        WINDOW_LEFT,
        Camera(1800, 1350, azimuth=-4, elevation=11, fill=0.7, aperture=0.012),
        Develop(0.56, vignette=0.12),
        "shaded",
    ),
    Sample(
        "cluttered_table",
        "a clay-coloured mug on a table among other things",
        "терракотовая кружка на столе среди других вещей",
        "home.kitchen",
        lambda: products.mug((0.5, 0.17, 0.09)),
        kitchen_table(),
        DAY_ROOM,
        Camera(1800, 1350, azimuth=-14, elevation=21, field_of_view=34, fill=0.4, centre=(0.5, 0.58), aperture=0.03),
        Develop(0.30, vignette=0.2, grain=0.008),
        "cluttered",
    ),
    Sample(
        "cropped",
        "a frying pan whose handle runs out of the frame",
        "сковорода, ручка которой вышла за край кадра",
        "home.kitchen",
        products.pan,
        paper(WHITE),
        OVERHEAD,
        Camera(1600, 1600, azimuth=14, elevation=27, fill=1.12, centre=(0.64, 0.53)),
        Develop(0.74),
        cropped=("right",),
    ),
    Sample(
        "sale_badge",
        "a portable speaker with a sale badge drawn on the photo",
        "портативная колонка, на фото нарисован значок скидки",
        "electronics.audio",
        products.speaker,
        paper(WHITE),
        TWO_BOXES,
        Camera(1500, 1800, azimuth=-10, elevation=12, fill=0.6, centre=(0.53, 0.55), aperture=0.012),
        Develop(0.78),
        badges=(
            Badge("СКИДКА −50%", "circle", (0.045, 0.04, 0.305, 0.257), (214, 26, 44)),
            Badge("ХИТ ПРОДАЖ", "strip", (0.6, 0.925, 1.0, 0.985), (255, 204, 0)),
        ),
    ),
    Sample(
        "yellow_lamp",
        "a stoneware jug under a yellow lamp",
        "керамический кувшин под жёлтой лампой",
        "home.kitchen",
        products.jug,
        paper(PALE_GREY),
        EVENING,
        Camera(1400, 1750, azimuth=-8, elevation=13, fill=0.68, aperture=0.015),
        Develop(0.50, vignette=0.22, grain=0.009),
        "shaded",
    ),
    Sample(
        "tiny",
        "a lipstick, very small in a large frame",
        "помада, очень маленькая в большом кадре",
        "beauty.makeup",
        products.lipstick,
        paper(WHITE, bend_at=16.0, bend_radius=12.0),
        replace(TWO_BOXES, spread=6.0),
        Camera(1600, 1600, azimuth=-16, elevation=15, fill=0.15, centre=(0.47, 0.56)),
        Develop(0.72, vignette=0.14),
    ),
)


# --- making -----------------------------------------------------------------------------------------------------


def scaled(camera: Camera, long_side: int | None) -> Camera:
    if long_side is None:
        return camera
    factor = long_side / max(camera.width, camera.height)
    return replace(camera, width=round(camera.width * factor / 2) * 2, height=round(camera.height * factor / 2) * 2)


def pixel_box(badge: Badge, width: int, height: int) -> tuple[int, int, int, int]:
    left, top, right, bottom = badge.box
    return round(left * width), round(top * height), round(right * width), round(bottom * height)


def draw_badge(photo: np.ndarray, badge: Badge) -> np.ndarray:
    """Drawn at double size and shrunk, for smooth edges."""
    image = Image.fromarray(cv2.resize(photo, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))
    draw = ImageDraw.Draw(image)
    box = pixel_box(badge, *image.size)
    middle, width = ((box[0] + box[2]) // 2, (box[1] + box[3]) // 2), box[2] - box[0]
    if badge.shape == "circle":
        first, second = badge.words.split(" ", 1)
        draw.ellipse(box, fill=badge.fill)
        draw.ellipse([box[0] + 16, box[1] + 16, box[2] - 16, box[3] - 16], outline=(255, 255, 255), width=8)
        draw.text((middle[0], middle[1] - width * 0.16), first, fill=(255, 255, 255), font=prints.font(int(width * 0.145), "-Bold"), anchor="mm")
        draw.text((middle[0], middle[1] + width * 0.09), second, fill=(255, 255, 255), font=prints.font(int(width * 0.225), "-Bold"), anchor="mm")
    else:
        draw.rectangle(box, fill=badge.fill)
        draw.text(middle, badge.words, fill=(20, 20, 20), font=prints.font(int((box[3] - box[1]) * 0.58), "-Bold"), anchor="mm")
    drawn = cv2.resize(np.asarray(image), (photo.shape[1], photo.shape[0]), interpolation=cv2.INTER_AREA)
    out = photo.copy()
    left, top, right, bottom = pixel_box(badge, photo.shape[1], photo.shape[0])
    place = np.s_[max(top - 2, 0) : bottom + 2, max(left - 2, 0) : right + 2]
    out[place] = drawn[place]
    return out


def save_small(photo: np.ndarray, file: Path) -> None:
    factor = SMALL_SIDE / max(photo.shape[:2])
    small = cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    for quality in range(90, 50, -3):
        finish.save_photo(small, file, quality)
        if file.stat().st_size <= SMALL_BYTES:
            return


def make(sample: Sample, out: Path, long_side: int | None, samples: int) -> None:
    seed = sum(map(ord, sample.name))
    camera = scaled(sample.camera, long_side)
    layers = render(sample.build(), sample.ground, sample.light, camera, samples=samples, seed=seed)
    layers = finish.exposed(layers, sample.develop, see_through=sample.see_through)
    photo = finish.photo_of(layers, sample.develop, seed)
    for badge in sample.badges:
        photo = draw_badge(photo, badge)
    small = WHEEL if out.resolve() == EXAMPLES else out / "small"
    for folder in (out / "photos", out / "truth", small):
        folder.mkdir(parents=True, exist_ok=True)
    finish.save_photo(photo, out / "photos" / f"{sample.name}.jpg", sample.develop.quality)
    finish.save_truth(layers, out / "truth", sample.name)
    if sample.name in SMALL:
        save_small(photo, small / f"{sample.name}.jpg")


def index() -> str:
    """What every sample shows, as TOML."""
    lines = ["# Written by examples/render/make.py. Boxes are left, top, right, bottom in pixels."]
    quoted = lambda text: json.dumps(text, ensure_ascii=False)  # noqa: E731
    for s in SAMPLES:
        lines += ["", "[[sample]]", f"name = {quoted(s.name)}", f"en = {quoted(s.en)}", f"ru = {quoted(s.ru)}"]
        lines += [f"category = {quoted(s.category)}", f"ground = {quoted(s.ground_kind)}", f"see_through = {str(s.see_through).lower()}"]
        lines += [f"size = [{s.camera.width}, {s.camera.height}]", f"cropped = {quoted(list(s.cropped))}"]
        for badge in s.badges:
            box = list(pixel_box(badge, s.camera.width, s.camera.height))
            lines += ["", "[[sample.badge]]", f"words = {quoted(badge.words)}", f"box = {box}"]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="all when none is given")
    parser.add_argument("--size", type=int, help="long side in pixels, for a quick look")
    parser.add_argument("--samples", type=int, default=64, help="paths per pixel")
    parser.add_argument("--out", type=Path, default=EXAMPLES)
    wish = parser.parse_args()
    unknown = set(wish.names) - {s.name for s in SAMPLES}
    if unknown:
        parser.error(f"no sample {', '.join(sorted(unknown))}; there are {', '.join(s.name for s in SAMPLES)}")
    for sample in SAMPLES:
        if not wish.names or sample.name in wish.names:
            started = time.monotonic()
            make(sample, wish.out, wish.size, wish.samples)
            print(f"{sample.name}: {time.monotonic() - started:.0f} s", flush=True)
    (wish.out / "index.toml").write_text(index(), encoding="utf-8")


if __name__ == "__main__":
    main()
