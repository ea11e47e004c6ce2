"""What does each part of the segmenter bring? Every part left out or put in, on the same pictures and seeds.

    nice -n 19 python benchmarks/segmenter_ablation.py --data train.pack --out ablation/

Every run writes its line to ablation/runs.csv when it ends; started again, the script goes on with the runs
that are missing. The table is ablation/table.md: dev IoU by source, its mean over the seeds ± half the range.
The depthwise variant gets as much time as the base, so fewer steps; all others get as many steps.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from packshot.training import pack, segmenter
from packshot.training.compose import Composer
from packshot.training.segmenter import Block, Conv, Lesson, Recipe, Seen, Segmenter

Change = Callable[[Segmenter], None]
"""Rebuilds a fresh network in place."""
TIMED = 12
"""Steps by which a variant of its own pace is measured."""


def nothing(net: Segmenter) -> None:
    """The base."""


# ── the variants ──────────────────────────────────────────────────────────────────────────────────────────


class WithoutPhoto(nn.Module):
    """The join at half size, deaf to the photo that is handed in behind the levels."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width, self.conv = width, Conv(width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x[:, : self.width])


def without_photo(net: Segmenter) -> None:
    net.join1 = WithoutPhoto(net.down1.conv.out_channels)


class Standardised(nn.Conv2d):
    """Weights of zero mean and unit spread: what group norm needs beside small batches."""

    def forward(self, x: Tensor) -> Tensor:
        spread, mean = torch.var_mean(self.weight, (1, 2, 3), keepdim=True)
        weight = (self.weight - mean) * torch.rsqrt(spread * self.weight[0].numel() + 1e-5)
        return self._conv_forward(x, weight, None)


