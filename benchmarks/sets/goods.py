"""Products drawn for the test sets alone: each function gives the parts of one, standing on z = 0, front to −y.

No shape, colour or seed of theirs is among the samples in `examples/photos` or the pictures that anything was
tuned on. Needs `pip install mitsuba scipy`: meshes and materials come from `examples/render`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples" / "render"))

from models import Mesh, grid, joined, oval, revolve, ring, rounded, rounded_box, spline, sweep, tube, wobble
from products import Product, ceramic, metal, plastic, timber, woven
from scene import Camera, Glass, Light, Part, Softbox, surface

SIDE = 1600


@dataclass(frozen=True, slots=True)
class Good:
    name: str
    set: str
    """The test set that it was drawn for; `shadows` borrows from the others."""
    build: Callable[[], Product]
    light: Light
    camera: Camera
    see_through: bool = False


# --- lights -----------------------------------------------------------------------------------------------------

SOFT = Light((Softbox(-55, 45, 4.5, size=4.5), Softbox(65, 35, 3.0, size=4)), room=0.6)
WINDOW = Light((Softbox(70, 38, 6.5, size=3.2), Softbox(-70, 25, 1.5)), room=0.4)
HARD = Light((Softbox(-48, 50, 8.5, distance=8, size=0.6),), room=0.3)
LONG = Light((Softbox(115, 24, 8.0, distance=9, size=0.8),), room=0.35)
TWO = Light((Softbox(-70, 42, 5.5, distance=7, size=0.9), Softbox(62, 46, 4.5, distance=7, size=0.9)), room=0.3)


def seen(elevation: float, fill: float = 0.7, azimuth: float = 0.0, centre: tuple[float, float] = (0.5, 0.52)) -> Camera:
    return Camera(SIDE, SIDE, azimuth=azimuth, elevation=elevation, fill=fill, centre=centre)


# --- holes ------------------------------------------------------------------------------------------------------


def signet_ring() -> Product:
    band = ring(0.5, 0.055).scaled(1, 1, 1.7).turned("x", 78).moved(z=0.56)
    seat = revolve(rounded([(0, 0), (0.13, 0), (0.2, 0.12), (0.16, 0.14), (0, 0.14)], 0.02), 96).moved(z=1.06)
    stone = revolve(rounded([(0, 0), (0.15, 0), (0.12, 0.07), (0, 0.09)], 0.01), 8).moved(z=1.2)
    return [Part(joined(band, seat), metal((0.82, 0.6, 0.33), 0.18)), Part(stone, surface((0.02, 0.09, 0.2), 0.1, clearcoat=1.0))]


def key_ring() -> Product:
    split = joined(ring(0.42, 0.022).moved(z=0.04), ring(0.42, 0.022).moved(z=0.085))
    parts: Product = [Part(split, metal((0.6, 0.6, 0.62), 0.2))]
    for turn, colour in ((200, (0.75, 0.55, 0.25)), (250, (0.55, 0.55, 0.57)), (310, (0.3, 0.28, 0.3))):
        bow = ring(0.19, 0.05).scaled(1, 1, 0.6)
        blade = rounded_box(0.72, 0.12, 0.05, 0.015, n=8).moved(x=0.56, z=-0.025)
        teeth = [rounded_box(0.06, 0.1, 0.045, 0.01, n=4).moved(0.62 + 0.1 * k, -0.09, -0.022) for k in range(3)]
        key = joined(bow, blade, *teeth).moved(x=0.58, z=0.06).turned("z", turn)
        parts.append(Part(key, metal(colour, 0.3)))
    return parts


def row_of_cups() -> Product:
    parts: Product = []
    for k, colour in enumerate(((0.5, 0.13, 0.06), (0.1, 0.3, 0.32), (0.62, 0.45, 0.12))):
        side = rounded([(0, 0.03), (0.24, 0.03), (0.27, 0), (0.3, 0), (0.42, 0.4), (0.44, 0.72), (0.41, 0.72), (0.39, 0.42), (0.26, 0.07), (0, 0.06)], 0.015)
        bow = spline([(0.42, 0, 0.62), (0.58, 0, 0.66), (0.66, 0, 0.5), (0.56, 0, 0.28), (0.38, 0, 0.24)], 60)
        cup = joined(revolve(side), sweep(bow, oval(0.1, 0.06), up=(0, 1, 0)))
        parts.append(Part(cup.turned("z", (-8, 12, -20)[k]).moved(1.25 * (k - 1), 0.1 * (k % 2)), ceramic(colour)))
    return parts


def empty_frame() -> Product:
    long, short, wide = 1.7, 1.25, 0.16
    upright = [rounded_box(wide, 0.09, long, 0.02).moved(x=s * (short - wide) / 2) for s in (-1, 1)]
    level = [rounded_box(short - 2 * wide, 0.09, wide, 0.02).moved(z=z) for z in (0, long - wide)]
    strut = tube(np.array([(0, 0.05, 1.1), (0, 0.35, 0.55), (0, 0.6, 0.02)]), 0.035)
    leaning = joined(*upright, *level).turned("x", -10).moved(z=0.02)
    return [Part(leaning, timber((92, 58, 34), (164, 118, 72), 31)), Part(strut, metal((0.2, 0.2, 0.2), 0.4))]


def bracelet() -> Product:
    links = []
    for k in range(26):
        a = 2 * np.pi * k / 26
        link = ring(0.115, 0.026, 64).scaled(1.35, 0.85, 1).turned("x", 8 if k % 2 else 82).turned("z", np.degrees(a) + 90)
        links.append(link.moved(np.cos(a), 0.8 * np.sin(a), 0.12))
    lock = rounded_box(0.3, 0.12, 0.1, 0.04).turned("z", 0).moved(0, -0.8, 0.06)
    return [Part(joined(*links), metal((0.7, 0.69, 0.67), 0.15)), Part(lock, metal((0.8, 0.58, 0.3), 0.2))]


def wire_basket() -> Product:
    radius = lambda z: 0.62 + 0.22 * z  # noqa: E731
    ribs = []
    for k in range(22):
        c, s = np.cos(2 * np.pi * k / 22), np.sin(2 * np.pi * k / 22)
        ribs.append(tube(np.array([(c * radius(z), s * radius(z), 0.03 + z) for z in np.linspace(0, 0.9, 6)]), 0.016, 12))
    hoops = [ring(radius(z), 0.02).moved(z=0.03 + z) for z in (0.0, 0.3, 0.6, 0.9)]
    floor = [tube(np.array([(-x, y, 0.03), (0, y, 0.03), (x, y, 0.03)]), 0.014, 10) for y in np.linspace(-0.5, 0.5, 7) for x in (np.sqrt(0.62**2 - y * y),)]
    t = np.linspace(0, np.pi, 60)
    arch = tube(np.stack([0.82 * np.cos(t), 0 * t, 0.92 + 0.75 * np.sin(t)], 1), 0.03)
    return [Part(joined(*ribs, *hoops, *floor), metal((0.12, 0.1, 0.09), 0.35)), Part(arch, timber((110, 70, 40), (180, 130, 84), 17))]


def shears() -> Product:
    parts: Product = []
    for side, lift in ((-1, 0.05), (1, 0.09)):
        way = np.array([(0, -0.05, lift), (0.02, 0.5, lift), (0.0, 1.5, lift)])
        blade = sweep(spline(way, 40), oval(0.16, 0.035), np.linspace(1, 0.12, 40)).turned("z", -9 * side)
        shank = tube(spline([(0, 0.05, lift), (0.06 * side, -0.3, lift), (0.16 * side, -0.6, lift)], 30), 0.045)
        loop = ring(0.24, 0.055).scaled(0.85, 1.25, 0.8).turned("z", 12 * side).moved(0.27 * side, -0.9, lift)
        parts += [Part(blade, metal((0.62, 0.62, 0.63), 0.22)), Part(joined(shank, loop), plastic((0.42, 0.03, 0.05), 0.35))]
    pivot = revolve(rounded([(0, 0), (0.06, 0), (0.05, 0.03), (0, 0.035)], 0.01)).moved(z=0.1)
    return [*parts, Part(pivot, metal((0.3, 0.3, 0.3), 0.3))]


def strapped_bag() -> Product:
    body = rounded_box(1.5, 0.5, 1.05, 0.12).displaced(lambda p: 0.03 * wobble(0.9, 61)(p))
    t = np.linspace(0, np.pi, 80)
    straps = [
        sweep(np.stack([0.42 * np.cos(t), np.full(80, y), 0.98 + h * np.sin(t) ** 0.8], 1), oval(0.09, 0.03), up=(0, 1, 0))
        for y, h in ((-0.17, 0.75), (0.17, 0.6))
    ]
    return [Part(body, woven((0.12, 0.17, 0.28), 0.006, (9, 5))), Part(joined(*straps), surface((0.22, 0.1, 0.05), 0.5))]


# --- glass ------------------------------------------------------------------------------------------------------

CLEAR = Glass(density=0.5)


def _wall(outer: np.ndarray, inner: np.ndarray) -> Mesh:
    """A turned wall: outer side from the foot to the rim, inner side back down."""
    return revolve(np.concatenate([[(0, 0.0)], outer, inner]), 256)


def sticker(height: float) -> Part:
    """The price tag inside the bottom: the renderer wants something solid in every picture, and shops do too."""
    return Part(revolve(np.array([(0.0, height + 0.004), (0.09, height + 0.004), (0.092, height + 0.001)]), 48), surface((0.62, 0.6, 0.55), 0.8))


def tumbler() -> Product:
    outer = rounded([(0, 0), (0.36, 0), (0.43, 1.2), (0.405, 1.2)], [0, 0.04, 0.012, 0])
    inner = rounded([(0.405, 1.2), (0.345, 0.13), (0, 0.12)], [0, 0.06, 0])
    return [Part(_wall(outer, inner), CLEAR), sticker(0.12)]


def glass_bottle() -> Product:
    outer = spline([(0.32, 0), (0.37, 0.06), (0.38, 0.9), (0.3, 1.15), (0.12, 1.4), (0.11, 1.72), (0.13, 1.78)], 120)
    inner = spline([(0.1, 1.78), (0.085, 1.7), (0.09, 1.4), (0.27, 1.12), (0.345, 0.9), (0.335, 0.12), (0.0, 0.1)], 120)
    cork = revolve(rounded([(0, 1.62), (0.083, 1.62), (0.11, 1.95), (0, 1.96)], 0.02))
    return [Part(_wall(outer, inner), Glass(density=1.1, tint=(0.45, 0.66, 0.5))), Part(cork, surface((0.42, 0.27, 0.15), 0.8))]


def salad_bowl() -> Product:
    outer = spline([(0.3, 0), (0.34, 0.03), (0.62, 0.2), (0.86, 0.5), (0.95, 0.8)], 90)
    inner = spline([(0.915, 0.8), (0.82, 0.5), (0.58, 0.24), (0.3, 0.12), (0, 0.1)], 90)
    return [Part(_wall(outer, inner), Glass(density=0.4)), sticker(0.1)]


def champagne_glass() -> Product:
    outer = spline([(0.36, 0), (0.34, 0.03), (0.1, 0.07), (0.045, 0.16), (0.04, 0.85), (0.12, 1.02), (0.22, 1.3), (0.235, 1.65), (0.19, 2.0)], 160)
    inner = spline([(0.178, 2.0), (0.222, 1.65), (0.205, 1.3), (0.1, 1.06), (0.0, 0.99)], 90)
    return [Part(_wall(outer, inner), CLEAR), sticker(-0.001)]


def scented_candle() -> Product:
    outer = rounded([(0, 0), (0.42, 0), (0.44, 0.9), (0.41, 0.9)], [0, 0.05, 0.012, 0])
    inner = rounded([(0.41, 0.9), (0.39, 0.1), (0, 0.1)], [0, 0.05, 0])
    wax = revolve(rounded([(0, 0.105), (0.375, 0.105), (0.385, 0.58), (0, 0.57)], 0.02), 128)
    wick = tube(np.array([(0, 0, 0.55), (0.005, 0, 0.63), (0.03, 0, 0.7)]), 0.012)
    return [Part(_wall(outer, inner), Glass(density=0.3)), Part(wax, surface((0.62, 0.3, 0.26), 0.5)), Part(wick, surface(0.05, 0.9))]


def scent_flask() -> Product:
    outer = rounded_box(0.85, 0.4, 1.0, 0.06)
    hollow = rounded_box(0.71, 0.27, 0.78, 0.05).moved(z=0.12).flipped()
    cap = rounded_box(0.34, 0.3, 0.32, 0.03).moved(z=1.09)
    neck = revolve(rounded([(0, 0.99), (0.11, 0.99), (0.11, 1.12), (0, 1.12)], 0.01))
    return [
        Part(joined(outer, hollow), Glass(density=0.9, tint=(0.72, 0.6, 0.5))),
        Part(cap, surface(0.02, 0.2, clearcoat=1.0)),
        Part(neck, metal((0.78, 0.58, 0.3), 0.2)),
    ]


# --- fringe and thin parts ----------------------------------------------------------------------------------------


def coiled_cable() -> Product:
    t = np.linspace(0, 5 * 2 * np.pi, 700)
    r = 0.62 + 0.035 * np.sin(3.3 * t) + 0.012 * t / np.pi
    coil = np.stack([r * np.cos(t), 0.85 * r * np.sin(t), 0.03 + 0.012 * t / np.pi + 0.01 * np.sin(5.1 * t)], 1)
    end, start = coil[-1], coil[0]
    tail = spline([end, end + (0.1, 0.4, -0.02), end + (0.45, 0.55, -0.05), end + (0.7, 0.3, -0.08)], 60)
    head = spline([start, start + (0.02, -0.35, 0), start + (-0.2, -0.75, 0)], 40)
    plugs = [
        rounded_box(0.3, 0.14, 0.08, 0.03).turned("z", -50).moved(*(tail[-1] + (0.08, -0.1, -0.05))),
        rounded_box(0.3, 0.14, 0.08, 0.03).turned("z", 68).moved(*(head[-1] + (-0.06, -0.13, -0.02))),
    ]
    return [
        Part(joined(tube(coil, 0.026, 14), tube(tail, 0.026, 14), tube(head, 0.026, 14)), plastic((0.55, 0.05, 0.04), 0.5)),
        Part(joined(*plugs), plastic(0.03, 0.3)),
    ]


def balloon_whisk() -> Product:
    handle = revolve(spline([(0.0, 0.0), (0.13, 0.02), (0.16, 0.2), (0.12, 0.5), (0.13, 0.8), (0.1, 0.95), (0, 0.96)], 90))
    loops = []
    for k in range(6):
        bow = spline(
            [
                (0.05, 0, 0.92),
                (0.16, 0, 1.2),
                (0.4, 0, 1.75),
                (0.36, 0, 2.15),
                (0, 0, 2.33),
                (-0.36, 0, 2.15),
                (-0.4, 0, 1.75),
                (-0.16, 0, 1.2),
                (-0.05, 0, 0.92),
            ],
            120,
        )
        loops.append(tube(bow, 0.0125, 12).turned("z", 180 * k / 6 + 7))
    return [Part(handle, timber((120, 76, 42), (190, 142, 92), 41)), Part(joined(*loops), metal((0.5, 0.5, 0.52), 0.2))]


def pot_of_chives() -> Product:
    rng = np.random.default_rng(9071)
    pot = revolve(rounded([(0, 0), (0.34, 0), (0.46, 0.7), (0.42, 0.7), (0.38, 0.6), (0, 0.6)], 0.025))
    blades = []
    for _ in range(70):
        at, turn, lean = rng.uniform(0, 0.3), rng.uniform(0, 360), rng.uniform(0.05, 0.75)
        path = spline(
            [
                (at, 0, 0.55),
                (at + 0.12 * lean, 0, 1.1),
                (at + 0.5 * lean, 0, 1.6 + 0.3 * rng.random()),
                (at + 1.1 * lean, 0, 1.95 - 0.6 * lean + 0.5 * rng.random()),
            ],
            24,
        )
        blades.append(tube(path, np.linspace(0.017, 0.004, 24), 8).turned("z", turn))
    shades = [(0.05, 0.17, 0.03), (0.08, 0.2, 0.05), (0.1, 0.16, 0.03)]
    return [Part(pot, ceramic((0.62, 0.6, 0.57))), *(Part(joined(*blades[k::3]), surface(shades[k], 0.5)) for k in range(3))]


def paint_brush() -> Product:
    rng = np.random.default_rng(5113)
    handle = sweep(
        spline([(0, 0, 0.02), (0, 0, 0.5), (0, 0, 1.0), (0, 0, 1.3)], 60),
        oval(0.3, 0.14, 2.2),
        np.interp(np.linspace(0, 1, 60), [0, 0.1, 0.5, 0.85, 1], [0.35, 0.6, 0.7, 1.3, 1.5]),
        up=(0, 1, 0),
    )
    ferrule = rounded_box(0.62, 0.24, 0.3, 0.03).moved(z=1.25)
    bristles = []
    for _ in range(420):
        x, y = rng.uniform(-0.29, 0.29), rng.uniform(-0.1, 0.1)
        flare = rng.normal(0, 0.05, 2)
        top = 2.2 + rng.normal(0, 0.04)
        bristles.append(
            tube(
                spline([(x, y, 1.5), (x * 1.05 + 0.2 * flare[0], y, 1.85), (x * 1.25 + flare[0], y * 1.4 + flare[1], top)], 8),
                np.linspace(0.009, 0.004, 8),
                6,
                round_ends=False,
            )
        )
    return [
        Part(handle, surface((0.04, 0.14, 0.25), 0.25, clearcoat=0.8)),
        Part(ferrule, metal((0.55, 0.5, 0.42), 0.25)),
        Part(joined(*bristles), surface((0.09, 0.055, 0.03), 0.7)),
    ]


def spectacles() -> Product:
    rims = [ring(0.42, 0.026).scaled(1.08, 1, 1).turned("x", 84).moved(x=s * 0.53, z=0.45) for s in (-1, 1)]
    bridge = tube(spline([(-0.13, 0, 0.55), (0, -0.03, 0.63), (0.13, 0, 0.55)], 20), 0.024)
    temples = [
        tube(spline([(s * 0.98, 0.0, 0.55), (s * 1.0, 0.4, 0.56), (s * 0.97, 1.1, 0.5), (s * 0.93, 1.5, 0.28), (s * 0.92, 1.62, 0.03)], 60), 0.022)
        for s in (-1, 1)
    ]
    return [Part(joined(*rims, bridge, *temples), metal((0.1, 0.07, 0.05), 0.25))]


def earphones() -> Product:
    rng = np.random.default_rng(77)
    knots = [
        (-0.6, 0.9, 0.1),
        (-0.7, 0.4, 0.02),
        (-0.2, 0.1, 0.02),
        (0.1, -0.5, 0.02),
        (-0.5, -0.8, 0.02),
        (-0.9, -0.3, 0.02),
        (-0.3, 0.05, 0.05),
        (0.5, 0.0, 0.02),
        (0.7, -0.6, 0.02),
        (0.2, -0.9, 0.02),
    ]
    main = tube(spline(knots, 300), 0.017, 12)
    other = tube(spline([(-0.2, 0.1, 0.025), (0.15, 0.45, 0.02), (0.3, 0.8, 0.02), (0.62, 0.95, 0.1)], 100), 0.014, 12)
    bud = lambda: joined(revolve(spline([(0, 0), (0.1, 0.02), (0.12, 0.1), (0.07, 0.18), (0.05, 0.22), (0, 0.23)], 40)).turned("y", 70 + 20 * rng.random()))  # noqa: E731
    jack = tube(np.array([(0.2, -0.9, 0.03), (0.1, -0.94, 0.03), (0.0, -0.98, 0.03)]), 0.035)
    return [
        Part(joined(main, other, jack), plastic((0.02, 0.03, 0.07), 0.45)),
        Part(joined(bud().moved(-0.66, 0.95, 0.12), bud().turned("z", 160).moved(0.7, 0.98, 0.12)), plastic((0.05, 0.12, 0.3), 0.3)),
    ]


# --- white ------------------------------------------------------------------------------------------------------


def nested_bowls() -> Product:
    parts: Product = []
    for k in range(3):
        r = 0.8 - 0.015 * k
        side = rounded(
            [(0, 0.03), (0.3, 0.03), (0.32, 0), (0.36, 0), (0.6, 0.2), (r, 0.5), (r - 0.035, 0.5), (0.58, 0.24), (0.3, 0.09), (0, 0.08)],
            [0, 0.02, 0.01, 0.02, 0.1, 0.015, 0.015, 0.1, 0.05, 0],
        )
        parts.append(Part(revolve(side).moved(z=0.16 * k, x=0.01 * k), ceramic(0.8)))
    return parts


def pillar_candle() -> Product:
    wax = revolve(rounded([(0, 0), (0.42, 0), (0.425, 1.1), (0.36, 1.12), (0.2, 1.08), (0, 1.075)], [0, 0.03, 0.05, 0.03, 0.05, 0]))
    wick = tube(np.array([(0, 0, 1.05), (0.01, 0, 1.15), (0.03, 0, 1.22)]), 0.014)
    return [Part(wax.displaced(lambda p: 0.004 * wobble(0.4, 71)(p)), surface((0.8, 0.775, 0.72), 0.45)), Part(wick, surface(0.12, 0.9))]


def milk_jug() -> Product:
    outer = spline([(0.38, 0), (0.42, 0.04), (0.5, 0.3), (0.44, 0.75), (0.33, 1.05), (0.36, 1.35)], 90)
    inner = spline([(0.335, 1.35), (0.305, 1.05), (0.41, 0.75), (0.46, 0.3), (0.38, 0.08), (0, 0.07)], 90)

    def lip(p: np.ndarray) -> np.ndarray:
        angle = np.arctan2(p[:, 1], -p[:, 0])
        pull = 0.12 * np.exp(-((angle / 0.4) ** 2)) * np.clip((p[:, 2] - 1.1) / 0.25, 0, 1)
        return p - pull[:, None] * (1, 0, 0)

    bow = spline([(0.33, 0, 1.2), (0.55, 0, 1.28), (0.72, 0, 1.0), (0.66, 0, 0.6), (0.46, 0, 0.42)], 70)
    return [Part(joined(_wall(outer, inner).bent(lip), sweep(bow, oval(0.11, 0.065), up=(0, 1, 0))), ceramic(0.78))]


def white_cushion() -> Product:
    u = np.linspace(-1, 1, 160)
    x, y = np.meshgrid(u, u)
    puff = 0.3 * ((1 - x**4) * (1 - y**4)) ** 0.55
    pinch = 1 - 0.06 * (1 - np.abs(np.stack([y, x], -1)) ** 2)
    flat = np.stack([x, y], -1) * pinch
    top, under = grid(np.dstack([flat, puff])), grid(np.dstack([flat, -puff])).flipped()
    cushion = joined(top, under).displaced(lambda p: 0.012 * wobble(0.5, 23)(p)).turned("x", 72)
    return [Part(cushion.moved(z=-float(cushion.points[:, 2].min())), woven((0.78, 0.77, 0.74), 0.004, (8, 8), sheen=0.2))]


def cream_jar() -> Product:
    body = revolve(rounded([(0, 0), (0.56, 0), (0.6, 0.03), (0.6, 0.52), (0.54, 0.55), (0, 0.55)], 0.03))
    lid = revolve(rounded([(0, 0.56), (0.6, 0.56), (0.6, 0.86), (0.56, 0.9), (0, 0.9)], 0.03))
    line = ring(0.598, 0.006).moved(z=0.555)
    return [Part(body, plastic(0.8, 0.3)), Part(lid, plastic(0.76, 0.2)), Part(line, metal((0.8, 0.75, 0.65), 0.2))]


# --- for shadows --------------------------------------------------------------------------------------------------


def toy_blocks() -> Product:
    parts: Product = []
    for k, colour in enumerate(((0.55, 0.06, 0.05), (0.08, 0.22, 0.5), (0.7, 0.45, 0.04))):
        x, z, turn = ((-0.55, 0, 10), (0.5, 0, -14), (0.0, 0.82, 24))[k]
        parts.append(Part(rounded_box(0.82, 0.82, 0.82, 0.05).turned("z", turn).moved(x, 0.05 * k, z), plastic(colour, 0.4)))
    return parts


def three_legged_stool() -> Product:
    seat = revolve(rounded([(0, 0.98), (0.6, 0.98), (0.64, 1.02), (0.62, 1.1), (0, 1.09)], 0.03))
    legs = []
    for k in range(3):
        a = 2 * np.pi * k / 3 + 0.4
        legs.append(
            tube(
                np.array([(0.35 * np.cos(a), 0.35 * np.sin(a), 1.0), (0.45 * np.cos(a), 0.45 * np.sin(a), 0.5), (0.56 * np.cos(a), 0.56 * np.sin(a), 0.03)]),
                np.array([0.055, 0.05, 0.035]),
            )
        )
    return [Part(joined(seat, *legs), timber((96, 60, 34), (168, 120, 74), 53))]


def toaster() -> Product:
    body = rounded_box(1.5, 0.8, 0.95, 0.2).moved(z=0.06)
    slots = [rounded_box(1.0, 0.12, 0.04, 0.015).moved(y=y, z=0.99) for y in (-0.16, 0.16)]
    feet = [rounded_box(0.2, 0.2, 0.08, 0.02).moved(x, y) for x in (-0.5, 0.5) for y in (-0.25, 0.25)]
    lever = rounded_box(0.1, 0.16, 0.06, 0.02).moved(0.79, 0, 0.6)
    return [Part(body, surface((0.5, 0.62, 0.6), 0.25, clearcoat=0.6)), Part(joined(*slots, *feet, lever), plastic(0.03, 0.4))]


def floor_vase() -> Product:
    outer = spline([(0.3, 0), (0.36, 0.05), (0.52, 0.5), (0.4, 1.0), (0.17, 1.4), (0.16, 1.65), (0.24, 1.8)], 120)
    inner = spline([(0.215, 1.8), (0.13, 1.64), (0.14, 1.4), (0.3, 1.1), (0.0, 1.0)], 60)
    return [Part(_wall(outer, inner), ceramic((0.09, 0.2, 0.13), 0.3))]


def spray_bottle() -> Product:
    body = revolve(rounded([(0, 0), (0.36, 0), (0.38, 0.04), (0.38, 0.85), (0.14, 1.2), (0.13, 1.35), (0, 1.35)], [0, 0.02, 0.04, 0.15, 0.05, 0.01, 0], 12))
    head = joined(rounded_box(0.62, 0.2, 0.26, 0.05).moved(x=-0.14, z=1.4), tube(spline([(-0.2, 0, 1.42), (-0.3, 0, 1.25), (-0.26, 0, 1.08)], 20), 0.04))
    return [Part(body, plastic((0.1, 0.34, 0.5), 0.3)), Part(head, plastic((0.7, 0.32, 0.05), 0.4))]


GOODS: tuple[Good, ...] = (
    Good("signet_ring", "holes", signet_ring, SOFT, seen(14, 0.62, 24)),
    Good("key_ring", "holes", key_ring, WINDOW, seen(52, 0.74, 15)),
    Good("row_of_cups", "holes", row_of_cups, SOFT, seen(14, 0.86)),
    Good("empty_frame", "holes", empty_frame, WINDOW, seen(9, 0.74, 20)),
    Good("bracelet", "holes", bracelet, SOFT, seen(42, 0.8)),
    Good("wire_basket", "holes", wire_basket, SOFT, seen(20, 0.72, 12)),
    Good("shears", "holes", shears, WINDOW, seen(62, 0.8, 33)),
    Good("strapped_bag", "holes", strapped_bag, SOFT, seen(11, 0.72, -18)),
    Good("tumbler", "glass", tumbler, WINDOW, seen(12, 0.66), see_through=True),
    Good("glass_bottle", "glass", glass_bottle, SOFT, seen(8, 0.78), see_through=True),
    Good("salad_bowl", "glass", salad_bowl, WINDOW, seen(22, 0.78), see_through=True),
    Good("champagne_glass", "glass", champagne_glass, SOFT, seen(7, 0.82), see_through=True),
    Good("scented_candle", "glass", scented_candle, SOFT, seen(16, 0.64), see_through=True),
    Good("scent_flask", "glass", scent_flask, WINDOW, seen(9, 0.68, 22), see_through=True),
    Good("coiled_cable", "fringe", coiled_cable, SOFT, seen(48, 0.8)),
    Good("balloon_whisk", "fringe", balloon_whisk, WINDOW, seen(7, 0.84, 10)),
    Good("pot_of_chives", "fringe", pot_of_chives, SOFT, seen(9, 0.8)),
    Good("paint_brush", "fringe", paint_brush, SOFT, seen(6, 0.82, 14)),
    Good("spectacles", "fringe", spectacles, WINDOW, seen(17, 0.76, 32)),
    Good("earphones", "fringe", earphones, SOFT, seen(55, 0.78)),
    Good("nested_bowls", "white", nested_bowls, SOFT, seen(18, 0.7)),
    Good("pillar_candle", "white", pillar_candle, WINDOW, seen(12, 0.66)),
    Good("milk_jug", "white", milk_jug, SOFT, seen(11, 0.72, 8)),
    Good("white_cushion", "white", white_cushion, WINDOW, seen(10, 0.74, -14)),
    Good("cream_jar", "white", cream_jar, SOFT, seen(14, 0.6)),
    Good("toy_blocks_hard", "shadows", toy_blocks, HARD, seen(16, 0.56)),
    Good("toy_blocks_two", "shadows", toy_blocks, TWO, seen(16, 0.56, 30)),
    Good("stool_two", "shadows", three_legged_stool, TWO, seen(14, 0.58)),
    Good("stool_long", "shadows", three_legged_stool, LONG, seen(18, 0.54, 25)),
    Good("toaster_hard", "shadows", toaster, HARD, seen(12, 0.58, -20)),
    Good("vase_soft", "shadows", floor_vase, SOFT, seen(9, 0.62)),
    Good("spray_long", "shadows", spray_bottle, LONG, seen(11, 0.56, 15)),
)
