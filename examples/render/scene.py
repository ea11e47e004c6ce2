"""Path-traced layers of a product on a floor: colours, exact alpha and the shadow, all from one camera and one light.

Needs `pip install mitsuba pyoidn scipy`; nothing in packshot imports it. The photo is, in linear light,

    product + (1 - alpha) * ground * (1 - shadow)

by construction. So the product is lit by the floor and reflects it, while the camera does not see the floor through
the product's border; clear glass lets the ground through in a straight line, and its alpha is 1 - transmittance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import drjit as dr
import mitsuba as mi
import numpy as np

from models import Mesh, grid, rounded

mi.set_variant("llvm_ad_rgb")

Colour = tuple[float, float, float]
Material = dict[str, Any]
"""A Mitsuba BSDF as a dict."""

RAYS_AT_ONCE = 3_000_000
"""Keeps one wavefront under about 2 GB."""


@dataclass(frozen=True, slots=True)
class Glass:
    """Clear matter with true thickness: a mesh with its outer and its inner side."""

    index: float = 1.5
    density: float = 0.35
    """Share of light lost over one unit of way, as exp(-density * way): makes thick edges darker."""
    tint: Colour = (0.55, 0.72, 0.66)
    """Colour that thick places show instead of what is behind them."""


@dataclass(frozen=True, slots=True)
class Part:
    mesh: Mesh
    material: Material | Glass


@dataclass(frozen=True, slots=True)
class Softbox:
    """A square light that looks at the product. Distances are in radii of the product."""

    azimuth: float
    """Degrees seen from the camera: 0 = from behind the camera, 90 = from the right, 180 = from behind the product."""
    elevation: float
    power: float
    distance: float = 4.5
    size: float = 3.0
    colour: Colour = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Light:
    boxes: tuple[Softbox, ...]
    room: float = 0.35
    """Light of the room around; wide and without direction."""
    room_colour: Colour = (1.0, 1.0, 1.0)
    spread: float = 1.0
    """Moves the boxes out and makes them larger: for a product that is small in its frame."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A sheet that bends up behind the product, or a table; `things` stand on it beside the product."""

    material: Material
    bend_at: float = 3.0
    """Where the sheet starts to bend, in radii behind the product."""
    bend_radius: float = 3.0
    things: tuple[Part, ...] = ()
    detailed: bool = False
    """True renders the ground at full size: wood, cloth, things. A plain sheet is smooth, a quarter size is enough."""
    texture_size: float = 8.0
    """Radii of the product that one repeat of the texture covers."""


@dataclass(frozen=True, slots=True)
class Camera:
    width: int
    height: int
    azimuth: float = 0.0
    elevation: float = 12.0
    field_of_view: float = 22.0
    """Degrees over the longer side."""
    fill: float = 0.72
    """Share of the frame that the product fills in its tighter direction."""
    centre: tuple[float, float] = (0.5, 0.52)
    """Where the middle of the product's box lies in the frame."""
    aperture: float = 0.0
    """Radius of the lens, in radii of the product; 0 = everything sharp."""


@dataclass(frozen=True, slots=True)
class Layers:
    """Linear light, float32. `product` is multiplied by alpha already."""

    product: np.ndarray
    alpha: np.ndarray
    ground: np.ndarray
    shadow: np.ndarray

    @property
    def photo(self) -> np.ndarray:
        keep = (1 - self.alpha) * (1 - self.shadow)
        return self.product + keep[..., None] * self.ground


# --- materials --------------------------------------------------------------------------------------------------


def texture(pixels: np.ndarray, *, raw: bool = False, repeat: tuple[float, float] = (1, 1), mirrored: bool = False) -> Material:
    """Pixels (8 bit or float) as a texture; the first row is the top, v = 1."""
    # Mitsuba puts v = 0 at the first row.
    bitmap = mi.Bitmap(np.atleast_3d(pixels)[::-1].copy())
    plugin = {"type": "bitmap", "bitmap": bitmap, "raw": raw, "wrap_mode": "mirror" if mirrored else "repeat"}
    return plugin | ({"to_uv": mi.ScalarTransform3f().scale(repeat)} if repeat != (1, 1) else {})


