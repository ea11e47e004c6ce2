"""The products of the sample photos. Each function gives the parts of one product, standing on z = 0, front to −y."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

import prints
from models import (
    Mesh,
    Points,
    box_faces,
    circle,
    dense,
    grid,
    joined,
    loft,
    oval,
    revolve,
    ring,
    rounded,
    rounded_box,
    spline,
    sweep,
    tube,
    wobble,
)
from scene import Colour, Glass, Material, Part, surface, texture

Product = list[Part]


# --- materials --------------------------------------------------------------------------------------------------


def plastic(colour: Colour | float, roughness: float = 0.35) -> Material:
    return surface(colour, roughness, specular=0.5)


def ceramic(colour: Colour | float, roughness: float = 0.2) -> Material:
    return surface(colour, roughness, clearcoat=0.6, specular=0.6)


def metal(colour: Colour, roughness: float = 0.2) -> Material:
    return surface(colour, roughness, metallic=1.0)


def print_on(pixels: np.ndarray, roughness: float = 0.45, clearcoat: float = 0.0) -> Material:
    return surface(texture(pixels), roughness, clearcoat=clearcoat)


def timber(dark: tuple[int, int, int] = (112, 70, 38), light: tuple[int, int, int] = (188, 138, 88), seed: int = 2) -> Material:
    return surface(texture(prints.wood(512, 1024, dark, light, seed)), 0.4, specular=0.4)


def terry(colour: Colour, height: float = 0.005, repeat: float = 1.3) -> Material:
    pile = prints.pile()
    dyed = texture(prints.dyed(colour, pile, 0.32), raw=True, repeat=(repeat, repeat))
    return surface(dyed, 0.95, specular=0.05, sheen=0.5, bump=texture(pile, raw=True, repeat=(repeat, repeat)), bump_height=height)


def woven(colour: Colour, height: float = 0.01, repeat: tuple[float, float] = (4, 2), sheen: float = 0.3) -> Material:
    threads = prints.weave()
    dyed = texture(prints.dyed(colour, threads, 0.4), raw=True, repeat=repeat)
    return surface(dyed, 0.9, specular=0.1, sheen=sheen, bump=texture(threads, raw=True, repeat=repeat), bump_height=height)


BRASS: Colour = (0.78, 0.55, 0.28)
STEEL: Colour = (0.66, 0.65, 0.63)
BLACK: Colour = (0.018, 0.018, 0.02)


def label_around(radius: float, low: float, high: float, half_angle: float, lift: float = 0.004) -> Mesh:
    """A sticker on a cylinder, facing −y."""
    a = np.radians(np.linspace(-half_angle, half_angle, 60))
    z = np.linspace(low, high, 8)
    r = radius + lift
    points = np.stack(np.broadcast_arrays(r * np.sin(a)[None], -r * np.cos(a)[None], z[:, None]), -1)
    return grid(points)


def grain_along(mesh: Mesh) -> Mesh:
    """Turns the texture of a tube so that wood grows along it."""
    return mesh.retextured(lambda p, n: mesh.uv[:, ::-1])


def turned_all(product: Product, degrees: float) -> Product:
    return [replace(p, mesh=p.mesh.turned("z", degrees)) for p in product]


def moved_all(product: Product, x: float = 0, y: float = 0, z: float = 0) -> Product:
    return [replace(p, mesh=p.mesh.moved(x, y, z)) for p in product]


def scaled_all(product: Product, factor: float) -> Product:
    return [replace(p, mesh=p.mesh.scaled(factor)) for p in product]


# --- beauty -----------------------------------------------------------------------------------------------------


def bottle() -> Product:
    """A shampoo bottle with a pump."""
    body = revolve(
        rounded(
            [(0, 0.02), (0.44, 0.02), (0.48, 0), (0.52, 0.05), (0.52, 1.42), (0.3, 1.62), (0.2, 1.66), (0.2, 1.76), (0, 1.76)],
            [0, 0.02, 0.03, 0.06, 0.22, 0.12, 0.05, 0.01, 0],
            14,
        )
    )
    ribs = revolve(rounded([(0, 1.68), (0.235, 1.68), (0.235, 1.86), (0.13, 1.9), (0.09, 1.92), (0.09, 2.06), (0, 2.06)], 0.02), 360)
    ribs = ribs.displaced(lambda p: np.where((p[:, 2] < 1.85) & (np.hypot(p[:, 0], p[:, 1]) > 0.2), 0.006 * np.sin(np.arctan2(p[:, 1], p[:, 0]) * 60), 0))
    head = revolve(rounded([(0, 2.02), (0.14, 2.02), (0.15, 2.14), (0.14, 2.18), (0, 2.19)], [0, 0.02, 0.03, 0.04, 0], 10))
    nozzle = sweep(spline([(-0.05, 0, 2.12), (-0.25, 0, 2.13), (-0.42, 0, 2.11), (-0.5, 0, 2.04), (-0.51, 0, 1.99)], 40), oval(0.11, 0.085), up=(0, 1, 0))
    black = plastic((0.03, 0.03, 0.032), 0.3)
    return [
        Part(body, plastic((0.22, 0.32, 0.235), 0.38)),
        Part(joined(ribs, head, nozzle), black),
        Part(label_around(0.52, 0.26, 1.22, 56), print_on(prints.shampoo_label(), 0.6)),
    ]


def cream_tube() -> Product:
    """A soft tube that stands on its cap."""
    height, low = 1.62, 0.36
    v = np.linspace(0, 1, 90)
    t = np.linspace(0, 2 * np.pi, 161)
    flat = v**1.6
    wide = 0.36 + 0.15 * v**1.3
    deep = 0.36 * (1 - flat) + 0.012 * flat
    power = 2 / (2 + 0.2 * flat)
    section = lambda angle, p: np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** p  # noqa: E731
    x = wide[:, None] * section(t[None], power[:, None])
    y = deep[:, None] * section(t[None] - np.pi / 2, power[:, None])
    z = np.broadcast_to((low + height * v)[:, None], x.shape)
    body = loft(np.stack([x, y, z], -1))
    shoulder = revolve(rounded([(0.2, low - 0.05), (0.33, low - 0.02), (0.362, low + 0.03), (0.362, low + 0.05)], 0.03))
    body = body.displaced(lambda p: 0.006 * wobble(0.9, 5)(p) * (p[:, 2] < low + height * 0.9))
    crimp = rounded_box(1.03, 0.03, 0.12, 0.012).moved(z=low + height - 0.04)
    crimp = crimp.displaced(lambda p: 0.004 * np.sin(p[:, 2] * 260))
    cap = revolve(rounded([(0, 0), (0.34, 0), (0.345, 0.3), (0.32, 0.345), (0, 0.345)], [0, 0.03, 0.03, 0.02, 0], 10), 480)
    cap = cap.displaced(
        lambda p: np.where((p[:, 2] > 0.05) & (p[:, 2] < 0.27) & (np.hypot(p[:, 0], p[:, 1]) > 0.3), 0.005 * np.sin(np.arctan2(p[:, 1], p[:, 0]) * 90), 0)
    )
    body = body.retextured(lambda p, n: np.stack([p[:, 0] / 1.16 + 0.5, (p[:, 2] - low) / (height + 0.1)], 1))
    soft = print_on(prints.cream_print(), 0.36)
    return [Part(body, soft), Part(crimp, plastic((0.8, 0.49, 0.42), 0.4)), Part(joined(cap, shoulder), plastic((0.72, 0.62, 0.56), 0.25))]


def jar(radius: float, height: float, colour: Colour, label: np.ndarray) -> Product:
    body = revolve(
        rounded([(0, 0), (radius - 0.04, 0), (radius, 0.03), (radius, height), (radius - 0.06, height), (0, height)], [0, 0.01, 0.05, 0.03, 0.01, 0], 10)
    )
    top = height + 0.34 * min(1.0, radius * 1.8)
    lid = revolve(rounded([(0, height + 0.012), (radius + 0.012, height + 0.012), (radius + 0.012, top), (0, top + 0.004)], [0, 0.012, 0.03, 0], 10))
    # As if turned from one block: the grain runs straight through.
    lid = lid.retextured(lambda p, n: np.stack([p[:, 0] / 2 + 0.3 * p[:, 2], p[:, 1] / 1.6 + 1.3 * p[:, 2]], 1))
    low, high = 0.16 * height, 0.86 * height
    angle = min(62.0, np.degrees((high - low) * 1.25 / radius / 2))
    return [
        Part(body, plastic(colour, 0.3)),
        Part(lid, timber((150, 104, 62), (206, 164, 112), 9)),
        Part(label_around(radius, low, high, angle), print_on(label, 0.65)),
    ]


def dropper(colour: Colour, label: np.ndarray) -> Product:
    body = revolve(rounded([(0, 0), (0.27, 0), (0.3, 0.03), (0.3, 0.86), (0.13, 1.02), (0.12, 1.1), (0, 1.1)], [0, 0.01, 0.04, 0.14, 0.06, 0.01, 0], 12))
    collar = revolve(rounded([(0, 1.04), (0.155, 1.04), (0.155, 1.22), (0.1, 1.24), (0, 1.24)], 0.015))
    bulb = revolve(spline([(0.1, 1.23), (0.105, 1.4), (0.095, 1.52), (0.05, 1.6), (0.0, 1.61)], 40))
    return [
        Part(body, plastic(colour, 0.3)),
        Part(collar, metal(BRASS, 0.25)),
        Part(bulb, plastic((0.05, 0.045, 0.04), 0.6)),
        Part(label_around(0.3, 0.16, 0.72, 58), print_on(label, 0.65)),
    ]


def set_of_three() -> Product:
    """Two jars and a dropper bottle of one line, near to each other."""
    clay: Colour = (0.42, 0.2, 0.13)
    big = jar(0.5, 0.82, clay, prints.jar_label("КРЕМ", "для лица", "100 мл"))
    small = jar(0.36, 0.46, clay, prints.jar_label("БАЛЬЗАМ", "для губ", "30 мл"))
    tall = dropper(clay, prints.jar_label("МАСЛО", "ночное", "50 мл"))
    return [*moved_all(turned_all(big, 8), 0.02, 0.1), *moved_all(turned_all(small, -10), 0.86, -0.32), *moved_all(turned_all(tall, -6), -0.86, -0.12)]


def lipstick() -> Product:
    base = rounded_box(0.36, 0.36, 0.62, 0.025)
    band = rounded_box(0.33, 0.33, 0.2, 0.015).moved(z=0.6)
    neck = revolve(rounded([(0.13, 0.76), (0.13, 1.02), (0.12, 1.03), (0.0, 1.03)], 0.01))
    bullet = revolve(spline([(0.112, 1.0), (0.112, 1.2), (0.105, 1.34), (0.07, 1.43), (0, 1.46)], 50))
    slant = bullet.bent(lambda p: np.stack([p[:, 0], p[:, 1], np.minimum(p[:, 2], 1.33 + 0.9 * p[:, 0])], 1))
    cap = rounded_box(0.37, 0.37, 0.95, 0.025).turned("y", 90).moved(x=0.28, y=-0.1, z=0.185).turned("z", 20)
    black = surface(BLACK, 0.2, clearcoat=1.0)
    return [Part(base, black), Part(joined(band, neck), metal(BRASS, 0.18)), Part(slant, surface((0.5, 0.02, 0.035), 0.3)), Part(cap, black)]


# --- home -------------------------------------------------------------------------------------------------------


def mug(colour: Colour | float = 0.78) -> Product:
    body = revolve(
        rounded(
            [(0, 0.04), (0.34, 0.04), (0.36, 0), (0.4, 0), (0.46, 0.1), (0.46, 1.0), (0.425, 1.0), (0.42, 0.14), (0.3, 0.08), (0, 0.07)],
            [0, 0.02, 0.02, 0.02, 0.08, 0.017, 0.017, 0.06, 0.05, 0],
            14,
        )
    )
    bow = spline([(0.447, 0, 0.8), (0.6, 0, 0.83), (0.75, 0, 0.72), (0.755, 0, 0.48), (0.62, 0, 0.28), (0.447, 0, 0.21)], 80)
    thick = 1 + 0.3 * np.abs(np.linspace(-1, 1, 80)) ** 8
    handle = sweep(bow, oval(0.155, 0.075), thick, up=(0, 1, 0))
    return [Part(joined(body, handle), ceramic(colour))]


def vase() -> Product:
    """Clear glass with three twigs of eucalyptus."""
    outer = spline([(0.34, 0.0), (0.42, 0.06), (0.5, 0.35), (0.47, 0.75), (0.3, 1.12), (0.215, 1.36), (0.27, 1.62)], 90)
    inner = spline([(0.235, 1.62), (0.185, 1.36), (0.265, 1.11), (0.435, 0.75), (0.462, 0.36), (0.37, 0.17), (0.2, 0.13), (0.0, 0.125)], 90)
    rim = np.stack([0.2525 + 0.0175 * np.cos(np.linspace(0, np.pi, 12)), 1.62 + 0.0175 * np.sin(np.linspace(0, np.pi, 12))], 1)
    foot = rounded([(0, 0.02), (0.26, 0.015), (0.31, 0.0), (0.34, 0.0)], 0.02)
    wall = revolve(np.concatenate([foot[:-1], outer, rim[1:-1], inner]), 256)
    twigs, leaves = [], []
    rng = np.random.default_rng(11)
    for k, (lean, turn) in enumerate(((0.5, 200), (0.16, 80), (0.42, -25))):
        c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        knots = [
            (-0.27 * c, -0.27 * s, 0.155),
            (0.0, 0.0, 1.0),
            (0.12 * lean * c, 0.12 * lean * s, 1.5),
            (lean * c, lean * s, 2.35 + 0.2 * k),
            (1.55 * lean * c, 1.55 * lean * s, 2.95 + 0.12 * k),
        ]
        path = spline(knots, 90)
        twigs.append(tube(path, np.linspace(0.02, 0.009, 90), 12))
        for m in range(54, 90, 4):
            leaves += [
                _round_leaf(path[m], size, turn + side + rng.uniform(-25, 25), rng.uniform(20, 60), rng)
                for side, size in ((65, 0.21 - 0.0028 * (m - 54)), (245, 0.2 - 0.0028 * (m - 54)))
            ]
    shades = [surface(texture(prints.leaf(shade, 3 + k)), 0.55, specular=0.35) for k, shade in enumerate(((108, 134, 112), (92, 124, 96), (124, 144, 118)))]
    foliage = [Part(joined(*leaves[k::3]), shade) for k, shade in enumerate(shades)]
    bark = surface(texture(prints.wood(256, 512, (70, 46, 32), (128, 92, 66), 6)), 0.8)
    return [Part(wall, Glass(density=1.6)), Part(joined(*twigs), bark), *foliage]


def _round_leaf(at: Points, size: float, turn: float, lift: float, rng: np.random.Generator) -> Mesh:
    """A round leaf with its stalk end at `at`, slightly cupped."""
    r = np.linspace(0.0, 1, 8)[:, None]
    t = np.linspace(0, 2 * np.pi, 33)[None]
    x, y = (r * np.cos(t) + 1.12) * size * 0.8, r * np.sin(t) * size * 0.68
    z = 0.22 * size * r**2 + 0.06 * size * np.cos(t * 2 + rng.uniform(0, 6)) * r**2
    leaf = grid(np.stack([x, y, z], -1))
    leaf = leaf.retextured(lambda p, n: np.stack([p[:, 0] / size / 1.8, p[:, 1] / size / 1.6 + 0.5], 1))
    return leaf.turned("x", rng.uniform(-40, 40)).turned("y", -lift).turned("z", turn).moved(*at)


def table_lamp() -> Product:
    base = revolve(
        spline([(0.0, 0.02), (0.3, 0.02), (0.38, 0.04), (0.44, 0.2), (0.47, 0.45), (0.36, 0.78), (0.18, 1.0), (0.11, 1.12), (0.1, 1.18), (0.0, 1.18)], 120)
    )
    base = base.displaced(lambda p: 0.008 * np.sin(p[:, 2] * 62) * (p[:, 2] < 1.0) * (p[:, 2] > 0.06))
    foot = revolve(rounded([(0, 0), (0.31, 0), (0.31, 0.03), (0, 0.03)], 0.01))
    neck = revolve(rounded([(0, 1.15), (0.075, 1.15), (0.075, 1.22), (0.04, 1.25), (0.04, 1.6), (0, 1.6)], 0.015))
    shade_side = rounded([(0.62, 1.36), (0.42, 2.3), (0.412, 2.3), (0.612, 1.36), (0.62, 1.36)], 0.003)
    shade = revolve(dense(shade_side, 0.05), 256)
    hems = joined(
        *(
            revolve(np.stack([r + 0.014 * np.cos(t), z + 0.026 * np.sin(t)], 1))
            for t in [np.linspace(0, 2 * np.pi, 25)]
            for r, z in ((0.62, 1.37), (0.42, 2.29))
        )
    )
    cord = tube(
        spline(
            [
                (0.2, 0.3, 0.03),
                (0.42, 0.5, 0.025),
                (0.72, 0.3, 0.022),
                (0.86, 0.0, 0.022),
                (1.02, 0.06, 0.022),
                (1.0, 0.5, 0.022),
                (0.6, 0.95, 0.022),
                (0.0, 1.05, 0.022),
            ],
            160,
        ),
        0.02,
    )
    linen = woven((0.74, 0.66, 0.53), 0.006, (10, 3))
    return [
        Part(base, ceramic((0.1, 0.2, 0.27))),
        Part(joined(foot, neck), metal(BRASS, 0.25)),
        Part(shade, linen),
        Part(hems, woven((0.6, 0.52, 0.4), 0.004, (20, 1))),
        Part(cord, woven((0.55, 0.48, 0.38), 0.004, (40, 2))),
    ]


def chair() -> Product:
    """A moulded shell on four wooden legs."""
    spine = spline(
        [
            (0, -0.62, 1.0),
            (0, -0.55, 1.06),
            (0, -0.3, 1.06),
            (0, 0.05, 1.02),
            (0, 0.32, 1.05),
            (0, 0.47, 1.22),
            (0, 0.55, 1.5),
            (0, 0.64, 1.85),
            (0, 0.68, 1.98),
        ],
        120,
    )
    spine = gaussian_filter1d(spine, 9, axis=0, mode="nearest")
    # Rows crowd together at both ends, where the outline turns fast.
    v = np.sin(np.pi / 2 * np.linspace(-1, 1, 160))
    spine = CubicSpline(np.linspace(-1, 1, 120), spine)(v)
    end = np.clip(1 - np.abs(v) ** 5, 0, 1) ** 0.45
    wide = (0.56 - 0.05 * np.clip(v, 0, 1)) * end + 0.002
    tangent = np.gradient(spine, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    normal = np.cross((1.0, 0, 0), tangent)
    u = np.linspace(-1, 1, 61)
    cup = 0.13 + 0.12 * np.exp(-((v - 0.15) ** 2) / 0.12)
    middle = (
        spine[:, None]
        + np.array([1.0, 0, 0]) * (wide[:, None] * u)[..., None]
        + normal[:, None] * (cup[:, None] * (end[:, None] * np.abs(u)) ** 2.6)[..., None]
    )
    half = 0.018 * np.sqrt(np.clip(end, 0.05, 1))[:, None, None] * np.sqrt(np.clip(1.0 - np.abs(u) ** 30, 0.0, 1))[None, :, None]
    top, under = middle + normal[:, None] * half, middle - normal[:, None] * half
    shell = loft(np.concatenate([top, under[:, ::-1], top[:, :1]], axis=1))
    if (shell.normals * (shell.points - shell.points.mean(0)))[:, 2].mean() < 0:
        shell = shell.flipped()
    legs = []
    for x, y in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
        path = np.linspace((0.25 * x, 0.22 * y - 0.06, 1.0), (0.5 * x, 0.48 * y - 0.04, 0.02), 30)
        legs.append(grain_along(tube(path, np.linspace(0.05, 0.03, 30), 32)))
    rails = [tube(np.array([(-0.27, y, 0.9), (0, y, 0.9), (0.27, y, 0.9)]), 0.022) for y in (-0.3, 0.18)]
    cross = [tube(np.array([(x, -0.3, 0.88), (x, 0.18, 0.88)]), 0.022) for x in (-0.265, 0.265)]
    return [
        Part(shell, plastic((0.62, 0.36, 0.1), 0.42)),
        Part(joined(*legs), timber((150, 108, 66), (206, 168, 122), 7)),
        Part(joined(*rails, *cross), surface(BLACK, 0.4)),
    ]


def towels() -> Product:
    """Three folded terry towels, one on another."""
    colours: list[Colour] = [(0.5, 0.44, 0.36), (0.28, 0.36, 0.38), (0.72, 0.68, 0.6)]
    parts, z = [], 0.0
    for k, colour in enumerate(colours):
        towel, height = _folded_towel(2.1 - 0.08 * k, 1.35 - 0.05 * k, 0.115, seed=20 + k)
        parts.append(Part(towel.turned("z", (-1.5, 2.0, -0.6)[k]).moved(0.02 * k, 0, z), terry(colour)))
        z += height
    return parts


def _folded_towel(width: float, depth: float, layer: float, seed: int) -> tuple[Mesh, float]:
    """Folded in three, the bends to the front: a thick band that runs to and fro. Also says how high it lies."""
    spine = _folds(depth / 2, layer)
    along = np.gradient(spine, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.stack([-along[:, 1], along[:, 0]], 1) * layer / 2
    # The band is thinner and thinner towards its two ends and its two selvages, as a round edge is.
    start = np.minimum(np.arange(len(spine)), np.arange(len(spine))[::-1]) * 0.012
    thick = _round_edge(start, layer / 2)[:, None]
    outline = np.concatenate([spine + across * thick, (spine - across * thick)[::-1]])
    outline = np.concatenate([outline, outline[:1]])
    core = np.concatenate([spine, spine[::-1], spine[:1]])
    edge = layer / 2 * (1 - np.cos(np.linspace(0, np.pi / 2, 9)))
    x = np.r_[-width / 2 + edge, np.linspace(edge[-1] - width / 2, width / 2 - edge[-1], 190)[1:-1], width / 2 - edge[::-1]]
    swell = _round_edge(width / 2 - np.abs(x), layer / 2)
    flat = core[None] + (outline - core)[None] * swell[:, None, None]
    rings = np.concatenate([np.broadcast_to(x[:, None, None], (*flat.shape[:2], 1)), flat], axis=2)
    mesh = grid(rings)
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(outline, axis=0), axis=1))]
    mesh = replace(mesh, uv=np.stack(np.broadcast_arrays(x[:, None], length[None]), -1).reshape(-1, 2))
    if mesh.normals[:, 2] @ (mesh.points[:, 2] - mesh.points[:, 2].mean()) < 0:
        mesh = mesh.flipped()
    mesh = _lived_in(mesh, seed)
    low, high = mesh.points[:, 2].min(), np.percentile(mesh.points[:, 2], 99)
    return mesh.moved(z=-low), float(high - low)


def _folds(half_depth: float, layer: float) -> Points:
    """The middle line of a towel folded in three and then in half, seen from its side."""
    r = layer * 0.54
    turn = np.linspace(-np.pi / 2, np.pi / 2, 14)
    levels = r + 2 * r * np.arange(4)
    front = lambda z: np.stack([-half_depth - r * np.cos(turn), z + r + r * np.sin(turn)], 1)  # noqa: E731
    rear = lambda z: np.stack([half_depth * 0.96 + r * np.cos(turn), z + r + r * np.sin(turn)], 1)  # noqa: E731
    line = np.concatenate([[(half_depth * 0.93, levels[0])], front(levels[0]), rear(levels[1]), front(levels[2]), [(half_depth * 0.9, levels[3])]])
    step = np.linalg.norm(np.diff(line, axis=0), axis=1)
    way = np.r_[0, np.cumsum(step)]
    even = np.arange(0, way[-1], 0.012)
    return np.stack([np.interp(even, way, line[:, k]) for k in (0, 1)], 1)


def _round_edge(inward: np.ndarray, radius: float) -> np.ndarray:
    """Thickness, 0…1, at a distance `inward` from an edge rounded with `radius`."""
    return np.sqrt(np.clip(1 - (1 - np.clip(inward / radius, 0, 1)) ** 2, 0, 1))


def _lived_in(mesh: Mesh, seed: int) -> Mesh:
    """Cloth that hands have folded: it sags, swells and its loops stand up."""
    slow, swell, loops = wobble(1.1, seed), wobble(0.33, seed + 1), wobble(0.03, seed + 2, waves=40)

    def sag(p: Points) -> Points:
        up = np.clip(p[:, 2] / 0.1, 0, 1)
        return p + np.stack([0.012 * swell(p * (0.2, 1, 1) + 3), 0.016 * slow(p), 0.012 * slow(p * (1, 1, 0.2) + 7) * up], 1)

    return mesh.bent(sag).displaced(lambda p: 0.007 * swell(p) + 0.0022 * loops(p))


def kettle() -> Product:
    """Brushed steel with a black handle and a black knob."""
    body = revolve(spline([(0.0, 0.03), (0.5, 0.03), (0.6, 0.03), (0.66, 0.08), (0.68, 0.2), (0.6, 0.55), (0.46, 0.86), (0.4, 1.0), (0.385, 1.04)], 140), 256)
    base = revolve(rounded([(0, 0), (0.6, 0), (0.64, 0.02), (0.64, 0.06), (0, 0.06)], 0.015))
    lid = revolve(spline([(0.39, 1.03), (0.395, 1.06), (0.36, 1.09), (0.2, 1.135), (0.0, 1.15)], 50))
    seam = ring(0.392, 0.012).moved(z=1.045)
    knob = revolve(spline([(0.05, 1.13), (0.045, 1.18), (0.085, 1.215), (0.1, 1.25), (0.07, 1.285), (0.0, 1.295)], 50))
    spout = loft(_spout_rings())
    path = spline([(-0.38, 0, 1.04), (-0.36, 0, 1.3), (-0.2, 0, 1.5), (0.1, 0, 1.56), (0.36, 0, 1.46), (0.47, 0, 1.25), (0.44, 0, 0.98)], 120)
    handle = sweep(path, oval(0.12, 0.07), up=(0, 1, 0))
    clasps = joined(*(tube(np.array(p), 0.04) for p in ([(-0.4, 0, 0.93), (-0.385, 0, 1.05)], [(0.43, 0, 0.88), (0.44, 0, 1.0)])))
    steel = surface(STEEL, 0.22, metallic=1.0)
    return [
        Part(joined(body, lid, spout), steel),
        Part(joined(seam, clasps), metal((0.5, 0.5, 0.5), 0.12)),
        Part(joined(base, knob, handle), plastic(BLACK, 0.38)),
    ]


def _spout_rings() -> Points:
    path = spline([(-0.45, 0, 0.42), (-0.66, 0, 0.52), (-0.8, 0, 0.72), (-0.9, 0, 0.93), (-0.99, 0, 1.03)], 50)
    radius = np.interp(np.linspace(0, 1, 50), [0, 0.25, 0.6, 0.92, 1], [0.2, 0.15, 0.095, 0.075, 0.08])
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    up = np.cross(tangent, (0, 1.0, 0))
    c = circle(48)
    outer = path[:, None] + radius[:, None, None] * (c[:, 0, None] * np.array([0, 1.0, 0]) + c[:, 1, None] * up[:, None])
    # The mouth is open: the skin turns in and runs back down.
    inner = path[:38:-1, None] + (radius[:38:-1] - 0.012)[:, None, None] * (c[:, 0, None] * np.array([0, 1.0, 0]) + c[:, 1, None] * up[:38:-1, None])
    return np.concatenate([outer, inner])[:, ::-1]


def jug() -> Product:
    """Stoneware in two glazes."""
    outer = spline([(0.36, 0.0), (0.44, 0.05), (0.52, 0.35), (0.5, 0.62), (0.36, 0.98), (0.31, 1.2), (0.36, 1.46)], 100)
    inner = spline([(0.33, 1.46), (0.28, 1.2), (0.33, 0.98), (0.46, 0.62), (0.48, 0.35), (0.4, 0.1), (0.0, 0.08)], 80)
    body = revolve(np.concatenate([[(0, 0.01), (0.3, 0.01)], outer, [(0.357, 1.473), (0.345, 1.478), (0.333, 1.473)], inner]), 256)

    def lip(p: Points) -> Points:
        """Draws the rim out to a beak on the left."""
        angle = np.abs(np.arctan2(p[:, 1], -p[:, 0]))
        pull = 0.17 * np.exp(-((angle / 0.42) ** 2)) * np.clip((p[:, 2] - 1.12) / 0.36, 0, 1) ** 1.6
        return p + np.stack([-pull, 0 * pull, 0.35 * pull], 1)

    body = body.bent(lip).displaced(lambda p: 0.004 * np.sin(p[:, 2] * 70) * (p[:, 2] > 0.04))
    bow = spline([(0.31, 0, 1.27), (0.48, 0, 1.31), (0.7, 0, 1.22), (0.73, 0, 0.94), (0.6, 0, 0.68), (0.47, 0, 0.6)], 80)
    handle = sweep(bow, oval(0.15, 0.08), np.interp(np.arange(80), [0, 12, 60, 79], [0.7, 1, 1, 1.3]), up=(0, 1, 0))
    glaze = surface(texture(prints.two_glazes()), 0.3, clearcoat=0.7, specular=0.6)
    body = body.retextured(lambda p, n: np.stack([np.arctan2(p[:, 1], p[:, 0]) / (2 * np.pi) + 0.5, np.clip(p[:, 2] / 1.7, 0, 0.99)], 1))
    handle = handle.retextured(lambda p, n: np.stack([(p[:, 0] + p[:, 1]) / 3.1, np.clip(0.14 + p[:, 2] / 1.7, 0, 1)], 1))
    return [Part(joined(body, handle), glaze)]


def pan() -> Product:
    body = revolve(
        rounded(
            [(0, 0), (0.78, 0), (1.0, 0.3), (1.02, 0.31), (1.02, 0.325), (0.985, 0.32), (0.76, 0.035), (0, 0.03)],
            [0, 0.1, 0.02, 0.006, 0.006, 0.02, 0.08, 0],
            12,
        ),
        320,
    )
    outside = revolve(rounded([(0, -0.004), (0.785, -0.004), (1.005, 0.298)], [0, 0.1, 0], 12), 320).moved(z=0.004)
    path = spline([(0.93, 0, 0.24), (1.1, 0, 0.33), (1.35, 0, 0.42), (1.8, 0, 0.5), (2.35, 0, 0.52)], 120)
    handle = sweep(path, oval(0.2, 0.11), np.interp(np.linspace(0, 1, 120), [0, 0.12, 0.3, 0.75, 0.97, 1], [0.55, 0.6, 0.8, 1.05, 1.0, 0.75]), up=(0, 0, 1))
    rivets = joined(
        *(revolve(spline([(0.035, 0), (0.033, 0.012), (0.02, 0.022), (0, 0.026)], 16), 40).turned("y", -52).moved(0.905, y, 0.215) for y in (-0.09, 0.09))
    )
    coating = surface((0.022, 0.022, 0.024), 0.42, specular=0.5)
    return [
        Part(joined(body), coating),
        Part(outside, surface((0.33, 0.05, 0.03), 0.3, clearcoat=0.8)),
        Part(grain_along(handle), timber((96, 58, 32), (164, 112, 68), 5)),
        Part(rivets, metal(STEEL, 0.2)),
    ]


def tea_box() -> Product:
    box = box_faces(rounded_box(1.0, 0.6, 1.5, 0.012))
    return [Part(box, print_on(prints.tea_box(), 0.42))]


# --- electronics -------------------------------------------------------------------------------------------------


def headphones() -> Product:
    """Over-ear headphones standing on their cups."""
    t = np.radians(np.linspace(188, -8, 140))
    arc = np.stack([0.78 * np.cos(t), 0 * t, 1.0 + 0.9 * np.sin(t)], 1)
    band = sweep(arc, oval(0.26, 0.05), up=(0, 1, 0))
    t2 = np.radians(90 - 62 * np.sin(np.linspace(-np.pi / 2, np.pi / 2, 90)))
    pad_arc = np.stack([0.735 * np.cos(t2), 0 * t2, 1.0 + 0.855 * np.sin(t2)], 1)
    pad = sweep(pad_arc, oval(0.25, 0.1), 0.03 + 0.97 * (1 - np.abs(np.sin(np.linspace(-np.pi / 2, np.pi / 2, 90))) ** 14) ** 0.5, up=(0, 1, 0))
    parts: Product = [
        Part(band, plastic((0.6, 0.58, 0.55), 0.35)),
        Part(pad, surface((0.07, 0.045, 0.033), 0.55, bump=texture(prints.pile(512, 6, 3.0), raw=True, repeat=(8, 3)), bump_height=0.006)),
    ]
    for side in (-1, 1):
        parts += _ear_cup(side)
    return parts


def _ear_cup(side: int) -> Product:
    oval = lambda mesh: mesh.scaled(0.86, 1.0, 1.0)  # noqa: E731
    shell = revolve(
        rounded([(0, 0.26), (0.28, 0.26), (0.42, 0.2), (0.47, 0.08), (0.47, 0.0), (0.3, -0.01), (0, -0.01)], [0, 0.1, 0.1, 0.05, 0.015, 0.01, 0], 14)
    )
    disc = revolve(rounded([(0, 0.268), (0.25, 0.268), (0.26, 0.26)], 0.006))
    trim = ring(0.272, 0.011).moved(z=0.259)
    cushion = revolve(_oval_profile(0.345, 0.105, -0.085, 0.1))
    cushion = cushion.displaced(lambda p: 0.003 * wobble(0.16, 31)(p))
    inside = revolve(np.array([(0.0, -0.02), (0.34, -0.02)]))
    place = lambda mesh: oval(mesh).turned("x", 0).turned("y", 90 * side).turned("z", -6 * side).moved(side * 0.62, 0, 0.475)  # noqa: E731
    fork_angle = np.radians(np.linspace(0, 180, 70))
    fork = tube(np.stack([np.full(70, side * 0.76), 0.505 * np.cos(fork_angle), 0.475 + 0.445 * np.sin(fork_angle)], 1), 0.024)
    stem = tube(np.array([(side * 0.765, 0, 0.9), (side * 0.778, 0, 0.95), (side * 0.78, 0, 1.0)]), 0.022)
    pivots = joined(*(tube(np.array([(side * 0.76, 0.51 * end, 0.475), (side * 0.7, 0.47 * end, 0.475)]), 0.034) for end in (-1, 1)))
    leather = surface((0.075, 0.048, 0.035), 0.5, bump=texture(prints.pile(512, 6, 3.0), raw=True, repeat=(10, 4)), bump_height=0.004)
    return [
        Part(place(shell), plastic((0.6, 0.58, 0.55), 0.32)),
        Part(place(disc), surface((0.5, 0.48, 0.455), 0.3, metallic=0.7)),
        Part(joined(place(trim), fork, stem, pivots), metal(BRASS, 0.25)),
        Part(place(cushion), leather),
        Part(place(inside), surface((0.02, 0.02, 0.02), 0.9)),
    ]


def _oval_profile(r: float, half_r: float, z: float, half_z: float) -> Points:
    t = np.linspace(0, 2 * np.pi, 49)
    return np.stack([r + half_r * np.cos(t), z + half_z * np.sin(t)], 1)


def speaker() -> Product:
    """A small standing speaker in cloth, with a strap."""
    cloth_side = dense(rounded([(0.44, 0.16), (0.47, 0.18), (0.47, 1.22), (0.44, 1.24)], 0.03), 0.04)
    cloth = revolve(cloth_side, 256)
    foot = revolve(rounded([(0, 0), (0.4, 0), (0.45, 0.03), (0.455, 0.155), (0.43, 0.165), (0, 0.165)], [0, 0.03, 0.03, 0.02, 0.01, 0], 10))
    top = revolve(
        rounded([(0, 1.235), (0.43, 1.235), (0.455, 1.245), (0.45, 1.36), (0.4, 1.4), (0.33, 1.39), (0, 1.37)], [0, 0.01, 0.02, 0.05, 0.03, 0.03, 0], 12)
    )
    plate = label_around(0.47, 0.26, 0.4, 22, 0.006)
    cord = tube(
        spline(
            [
                (0.4, -0.05, 1.33),
                (0.52, -0.1, 1.3),
                (0.6, -0.16, 1.02),
                (0.575, -0.2, 0.66),
                (0.54, -0.14, 0.5),
                (0.545, -0.04, 0.62),
                (0.56, 0.0, 1.0),
                (0.5, 0.03, 1.28),
                (0.4, 0.03, 1.33),
            ],
            160,
        ),
        0.021,
    )
    halo = ring(0.345, 0.011).moved(z=1.392)
    keys = joined(
        *(
            rounded_box(w, d, 0.02, 0.009, n=4).moved(x, y, 1.372)
            for x, y, w, d in ((-0.16, 0, 0.11, 0.026), (0.16, 0, 0.11, 0.026), (0.16, 0, 0.026, 0.11), (0, -0.17, 0.05, 0.05), (0, 0.17, 0.05, 0.05))
        )
    )
    rubber = surface((0.03, 0.03, 0.032), 0.6)
    return [
        Part(cloth, woven((0.045, 0.17, 0.2), 0.018, (5, 2), sheen=0.5)),
        Part(joined(foot, top), rubber),
        Part(plate, print_on(prints.speaker_mark(), 0.4)),
        Part(cord, woven((0.42, 0.16, 0.05), 0.002, (1, 24))),
        Part(joined(halo, keys), metal((0.75, 0.74, 0.72), 0.25)),
    ]
