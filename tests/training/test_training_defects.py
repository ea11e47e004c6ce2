"""Cards with known defects: the truth beside a card must be what the card shows."""

from __future__ import annotations

import csv
from itertools import chain, combinations
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFont
from toy import ring

from packshot.errors import Refused
from packshot.training.defects import synthesize
from packshot.training.defects.goods import Stock
from packshot.training.defects.synthesize import GRADES, KINDS, ROUND, TROUBLE, Made, Maker
from packshot.training.lettering import DIGITS, LATIN, Font, Fonts
from packshot.training.pack import is_dev
from packshot.training.sources import tickets

PHOTOS = 60


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared sets in small: rings for clothes and renders, a stick of a person, striped grounds."""
    root = tmp_path_factory.mktemp("sets")
    rows: dict[str, list[dict[str, object]]] = {"clothes": [], "people": [], "renders": [], "textures": []}
    for n in range(PHOTOS):
        split = "val" if n % 4 == 0 else "train"
        rgba = ring(n, side=160)
        clothes = {"file": saved(root / f"clothes/photos/{n}.webp", rgba[..., :3]), "split": split}
        rows["clothes"].append(
            clothes | {"alpha": saved(root / f"clothes/alpha/{n}.webp", rgba[..., 3]), "class": "hat"}
        )
        colours, labels = person(n)
        people = {"file": saved(root / f"people/photos/{n}.webp", colours), "split": split}
        rows["people"].append(people | {"labels": saved(root / f"people/labels/{n}.png", labels)})
        shadow = cv2.GaussianBlur(rgba[..., 3], (0, 0), 6)[::2, ::2]
        render = {"object": f"vase {n}", "class": "vase", "transparent": "no", "split": split}
        render |= {"rgba": saved(root / f"renders/rgba/{n}.webp", rgba)}
        rows["renders"].append(render | {"shadow": saved(root / f"renders/shadow/{n}.webp", shadow)})
        for group in ("surface", "scene"):
            texture = saved(root / f"textures/{group}/{n}.webp", ring(n, side=128)[..., :3])
            rows["textures"].append({"file": texture, "group": group})
    for name, lines in rows.items():
        table = root / name / ("textures.csv" if name == "textures" else "index.csv")
        for line in lines:
            for key in ("file", "alpha", "labels", "rgba", "shadow"):
                if key in line:
                    line[key] = Path(str(line[key])).relative_to(root / name).as_posix()
        with table.open("w", encoding="utf8", newline="") as file:
            writer = csv.DictWriter(file, lines[0])
            writer.writeheader()
            writer.writerows(lines)
    return root


def saved(path: Path, pixels: np.ndarray) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(
        path, **({"lossless": True, "exact": True} if path.suffix == ".webp" else {})
    )
    return str(path)


def person(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Hair, a face, a coat and one bare arm, before stripes."""
    labels = np.zeros((256, 128), np.uint8)
    cv2.rectangle(labels, (50, 60), (80, 230), 4, -1)
    cv2.ellipse(labels, (65, 44), (13, 16), 0, 0, 360, 2, -1)
    cv2.ellipse(labels, (65, 32), (15, 10), 0, 0, 360, 1, -1)
    cv2.line(labels, (88, 80), (108, 170), 2, 11)
    colours = np.ascontiguousarray(np.broadcast_to(ring(number, side=256)[:, :128, :3], (256, 128, 3)))
    for label, colour in ((1, (60, 40, 20)), (2, (220, 180, 150)), (4, (40, 60, 120))):
        colours[labels == label] = colour
    return colours, labels


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Fonts:
    """Pillow's own: there on every machine, without Russian letters."""
    own = ImageFont.load_default(24)
    assert isinstance(own, ImageFont.FreeTypeFont)
    path = tmp_path_factory.mktemp("fonts") / "own.ttf"
    path.write_bytes(own.font_bytes)
    return Fonts([Font(str(path), 0, "Own", frozenset(DIGITS + LATIN + " .,-–%+$!?@©©/"))])


@pytest.fixture(scope="module")
def maker(data: Path, fonts: Fonts) -> Maker:
    return Maker(Stock(data, "train"), fonts, "train", seed=3)


def card(maker: Maker, kind: str, round_: int = 0) -> Made:
    slots = [*KINDS, *TROUBLE, ""]
    return maker(round_ * ROUND + slots.index(kind))


def pixels(made: Made) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(made.jpeg, np.uint8), cv2.IMREAD_COLOR)


def test_a_card_is_the_same_alone_and_among_others(maker: Maker, data: Path, fonts: Fonts) -> None:
    numbers = [ROUND + 3, 5, ROUND + 3]
    first, _, again = (maker(n) for n in numbers)
    fresh = Maker(Stock(data, "train"), fonts, "train", seed=3)(ROUND + 3)
    assert first.jpeg == again.jpeg == fresh.jpeg
    assert first.line == fresh.line
    other = Maker(Stock(data, "train"), fonts, "train", seed=4)(ROUND + 3)
    assert other.jpeg != first.jpeg


