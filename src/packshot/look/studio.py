"""The studio path: on a gently shaded ground the product is what is not ground and not its shadow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from packshot.image.kept import by_area
from packshot.image.pieces import pieces
from packshot.image.types import RGB, Box, Float, Grey, Size, box_of, size_of
from packshot.look import evidence, glass, ground
from packshot.look.channels import largest, summed
from packshot.look.evidence import Eye, Light, Reading
from packshot.look.ground import Rim
from packshot.look.inside import halved
from packshot.look.mask import with_true_holes, without_debris
from packshot.look.spread import spread
from packshot.look.walk import walk

Mask = NDArray[np.bool_]

LONGEST = 448
"""Photos are shrunk to this, the size at which the clues were measured; a wire of one pixel of 2000
still shows there."""
FAINT_EDGE = 1.2
"""Crispness that plain ground does not have: in noise alone 99.5 % of pixels stay below."""
NOISY = 1.2
"""Levels of noise from which the picture is smoothed before it is read."""
DOOR = 9
"""Pixels: gaps in an outline narrower than this let no ground in."""
LEFT_BEHIND = 2.0
"""Crispness of an edge on the ground that speaks of something there; a penumbra stays below."""
FAINTER = 0.25
"""Of the outline's usual crispness. Well cut goods (IoU 0.97 and more, val) that stay sure: 81 %, with one
bar for all 57 %; of badly cut ones (below 0.92) 39 % are doubted."""
LEAST_EDGE = 12
"""Pixels of such an edge that hang together; less is noise or lint."""
HALF_SEEN = 0.55
"""Much left behind asks for a second opinion and for a person; it does not say that nothing is there."""
CALM = 2.0
"""Crispness inside a hole: the ground seen through handles stays below 0.5, a barcode's bars reach 3.5."""
MARGIN = 24
"""Ground kept around the product in view: what the widest clue looks at."""
SAY = 0.02
"""What a pixel's own log-odds weigh in the random walk beside its neighbours' word; in doubt they weigh
less (by the square), so that a patch without edges is decided by its sure pixels."""
GLASS = 0.6
"""What is left of the confidence where glass was guessed: plain goods can look the same."""
LEAST_TRUST = 0.3
"""Below it the ground is no ground: plain places may be goods, thin lines a pattern's."""
JOINTS, TILED = 4, 0.6
"""Lines that leave the frame from which the ground is tiled, and what is left of its evenness then: a studio
that takes joints for goods must not be certain."""
LEAST_EVEN = 0.15
"""Below it the clues are not even asked."""
GOODS = 3.0
"""Log-odds of a network from which plain ground may be goods after all."""
HOLE = -2.0
"""Log-odds below which a pixel inside the product is believed to show the ground."""


