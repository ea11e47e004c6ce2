"""A running shoe: sole, knitted upper with panels, tongue, laces. Long axis x, toe to the left (−x)."""

from __future__ import annotations

import cv2
import numpy as np
from scipy.interpolate import CubicSpline

import prints
from models import Mesh, Points, dense, grid, joined, loft, oval, rounded_rectangle, spline, sweep, tube
from scene import Part, surface, texture

AROUND = 241
"""Points around the foot; the middle one is the toe, the ends meet at the heel."""


def sneaker() -> list[Part]:
    white, mint = (0.72, 0.71, 0.68), (0.42, 0.62, 0.56)
    sheet, height = _upper_drawing()
    knit = surface(texture(sheet), 0.85, specular=0.15, sheen=0.25, bump=texture(height, raw=True), bump_height=0.02)
    lace = surface(texture(prints.dyed((0.78, 0.77, 0.74), prints.weave(256, 16), 0.35), raw=True, repeat=(1, 10)), 0.9, specular=0.1)
    parts = [
        Part(_midsole(), surface(white, 0.6, specular=0.3)),
        Part(_outsole(), surface((0.05, 0.05, 0.055), 0.7)),
        Part(_upper(), knit),
        Part(_tongue(), surface((0.1, 0.16, 0.19), 0.9, sheen=0.3, bump=texture(prints.weave(), raw=True, repeat=(2, 3)), bump_height=0.008)),
        Part(joined(*_laces()), lace),
        Part(_heel_tab(), surface(mint, 0.8)),
    ]
    low = min(p.mesh.points[:, 2].min() for p in parts)
    return [Part(p.mesh.moved(z=-low), p.material) for p in parts]


# --- the foot ---------------------------------------------------------------------------------------------------


def _outline() -> Points:
    """The foot from above: heel, along one side to the toe, back along the other."""
    knots = [
        (1.5, 0.0),
        (1.42, 0.25),
        (1.1, 0.36),
        (0.5, 0.33),
        (-0.1, 0.4),
        (-0.75, 0.5),
        (-1.25, 0.4),
        (-1.55, 0.1),
        (-1.5, -0.14),
        (-1.25, -0.33),
        (-0.75, -0.47),
        (-0.1, -0.43),
        (0.5, -0.37),
        (1.1, -0.36),
        (1.42, -0.25),
        (1.5, 0.0),
    ]
    curve = spline(knots, 900)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))]
    even = np.linspace(0, along[-1], AROUND)
    return np.stack([np.interp(even, along, curve[:, k]) for k in (0, 1)], 1)