def test_no_photo_or_object_is_in_two_splits(data: Path) -> None:
    held = {
        split: {one.group for some in Stock(data, split).by_source.values() for one in some}
        for split in ("train", "dev", "val")
    }
    assert all(held.values())
    assert all(held[one].isdisjoint(held[other]) for one, other in combinations(held, 2))


def test_grounds_of_val_are_never_trained_on(data: Path, fonts: Fonts) -> None:
    grounds = [one for one in tickets(data) or () if one.kind == "ground"]
    kept = sum(is_dev(one) for one in grounds)
    assert 0 < kept < len(grounds)
    shown = {split: len(Stock(data, split)._grounds.stored["surface"]) for split in ("train", "dev", "val")}
    assert shown["dev"] == shown["val"] == PHOTOS - shown["train"]


@pytest.mark.parametrize("kind", [*KINDS, *TROUBLE, ""])
def test_truth_lies_within_its_picture(maker: Maker, kind: str) -> None:
    made = card(maker, kind)
    height, width = pixels(made).shape[:2]
    assert (made.line["width"], made.line["height"]) == (width, height)
    assert min(width, height) >= 512
    assert made.mask.shape == (height, width)
    # These fonts know neither Russian nor the sign of the rouble: such a card truly bears no such words.
    assert kind in ("text_ru", "price_tag") or set(made.line["kinds"]) >= {kind} & set(KINDS)
    assert kind in KINDS or not made.line["kinds"]
    boxes = [
        *chain.from_iterable(made.line["boxes"].values()),
        *made.line["goods_boxes"],
        *(w["box"] for w in made.line["words"]),
    ]
    for left, top, right, bottom in boxes:
        assert -2 <= left < right <= width + 2
        assert -2 <= top < bottom <= height + 2


def test_every_kind_comes_in_every_grade(maker: Maker) -> None:
    for slot, kind in enumerate(KINDS):
        grades = {(round_ + slot) % len(GRADES) for round_ in range(3)}
        assert grades == {0, 1, 2}, kind
    assert len(KINDS) >= 20


@pytest.mark.parametrize("round_", range(3))
def test_a_cut_product_touches_the_sides_that_the_truth_names(maker: Maker, round_: int) -> None:
    made = card(maker, "cropped", round_)
    mask = made.mask > 127
    edges = {"left": mask[:, 0], "top": mask[0], "right": mask[:, -1], "bottom": mask[-1]}
    touched = {side for side, line in edges.items() if line.any()}
    assert set(made.line["crop"]) <= touched
    assert all(0.03 <= share <= 0.4 for share in made.line["crop"].values())


def test_a_tiny_product_is_tiny_and_the_clean_one_is_not(maker: Maker) -> None:
    for kind, low, high in (("tiny", 0.1, 0.56), ("", 0.6, 0.97)):
        made = card(maker, kind)
        ys, xs = np.nonzero(made.mask > 127)
        share = max(np.ptp(xs) / made.line["width"], np.ptp(ys) / made.line["height"])
        assert low < share < high


@pytest.mark.parametrize("kind", ["twin", "twin_mirrored", "variants", "pair", "set"])
def test_things_are_counted(maker: Maker, kind: str) -> None:
    made = card(maker, kind)
    if kind == "pair":  # no shoes in this small world: then it is a plain clean card
        assert (made.line["looks_like"], made.line["count"]) == ("", 1)
        return
    assert len(made.line["goods_boxes"]) == made.line["count"] >= 2


def test_the_code_can_be_read(maker: Maker) -> None:
    read = 0
    for round_ in range(3):
        made = card(maker, "qr_code", round_)
        left, top, right, bottom = made.line["boxes"]["qr_code"][0]
        part = pixels(made)[top:bottom, left:right]
        large = cv2.resize(part, None, fx=3, fy=3)
        large = np.pad(large, ((30, 30), (30, 30), (0, 0)), constant_values=255)
        read += cv2.QRCodeDetector().detectAndDecode(large)[0].startswith("https://")
    assert read >= 2


def test_written_words_have_ink_where_the_truth_says(maker: Maker) -> None:
    made = card(maker, "text_en", 1)
    assert made.line["words"]
    for word in made.line["words"]:
        left, top, right, bottom = word["box"]
        part = cv2.cvtColor(pixels(made)[top:bottom, left:right], cv2.COLOR_BGR2GRAY)
        assert np.ptp(part) > 50


def test_a_strangers_folder_is_left_alone(maker: Maker, tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"sea")
    with pytest.raises(Refused):
        synthesize.write(maker, tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


def test_a_folder_of_its_own_is_filled_anew(maker: Maker, tmp_path: Path) -> None:
    synthesize.write(maker, tmp_path / "cards", 3)
    synthesize.write(maker, tmp_path / "cards", 2)
    lines = list(synthesize.read(tmp_path / "cards"))
    assert [line["number"] for line in lines] == [0, 1]
    assert (
        len(list((tmp_path / "cards/photos").iterdir()))
        == len(list((tmp_path / "cards/masks").iterdir()))
        == 2
    )
