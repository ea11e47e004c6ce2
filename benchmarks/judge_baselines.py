"""Is "a defect of the background, or none?" told better by us, or by the small nets that were tried before?

    packshot train defects --data SETS --out CARDS --split val --count 1880
    packshot train lessons --data SETS --cards TRAIN --cards DEV --out LESSONS
    python benchmarks/judge_baselines.py --lessons LESSONS --val CARDS --minutes 4 [--judge judge.toml]

The nets are trained here and now, on what our judge learns from. What `packshot check` says comes from
CARDS/findings.jsonl, which benchmarks/moderation.py leaves there; without it, that row is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import cv2
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))

from judge import baselines, page
from judge.baselines import BAD, Cards, Scores, Trained, cross_entropy
from judge.tables import table
from moderation import FAMILIES, Checked, share, speaks_of_ground
from numpy.typing import NDArray

from packshot.engines.judge import JudgeNet
from packshot.journey.examine import second_opinion
from packshot.training import glances
from packshot.training.defects import synthesize
from packshot.training.glances import Glance

# --- val ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    glance: Glance
    family: str
    """Empty where only lessons were given."""
    told: bool | None
    """What `packshot check` said; None: not asked."""

    @property
    def defective(self) -> bool:
        return bool(baselines.defective(self.glance))


def val_of(given: Path) -> list[Card]:
    """Those that have an answer, of a folder of cards or of a file of lessons."""
    if given.is_dir():
        lines = list(synthesize.read(given))
        seen = looked_at(given, lines)
        said = verdicts(given)
        cards = [
            Card(one, str(line["family"]), said.get(str(line["file"])))
            for one, line in zip(seen, lines, strict=True)
        ]
    else:
        cards = [Card(one, "", None) for one in glances.read(given)]
    return [card for card in cards if baselines.defective(card.glance) is not None]


def looked_at(folder: Path, lines: Sequence[dict[str, object]]) -> list[Glance]:
    """Cut out once, kept beside the cards."""
    kept = folder / "glances.zip"
    if kept.exists() and len(found := glances.read(kept)) == len(lines):
        return found
    net = second_opinion()
    assert net is not None, "the network that cuts products out is not installed"
    glances.write(
        kept,
        (
            glances.seen((folder / str(line["file"])).read_bytes(), net, False, glances.of_card(line, {}))
            for line in lines
        ),
    )
    return glances.read(kept)


def verdicts(folder: Path) -> dict[str, bool]:
    """By file: did a rule that looks at the background speak?"""
    left = folder / "findings.jsonl"
    if not left.exists():
        return {}
    truths = {str(line["file"]): line for line in synthesize.read(folder)}
    found = (json.loads(line) for line in left.read_text("utf8").splitlines())
    known = (Checked(truths[one["file"]], one) for one in found if one["file"] in truths)
    return {str(card.truth["file"]): speaks_of_ground(card) for card in known}


# --- who answers --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answers:
    who: str
    said: NDArray[np.bool_]
    chance: NDArray[np.float64] | None
    """Of a defect; None where only yes or no is said."""
    raw: float | None = None
    """Cross-entropy before dev said what a score is worth."""
    made: str = "–"


def ours_of(judge: Path | None, dev: Sequence[Glance], val: Sequence[Card]) -> Iterator[Answers]:
    """As far as they are there."""
    if judge:
        net = JudgeNet(judge.with_suffix(".toml"))
        of_dev, of_val = any_defect(net, dev), any_defect(net, [card.glance for card in val])
        right = np.array([bool(baselines.defective(one)) for one in dev])
        truth = np.array([card.defective for card in val])
        yield weighed("our judge alone", of_dev, of_val, right, truth)
    if all(card.told is not None for card in val):
        yield Answers("`packshot check`, all rules", np.array([bool(card.told) for card in val]), None)


def any_defect(judge: JudgeNet, some: Sequence[Glance]) -> Scores:
    """The chance that not every kind is absent, as if each came alone; dev bends what that gets wrong."""
    told = []
    for one in some:
        picture = one.opened()
        found = judge.judge(picture[..., :3], picture[..., 3]).defects
        absent = float(np.prod([1 - found[kind] for kind in BAD]))
        absent = min(max(absent, 1e-6), 1 - 1e-6)
        told.append(np.log((1 - absent) / absent))
    return np.array(told, np.float32)


def weighed(
    who: str, of_dev: Scores, of_val: Scores, dev_right: NDArray[np.bool_], val_right: NDArray[np.bool_]
) -> Answers:
    """Everybody's scores are bent on dev alike: then half is the best threshold there."""
    chance = baselines.bent(of_val, of_dev, dev_right)
    return Answers(who, chance > 0.5, chance, cross_entropy(baselines.chances(of_val), val_right))


# --- the section --------------------------------------------------------------------------------------------

