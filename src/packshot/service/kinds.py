"""What can be asked for: to judge a photo, to mend it, to cut the product out."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from packshot.batch.cutting import Cut
from packshot.batch.layer_files import layer_pictures
from packshot.batch.names import safe_name
from packshot.errors import BadPhoto
from packshot.journey.check import check
from packshot.journey.cutout import cutout, grey_png, outline
from packshot.journey.fix import fix
from packshot.journey.report import plain
from packshot.journey.result import Result
from packshot.report.entry import STATES, Entry, checked, fixed, in_all
from packshot.service.removebg.errors import Refusal
from packshot.service.removebg.wish import Wish as RemoveBg
from packshot.service.removebg.work import make
from packshot.service.wishes import told_category
from packshot.service.work import MEDIA, Basket, Made, Order, failed
from packshot.words import say

SAMPLE = Path(__file__).parents[1] / "samples" / "bottle.jpg"
LAYERS = ("mask", "cutout", "shadow")
STAGE_SIDE = 1280
STAGE_QUALITY = 85


def judge(order: Order, data: bytes, basket: Basket) -> Made:
    report = check(data, **_asked(order), name=order.name, explain=bool(order.wish.get("explain")))
    told = report.as_dict()
    basket.put_account(told)
    return _made(checked(told, key=order.name, path=""), told, doubt=0.0)


def mend(order: Order, data: bytes, basket: Basket) -> Made:
    wish = order.wish
    mask: dict[str, Any] = {"mask": basket.depot.get(order.org_id, order.mask)} if order.mask else {}
    result = fix(
        data,
        **_asked(order),
        variants=tuple(wish["variants"]) if wish.get("variants") else None,
        overrides=dict(wish.get("settings") or {}),
        engine=wish.get("engine") or "",
        trail=bool(wish.get("stages")),
        name=order.name,
        **mask,
    )
    told = result.as_dict()
    stem = safe_name(PurePosixPath(order.name).stem)
    for variant, picture in result.variants.items():
        name = f"{stem}_{variant}.{picture.suffix}"
        told["outputs"][variant]["file"] = name
        size = (picture.size.width, picture.size.height)
        basket.put_picture(variant, picture.data, MEDIA[picture.format], name=name, size=size)
    _put_layers(result, stem, basket)
    _put_outline(result, basket)
    told["stages"] = _put_stages(result, stem, basket)
    basket.put_account(told)
    return _made(fixed({**told, "key": order.name}, path=""), told, doubt=_doubt(told))


def cut_out(order: Order, data: bytes, basket: Basket) -> Made:
    wish = order.wish
    asked = Cut(
        Path(), wish.get("engine"), crop=bool(wish.get("crop")), quality=wish.get("quality") or "normal"
    )
    cut = cutout(data, engine=asked.engine, quality=asked.quality, name=order.name)
    if not cut.found:
        why = say("No product was found in the photo.")
        raise BadPhoto(order.name, "empty", why, say("Take the photo with the whole product in it."))
    stem = safe_name(PurePosixPath(order.name).stem)
    basket.put_picture("cutout", asked.picture(cut), "image/png", name=f"{stem}_cutout.png")
    size = cut.photo.source.size
    told = {
        "headline": in_all(STATES["cut"]),
        "why": [plain(cut.reason)],
        "size": [size.width, size.height],
        "confidence": float(cut.confidence),
    }
    basket.put_account({**told, "name": order.name, "box": plain(cut.box), "origin": str(cut.origin)})
    return Made("cut", told, 1.0 - float(cut.confidence), megapixels=size.width * size.height / 1e6)


def answer_removebg(order: Order, data: bytes, basket: Basket) -> Made:
    """What the remove.bg door asked for. A refusal of that door's is told in its own words, too."""
    wish = RemoveBg.from_dict(order.wish["removebg"])
    background = basket.depot.get(order.org_id, order.background) if order.background else None
    try:
        answer = make(data, wish, background, name=order.name)
    except Refusal as refusal:
        made = failed(refusal, order)
        return replace(made, told={**made.told, "refusal": refusal.as_dict()})
    width, height = (int(answer.headers[f"X-{side}"]) for side in ("Width", "Height"))
    stem = safe_name(PurePosixPath(order.name).stem)
    name = f"{stem}.{answer.media_type.rpartition('/')[2]}"
    basket.put_picture("result", answer.data, answer.media_type, name=name, size=(width, height))
    told = {
        "headline": in_all(STATES["cut"]),
        "why": [],
        "size": [width, height],
        "confidence": None,
        "headers": answer.headers,
    }
    return Made("cut", told, megapixels=width * height / 1e6)


