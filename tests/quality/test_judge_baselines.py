"""The table of the earlier nets: who counts as defective, what those nets see, whether they learn."""

from __future__ import annotations

from importlib.util import find_spec

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

if not (find_spec("torch") and find_spec("onnx")):
    pytest.skip("without PyTorch there are no nets", allow_module_level=True)

import judge_baselines as table
import torch
from judge import baselines

from packshot.training import glances
from packshot.training.glances import Glance, truth


def card(*kinds: str, red: bool = False) -> Glance:
    """A blue disc on white; `red`: on red."""
    picture = np.full((96, 96, 3), (220, 40, 40) if red else 250, np.uint8)
    alpha = np.zeros((96, 96), np.uint8)
    cv2.circle(picture, (48, 48), 30, (30, 30, 200), -1)
    cv2.circle(alpha, (48, 48), 30, 255, -1)
    return glances.small(picture, alpha, False, truth(dict.fromkeys(kinds, "clear")))


@pytest.mark.parametrize(
    ("kinds", "right"),
    [
        ((), False), (("blur",), False), (("tiny", "jpeg"), False), (("text_ru",), True),
        (("coloured_ground",), True), (("hand", "blur"), True), (("cropped",), True), (("variants",), True),
        (("watermark",), None), (("text_ru", "frame"), None), (("too_dark",), None),
    ],
)  # fmt: skip
def test_a_card_is_defective_by_its_background_alone(kinds: tuple[str, ...], right: bool | None) -> None:
    assert baselines.defective(card(*kinds)) is right


def test_a_photo_that_nobody_searched_for_defects_has_no_answer() -> None:
    picture = np.full((96, 96, 3), 250, np.uint8)
    unknown = glances.small(picture, picture[..., 0], False, truth(None, person="whole"))
    assert baselines.defective(unknown) is None


ALPHAS = arrays.arrays(np.uint8, (96, 72), elements=st.sampled_from((0, 255)))


@given(alpha=ALPHAS, seed=st.integers(0, 99))
def test_no_colour_of_the_goods_is_left(alpha: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ground = rng.integers(0, 256, (96, 72, 3), dtype=np.uint8)
    goods = rng.integers(0, 256, (96, 72, 3), dtype=np.uint8)
    seen = [
        baselines.background(np.dstack([np.where(alpha[..., None] == 255, colours, ground), alpha]))
        for colours in (goods, 255 - goods)
    ]
    assert seen[0].shape == (baselines.TALL, baselines.WIDE, 3)
    np.testing.assert_array_equal(*seen)


def test_the_ground_is_left_where_no_goods_are() -> None:
    seen = baselines.background(card(red=True).opened())
    assert abs(seen[2, 2].astype(int) - (220, 40, 40)).max() < 6
    assert seen[40, 30].max() == 0


@pytest.mark.parametrize("name", baselines.NETS)
def test_each_net_tells_red_grounds_from_white_ones_after_some_steps(name: str) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    some = baselines.cards([card("coloured_ground", red=True), card()] * 2)
    net = baselines.NETS[name]()
    optimiser = torch.optim.AdamW(net.parameters(), 1e-3)
    for _ in range(45):
        baselines.step(net, optimiser, some, np.arange(4))
    said = baselines.scores(net, some)
    torch.set_num_threads(threads)
    assert said[some.defective].min() > said[~some.defective].max()


def test_scores_that_say_the_opposite_are_weighed_down_and_good_ones_kept() -> None:
    rng = np.random.default_rng(5)
    right = rng.random(4000) < 0.4
    sure = np.where(right, 3, -3) * np.where(rng.random(4000) < 0.9, 1, -1)
    good = table.weighed("good", sure.astype(np.float32), sure.astype(np.float32), right, right)
    assert (good.said == right).mean() == pytest.approx(0.9, abs=0.02)
    assert good.chance is not None
    assert baselines.cross_entropy(good.chance, right) == pytest.approx(0.325, abs=0.02)  # H(0.9)
    wrong = table.weighed("wrong", -sure.astype(np.float32), -sure.astype(np.float32), right, right)
    assert (wrong.said == right).mean() > 0.85


def test_families_stand_apart_and_together_with_their_counts() -> None:
    val = [table.Card(card(), "fashion", False)] * 3 + [table.Card(card("prop"), "household", True)] * 2
    some = [table.Answers("who", np.array([False, False, True, True, True]), None)]
    text = table.section(some, val, "intro")
    assert "fashion (n = 3) | household (n = 2) | all (n = 5)" in text
    row = next(line for line in text.splitlines() if line.startswith("| who |") and "0.667" in line)
    assert [cell.split()[0] for cell in row.split("|")[3:8]] == ["1.000", "0.800", "1.000", "0.667", "0.833"]
