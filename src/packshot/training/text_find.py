"""Our own text finder: where on a photo are lines of text, how tall are they, and which way are they read?

Top to bottom: net → loss → recipe → training → export. The pictures and their truth are made in
`text_pages.py`; how the net's map becomes outlines stands in `engines/text_find.py`. The loop is the
segmenter's: a run goes on from its last checkpoint, and the same seed and steps give the same weights.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  the name everyone knows it by
from torch import Tensor, nn

from packshot.engines import text_find as engine
from packshot.image.types import RGB
from packshot.training import export, pack, segmenter
from packshot.training.lettering import Fonts
from packshot.training.segmenter import Block, Conv, Recipe, Run, Tell, Watch, doubled, level
from packshot.training.sources import Example
from packshot.training.text_pages import HEIGHT_STEPS, LOWEST_PX, Outline, Page, Pages, Phrase, Replayed

# ── net ─────────────────────────────────────────────────────────────────────────────────────────────────────


class TextNet(nn.Module):
    """Five levels down, three up; four numbers for each half-size place, told from the quarter-size level."""

    def __init__(self, widths: tuple[int, ...], depths: tuple[int, ...]) -> None:
        super().__init__()
        w1, w2, w3, w4, w5 = widths
        self.down1 = Conv(3, w1, stride=2)
        self.down2 = level(w1, w2, depths[0])
        self.down3 = level(w2, w3, depths[1])
        self.down4 = level(w3, w4, depths[2])
        self.down5 = level(w4, w5, depths[3])
        self.up4, self.join4 = Conv(w5, w4, 1), Block(w4)
        self.up3, self.join3 = Conv(w4, w3, 1), Block(w3)
        self.up2, self.join2 = Conv(w3, w2, 1), Block(w2)
        self.tell = nn.Conv2d(w2, 4 * 4, 3, 1, 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Core (a logit), log2 of the height, cosine and sine: as `engines/text_find.py` reads them."""
        d2 = self.down2(self.down1(x))
        d3 = self.down3(d2)
        d4 = self.down4(d3)
        u4 = self.join4(d4 + doubled(self.up4(self.down5(d4))))
        u3 = self.join3(d3 + doubled(self.up3(u4)))
        u2 = self.join2(d2 + doubled(self.up2(u3)))
        return {"maps": F.pixel_shuffle(self.tell(u2), 2)}


