"""Enlarging many photos: every one has its line and its file, whatever it is called and whatever is in it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn import mug, tree
from PIL import Image

from packshot.batch.account import Account, Line
from packshot.batch.enlarging import Enlarge
from packshot.batch.names import name_items
from packshot.batch.sources import gather
from packshot.batch.writing import write_all
from packshot.image.types import Size
from packshot.journey.upscale import Aim

PLAIN = "upscale_lanczos"
Enlarged = Callable[..., dict[str, Line]]


@pytest.fixture
def enlarged(tmp_path: Path) -> Enlarged:
    """Enlarges what lies in `in` into `out`; the lines by key."""

    def run(aim: Aim | None = None, **options: Any) -> dict[str, Line]:
        out = tmp_path / "out"
        work = Enlarge(out, aim or Aim(2.0), **{"engine": PLAIN, **options})
        with Account(out, "upscaled.jsonl") as account:
            found = gather([str(tmp_path / "in")], out=out).found
            items = name_items(found, taken=account.taken)
            # One by one they are done in this very process.
            written = [one for item in items for one in write_all([item], work, account, jobs=1)]
            account.close([item.origin.where for item in items])
        assert len(written) == len(items)
        for one in written:
            assert not one.traceback
            one.line["resumed"] = one.resumed
        return {one.line["key"]: one.line for one in written}

    return run


def opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        picture.load()
        return picture


def saved(kind: str, side: int = 40, mode: str = "RGB") -> bytes:
    written = io.BytesIO()
    Image.new(mode, (side, side), (90, 120, 60, 128)[: len(mode)]).save(written, kind)
    return written.getvalue()


def test_each_photo_is_written_as_what_it_was(enlarged: Enlarged, tmp_path: Path) -> None:
    kinds = {
        "a.jpg": "JPEG",
        "b.png": "PNG",
        "c.webp": "WEBP",
        "d.bmp": "BMP",
        "e.JPEG": "JPEG",
        "f.gif": "GIF",
    }
    tree(tmp_path / "in", {name: saved(kind) for name, kind in kinds.items()})
    lines = enlarged()
    made = {key: opened(tmp_path / "out" / next(iter(line["files"]))) for key, line in lines.items()}
    assert {key: picture.format for key, picture in made.items()} == {
        "a.jpg": "JPEG", "b.png": "PNG", "c.webp": "WEBP", "d.bmp": "PNG", "e.JPEG": "JPEG", "f.gif": "PNG",
    }  # fmt: skip
    assert {picture.size for picture in made.values()} == {(80, 80)}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "a_upscaled.jpg", "b_upscaled.png", "c_upscaled.webp", "d_upscaled.png", "e_upscaled.jpg",
        "f_upscaled.png", "upscaled.jsonl",
    ]  # fmt: skip


def test_the_line_tells_from_what_to_what_and_by_whom(enlarged: Enlarged, tmp_path: Path) -> None:
    tree(tmp_path / "in", {"a.png": mug(side=60)})
    line = enlarged(Aim(into=Size(90, 120)))["a.png"]
    assert (line["status"], line["factor"], line["engine"]) == ("upscaled", 1.5, PLAIN)
    assert (line["from"], line["to"]) == ({"width": 60, "height": 60}, {"width": 90, "height": 90})
    assert "60×60 → 90×90" in line["reasons"][0]["ru"]


def test_a_photo_that_is_large_enough_is_copied_byte_by_byte(enlarged: Enlarged, tmp_path: Path) -> None:
    photos = {
        "large.jpg": mug(side=300, kind="JPEG"),
        "same.png": mug(side=200),
        "large.bmp": mug(side=240, kind="BMP"),
    }
    tree(tmp_path / "in", photos)
    lines = enlarged(Aim(into=Size(200, 200)))
    assert {line["status"] for line in lines.values()} == {"kept"}
    assert {line["engine"] for line in lines.values()} == {""}
    for key in ("large.jpg", "same.png"):
        (file,) = lines[key]["files"]
        assert (tmp_path / "out" / file).read_bytes() == photos[key]
    (file,) = lines["large.bmp"]["files"]
    assert opened(tmp_path / "out" / file).size == (240, 240), "written as PNG, at its own size"


def test_a_photo_whose_name_lies_gets_the_format_of_its_name(enlarged: Enlarged, tmp_path: Path) -> None:
    tree(tmp_path / "in", {"a.jpg": mug(side=100), "b.jpg": saved("PNG", mode="RGBA")})
    lines = enlarged(Aim(into=Size(100, 100)))
    assert opened(tmp_path / "out" / "a_upscaled.jpg").format == "JPEG"
    assert lines["b.jpg"]["status"] == "failed", "JPEG holds no transparency, and none is thrown away"
    assert "PNG" in lines["b.jpg"]["reasons"][1]["en"]
    assert enlarged(format="webp")["b.jpg"]["status"] == "upscaled"


def test_what_cannot_be_is_a_line_with_its_cure(enlarged: Enlarged, tmp_path: Path) -> None:
    whole = mug(side=120, kind="JPEG")
    hostile = {
        "tiny.png": mug(side=20),
        "text.jpg": b"no photo",
        "empty.png": b"",
        "half.jpg": whole[: len(whole) // 2],
        "svg.png": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "magic.webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    }
    tree(tmp_path / "in", hostile | {"good.png": mug(side=60)})
    lines = enlarged(Aim(into=Size(100, 100)))
    assert {key for key, line in lines.items() if line["status"] != "failed"} == {"good.png"}
    for key in hostile:
        assert not lines[key]["files"]
        assert lines[key]["error"]["cure"]["ru"]
    assert [reason["en"] for reason in lines["tiny.png"]["reasons"]][1] == "Ask the seller for a larger one."
    assert lines["tiny.png"]["error"]["code"] == "refused"


def test_names_that_would_lead_elsewhere_or_meet_are_all_written(enlarged: Enlarged, tmp_path: Path) -> None:
    names = [
        "1.png",
        "1.jpg",
        "sub/1.png",
        "a..png",
        "con.png",
        "ё.png",
        "a b\t.png",
        "-x.png",
        "$(x).png",
        "x" * 200 + ".png",
    ]
    tree(
        tmp_path / "in",
        {name: mug(side=24, kind="JPEG" if name.endswith("jpg") else "PNG") for name in names},
    )
    lines = enlarged()
    files = [file for line in lines.values() for file in line["files"]]
    assert len(files) == len(set(files)) == len(names)
    inside = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.???")}
    assert set(files) == inside
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}


def test_the_second_run_does_nothing_and_another_wish_does_it_again(
    enlarged: Enlarged, tmp_path: Path
) -> None:
    tree(tmp_path / "in", {"a.png": mug(side=60), "large.png": mug(side=200)})
    aim = Aim(into=Size(120, 120))
    first = enlarged(aim)
    again = enlarged(aim)
    assert all(line["resumed"] for line in again.values())
    assert not any(line["resumed"] for line in first.values())
    assert not enlarged(Aim(into=Size(130, 130)))["a.png"]["resumed"]
    assert not enlarged(aim, engine=None)["a.png"]["resumed"], "another engine, another picture"
    assert enlarged(aim, engine=None)["a.png"]["resumed"]
    (tmp_path / "in" / "a.png").write_bytes(mug((0, 0, 0), side=60))
    assert not enlarged(aim, engine=None)["a.png"]["resumed"]
    (tmp_path / "out" / "a_upscaled.png").write_bytes(b"half")
    assert not enlarged(aim, engine=None)["a.png"]["resumed"]
    assert opened(tmp_path / "out" / "a_upscaled.png").size == (120, 120)


def test_the_networks_name_their_weights(enlarged: Enlarged, tmp_path: Path) -> None:
    tree(tmp_path / "in", {"a.png": mug(side=24)})
    by_net, plain = enlarged(engine=None)["a.png"], enlarged()["a.png"]
    weights = [json.loads(line["identity"]["options"])["weights"] for line in (by_net, plain)]
    assert len(weights[0]) >= 64
    assert weights[1] == ""


def test_a_strangers_file_is_never_written_over(enlarged: Enlarged, tmp_path: Path) -> None:
    tree(tmp_path / "in", {"a.png": mug(side=24)})
    tree(tmp_path / "out", {"a_upscaled.png": b"mine"})
    assert enlarged()["a.png"]["status"] == "failed"
    assert (tmp_path / "out" / "a_upscaled.png").read_bytes() == b"mine"


def test_at_its_own_size_a_photo_is_mended_or_kept(enlarged: Enlarged, tmp_path: Path) -> None:
    """Which of them is the network's to earn; a clean one is never touched."""
    rough = np.random.default_rng(1).normal(128, 40, (192, 256, 3)).clip(0, 255).astype(np.uint8)
    written = io.BytesIO()
    Image.fromarray(rough).save(written, "JPEG", quality=5)
    photos = {"rough.jpg": written.getvalue(), "clean.png": mug(side=128)}
    tree(tmp_path / "in", photos)
    lines = enlarged(Aim(1.0), engine=None)
    assert lines["clean.png"]["status"] == "kept"
    assert (tmp_path / "out" / "clean_upscaled.png").read_bytes() == photos["clean.png"]
    assert lines["rough.jpg"]["status"] in ("mended", "kept")
    assert opened(tmp_path / "out" / "rough_upscaled.jpg").size == (256, 192)