def _outward(outline: Points) -> Points:
    step = np.roll(outline[:-1], -1, axis=0) - np.roll(outline[:-1], 1, axis=0)
    normal = np.stack([step[:, 1], -step[:, 0]], 1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    normal *= -np.sign((normal * -outline[:-1]).sum())
    return np.concatenate([normal, normal[:1]])


def _spring(x: np.ndarray) -> np.ndarray:
    """The sole rises at the toe and a little at the heel."""
    return 0.22 * np.clip((-x - 0.7) / 0.9, 0, None) ** 2 + 0.1 * np.clip((x - 1.0) / 0.5, 0, None) ** 2


def _sole_top(x: np.ndarray) -> np.ndarray:
    return 0.3 + 0.1 * np.clip((x + 0.4) / 1.9, 0, 1) ** 1.2 - 0.05 * np.clip((-x - 0.6) / 0.9, 0, 1)


def _ring(outline: Points, outward: Points, grow: float | np.ndarray, height: float | np.ndarray) -> Points:
    flat = outline + outward * np.broadcast_to(grow, (len(outline),))[:, None]
    z = np.broadcast_to(height, (len(outline),)) + _spring(outline[:, 0])
    return np.column_stack([flat, z])


def _midsole() -> Mesh:
    outline = _outline()
    out, top = _outward(outline), _sole_top(outline[:, 0])
    angle = np.linspace(0, 4 * np.pi * 9, AROUND)
    flare = 0.05 + 0.05 * np.clip((outline[:, 0] - 0.6) / 0.9, 0, 1)
    rings = [_ring(outline, out, -0.25, 0.05), _ring(outline, out, flare - 0.03, 0.05), _ring(outline, out, flare, 0.075)]
    for share in np.linspace(0.1, 0.92, 26):
        groove = 0.02 * (abs(share - 0.55) < 0.03) + 0.008 * np.sin(angle) * (share < 0.5)
        belly = 0.035 * np.sin(np.pi * share)
        rings.append(_ring(outline, out, flare * (1 - 0.6 * share) + belly - groove, 0.075 + (top - 0.075) * share))
    rings += [_ring(outline, out, 0.015, top - 0.005), _ring(outline, out, -0.03, top + 0.005), _ring(outline, out, -0.25, top - 0.02)]
    return loft(np.asarray(rings))


def _outsole() -> Mesh:
    outline = _outline()
    out = _outward(outline)
    flare = 0.05 + 0.05 * np.clip((outline[:, 0] - 0.6) / 0.9, 0, 1)
    teeth = 0.018 * (np.sin(np.linspace(0, 2 * np.pi * 46, AROUND)) > 0)
    return loft(
        np.asarray(
            [
                _ring(outline, out, -0.3, 0.0),
                _ring(outline, out, flare - 0.02 - teeth, 0.0),
                _ring(outline, out, flare - teeth, 0.012),
                _ring(outline, out, flare - teeth, 0.06),
                _ring(outline, out, -0.2, 0.06),
            ]
        )
    )


# --- the upper --------------------------------------------------------------------------------------------------


def _collar() -> Points:
    """The opening for the foot, point for point beside the outline: low at the ankles, high at the heel and tongue."""
    turn = np.linspace(0, 2 * np.pi, AROUND)
    x = 0.76 + 0.62 * np.cos(turn)
    y = 0.25 * np.sin(turn) * (1 - 0.1 * np.cos(turn))
    z = 1.06 + 0.2 * np.clip(np.cos(turn), 0, 1) ** 2 + 0.1 * np.clip(-np.cos(turn), 0, 1) ** 2 - 0.05 * np.sin(turn) ** 2
    return np.stack([x, y, z], 1)


def _surface(share: np.ndarray) -> np.ndarray:
    """Points of the upper, (len(share), AROUND, 3): 0 at the sole, 1 at the collar."""
    outline = _outline()
    foot = _ring(outline, _outward(outline), -0.005, _sole_top(outline[:, 0]) - 0.03)
    collar = _collar()
    toe = np.clip((-outline[:, 0] + 0.2) / 1.5, 0, 1)[:, None]
    heel = np.clip((outline[:, 0] - 0.9) / 0.6, 0, 1)[:, None]
    bulge = _outward(outline)
    rise = foot + np.column_stack([0.07 * bulge * (1 - heel), np.full(AROUND, 0.38)]) + toe * (-0.03, 0, 0.06)
    rise = rise + heel * (0.06, 0, 0.05)
    # Over the toes the skin arrives at the collar along the instep, elsewhere from below.
    arrive = collar + (1 - toe) * (0, 0, -0.3) + np.column_stack([0.1 * bulge * (1 - toe), np.zeros(AROUND)]) + toe * (-0.62, 0, -0.34) + heel * (-0.06, 0, 0)
    s = share[:, None, None]
    return (1 - s) ** 3 * foot + 3 * s * (1 - s) ** 2 * rise + 3 * s**2 * (1 - s) * arrive + s**3 * collar


def _upper() -> Mesh:
    skin = _surface(np.linspace(0, 1, 110))
    collar = _collar()
    middle = np.array([0.76, 0, 0])
    inward = (middle - collar) * (1, 1, 0)
    inward /= np.linalg.norm(inward, axis=1, keepdims=True)
    pad = [collar + inward * 0.045 * (1 - np.cos(a)) + np.array([0, 0, 0.045]) * np.sin(a) for a in np.linspace(0.3, np.pi, 10)]
    inside = [collar + inward * (0.09 - 0.04 * d) - np.array([0, 0, 0.7]) * d for d in np.linspace(0.1, 1, 10)]
    rings = np.concatenate([skin, np.asarray(pad), np.asarray(inside)])
    mesh = grid(rings)
    v = np.r_[np.linspace(0, 0.86, 110), np.linspace(0.865, 0.9, 10), np.linspace(0.91, 1, 10)]
    u = np.linspace(0, 1, AROUND)
    mesh = Mesh(mesh.points, mesh.faces, np.stack(np.broadcast_arrays(u[None], v[:, None]), -1).reshape(-1, 2))
    return mesh.flipped() if _points_inward(mesh) else mesh


def _points_inward(mesh: Mesh) -> bool:
    side = np.abs(mesh.points[:, 1]) > 0.3
    return float((mesh.normals[side, 1] * mesh.points[side, 1]).mean()) < 0


def _upper_drawing(width: int = 2400, height: int = 1200) -> tuple[np.ndarray, np.ndarray]:
    """Colours and relief of the upper: u once around the foot (toe in the middle), v from the sole to the lining."""
    u = np.linspace(0, 1, width)[None, :]
    v = np.linspace(1, 0, height)[:, None] / 0.86
    away = np.abs(u - 0.5) * 2
    dots = (np.sin(u * 2 * np.pi * 150) * np.sin(v * 2 * np.pi * 46 + np.floor(u * 300) * np.pi)) > 0.45
    sheet = np.ones((height, width, 3), np.float32) * (70, 104, 118)
    relief = 0.35 + 0.22 * (1 - dots.astype(np.float32)) * np.ones((height, width), np.float32)
    sheet *= np.where(dots, 0.72, 1.0)[..., None]

    def panel(where: np.ndarray, colour: tuple[int, int, int], lift: float) -> None:
        """A sewn-on piece: its own colour, a raised edge and a line of stitches inside the edge."""
        mask = np.broadcast_to(where, (height, width)).astype(np.uint8)
        depth = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
        sheet[mask > 0] = colour
        relief[mask > 0] = lift
        grain = prints.clouds(height, width, 5, first=128, octaves=2)
        relief[mask > 0] += 0.05 * grain[mask > 0]
        stitch = (np.abs(depth - 13) < 2.2) & (np.sin((np.arange(width)[None] + np.arange(height)[:, None]) * 0.42) > -0.2)
        sheet[stitch] = np.array(colour) * 0.72 + 40
        relief[stitch] -= 0.12
        edge = (depth > 0) & (depth < 3)
        sheet[edge] *= 0.8

    white, dark, mint = (214, 212, 204), (38, 52, 60), (146, 186, 172)
    panel((v < 0.2 + 0.16 * np.exp(-((away / 0.2) ** 2)) - 0.05 * away), white, 0.62)
    panel((away > 0.74 + 0.1 * np.sin(v * 3)) & (v < 0.7), mint, 0.66)
    for start in (0.30, 0.41, 0.52):
        panel((np.abs(away - start - 0.1 * v - 0.1 * v**2) < 0.026) & (v < 0.86), white, 0.74)
    panel((away < 0.235 - 0.1 * (1 - v)) & (v > 0.40) & (v < 1.0), dark, 0.6)
    panel((np.abs(away - 0.235 + 0.1 * (1 - v)) < 0.04) & (v > 0.38) & (v < 1.0), white, 0.78)
    collar = v[:, 0] > 0.955
    sheet[collar] = dark
    relief[collar] = 0.5
    relief = cv2.GaussianBlur(relief.astype(np.float32), (0, 0), 1.4)
    return np.clip(sheet, 0, 255).astype(np.uint8), relief


# --- what is sewn on ----------------------------------------------------------------------------------------------


def _at(skin: np.ndarray, away: np.ndarray, share: np.ndarray, lift: np.ndarray | float) -> Points:
    """Points over the skin at the signed distance `away` from the toe line (−1…1) and at `share` of the height."""
    column = (np.asarray(away) + 1) / 2 * (AROUND - 1)
    row = np.asarray(share) * (len(skin) - 1)
    points = np.stack(
        [cv2.remap(skin[..., k].astype(np.float32), column[None].astype(np.float32), row[None].astype(np.float32), cv2.INTER_LINEAR)[0] for k in range(3)], 1
    )
    normal = _skin_normals(skin, column, row)
    return points + normal * np.broadcast_to(lift, (len(points),))[:, None]


def _skin_normals(skin: np.ndarray, column: np.ndarray, row: np.ndarray) -> Points:
    across, along = np.gradient(skin, axis=1), np.gradient(skin, axis=0)
    normal = np.cross(across, along)
    normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-9)
    normal *= np.sign(normal[len(skin) // 2, AROUND // 2, 2])
    picked = np.stack(
        [cv2.remap(normal[..., k].astype(np.float32), column[None].astype(np.float32), row[None].astype(np.float32), cv2.INTER_LINEAR)[0] for k in range(3)], 1
    )
    return picked / np.linalg.norm(picked, axis=1, keepdims=True)


def _laces() -> list[Mesh]:
    skin = _surface(np.linspace(0, 1, 160))
    t = np.linspace(-1, 1, 60)
    band = oval(0.08, 0.024)
    out = []
    rows = np.linspace(0.5, 0.93, 6)
    for k, share in enumerate(rows):
        half = 0.235 - 0.1 * (1 - share)
        arch = 0.014 * np.clip(4 * (1 - np.abs(t)), 0.1, 1) ** 0.5
        arch[[0, -1]] = -0.03
        slant = share + 0.028 * t * (-1) ** k
        out.append(sweep(_at(skin, half * t, slant, arch), band, up=(0.4, 0, 1)))
    # The bow: two loops and two ends on top of the last row.
    knot = _at(skin, np.array([0.0]), np.array([0.95]), 0.045)[0]
    for side in (-1, 1):
        loop = spline(
            [
                knot,
                knot + (-0.05, side * 0.12, 0.06),
                knot + (-0.13, side * 0.25, 0.0),
                knot + (-0.15, side * 0.33, -0.13),
                knot + (-0.05, side * 0.31, -0.15),
                knot + (0.0, side * 0.17, -0.01),
                knot,
            ],
            70,
        )
        out.append(sweep(loop, band * (0.75, 0.9), up=(-1, 0, 0.4)))
        end = spline([knot, knot + (-0.14, side * 0.12, 0.0), knot + (-0.3, side * 0.27, -0.14), knot + (-0.34, side * 0.38, -0.32)], 50)
        out.append(sweep(end, band * (0.75, 0.9), up=(-1, 0, 0.4)))
    out.append(tube(dense(np.array([knot + (0, -0.06, 0), knot + (0, 0.06, 0)]), 0.02), 0.045, 20))
    return out


def _tongue() -> Mesh:
    """A padded flap that comes out of the opening above the laces."""
    path = spline([(-0.05, 0, 0.98), (0.12, 0, 1.1), (0.22, 0, 1.26), (0.25, 0, 1.42)], 50)
    path = CubicSpline(np.linspace(0, 1, 50), path)(np.sin(np.linspace(0, np.pi / 2, 80)))
    width = 0.02 + 0.98 * np.sqrt(1 - np.linspace(0, 1, 80) ** 12)
    flap = sweep(path, rounded_rectangle(0.4, 0.085, 0.042, 14), width, up=(-1, 0, 0.3))
    return flap.bent(lambda p: p + np.stack([0.9 * p[:, 1] ** 2, 0 * p[:, 1], -0.1 * p[:, 1] ** 2], 1))


def _heel_tab() -> Mesh:
    path = spline([(1.42, 0, 1.12), (1.45, 0, 1.3), (1.43, 0, 1.4), (1.37, 0, 1.38), (1.35, 0, 1.24)], 40)
    return sweep(path, rounded_rectangle(0.12, 0.025, 0.012), up=(1, 0, 0))
