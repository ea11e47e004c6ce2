"""Composed photos of products on real grounds: exact truth, splits apart, a seed gives a picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from sets import drawn, layer, scenes, splits
from sets.pairs import pairs
from sets.scenes import Grounds, Shot
from sets.splits import KINDS, Stock

from packshot.training.sources import CUTOUT


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    """Drawn products; a checked cloth and a striped room as grounds."""
    folder = tmp_path_factory.mktemp("grounds")
    y, x = np.mgrid[:256, :256]
    for name, wave in (("cloth", (x // 16 + y // 16) % 2), ("room", y > 150)):
        colours = np.where(wave[..., None] > 0, (180, 120, 70), (210, 205, 190)).astype(np.uint8)
        Image.fromarray(colours).save(folder / f"{name}.png")
    tickets = drawn.tickets(224)
    return Stock(
        "val", tickets, tickets[:2], tickets[:2], Grounds([folder / "cloth.png"], [folder / "room.png"])
    )


def shots(stock: Stock, name: str, count: int) -> list[Shot]:
    return list(splits.COMPOSED[name](stock, count))


@pytest.mark.parametrize("kind", KINDS)
def test_the_photo_shows_the_truth_wherever_it_is_solid(stock: Stock, kind: str) -> None:
    made = splits.one(stock, stock.opaque[0], kind, "sets")
    solid = made.truth[..., 3] == 255
    away = np.abs(made.pixels.astype(int) - made.truth[..., :3])[solid]
    assert solid.any()
    assert away.mean() < 3  # the camera's grain


@pytest.mark.parametrize("name", ["textures", "glass", "items", "large", "empty"])
def test_the_same_seed_makes_the_same_photos(stock: Stock, name: str) -> None:
    first, second = shots(stock, name, 3), shots(stock, name, 3)
    assert [one.name for one in first] == [one.name for one in second]
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, second, strict=True))


def test_names_of_a_set_are_its_own(stock: Stock) -> None:
    for name in splits.COMPOSED:
        names = [one.name for one in shots(stock, name, 4)]
        assert len(set(names)) == len(names), name


def test_a_set_of_items_holds_every_one_of_them(stock: Stock) -> None:
    for made in shots(stock, "items", 4):
        solid = (made.truth[..., 3] > 128).astype(np.uint8)
        assert cv2.connectedComponents(solid)[0] - 1 >= made.product.count("+") + 1


def test_an_empty_photo_holds_no_truth(stock: Stock) -> None:
    assert not any(made.truth.any() for made in shots(stock, "empty", 8))


def test_a_product_is_shrunk_to_its_share_and_never_enlarged(stock: Stock) -> None:
    ticket = stock.opaque[0].load()
    small = scenes.framed(ticket, (448, 448), 0.1, (0.5, 0.5))
    ys, xs = np.nonzero(small.rgba[..., 3] > 8)
    assert max(np.ptp(ys), np.ptp(xs)) + 1 == pytest.approx(0.1 * 448, abs=2)
    large = scenes.framed(ticket, (448, 448), 0.95, (0.5, 0.5))
    assert (large.rgba[..., 3] > 8).sum() <= (ticket.rgba[..., 3] > 8).sum()


def test_dev_is_cut_from_train_and_shares_nothing_with_val() -> None:
    groups = [f"object_{k}" for k in range(400)]
    rows = [{"split": "val" if k % 4 == 0 else "train"} for k in range(400)]
    val, dev = (
        {g for row, g in zip(rows, groups, strict=True) if layer.of_split(row, split, CUTOUT, g)}
        for split in ("val", "dev")
    )
    assert val
    assert dev
    assert not val & dev
    assert all(layer.kept_for_dev(CUTOUT, group) for group in dev)


def test_what_is_written_is_a_folder_of_pairs(
    stock: Stock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setitem(splits.COUNTS["val"], "even", 3)
    splits.make(stock, tmp_path, tmp_path, ("even",))
    found = pairs(tmp_path)
    assert len(found) == 3
    assert {pair.ground for pair in found} == {"even"}
    truth, colours_known = found[0].truth()
    assert colours_known
    assert truth[..., 3].any()
