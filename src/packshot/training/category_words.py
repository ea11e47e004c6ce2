"""The linear layer that reads a shop's category names: `packshot train category-words`.

Top to bottom: recipe → training → bars → the file and its card. How it is asked stands in
`catalog/category_words.py`; what it learns from, and what is held out, in `category_names.py`. The same
seed and data give the same layer.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from packshot.catalog import category_words
from packshot.catalog.category_words import BUCKETS, FORMS, WORDS, Floats, Model, name_key, seen
from packshot.image.files import write_whole
from packshot.profiles.categories import categories
from packshot.training.category_names import OWN_LIST, TILLS, TREE, Example, Mix, examples
from packshot.words import Words, say

Tell = Callable[[Words], None]

FILE = "category_words.npz"
LIKELY = 0.5
"""No bar is lower: the tree's held-out paths have upper names in common with learned ones, a shop's don't."""


LICENCES = {
    TREE: "MIT, Copyright (c) Shopify",
    "taxonomy-generated": "MIT, Copyright (c) Shopify; titles made up",
    "fashion-product-images": "known as MIT; the repository read states none",
    "pricerunner": "known as CC BY 4.0; the repository read states none",
    "contoso": "MIT",
    "retail-demo-store": "MIT-0",
    "vkusvill-parser": "MIT",
    "perekrestok-api": "MIT",
    "chizhik-api": "MIT",
    "fixprice-api": "MIT",
    TILLS: "none stated; an open reference book of bar codes (names and categories only)",
}


@dataclass(frozen=True, slots=True)
class Recipe:
    seed: int = 0
    epochs: int = 4
    batch: int = 512
    rate: float = 0.02
    word_decay: float = 4e-8
    decay: float = 2e-6
    """Of pieces: words may be learned by heart, what merely looks like them should stay unsure."""
    precision: float = 0.975
    """On what sets the bars: above the promised 0.95, for other names follow."""
    mix: Mix = field(default_factory=Mix)


def train(data: Path, out: Path, recipe: Recipe, tell: Tell) -> Path:
    """Measured with names held out; then the same is learned anew with these names, and shipped."""
    told = measured(data, recipe, tell)
    model, learnt = taught(examples(data, recipe.mix, recipe.seed, hold=False), recipe, tell)
    return write(out / FILE, replace(model, bars=told.bars), recipe, learnt, figures(told))


@dataclass(frozen=True, slots=True)
class Measured:
    model: Model
    held_out: tuple[Example, ...]

    @property
    def bars(self) -> Mapping[str, tuple[float, float]]:
        return self.model.bars


def measured(data: Path, recipe: Recipe, tell: Tell) -> Measured:
    found = list(examples(data, recipe.mix, recipe.seed))
    model, _ = taught(found, recipe, tell)
    model = with_bars(model, [example for example in found if example.fold == "dev"], recipe.precision)
    return Measured(model, tuple(example for example in found if example.fold == "val"))


def taught(found: Iterable[Example], recipe: Recipe, tell: Tell) -> tuple[Model, list[Example]]:
    learnt = [example for example in found if example.fold == "train"]
    tell(say("{count} names and titles to learn from.", count=len(learnt)))
    return with_names(fit(learnt, recipe, tell), learnt), learnt


# ── training ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Bags:
    """All examples end to end: what each sees, and how much it weighs."""

    buckets: NDArray[np.int32]
    shares: Floats
    starts: NDArray[np.int64]
    """One more than there are examples."""

    def batch(self, chosen: NDArray[np.int64]) -> tuple[Tensor, Tensor, Tensor]:
        lengths = self.starts[chosen + 1] - self.starts[chosen]
        begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        at = np.arange(lengths.sum()) + np.repeat(self.starts[chosen] - begins, lengths)
        return tuple(
            torch.from_numpy(x) for x in (self.buckets[at].astype(np.int64), begins, self.shares[at])
        )  # type: ignore[return-value]


def bags(found: Iterable[Example]) -> Bags:
    texts = [seen(example.path, example.title) for example in found]
    starts = np.cumsum([0, *(len(at) for at, _ in texts)])
    return Bags(
        np.concatenate([at for at, _ in texts]), np.concatenate([share for _, share in texts]), starts
    )


