"""Shapes for the sample photos, as numpy meshes: turned, swept, lofted, rounded. z points up, the floor is z = 0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.interpolate import CubicSpline

Points = np.ndarray
"""An array of points, one in each row."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """Triangles with a texture place for every corner; always shaded smoothly, so real edges need a small radius."""

    points: Points
    faces: np.ndarray
    uv: np.ndarray

    @property
    def normals(self) -> Points:
        """Normals averaged over all faces that meet at a place, so that texture seams do not show."""
        corner = self.points[self.faces]
        face_normals = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        # One whole number for each place: sorting those is ten times faster than sorting rows.
        steps = np.round(self.points * 1e6).astype(np.int64)
        key = steps @ np.array([1, 2654435761, 7046029254386353], np.int64)
        _, place = np.unique(key, return_inverse=True)
        at, many = place[self.faces].ravel(), np.repeat(face_normals, 3, axis=0)
        total = np.stack([np.bincount(at, many[:, k]) for k in range(3)], 1)
        length = np.linalg.norm(total, axis=1, keepdims=True)
        return (total / np.maximum(length, 1e-20))[place]

    def moved(self, x: float = 0, y: float = 0, z: float = 0) -> Mesh:
        return replace(self, points=self.points + (x, y, z))

    def scaled(self, x: float, y: float | None = None, z: float | None = None) -> Mesh:
        return replace(self, points=self.points * (x, x if y is None else y, x if z is None else z))

    def turned(self, axis: str, degrees: float) -> Mesh:
        a, b = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
        c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        points = self.points.copy()
        points[:, a] = c * self.points[:, a] - s * self.points[:, b]
        points[:, b] = s * self.points[:, a] + c * self.points[:, b]
        return replace(self, points=points)

    def displaced(self, height: Callable[[Points], np.ndarray]) -> Mesh:
        """Pushes every point along its normal by `height(points)`."""
        return replace(self, points=self.points + self.normals * height(self.points)[:, None])

    def bent(self, change: Callable[[Points], Points]) -> Mesh:
        return replace(self, points=change(self.points))

    def flipped(self) -> Mesh:
        return replace(self, faces=self.faces[:, ::-1].copy())

    def retextured(self, uv: Callable[[Points, Points], np.ndarray]) -> Mesh:
        return replace(self, uv=uv(self.points, self.normals))


# --- curves -----------------------------------------------------------------------------------------------------


def spline(knots: Sequence[Sequence[float]], count: int = 80) -> Points:
    """A smooth curve through the knots."""
    knots = np.asarray(knots, float)
    along = np.r_[0, np.cumsum(np.sqrt(np.linalg.norm(np.diff(knots, axis=0), axis=1)))]
    return CubicSpline(along, knots)(np.linspace(0, along[-1], count))


def rounded(corners: Sequence[Sequence[float]], radius: float | Sequence[float], steps: int = 8) -> Points:
    """An open polyline whose inner corners are rounded, each at most to half of its shorter side."""
    corners = np.asarray(corners, float)
    radii = np.broadcast_to(radius, (len(corners),))
    out = [corners[0]]
    for k in range(1, len(corners) - 1):
        before, here, after = corners[k - 1 : k + 2]
        reach = min(radii[k], 0.49 * np.linalg.norm(before - here), 0.49 * np.linalg.norm(after - here))
        start = here + reach * (before - here) / max(np.linalg.norm(before - here), 1e-9)
        end = here + reach * (after - here) / max(np.linalg.norm(after - here), 1e-9)
        t = np.linspace(0, 1, steps + 1)[:, None]
        out.extend((1 - t) ** 2 * start + 2 * t * (1 - t) * here + t**2 * end)
    out.append(corners[-1])
    return np.asarray(out)


def dense(curve: Points, step: float) -> Points:
    """The same polyline with no piece longer than `step`: needed before a mesh is bent or displaced."""
    out = [curve[:1]]
    for a, b in pairwise(curve):
        n = max(1, int(np.ceil(np.linalg.norm(b - a) / step)))
        out.append(a + (b - a) * np.linspace(0, 1, n + 1)[1:, None])
    return np.concatenate(out)


def circle(count: int = 48) -> Points:
    t = np.linspace(0, 2 * np.pi, count + 1)
    return np.stack([np.cos(t), np.sin(t)], 1)


def oval(width: float, height: float, power: float = 2.8, count: int = 56) -> Points:
    """A closed outline between ellipse (2) and rectangle (large): handles and straps without an edge that catches light."""
    x, y = circle(count).T
    bow = lambda t: np.sign(t) * np.abs(t) ** (2 / power)  # noqa: E731
    return np.stack([bow(x) * width / 2, bow(y) * height / 2], 1)


def rounded_rectangle(width: float, height: float, radius: float, steps: int = 10) -> Points:
    """A closed outline, counter-clockwise."""
    w, h, r = width / 2, height / 2, min(radius, width / 2, height / 2)
    t = np.linspace(0, np.pi / 2, steps)
    arcs = []
    for k, (cx, cy) in enumerate([(w - r, h - r), (r - w, h - r), (r - w, r - h), (w - r, r - h)]):
        a = t + k * np.pi / 2
        arcs.append(np.stack([cx + r * np.cos(a), cy + r * np.sin(a)], 1))
    outline = np.concatenate(arcs)
    return np.concatenate([outline, outline[:1]])


# --- surfaces ---------------------------------------------------------------------------------------------------


def grid(points: np.ndarray) -> Mesh:
    """A surface from an array (rows, columns, 3) of points; texture u runs along columns, v along rows."""
    rows, columns = points.shape[:2]
    at = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = at[:-1, :-1].ravel(), at[:-1, 1:].ravel(), at[1:, 1:].ravel(), at[1:, :-1].ravel()
    faces = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
    step_v = np.linalg.norm(np.diff(points, axis=0), axis=2).mean(axis=1)
    v = np.r_[0, np.cumsum(step_v)]
    v = v / max(v[-1], 1e-9)
    u = np.linspace(0, 1, columns)
    uv = np.stack(np.broadcast_arrays(u[None, :], v[:, None]), -1)
    return Mesh(points.reshape(-1, 3).astype(float), faces, uv.reshape(-1, 2).astype(float))


def joined(*meshes: Mesh) -> Mesh:
    start = np.cumsum([0] + [len(m.points) for m in meshes[:-1]])
    faces = np.concatenate([m.faces + s for m, s in zip(meshes, start, strict=True)])
    return Mesh(np.concatenate([m.points for m in meshes]), faces, np.concatenate([m.uv for m in meshes]))


def revolve(profile: Points, segments: int = 192) -> Mesh:
    """Turned on a lathe: `profile` holds (radius, z), outer side from bottom to top."""
    profile = np.asarray(profile, float)
    t = np.linspace(0, 2 * np.pi, segments + 1)
    r, z = profile[:, :1], profile[:, 1:]
    return grid(np.stack(np.broadcast_arrays(r * np.cos(t), r * np.sin(t), z), -1))


def loft(rings: np.ndarray, *, capped: bool = True) -> Mesh:
    """A skin over closed rings (count, around, 3), closed with flat caps at both ends."""
    if capped:
        first, last = rings[:1].mean(1, keepdims=True), rings[-1:].mean(1, keepdims=True)
        rings = np.concatenate([np.broadcast_to(first, rings[:1].shape), rings, np.broadcast_to(last, rings[:1].shape)])
    return grid(rings)


def sweep(path: Points, section: Points, scale: np.ndarray | float = 1.0, up: Sequence[float] = (0, 0, 1)) -> Mesh:
    """Draws the closed flat `section` along `path`; its second axis stays as near to `up` as the path lets it."""
    path = np.asarray(path, float)
    tangent = np.gradient(path, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    frame_up = np.empty_like(path)
    last = np.asarray(up, float)
    for k, t in enumerate(tangent):
        last = last - t * (last @ t)
        last = last / max(np.linalg.norm(last), 1e-9)
        frame_up[k] = last
    side = np.cross(tangent, frame_up)
    scale = np.broadcast_to(scale, (len(path),))[:, None, None]
    rings = path[:, None] + scale * (section[:, 0, None] * side[:, None] + section[:, 1, None] * frame_up[:, None])
    return loft(rings[:, ::-1])


def tube(path: Points, radius: float | np.ndarray, segments: int = 24, *, round_ends: bool = True) -> Mesh:
    """A wire or pipe along `path`, by default with half-round ends."""
    path = np.asarray(path, float)
    radii = np.broadcast_to(radius, (len(path),)).astype(float)
    if round_ends:
        path, radii = _with_round_ends(path, radii)
    seed_up = (0, 0, 1) if abs((path[1] - path[0])[2]) < 0.9 * np.linalg.norm(path[1] - path[0]) else (0, 1, 0)
    return sweep(path, circle(segments), radii, up=seed_up)


def _with_round_ends(path: Points, radii: np.ndarray, steps: int = 7) -> tuple[Points, np.ndarray]:
    angle = np.linspace(0.03, np.pi / 2, steps, endpoint=False)
    start = (path[0] - path[1]) / np.linalg.norm(path[0] - path[1])
    end = (path[-1] - path[-2]) / np.linalg.norm(path[-1] - path[-2])
    head = path[0] + start * radii[0] * np.cos(angle)[:, None]
    tail = path[-1] + end * radii[-1] * np.cos(angle[::-1])[:, None]
    shrink = np.sin(angle)
    return np.concatenate([head, path, tail]), np.r_[radii[0] * shrink, radii, radii[-1] * shrink[::-1]]


def ring(radius: float, thickness: float, segments: int = 160) -> Mesh:
    """A torus lying flat around the z axis."""
    t = np.linspace(0, 2 * np.pi, 41)
    return revolve(np.stack([radius + thickness * np.cos(t), thickness * np.sin(t)], 1), segments)


def rounded_box(width: float, depth: float, height: float, radius: float, n: int = 40) -> Mesh:
    """A box standing on the floor, centred in x and y. Texture: see `box_faces`."""
    half = np.array([width, depth, height]) / 2
    core = half - radius
    # Points gather at the edges, where the radius needs them.
    edge = np.linspace(0, np.pi / 4, 7)[1:]
    lines = []
    for axis in range(3):
        bow = core[axis] + radius * np.tan(edge)
        middle = np.linspace(-core[axis], core[axis], n)
        lines.append(np.concatenate([-bow[::-1], middle, bow]))
    sides = []
    for axis in range(3):
        a, b = (axis + 1) % 3, (axis + 2) % 3
        p, q = np.meshgrid(lines[a], lines[b], indexing="xy")
        for sign in (-1, 1):
            points = np.empty((*p.shape, 3))
            points[..., a], points[..., b], points[..., axis] = p, q, sign * half[axis]
            side = grid(points)
            sides.append(side if sign > 0 else side.flipped())
    box = joined(*sides)
    inner = np.clip(box.points, -core, core)
    away = box.points - inner
    away *= radius / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-12)
    return replace(box, points=inner + away + (0, 0, half[2]))


def box_faces(mesh: Mesh) -> Mesh:
    """Texture in three columns of a sheet: left third the front (−y), middle the right side (+x), right third the top."""
    low, high = mesh.points.min(0), mesh.points.max(0)
    x, y, z = ((mesh.points - low) / (high - low)).T
    normal = mesh.normals
    column = np.abs(normal).argmax(1)
    u = np.choose(column, [np.where(normal[:, 0] > 0, y, 1 - y), np.where(normal[:, 1] < 0, x, 1 - x), x])
    v = np.choose(column, [z, z, y])
    place = np.choose(column, [1, 0, 2])
    return replace(mesh, uv=np.stack([(place + np.clip(u, 0.002, 0.998)) / 3, v], 1))


def wobble(wavelength: float, seed: int, waves: int = 24) -> Callable[[Points], np.ndarray]:
    """Smooth random height in about −1…1, a sum of plane waves; repeatable by its seed."""
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=(waves, 3))
    direction *= (2 * np.pi / wavelength) / np.linalg.norm(direction, axis=1, keepdims=True)
    direction *= rng.uniform(0.6, 1.6, (waves, 1))
    phase = rng.uniform(0, 2 * np.pi, waves)
    return lambda points: np.cos(points @ direction.T + phase).sum(1) / np.sqrt(waves)
