"""Our own judge: which defects does a card show, how are the goods shown, from which side, with whom?

Top to bottom: data → net → loss → recipe → training → calibration → export. It sees photo and cut-out, both
small; what is known of them was gathered in `glances.py`. The loop is the segmenter's: a run goes on from its
last checkpoint, and the same seed and number of steps give the same weights on the same machine.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  the name everyone knows it by
from numpy.typing import NDArray
from torch import Tensor, nn

from packshot.image.types import RGB, Grey
from packshot.training import export, segmenter
from packshot.training.defects.synthesize import KINDS
from packshot.training.glances import CHOICES, SIDE, UNKNOWN, Glance
from packshot.training.segmenter import Attention, Conv, Recipe, Run, Tell, Watch, level

# ── data ────────────────────────────────────────────────────────────────────────────────────────────────────


class Lessons:
    """Glance number n, every other one mirrored; chance draws them, rare answers as often as common ones."""

    def __init__(self, glances: list[Glance], seed: int, size: int = SIDE) -> None:
        self.glances, self.seed, self.size = glances, seed, size
        self.share = shares(glances)

    def __call__(self, number: int) -> tuple[RGB, Grey]:
        rng = np.random.default_rng([self.seed, number])
        one = self.glances[int(rng.choice(len(self.glances), p=self.share))]
        picture = one.opened()
        if self.size != SIDE:
            side = (self.size, self.size)
            picture = np.asarray(cv2.resize(picture, side, interpolation=cv2.INTER_AREA), np.uint8)
        if rng.random() < 0.5:
            picture = picture[:, ::-1]
        return np.ascontiguousarray(picture), np.array(one.truth, np.uint8)


FEW = 100
"""An answer with fewer glances is not drawn as often as others: these few would be learned by heart."""


CARDS = 0.7
"""Share of the draws in which somebody looked for defects; the others go to each answer of each question."""


def shares(glances: list[Glance]) -> NDArray[np.float64]:
    looked = np.array([one.truth[0] != UNKNOWN for one in glances])
    answers = [one.truth[len(KINDS) :] for one in glances]
    weight = CARDS * looked / max(1, looked.sum())
    for question, names in enumerate(CHOICES.values()):
        for answer in range(len(names)):
            those = np.array([told[question] == answer for told in answers])
            weight += (1 - CARDS) * those / max(FEW, those.sum()) / len(names) / len(CHOICES)
    share: NDArray[np.float64] = weight / weight.sum()
    return share


# ── net ─────────────────────────────────────────────────────────────────────────────────────────────────────


class JudgeNet(nn.Module):
    """Five levels down, attention at the bottom; the mean and the strongest of two levels are heard."""

    def __init__(self, widths: tuple[int, ...], depths: tuple[int, ...], attention: int) -> None:
        super().__init__()
        w1, w2, w3, w4, w5 = widths
        self.down1 = Conv(4, w1, stride=2)
        self.down2 = level(w1, w2, depths[0])
        self.down3 = level(w2, w3, depths[1])
        self.down4 = level(w3, w4, depths[2])
        self.down5 = nn.Sequential(level(w4, w5, depths[3]), *[Attention(w5) for _ in range(attention)])
        heard = 2 * (w4 + w5)
        self.defects = nn.Sequential(
            nn.Linear(heard, 96), nn.ReLU(), nn.Dropout(0.2), nn.Linear(96, len(KINDS))
        )
        self.choices = nn.Linear(heard, sum(len(names) for names in CHOICES.values()))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Logits: a defect each, then the answers of each question."""
        near = self.down4(self.down3(self.down2(self.down1(x))))
        deep = self.down5(near)
        heard = torch.cat(
            [part for seen in (near, deep) for part in (seen.mean((2, 3)), seen.amax((2, 3)))], 1
        )
        return {"defects": self.defects(heard), "choices": self.choices(heard)}


class Shipped(nn.Module):
    """Chances instead of logits, by what dev showed them to be worth."""

    def __init__(self, net: JudgeNet, slope: Tensor, offset: Tensor) -> None:
        super().__init__()
        self.net, self.slope, self.offset = net, slope, offset

    def forward(self, x: Tensor) -> Tensor:
        out = self.net(x)
        told = [torch.sigmoid(out["defects"] * self.slope + self.offset)]
        told += [torch.softmax(part, 1) for part in answered(out["choices"])]
        return torch.cat(told, 1)


