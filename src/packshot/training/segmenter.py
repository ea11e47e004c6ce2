"""Our own segmentation network: which pixels of a photo are goods?

Top to bottom: data → net → loss → recipe → training → export. A run goes on from its last checkpoint, and the
same seed and number of steps give the same weights on the same machine.
"""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  the name everyone knows it by
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from torch.utils.data import DataLoader, Dataset

from packshot.training import pack
from packshot.training.compose import Composer
from packshot.training.sources import PHOTO, Example

# ── data ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Numbered(Dataset[tuple[Tensor, Tensor]]):
    """Picture number `first`, `first + 1`, …: made when asked for, the same whoever asks."""

    def __init__(self, composer: Composer, first: int, count: int) -> None:
        self.composer, self.first, self.count = composer, first, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        colours, alpha = self.composer(self.first + index)
        return torch.from_numpy(colours), torch.from_numpy(alpha)


def batches(composer: Composer, recipe: Recipe, step: int) -> Iterator[tuple[Tensor, Tensor]]:
    data = Numbered(composer, step * recipe.batch, 10_000_000)
    return iter(
        DataLoader(
            data, recipe.batch, num_workers=recipe.workers, drop_last=True, pin_memory=recipe.device == "cuda",
            worker_init_fn=lambda _: cv2.setNumThreads(1), prefetch_factor=4 if recipe.workers else None,
        )
    )  # fmt: skip


def prepared(colours: Tensor, alpha: Tensor, device: str) -> tuple[Tensor, Tensor]:
    """Bytes as they come → what the net takes (see MEAN, SPREAD), and the truth 0…1."""
    x = colours.to(device, non_blocking=True).permute(0, 3, 1, 2).float()
    x = ((x / 255 - MEAN) / SPREAD).contiguous(memory_format=torch.channels_last)
    return x, alpha.to(device, non_blocking=True)[:, None].float() / 255


MEAN, SPREAD = 0.5, 0.25


def dev_pictures(found: list[Example], size: int, composed: int = 160) -> list[tuple[str, Any, Any]]:
    """(source, colours, alpha): real photos squeezed as at work, and products never trained on, on such grounds."""
    own = [e for e in found if pack.is_dev(e)]
    photos = [e for e in own if e.kind == PHOTO]
    out = []
    for e in photos:
        seen = cv2.resize(e.rgba, (size, size), interpolation=cv2.INTER_AREA)
        out.append((e.source, seen[..., :3], seen[..., 3]))
    if any(e.kind != PHOTO for e in own):
        composer = Composer([e for e in own if e.kind != PHOTO], size, seed=7)
        out += [("composed", *composer(number)) for number in range(composed)]
    return out


# ── net ──────────────────────────────────────────────────────────────────────────────────────────────────────


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


class Block(nn.Module):
    """Plain 3×3 residual: on CPUs three times as fast to train as wide depthwise blocks of a third of its size."""

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
        return x + self.think(x)


class Segmenter(nn.Module):
    """Five levels down, attention at the bottom, four up; the photo itself joins again at half size."""

    def __init__(self, widths: tuple[int, ...], depths: tuple[int, ...], attention: int = 2) -> None:
        super().__init__()
        w1, w2, w3, w4, w5 = widths
        self.down1 = Conv(3, w1, stride=2)
        self.down2 = _level(w1, w2, depths[0])
        self.down3 = _level(w2, w3, depths[1])
        self.down4 = _level(w3, w4, depths[2])
        self.down5 = nn.Sequential(_level(w4, w5, depths[3]), *[Attention(w5) for _ in range(attention)])
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
        u4 = self.join4(d4 + _doubled(self.up4(d5)))
        u3 = self.join3(d3 + _doubled(self.up3(u4)))
        u2 = self.join2(d2 + _doubled(self.up2(u3)))
        u1 = self.join1(torch.cat([d1 + _doubled(self.up1(u2)), F.pixel_unshuffle(x, 2)], 1))
        alpha = F.pixel_shuffle(self.alpha(u1), 2)
        coarse, fine = d5.mean((2, 3)), u3.mean((2, 3))
        told = torch.cat([coarse, fine, _summary(alpha)], 1).detach()
        return {
            "alpha": alpha, "alpha3": self.alpha3(u3), "alpha4": self.alpha4(u4),
            "present": self.present(coarse), "sure": self.sure(told),
        }  # fmt: skip

    def fused(self) -> Segmenter:
        for part in self.modules():
            if isinstance(part, Conv):
                part.fuse()
        return self


def _level(inputs: int, outputs: int, depth: int) -> nn.Sequential:
    return nn.Sequential(Conv(inputs, outputs, stride=2), *[Block(outputs) for _ in range(depth)])


def _doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def _summary(alpha: Tensor) -> Tensor:
    """Coverage, doubt, and doubt as a share of the coverage."""
    chance = torch.sigmoid(alpha.float())
    covered, doubt = chance.mean((2, 3)), (chance * (1 - chance)).mean((2, 3)) * 4
    return torch.cat([covered, doubt, doubt / (covered + 0.02)], 1)


