"""The network taught a shop's own goods, without forgetting the others.

Half of every batch are the shop's pictures. The other half are of the kind that it knew before, and there a
frozen copy holds it to what it said. At the end the new weights are drawn back towards the old ones just as
far as it takes for the old pictures to be cut as well as before.
"""

from __future__ import annotations

import hashlib
import tomllib
import zlib
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812  the name everyone knows it by
from torch import Tensor

from packshot.errors import BadOption, BadSource
from packshot.image.types import RGB, Grey
from packshot.training import pack, segmenter
from packshot.training.compose import Composer
from packshot.training.export import export, load
from packshot.training.segmenter import Lesson, Recipe, Run, Seen, Segmenter, Tell, Watch
from packshot.training.sources import GROUND, PHOTO, Example
from packshot.words import say

OWN_PHOTOS = 0.7
"""Share of the shop's photos as they are; the rest are its goods on other grounds."""
OWN_VAL = 5
"""One own photo in so many is never taught, only judged by."""
MAY_FALL = 0.005
"""IoU that no kind of old pictures may lose more of, on average."""
SCALES = (1.0, 0.8, 0.6, 0.4, 0.2)
"""From the new weights to the old ones."""
BLIND = 0.6
"""The most of the new weights where no old pictures watch. In a trial (150 pairs) all of them cost people
0.012 IoU, unseen by the drawn check; 0.6 of them cost no kind anything and kept 0.34 of 0.40 gained."""
DRAWN_CHECKS = 100


