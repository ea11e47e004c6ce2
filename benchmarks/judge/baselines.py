"""The earlier way to sort cards: a photo of 60 × 80 with the goods taken out, and a net with two answers.

Three nets in the manner of ZFNet, VGG-16 and ResNet-18, from scratch, a quarter as wide as the originals, for
they see a tenth of those nets' pixels and some thousand cards. All are normalised by batches, so that the
deep ones learn in minutes, too.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  the name everyone knows it by
from numpy.typing import NDArray
from torch import Tensor, nn

from judge.expected import BACKGROUND, UNCLEAR
from packshot.image.types import RGB
from packshot.training.defects.synthesize import KINDS
from packshot.training.glances import UNKNOWN, Glance
from packshot.training.judge import bend
from packshot.training.sources import RGBA

WIDE, TALL = 60, 80
BATCH, RATE, DECAY = 64, 2e-3, 1e-3
BAD = frozenset(kind for kinds in BACKGROUND.values() for kind in kinds)

Scores = NDArray[np.float32]
"""Logits of "defective", one a card."""

# --- data ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cards:
    pictures: NDArray[np.uint8]
    defective: NDArray[np.bool_]


def cards(glances: Sequence[Glance]) -> Cards:
    """All of them must have an answer."""
    pictures = [background(one.opened()) for one in glances]
    return Cards(
        np.array(pictures, np.uint8).reshape(-1, TALL, WIDE, 3),
        np.array([bool(defective(one)) for one in glances]),
    )


def defective(one: Glance) -> bool | None:
    """None where nobody looked, or where a fair judge could say either."""
    told = one.truth[: len(KINDS)]
    kinds = {kind for kind, answer in zip(KINDS, told, strict=True) if answer == 1}
    return None if UNKNOWN in told or kinds & set(UNCLEAR) else bool(kinds & BAD)


def background(picture: RGBA) -> RGB:
    """Black where the goods were; taken out before it is made small, so that none of their colour bleeds."""
    left = picture[..., :3] * (1 - picture[..., 3:] / 255)
    small = cv2.resize(left.round().astype(np.uint8), (WIDE, TALL), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


# --- nets ---------------------------------------------------------------------------------------------------


def conv(came: int, out: int, side: int = 3, stride: int = 1) -> nn.Sequential:
    seen = nn.Conv2d(came, out, side, stride, side // 2, bias=False)
    return nn.Sequential(seen, nn.BatchNorm2d(out), nn.ReLU())


def head(came: int, wide: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Flatten(), nn.Linear(came, wide), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(wide, wide), nn.ReLU(), nn.Dropout(0.5), nn.Linear(wide, 1),
    )  # fmt: skip


def zfnet() -> nn.Sequential:
    """Large first filters, three poolings: 80 × 60 → 5 × 4."""
    pool = nn.MaxPool2d(3, 2, 1)
    return nn.Sequential(
        conv(3, 24, 7, 2), pool, conv(24, 64, 5), pool,
        conv(64, 96), conv(96, 96), conv(96, 64), pool, head(64 * 5 * 4, 256),
    )  # fmt: skip


def vgg16() -> nn.Sequential:
    """Thirteen layers of small filters in five blocks: 80 × 60 → 2 × 1."""
    layers: list[nn.Module] = []
    came = 3
    for out, count in ((16, 2), (32, 2), (64, 3), (128, 3), (128, 3)):
        for _ in range(count):
            layers.append(conv(came, out))
            came = out
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, head(128 * 2 * 1, 256))


class Residual(nn.Module):
    def __init__(self, came: int, out: int, stride: int) -> None:
        super().__init__()
        again = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.way = nn.Sequential(conv(came, out, 3, stride), again, nn.BatchNorm2d(out))
        same = came == out and stride == 1
        short = nn.Sequential(nn.Conv2d(came, out, 1, stride, bias=False), nn.BatchNorm2d(out))
        self.short = nn.Identity() if same else short

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.way(x) + self.short(x))


def resnet() -> nn.Sequential:
    """Eighteen layers; no pooling after the first one, for the picture is small already."""
    layers: list[nn.Module] = [conv(3, 16, 7, 2)]
    came = 16
    for out, stride in ((16, 1), (32, 2), (64, 2), (128, 2)):
        layers += [Residual(came, out, stride), Residual(out, out, 1)]
        came = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 1))


NETS: dict[str, Callable[[], nn.Sequential]] = {
    "ZFNet-like": zfnet,
    "VGG-16-like": vgg16,
    "ResNet-18-like": resnet,
}

# --- training -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Trained:
    net: nn.Sequential
    epochs: int
    best: int
    """The epoch whose net it is: the least cross-entropy on dev, once bent."""


def train(make: Callable[[], nn.Sequential], some: Cards, dev: Cards, minutes: float) -> Trained:
    """So many minutes of processor time, whatever else runs on the machine; every other picture mirrored."""
    torch.manual_seed(0)
    net = kept = make()
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    best, least, epochs, start = 0, math.inf, 0, time.process_time()

    def spent() -> float:
        return min(1.0, (time.process_time() - start) / (60 * minutes))

    while spent() < 1:
        net.train()
        order = torch.randperm(len(some.defective)).numpy()
        for at in range(0, len(order), BATCH):
            optimiser.param_groups[0]["lr"] = RATE * (1 + math.cos(math.pi * spent())) / 2
            step(net, optimiser, some, order[at : at + BATCH])
        epochs += 1
        of_dev = scores(net, dev)
        loss = cross_entropy(bent(of_dev, of_dev, dev.defective), dev.defective)
        if loss < least:
            kept, best, least = deepcopy(net), epochs, loss
    return Trained(kept, epochs, best)


def step(net: nn.Module, optimiser: torch.optim.Optimizer, some: Cards, batch: NDArray[np.int64]) -> None:
    x = tensor(some.pictures[batch])
    mirrored = torch.rand(len(batch)) < 0.5
    x = torch.where(mirrored[:, None, None, None], x.flip(3), x)
    right = torch.from_numpy(some.defective[batch]).float()
    loss = F.binary_cross_entropy_with_logits(net(x)[:, 0], right)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()


def tensor(pictures: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1


@torch.inference_mode()
def scores(net: nn.Module, some: Cards) -> Scores:
    net.eval()
    parts = [net(tensor(some.pictures[at : at + 256]))[:, 0] for at in range(0, len(some.pictures), 256)]
    return torch.cat(parts).numpy()


# --- figures ------------------------------------------------------------------------------------------------


def chances(logits: Scores) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -14, 14))))


def bent(some: Scores, of_dev: Scores, right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Chances by what scores are worth on dev: a net that is too sure of itself loses nothing by it."""
    slope, offset = bend(of_dev, right)
    return chances((some * slope + offset).astype(np.float32))


def cross_entropy(chance: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """In nats a card; saying "half" to each costs 0.693."""
    return float(-np.log(np.where(right, chance, 1 - chance)).mean())