def warm() -> None:
    """Networks, rules and profiles come into the process by mending a sample, which has print on it."""
    fix(SAMPLE.read_bytes(), name=SAMPLE.name)


KINDS: dict[str, Callable[[Order, bytes, Basket], Made]] = {
    "check": judge,
    "fix": mend,
    "cutout": cut_out,
    "removebg": answer_removebg,
}


def _asked(order: Order) -> dict[str, Any]:
    """What judging and mending share."""
    return {
        "profile": order.wish.get("profile") or None,
        "category": told_category(order.wish.get("category") or "", order.name),
        "switches": tuple(order.wish.get("switches") or ()),
        "quality": order.wish.get("quality") or "normal",
    }


def _put_layers(result: Result, stem: str, basket: Basket) -> None:
    if result.layers is None or result.layers.placement is None:
        return
    source, canvas = result.before.source, result.layers.placement.canvas
    pictures = layer_pictures(result.layers, LAYERS, ai_made=source.ai_made if source else "")
    for layer, png in pictures.items():
        size = (canvas.width, canvas.height)
        basket.put(layer, png, "image/png", name=f"{stem}_layer_{layer}.png", size=size)


def _put_outline(result: Result, basket: Basket) -> None:
    """What a mask editor begins with, in the shape of the photo as it came."""
    if result.cutout is None or result.worked is None:
        return
    mask = outline(result.cutout, result.worked)
    size = (mask.shape[1], mask.shape[0])
    basket.put("outline", grey_png(mask), "image/png", name="outline.png", size=size)


def _put_stages(result: Result, stem: str, basket: Basket) -> list[dict[str, str]]:
    """As a person looks at them: a stage is no product."""
    from PIL import Image

    told = []
    for number, step in enumerate(result.trail):
        picture = Image.fromarray(step.pixels)
        picture.thumbnail((STAGE_SIDE, STAGE_SIDE))
        written = io.BytesIO()
        picture.save(written, "WEBP", quality=STAGE_QUALITY, method=1)
        role, name = f"stage-{number:02d}", f"{stem}_{number:02d}_{safe_name(step.name)}.webp"
        basket.put(role, written.getvalue(), "image/webp", name=name, size=picture.size)
        told.append({"name": step.name, "role": role})
    return told


def _made(entry: Entry, told: Mapping[str, Any], *, doubt: float) -> Made:
    width, height = entry.size or (0, 0)
    before = told.get("before") or told
    return Made(
        outcome=entry.state,
        told={
            "headline": dict(entry.headline),
            "why": [dict(one) for one in entry.why],
            "size": [width, height],
            "confidence": _confidence(told),
        },
        doubt=doubt,
        found=tuple({finding.rule: (finding.rule, finding.severity) for finding in entry.findings}.values()),
        profile=before["profile"],
        category=before["category"],
        megapixels=width * height / 1e6,
    )


def _confidence(told: Mapping[str, Any]) -> float | None:
    """How sure the cut-out is."""
    found = (guard for guard in told.get("guards") or () if guard["name"] == "confidence")
    return next((float(guard["measured"]) for guard in found), None)


def _doubt(told: Mapping[str, Any]) -> float:
    """What a person should look at first: a guard that failed weighs most, then an unsure cut-out."""
    confidence = _confidence(told)
    unsure = 1.0 if confidence is None else 1.0 - confidence
    harmed = any(not guard["passed"] for guard in told["guards"])
    return min(1.0, 0.5 * harmed + 0.5 * unsure)
