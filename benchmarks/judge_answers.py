"""How well does the judge say how goods are shown, with whom, and from which side?

    python benchmarks/judge_answers.py --data SETS [--judge judge.toml] [--page docs/quality.md]

On photos and rendered things of the split `val`, which no training saw: labels by eye for clothes, people as
their set says, the rendered things' own front and camera.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from judge import page
from judge.tables import table
from moderation import average_precision, share

from packshot.engines.base import Impression
from packshot.engines.judge import JudgeNet
from packshot.journey.examine import second_opinion
from packshot.training import glances
from packshot.training.defects.synthesize import KINDS
from packshot.training.glances import CHOICES, UNKNOWN, Glance

MOST = 400
"""Of each set."""
INTRO = """\
{count} photos and renders of the split `val`: clothes labelled by eye, people, and rendered things whose
front and camera are known (`benchmarks/judge_answers.py`). AP: by the chance of the answer, among all whose
answer is known. One look takes {ms:.1f} ms of one core (median), the cut-out not counted. A guess that knows
nothing has an AP of the answer's share."""


def looked_at(data: Path) -> list[Glance]:
    net = second_opinion()
    assert net is not None, "the network that cuts products out is not installed"
    known = list(glances.photos(data, "val", glances.labels()))
    found = []
    for source in sorted({one.source for one, _ in known}):
        some = [pair for pair in known if pair[0].source == source]
        for one, truth in some[:: max(1, len(some) // MOST)][:MOST]:
            found.append(glances.seen((one.folder / one.row["file"]).read_bytes(), net, False, truth))
    turned = list(glances.views(data, "val"))
    for _, picture, truth in turned[:: max(1, len(turned) // MOST)][:MOST]:
        found.append(glances.small(picture[..., :3], picture[..., 3], False, truth))
    return found


def rows(some: Sequence[Glance], told: Sequence[Impression]) -> list[list[object]]:
    out: list[list[object]] = []
    for question, (name, answers) in enumerate(CHOICES.items()):
        places = [one.truth[len(KINDS) + question] for one in some]
        asked = [k for k, place in enumerate(places) if place != UNKNOWN]
        chances = [getattr(told[k], name) for k in asked]
        said = [max(chance, key=lambda answer: chance[answer]) for chance in chances]
        for at, answer in enumerate(answers):
            truth = [places[k] == at for k in asked]
            if not any(truth):
                continue
            hits = sum(one == answer and right for one, right in zip(said, truth, strict=True))
            ap = average_precision([chance[answer] for chance in chances], truth)
            told_so = sum(one == answer for one in said)
            right = (share(hits, told_so), share(hits, sum(truth)), f"{ap:.3f}")
            out.append([name, answer, sum(truth), len(asked), *right])
    return out


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--judge", type=Path, help="the card of a judge; else the one that is shipped")
    parser.add_argument("--page", type=Path, help="the page whose section is written anew")
    wish = parser.parse_args()
    cv2.setNumThreads(1)
    judge = JudgeNet(wish.judge)
    some = looked_at(wish.data)
    told, spent = [], []
    for one in some:
        picture = one.opened()
        start = time.perf_counter()
        told.append(judge.judge(np.ascontiguousarray(picture[..., :3]), picture[..., 3]))
        spent.append(1000 * (time.perf_counter() - start))
    titles = ("question", "answer", "photos with it", "asked", "precision", "recall", "AP")
    text = INTRO.format(count=len(some), ms=np.median(spent)) + "\n\n" + table(titles, rows(some, told))
    print(text)
    if wish.page:
        page.put(wish.page, "answers", f"## How goods are shown\n\n{text}")


if __name__ == "__main__":
    main()
