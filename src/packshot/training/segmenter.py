"""Our own segmentation network: which pixels of a photo are goods?

Top to bottom: data → net → loss → recipe → training → export. A run goes on from its last checkpoint, and the
same seed and number of steps give the same weights on the same machine.
"""

from __future__ import annotations

import csv
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  the name everyone knows it by
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.utils.data import DataLoader, Dataset

from packshot.errors import BadOption
from packshot.image.types import RGB, Grey
from packshot.training import pack
from packshot.training.compose import Composer
from packshot.training.sources import PHOTO, Example
from packshot.words import Words, say, verbatim

Tell = Callable[[Words], None]
"""Hears a line now and then."""
Watch = Callable[[float, float], None]
"""Hears after every step how far the run is (0…1) and what it loses."""
Lesson = Callable[[Tensor, dict[str, Tensor], Tensor], dict[str, Tensor]]
"""Photos, what the net says of them, the truth → the parts of the loss."""
Seen = list[tuple[str, RGB, Grey]]
"""Pictures to be judged by: source, colours, truth."""
Judge = Callable[[], tuple[dict[str, float], RGB | None]]
"""How good is the run's mean now? Figures, and a sheet to look at."""
Net = TypeVar("Net", bound=nn.Module)

# ── data ────────────────────────────────────────────────────────────────────────────────────────────────────


class Pictures(Protocol):
    """Picture number n: colours and truth, `size` × `size`."""

    size: int

    def __call__(self, number: int) -> tuple[RGB, Grey]: ...


class Numbered(Dataset[tuple[Tensor, Tensor]]):
    """Picture number `first`, `first + 1`, …: made when asked for, the same whoever asks."""

    def __init__(self, pictures: Pictures, first: int, count: int) -> None:
        self.pictures, self.first, self.count = pictures, first, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        colours, alpha = self.pictures(self.first + index)
        return torch.from_numpy(colours), torch.from_numpy(alpha)


def batches(pictures: Pictures, recipe: Recipe, step: int) -> Iterator[tuple[Tensor, Tensor]]:
    data = Numbered(pictures, step * recipe.batch, 10_000_000)
    loader = DataLoader(
        data,
        recipe.batch,
        num_workers=recipe.workers,
        drop_last=True,
        pin_memory=recipe.device == "cuda",
        worker_init_fn=_one_thread,
        prefetch_factor=4 if recipe.workers else None,
    )
    return iter(loader)


def _one_thread(worker: int) -> None:
    cv2.setNumThreads(1)


def prepared(colours: Tensor, alpha: Tensor, device: str) -> tuple[Tensor, Tensor]:
    """Bytes as they come → what the net takes (see MEAN, SPREAD), and the truth 0…1."""
    x = colours.to(device, non_blocking=True).permute(0, 3, 1, 2).float()
    x = ((x / 255 - MEAN) / SPREAD).contiguous(memory_format=torch.channels_last)
    return x, alpha.to(device, non_blocking=True)[:, None].float() / 255


MEAN, SPREAD = 0.5, 0.25


def dev_pictures(found: list[Example], size: int, composed: int = 160) -> Seen:
    """Real photos squeezed as at work, and products never trained on, composed on such grounds."""
    own = [e for e in found if pack.is_dev(e)]
    out = [(e.source, *squeezed(e, size)) for e in own if e.kind == PHOTO]
    if any(e.kind != PHOTO for e in own):
        composer = Composer([e for e in own if e.kind != PHOTO], size, seed=7)
        out += [("composed", *composer(number)) for number in range(composed)]
    return out


