"""What the judge learns from: small pictures of cards and photos, their cut-outs, and what is known of each.

`gather` looks at every picture once, with the cut-out as it is at work; `read` takes what was gathered.
"""

from __future__ import annotations

import csv
import json
import math
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from packshot.engines.base import Segmenter
from packshot.errors import BadSource
from packshot.image.codec import open_photo
from packshot.image.types import RGB, Grey
from packshot.look.small import product_mask
from packshot.look.small import small as shrunk
from packshot.look.subject import cut
from packshot.training.defects import synthesize
from packshot.training.defects.synthesize import KINDS
from packshot.training.pack import is_dev
from packshot.training.sources import RGBA, Ticket, tickets
from packshot.words import say

SIDE = 288
SHOWN = ("person", "mannequin", "hanger", "flat", "none")
PERSON = ("none", "part", "whole")
VIEW = ("front", "three_quarter", "side", "back", "top")
CHOICES = {"shown": SHOWN, "person": PERSON, "view": VIEW}
"""Questions with one answer each; defects are any number at once."""
UNKNOWN = 255
FROM_ABOVE = 55.0
"""Degrees of the camera over the horizon from which a view is from the top."""
LABELS = Path(__file__).parent / "labels"


@dataclass(frozen=True, slots=True)
class Glance:
    dev: bool
    """Kept for choices: none of its things is in training."""
    truth: tuple[int, ...]
    """A number a defect (0, 1, UNKNOWN), then the place of each question's answer."""
    colours: bytes
    alpha: bytes

    def opened(self) -> RGBA:
        planes = (
            cv2.imdecode(np.frombuffer(data, np.uint8), how)
            for data, how in ((self.colours, cv2.IMREAD_COLOR_RGB), (self.alpha, cv2.IMREAD_GRAYSCALE))
        )
        return np.dstack([np.asarray(plane, np.uint8) for plane in planes])


def truth(defects: Mapping[str, object] | None = None, **answers: str) -> tuple[int, ...]:
    """`defects` None: nobody looked for any."""
    own = [UNKNOWN if defects is None else int(kind in defects) for kind in KINDS]
    return *own, *(names.index(answers[q]) if answers.get(q) else UNKNOWN for q, names in CHOICES.items())


# ── gathering ───────────────────────────────────────────────────────────────────────────────────────────────


def gather(
    data: Path, cards: Iterable[Path], segmenter: Segmenter, split: str, advance: Callable[[], None]
) -> Iterator[Glance]:
    """Of cards that `packshot train defects` made, and of the sets whose photos say how goods are shown."""
    shown = labels()
    for folder in cards:
        for line in synthesize.read(folder):
            data_of = (folder / str(line["file"])).read_bytes()
            yield seen(data_of, segmenter, line["split"] == "dev", of_card(line, shown))
            advance()
    for one, known in photos(data, split, shown):
        yield seen((one.folder / one.row["file"]).read_bytes(), segmenter, is_dev(one), known)
        advance()
    for one, picture, known in views(data, split):
        yield small(picture[..., :3], picture[..., 3], is_dev(one), known)
        advance()


def count(data: Path, cards: Iterable[Path], split: str) -> int:
    """How many there will be."""
    made = sum(1 for folder in cards for _ in synthesize.read(folder))
    shown = labels()
    turned = sum(1 for _ in tickets_with_view(data, split))
    return made + sum(1 for _ in photos(data, split, shown)) + turned


def seen(data: bytes, segmenter: Segmenter, dev: bool, known: tuple[int, ...]) -> Glance:
    """As `look/glance.py` looks at it."""
    photo = open_photo(data)
    whole = shrunk(photo)
    return small(whole.pixels, product_mask(cut(photo, segmenter), whole), dev, known)