def fit(found: Sequence[Example], recipe: Recipe, tell: Tell) -> Model:
    torch.manual_seed(recipe.seed)
    draw = np.random.default_rng(recipe.seed)
    classes = tuple(sorted({example.category for example in found}))
    truth = torch.tensor([classes.index(example.category) for example in found])
    held = bags(found)
    layer = nn.EmbeddingBag(BUCKETS, len(classes), mode="sum")
    bias = nn.Parameter(torch.zeros(len(classes)))
    nn.init.zeros_(layer.weight)
    optimiser = torch.optim.AdamW([layer.weight, bias], lr=recipe.rate, weight_decay=0.0)
    steps = recipe.epochs * -(-len(found) // recipe.batch)
    slower = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.01, total_iters=steps)
    for epoch in range(recipe.epochs):
        total = 0.0
        order = draw.permutation(len(found))
        for chosen in np.split(order, range(recipe.batch, len(order), recipe.batch)):
            at, begins, shares = held.batch(chosen)
            odds = layer(at, begins, per_sample_weights=shares) + bias
            loss = nn.functional.cross_entropy(odds, truth[chosen])
            optimiser.zero_grad()
            whole, pieces = (half.square().sum() for half in (layer.weight[:WORDS], layer.weight[WORDS:]))
            (loss + recipe.word_decay * whole + recipe.decay * pieces).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            slower.step()
            total += float(loss.detach()) * len(chosen)
        tell(say("epoch {number}: loss {loss:.3f}", number=epoch + 1, loss=total / len(found)))
    return squeezed(classes, layer.weight.detach().numpy(), bias.detach().numpy())


NO_NAMES, NO_MEANS = np.zeros(0, np.uint32), np.zeros(0, np.uint8)


def squeezed(classes: tuple[str, ...], weights: Floats, bias: Floats) -> Model:
    """A byte a weight, a scale a class."""
    scale = np.maximum(np.abs(weights).max(0), 1e-6).astype(np.float32) / 127
    return Model(
        classes,
        np.round(weights / scale).astype(np.int8),
        scale,
        bias.astype(np.float32),
        NO_NAMES,
        NO_MEANS,
        {},
    )


def with_names(model: Model, found: Iterable[Example]) -> Model:
    """Bare names known by heart: our own list's, then those of the tree that mean one thing only."""
    meant: dict[str, dict[int, set[str]]] = {OWN_LIST: {}, TREE: {}}
    for example in found:
        if example.source in meant and not example.title and len(example.path) == 1:
            meant[example.source].setdefault(name_key(example.path[0]), set()).add(example.category)
    known = {key: of for key, of in (meant[TREE] | meant[OWN_LIST]).items() if len(of) == 1}
    keys = sorted(known)
    means = [model.classes.index(next(iter(known[key]))) for key in keys]
    return replace(model, names=np.array(keys, np.uint32), means=np.array(means, np.uint8))


# ── bars ────────────────────────────────────────────────────────────────────────────────────────────────────


def with_bars(model: Model, found: Sequence[Example], precision: float) -> Model:
    """The lowest bars at which what is told keeps the precision, in either language."""
    slices: dict[tuple[str, str], list[Example]] = {}
    for example in found:
        if example.form == "name" and model.by_heart(example.path[0]) is not None:
            continue
        slices.setdefault((example.form, example.language), []).append(example)
    bars = dict.fromkeys(FORMS, (LIKELY, LIKELY))
    for (form, _), part in slices.items():
        sure, right, group_sure, group_right = (
            np.array(of) for of in zip(*(_judged(model, one) for one in part), strict=True)
        )
        here = lowest(sure, right, precision), lowest(group_sure, group_right, precision)
        bars[form] = max(bars[form][0], here[0]), max(bars[form][1], here[1])
    return replace(model, bars=bars)


