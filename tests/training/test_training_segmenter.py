"""The training of the segmenter: it learns, goes on where it was, repeats itself, and exports what it is."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from toy import RECIPE, photos, ring

from packshot.engines import cards, zoo
from packshot.errors import BadOption
from packshot.training import export
from packshot.training.segmenter import Recipe, Segmenter, new_net, recipe_of, train


def weights_of(out: Path) -> dict[str, torch.Tensor]:
    return dict(torch.load(out / "last.pt", weights_only=True)["mean"])


def same(one: Path, other: Path) -> bool:
    return all(torch.equal(value, weights_of(other)[name]) for name, value in weights_of(one).items())


def silent(*_: object) -> None:
    """Tells nobody."""


def test_twenty_steps_learn_and_leave_all_that_a_run_should(tmp_path: Path) -> None:
    lost: list[float] = []
    path = train(photos(40), tmp_path, RECIPE, silent, lambda share, loss: lost.append(loss))
    assert len(lost) == 20
    assert lost[-1] < lost[0]
    assert {file.name for file in tmp_path.iterdir()} == {
        "dev.jpg", "last.pt", "log.csv", "segment_net.onnx", "segment_net.toml",
    }  # fmt: skip
    assert "own" in (tmp_path / "log.csv").read_text().splitlines()[0].split(",")
    card = cards.read(path.with_suffix(".toml"))
    assert card.parity <= export.SAME
    opinion = zoo.FromCard(card).segment(ring(7)[..., :3])
    assert opinion.alpha.shape == (96, 96)


@pytest.mark.slow
def test_same_seed_same_weights_and_another_seed_others(tmp_path: Path) -> None:
    recipe = replace(RECIPE, steps=6)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (tmp_path / name).mkdir()
        train(photos(4), tmp_path / name, replace(recipe, seed=seed), silent)
    assert same(tmp_path / "a", tmp_path / "b")
    assert not same(tmp_path / "a", tmp_path / "c")


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
import torch
torch.set_num_threads(1)
from pathlib import Path
from toy import RECIPE, photos
from dataclasses import replace
from packshot.training.segmenter import train
recipe = replace(RECIPE, save_minutes=0)
train(photos(4), Path(sys.argv[2]), recipe, print, lambda share, loss: print(share, flush=True))
"""


def test_a_killed_run_goes_on_and_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "killed").mkdir()
    train(photos(4), tmp_path / "whole", RECIPE, silent)
    run = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path / "killed")]
    with subprocess.Popen(run, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(7):
            process.stdout.readline()
        process.kill()
    told: list[str] = []
    train(photos(4), tmp_path / "killed", RECIPE, lambda words: told.append(str(words)))
    assert told[0].startswith("Going on from step ")
    assert "step 0," not in told[0]
    assert same(tmp_path / "whole", tmp_path / "killed")


def test_a_run_that_is_over_only_exports_again(tmp_path: Path) -> None:
    recipe = replace(RECIPE, steps=2)
    path = train(photos(4), tmp_path, recipe, silent)
    written = path.read_bytes()
    path.unlink()
    assert train(photos(4), tmp_path, recipe, silent).read_bytes() == written


def test_a_run_of_another_recipe_is_refused_with_what_differs(tmp_path: Path) -> None:
    train(photos(4), tmp_path, replace(RECIPE, steps=2), silent)
    with pytest.raises(BadOption, match=r"seed 0 → 3, rate 0\.002 → 0\.1"):
        train(photos(4), tmp_path, replace(RECIPE, steps=2, seed=3, rate=0.1), silent)
    found = recipe_of(tmp_path)
    assert found is not None
    assert found.steps == 2
    train(photos(4), tmp_path, replace(RECIPE, steps=2, minutes=5, dev_minutes=1), silent)


def test_time_ends_a_run_that_has_no_steps(tmp_path: Path) -> None:
    path = train(photos(4), tmp_path, replace(RECIPE, steps=None, minutes=0.01), silent)
    assert path.exists()


def test_what_was_exported_comes_back_whole(tmp_path: Path) -> None:
    net = new_net(RECIPE)
    for part in net.modules():  # as after a training: no norm is the identity
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(part.running_mean, -0.2, 0.2)
            torch.nn.init.uniform_(part.weight, 0.5, 1.5)
    path = export.export(net, RECIPE, tmp_path, {"own": 0.5})
    back = export.load(Segmenter(RECIPE.widths, RECIPE.depths, RECIPE.attention), path).eval()
    x = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        was, now = net.eval()(x)["alpha"], back(x)["alpha"]
    assert float((was - now).abs().max()) < 0.02


def test_weights_travel_in_sixteen_bits(tmp_path: Path) -> None:
    path = export.export(new_net(RECIPE), RECIPE, tmp_path, {})
    large = [t for t in onnx.load(str(path)).graph.initializer if np.prod(t.dims) >= export.LEAST_HALVED]
    assert large
    assert {t.data_type for t in large} == {onnx.TensorProto.FLOAT16}


def test_the_recipe_that_ships_is_small_enough() -> None:
    recipe = Recipe()
    net = Segmenter(recipe.widths, recipe.depths, recipe.attention)
    assert sum(value.numel() for value in net.parameters()) < 6e6