def small(colours: RGB, alpha: Grey, dev: bool, known: tuple[int, ...]) -> Glance:
    both = (cv2.resize(plane, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for plane in (colours, alpha))
    picture, mask = (np.asarray(plane, np.uint8) for plane in both)
    jpeg = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
    return Glance(dev, known, jpeg.tobytes(), cv2.imencode(".png", mask)[1].tobytes())


def of_card(line: Mapping[str, object], shown: Mapping[tuple[str, str], tuple[str, str]]) -> tuple[int, ...]:
    """A person beside the goods is one, too; how much of them a card shows only a mild hand tells."""
    kinds = line["kinds"]
    assert isinstance(kinds, dict)
    how, person = shown.get((str(line["source"]), str(line["group"])), ("", ""))
    if line["worn"]:
        how, person = "person", "whole"
    elif str(line["source"]) not in ("clothes", "fashion"):
        how, person = "none", "none"
    if "hand" in kinds and not line["worn"]:
        person = {"mild": "part", "gross": "whole"}.get(str(kinds["hand"]), "")
    return truth(kinds, shown=how, person=person)


def photos(
    data: Path, split: str, shown: Mapping[tuple[str, str], tuple[str, str]]
) -> Iterator[tuple[Ticket, tuple[int, ...]]]:
    """Photos of clothes and people as they are."""
    for one in tickets(data, split) or ():
        if one.source == "people":
            yield one, truth(shown="person", person="whole")
        elif (one.source, one.row.get("file", "")) in shown:
            how, person = shown[one.source, one.row["file"]]
            yield one, truth(shown=how, person=person)


def views(data: Path, split: str) -> Iterator[tuple[Ticket, RGBA, tuple[int, ...]]]:
    """Rendered goods on paper, seen from a side that is known."""
    rng = np.random.default_rng(len(split))
    for one, view in tickets_with_view(data, split):
        example = one.open()
        assert example is not None
        alpha = example.rgba[..., 3:] / 255
        paper = np.full_like(example.rgba[..., :3], int(rng.integers(225, 256)))
        picture = (example.rgba[..., :3] * alpha + paper * (1 - alpha)).astype(np.uint8)
        known = truth(view=view, shown="none", person="none")
        yield one, np.dstack([picture, example.rgba[..., 3]]), known


def tickets_with_view(data: Path, split: str) -> Iterator[tuple[Ticket, str]]:
    fronts = {row[0]: row[1] for row in _rows(LABELS / "fronts.tsv", "object", "front")}
    for one in tickets(data, split) or ():
        if one.source in ("renders", "glass"):
            view = view_of(one.row, fronts.get(one.row["object"], ""))
            if view:
                yield one, view


def view_of(row: Mapping[str, str], front: str) -> str:
    """By the object's own front; `two:` says that front and back are the same."""
    if float(row["camera_elevation"]) >= FROM_ABOVE:
        return "top"
    if not front or front in ("round", "none"):
        return ""
    turn = math.radians(float(row["object_yaw"]) - float(front.removeprefix("two:")))
    away = math.degrees(math.acos(math.cos(turn)))
    if front.startswith("two:"):
        away = min(away, 180 - away)
    sides = (
        (22.5, "front"),
        (67.5, "three_quarter"),
        (112.5, "side"),
        (157.5, "three_quarter"),
        (181, "back"),
    )
    return next(name for most, name in sides if away <= most)


def labels() -> dict[tuple[str, str], tuple[str, str]]:
    """(set, file) → how it is shown, how much of a person is seen."""
    rows = _rows(LABELS / "worn.tsv", "set", "file", "shown", "person")
    return {(name, file): (how, person) for name, file, how, person in rows}


def _rows(path: Path, *columns: str) -> list[tuple[str, ...]]:
    if not path.exists():
        raise BadSource(
            say(
                "{file} is not here: labels come with packshot's source, not with its package.",
                file=path.name,
            ),
            say("Run the training from a checkout of the source."),
        )
    with path.open(encoding="utf8", newline="") as lines:
        return [tuple(row[name] for name in columns) for row in csv.DictReader(lines, delimiter="\t")]


# ── one file ────────────────────────────────────────────────────────────────────────────────────────────────


def write(path: Path, glances: Iterable[Glance]) -> int:
    """A ZIP of pictures and a list; whole or not at all."""
    part, lines = path.with_suffix(".part"), []
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as held:
        for number, one in enumerate(glances):
            held.writestr(f"{number}.jpg", one.colours)
            held.writestr(f"{number}.png", one.alpha)
            lines.append({"dev": one.dev, "truth": one.truth})
        held.writestr("list.json", json.dumps({"defects": KINDS, "choices": CHOICES, "glances": lines}))
    part.replace(path)
    return len(lines)


def read(path: Path) -> list[Glance]:
    with zipfile.ZipFile(path) as held:
        told = json.loads(held.read("list.json"))
        if tuple(told["defects"]) != KINDS:
            raise ValueError(f"{path}: gathered for other defects; gather it anew")
        return [
            Glance(line["dev"], tuple(line["truth"]), held.read(f"{n}.jpg"), held.read(f"{n}.png"))
            for n, line in enumerate(told["glances"])
        ]
