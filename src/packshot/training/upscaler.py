"""Our own enlargers: what does a plain filter leave out?

A network of its own for twice, for four times, and for once: that one mends what JPEG did to a photo that is
large enough. Each sees the small picture and tells only what is to be added to its cubic enlargement; it is
taught by nothing but the distance to the truth, so there is nothing to gain by inventing.

Top to bottom: data → net → loss → recipe → training → export. The loop is the segmenter's: a run goes on from
its last checkpoint; the same seed and number of steps give the same weights on the same machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  the name everyone knows it by
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from packshot.image.resample import resize
from packshot.image.types import RGB, Float, size_of
from packshot.training import export, lettering, pack, segmenter, sources
from packshot.training.lettering import Fonts, Lexicon
from packshot.training.segmenter import MEAN, SPREAD, Recipe, Run, Tell, Watch

# ── data: truth ─────────────────────────────────────────────────────────────────────────────────────────────

SHARES = {"labels": 0.38, "clothes": 0.2, "people": 0.2, "renders": 0.15, "textures": 0.07}
"""How often a patch is of each kind. Print comes first: a wrong letter is the worst that can happen."""
MOST = {"renders": 700}
"""Pictures of a kind: views of one thing teach little more."""
PAGES = 500
PAGE = 256
"""Side of a drawn page of print, and of the grounds that renders stand on."""

Truths = dict[str, list[RGB]]
"""Clean pictures by kind. Of photos half of each side is left: what their own JPEG did is gone then."""


def truths(data: Path, fonts: Fonts, lexicon: Lexicon, *, dev: bool = False, seed: int = 0) -> Truths:
    """`dev`: those that are never trained on."""
    rng = default_rng((seed, dev))
    found: Truths = {}
    for ticket in sources.tickets(data, "train") or ():
        kind = KINDS.get(ticket.source)
        if kind is None or pack.is_dev(ticket) != dev:
            continue
        if len(found.setdefault(kind, [])) < MOST.get(kind, 10_000) and (example := ticket.open()):
            found[kind].append(halved(stood(rng, example.rgba) if kind == "renders" else example.rgba))
    found["labels"] = [page(rng, fonts, lexicon, found) for _ in range(PAGES // 8 if dev else PAGES)]
    return found


KINDS = {
    "clothes": "clothes",
    "people": "people",
    "renders": "renders",
    "glass": "renders",
    "surface": "textures",
    "scene": "textures",
}


def halved(picture: NDArray[np.uint8]) -> RGB:
    h, w = picture.shape[:2]
    half = cv2.resize(picture[..., :3], (w // 2, h // 2), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(half, np.uint8)


def stood(rng: Generator, rgba: NDArray[np.uint8]) -> RGB:
    """A render before a ground that runs from one colour to another."""
    share = rgba[..., 3:].astype(np.float32) / 255
    ground = _run_over(rng, rgba.shape[1], rgba.shape[0])
    return (rgba[..., :3] * share + ground * (1 - share)).astype(np.uint8)


def _run_over(rng: Generator, width: int, height: int) -> Float:
    grey = rng.uniform(30, 255) if rng.random() < 0.5 else rng.uniform(200, 255)
    corners = np.clip(grey + rng.normal(0, 12, (2, 2, 1)) + rng.normal(0, 8, (2, 2, 3)), 0, 255)
    return np.asarray(cv2.resize(corners.astype(np.float32), (width, height)), np.float32)


def page(rng: Generator, fonts: Fonts, lexicon: Lexicon, others: Truths) -> RGB:
    """Print as labels and packs bear it, drawn at twice its size: bars, marks, and lines of 5 px and more."""
    side = 2 * PAGE
    pictures = [picture for kind in sorted(others) for picture in others[kind][:40]]
    if pictures and rng.random() < 0.35:
        ground = np.asarray(cv2.resize(pictures[int(rng.integers(len(pictures)))], (side, side)), np.uint8)
    else:
        colours = rng.uniform(0, 255, 3) if rng.random() < 0.5 else rng.uniform(200, 255)
        ground = np.clip(_run_over(rng, side, side) * 0.3 + 0.7 * colours, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 5))):
        _mark(rng, ground)
    for _ in range(int(rng.integers(6, 16))):
        text = lettering.phrase(rng, "ru" if rng.random() < 0.55 else "en", lexicon)
        font = fonts.pick(rng, text)
        height = int(2 * np.exp(rng.uniform(np.log(5), np.log(40))))
        made = lettering.laid(rng, ground, text, font, height) if font else None
        ground = made.picture if made else ground
    return halved(ground)


def _mark(rng: Generator, ground: RGB) -> None:
    """A bar code, a ring, a disc, a plate or a rule; it may reach beyond the picture."""
    side = len(ground)
    x, y = (int(v) for v in rng.integers(0, side, 2))
    w, h = (int(v) for v in rng.integers(8, side // 3, 2))
    ink = tuple(float(v) for v in rng.uniform(0, 255, 3)) if rng.random() < 0.5 else (20.0, 20.0, 20.0)
    match int(rng.integers(5)):
        case 0:
            ground[y : y + h, x : x + w] = 250
            bars = np.repeat(rng.random(w // 3 + 1) < 0.5, int(rng.integers(2, 7)))
            part = ground[y : y + h, x : x + w]
            part[:, bars[: part.shape[1]].nonzero()[0]] = 20
        case 1:
            cv2.ellipse(ground, (x, y), (w, h), 0, 0, 360, ink, int(rng.integers(1, 9)), cv2.LINE_AA)
        case 2:
            cv2.ellipse(ground, (x, y), (w // 2, h // 2), 0, 0, 360, ink, -1, cv2.LINE_AA)
        case 3:
            cv2.rectangle(ground, (x, y), (x + w, y + h), ink, -1)
        case _:
            cv2.line(ground, (x, y), (x + w, y + h - 40), ink, int(rng.integers(1, 5)), cv2.LINE_AA)


# ── data: what happened to it ───────────────────────────────────────────────────────────────────────────────

CLEAN_SHARE = 0.55
"""Of small pictures that were only shrunk. The rest were blurred, sharpened, noisy, and saved as JPEG."""
SPOILT_SHARE = 0.85
"""The same for pictures that keep their size: some are clean, and are to stay as they are."""
SHIFT = 8
"""JPEG's grid of blocks begins anywhere."""


