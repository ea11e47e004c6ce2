"""Another ground and shadow from kept layers: the blend is known, and the run's own picture comes back."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import packshot
from packshot.batch.layer_files import layer_pictures
from packshot.errors import BadOption, BadPhoto
from packshot.image.codec import open_photo
from packshot.image.photo import Photo
from packshot.journey.recolour import Recoloured, Wish, layers_from, recolour
from packshot.journey.result import Result
from packshot.retouch.flatten import flatten

PHOTOS = Path(__file__).parents[2] / "examples/photos"
SIDE = 160
RED = (180, 40, 30)
AS_PNG = (("output.format", "png"), ("rules.file_format.allowed", ("jpeg", "png")))


def layer(colours: tuple[int, int, int], alpha: NDArray[np.uint8]) -> Photo:
    rgba = np.dstack([np.full((*alpha.shape, 3), colours, np.uint8), alpha])
    written = io.BytesIO()
    Image.fromarray(rgba).save(written, "PNG")
    return open_photo(written.getvalue(), name="drawn")


@lru_cache
def drawn() -> tuple[Photo, Photo]:
    """A red square with a rim that fades, and a shadow that fades to the right below it."""
    product = np.zeros((SIDE, SIDE), np.uint8)
    product[30:110, 40:120] = 255
    product[30:110, 40:50] = np.linspace(10, 250, 10, dtype=np.uint8)
    shade = np.zeros((SIDE, SIDE), np.uint8)
    shade[100:130, 30:140] = np.linspace(150, 2, 110, dtype=np.uint8)
    return layer(RED, product), layer((0, 0, 0), shade)


def drawn_on(ground: str, shadow: float, *, sheet: bool = True) -> Recoloured:
    cutout, shade = drawn()
    wish = Wish("own", ground, shadow, overrides=AS_PNG)
    return recolour(cutout, shade if sheet else None, wish.profile_for("base", ""), "own")


def blended(ground: tuple[int, int, int], strength: float) -> NDArray[np.float64]:
    """Ground × (1 − shadow) under colour × alpha: the textbook's."""
    cutout, shade = drawn()
    assert cutout.alpha is not None
    assert shade.alpha is not None
    dark = np.minimum(shade.alpha * strength, 255)[..., None] / 255
    share = cutout.alpha[..., None] / 255
    return np.asarray(np.array(ground) * (1 - dark) * (1 - share) + cutout.pixels * share)


@pytest.mark.parametrize("ground", ["#FFFFFF", "#D1CECB", "#102030"])
@pytest.mark.parametrize("strength", [0.0, 0.8, 1.0, 1.5])
def test_a_drawn_product_is_blended_with_its_ground(ground: str, strength: float) -> None:
    made = drawn_on(ground, strength)
    behind = tuple(int(ground[at : at + 2], 16) for at in (1, 3, 5))
    away = np.abs(made.picture.pixels - blended(behind, strength))  # type: ignore[arg-type]
    # Four roundings of half a level: the shadow's strength, the ground dimmed twice, the product's colour.
    assert away.max() <= 2.0
    assert away.mean() <= 0.1
    assert made.colour.passed


def test_without_a_shadow_nothing_is_darker_than_its_ground() -> None:
    for made in (drawn_on("#FFFFFF", 0.0), drawn_on("#FFFFFF", 1.0, sheet=False)):
        cutout, _ = drawn()
        assert (made.picture.pixels[cutout.alpha == 0] == 255).all()


def test_the_new_ground_is_what_the_new_variant_is_judged_by() -> None:
    """Grey where white was the profile's wish: its own colour holds, and nothing else is asked of it."""
    assert "background_color" not in {finding.rule for finding in drawn_on("#808080", 0.5).after.findings}
    assert drawn_on("#808080", 0.5).after.where == "own"


@lru_cache(maxsize=2)
def mended(name: str) -> tuple[Result, Photo, Photo]:
    result = packshot.fix(PHOTOS / f"{name}.jpg", overrides=dict(AS_PNG))
    assert result.layers is not None
    kept = layer_pictures(result.layers, ("cutout", "shadow"))
    return result, open_photo(kept["cutout"], name=name), open_photo(kept["shadow"], name=name)