def rgb(colour: Colour | float) -> Material:
    value = (colour,) * 3 if isinstance(colour, int | float) else colour
    return {"type": "rgb", "value": list(value)}


def surface(
    colour: Colour | float | Material,
    roughness: float | Material = 0.4,
    *,
    metallic: float = 0.0,
    specular: float = 0.5,
    clearcoat: float = 0.0,
    sheen: float = 0.0,
    bump: Material | None = None,
    bump_height: float = 1.0,
) -> Material:
    """One material for nearly everything; `colour` is linear."""
    bsdf: Material = {
        "type": "principled",
        "base_color": colour if isinstance(colour, dict) else rgb(colour),
        "roughness": roughness,
        "metallic": metallic,
        "specular": specular,
        "clearcoat": clearcoat,
        "clearcoat_gloss": 0.95,
        "sheen": sheen,
    }
    if bump is not None:
        bsdf = {"type": "bumpmap", "texture": bump, "scale": bump_height, "bsdf": bsdf}
    return {"type": "twosided", "bsdf": bsdf}


# --- building the scenes ------------------------------------------------------------------------------------------


def radius_of(product: Sequence[Part]) -> float:
    points = np.concatenate([p.mesh.points for p in product])
    return float(np.linalg.norm(points.max(0) - points.min(0)) / 2)


def _shape(mesh: Mesh, material: Material | None, name: str) -> mi.Mesh:
    props = mi.Properties()
    if material is not None:
        props["mesh_bsdf"] = mi.load_dict(material)
    shape = mi.Mesh(name, len(mesh.points), len(mesh.faces), props=props, has_vertex_normals=True, has_vertex_texcoords=True)
    params = mi.traverse(shape)
    params["vertex_positions"] = mi.Float(mesh.points.astype(np.float32).ravel())
    params["vertex_normals"] = mi.Float(mesh.normals.astype(np.float32).ravel())
    params["vertex_texcoords"] = mi.Float(mesh.uv.astype(np.float32).ravel())
    params["faces"] = mi.UInt32(mesh.faces.astype(np.uint32).ravel())
    params.update()
    return shape


def _sheet(ground: Ground, radius: float, azimuth: float) -> Mesh:
    wide, near, high = 60 * radius, 60 * radius, 60 * radius
    far = ground.bend_at * radius
    bend = ground.bend_radius * radius
    side = rounded([(-near, 0), (far + bend, 0), (far + bend, high)], bend * 1.0, steps=64)
    x = np.array([-wide, wide])
    rows = np.stack(np.broadcast_arrays(x[None], side[:, :1], side[:, 1:]), -1)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(side, axis=0), axis=1))] - near
    uv = np.stack(np.broadcast_arrays(x[None], along[:, None]), -1).reshape(-1, 2) / (ground.texture_size * radius)
    return replace(grid(rows), uv=uv).turned("z", azimuth)


def _direction(azimuth: float, elevation: float) -> np.ndarray:
    """From the product towards a place seen at that azimuth; the camera at 0 stands at −y, +90 is its right side."""
    a, e = np.radians(azimuth), np.radians(elevation)
    return np.array([np.sin(a) * np.cos(e), -np.cos(a) * np.cos(e), np.sin(e)])


def _lights(light: Light, radius: float, middle: np.ndarray, camera_azimuth: float) -> dict[str, Material]:
    found: dict[str, Material] = {
        "room": {"type": "constant", "radiance": rgb(tuple(light.room * c for c in light.room_colour))},
    }
    for k, box in enumerate(light.boxes):
        at = middle + radius * light.spread * box.distance * _direction(camera_azimuth + box.azimuth, box.elevation)
        look = mi.ScalarTransform4f().look_at(origin=at.tolist(), target=middle.tolist(), up=[0, 0.01, 1])
        size = mi.ScalarTransform4f().scale(box.size * light.spread * radius / 2)
        # The same power from a smaller or farther box gives the same light on the product.
        radiance = box.power * (box.distance / box.size) ** 2 / 2
        found[f"softbox{k}"] = {
            "type": "rectangle",
            "to_world": look @ size,
            "emitter": {"type": "area", "radiance": rgb(tuple(radiance * c for c in box.colour))},
            "bsdf": {"type": "diffuse", "reflectance": rgb(0.0)},
        }
    return found


