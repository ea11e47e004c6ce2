"""What can be asked for: to judge a photo, to mend it, to cut the product out, to enlarge it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from packshot.batch import enlarging
from packshot.batch.cutting import Cut
from packshot.batch.fixing import LAYERS, Fix
from packshot.batch.names import Item, safe_name
from packshot.batch.origins import NoOrigin
from packshot.errors import BadPhoto, Refused
from packshot.image.codec import open_photo
from packshot.image.sniff import format_of
from packshot.journey.check import check
from packshot.journey.cutout import cutout, grey_png, outline
from packshot.journey.fix import fix
from packshot.journey.report import plain
from packshot.journey.result import Result
from packshot.report.entry import STATES, Entry, checked, fixed, headline_of, in_all
from packshot.service.removebg.errors import Refusal
from packshot.service.removebg.wish import Wish as RemoveBg
from packshot.service.removebg.work import make
from packshot.service.wishes import aim_of, settings_of, told_category
from packshot.service.work import MEDIA, TILE, Basket, Made, Order, failed
from packshot.words import say, verbatim

SAMPLE = Path(__file__).parents[1] / "samples" / "bottle.jpg"
STAGE_SIDE = 1280
STAGE_QUALITY = 85


def judge(order: Order, data: bytes, basket: Basket) -> Made:
    report = check(data, **_asked(order), name=order.name, explain=bool(order.wish.get("explain")))
    told = report.as_dict()
    basket.put_account(told)
    return _made(checked(told, key=order.name, path=""), told, doubt=0.0)


def mend(order: Order, data: bytes, basket: Basket) -> Made:
    """The batch's work: the same pictures under the same names."""
    asked = _asked(order)
    work = Fix(
        Path(),
        asked["profile"],
        asked["category"],
        asked["switches"],
        tuple(order.wish["variants"]) if order.wish.get("variants") else None,
        tuple(settings_of(order.wish.get("settings") or {}).items()),
        asked["quality"],
        order.wish.get("engine") or "",
        keep=LAYERS,
        mask=basket.depot.get(order.org_id, order.mask) if order.mask else b"",
    )
    item = _item(order)
    result = work.mend(item, data, steps=bool(order.wish.get("stages")))
    told, files = work.told(item, result), work.files(item, result)
    for made, name in work.names(item).items():
        if made in result.variants:
            size = result.variants[made].size
            media_type = MEDIA[result.variants[made].format]
            basket.put_picture(made, files[name], media_type, name=name, size=(size.width, size.height))
        elif name in files and result.layers is not None and result.layers.placement is not None:
            canvas = result.layers.placement.canvas
            basket.put(made, files[name], "image/png", name=name, size=(canvas.width, canvas.height))
    _put_outline(result, basket)
    told["stages"] = _put_stages(result, item.sku, basket)
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
    basket.put_picture("cutout", asked.picture(cut), "image/png", name=f"{_stem(order)}_cutout.png")
    size = cut.photo.source.size
    told = {
        "headline": in_all(STATES["cut"]),
        "why": [plain(cut.reason)],
        "size": [size.width, size.height],
        "confidence": float(cut.confidence),
    }
    basket.put_account({**told, "name": order.name, "box": plain(cut.box), "origin": str(cut.origin)})
    return Made("cut", told, 1.0 - float(cut.confidence))


def enlarged(order: Order, data: bytes, basket: Basket) -> Made:
    """The batch's work, too; the format goes by the bytes, for a name from outside says little."""
    how = enlarging.FORMATS.get(format_of(data), "png")
    work = enlarging.Enlarge(Path(), aim_of(order.wish), order.wish.get("engine"), how)
    item = _item(order)
    try:
        made = work.made(item, data)
    except Refused as refusal:
        return _refused(refusal, order, data)
    told = enlarging.told(made)
    size, now = made.photo.source.size, told["to"]
    (name,) = work.planned(item)
    basket.put_picture(
        "upscaled",
        work.picture(item, data, made),
        MEDIA[how],
        name=name,
        size=(now["width"], now["height"]),
    )
    basket.put_account({"name": order.name, **told, "source": plain(made.photo.source)})
    shown = {
        "headline": headline_of(STATES[told["status"]], told["reasons"][:1]),
        "why": told["reasons"],
        "size": [size.width, size.height],
        "confidence": None,
    }
    return Made(told["status"], shown)


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
    name = f"{_stem(order)}.{answer.media_type.rpartition('/')[2]}"
    basket.put_picture("result", answer.data, answer.media_type, name=name, size=(width, height))
    told = {
        "headline": in_all(STATES["cut"]),
        "why": [],
        "size": [width, height],
        "confidence": None,
        "headers": answer.headers,
    }
    return Made("cut", told)


def warm() -> None:
    """Networks, rules and profiles come into the process by mending a sample, which has print on it."""
    fix(SAMPLE.read_bytes(), name=SAMPLE.name)


KINDS: dict[str, Callable[[Order, bytes, Basket], Made]] = {
    "check": judge,
    "fix": mend,
    "cutout": cut_out,
    "upscale": enlarged,
    "removebg": answer_removebg,
}


def _stem(order: Order) -> str:
    """What its files are called by."""
    return safe_name(PurePosixPath(order.name).stem)


def _refused(refusal: Refused, order: Order, data: bytes) -> Made:
    """With its size: it can be looked at, and tried once more otherwise."""
    made = failed(refusal, order)
    size = open_photo(data, name=order.name, want=TILE).source.size
    return replace(made, told={**made.told, "size": [size.width, size.height]})


def _item(order: Order) -> Item:
    return Item(order.name, "", _stem(order), order.name, NoOrigin(order.name, verbatim(""), verbatim("")))


def _asked(order: Order) -> dict[str, Any]:
    """What judging and mending share."""
    return {
        "profile": order.wish.get("profile") or None,
        "category": told_category(order.wish.get("category") or "", order.name),
        "switches": tuple(order.wish.get("switches") or ()),
        "quality": order.wish.get("quality") or "normal",
    }


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
