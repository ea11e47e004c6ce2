"""Teaches the judge of `look/fusion.py`: from the signs of a cut-out, how good is it?

    python benchmarks/fusion_learn.py --sets DEV [--out src/packshot/look/fusion.npz]

DEV is a folder of folders of pairs that no network was trained on (benchmarks/sets). Each photo gives three
cut-outs with their signs and their IoU against the truth. Five parts by product: four teach, the fifth says
what to expect. Every STRAYth photo teaches once more, with the opinion on another photo: a judge that never
met a wrong opinion would believe each.
"""

from __future__ import annotations

import argparse
import os
import zlib
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from packshot.engines.base import ENGINES
from packshot.image.codec import open_photo
from packshot.image.types import RGB, Grey
from packshot.look import fusion, studio
from packshot.look.subject import asked

Array = NDArray[np.float32]
GOOD = 0.9
PARTS = 5
HIDDEN = 8
STRAY = 4
SURE_SIGN = 17
"""Which of the signs is the studio's own confidence."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    set: str
    group: str
    signs: Array
    """Candidates × SIGNS."""
    iou: Array


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--limit", type=int, default=10**6, help="photos a set")
    parser.add_argument("--kept", type=Path, help="lessons of an earlier run; written where it is not there")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    kept = options.kept
    lessons = _read(kept) if kept and kept.exists() else _all(options.sets, options.limit)
    if kept:
        _write(kept, lessons)
    told = np.zeros((len(lessons), 3), np.float32)
    for part in range(PARTS):
        known = [one for one in lessons if _part(one) != part]
        weights = learned(known)
        for i, one in enumerate(lessons):
            if _part(one) == part:
                told[i] = [_judged(weights, signs) for signs in one.signs]
    report(lessons, told)
    if options.out:
        np.savez_compressed(options.out, *(w.astype(np.float16) for w in learned(lessons)))


def _all(sets: Path, limit: int) -> list[Lesson]:
    folders = sorted(folder for folder in sets.iterdir() if folder.is_dir())
    return [lesson for folder in folders for lesson in _lessons(folder, limit)]


def _read(path: Path) -> list[Lesson]:
    with np.load(path) as held:
        told = zip(held["set"], held["group"], held["signs"], held["iou"], strict=True)
        return [Lesson(str(name), str(group), signs, iou) for name, group, signs, iou in told]


def _write(path: Path, lessons: list[Lesson]) -> None:
    names = np.array([one.set for one in lessons]), np.array([one.group for one in lessons])
    signs, iou = np.array([one.signs for one in lessons]), np.array([one.iou for one in lessons])
    np.savez_compressed(path, set=names[0], group=names[1], signs=signs, iou=iou)


def _lessons(folder: Path, limit: int) -> list[Lesson]:
    net = ENGINES["segment_net"].make()
    found: list[Lesson] = []
    before: fusion.Heard | None = None
    for number, path in enumerate(sorted((folder / "photos").iterdir())[:limit]):
        truth = cv2.imread(str(next((folder / "masks").glob(f"{path.stem}.*"))), cv2.IMREAD_UNCHANGED)
        truth = truth if truth.ndim == 2 else truth[..., 3] if truth.shape[2] == 4 else truth[..., 0]
        photo = open_photo(path.read_bytes())
        small = studio.shrunk(photo.pixels)
        true = (cv2.resize(truth, small.shape[1::-1], interpolation=cv2.INTER_AREA) >= 128).astype(np.uint8)
        heard = asked(photo, small, net)
        found.append(_lesson(folder.name, path.stem, small, true, heard))
        if before is not None and number % STRAY == 0:
            wrong = cv2.resize(before.chance, small.shape[1::-1], interpolation=cv2.INTER_LINEAR)
            stray = fusion.Heard(wrong.astype(np.float32), before.sure, before.present)
            found.append(_lesson("stray", path.stem, small, true, stray))
        before = heard
    return found


def _lesson(name: str, photo: str, small: RGB, true: Grey, heard: fusion.Heard) -> Lesson:
    scene = studio.scene(small, prior=heard.log_odds)
    every = fusion.candidates(scene, small, heard)
    signs = np.array([fusion.signs(scene, heard, every, one) for one in every])
    ious = np.array([fusion.overlap(one.mask, true) for one in every], np.float32)
    return Lesson(name, _product(photo), signs, ious)


def _product(name: str) -> str:
    """Photos of one product share all but view and ground."""
    return name.rstrip("0123456789").rsplit("_", 2)[0] if "_" in name else name


def _part(lesson: Lesson) -> int:
    return zlib.crc32(lesson.group.encode()) % PARTS


def learned(lessons: list[Lesson], seed: int = 1) -> list[Array]:
    """Mean, scale and two layers: a small net with a strong pull to plainness, for there are few products."""
    signs = np.concatenate([one.signs for one in lessons])
    iou = np.concatenate([one.iou for one in lessons])
    weight = np.concatenate([np.full(3, _weight(one)) for one in lessons]).astype(np.float32)
    mean, scale = signs.mean(0), 1 / (signs.std(0) + 1e-3)
    x = torch.from_numpy((signs - mean) * scale)
    y = torch.from_numpy((iou >= GOOD).astype(np.float32))[:, None]
    w = torch.from_numpy(weight)[:, None]
    torch.manual_seed(seed)
    first, second = torch.nn.Linear(signs.shape[1], HIDDEN), torch.nn.Linear(HIDDEN, 1)
    net = torch.nn.Sequential(first, torch.nn.Tanh(), second)
    optimiser = torch.optim.AdamW(net.parameters(), 5e-3, weight_decay=1.0)
    for _ in range(800):
        loss = (torch.nn.functional.binary_cross_entropy_with_logits(net(x), y, reduction="none") * w).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    layers = (first.weight.T, first.bias, second.weight.T, second.bias)
    return [mean, scale, *(layer.detach().numpy() for layer in layers)]


def _weight(lesson: Lesson) -> float:
    """A wrong opinion is rare: it must not make the judge timid."""
    return 0.3 if lesson.set == "stray" else 1.0


def _judged(weights: list[Array], signs: Array) -> float:
    mean, scale, first, first_bias, second, second_bias = weights
    hidden = np.tanh(((signs - mean) * scale) @ first + first_bias)
    return float(1 / (1 + np.exp(-(hidden @ second + second_bias)[0])))


def report(lessons: list[Lesson], told: Array) -> None:
    """What a judge that has not seen these products does with them."""
    iou = np.array([one.iou for one in lessons])
    best = 1 + told[:, 1:].argmax(1)
    certain = np.array([one.signs[0, SURE_SIGN] >= fusion.CERTAIN for one in lessons])
    unlike = np.array([one.signs[0, 2] < fusion.UNLIKE for one in lessons])
    best[certain] = np.where(unlike[certain], 0, 1)
    taken, sure = iou[np.arange(len(best)), best], told[np.arange(len(best)), best]
    heads = ("studio", "merged", "engine", "taken", "best", "median", "spoiled")
    print(f"{'set':10} {'n':>4} " + " ".join(f"{head:>7}" for head in heads))
    for name in [*sorted({one.set for one in lessons}), "all"]:
        here = np.array([name in (one.set, "all") for one in lessons])
        spoiled = int(((iou[here, 0] - taken[here] > 0.02) & (iou[here, 0] >= 0.95)).sum())
        means = (*iou[here].mean(0), taken[here].mean(), iou[here].max(1).mean(), np.median(taken[here]))
        print(f"{name:10} {here.sum():4} " + " ".join(f"{v:7.3f}" for v in means) + f" {spoiled:7}")
    for bar in (0.5, 0.6, 0.7, 0.8, 0.9):
        there = sure >= bar
        print(f"sure from {bar}: {there.mean():.3f} of all, of them good {(taken[there] >= GOOD).mean():.3f}")


if __name__ == "__main__":
    main()
