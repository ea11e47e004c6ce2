"""Fine-tuning: a shop's goods are learned, what was known stays, and no gain means no change."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from toy import GREEN, RECIPE, one_of_each, pairs, photos
from typer.testing import CliRunner

from packshot.cli import train as command
from packshot.cli.app import build
from packshot.engines import cards
from packshot.errors import BadOption, BadSource
from packshot.training import tuning
from packshot.training.segmenter import Recipe, new_net, train

OLD = [replace(photo, source="clothes") for photo in photos(60, GREEN)]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that knows green rings."""
    out = tmp_path_factory.mktemp("known")
    return train(OLD, out, replace(RECIPE, steps=60, small=64, rate=5e-3, average=0.9), lambda words: None)


def gentle(weights: Path, steps: int) -> Recipe:
    usual = tuning.recipe_for(weights, "cpu")
    return replace(usual, steps=steps, batch=4, workers=0, rate=2e-3, average=0.9)


def test_a_shops_goods_are_learned_and_the_old_ones_stay(known: Path, tmp_path: Path) -> None:
    told: list[str] = []
    recipe = gentle(known, 40)
    path = tuning.tune(photos(30), known, tmp_path, recipe, OLD, lambda words: told.append(str(words)))
    card = tomllib.loads(path.with_suffix(".toml").read_text("utf8"))
    assert card["dev"]["own"] > card["dev"]["own before"] + 0.3
    assert card["dev"]["clothes"] >= card["dev"]["clothes before"] - tuning.MAY_FALL
    assert card["recipe"]["parent"] == cards.read(known.with_suffix(".toml")).sha256
    assert any("of the new weights" in line for line in told)


def test_no_gain_leaves_the_weights_as_they_were() -> None:
    torch.manual_seed(1)
    old, new = new_net(RECIPE).fused(), new_net(RECIPE).fused()
    with torch.no_grad():
        new.alpha.bias.fill_(-30.0)  # it calls nothing a product
    dev = [("own", *tuning.segmenter.squeezed(photo, 64)) for photo in photos(3)]
    kept, figures = tuning.drawn_back(
        old, new, [*dev, *tuning.old_pictures([], 64)], RECIPE, lambda words: None
    )
    assert kept is old
    assert "own before" not in figures


def test_half_way_between_two_networks_is_their_mean() -> None:
    old, new = new_net(RECIPE).fused(), new_net(RECIPE).fused()
    mean = tuning.between(old, new, 0.5).down1.conv.weight
    assert torch.allclose(mean, (old.down1.conv.weight + new.down1.conv.weight) / 2)


def test_no_own_photo_is_both_taught_and_judged_by() -> None:
    taught, judged = tuning.parted(photos(40))
    assert len(taught) + len(judged) == 40
    assert not {e.group for e in taught} & {e.group for e in judged}
    assert 3 <= len(judged) <= 13


def test_too_few_pairs_are_refused() -> None:
    with pytest.raises(BadSource, match="too few"):
        tuning.parted(photos(1))


def test_weights_without_their_card_or_with_another_are_refused(known: Path, tmp_path: Path) -> None:
    lonely = tmp_path / "net.onnx"
    lonely.write_bytes(known.read_bytes())
    with pytest.raises(BadOption, match="has no card"):
        tuning.recipe_for(lonely, "cpu")
    deeper = replace(gentle(known, 1), depths=(2, 1, 1, 1))
    with pytest.raises(BadOption, match="another network"):
        tuning.stored(known, deeper)


def test_old_pictures_are_half_of_every_batch() -> None:
    both = tuning.lessons(photos(4), one_of_each(), RECIPE)
    assert (both(6)[0] == both.own(3)[0]).all()
    assert (both(7)[0] == both.old(3)[0]).all()


# ── as users type it ───────────────────────────────────────────────────────────────────


def typed(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(build(), ["train", *map(str, words)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # workers are forked beside threads
def test_the_commands_pack_pairs_and_teach_them(
    known: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACKSHOT_LANG", "en")
    folder = pairs(tmp_path / "pairs", 12)
    code, said = typed("pack", "--data", folder, "--out", tmp_path / "mine.pack")
    assert code == 0, said
    assert "12 pictures packed" in said
    out = tmp_path / "net"
    way = ["segmenter", "--from", known, "--data", tmp_path / "mine.pack", "--out", out, "--steps", 1]
    code, said = typed(*way, "--device", "cpu")
    assert code == 0, said
    assert f"--engine {out / 'segment_net.toml'}" in said
    code, said = typed(*way)
    assert code == 0, said
    assert "Going on from step 1" in said
    code, said = typed(*way, "--seed", 3)
    assert code == 2
    assert "seed 0 → 3" in said


def test_the_commands_say_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACKSHOT_LANG", "en")
    way = ["segmenter", "--data", tmp_path, "--out", tmp_path / "out"]
    code, said = typed(*way)
    assert code == 2
    assert "photos/NAME.jpg" in said
    code, said = typed(*way, "--keep", tmp_path)
    assert code == 2
    assert "--keep goes with --from" in said
    code, said = typed("pack", "--data", tmp_path / "none", "--out", tmp_path / "a.pack")
    assert code == 2
    assert "is no folder" in said
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    code, said = typed(*way)
    assert code == 2
    assert 'pip install "packshot[train]"' in said