# ── loss ─────────────────────────────────────────────────────────────────────────────────────────────────────


def losses(out: dict[str, Tensor], truth: Tensor) -> dict[str, Tensor]:
    """Each pixel (edges four times), the whole shape, its outline, two coarse levels, and what it says of itself."""
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
    return F.binary_cross_entropy_with_logits(logits.float(), F.adaptive_avg_pool2d(truth, logits.shape[-2:]))


def _slopes(chance: Tensor, truth: Tensor) -> Tensor:
    off = chance - truth
    return (off[..., 1:] - off[..., :-1]).abs().mean() + (off[..., 1:, :] - off[..., :-1, :]).abs().mean()


# ── recipe ───────────────────────────────────────────────────────────────────────────────────────────────────


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
    average: float = 0.998
    widths: tuple[int, ...] = (16, 32, 64, 128, 176)
    depths: tuple[int, ...] = (1, 2, 4, 3)
    attention: int = 2
    dev_minutes: float = 5
    save_minutes: float = 2


@dataclass(slots=True)
class Run:
    """What a checkpoint holds."""

    net: Segmenter
    mean: Segmenter
    """The running mean of the weights: steadier, and what is shipped."""
    optimiser: torch.optim.Optimizer
    step: int = 0
    minutes: float = 0.0
    log: list[dict[str, Any]] = field(default_factory=list)


# ── training ─────────────────────────────────────────────────────────────────────────────────────────────────


def train(found: list[Example], out: Path, recipe: Recipe, tell: Callable[[str], None] = print) -> Path:
    """Trains, or goes on from `out/last.pt`; the path of the exported network."""
    torch.manual_seed(recipe.seed)
    run = _resumed(out, recipe, tell) or started(recipe)
    dev = dev_pictures(found, recipe.size)
    known = [e for e in found if not pack.is_dev(e)]
    while not _done(run, recipe):
        size = recipe.small if _share(run, recipe) < recipe.small_share else recipe.size
        _stage(run, recipe, Composer(known, size, recipe.seed), dev, out, tell)
    _save(run, recipe, out)
    from packshot.training.export import export

    return export(run.mean, recipe, out, evaluate(run.mean, dev, recipe)[0])


def started(recipe: Recipe) -> Run:
    net = _net(recipe)
    mean = _net(recipe)
    mean.load_state_dict(net.state_dict())
    return Run(net, mean, _optimiser(net, recipe))


def _stage(
    run: Run, recipe: Recipe, composer: Composer, dev: list[tuple[str, Any, Any]], out: Path, tell: Callable[[str], None]
) -> None:
    """Steps at one picture size, until the next size is due or the end."""
    began, before = time.monotonic(), run.minutes
    saved = looked = before
    shown: dict[str, float] = {}
    final = composer.size == recipe.size
    for colours, alpha in batches(composer, recipe, run.step):
        x, truth = prepared(colours, alpha, recipe.device)
        parts = step(run, recipe, x, truth)
        for name, value in parts.items():
            shown[name] = 0.98 * shown.get(name, value) + 0.02 * value
        run.minutes = before + (time.monotonic() - began) / 60
        ended = _done(run, recipe) or (not final and _share(run, recipe) >= recipe.small_share)
        if run.minutes - looked >= recipe.dev_minutes or ended:
            looked = run.minutes
            figures, sheet = evaluate(run.mean, dev, recipe)
            _note(run, shown, figures, out, tell)
            if sheet is not None:
                cv2.imwrite(str(out / "dev.jpg"), sheet)
        if run.minutes - saved >= recipe.save_minutes:
            saved = run.minutes
            _save(run, recipe, out)
        if ended:
            return


def step(run: Run, recipe: Recipe, x: Tensor, truth: Tensor) -> dict[str, float]:
    rate = recipe.rate * _warmth(_share(run, recipe), run.step)
    for group in run.optimiser.param_groups:
        group["lr"] = rate
    run.net.train()
    with torch.autocast(recipe.device, torch.bfloat16, enabled=_has_bf16(recipe.device)):
        out = run.net(x)
    parts = losses(out, truth)
    loss = torch.stack(list(parts.values())).sum()
    run.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(run.net.parameters(), 2.0)
    run.optimiser.step()
    run.step += 1
    _averaged(run, min(recipe.average, 1 - 1 / (1 + run.step / 4)))
    return {name: float(value.detach()) for name, value in parts.items()}


