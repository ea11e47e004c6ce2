"""One look, one hash; another look, another."""

from __future__ import annotations

import cv2
import pytest
from fact_pictures import blurred, ground, jpeg, mug, noisy, odd_photos, photo_of, textures, write

from packshot.image.types import RGB
from packshot.look import hash as look
from packshot.look.hash import distance


def looks() -> dict[str, RGB]:
    lettered = ground(480, 640, (240, 235, 230))
    write(lettered, "Молоко 3,2 %", (40, 300), (20, 60, 160), 60)
    fine = textures()
    del fine["weave"]  # threads of 3 px melt into grey at 32×32: no look is left to be known by
    return fine | {"lettered": lettered, "red mug": mug(700, 500, (190, 30, 30), (60, 60, 60))[0]}


def bits(pixels: RGB) -> str:
    return look.measure(photo_of(pixels)).perceptual


@pytest.mark.parametrize("name", looks())
@pytest.mark.parametrize("factor", [0.35, 0.7, 1.9])
def test_size_and_compression_change_few_bits(name: str, factor: float) -> None:
    pixels = looks()[name]
    other = jpeg(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), 60)
    assert distance(bits(pixels), bits(other)) <= 6


@pytest.mark.parametrize("name", looks())
def test_slight_blur_and_noise_change_few_bits(name: str) -> None:
    pixels = looks()[name]
    assert distance(bits(pixels), bits(noisy(blurred(pixels, 1.0), 3))) <= 6


def test_other_looks_are_far() -> None:
    hashes = [bits(pixels) for pixels in looks().values()]
    near = min(distance(a, b) for i, a in enumerate(hashes) for b in hashes[:i])
    assert near >= 16


@pytest.mark.parametrize("name", looks())
def test_the_mirrored_hash_is_that_of_the_mirrored_photo(name: str) -> None:
    pixels = looks()[name]
    assert distance(look.measure(photo_of(pixels)).mirrored, bits(pixels[:, ::-1])) <= 2


@pytest.mark.parametrize("name", odd_photos())
def test_odd_photos_have_a_hash_too(name: str) -> None:
    answer = look.measure(photo_of(odd_photos()[name]))
    assert len(answer.perceptual) == len(answer.mirrored) == 16
    int(answer.perceptual, 16)


def test_flat_photos_of_any_colour_look_the_same() -> None:
    assert bits(ground(90, 70, (3, 3, 3))) == bits(ground(300, 400, (250, 250, 250)))