def group_norm(net: Segmenter) -> None:
    for conv in [part for part in net.modules() if isinstance(part, Conv)]:
        old = conv.conv
        sizes = (old.in_channels, old.out_channels, old.kernel_size, old.stride, old.padding)
        conv.conv = Standardised(*sizes, bias=False)
        conv.norm = nn.GroupNorm(max(1, old.out_channels // 16), old.out_channels)


class Depthwise(nn.Module):
    """5×5 of each channel alone, then two 1×1 with room between them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.look = nn.Conv2d(width, width, 5, 1, 2, groups=width, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.wide, self.narrow = Conv(width, 4 * width, 1), Conv(4 * width, width, 1, bend=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.narrow(self.wide(self.norm(self.look(x)))))


def depthwise(net: Segmenter) -> None:
    for parent in list(net.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, Block):
                setattr(parent, name, Depthwise(child.first.conv.in_channels))


def loss_without(part: str) -> Lesson:
    def lesson(x: Tensor, out: dict[str, Tensor], truth: Tensor) -> dict[str, Tensor]:
        return {name: value for name, value in segmenter.losses(out, truth).items() if name != part}

    return lesson


def narrower(recipe: Recipe) -> Recipe:
    """A fifth less everywhere, in fours: attention has four heads."""
    return replace(recipe, widths=tuple(round(width * 0.8 / 4) * 4 for width in recipe.widths))


def unattentive(recipe: Recipe) -> Recipe:
    return replace(recipe, attention=0)


def same(recipe: Recipe) -> Recipe:
    return recipe


VARIANTS: dict[str, tuple[Callable[[Recipe], Recipe], Change, Lesson]] = {
    "base": (same, nothing, segmenter.plain),
    "without attention": (unattentive, nothing, segmenter.plain),
    "without deep supervision": (same, nothing, loss_without("coarse")),
    "without the photo joined again": (same, without_photo, segmenter.plain),
    "without the outline loss": (same, nothing, loss_without("outline")),
    "group norm, standardised weights": (same, group_norm, segmenter.plain),
    "depthwise 5×5 blocks, same time": (same, depthwise, segmenter.plain),
    "a fifth narrower": (narrower, nothing, segmenter.plain),
}
OWN_PACE = "depthwise 5×5 blocks, same time"

# ── one run ───────────────────────────────────────────────────────────────────────────────────────────────


def run_of(variant: str, recipe: Recipe) -> tuple[segmenter.Run, Recipe, Lesson]:
    shape, change, lesson = VARIANTS[variant]
    recipe = shape(recipe)
    torch.manual_seed(recipe.seed)
    nets = []
    for _ in range(2):
        net = Segmenter(recipe.widths, recipe.depths, recipe.attention)
        change(net)
        nets.append(net.to(memory_format=torch.channels_last))
    nets[1].load_state_dict(nets[0].state_dict())
    return segmenter.Run(*nets, segmenter.optimiser_of(nets[0], recipe)), recipe, lesson


def step_ms(variant: str, recipe: Recipe, composer: Composer) -> float:
    """The fastest of a few steps, pictures at hand; of the process's own time: the machine may be shared."""
    run, recipe, lesson = run_of(variant, recipe)
    colours, alpha = next(segmenter.batches(composer, replace(recipe, workers=0), 0))
    x, truth = segmenter.prepared(colours, alpha, "cpu")
    times = []
    for _ in range(TIMED):
        began = time.process_time()
        segmenter.step(run, recipe, x, truth, lesson)
        times.append(time.process_time() - began)
    return min(times) * 1000


def trained(variant: str, recipe: Recipe, composer: Composer, dev: Seen) -> dict[str, float]:
    run, recipe, lesson = run_of(variant, recipe)
    for colours, alpha in segmenter.batches(composer, recipe, 0):
        x, truth = segmenter.prepared(colours, alpha, "cpu")
        segmenter.step(run, recipe, x, truth, lesson)
        if segmenter.done(run, recipe):
            break
    figures, _ = segmenter.evaluate(run.mean, dev, recipe)
    weights = sum(value.numel() for value in run.net.parameters()) / 1e6
    return {**{name: value for name, value in figures.items() if " mae" not in name}, "M weights": weights}


# ── all runs ──────────────────────────────────────────────────────────────────────────────────────────────


def main() -> None:
    options = asked()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    options.out.mkdir(parents=True, exist_ok=True)
    found = pack.load(options.data)
    dev = segmenter.dev_pictures(found, options.size)
    known = [example for example in found if not pack.is_dev(example)]
    for seed in range(options.seeds):
        composer = Composer(known, options.size, seed)
        there = {line["variant"] for line in lines(options.out) if line["seed"] == str(seed)}
        for variant in [variant for variant in VARIANTS if variant not in there]:
            line = {"variant": variant, **measured(variant, recipe_of(options, seed), composer, dev)}
            print(line, flush=True)
            add(options.out, line)
            (options.out / "table.md").write_text(table(lines(options.out)), "utf8")


def asked() -> argparse.Namespace:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True, help="a packed set")
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--steps", type=int, default=500)
    ask.add_argument("--seeds", type=int, default=3)
    ask.add_argument("--size", type=int, default=192, help="side of the pictures")
    ask.add_argument("--workers", type=int, default=1, help="processes that compose pictures")
    return ask.parse_args()


def recipe_of(options: argparse.Namespace, seed: int) -> Recipe:
    """A short run: the warm-up is shorter, and the mean of weights looks back about a tenth of the run."""
    average = 1 - min(1.0, 10 / options.steps)
    short = replace(Recipe(), steps=options.steps, warm=max(1, options.steps // 10), average=average)
    return replace(short, size=options.size, workers=options.workers, seed=seed)


def measured(variant: str, recipe: Recipe, composer: Composer, dev: Seen) -> dict[str, float]:
    pace = step_ms(variant, recipe, composer)
    if variant == OWN_PACE:
        assert recipe.steps is not None
        steps = round(recipe.steps * step_ms("base", recipe, composer) / pace)
        recipe = replace(recipe, steps=max(1, steps))
    figures = trained(variant, recipe, composer, dev)
    return {"seed": recipe.seed, "steps": recipe.steps or 0, "step ms": pace, **figures}


def lines(out: Path) -> list[dict[str, str]]:
    path = out / "runs.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


def add(out: Path, line: dict[str, object]) -> None:
    path = out / "runs.csv"
    new = not path.exists()
    with path.open("a", encoding="utf8", newline="") as file:
        writer = csv.DictWriter(file, list(line))
        if new:
            writer.writeheader()
        writer.writerow({name: f"{v:.4f}" if isinstance(v, float) else v for name, v in line.items()})


def table(found: list[dict[str, str]]) -> str:
    columns = [name for name in found[0] if name not in ("variant", "seed", "steps", "step ms", "M weights")]
    head = ["variant", "M weights", "steps", "step ms", *columns, "seeds"]
    rows = [head, ["---"] * len(head)]
    for variant in VARIANTS:
        runs = [line for line in found if line["variant"] == variant]
        if not runs:
            continue
        steps = "–".join(sorted({run["steps"] for run in runs}, key=int))
        pace = min(float(run["step ms"]) for run in runs)
        shown = [spread([float(run[name]) for run in runs]) for name in columns]
        rows.append(
            [variant, f"{float(runs[0]['M weights']):.2f}", steps, f"{pace:.0f}", *shown, str(len(runs))]
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def spread(values: list[float]) -> str:
    return f"{np.mean(values):.4f} ± {(max(values) - min(values)) / 2:.4f}"


if __name__ == "__main__":
    main()