def answered(choices: Tensor) -> tuple[Tensor, ...]:
    return torch.split(choices, [len(names) for names in CHOICES.values()], 1)


# ── loss ────────────────────────────────────────────────────────────────────────────────────────────────────


def losses(x: Tensor, out: dict[str, Tensor], truth: Tensor) -> dict[str, Tensor]:
    """Defects one by one where somebody looked; each question where its answer is known."""
    told = codes(truth)
    defects, answers = told[:, : len(KINDS)], told[:, len(KINDS) :]
    known = defects != UNKNOWN
    each = F.binary_cross_entropy_with_logits(
        out["defects"].float(), (defects == 1).float(), reduction="none", pos_weight=torch.tensor(RARE)
    )
    parts = {"defects": 4 * (each * known).sum() / known.sum().clamp(min=1)}
    for question, logits in enumerate(answered(out["choices"].float())):
        answer = answers[:, question]
        there = answer != UNKNOWN
        loss = F.cross_entropy(logits, torch.where(there, answer, 0), reduction="none", label_smoothing=0.05)
        name = list(CHOICES)[question]
        parts[name] = 0.5 * (loss * there).sum() / there.sum().clamp(min=1)
    return parts


RARE = 4.0
"""A card with a defect counts so much more than one without: of each kind there are two in a hundred. What
that does to the chances, the calibration takes back."""


def codes(truth: Tensor) -> Tensor:
    """The loop hands truths over as 0…1."""
    return (truth[:, 0] * 255).round().long()


# ── recipe ──────────────────────────────────────────────────────────────────────────────────────────────────


def recipe_for(device: str) -> Recipe:
    return replace(
        segmenter.recipe_for(device),
        minutes=15 if device == "cuda" else 60,
        batch=32,
        small=192,
        size=SIDE,
        small_share=0.6,
        rate=1.5e-3,
        decay=0.05,
        widths=(16, 32, 64, 128, 176),
        depths=(1, 2, 1, 1),
        attention=1,
    )


# ── training ────────────────────────────────────────────────────────────────────────────────────────────────


def train(
    glances: list[Glance],
    out: Path,
    recipe: Recipe,
    tell: Tell = print,
    watch: Watch = lambda share, loss: None,
    eyes: Path | None = None,
) -> Path:
    """Trains, or goes on from `out/last.pt`; the exported network. `eyes`: the last.pt of a segmenter."""
    torch.manual_seed(recipe.seed)
    recipe = replace(recipe, parent=sha256(eyes.read_bytes()).hexdigest() if eyes else "")
    run = started(recipe)
    if eyes:
        see_as(run, eyes)
    segmenter.resume(run, recipe, out, tell)
    dev = [one for one in glances if one.dev]
    known = [one for one in glances if not one.dev]

    def judge() -> tuple[dict[str, float], RGB | None]:
        return evaluate(run.mean, dev, recipe), None

    while not segmenter.done(run, recipe):
        early = segmenter.share_of(run, recipe) < recipe.small_share
        lessons = Lessons(known, recipe.seed, recipe.small if early else recipe.size)
        segmenter.stage(run, recipe, lessons, judge, out, tell, watch, losses)
    segmenter.save(run, recipe, out)
    return shipped(run.mean, dev, recipe, out)


def started(recipe: Recipe) -> Run[JudgeNet]:
    net, mean = new_net(recipe), new_net(recipe)
    mean.load_state_dict(net.state_dict())
    return Run(net, mean, segmenter.optimiser_of(net, recipe))


def see_as(run: Run[JudgeNet], eyes: Path) -> None:
    """Begins with the first levels of a segmenter: they have seen many more photos than there are cards."""
    taught = torch.load(eyes, map_location="cpu", weights_only=True)["mean"]
    own = run.net.state_dict()
    for name, now in own.items():
        was = taught.get(name)
        if was is None:
            continue
        if was.shape == now.shape:
            now.copy_(was)
        elif name == "down1.conv.weight":  # colours as there; the cut-out's plane begins unseen
            now[:, :3].copy_(was)
            now[:, 3].zero_()
    run.mean.load_state_dict(own)