def shrunk(rng: Generator, truth: RGB, scale: int) -> RGB:
    """By one of the kernels that programs and cameras shrink by."""
    size = (truth.shape[1] // scale, truth.shape[0] // scale)
    roll = rng.random()
    if roll < 0.42:
        return np.asarray(cv2.resize(truth, size, interpolation=cv2.INTER_AREA), np.uint8)
    if roll < 0.92:
        kernels = Image.Resampling
        kernel = kernels.BICUBIC if roll < 0.7 else kernels.LANCZOS if roll < 0.84 else kernels.BILINEAR
        return np.asarray(Image.fromarray(truth).resize(size, kernel), np.uint8)
    soft = cv2.GaussianBlur(truth, (0, 0), float(rng.uniform(0.3, 0.5)) * scale)
    return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def spoilt(rng: Generator, picture: RGB) -> RGB:
    """Mildly: a photo that is worse than this needs another photo, no network."""
    out: Any = picture
    if rng.random() < 0.35:
        out = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.2, 0.8)))
    if rng.random() < 0.25:
        soft = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.6, 1.5)))
        more = float(rng.uniform(0.2, 0.8))
        out = cv2.addWeighted(out, 1 + more, soft, -more, 0)
    if rng.random() < 0.4:
        shape = out.shape if rng.random() < 0.5 else (*out.shape[:2], 1)
        out = np.clip(out + rng.normal(0, rng.uniform(0.5, 5), shape), 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        shift = rng.integers(SHIFT, size=2)  # the grid of the second time lies elsewhere
        out = np.roll(jpeg(rng, np.roll(out, shift, (0, 1)), 50, 95), -shift, (0, 1))
    return jpeg(rng, out, 30, 96) if rng.random() < 0.9 else out


def jpeg(rng: Generator, picture: RGB, low: int, high: int) -> RGB:
    quality = int(rng.integers(low, high))
    halved = rng.random() < 0.75
    sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420 if halved else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    how = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    _, data = cv2.imencode(".jpg", picture[..., ::-1], how)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)