@torch.inference_mode()
def evaluate(net: Segmenter, dev: list[tuple[str, Any, Any]], recipe: Recipe) -> tuple[dict[str, float], Any]:
    """Mean IoU and error by source, and a sheet of some pictures with what the net says of them."""
    net.eval()
    scores: dict[str, list[float]] = {}
    tiles = []
    every = max(1, len(dev) // 40)
    for start in range(0, len(dev), recipe.batch):
        part = dev[start : start + recipe.batch]
        x, truth = prepared(
            torch.from_numpy(np.stack([c for _, c, _ in part])), torch.from_numpy(np.stack([a for _, _, a in part])),
            recipe.device,
        )  # fmt: skip
        with torch.autocast(recipe.device, torch.bfloat16, enabled=_has_bf16(recipe.device)):
            chance = torch.sigmoid(net(x)["alpha"].float())
        hit = ((chance >= 0.5) & (truth >= 0.5)).sum((1, 2, 3)) + 1e-6
        all_ = ((chance >= 0.5) | (truth >= 0.5)).sum((1, 2, 3)) + 1e-6
        for k, (source, colours, alpha) in enumerate(part):
            scores.setdefault(source, []).append(float(hit[k] / all_[k]))
            scores.setdefault(f"{source} mae", []).append(float((chance[k] - truth[k]).abs().mean()))
            if (start + k) % every == 0:
                tiles.append(_tile(colours, alpha, chance[k, 0].float().cpu().numpy()))
    return {name: float(np.mean(values)) for name, values in scores.items()}, _sheet(tiles)


def _net(recipe: Recipe) -> Segmenter:
    net = Segmenter(recipe.widths, recipe.depths, recipe.attention)
    return net.to(recipe.device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def _optimiser(net: Segmenter, recipe: Recipe) -> torch.optim.Optimizer:
    shrunk = [p for p in net.parameters() if p.ndim > 1]
    free = [p for p in net.parameters() if p.ndim <= 1]
    groups = [{"params": shrunk, "weight_decay": recipe.decay}, {"params": free, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, recipe.rate, betas=(0.9, 0.99))


@torch.no_grad()
def _averaged(run: Run, keep: float) -> None:
    for mean, now in zip(run.mean.state_dict().values(), run.net.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.lerp_(now, 1 - keep)
        else:
            mean.copy_(now)


def _share(run: Run, recipe: Recipe) -> float:
    if recipe.steps is not None:
        return run.step / recipe.steps
    return run.minutes / (recipe.minutes or 1)


def _done(run: Run, recipe: Recipe) -> bool:
    return _share(run, recipe) >= 1


def _warmth(share: float, done: int) -> float:
    """Up over the first 200 steps, then down a cosine to a hundredth."""
    return min(1.0, (done + 1) / 200) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def _has_bf16(device: str) -> bool:
    if device == "cuda":
        return torch.cuda.is_bf16_supported()
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _note(run: Run, shown: dict[str, float], figures: dict[str, float], out: Path, tell: Callable[[str], None]) -> None:
    rounded = {name: round(value, 4) for name, value in {**shown, **figures}.items()}
    run.log.append({"step": run.step, "minutes": round(run.minutes, 1), **rounded})
    names = list(dict.fromkeys(name for line in run.log for name in line))
    with (out / "log.csv").open("w", encoding="utf8", newline="") as lines:
        table = csv.DictWriter(lines, names)
        table.writeheader()
        table.writerows(run.log)
    tell(" · ".join(f"{name} {value}" for name, value in run.log[-1].items()))


def _save(run: Run, recipe: Recipe, out: Path) -> None:
    state = {
        "recipe": asdict(recipe), "net": run.net.state_dict(), "mean": run.mean.state_dict(),
        "optimiser": run.optimiser.state_dict(), "step": run.step, "minutes": run.minutes, "log": run.log,
    }  # fmt: skip
    torch.save(state, out / "last.pt.part")
    (out / "last.pt.part").replace(out / "last.pt")


def _resumed(out: Path, recipe: Recipe, tell: Callable[[str], None]) -> Run | None:
    path = out / "last.pt"
    if not path.exists():
        return None
    state = torch.load(path, map_location=recipe.device, weights_only=True)
    run = started(recipe)
    run.net.load_state_dict(state["net"])
    run.mean.load_state_dict(state["mean"])
    run.optimiser.load_state_dict(state["optimiser"])
    run.step, run.minutes, run.log = state["step"], state["minutes"], state["log"]
    tell(f"going on from step {run.step}, minute {run.minutes:.1f}")
    return run


def _tile(colours: Any, alpha: Any, chance: Any) -> Any:
    """Photo, truth, and the product on pink as the net cuts it."""
    share = chance[..., None]
    cut = colours * share + np.array([255, 80, 200]) * (1 - share)
    row = np.hstack([colours, np.repeat(alpha[..., None], 3, 2), cut.astype(np.uint8)])
    return cv2.resize(row, (360, 120), interpolation=cv2.INTER_AREA)


def _sheet(tiles: list[Any], across: int = 4) -> Any:
    if not tiles:
        return None
    tiles = tiles + [np.zeros_like(tiles[0])] * (-len(tiles) % across)
    rows = [np.hstack(tiles[i : i + across]) for i in range(0, len(tiles), across)]
    return np.vstack(rows)[..., ::-1]
