"""What is printed, woven or grown on the things: labels with Russian text, wood, cloth. Made-up brands only."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

Ink = tuple[int, int, int]


def font(size: int, style: str = "") -> ImageFont.FreeTypeFont:
    """DejaVu in the styles "", "-Bold", "Condensed-Bold", "Serif-Bold"…"""
    family = "DejaVuSerif" if style.startswith("Serif") else "DejaVuSans"
    ending = style.removeprefix("Serif")
    for name in (f"{family}{ending}.ttf", f"/usr/share/fonts/truetype/dejavu/{family}{ending}.ttf"):
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    raise SystemExit("the prints need the DejaVu fonts: apt-get install fonts-dejavu")


def centred(draw: ImageDraw.ImageDraw, y: int, text: str, size: int, ink: Ink, style: str = "", x: int | None = None) -> None:
    width = draw.im.size[0]
    draw.text((width // 2 if x is None else x, y), text, fill=ink, font=font(size, style), anchor="mm")


def small_print(draw: ImageDraw.ImageDraw, left: int, top: int, lines: Sequence[str], size: int, ink: Ink) -> None:
    for k, line in enumerate(lines):
        draw.text((left, top + k * int(size * 1.4)), line, fill=ink, font=font(size))


def barcode(draw: ImageDraw.ImageDraw, left: int, top: int, width: int, height: int, seed: int) -> None:
    draw.rectangle((left - 14, top - 10, left + width + 14, top + height + 10), fill=(255, 255, 255))
    rng, x = np.random.default_rng(seed), left
    while x < left + width - 8:
        bar = int(rng.integers(2, 7))
        draw.rectangle((x, top, x + bar - 1, top + height), fill=(10, 10, 10))
        x += bar + int(rng.integers(2, 7))


def tea_box() -> np.ndarray:
    """Front, right side and top of a tea box, side by side, as `models.box_faces` wants them."""
    return np.hstack([_tea_front(), _tea_side(), _tea_top()])


NAVY, CREAM, GOLD, RUST = (24, 38, 66), (244, 234, 212), (201, 160, 84), (164, 66, 38)


def _tea_front() -> np.ndarray:
    page = Image.new("RGB", (1000, 1500), NAVY)
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, 959, 1459), outline=GOLD, width=5)
    draw.rectangle((54, 54, 945, 1445), outline=GOLD, width=2)
    centred(draw, 170, "СЕВЕРНЫЙ САД", 74, GOLD, "Serif-Bold")
    draw.line((260, 235, 740, 235), fill=GOLD, width=3)
    centred(draw, 280, "чайная мастерская", 40, CREAM, "Serif")
    _leaf_picture(draw, 500, 560)
    draw.rectangle((90, 800, 909, 1085), fill=CREAM)
    centred(draw, 885, "ЧАЙ", 120, RUST, "Serif-Bold")
    centred(draw, 1010, "ЧЁРНЫЙ", 132, NAVY, "Serif-Bold")
    centred(draw, 1150, "с чабрецом и листом смородины", 42, CREAM, "Serif")
    centred(draw, 1230, "крупнолистовой", 38, GOLD)
    centred(draw, 1345, "100 г", 78, CREAM, "-Bold")
    centred(draw, 1412, "масса нетто", 28, GOLD)
    return np.asarray(page)


def _leaf_picture(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    draw.ellipse((x - 215, y - 215, x + 215, y + 215), fill=RUST)
    draw.ellipse((x - 195, y - 195, x + 195, y + 195), outline=GOLD, width=3)
    for angle, length, ink in ((-38, 180, (96, 128, 78)), (0, 200, (122, 152, 88)), (38, 180, (84, 116, 72))):
        t = np.linspace(0, np.pi, 40)
        leaf = np.concatenate([np.stack([np.sin(t) * 44, -t / np.pi * length], 1), np.stack([-np.sin(t) * 44, -t / np.pi * length], 1)[::-1]])
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        turned = leaf @ np.array([[c, s], [-s, c]]) + (x, y + 110)
        draw.polygon([tuple(p) for p in turned], fill=ink)
        tip = np.array([0, -length * 0.9]) @ np.array([[c, s], [-s, c]]) + (x, y + 110)
        draw.line((x, y + 110, *tip), fill=CREAM, width=3)
    draw.line((x, y + 108, x, y + 180), fill=CREAM, width=6)


def _tea_side() -> np.ndarray:
    page = Image.new("RGB", (600, 1500), (30, 46, 78))
    draw = ImageDraw.Draw(page)
    centred(draw, 120, "СОСТАВ", 52, GOLD, "Serif-Bold")
    lines = [
        "чай чёрный байховый",
        "крупнолистовой,",
        "чабрец, лист чёрной",
        "смородины.",
        "",
        "КАК ЗАВАРИТЬ",
        "1 чайная ложка",
        "на 200 мл воды,",
        "95 °C, 4–5 минут.",
        "",
    ]
    small_print(draw, 60, 200, lines, 42, CREAM)
    tiny = [
        "Хранить в сухом месте вдали",
        "от сильных запахов.",
        "Срок годности: 24 месяца.",
        "Изготовлено и упаковано:",
        "чайная мастерская",
        "«Северный сад».",
    ]
    small_print(draw, 60, 830, tiny, 29, CREAM)
    barcode(draw, 130, 1180, 340, 170, 5)
    centred(draw, 1405, "100 г", 44, GOLD, "-Bold")
    return cv2.resize(np.asarray(page), (1000, 1500), interpolation=cv2.INTER_AREA)


def _tea_top() -> np.ndarray:
    page = Image.new("RGB", (1000, 600), NAVY)
    draw = ImageDraw.Draw(page)
    draw.rectangle((30, 30, 969, 569), outline=GOLD, width=5)
    centred(draw, 250, "СЕВЕРНЫЙ САД", 82, GOLD, "Serif-Bold")
    centred(draw, 370, "чай чёрный с чабрецом", 46, CREAM, "Serif")
    return cv2.resize(np.asarray(page), (1000, 1500), interpolation=cv2.INTER_AREA)


def shampoo_label() -> np.ndarray:
    page = Image.new("RGB", (1200, 1400), (243, 240, 230))
    draw = ImageDraw.Draw(page)
    ink = (40, 58, 48)
    draw.rectangle((0, 0, 1199, 26), fill=(120, 146, 120))
    centred(draw, 200, "роса", 210, ink, "Serif")
    draw.line((420, 330, 780, 330), fill=ink, width=4)
    centred(draw, 400, "мягкая косметика", 50, ink)
    centred(draw, 640, "ШАМПУНЬ", 128, ink, "-Bold")
    centred(draw, 760, "для ежедневного ухода", 60, ink)
    centred(draw, 900, "липа · овёс · ромашка", 56, (110, 132, 104))
    centred(draw, 1060, "без сульфатов", 46, ink)
    centred(draw, 1260, "400 мл", 84, ink, "-Bold")
    return np.asarray(page)


def cream_print() -> np.ndarray:
    """The whole front of the tube, from cap (bottom) to the welded end (top)."""
    page = Image.new("RGB", (1200, 2000), (232, 188, 176))
    draw = ImageDraw.Draw(page)
    ink = (92, 42, 44)
    centred(draw, 520, "нежа", 250, ink, "Serif")
    centred(draw, 700, "КРЕМ ДЛЯ РУК", 88, ink, "-Bold")
    centred(draw, 800, "питательный", 62, ink)
    draw.ellipse((500, 920, 700, 1120), outline=ink, width=6)
    for k in range(8):
        a = k * np.pi / 4
        draw.ellipse((600 + 56 * np.cos(a) - 26, 1020 + 56 * np.sin(a) - 26, 600 + 56 * np.cos(a) + 26, 1020 + 56 * np.sin(a) + 26), outline=ink, width=4)
    centred(draw, 1220, "масло ши и миндаль", 58, ink)
    centred(draw, 1400, "75 мл", 76, ink, "-Bold")
    return np.asarray(page)


def jar_label(title: str, note: str, amount: str) -> np.ndarray:
    page = Image.new("RGB", (1000, 800), (247, 244, 238))
    draw = ImageDraw.Draw(page)
    ink = (58, 44, 40)
    centred(draw, 150, "тишина", 120, ink, "Serif")
    draw.line((380, 245, 620, 245), fill=ink, width=4)
    centred(draw, 370, title, 92, ink, "-Bold")
    centred(draw, 490, note, 54, ink)
    centred(draw, 660, amount, 64, ink)
    return np.asarray(page)


def speaker_mark() -> np.ndarray:
    page = Image.new("RGB", (600, 200), (32, 33, 36))
    centred(ImageDraw.Draw(page), 100, "ГРОМ·мини", 84, (205, 205, 205), "-Bold")
    return np.asarray(page)


# --- grown and woven ----------------------------------------------------------------------------------------------


def clouds(height: int, width: int, seed: int, first: int = 4, octaves: int = 6, stretch: float = 1.0) -> np.ndarray:
    """Fractal noise in about 0…1; `stretch` draws it out along x."""
    rng = np.random.default_rng(seed)
    total, weight = np.zeros((height, width), np.float32), 0.0
    for k in range(octaves):
        rows, columns = first * 2**k, max(2, int(first * 2**k / stretch))
        total += cv2.resize(rng.random((rows, columns), np.float32), (width, height), interpolation=cv2.INTER_CUBIC) / 2**k
        weight += 1 / 2**k
    return np.clip((total / weight - 0.5) * 1.8 + 0.5, 0, 1)


def wood(height: int, width: int, dark: Ink, light: Ink, seed: int, planks: int = 1) -> np.ndarray:
    """Grain along x, in planks of different trees."""
    rng = np.random.default_rng(seed)
    out = np.zeros((height, width, 3), np.float32)
    edges = np.linspace(0, height, planks + 1).astype(int)
    for k, (top, bottom) in enumerate(pairwise(edges)):
        shape = (bottom - top, width)
        slow = clouds(*shape, seed + 10 * k, first=2, octaves=4, stretch=5.0)
        y = np.linspace(0, 1, shape[0])[:, None]
        rings = 0.5 + 0.5 * np.sin(2 * np.pi * (slow * 7 + y * rng.uniform(2, 5)))
        fibre = clouds(*shape, seed + 10 * k + 5, first=64, octaves=3, stretch=40.0)
        mix = np.clip(0.45 * rings**1.5 + 0.35 * fibre + 0.2 * slow + rng.uniform(-0.12, 0.12), 0, 1)[..., None]
        out[top:bottom] = np.array(dark) * mix + np.array(light) * (1 - mix)
        if planks > 1:
            out[top : top + 3] *= 0.35
    return np.clip(out, 0, 255).astype(np.uint8)


def apple_skin(main: Ink, blush: Ink, height: int = 512, width: int = 1024) -> np.ndarray:
    """Streaks from stalk to blossom and pale dots; v runs from bottom to top."""
    streaks = np.rot90(clouds(width, height, 21, first=24, octaves=4, stretch=14.0))
    patches = clouds(height, width, 22, first=2, octaves=3)
    mix = np.clip(0.9 * patches**2 + 0.7 * (streaks - 0.45), 0, 1)[..., None]
    skin = np.array(main) * (1 - mix) + np.array(blush) * mix
    dots = cv2.GaussianBlur((np.random.default_rng(23).random((height, width)) > 0.9985).astype(np.float32), (0, 0), 1.3) * 6
    return np.clip(skin + 60 * np.clip(dots, 0, 1)[..., None], 0, 255).astype(np.uint8)


def two_glazes(size: int = 1600) -> np.ndarray:
    """Speckled cream above, a dipped blue below; u around the pot, v from its foot up."""
    sheet = np.full((size, size, 3), (206, 198, 184), np.float32)
    rng = np.random.default_rng(8)
    specks = sum(
        cv2.GaussianBlur((rng.random((size, size)) > 1 - share).astype(np.float32), (0, 0), r) * r * r * 6
        for share, r in ((0.0016, 1.1), (0.0006, 1.8), (0.0001, 2.8))
    )
    sheet *= 1 - 0.55 * np.clip(specks, 0, 1)[..., None]
    t = np.linspace(0, 2 * np.pi, size, endpoint=False)
    edge = size * (0.58 + 0.012 * np.sin(2 * t + 1) + 0.006 * np.sin(5 * t))
    below = np.arange(size)[:, None] - edge[None]
    depth = np.clip(below / 3 + 0.5, 0, 1)[..., None]
    # Glaze runs thin along the edge where it was dipped.
    thin = np.exp(-np.abs(below) / 14)[..., None]
    blue = np.array((58, 86, 112)) * (1 - 0.15 * thin) + np.array((96, 70, 46)) * 0.5 * thin
    return np.clip(sheet * (1 - depth) + blue * depth, 0, 255).astype(np.uint8)


def leaf(green: Ink, seed: int, size: int = 256) -> np.ndarray:
    """A leaf from stalk (left) to tip: paler midrib and veins, spots of wax."""
    x, y = np.meshgrid(np.linspace(0, 1, size), np.linspace(-1, 1, size))
    midrib = np.exp(-((y / 0.03) ** 2))
    veins = 0.35 * np.clip(np.cos((x - 0.5 * np.abs(y)) * 44) - 0.75, 0, 1) * 4
    wax = clouds(size, size, seed, first=6, octaves=4) - 0.5
    light = 1 + 0.3 * midrib + 0.12 * veins + 0.45 * wax - 0.18 * np.abs(y)
    return np.clip(np.array(green) * light[..., None], 0, 255).astype(np.uint8)


def weave(size: int = 512, threads: int = 64) -> np.ndarray:
    """Height of plain-woven cloth, repeats on all sides."""
    at = (np.arange(size) + 0.5) / size * threads
    round_thread = np.abs(np.sin(np.pi * at))
    over = (np.floor(at)[:, None] + np.floor(at)[None, :]) % 2
    warp = round_thread[None, :] * (0.55 + 0.45 * round_thread[:, None] * over)
    weft = round_thread[:, None] * (0.55 + 0.45 * round_thread[None, :] * (1 - over))
    # No two threads are spun alike.
    rng = np.random.default_rng(3)
    uneven = rng.normal(1, 0.18, size=(2, threads))[:, at.astype(int)]
    return np.maximum(warp * uneven[0][None, :], weft * uneven[1][:, None]).astype(np.float32)


def dyed(colour: tuple[float, float, float], height: np.ndarray, depth: float) -> np.ndarray:
    """Linear colours of cloth: darker where the threads lie low. The denoiser keeps what is in the colour."""
    relief = (height - height.mean()) / max(float(height.std()), 1e-6)
    light = np.clip(1 + depth * 0.4 * relief, 0.2, 1.6)
    return (np.array(colour) * light[..., None]).clip(0, 0.9).astype(np.float32)


def pile(size: int = 1024, seed: int = 4, grain: float = 2.2) -> np.ndarray:
    """Height of terry cloth: short loops without order; repeats on all sides."""
    noise = np.random.default_rng(seed).random((size, size)).astype(np.float32)
    tiled = np.tile(noise, (3, 3))[size - 32 : 2 * size + 32, size - 32 : 2 * size + 32]
    soft = cv2.GaussianBlur(tiled, (0, 0), grain) + 0.6 * cv2.GaussianBlur(tiled, (0, 0), 3 * grain)
    soft = soft[32:-32, 32:-32]
    return (soft - soft.min()) / (soft.max() - soft.min())