class Patches:
    """Patch number n: the small picture, and what is missing in its cubic enlargement."""

    def __init__(self, truths: Truths, size: int, scale: int, seed: int = 0) -> None:
        self.truths, self.size, self.scale, self.seed = truths, size, scale, seed
        self.kinds = [kind for kind in SHARES if truths.get(kind)]
        shares = np.array([SHARES[kind] for kind in self.kinds])
        self.shares = shares / shares.sum()

    def __call__(self, number: int) -> tuple[RGB, NDArray[Any]]:
        rng = default_rng((self.seed, number))
        truth = self.truth(rng)
        if self.scale == 1:
            small = spoilt(rng, truth) if rng.random() < SPOILT_SHARE else truth
        else:
            small = shrunk(rng, truth, self.scale)
            small = small if rng.random() < CLEAN_SHARE else spoilt(rng, small)
        missing = truth.astype(np.int16) - enlarged(small, self.scale)
        return self._inner(rng, small, missing)

    def truth(self, rng: Generator) -> RGB:
        """Wider than asked, so that a grid of blocks can begin anywhere in it."""
        side = self.size + SHIFT * self.scale
        pictures = self.truths[self.kinds[int(rng.choice(len(self.kinds), p=self.shares))]]
        for _ in range(20):
            picture = pictures[int(rng.integers(len(pictures)))]
            if min(picture.shape[:2]) >= side:
                break
        else:
            picture = np.asarray(cv2.resize(picture, (2 * side, 2 * side)), np.uint8)
        top, left = (int(rng.integers(0, length - side + 1)) for length in picture.shape[:2])
        cut = picture[top : top + side, left : left + side]
        cut = cut[:, ::-1] if rng.random() < 0.5 else cut
        return np.ascontiguousarray(np.rot90(cut, int(rng.integers(4))) if rng.random() < 0.5 else cut)

    def _inner(self, rng: Generator, small: RGB, missing: NDArray[Any]) -> tuple[RGB, NDArray[Any]]:
        y, x = (int(v) for v in rng.integers(0, SHIFT + 1, 2))
        side, s = self.size // self.scale, self.scale
        inner = missing[y * s : y * s + self.size, x * s : x * s + self.size]
        return np.ascontiguousarray(small[y : y + side, x : x + side]), np.ascontiguousarray(inner)


def enlarged(small: RGB, scale: int) -> RGB:
    """What the network adds to."""
    if scale == 1:
        return small
    return np.asarray(cv2.resize(small, None, None, scale, scale, cv2.INTER_CUBIC), np.uint8)


# ── net ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Block(nn.Module):
    """No norm: it would move colours."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(width, width, 3, 1, 1), nn.Conv2d(width, width, 3, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.add(x, self.second(F.relu(self.first(x))))


class Upscaler(nn.Module):
    """All at the small picture's size; for once at half of it: it costs a quarter and sees twice as far."""

    def __init__(self, scale: int, width: int, depth: int) -> None:
        super().__init__()
        self.folds, self.grows = (2, 2) if scale == 1 else (1, scale)
        self.head = nn.Conv2d(3 * self.folds**2, width, 3, 1, 1)
        self.body = nn.Sequential(*[Block(width) for _ in range(depth)])
        self.tail = nn.Conv2d(width, 3 * self.grows**2, 3, 1, 1)
        with torch.no_grad():  # it begins as the plain filter
            self.tail.weight.mul_(0.01)
            self.tail.bias.zero_()  # type: ignore[union-attr]

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """What is missing, in SPREADs.

        The last bend leaks: a plain one may close for good, for nothing is the likeliest answer.
        """
        first = self.head(F.pixel_unshuffle(x, self.folds) if self.folds > 1 else x)
        last = F.leaky_relu(first + self.body(first), 0.1)
        return {"missing": F.pixel_shuffle(self.tail(last), self.grows)}