def new_net(recipe: Recipe) -> JudgeNet:
    net = JudgeNet(recipe.widths, recipe.depths, recipe.attention)
    return net.to(recipe.device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


@torch.inference_mode()
def heard(net: JudgeNet, glances: list[Glance], recipe: Recipe) -> tuple[NDArray[np.float32], ...]:
    """Logits of the defects and of the answers, and what is true."""
    net.eval()
    told: list[tuple[Tensor, Tensor]] = []
    for start in range(0, len(glances), recipe.batch):
        pictures = np.stack([one.opened() for one in glances[start : start + recipe.batch]])
        x, _ = segmenter.prepared(torch.from_numpy(pictures), torch.zeros(1), recipe.device)
        with segmenter.half_precision(recipe.device):
            out = net(x)
        told.append((out["defects"].float().cpu(), out["choices"].float().cpu()))
    truth = np.array([one.truth for one in glances], np.float32).reshape(-1, len(KINDS) + len(CHOICES))
    return *(torch.cat(part).numpy() for part in zip(*told, strict=True)), truth


def evaluate(net: JudgeNet, dev: list[Glance], recipe: Recipe) -> dict[str, float]:
    """Average precision, mean over the defects; share of right answers, mean over the answers."""
    if not dev:
        return {}
    defects, choices, truth = heard(net, dev, recipe)
    each = {kind: precision(defects[:, k], truth[:, k]) for k, kind in enumerate(KINDS)}
    figures = {"AP": float(np.nanmean(list(each.values())))} | {f"AP {kind}": ap for kind, ap in each.items()}
    parts = answered(torch.from_numpy(choices))
    for question, (name, part) in enumerate(zip(CHOICES, parts, strict=True)):
        answer, said = truth[:, len(KINDS) + question], part.argmax(1).numpy()
        right = [float((said[answer == a] == a).mean()) for a in np.unique(answer[answer != UNKNOWN])]
        figures[name] = float(np.mean(right)) if right else 0.0
    return {name: value for name, value in figures.items() if not np.isnan(value)}


def precision(score: NDArray[np.float32], truth: NDArray[np.float32]) -> float:
    """Average precision: the mean of the precision at each true one."""
    known = truth != UNKNOWN
    true = truth[known][np.argsort(-score[known], kind="stable")] == 1
    if not true.any():
        return float("nan")
    return float((np.cumsum(true) / np.arange(1, len(true) + 1))[true].mean())


# ── calibration and export ──────────────────────────────────────────────────────────────────────────────────


def shipped(net: JudgeNet, dev: list[Glance], recipe: Recipe, out: Path) -> Path:
    figures = evaluate(net, dev, recipe)
    rounded = export.rounded(net)
    slope, offset = calibrated(*heard(rounded, dev, recipe))
    made = Shipped(rounded, torch.tensor(slope).float()[None], torch.tensor(offset).float()[None]).eval()
    seen = export.probe(SIDE)
    seen = torch.cat([seen, (seen[:, :1] > 0).float() * 4 - 2], 1)
    told = [*KINDS, *(f"{name} {answer}" for name, answers in CHOICES.items() for answer in answers)]
    head = {"task": "judge", "made_by": "packshot train judge", "told": told}
    return export.ship(made, ("told",), seen, out / "judge.onnx", head, recipe, figures)


def calibrated(
    defects: NDArray[np.float32], choices: NDArray[np.float32], truth: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A slope and an offset for each defect: then 0.7 means that seven of ten dev cards have it."""
    slopes, offsets = np.ones(len(KINDS)), np.zeros(len(KINDS))
    for k in range(len(KINDS)):
        known = truth[:, k] != UNKNOWN
        slopes[k], offsets[k] = bend(defects[known, k], truth[known, k] == 1)
    return slopes, offsets


def bend(score: NDArray[np.float32], true: NDArray[np.bool_]) -> tuple[float, float]:
    """By Newton's steps to the greatest likelihood, held near 1 and 0 where there are few cards."""
    seen = np.stack([score.astype(np.float64), np.ones(len(score))], 1)
    usual = at = np.array([1.0, 0.0])

    def lost(at: NDArray[np.float64]) -> float:
        told = seen @ at
        return float((np.logaddexp(0, told) - true * told).sum() + ((at - usual) ** 2).sum() / 2)

    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(seen @ at, -30, 30)))
        slope = seen.T @ (true - chance) - (at - usual)
        curve = (seen.T * (chance * (1 - chance))) @ seen + np.eye(2)
        step = np.linalg.solve(curve, slope)
        while lost(at + step) > lost(at) and abs(step).max() > 1e-6:
            step = step / 2
        at = at + step
    return float(at[0]), float(at[1])