def _judged(model: Model, example: Example) -> tuple[float, bool, float, bool]:
    """How sure of the likeliest part and group, and whether they are right."""
    told = model.chances(category_words.split(example.path), example.title).tolist()
    chances = dict(zip(model.classes, told, strict=True))
    groups = category_words.together(chances)
    del groups[""]
    part = max((name for name in chances if "." in name), key=chances.__getitem__)
    group = max(groups, key=groups.__getitem__)
    return chances[part], part == example.category, groups[group], within(example.category, group)


def within(category: str, answer: str) -> bool:
    """Is the answer right? A group is right for each of its parts."""
    return category == answer or category.startswith(f"{answer}.")


def lowest(sure: Floats, right: NDArray[np.bool_], precision: float) -> float:
    """The least bar above which answers are right often enough."""
    order = np.argsort(-sure)
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.nonzero(share >= precision)[0]
    return float(sure[order][enough[-1]]) if len(enough) else 1.0


# ── the file and its card ───────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Tally:
    """Of some examples: how many, of ours, told, right, told of ours, and told to the part."""

    n: int = 0
    ours: int = 0
    told: int = 0
    right: int = 0
    covered: int = 0
    exact: int = 0

    def add(self, category: str, answer: str) -> None:
        self.n += 1
        self.ours += bool(category)
        self.told += bool(answer)
        self.right += bool(answer) and within(category, answer)
        self.covered += bool(answer and category)
        self.exact += bool(answer) and answer == category


def tallies(told: Measured, key: Callable[[Example], tuple[str, ...]]) -> dict[tuple[str, ...], Tally]:
    """Goods and names that were held out, in groups."""
    choice = frozenset(categories())
    groups: dict[tuple[str, ...], Tally] = {}
    for example in told.held_out:
        answer = category_words.weighed(told.model, category_words.split(example.path), example.title, choice)
        groups.setdefault(key(example), Tally()).add(example.category, answer.category)
    return groups


def figures(told: Measured) -> dict[str, float]:
    """For the card, by what is given."""
    lines: dict[str, float] = {}
    for (language, form), tally in sorted(tallies(told, lambda one: (one.language, one.form)).items()):
        lines[f"{language} {form}: n"] = tally.n
        lines[f"{language} {form}: precision"] = round(tally.right / max(1, tally.told), 4)
        lines[f"{language} {form}: coverage"] = round(tally.covered / max(1, tally.ours), 4)
    return lines


def write(
    path: Path, model: Model, recipe: Recipe, learnt: Sequence[Example], told: dict[str, float]
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    held = io.BytesIO()
    np.savez_compressed(
        held,
        classes=np.array(model.classes),
        weights=model.weights,
        scale=model.scale,
        bias=model.bias,
        names=model.names,
        means=model.means,
        bars=np.array([model.bars[form] for form in FORMS]),
    )
    write_whole(path, held.getvalue())
    write_whole(path.with_suffix(".toml"), card(path.name, held.getvalue(), recipe, learnt, told).encode())
    return path


def card(name: str, data: bytes, recipe: Recipe, learnt: Iterable[Example], told: Mapping[str, float]) -> str:
    """What it is, what it learned from, and how good the same is on names that it had not seen."""
    counts = Counter(example.source for example in learnt)
    asked = {**asdict(recipe), **asdict(recipe.mix)}
    del asked["mix"]
    lines = [
        'task = "category_words"',
        f'file = "{name}"',
        f'sha256 = "{sha256(data).hexdigest()}"',
        f"size_bytes = {len(data)}",
        'licence = "Apache-2.0"',
        "sale = true",
        'made_by = "packshot train category-words"',
        "",
        "[recipe]",
        *(f"{key} = {json.dumps(value)}" for key, value in asked.items()),
        "",
        "# Names and titles learned from, by source, and the licence of each.",
        "[data]",
        *(_told(source, count) for source, count in sorted(counts.items())),
        "",
        "# Of the same recipe with names held out; then these were learned, too.",
        "[val]",
        *(f'"{key}" = {value}' for key, value in told.items()),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _told(source: str, count: int) -> str:
    return f'"{source}" = {{ count = {count}, licence = {json.dumps(LICENCES.get(source, "our own"))} }}'