def squeezed(photo: Example, size: int) -> tuple[RGB, Grey]:
    """The whole photo without its proportions, as the network sees it at work."""
    seen = np.asarray(cv2.resize(photo.rgba, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
    return seen[..., :3], seen[..., 3]


# ── net ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Conv(nn.Module):
    """Convolution, norm, bend. `fuse` makes one convolution of the first two."""

    def __init__(self, inputs: int, outputs: int, side: int = 3, stride: int = 1, bend: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, side, stride, side // 2, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs)
        self.bend = bend

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.conv(x))
        return F.relu(x) if self.bend else x

    def fuse(self) -> None:
        if isinstance(self.norm, nn.BatchNorm2d):
            self.conv = fuse_conv_bn_eval(self.conv.eval(), self.norm.eval())
            self.norm = nn.Identity()


def fuse(net: nn.Module) -> None:
    for part in net.modules():
        if isinstance(part, Conv):
            part.fuse()


class Block(nn.Module):
    """Plain 3×3 residual; wide depthwise blocks are smaller, but slower to train on CPUs."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = Conv(width, width), Conv(width, width, bend=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.second(self.first(x)))


class Attention(nn.Module):
    """Every place of the coarse level looks at every other: what is the goods, what is the room?"""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.place = nn.Conv2d(width, width, 3, 1, 1, groups=width)
        self.ask, self.tell = Conv(width, 3 * width, 1, bend=False), Conv(width, width, 1, bend=False)
        self.think = nn.Sequential(Conv(width, 2 * width, 1), Conv(2 * width, width, 1, bend=False))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.place(x)
        b, c, h, w = x.shape
        q, k, v = self.ask(x).reshape(b, 3, self.heads, c // self.heads, h * w).transpose(-1, -2).unbind(1)
        seen = F.scaled_dot_product_attention(q, k, v).transpose(-1, -2).reshape(b, c, h, w)
        x = x + self.tell(seen)
        return torch.add(x, self.think(x))


class Segmenter(nn.Module):
    """Five levels down, attention at the bottom, four up; the photo itself joins again at half size."""

    def __init__(self, widths: tuple[int, ...], depths: tuple[int, ...], attention: int = 2) -> None:
        super().__init__()
        w1, w2, w3, w4, w5 = widths
        self.down1 = Conv(3, w1, stride=2)
        self.down2 = level(w1, w2, depths[0])
        self.down3 = level(w2, w3, depths[1])
        self.down4 = level(w3, w4, depths[2])
        self.down5 = nn.Sequential(level(w4, w5, depths[3]), *[Attention(w5) for _ in range(attention)])
        self.up4, self.join4 = Conv(w5, w4, 1), Block(w4)
        self.up3, self.join3 = Conv(w4, w3, 1), Block(w3)
        self.up2, self.join2 = Conv(w3, w2, 1), Block(w2)
        self.up1, self.join1 = Conv(w2, w1, 1), Conv(w1 + 12, w1)
        self.alpha = nn.Conv2d(w1, 4, 3, 1, 1)
        self.alpha3, self.alpha4 = nn.Conv2d(w3, 1, 1), nn.Conv2d(w4, 1, 1)
        self.present = nn.Linear(w5, 1)
        self.sure = nn.Sequential(nn.Linear(w5 + w3 + 3, 48), nn.ReLU(), nn.Linear(48, 1))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Logits: alpha at full size, at an eighth and a sixteenth; is there a product; how good is this."""
        d1 = self.down1(x)
        d2 = self.down2(d1)
        d3 = self.down3(d2)
        d4 = self.down4(d3)
        d5 = self.down5(d4)
        u4 = self.join4(d4 + doubled(self.up4(d5)))
        u3 = self.join3(d3 + doubled(self.up3(u4)))
        u2 = self.join2(d2 + doubled(self.up2(u3)))
        u1 = self.join1(torch.cat([d1 + doubled(self.up1(u2)), F.pixel_unshuffle(x, 2)], 1))
        alpha = F.pixel_shuffle(self.alpha(u1), 2)
        coarse, fine = d5.mean((2, 3)), u3.mean((2, 3))
        told = torch.cat([coarse, fine, _summary(alpha)], 1).detach()
        return {
            "alpha": alpha, "alpha3": self.alpha3(u3), "alpha4": self.alpha4(u4),
            "present": self.present(coarse), "sure": self.sure(told),
        }  # fmt: skip

    def fused(self) -> Segmenter:
        fuse(self)
        return self


def level(inputs: int, outputs: int, depth: int) -> nn.Sequential:
    return nn.Sequential(Conv(inputs, outputs, stride=2), *[Block(outputs) for _ in range(depth)])


def doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def _summary(alpha: Tensor) -> Tensor:
    """Coverage, doubt, and doubt as a share of the coverage."""
    chance = torch.sigmoid(alpha.float())
    covered, doubt = chance.mean((2, 3)), (chance * (1 - chance)).mean((2, 3)) * 4
    return torch.cat([covered, doubt, doubt / (covered + 0.02)], 1)


# ── loss ────────────────────────────────────────────────────────────────────────────────────────────────────


def losses(out: dict[str, Tensor], truth: Tensor) -> dict[str, Tensor]:
    """Each pixel (edges five times), the shape, its outline, two coarse levels, what it says of itself."""
    logits = out["alpha"].float()
    chance = torch.sigmoid(logits)
    edge = (truth - F.avg_pool2d(truth, 9, 1, 4, count_include_pad=False)).abs().clamp(max=0.5) * 2
    weight = 1 + 4 * edge
    overlap = soft_iou(chance, truth)
    present = (truth.mean((2, 3)) > 1e-3).float()
    return {
        "pixels": (F.binary_cross_entropy_with_logits(logits, truth, reduction="none") * weight).mean(),
        "shape": (1 - overlap).mean(),
        "outline": _slopes(chance, truth) + ((chance - truth).abs() * weight).mean(),
        "coarse": 0.3 * _coarse(out["alpha3"], truth) + 0.2 * _coarse(out["alpha4"], truth),
        "present": 0.1 * F.binary_cross_entropy_with_logits(out["present"].float(), present),
        "sure": 0.1 * F.binary_cross_entropy_with_logits(out["sure"].float(), overlap.detach()[:, None]),
    }


def soft_iou(chance: Tensor, truth: Tensor) -> Tensor:
    """Per picture; an empty picture found empty counts as 1."""
    slack = 0.002 * truth.shape[-1] * truth.shape[-2]
    least, most = torch.minimum(chance, truth).sum((1, 2, 3)), torch.maximum(chance, truth).sum((1, 2, 3))
    return (least + slack) / (most + slack)


def _coarse(logits: Tensor, truth: Tensor) -> Tensor:
    side = (logits.shape[-2], logits.shape[-1])
    return F.binary_cross_entropy_with_logits(logits.float(), F.adaptive_avg_pool2d(truth, side))


def _slopes(chance: Tensor, truth: Tensor) -> Tensor:
    off = chance - truth
    return (off[..., 1:] - off[..., :-1]).abs().mean() + (off[..., 1:, :] - off[..., :-1, :]).abs().mean()


# ── recipe ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what comes out."""

    minutes: float | None = 90
    """Time decides how far the run is; `steps`, where given, decides instead and makes the run repeatable."""
    steps: int | None = None
    seed: int = 0
    device: str = "cpu"
    workers: int = 1
    batch: int = 16
    small: int = 256
    """Side of the pictures at first; coarse shapes are learned four times as fast there."""
    size: int = 384
    """Side at the end, and at work."""
    small_share: float = 0.6
    rate: float = 2e-3
    decay: float = 0.02
    warm: int = 200
    """Steps until the full rate."""
    average: float = 0.998
    widths: tuple[int, ...] = (16, 32, 64, 128, 176)
    depths: tuple[int, ...] = (1, 2, 4, 3)
    attention: int = 2
    scale: int = 1
    """How many times an upscaler enlarges."""
    dev_minutes: float = 5
    save_minutes: float = 2
    parent: str = ""
    """sha256 of the weights that a fine-tuning began with."""


FREE = ("device", "workers", "minutes", "dev_minutes", "save_minutes")
"""Where and how long: these may change when a run goes on, the rest makes the weights what they are."""


def recipe_for(device: str) -> Recipe:
    """On a GPU batches and workers grow: it waits for pictures, not they for it."""
    if device == "cuda":
        return Recipe(device="cuda", minutes=25, batch=64, workers=min(16, max(1, (os.cpu_count() or 2) - 1)))
    return Recipe()


def device_named(name: str | None) -> str:
    """None: the best there is."""
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise BadOption(say("PyTorch sees no CUDA device here."), say("Train with --device cpu."))
    return name or ("cuda" if there else "cpu")


@dataclass(slots=True)
class Run(Generic[Net]):
    """What a checkpoint holds, of any of our networks."""

    net: Net
    mean: Net
    """The running mean of the weights: steadier, and what is shipped."""
    optimiser: torch.optim.Optimizer
    step: int = 0
    minutes: float = 0.0
    log: list[dict[str, Any]] = field(default_factory=list)


# ── training ────────────────────────────────────────────────────────────────────────────────────────────────


def train(
    found: list[Example],
    out: Path,
    recipe: Recipe,
    tell: Tell = print,
    watch: Watch = lambda share, loss: None,
) -> Path:
    """Trains, or goes on from `out/last.pt`; the path of the exported network."""
    torch.manual_seed(recipe.seed)
    recipe = replace(recipe, parent="")
    run = started(recipe)
    resume(run, recipe, out, tell)
    dev = dev_pictures(found, recipe.size)
    known = [e for e in found if not pack.is_dev(e)]

    def judge() -> tuple[dict[str, float], RGB | None]:
        return evaluate(run.mean, dev, recipe)

    while not done(run, recipe):
        size = recipe.small if share_of(run, recipe) < recipe.small_share else recipe.size
        stage(run, recipe, Composer(known, size, recipe.seed), judge, out, tell, watch)
    save(run, recipe, out)
    from packshot.training.export import export

    return export(run.mean, recipe, out, judge()[0])


def started(recipe: Recipe) -> Run[Segmenter]:
    net, mean = new_net(recipe), new_net(recipe)
    mean.load_state_dict(net.state_dict())
    return Run(net, mean, optimiser_of(net, recipe))


def plain(x: Tensor, out: dict[str, Tensor], truth: Tensor) -> dict[str, Tensor]:
    return losses(out, truth)


def stage(
    run: Run[Net],
    recipe: Recipe,
    pictures: Pictures,
    judge: Judge,
    out: Path,
    tell: Tell,
    watch: Watch,
    lesson: Lesson = plain,
) -> None:
    """Steps at one picture size, until the next size is due or the end."""
    began, before = time.monotonic(), run.minutes
    saved = looked = before
    shown: dict[str, float] = {}
    final = pictures.size == recipe.size
    for colours, alpha in batches(pictures, recipe, run.step):
        x, truth = prepared(colours, alpha, recipe.device)
        parts = step(run, recipe, x, truth, lesson)
        for name, value in parts.items():
            shown[name] = 0.98 * shown.get(name, value) + 0.02 * value
        run.minutes = before + (time.monotonic() - began) / 60
        watch(share_of(run, recipe), sum(shown.values()))
        ended = done(run, recipe) or (not final and share_of(run, recipe) >= recipe.small_share)
        if run.minutes - looked >= recipe.dev_minutes or ended:
            looked = run.minutes
            figures, sheet = judge()
            _note(run, shown, figures, out, tell)
            if sheet is not None:
                cv2.imwrite(str(out / "dev.jpg"), sheet)
        if run.minutes - saved >= recipe.save_minutes:
            saved = run.minutes
            save(run, recipe, out)
        if ended:
            return


def step(run: Run[Net], recipe: Recipe, x: Tensor, truth: Tensor, lesson: Lesson = plain) -> dict[str, float]:
    rate = recipe.rate * _warmth(share_of(run, recipe), run.step, recipe.warm)
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    run.net.train()
    with half_precision(recipe.device):
        out = run.net(x)
    parts = lesson(x, out, truth)
    each = torch.stack(list(parts.values()))
    run.optimiser.zero_grad(set_to_none=True)
    each.sum().backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(run.net.parameters(), 2.0)
    run.optimiser.step()
    run.step += 1
    _averaged(run, min(recipe.average, 1 - 1 / (1 + run.step / 4)))
    return dict(zip(parts, each.detach().tolist(), strict=True))


@torch.inference_mode()
def evaluate(net: Segmenter, dev: Seen, recipe: Recipe) -> tuple[dict[str, float], RGB | None]:
    """Mean IoU and error by source, and a sheet of some pictures with what the net says of them."""
    net.eval()
    scores: dict[str, list[float]] = {}
    tiles = []
    every = max(1, len(dev) // 40)
    for start in range(0, len(dev), recipe.batch):
        part = dev[start : start + recipe.batch]
        colours = torch.from_numpy(np.stack([colours for _, colours, _ in part]))
        alphas = torch.from_numpy(np.stack([alpha for _, _, alpha in part]))
        x, truth = prepared(colours, alphas, recipe.device)
        with half_precision(recipe.device):
            chance = torch.sigmoid(net(x)["alpha"].float())
        both = ((chance >= 0.5) & (truth >= 0.5)).sum((1, 2, 3)) + 1e-6
        either = ((chance >= 0.5) | (truth >= 0.5)).sum((1, 2, 3)) + 1e-6
        for k, (source, seen, alpha) in enumerate(part):
            scores.setdefault(source, []).append(float(both[k] / either[k]))
            scores.setdefault(f"{source} mae", []).append(float((chance[k] - truth[k]).abs().mean()))
            if (start + k) % every == 0:
                tiles.append(_tile(seen, alpha, chance[k, 0].float().cpu().numpy()))
    return {name: float(np.mean(values)) for name, values in scores.items()}, sheet(tiles)


def new_net(recipe: Recipe) -> Segmenter:
    net = Segmenter(recipe.widths, recipe.depths, recipe.attention)
    return net.to(recipe.device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def optimiser_of(net: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    shrunk = [p for p in net.parameters() if p.ndim > 1]
    free = [p for p in net.parameters() if p.ndim <= 1]
    groups = [{"params": shrunk, "weight_decay": recipe.decay}, {"params": free, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, recipe.rate, betas=(0.9, 0.99))


@torch.no_grad()
def _averaged(run: Run[Net], keep: float) -> None:
    for mean, now in zip(run.mean.state_dict().values(), run.net.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(now, 1 - keep)
        else:
            mean.copy_(now)


def share_of(run: Run[Net], recipe: Recipe) -> float:
    """How far the run is: 0…1."""
    if recipe.steps is not None:
        return run.step / recipe.steps
    return run.minutes / (recipe.minutes or 1)


def done(run: Run[Net], recipe: Recipe) -> bool:
    return share_of(run, recipe) >= 1


def _warmth(share: float, done: int, warm: int) -> float:
    """Up over the first steps, then down a cosine to a hundredth."""
    return min(1.0, (done + 1) / warm) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def half_precision(device: str) -> torch.autocast:
    """bf16 where the device computes in it."""
    if device == "cuda":
        there = torch.cuda.is_bf16_supported()
    else:
        there = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.autocast(device, torch.bfloat16, enabled=bool(there))


# ── what a run leaves in its folder ─────────────────────────────────────────────────────────────────────────


def save(run: Run[Net], recipe: Recipe, out: Path) -> None:
    state = {
        "recipe": asdict(recipe),
        "net": run.net.state_dict(),
        "mean": run.mean.state_dict(),
        "optimiser": run.optimiser.state_dict(),
        "step": run.step,
        "minutes": run.minutes,
        "log": run.log,
    }
    torch.save(state, out / "last.pt.part")
    (out / "last.pt.part").replace(out / "last.pt")


def recipe_of(out: Path) -> Recipe | None:
    """Of the run that lies there."""
    path = out / "last.pt"
    if not path.exists():
        return None
    return Recipe(**torch.load(path, map_location="cpu", weights_only=True, mmap=True)["recipe"])


def resume(run: Run[Net], recipe: Recipe, out: Path, tell: Tell) -> None:
    """Brings the run to where the one in the folder was; a run of another recipe is refused."""
    begun = recipe_of(out)
    if begun is None:
        return
    was, now = asdict(begun), asdict(recipe)
    other = [
        f"{name} {was[name]!r} → {now[name]!r}" for name in now if name not in FREE and was[name] != now[name]
    ]
    if other:
        what = say(
            "{folder} holds a run of another recipe: {other}.", folder=str(out), other=", ".join(other)
        )
        raise BadOption(what, say("Give the same options again, or another --out."))
    state = torch.load(out / "last.pt", map_location=recipe.device, weights_only=True)
    run.net.load_state_dict(state["net"])
    run.mean.load_state_dict(state["mean"])
    run.optimiser.load_state_dict(state["optimiser"])
    run.step, run.minutes, run.log = state["step"], state["minutes"], state["log"]
    tell(say("Going on from step {step}, minute {minutes:.1f}.", step=run.step, minutes=run.minutes))


def _note(run: Run[Net], shown: dict[str, float], figures: dict[str, float], out: Path, tell: Tell) -> None:
    rounded = {name: round(value, 4) for name, value in {**shown, **figures}.items()}
    run.log.append({"step": run.step, "minutes": round(run.minutes, 1), **rounded})
    names = list(dict.fromkeys(name for line in run.log for name in line))
    with (out / "log.csv").open("w", encoding="utf8", newline="") as lines:
        table = csv.DictWriter(lines, names)
        table.writeheader()
        table.writerows(run.log)
    tell(verbatim(" · ".join(f"{name} {value}" for name, value in run.log[-1].items())))


def _tile(colours: RGB, alpha: Grey, chance: Any) -> RGB:
    """Photo, truth, and the product on pink as the net cuts it."""
    share = chance[..., None]
    cut = colours * share + np.array([255, 80, 200]) * (1 - share)
    row = np.hstack([colours, np.repeat(alpha[..., None], 3, 2), cut.astype(np.uint8)])
    return np.asarray(cv2.resize(row, (360, 120), interpolation=cv2.INTER_AREA), np.uint8)


def sheet(tiles: list[RGB], across: int = 4) -> RGB | None:
    """As OpenCV writes it: blue first."""
    if not tiles:
        return None
    tiles = tiles + [np.zeros_like(tiles[0])] * (-len(tiles) % across)
    rows = [np.hstack(tiles[i : i + across]) for i in range(0, len(tiles), across)]
    return np.vstack(rows)[..., ::-1]
