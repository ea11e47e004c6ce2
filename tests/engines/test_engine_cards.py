"""Cards: what they say, what is wrong with them, where their weights lie."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_network import NETWORK, PLAIN, card, written

from packshot.engines import cards
from packshot.errors import BadOption, WeightsMissing


def test_every_card_of_ours_can_be_read_and_says_where_its_weights_come_from() -> None:
    known = {card.name: card for card in cards.known()}
    assert {"u2net", "u2netp", "isnet-general-use", "birefnet-general", "inspyrenet"} <= known.keys()
    for found in known.values():
        assert found.licence
        assert found.url.startswith("https://") or found.made_by.startswith("packshot train ")
        assert len(found.sha256) in (0, 64)


def test_a_card_has_plain_frozen_values(tmp_path: Path) -> None:
    read = card(tmp_path, 'told = ["sure", "present"]\n[dev]\niou = 0.9\n')
    assert (read.name, read.input, read.spread, read.told) == (
        "tiny",
        (32, 32),
        (1.0, 1.0, 1.0),
        ("sure", "present"),
    )
    assert hash(read) == hash(read)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (PLAIN.replace('licence = "MIT"', ""), "`licence` is missing"),
        (PLAIN + "size_byte = 3", "unknown key `size_byte`; nearest known: size_bytes"),
        (PLAIN + 'fit = "crop"', "expected: squeeze, letterbox"),
        (PLAIN.replace("[32, 32]", "[32]"), "`input` is [32]"),
        (PLAIN.replace("[0, 0, 0]", '[0, 0, "a"]'), "`mean`"),
        (PLAIN.replace("sale = true", "sale = 1"), "`sale` is 1, expected: bool"),
        (PLAIN.replace("tiny.onnx", "../tiny.onnx"), "without folders"),
        ("task = ", "no TOML"),
    ],
)
def test_a_wrong_card_says_what_is_wrong(tmp_path: Path, wrong: str, says: str) -> None:
    with pytest.raises(BadOption) as error:
        card(tmp_path, plain=wrong)
    assert says in str(error.value)


def test_a_card_is_found_by_name_and_by_path(tmp_path: Path) -> None:
    assert cards.named("u2net").name == "u2net"  # type: ignore[union-attr]
    assert cards.named(str(written(tmp_path))).home == tmp_path  # type: ignore[union-attr]
    assert cards.named("u3net") is None
    with pytest.raises(BadOption, match="cannot be read"):
        cards.named(str(tmp_path / "none.toml"))


def test_weights_that_are_not_here_name_the_command_that_brings_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cards.FOLDER, str(tmp_path))
    with pytest.raises(WeightsMissing, match="packshot weights pull u2net"):
        cards.weights(cards.named("u2net"))  # type: ignore[arg-type]
    assert cards.place(cards.named("u2net")) == tmp_path / "u2net.onnx"  # type: ignore[arg-type]


def test_weights_beside_their_card_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cards.FOLDER, str(tmp_path / "cache"))
    assert cards.weights(card(tmp_path, 'url = "https://example.com/x"\n')) == tmp_path / "tiny.onnx"


def test_weights_of_another_size_are_damaged(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=f"{len(NETWORK)} bytes instead of 999"):
        cards.weights(card(tmp_path, "size_bytes = 999\n"))


def test_the_folder_is_the_users_cache_or_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(cards.FOLDER, raising=False)
    assert cards.folder().parts[-2:] == ("packshot", "weights")
    monkeypatch.setenv(cards.FOLDER, "~/nets")
    assert cards.folder() == Path.home() / "nets"