INTRO = """\
One answer a card: is there text, no light ground, an extra thing, a cropped or a doubled product, or none of
them? Cards with a frame, a watermark, a colour cast or a wrong exposure are left out; goods that are blurred,
tiny or off centre may stand on a clean ground. The earlier way: a photo of 60 × 80, the goods taken out by
their inverted alpha, a net with two answers; here three such nets, from scratch, {minutes:g} minutes of one
core each (`benchmarks/judge_baselines.py`). Trained on {train} cards, the epoch chosen on {dev} dev cards,
shown on {val} val cards, {share:.0%} of them with a defect; classes as the cards come, for the balance of
that project's photos is not known. Its cut-outs came from another network, these come from ours. All scores
are bent to chances on dev, and a chance over one half is a yes. Brackets: Wilson, 95 %. Cross-entropy: nats a
card, 0.693 for who never knows; *as trained*: before the bending."""
REPORTED = """\
That project reported 94.2 % and 0.20 on people (97 of 103 photos, ResNet), and 93.7 % and 0.19 on beauty
products (ZFNet), where its own log shows 88.9 % (527 of 593) and 0.22. Its photos were other ones: compare
the rows here with each other, not with those."""


def section(given: Sequence[Answers], val: Sequence[Card], intro: str) -> str:
    truth = np.array([card.defective for card in val])
    groups = groups_of(val)
    counted = [f"{name} (n = {those.sum()})" for name, those in groups.items()]
    rows = [
        [
            one.who,
            *(right(one, truth, those) for those in groups.values()),
            *kinds_of_right(one, truth),
            one.made,
        ]
        for one in given
    ]
    losses = [
        [one.who, f"{one.raw:.3f}", *(f"{loss(one.chance, truth, those):.3f}" for those in groups.values())]
        for one in given
        if one.chance is not None
    ]
    return "\n\n".join([
        intro,
        "Accuracy:", table(("who", *counted, "defects told", "clean kept", "balanced", "net"), rows),
        "Cross-entropy:", table(("who", "as trained, all", *groups), losses),
        REPORTED,
    ])  # fmt: skip


def groups_of(val: Sequence[Card]) -> dict[str, NDArray[np.bool_]]:
    families = {name: np.array([card.family == name for card in val]) for name in FAMILIES}
    known = {name: those for name, those in families.items() if those.any()}
    return known | {"all": np.ones(len(val), bool)}


def right(one: Answers, truth: NDArray[np.bool_], those: NDArray[np.bool_]) -> str:
    return share(int((one.said == truth)[those].sum()), int(those.sum()))


def kinds_of_right(one: Answers, truth: NDArray[np.bool_]) -> list[str]:
    told, kept = one.said[truth], ~one.said[~truth]
    balanced = (told.mean() + kept.mean()) / 2
    return [share(int(told.sum()), len(told)), share(int(kept.sum()), len(kept)), f"{balanced:.3f}"]


def loss(chance: NDArray[np.float64], truth: NDArray[np.bool_], those: NDArray[np.bool_]) -> float:
    return cross_entropy(chance[those], truth[those])


def trained(some: Cards, dev: Cards, val: Cards, minutes: float) -> Iterator[Answers]:
    for name, make in baselines.NETS.items():
        made: Trained = baselines.train(make, some, dev, minutes)
        of_dev, of_val = baselines.scores(made.net, dev), baselines.scores(made.net, val)
        size = sum(weights.numel() for weights in made.net.parameters())
        how = f"{size / 1e6:.2f} M weights, epoch {made.best} of {made.epochs}"
        told = replace(weighed(name, of_dev, of_val, dev.defective, val.defective), made=how)
        reached = (told.said == val.defective).mean()
        print(f"{name}: {how}, accuracy {reached:.3f}", file=sys.stderr, flush=True)
        yield told


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lessons", type=Path, required=True, help="what `packshot train lessons` gathered")
    parser.add_argument(
        "--val", type=Path, required=True, help="a folder of cards, or lessons, of the split val"
    )
    parser.add_argument("--minutes", type=float, default=4, help="of one core, for each net")
    parser.add_argument("--judge", type=Path, help="the card of our judge: judge.toml, its network beside it")
    parser.add_argument("--page", type=Path, help="the page whose section is written anew")
    wish = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    known = [one for one in glances.read(wish.lessons) if baselines.defective(one) is not None]
    dev = [one for one in known if one.dev]
    val = val_of(wish.val)
    ours = [*ours_of(wish.judge, dev, val)]
    some = baselines.cards([one for one in known if not one.dev])
    of_dev, of_val = baselines.cards(dev), baselines.cards([card.glance for card in val])
    given = [*trained(some, of_dev, of_val, wish.minutes), *ours]
    intro = INTRO.format(
        minutes=wish.minutes, train=len(some.defective), dev=len(dev), val=len(val),
        share=np.mean([card.defective for card in val]),
    )  # fmt: skip
    text = section(given, val, intro)
    print(text)
    if wish.page:
        page.put(wish.page, "baselines", f"## Any background defect: beside the earlier nets\n\n{text}")


if __name__ == "__main__":
    main()