class Shipped(nn.Module):
    def __init__(self, net: Upscaler) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        missing: Tensor = self.net(x)["missing"]
        return missing


# ── loss ────────────────────────────────────────────────────────────────────────────────────────────────────

LUMA = (0.299, 0.587, 0.114)
COLOUR = 0.3
"""Of colour against brightness: eyes and letters live on the latter."""


def losses(_: Tensor, out: dict[str, Tensor], truth: Tensor) -> dict[str, Tensor]:
    """The distance to the truth, in brightness and in each colour."""
    missing = truth[:, 0].permute(0, 3, 1, 2) / SPREAD
    off = out["missing"].float() - missing
    luma = (off * off.new_tensor(LUMA)[:, None, None]).sum(1)
    return {"luma": _bent(luma), "colour": COLOUR * _bent(off)}


def _bent(off: Tensor) -> Tensor:
    """Nearly the absolute distance, with a floor where a quarter of a level is left."""
    return torch.sqrt(off * off + 4e-3**2).mean()


# ── recipe ──────────────────────────────────────────────────────────────────────────────────────────────────

SIZES = {1: 128, 2: 128, 4: 192}
WIDTHS = {1: 48, 2: 40, 4: 64}
DEPTHS = {1: 4, 2: 4, 4: 5}
MINUTES = {1: 10, 2: 30, 4: 15}


def recipe_for(device: str, scale: int) -> Recipe:
    """One stage only. Four times may be wide: the pictures that it is for are small."""
    usual = segmenter.recipe_for(device)
    return replace(
        usual,
        minutes=MINUTES[scale],
        batch=32 if device == "cuda" else 8,
        workers=usual.workers if device == "cuda" else 0,
        size=SIZES[scale],
        small_share=0.0,
        rate=1.5e-3,
        decay=0.0,
        widths=(WIDTHS[scale],),
        depths=(DEPTHS[scale],),
        attention=0,
        scale=scale,
        dev_minutes=4,
    )


# ── training ────────────────────────────────────────────────────────────────────────────────────────────────

DEV_PATCHES = 96
DEV_SEED = 7


def train(
    data: Path,
    fonts: Fonts,
    out: Path,
    recipe: Recipe,
    tell: Tell = print,
    watch: Watch = lambda share, loss: None,
) -> Path:
    """Trains, or goes on from `out/last.pt`; the exported network."""
    torch.manual_seed(recipe.seed)
    cv2.setNumThreads(1)  # OpenCV's threads would not survive the fork that makes loaders
    run = started(recipe)
    segmenter.resume(run, recipe, out, tell)
    lexicon = lettering.lexicon(data / "titles")
    dev = dev_pairs(truths(data, fonts, lexicon, dev=True), recipe)
    patches = Patches(truths(data, fonts, lexicon), recipe.size, recipe.scale, recipe.seed)

    def judge() -> tuple[dict[str, float], RGB | None]:
        return evaluate(run.mean, dev, recipe)

    while not segmenter.done(run, recipe):
        segmenter.stage(run, recipe, patches, judge, out, tell, watch, losses)
    segmenter.save(run, recipe, out)
    return ship(run.mean, recipe, out, judge()[0])


def started(recipe: Recipe) -> Run[Upscaler]:
    net, mean = new_net(recipe), new_net(recipe)
    mean.load_state_dict(net.state_dict())
    return Run(net, mean, segmenter.optimiser_of(net, recipe))