class Both:
    """Even numbers are the shop's pictures, odd ones the old kind."""

    def __init__(self, own: Composer, old: Composer) -> None:
        self.own, self.old, self.size = own, old, own.size

    def __call__(self, number: int) -> tuple[RGB, Grey]:
        return (self.old if number % 2 else self.own)(number // 2)


def recipe_for(weights: Path, device: str) -> Recipe:
    """The network's own shape, from its card; a low rate and few minutes."""
    try:
        shape = tomllib.loads(weights.with_suffix(".toml").read_text("utf8"))["recipe"]
        return replace(
            segmenter.recipe_for(device),
            minutes=8,
            batch=16,
            rate=2e-4,
            warm=20,
            average=0.98,
            small_share=0.0,
            dev_minutes=2,
            size=shape["size"],
            widths=tuple(shape["widths"]),
            depths=tuple(shape["depths"]),
            attention=shape["attention"],
            parent=hashlib.sha256(weights.read_bytes()).hexdigest(),
        )
    except (OSError, KeyError, tomllib.TOMLDecodeError) as exc:
        what = say("{file} has no card that says how it was trained.", file=str(weights))
        cure = say("Give segment_net.onnx with segment_net.toml beside it, as `packshot train` writes them.")
        raise BadOption(what, cure) from exc


def tune(
    found: list[Example],
    weights: Path,
    out: Path,
    recipe: Recipe,
    kept: list[Example] | None = None,
    tell: Tell = print,
    watch: Watch = lambda share, loss: None,
) -> Path:
    """Teaches, or goes on; the path of the exported network. `kept`: pictures that it was made from."""
    taught, judged = parted(found)
    old_net = stored(weights, recipe)
    net = deepcopy(old_net)
    run = Run(net, deepcopy(old_net), segmenter.optimiser_of(net, recipe))
    segmenter.resume(run, recipe, out, tell)
    own = [("own", *segmenter.squeezed(photo, recipe.size)) for photo in judged]
    dev = own + old_pictures(kept or [], recipe.size)
    pictures = lessons(taught, kept or [], recipe)

    def judge() -> tuple[dict[str, float], RGB | None]:
        return segmenter.evaluate(run.mean, dev, recipe)

    while not segmenter.done(run, recipe):
        segmenter.stage(run, recipe, pictures, judge, out, tell, watch, as_before(old_net, recipe))
    segmenter.save(run, recipe, out)
    scales = SCALES if kept else tuple(scale for scale in SCALES if scale <= BLIND)
    best, figures = drawn_back(old_net, run.mean, dev, recipe, tell, scales)
    return export(best, recipe, out, figures)


def parted(found: list[Example]) -> tuple[list[Example], list[Example]]:
    """What is taught and what is judged by: by the photo's name, so the same in every run."""
    judged = [e for e in found if e.kind == PHOTO and _judges(e)]
    taught = [e for e in found if not _judges(e)]
    if not judged or not any(e.kind == PHOTO for e in taught):
        what = say("{count} pairs are too few to teach and to judge by.", count=len(found))
        raise BadSource(what, say("Give 100 to 300 pairs of photo and mask."))
    return taught, judged


def _judges(example: Example) -> bool:
    return zlib.crc32(example.group.encode()) % OWN_VAL == 0


def stored(weights: Path, recipe: Recipe) -> Segmenter:
    try:
        net = load(Segmenter(recipe.widths, recipe.depths, recipe.attention), weights)
    except KeyError as exc:
        what = say("{file} is another network than its card says.", file=str(weights))
        raise BadOption(what, say("Take the file and the card of one training.")) from exc
    return net.to(recipe.device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def lessons(taught: list[Example], kept: list[Example], recipe: Recipe) -> Both:
    """Without old pictures, products are drawn and grounds are made: less, but never nothing."""
    known = [e for e in kept if not pack.is_dev(e)]
    grounds = [e for e in known if e.kind == GROUND]
    own = Composer(taught + grounds, recipe.size, recipe.seed, OWN_PHOTOS)
    return Both(own, Composer(known, recipe.size, recipe.seed + 1))


def old_pictures(kept: list[Example], size: int) -> Seen:
    """What it must go on cutting: the dev part of what it was made from, else drawn products."""
    if kept:
        return segmenter.dev_pictures(kept, size)
    drawn = Composer([], size, seed=11)
    return [("drawn", *drawn(number)) for number in range(DRAWN_CHECKS)]


def as_before(old_net: Segmenter, recipe: Recipe) -> Lesson:
    """The usual loss, and on the old half of the batch: what the frozen copy says.

    Without the coarse heads: they are not shipped, and new ones would only unsettle what is below them.
    """
    teacher = deepcopy(old_net).eval().requires_grad_(False)

    def lesson(x: Tensor, out: dict[str, Tensor], truth: Tensor) -> dict[str, Tensor]:
        with torch.no_grad(), segmenter.half_precision(recipe.device):
            said = torch.sigmoid(teacher(x[1::2])["alpha"].float())
        off = F.binary_cross_entropy_with_logits(out["alpha"][1::2].float(), said)
        parts = segmenter.losses(out, truth)
        del parts["coarse"]
        return {**parts, "as before": off}

    return lesson


def drawn_back(
    old: Segmenter,
    new: Segmenter,
    dev: Seen,
    recipe: Recipe,
    tell: Tell,
    scales: tuple[float, ...] = SCALES,
) -> tuple[Segmenter, dict[str, float]]:
    """The newest mean of old and new weights with which no kind of old pictures loses too much."""
    before, _ = segmenter.evaluate(old, dev, recipe)
    for scale in scales:
        net = between(old, new, scale)
        after, _ = segmenter.evaluate(net, dev, recipe)
        falls = {name: before[name] - after[name] for name in before if not name.endswith(" mae")}
        gain = -falls.pop("own")
        _tell_of(scale, before, after, tell)
        if max(falls.values()) <= MAY_FALL:
            break
    if max(falls.values()) > MAY_FALL or gain <= 0:
        tell(say("Nothing is gained without loss: the weights stay what they were."))
        return old, before
    return net, {**after, **{f"{name} before": value for name, value in before.items()}, "new share": scale}


def between(old: Segmenter, new: Segmenter, scale: float) -> Segmenter:
    net = deepcopy(old)
    net.load_state_dict(
        {name: torch.lerp(old.state_dict()[name], value, scale) for name, value in new.state_dict().items()}
    )
    return net


def _tell_of(scale: float, before: dict[str, float], after: dict[str, float], tell: Tell) -> None:
    names = [name for name in before if not name.endswith(" mae")]
    changes = ", ".join(f"{name} {before[name]:.4f} → {after[name]:.4f}" for name in names)
    tell(say("{share:.0%} of the new weights, IoU: {changes}.", share=scale, changes=changes))