def _view(camera: Camera, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Origin and target that give the product the wanted place and share of the frame."""
    away = _direction(camera.azimuth, camera.elevation)
    right = np.cross(-away, (0, 0, 1))
    right /= np.linalg.norm(right)
    up = np.cross(right, -away)
    half = np.tan(np.radians(camera.field_of_view / 2)) * np.array([camera.width, camera.height]) / max(camera.width, camera.height)
    target = (points.max(0) + points.min(0)) / 2
    distance = np.linalg.norm(points.max(0) - points.min(0)) * 3
    for _ in range(12):
        seen = points - (target + away * distance)
        depth = seen @ -away
        flat = np.stack([seen @ right / depth / half[0], -(seen @ up) / depth / half[1]], 1)
        low, high = flat.min(0), flat.max(0)
        wanted = np.array(camera.centre) * 2 - 1
        off = (low + high) / 2 - wanted
        target = target + distance * (off[0] * half[0] * right - off[1] * half[1] * up)
        distance *= float((high - low).max() / 2 / camera.fill)
    return target + away * distance, target


def _sensor(camera: Camera, points: np.ndarray, radius: float) -> Material:
    origin, target = _view(camera, points)
    sensor: Material = {
        "type": "thinlens" if camera.aperture else "perspective",
        "fov": camera.field_of_view,
        "fov_axis": "larger",
        "near_clip": 0.01 * radius,
        "far_clip": 1000 * radius,
        "to_world": mi.ScalarTransform4f().look_at(origin=origin.tolist(), target=target.tolist(), up=[0, 0, 1]),
        "film": {"type": "hdrfilm", "width": camera.width, "height": camera.height, "rfilter": {"type": "box"}},
    }
    if camera.aperture:
        middle = (points.max(0) + points.min(0)) / 2
        axis = (target - origin) / np.linalg.norm(target - origin)
        sensor |= {"aperture_radius": camera.aperture * radius, "focus_distance": float((middle - origin) @ axis) - 0.35 * radius}
    return sensor


@dataclass(frozen=True, slots=True)
class Stage:
    """The same things in the combinations that the layers ask about."""

    full: Any
    """Product (without glass), ground, lights: what light does."""
    solid: Any | None
    """The opaque product alone: what the camera sees of it."""
    glass: Any | None
    glass_kind: Glass | None
    empty: Any
    """Ground and lights without the product."""
    sensor: Any
    bounces: Any


def stage(product: Sequence[Part], ground: Ground, light: Light, camera: Camera) -> Stage:
    points = np.concatenate([p.mesh.points for p in product])
    radius = radius_of(product)
    middle = (points.max(0) + points.min(0)) / 2
    lamps = _lights(light, radius, middle, camera.azimuth)
    floor = {"floor": _shape(_sheet(ground, radius, camera.azimuth), ground.material, "floor")}
    floor |= {f"thing{k}": _shape(p.mesh, p.material, f"thing{k}") for k, p in enumerate(ground.things)}
    solid = {f"part{k}": _shape(p.mesh, p.material, f"part{k}") for k, p in enumerate(product) if not isinstance(p.material, Glass)}
    clear = {f"glass{k}": _shape(p.mesh, None, f"glass{k}") for k, p in enumerate(product) if isinstance(p.material, Glass)}
    kinds = [p.material for p in product if isinstance(p.material, Glass)]
    load = lambda parts: mi.load_dict({"type": "scene"} | parts)  # noqa: E731
    return Stage(
        full=load(lamps | floor | solid),
        solid=load(solid) if solid else None,
        glass=load(clear) if clear else None,
        glass_kind=kinds[0] if kinds else None,
        empty=load(lamps | floor),
        sensor=mi.load_dict(_sensor(camera, points, radius)),
        bounces=mi.load_dict({"type": "path", "max_depth": 7, "rr_depth": 20}),
    )


# --- rays -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Shots:
    """A wavefront of camera rays: `per_pixel` in a row for every pixel."""

    ray: Any
    sampler: Any
    per_pixel: int

    def mean(self, values: Any) -> np.ndarray:
        flat = np.array(values)
        flat = flat.T if flat.ndim == 2 else flat[:, None]
        return flat.reshape(-1, self.per_pixel, flat.shape[1]).mean(1)


def _shoot(sensor: Any, pixels: np.ndarray, size: tuple[int, int], per_pixel: int, seed: int) -> Iterator[tuple[slice, Shots]]:
    """Rays through `pixels` (flat numbers in a frame of `size`), spread evenly inside each pixel."""
    width, height = size
    side = int(np.sqrt(per_pixel))
    per_pixel = side * side
    at_once = max(1, RAYS_AT_ONCE // per_pixel)
    for start in range(0, len(pixels), at_once):
        some = pixels[start : start + at_once]
        count = len(some) * per_pixel
        sampler = mi.load_dict({"type": "independent"})
        sampler.seed((seed * 7919 + start) % 2**31, count)
        number = dr.arange(mi.UInt32, count)
        pixel = dr.gather(mi.UInt32, mi.UInt32(some.astype(np.uint32)), number // per_pixel)
        stratum = number % per_pixel
        jitter = sampler.next_2d()
        x = mi.Float(pixel % width) + (mi.Float(stratum % side) + jitter.x) / side
        y = mi.Float(pixel // width) + (mi.Float(stratum // side) + jitter.y) / side
        ray, _ = sensor.sample_ray(0.0, 0.5, mi.Point2f(x / width, y / height), sampler.next_2d())
        yield slice(start, start + len(some)), Shots(mi.Ray3f(ray), sampler, per_pixel)


def _brightness(colour: Any) -> Any:
    return mi.luminance(colour)


def _through_glass(st: Stage, ray: Any, sampler: Any, limit: Any, *, shine: bool) -> tuple[Any, Any]:
    """Straight transmittance up to the distance `limit`, and the light that the glass sends back along the ray."""
    kind = st.glass_kind
    clear, light = mi.Float(1.0), mi.Color3f(0.0)
    inside_since, inside = mi.Float(0.0), mi.Bool(False)
    travelled = mi.Float(0.0)
    here = mi.Ray3f(ray)
    for _ in range(8):
        si = st.glass.ray_intersect(here)
        hit = si.is_valid() & (travelled + si.t < limit)
        travelled = dr.select(hit, travelled + si.t, travelled)
        facing = dr.dot(si.sh_frame.n, here.d)
        entering = dr.dot(si.n, here.d) < 0
        leaving = hit & ~entering & inside
        kept = dr.select(leaving, dr.exp(-kind.density * (travelled - inside_since)), 1.0)
        light += dr.select(leaving, clear * (1 - kept), 0.0) * mi.Color3f(*kind.tint) * 0.5
        clear *= kept
        cosine = dr.maximum(dr.abs(facing), 0.02)
        back = dr.select(hit, mi.fresnel(cosine, kind.index)[0], 0.0)
        if shine:
            normal = dr.select(facing < 0, si.sh_frame.n, -si.sh_frame.n)
            mirrored = here.d - 2 * dr.dot(here.d, normal) * normal
            bounce = si.spawn_ray(mirrored)
            seen, _, _ = st.bounces.sample(st.full, sampler, bounce, None, hit)
            light += dr.select(hit, clear * back, 0.0) * seen
        clear *= 1 - back
        inside_since = dr.select(hit & entering, travelled, inside_since)
        inside = dr.select(hit, entering, inside)
        onward = si.spawn_ray(here.d)
        here.o = dr.select(hit, onward.o, here.o)
    return clear, light


# --- layers -----------------------------------------------------------------------------------------------------


def _alpha_and_colour(st: Stage, shots: Shots, *, colour: bool) -> tuple[Any, Any]:
    """One sample of alpha (1 - what passes straight) and of the light that the product itself sends to the camera.

    When colour is asked for, rays that graze a bulge whose smoothed normal already looks away count as no hit:
    they would come back black and draw a dark line around the product.
    """
    ray = shots.ray
    ground_at = st.empty.ray_intersect_preliminary(ray).t
    solid_at = mi.Float(1e30) if st.solid is None else st.solid.ray_intersect_preliminary(ray).t
    own = (solid_at < ground_at) & (solid_at < 1e29)
    blocked = dr.minimum(solid_at, ground_at)
    clear, light = mi.Float(1.0), mi.Color3f(0.0)
    if st.glass is not None:
        clear, light = _through_glass(st, ray, shots.sampler, blocked, shine=colour)
    if colour and st.solid is not None:
        seen, _, _ = st.bounces.sample(st.full, shots.sampler, ray, None, own)
        si = st.solid.ray_intersect(ray)
        turned_away = dr.dot(si.n, ray.d) * dr.dot(si.sh_frame.n, ray.d) < 0
        wrong = own & turned_away
        light += dr.select(own, clear, 0.0) * seen
        return dr.select(wrong, 0.0, dr.select(own, 1.0, 1 - clear)), dr.select(wrong, 0.0, light)
    return dr.select(own, 1.0, 1 - clear), light


def _hints(st: Stage, shots: Shots) -> tuple[Any, Any, Any]:
    """Albedo, normal and cover of the opaque product, for the denoiser."""
    own = mi.Bool(False)
    if st.solid is not None:
        own = st.solid.ray_intersect_preliminary(shots.ray).t < st.empty.ray_intersect_preliminary(shots.ray).t
    si = st.full.ray_intersect(shots.ray, own)
    albedo = si.bsdf().eval_diffuse_reflectance(si, own)
    return dr.select(own, albedo, 0.0), dr.select(own, si.sh_frame.n, 0.0), dr.select(own, mi.Float(1.0), 0.0)


def _alpha(st: Stage, size: tuple[int, int], seed: int, border_samples: int) -> np.ndarray:
    """A first look at every pixel, then many rays where the first look was not sure."""
    width, height = size
    alpha = np.zeros(width * height, np.float32)
    every = np.arange(width * height)
    for part, shots in _shoot(st.sensor, every, size, 4, seed):
        alpha[part] = shots.mean(_alpha_and_colour(st, shots, colour=False)[0])[:, 0]
    unsure = ((alpha > 0) & (alpha < 1)).reshape(height, width).astype(np.uint8)
    step = np.abs(cv2.morphologyEx(alpha.reshape(height, width), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))) > 0.02
    reach = cv2.dilate(unsure | step.astype(np.uint8), np.ones((5, 5), np.uint8))
    border = np.flatnonzero(reach)
    for part, shots in _shoot(st.sensor, border, size, border_samples, seed + 1):
        alpha[border[part]] = shots.mean(_alpha_and_colour(st, shots, colour=False)[0])[:, 0]
    return alpha.reshape(height, width)


def _product(st: Stage, alpha: np.ndarray, samples: int, seed: int) -> np.ndarray:
    height, width = alpha.shape
    wanted = np.flatnonzero(alpha > 0)
    colour, albedo, normal = (np.zeros((height, width, 3), np.float32) for _ in range(3))
    cover, hint_cover = (np.zeros((height, width), np.float32) for _ in range(2))

    def put(layer: np.ndarray, part: slice, values: np.ndarray) -> None:
        layer.reshape(height * width, -1)[wanted[part]] = values

    for part, shots in _shoot(st.sensor, wanted, (width, height), samples, seed + 2):
        covered, light = _alpha_and_colour(st, shots, colour=True)
        light = dr.select(dr.isfinite(light), dr.minimum(light, 30.0), 0.0)
        put(colour, part, shots.mean(light))
        put(cover, part, shots.mean(covered))
    for part, shots in _shoot(st.sensor, wanted, (width, height), 16, seed + 3):
        a, n, c = _hints(st, shots)
        put(albedo, part, shots.mean(a))
        put(normal, part, shots.mean(n))
        put(hint_cover, part, shots.mean(c))
    # The few colour rays cover a border pixel a little more or less than the many alpha rays did. So the colour is
    # cleaned without its cover, as if it ran on past the border, and then multiplied by the true alpha.
    clean = denoised(uncovered(colour, cover), uncovered(albedo, hint_cover), uncovered(normal, hint_cover))
    return np.maximum(clean, 0) * alpha[..., None]


def uncovered(colour: np.ndarray, cover: np.ndarray, sure: float = 0.95) -> np.ndarray:
    """Colours divided by their cover; where few rays hit, by what hit in the neighbourhood; run on past the border."""
    own = colour / np.maximum(cover, 1e-4)[..., None]
    near_cover = cv2.blur(cover, (5, 5))
    near = cv2.blur(colour, (5, 5)) / np.maximum(near_cover, 1e-4)[..., None]
    # Inside clear glass cover is small everywhere, and its colour is as sure as elsewhere.
    inside = cv2.erode((cover > 0.005).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    even = np.abs(cv2.morphologyEx(cover, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))) < 0.1
    straight = np.where(((cover > sure) | (inside & even))[..., None], own, near)
    return run_on(straight, near_cover > 0.02)


def run_on(colour: np.ndarray, known: np.ndarray, steps: int = 6) -> np.ndarray:
    """Colours that continue past the border of what is known, by the mean of known neighbours."""
    weight = known.astype(np.float32)
    spread = np.where(known[..., None], colour, 0).astype(np.float32)
    for _ in range(steps):
        near_weight = cv2.blur(weight, (5, 5))
        near = cv2.blur(spread * weight[..., None], (5, 5)) / np.maximum(near_weight, 1e-6)[..., None]
        grow = (weight == 0) & (near_weight > 1e-4)
        spread[grow] = near[grow]
        weight[grow] = 1
    return spread


def _ground(st: Stage, size: tuple[int, int], samples: int, seed: int, *, detailed: bool) -> np.ndarray:
    width, height = size
    shrink = 1 if detailed else 4
    small = (max(1, width // shrink), max(1, height // shrink))
    flat = np.zeros((small[0] * small[1], 3), np.float32)
    albedo, normal = np.zeros_like(flat), np.zeros_like(flat)
    for part, shots in _shoot(st.sensor, np.arange(len(flat)), small, samples, seed + 4):
        seen, _, _ = st.bounces.sample(st.empty, shots.sampler, shots.ray, None, mi.Bool(True))
        flat[part] = shots.mean(dr.minimum(seen, 30.0))
        si = st.empty.ray_intersect(shots.ray)
        albedo[part] = shots.mean(si.bsdf().eval_diffuse_reflectance(si, si.is_valid()))
        normal[part] = shots.mean(si.sh_frame.n)
    frame = lambda values: np.ascontiguousarray(values.reshape(small[1], small[0], 3))  # noqa: E731
    clean = denoised(frame(flat), frame(albedo), frame(normal))
    if shrink > 1:
        clean = cv2.GaussianBlur(clean, (0, 0), 4)
    return np.maximum(cv2.resize(clean, size, interpolation=cv2.INTER_CUBIC), 0)


def _shadow(st: Stage, size: tuple[int, int], lights: int, seed: int) -> np.ndarray:
    """1 - light on the ground with the product / without it, at half size; the product's own reflected light counts."""
    half, eighth = (size[0] // 2, size[1] // 2), (max(8, size[0] // 8), max(8, size[1] // 8))
    taken, free = _light_taken(st, half, lights, seed + 5)
    # Light thrown back changes slowly, so few places are enough.
    thrown = _light_thrown_back(st, eighth, seed + 6)
    taken -= 0.8 * cv2.resize(thrown, half, interpolation=cv2.INTER_LINEAR)
    grey = np.clip(taken / np.maximum(free, 1e-6), 0, 1)
    return np.clip(_denoised_grey(grey), 0, 1)


def _denoised_grey(grey: np.ndarray, rim: int = 16) -> np.ndarray:
    """The denoiser is unsure at the rim of the frame; a mirrored rim takes that away."""
    rim = min(rim, min(grey.shape) - 1)
    wide = cv2.copyMakeBorder(grey, rim, rim, rim, rim, cv2.BORDER_REFLECT_101)
    return denoised(np.repeat(wide[..., None], 3, 2))[rim:-rim, rim:-rim, 0]


def _ground_points(st: Stage, shots: Shots) -> Any:
    si = st.empty.ray_intersect(shots.ray)
    si.sh_frame.n = dr.select(dr.dot(si.sh_frame.n, shots.ray.d) < 0, si.sh_frame.n, -si.sh_frame.n)
    return si


def _light_taken(st: Stage, size: tuple[int, int], lights: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Light of the lamps on the ground: what the product holds back, and all of it."""
    taken, free = (np.zeros(size[0] * size[1], np.float32) for _ in range(2))
    each = max(1, lights // 16)
    for part, shots in _shoot(st.sensor, np.arange(len(free)), size, 16, seed):
        si = _ground_points(st, shots)
        all_light, held_back = mi.Float(0.0), mi.Float(0.0)
        for _ in range(each):
            there, weight = st.full.sample_emitter_direction(si, shots.sampler.next_2d(), False)
            share = _brightness(weight) * dr.maximum(dr.dot(si.sh_frame.n, there.d), 0)
            way = si.spawn_ray(there.d)
            way.maxt = there.dist * 0.999
            share = dr.select(st.empty.ray_test(way), 0.0, share)
            kept = mi.Float(1.0)
            if st.solid is not None:
                kept = dr.select(st.solid.ray_test(way), 0.0, kept)
            if st.glass is not None:
                kept *= _through_glass(st, way, shots.sampler, there.dist, shine=False)[0]
            all_light += share
            held_back += share * (1 - kept)
        # Sums first, the ratio later: a ratio of single samples would lean to one side.
        free[part], taken[part] = shots.mean(all_light / each)[:, 0], shots.mean(held_back / each)[:, 0]
    return taken.reshape(size[1], size[0]), free.reshape(size[1], size[0])


def _light_thrown_back(st: Stage, size: tuple[int, int], seed: int) -> np.ndarray:
    """Light from the opaque product on the ground."""
    thrown = np.zeros(size[0] * size[1], np.float32)
    if st.solid is not None:
        for part, shots in _shoot(st.sensor, np.arange(len(thrown)), size, 36, seed):
            thrown[part] = shots.mean(_one_thrown_back(st, _ground_points(st, shots), shots.sampler))[:, 0]
    return np.maximum(_denoised_grey(thrown.reshape(size[1], size[0])), 0)


def _one_thrown_back(st: Stage, si: Any, sampler: Any) -> Any:
    way = si.spawn_ray(mi.Frame3f(si.sh_frame.n).to_world(mi.warp.square_to_cosine_hemisphere(sampler.next_2d())))
    meets = st.solid.ray_intersect_preliminary(way).t < st.empty.ray_intersect_preliminary(way).t
    seen, _, _ = st.bounces.sample(st.full, sampler, way, None, meets)
    return dr.select(meets, dr.minimum(_brightness(seen), 5.0), 0.0) * dr.pi


def denoised(colour: np.ndarray, albedo: np.ndarray | None = None, normal: np.ndarray | None = None) -> np.ndarray:
    """Open Image Denoise; without it a mild bilateral filter, which then wants more samples."""
    try:
        import pyoidn
    except ImportError:
        return cv2.bilateralFilter(colour.astype(np.float32), 5, 0.05, 2)
    hints = {} if albedo is None else {"albedo": np.clip(albedo, 0, 1), "normal": normal}
    return np.asarray(pyoidn.denoise(np.ascontiguousarray(colour, np.float32), hdr=True, **hints))


def render(
    product: Sequence[Part],
    ground: Ground,
    light: Light,
    camera: Camera,
    *,
    samples: int = 36,
    border_samples: int = 256,
    seed: int = 1,
) -> Layers:
    """All layers of one picture. The same call with the same seed gives the same picture."""
    st = stage(product, ground, light, camera)
    size = (camera.width, camera.height)
    alpha = _alpha(st, size, seed, border_samples)
    # Eight bits hold the truth; so the photo is made from what eight bits can say.
    alpha = np.round(alpha * 255).astype(np.float32) / 255
    shadow = _shadow(st, size, lights=max(64, 2 * samples), seed=seed)
    shadow = np.round(shadow * 255).astype(np.float32) / 255
    return Layers(
        product=_product(st, alpha, samples, seed).astype(np.float32),
        alpha=alpha,
        ground=_ground(st, size, samples, seed, detailed=ground.detailed).astype(np.float32),
        shadow=np.clip(cv2.resize(shadow, size, interpolation=cv2.INTER_CUBIC), 0, 1),
    )