class Shipped(nn.Module):
    """A chance instead of a logit: what the engine reads."""

    def __init__(self, net: TextNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        maps = self.net(x)["maps"]
        return torch.cat([torch.sigmoid(maps[:, :1]), maps[:, 1:]], 1)


# ── loss ────────────────────────────────────────────────────────────────────────────────────────────────────


def losses(x: Tensor, out: dict[str, Tensor], truth: Tensor) -> dict[str, Tensor]:
    """Each place (cores more, small print most), the overlap of all cores, their heights and directions."""
    maps = out["maps"].float()
    core, care, *told = truth[:, 0].unbind(-1)
    height = told[0] * 255 / HEIGHT_STEPS + float(np.log2(LOWEST_PX / engine.UNIT_PX))
    inside = ((core > 0.5) & (care > 0.5)).float()
    some = inside.sum().clamp(min=1)
    small = (2.5 - 0.5 * height).clamp(0.5, 3)
    weight = care * (1 + 4 * core * small)
    chance = torch.sigmoid(maps[:, 0])
    each = F.binary_cross_entropy_with_logits(maps[:, 0], core, reduction="none")
    overlap = 2 * (chance * core * weight).sum() / ((chance + core) * weight).sum().clamp(min=1)
    way = torch.stack(told[1:], 1) * (255 / 127) - 127.5 / 127
    return {
        "places": 4 * (each * weight).sum() / care.sum().clamp(min=1),
        "overlap": 0.5 * (1 - overlap),
        "height": 0.5
        * (F.smooth_l1_loss(maps[:, 1], height, reduction="none", beta=0.1) * inside).sum()
        / some,
        "way": 0.5 * (((maps[:, 2:] - way) ** 2).sum(1) * inside).sum() / some,
    }


# ── recipe ──────────────────────────────────────────────────────────────────────────────────────────────────


def recipe_for(device: str) -> Recipe:
    """Letters are as tall in small pictures as in large ones, so most of it is learned on small ones."""
    usual = segmenter.recipe_for(device)
    return replace(
        usual,
        minutes=25 if device == "cuda" else 60,
        small=256,
        size=448,
        small_share=0.8,
        warm=100,
        widths=(16, 32, 48, 80, 112),
        depths=(1, 2, 2, 1),
        attention=0,
    )


# ── training ────────────────────────────────────────────────────────────────────────────────────────────────

DEV_PAGES = 64
DEV_SEED = 7


def train(
    found: list[Example],
    fonts: tuple[Fonts, Fonts],
    phrase: Phrase,
    out: Path,
    recipe: Recipe,
    tell: Tell = print,
    watch: Watch = lambda share, loss: None,
) -> Path:
    """Trains, or goes on from `out/last.pt`; the exported network. `fonts`: to train with, to judge by."""
    torch.manual_seed(recipe.seed)
    recipe = replace(recipe, parent="")
    run = started(recipe)
    segmenter.resume(run, recipe, out, tell)
    unseen = Pages([e for e in found if pack.is_dev(e)], fonts[1], phrase, recipe.size, DEV_SEED)
    dev = [unseen.page(number) for number in range(DEV_PAGES)]
    known = [e for e in found if not pack.is_dev(e)]

    def judge() -> tuple[dict[str, float], RGB | None]:
        return evaluate(run.mean, dev, recipe)

    while not segmenter.done(run, recipe):
        early = segmenter.share_of(run, recipe) < recipe.small_share
        size = recipe.small if early else recipe.size
        drawn = Pages(known, fonts[0], phrase, size * 5 // 4 // 4 * 4, recipe.seed)
        segmenter.stage(run, recipe, Replayed(drawn, size), judge, out, tell, watch, losses)
    segmenter.save(run, recipe, out)
    return ship(run.mean, recipe, out, judge()[0])


def started(recipe: Recipe) -> Run[TextNet]:
    net, mean = new_net(recipe), new_net(recipe)
    mean.load_state_dict(net.state_dict())
    return Run(net, mean, segmenter.optimiser_of(net, recipe))


def new_net(recipe: Recipe) -> TextNet:
    net = TextNet(recipe.widths, recipe.depths)
    return net.to(recipe.device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


@torch.inference_mode()
def evaluate(net: TextNet, dev: list[Page], recipe: Recipe) -> tuple[dict[str, float], RGB | None]:
    """Found lines against drawn ones, and a sheet: drawn green, found red, the map beside."""
    shipped = Shipped(net).eval()
    right = missed = false = 0
    tiles = []
    for start in range(0, len(dev), recipe.batch):
        part = dev[start : start + recipe.batch]
        colours = torch.from_numpy(np.stack([page.colours for page in part]))
        x, _ = segmenter.prepared(colours, colours[..., 0], recipe.device)
        with segmenter.half_precision(recipe.device):
            answers = shipped(x).float().cpu().numpy()
        for page, maps in zip(part, answers, strict=True):
            lines = [line.outline for line in engine.lines(maps)]
            found = [line for line in lines if not _doubted(line, page)]
            pairs = matched(found, page.lines)
            right, missed, false = (
                right + pairs, missed + len(page.lines) - pairs, false + len(found) - pairs,
            )  # fmt: skip
            tiles.append(_tile(page, found, maps[0]))
    figures = {
        "precision": right / max(1, right + false),
        "recall": right / max(1, right + missed),
        "f1": 2 * right / max(1, 2 * right + missed + false),
    }
    return figures, segmenter.sheet(tiles[:: max(1, len(tiles) // 32)])


def matched(found: list[Outline], drawn: list[Outline], least: float = 0.5) -> int:
    """How many are found: by IoU of their upright boxes, each line once."""
    pairs = sorted(
        (
            (_iou(_box(one), _box(other)), a, b)
            for a, one in enumerate(found)
            for b, other in enumerate(drawn)
        ),
        reverse=True,
    )
    ours: set[int] = set()
    theirs: set[int] = set()
    for overlap, a, b in pairs:
        if overlap >= least and a not in ours and b not in theirs:
            ours.add(a)
            theirs.add(b)
    return len(ours)


Corners: TypeAlias = tuple[float, float, float, float]


def _box(line: Outline) -> Corners:
    (left, top), (right, bottom) = line.min(0).tolist(), line.max(0).tolist()
    return left, top, right, bottom


def _iou(one: Corners, other: Corners) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    both = max(0.0, wide) * max(0.0, tall)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return both / max(1e-9, sum(areas) - both)


def _doubted(line: Outline, page: Page) -> bool:
    """Mostly where letters may be that nobody drew."""
    inside = np.zeros(page.doubt.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(line).astype(np.int32)], 1)
    return bool(cv2.mean(page.doubt, inside)[0] > 127)


def _tile(page: Page, found: list[Outline], core: Any) -> RGB:
    seen = page.colours.copy()
    for lines, colour in ((page.lines, (0, 200, 0)), (found, (230, 0, 0))):
        cv2.polylines(seen, [np.round(line).astype(np.int32) for line in lines], True, colour, 1, cv2.LINE_AA)
    grey = cv2.resize((core * 255).astype(np.uint8), seen.shape[1::-1])
    row = np.hstack([seen, np.repeat(grey[..., None], 3, 2)])
    return np.asarray(cv2.resize(row, (448, 224), interpolation=cv2.INTER_AREA), np.uint8)


# ── export ──────────────────────────────────────────────────────────────────────────────────────────────────

VARYING = {0: "batch", 2: "height", 3: "width"}


def ship(net: TextNet, recipe: Recipe, out: Path, figures: dict[str, float]) -> Path:
    """`text_find.onnx` and its card; the network takes any sides that are multiples of 32."""
    shipped = Shipped(export.rounded(net)).eval()
    head = {"task": "find_text", "made_by": "packshot train text-finder"}
    path = out / "text_find.onnx"
    return export.ship(shipped, ("maps",), export.probe(recipe.size), path, head, recipe, figures, VARYING)