@pytest.mark.parametrize("name", ["white_mug", "sneaker"])
def test_the_runs_own_ground_and_shadow_give_the_runs_own_picture(name: str) -> None:
    """Within one level: the run dims the ground once for each shadow and rounds each time, the kept sheet
    holds all shadows rounded once. Two such ways are less than two levels apart."""
    result, cutout, shadow = mended(name)
    own = Wish("light", overrides=AS_PNG).profile_for("yandex_market", "")
    again = recolour(cutout, shadow, own, "light")
    away = np.abs(again.picture.pixels.astype(int) - result.variants["light"].pixels)
    assert away.max() <= 1
    assert again.after.verdict == result.after["light"].verdict
    assert again.picture.size == result.variants["light"].size


def test_two_shadows_at_another_strength_come_near_and_no_nearer() -> None:
    """The dark variant's shadow is 1.2: the run strengthens each by itself, the sheet is both."""
    result, cutout, shadow = mended("sneaker")
    assert result.layers is not None
    assert len(result.layers.shadows) == 2
    own = Wish("dark", overrides=AS_PNG).profile_for("yandex_market", "")
    again = recolour(cutout, shadow, own, "dark")
    away = np.abs(again.picture.pixels.astype(int) - result.variants["dark"].pixels).max(axis=-1)
    assert away.max() <= 8
    assert (away > 1).mean() <= 0.01


def test_a_single_shadow_is_exact_at_any_strength() -> None:
    result, _, _ = mended("sneaker")
    assert result.layers is not None
    one = replace(result.layers, shadows=result.layers.shadows[:1])
    kept = {name: open_photo(data) for name, data in layer_pictures(one, ("cutout", "shadow")).items()}
    again = replace(layers_from(kept["cutout"], kept["shadow"]), backdrops=one.backdrops)
    assert np.array_equal(flatten(again, "dark"), flatten(one, "dark"))


def test_a_mark_of_generated_pictures_stays() -> None:
    result, _, _ = mended("sneaker")
    assert result.layers is not None
    kept = layer_pictures(result.layers, ("cutout",), ai_made="trainedAlgorithmicMedia")
    profile = Wish("white", "#FFFFFF", 0.0).profile_for("yandex_market", "")
    made = recolour(open_photo(kept["cutout"]), None, profile, "white")
    assert open_photo(made.picture.data).source.ai_made == "trainedAlgorithmicMedia"


def test_a_sticker_of_the_profile_is_laid_again() -> None:
    cutout, shadow = drawn()
    sticker = {"text": "NEW", "position": "top_left", "margin_px": 4, "width_share": 0.15}
    said = tuple((f"retouch.sticker.{name}", value) for name, value in sticker.items())
    wish = Wish("own", "#FFFFFF", 0.0, overrides=(*AS_PNG, *said))
    made = recolour(cutout, shadow, wish.profile_for("base", ""), "own")
    plain = drawn_on("#FFFFFF", 0.0)
    assert (made.picture.pixels[:60] != plain.picture.pixels[:60]).any()


def test_layers_that_do_not_belong_together_are_told() -> None:
    cutout, _ = drawn()
    with pytest.raises(BadPhoto, match="not of one size"):
        layers_from(cutout, layer((0, 0, 0), np.zeros((SIDE, SIDE - 1), np.uint8)))


def test_an_empty_cutout_is_told() -> None:
    with pytest.raises(BadPhoto, match="holds no product"):
        layers_from(layer(RED, np.full((SIDE, SIDE), 100, np.uint8)), None)


@pytest.mark.parametrize(
    ("variant", "ground", "shadow"),
    [
        ("../white", "#FFFFFF", 1.0),
        ("", "#FFFFFF", 1.0),
        ("source", "#FFFFFF", 1.0),
        ("a.b", "#FFFFFF", 1.0),
        ("white", "white", 1.0),
        ("white", "#FFFFFF", 1.6),
        ("white", "#FFFFFF", -0.1),
        ("white", "#FFFFFF", float("nan")),
    ],
)
def test_wishes_that_make_no_sense_are_refused(variant: str, ground: str, shadow: float) -> None:
    with pytest.raises(BadOption):
        Wish(variant, ground, shadow)


def test_the_profiles_own_variants_stay_as_the_profile_says() -> None:
    own = Wish("light", "#F5F4F2").profile_for("yandex_market", "")
    assert [variant.name for variant in own.variants] == ["light", "dark"]
    for wish in (Wish("light", "#FFFFFF"), Wish("light", shadow=0.5)):
        with pytest.raises(BadOption, match="looks as it says there"):
            wish.profile_for("yandex_market", "")
    with pytest.raises(BadOption, match="no variant white"):
        Wish("white").profile_for("yandex_market", "")


def test_a_name_that_the_profile_skips_can_be_taken() -> None:
    profile = Wish("main", "#FFFFFF").profile_for("yandex_market", "")
    assert "main" in profile.limits