def shrunk(pixels: RGB, longest: int = LONGEST) -> RGB:
    """At most `longest`. Exact halves first: OpenCV is ten times as fast there as at other factors."""
    size = size_of(pixels)
    while size.long_side >= 2 * longest:
        size = Size((size.width + 1) // 2, (size.height + 1) // 2)
        pixels = by_area(pixels, size)
    if size.long_side > longest:
        pixels = by_area(pixels, size.scaled(longest / size.long_side))
    return pixels


@dataclass(frozen=True, eq=False)
class Scene:
    """The ground, and the clues to what stands on it."""

    rim: Rim
    surface: Float
    noise: float
    box: Box
    """Everything that is not open ground, with some ground around; the next ones are of this size."""
    light: Light
    flat: Mask
    """Plain ground that hangs together with the rim."""
    crisp: Float
    steep: Float
    reading: Reading

    def clues(self, eye: Eye) -> tuple[Float, ...]:
        return evidence.clues(self.light, self.noise, self.crisp, self.steep, self.flat, eye)

    @cached_property
    def evenness(self) -> float:
        """0…1: how far the rim is one smooth ground. Half of it must be; noise above 6 levels makes every
        outline doubtful."""
        covered = np.clip((self.rim.even_share - 0.35) / 0.4, 0, 1)
        calm = np.clip((14 - self.rim.noise) / 8, 0, 1)
        return float(covered * calm) * (TILED if self.is_tiled else 1.0)

    @cached_property
    def is_tiled(self) -> bool:
        """Thin lines run out of the frame in many places: joints between tiles or boards, and no wires."""
        lines = evidence.wires(self.light, self.noise, self.flat).astype(np.int8)
        height, width = self.surface.shape[:2]
        rims = (
            (lines[0], self.box.top == 0), (lines[-1], self.box.bottom == height),
            (lines[:, 0], self.box.left == 0), (lines[:, -1], self.box.right == width),
        )  # fmt: skip
        ends = sum(np.count_nonzero(np.diff(rim, prepend=0) == 1) for rim, is_frame in rims if is_frame)
        return ends >= JOINTS

    @property
    def is_even(self) -> bool:
        """Even enough for the clues to mean anything."""
        return self.evenness >= LEAST_EVEN

    @cached_property
    def said(self) -> Float:
        """Log-odds for product, by all eyes."""
        said = np.zeros(self.flat.shape, np.float32)
        for eye, share in self.reading.eyes:
            said += np.float32(share) * evidence.odds(self.clues(eye), self.crisp, self.flat, eye)
        return said


@dataclass(frozen=True, eq=False)
class Draft:
    """What the studio path found, at the size of `small`; its own measures are taken when asked for."""

    small: RGB
    scene: Scene
    chance: Float
    """Of each pixel to be product, after the random walk."""
    mask: Grey
    """1 where the product is: holes and debris settled."""
    walls: Grey | None = None
    """Where the ground shines through: 255 is solid. None: no glass."""

    @cached_property
    def share(self) -> Float:
        """Of the ground's light that reaches each pixel, a channel each; below 1 in the shadow."""
        return shade(self.small, self.scene.surface, self.mask)

    @cached_property
    def behind(self) -> RGB:
        """The ground as it is lit, shadow included, also under the product."""
        return (self.share * self.scene.surface + 0.5).astype(np.uint8)

    @cached_property
    def confidence(self) -> float:
        """Every term can make it small; none can make up for another. `whole` is not among them: what was
        left behind sends a photo to a person, and is no reason to believe another opinion more."""
        outline = contrast(self.small, self.behind, self.mask, self.scene.noise)
        clear = 1.0 if self.walls is None else GLASS
        return self.scene.evenness * outline * decided(self.chance, self.mask) * held(self.mask) * clear

    @cached_property
    def whole(self) -> float:
        """HALF_SEEN…1: how little was left behind: crisp edges on the ground are parts that were missed."""
        return whole(self.scene.crisp, self.mask[self.scene.box.slices])


def scene(small: RGB, reading: Reading | None = None, prior: Float | None = None) -> Scene:
    """`reading`: another than the one that suits the ground, to measure it. `prior` (see `settled`) says
    where else to look: white goods on white hardly differ from it."""
    rim = ground.fit_rim(small)
    if NOISY < rim.noise < 4 * NOISY:
        small = cv2.bilateralFilter(small, 5, 5 * rim.noise, 2)
    surface, noise = _settle(small, rim)
    pixels = small.astype(np.float32)
    light = evidence.lit(pixels, surface)
    crisp, steep = evidence.barriers(pixels, surface, noise)
    reading = reading or evidence.reading_for(surface)
    flat = _open(light.away < 2.5 * noise + reading.plain, crisp)
    speckless = cv2.erode((~flat).astype(np.uint8), np.ones((2, 2), np.uint8))
    if prior is not None:
        speckless = speckless | (prior > GOODS)
    box = (box_of(speckless) or Box(0, 0, 0, 0)).grown(MARGIN, size_of(small))
    y, x = box.slices
    light = Light(light.left[y, x], light.drift[y, x], light.away[y, x])
    crisp, flat = np.ascontiguousarray(crisp[y, x]), np.ascontiguousarray(flat[y, x])
    steep = np.ascontiguousarray(steep[y, x])
    return Scene(rim, surface, noise, box, light, flat, crisp, steep, reading)


def leaning(said: Float, flat: Mask) -> Float:
    """Log-odds as the random walk wants them: for product above 0, for ground below."""
    weighed = SAY * said * (said / evidence.SURE) ** 2
    return np.where(flat, -2, weighed).astype(np.float32)


def draft(small: RGB) -> Draft:
    """Ground first, then shadows, then what is left."""
    return settled(scene(small), small)


def settled(found: Scene, small: RGB, prior: Float | None = None, trust: float = 1.0) -> Draft:
    """`prior`: log-odds for product that a network has, one a pixel; `trust`: what the clues weigh beside."""
    flat = found.flat
    y, x = found.box.slices
    if prior is None:
        said = found.said.copy()
        said[evidence.too_dark(found.light, found.surface[y, x])] = evidence.SURE
    else:
        heard = prior[y, x]
        own = np.where(flat, 0, np.float32(trust) * found.said) if found.is_even else 0
        said = np.clip(own + heard, -evidence.SURE, evidence.SURE)
        flat = flat & (heard < (GOODS if trust > LEAST_TRUST else 0))
    if trust > LEAST_TRUST:
        said[evidence.wires(found.light, found.noise, flat)] = evidence.SURE
    lean = leaning(said + np.float32(trust * found.reading.towards), flat)
    inner = 0 * said if flat.all() else walk(found.crisp, lean)
    chance = np.zeros(small.shape[:2], np.float32)
    mask = np.zeros(small.shape[:2], np.uint8)
    chance[y, x] = inner
    mask[y, x] = _cleaned(found, said, inner, HOLE * trust)
    clear = glass.walls(found.light, found.crisp, found.surface[y, x], found.noise, mask[y, x])
    walls = None if clear is None else _placed(clear, found.box, mask.shape)
    return Draft(small, found, chance, mask, walls)


def _placed(inner: Float, box: Box, shape: tuple[int, ...]) -> Grey:
    whole = np.full(shape, 255, np.uint8)
    whole[box.slices] = inner * 255 + 0.5
    return whole


def _cleaned(found: Scene, said: Float, chance: Float, hole: float) -> Grey:
    """A hole must be the ground's colour in some light, and the pixels in it must say so themselves."""
    light, noise = found.light, found.noise
    like_ground = (light.drift < 3 * noise + 4) & (light.left < 1 + (3 * noise + 3) / 255)
    like_ground &= (light.left > 0.3) & (chance < 0.5) & (said < hole) & (found.crisp < CALM)
    raw = (chance >= 0.5).astype(np.uint8)
    return without_debris(with_true_holes(raw, like_ground))


def contrast(small: RGB, behind: RGB, mask: Grey, noise: float) -> float:
    """0…1. Just inside the outline: the share of pixels that are clearly not the ground behind."""
    if not mask.any():
        return 0.0
    inner = mask - cv2.erode(mask, np.ones((5, 5), np.uint8), borderValue=1)
    away = largest(cv2.absdiff(small, behind))[inner > 0]
    return float(np.clip((away > 3 * noise + 4).mean() / 0.8, 0, 1)) if away.size else 0.0


def decided(chance: Float, mask: Grey) -> float:
    """0…1: how little was in doubt between product, shadow and ground: 4 p (1 − p) of every pixel near the
    product, beside the product's own area."""
    near = cv2.dilate(mask, np.ones((9, 9), np.uint8))
    if not mask.any():
        return 0.0
    doubt = float((4 * chance * (1 - chance))[near > 0].sum()) / float(mask.sum())
    return float(np.clip(1.1 - 1.5 * doubt, 0, 1))


def whole(crisp: Float, mask: Grey) -> float:
    """Edges away from the mask, beside its outline's own length: samples that are cut out well reach 0.63,
    a mug that lost its handle 1.15. An edge far fainter than the product's own outline is a shadow's."""
    square = np.ones((3, 3), np.uint8)
    outline = mask - cv2.erode(mask, square)
    usual = float(np.median(crisp[outline > 0])) if outline.any() else 0.0
    free = 1 - cv2.dilate(mask, np.ones((9, 9), np.uint8))
    edge = crisp > np.clip(FAINTER * usual, LEFT_BEHIND, 4 * LEFT_BEHIND)
    _, _, stats = pieces(edge.astype(np.uint8) & free)
    edges = stats[1:, cv2.CC_STAT_AREA]
    left = float(edges[edges >= LEAST_EDGE].sum())
    return float(np.clip(1.5 - left / max(1.0, float(outline.sum())), HALF_SEEN, 1))


def held(mask: Grey) -> float:
    """0…1: 1 where the product is inside the frame, less the more of the rim it takes."""
    rim = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return float(np.clip(1.1 - 2 * rim.mean(), 0, 1))


def _settle(small: RGB, rim: Rim) -> tuple[Float, float]:
    """The surface refined with ground pixels found inside, twice; at half size, for it is smooth."""
    half = halved(small)
    surface = cv2.resize(rim.surface, half.shape[1::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
    for reach in (3.0, 1.0):
        flat = _reached(_away(half, surface) < reach * (2.5 * rim.noise + 2))
        surface = ground.refine(half, surface, flat)
    flat = _reached(_away(half, surface) < 2.5 * rim.noise + 3)
    surface = ground.bend(half, surface, flat)
    surface = cv2.resize(surface, small.shape[1::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
    away = _away(small, surface)
    away = away[away < 2.5 * rim.noise + 3]
    return surface, float(np.median(away)) / 1.25 if away.size else rim.noise


def _away(small: RGB, surface: Float) -> Float:
    return largest(cv2.absdiff(small.astype(np.float32), surface))


def _reached(flat: Mask) -> Mask:
    """Those that hang together with the rim."""
    padded = cv2.copyMakeBorder(flat.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    cv2.floodFill(padded, None, (0, 0), 2)
    reached: Mask = padded[1:-1, 1:-1] == 2
    return reached


def _open(flat: Mask, crisp: Float) -> Mask:
    """Plain ground that the rim reaches without squeezing through gaps or over faint edges."""
    free = cv2.medianBlur((flat & (crisp < FAINT_EDGE)).astype(np.uint8), 3)
    door = np.ones((DOOR, DOOR), np.uint8)
    wide = _reached(cv2.erode(free, door, borderValue=1) > 0)
    opened: Mask = (cv2.dilate(wide.astype(np.uint8), door) > 0) & flat
    return opened


def shade(small: RGB, surface: Float, product: Grey) -> Float:
    """The ground as it is lit, shadow included, also under the product: per channel share of light."""
    near = cv2.dilate(product, np.ones((5, 5), np.uint8))
    seen = (near == 0).astype(np.float32)
    share = np.clip(small / np.maximum(surface, 1), 0, 1.1).astype(np.float32)
    return spread(share, seen)


def shadow(draft: Draft) -> Grey | None:
    """Share of the ground's light taken away, 255 = all, at half the draft's size; None: no shadow."""
    share = summed(draft.share) / 3
    size = ((share.shape[1] + 1) // 2, (share.shape[0] + 1) // 2)
    taken = 1 - cv2.resize(cv2.GaussianBlur(share, (0, 0), 1.5), size, interpolation=cv2.INTER_AREA)
    # What noise and the surface's own error can take is no shadow.
    floor = (2 * draft.scene.noise + 3) / 255
    taken = np.where(taken > floor, taken, np.clip(2 * taken - floor, 0, 1))
    if float(taken.max()) < 2 * floor:
        return None
    return (np.clip(taken, 0, 1) * 255 + 0.5).astype(np.uint8)