def new_net(recipe: Recipe) -> Upscaler:
    net = Upscaler(recipe.scale, recipe.widths[0], recipe.depths[0])
    return net.to(recipe.device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    kind: str
    """What happened to the truth: area, bicubic, spoilt; for once jpeg, clean."""
    small: RGB
    truth: RGB


def dev_pairs(known: Truths, recipe: Recipe) -> list[Pair]:
    ways = WAYS_ONCE if recipe.scale == 1 else WAYS
    patches = Patches(known, recipe.size, recipe.scale, DEV_SEED)
    pairs = []
    for number in range(DEV_PATCHES):
        rng = default_rng((DEV_SEED, number))
        truth = patches.truth(rng)
        pairs += [Pair(kind, way(rng, truth, recipe.scale), truth) for kind, way in ways.items()]
    return pairs


def by_area(_: Generator, truth: RGB, scale: int) -> RGB:
    size = (truth.shape[1] // scale, truth.shape[0] // scale)
    return np.asarray(cv2.resize(truth, size, interpolation=cv2.INTER_AREA), np.uint8)


def by_bicubic(_: Generator, truth: RGB, scale: int) -> RGB:
    size = (truth.shape[1] // scale, truth.shape[0] // scale)
    return np.asarray(Image.fromarray(truth).resize(size, Image.Resampling.BICUBIC), np.uint8)


def by_a_bad_shop(rng: Generator, truth: RGB, scale: int) -> RGB:
    return spoilt(rng, shrunk(rng, truth, scale))


Way = Callable[[Generator, RGB, int], RGB]
WAYS: dict[str, Way] = {"area": by_area, "bicubic": by_bicubic, "spoilt": by_a_bad_shop}
WAYS_ONCE: dict[str, Way] = {
    "jpeg": lambda rng, truth, scale: jpeg(rng, truth, 30, 61),
    "clean": lambda rng, truth, scale: truth,
}


@torch.inference_mode()
def evaluate(net: Upscaler, dev: Sequence[Pair], recipe: Recipe) -> tuple[dict[str, float], RGB | None]:
    """Decibels above Lanczos by what happened to the truth, and a sheet: Lanczos, the net, the truth."""
    net.eval()
    gains: dict[str, list[float]] = {}
    tiles = []
    for k, pair in enumerate(dev):
        plain = resize(pair.small, size_of(pair.truth))
        made = applied(net, pair.small, recipe)
        gains.setdefault(pair.kind, []).append(decibels(made, pair.truth) - decibels(plain, pair.truth))
        if k % max(1, len(dev) // 48) == 0:
            tiles.append(np.hstack([plain, made, pair.truth])[:96, :].copy())
    return {kind: float(np.mean(values)) for kind, values in gains.items()}, segmenter.sheet(tiles, 3)


@torch.inference_mode()
def applied(net: Upscaler, small: RGB, recipe: Recipe) -> RGB:
    x = torch.tensor(small).to(recipe.device)[None].permute(0, 3, 1, 2).float()
    with segmenter.half_precision(recipe.device):
        out = net((x / 255 - MEAN) / SPREAD)
    missing = out["missing"][0].float().permute(1, 2, 0).cpu().numpy() * (255 * SPREAD)
    return np.asarray(np.clip(enlarged(small, recipe.scale) + missing + 0.5, 0, 255), np.uint8)


def decibels(made: RGB, truth: RGB) -> float:
    """PSNR of the brightness; at most 60, for the same is infinitely alike."""
    off = (made.astype(np.float32) - truth) @ np.array(LUMA, np.float32)
    return float(min(60.0, 10 * np.log10(255**2 / max(1e-9, float((off**2).mean())))))


# ── export ──────────────────────────────────────────────────────────────────────────────────────────────────

ANY = {0: "batch", 2: "height", 3: "width"}


def ship(net: Upscaler, recipe: Recipe, out: Path, figures: dict[str, float]) -> Path:
    """Writes `upscale_xN.onnx` and its card, and proves that both networks say the same."""
    made_by = f"packshot train upscaler --scale {recipe.scale}"
    head = {"task": "upscale", "made_by": made_by, "scale": recipe.scale}
    path = out / f"upscale_x{recipe.scale}.onnx"
    shipped = Shipped(export.rounded(net)).eval()
    return export.ship(shipped, ("missing",), export.probe(64), path, head, recipe, figures, ANY)
