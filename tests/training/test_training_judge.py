"""The judge of cards: it learns what it is shown, tells chances that mean something, and ships what it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from toy import RECIPE

from packshot.engines import cards
from packshot.engines import judge as engine
from packshot.errors import BadSource
from packshot.training import glances, judge
from packshot.training.defects.synthesize import KINDS
from packshot.training.glances import UNKNOWN, Glance, truth, view_of

DEFECT = "frame"


def card(number: int, dev: bool = False) -> Glance:
    """Every other one has a frame; those without show a person."""
    rng = np.random.default_rng(number)
    picture = np.full((96, 96, 3), 250, np.uint8)
    alpha = np.zeros((96, 96), np.uint8)
    x, y = (int(v) for v in rng.integers(35, 60, 2))
    cv2.circle(picture, (x, y), 20, tuple(int(v) for v in rng.integers(0, 200, 3)), -1)
    cv2.circle(alpha, (x, y), 20, 255, -1)
    framed = number % 2 == 0
    if framed:
        cv2.rectangle(picture, (0, 0), (95, 95), (200, 20, 20), 6)
    known = truth({DEFECT: "clear"} if framed else {}, person="none" if framed else "whole")
    return glances.small(picture, alpha, dev, known)


def silent(*_: object) -> None:
    """Tells nobody."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("judge")
    recipe = replace(
        RECIPE, steps=40, batch=8, size=glances.SIDE, small=glances.SIDE, small_share=0.0, rate=4e-3
    )
    return judge.train([card(n, dev=n >= 24) for n in range(36)], out, recipe, silent)


def test_it_learns_a_frame_and_a_person_and_the_engine_says_so(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "CARDS", trained.parent)
    made = engine.JudgeNet()
    framed, plain = (
        made.judge(seen[..., :3], seen[..., 3]) for seen in (card(100).opened(), card(101).opened())
    )
    assert framed.defects[DEFECT] > 0.5 > plain.defects[DEFECT]
    assert framed.person["none"] > plain.person["none"]
    for question in (framed.shown, framed.person, framed.view):
        assert sum(question.values()) == pytest.approx(1, abs=0.01)
    assert set(framed.defects) == set(KINDS)


def test_what_nobody_looked_for_teaches_nothing() -> None:
    import torch

    out = {"defects": torch.randn(2, len(KINDS)), "choices": torch.randn(2, 13)}
    told = torch.full((2, 1, len(KINDS) + 3), UNKNOWN / 255)
    assert sum(float(part) for part in judge.losses(told, out, told).values()) == 0


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (0.4, -1.0), (2.0, 1.5)])
def test_bend_finds_how_much_a_score_is_worth(slope: float, offset: float) -> None:
    rng = np.random.default_rng(3)
    score = rng.normal(0, 3, 20_000).astype(np.float32)
    true = rng.random(20_000) < 1 / (1 + np.exp(-(score * slope + offset)))
    found = judge.bend(score, true)
    assert found == pytest.approx((slope, offset), abs=0.1)


def test_bend_of_nothing_changes_nothing() -> None:
    assert judge.bend(np.zeros(0, np.float32), np.zeros(0, bool)) == pytest.approx((1, 0))


def test_precision_is_one_when_all_true_ones_come_first() -> None:
    score = np.array([0.9, 0.8, 0.3, 0.2], np.float32)
    assert judge.precision(score, np.array([1, 1, 0, UNKNOWN], np.float32)) == 1
    assert judge.precision(score, np.array([0, 0, 0, 1], np.float32)) == pytest.approx(0.25)
    assert np.isnan(judge.precision(score, np.zeros(4, np.float32)))


@pytest.mark.parametrize(
    ("yaw", "front", "elevation", "view"),
    [
        (90, "90", 10, "front"), (350, "10", 10, "front"), (135, "90", 10, "three_quarter"),
        (0, "90", 10, "side"), (270, "90", 10, "back"), (270, "two:90", 10, "front"), (45, "none", 10, ""),
        (45, "round", 60, "top"), (45, "", 10, ""),
    ],
)  # fmt: skip
def test_a_view_is_named_by_the_objects_own_front(
    yaw: float, front: str, elevation: float, view: str
) -> None:
    row = {"object_yaw": str(yaw), "camera_elevation": str(elevation)}
    assert view_of(row, front) == view


def test_what_is_gathered_comes_back(tmp_path: Path) -> None:
    some = [card(1), card(2, dev=True)]
    assert glances.write(tmp_path / "glances.zip", some) == 2
    assert glances.read(tmp_path / "glances.zip") == some
    assert some[0].opened().shape == (glances.SIDE, glances.SIDE, 4)


def test_rare_answers_are_drawn_more_often_than_they_come() -> None:
    common, rare = card(1), card(0)
    share = judge.shares([common] * 900 + [rare] * 100)
    assert share.sum() == pytest.approx(1)
    assert share[-1] > 1.3 * share[0]


def test_an_answer_with_two_photos_is_not_learned_by_heart() -> None:
    share = judge.shares([card(1)] * 998 + [card(0)] * 2)
    assert share[-1] < 5 * share[0]


def test_it_may_begin_with_what_a_segmenter_sees(tmp_path: Path) -> None:
    """Colours as there; the plane of the cut-out, which a segmenter has not, begins unseen."""
    import torch

    from packshot.training import segmenter

    recipe = replace(RECIPE, depths=(1, 1, 1, 1))
    taught = segmenter.started(recipe)
    segmenter.save(taught, recipe, tmp_path)
    run = judge.started(recipe)
    judge.see_as(run, tmp_path / "last.pt")
    first = run.net.down1.conv.weight
    assert torch.equal(first[:, :3], taught.mean.down1.conv.weight)
    assert not first[:, 3].any()
    deep = "down3.0.conv.weight"
    assert torch.equal(run.net.state_dict()[deep], taught.mean.state_dict()[deep])
    assert torch.equal(run.mean.state_dict()[deep], taught.mean.state_dict()[deep])


def test_missing_labels_are_told_with_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glances, "LABELS", tmp_path)
    with pytest.raises(BadSource, match="source"):
        glances.labels()
