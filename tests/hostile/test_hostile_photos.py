"""Whatever the bytes are: a Photo or a BadPhoto, soon, in little memory, without a warning."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import hostile_files
import numpy as np
import pytest
from hostile_files import MAGIC, STRANGERS, flipped, sound, truncations

from packshot.errors import BadPhoto
from packshot.image.codec import Limits, open_photo
from packshot.image.photo import Photo

SOUND = sound()
FLIPPED_FILES = 500
SECONDS_EACH = 5.0
"""Generous, for the machine may be busy; most take a millisecond."""


def outcome(data: bytes, **options: object) -> Photo | BadPhoto:
    """Anything but these two is a bug and comes through."""
    start = time.perf_counter()
    found: Photo | BadPhoto
    try:
        found = open_photo(data, name="hostile", **options)  # type: ignore[arg-type]
    except BadPhoto as bad:
        found = bad
    if isinstance(found, BadPhoto):
        assert str(found.message)
        assert str(found.cure)
    assert time.perf_counter() - start < SECONDS_EACH
    return found


@pytest.mark.parametrize("kind", SOUND)
def test_sound_files_open(kind):
    photo = outcome(SOUND[kind])
    assert isinstance(photo, Photo), photo
    assert photo.pixels.std() > 10


@pytest.mark.parametrize("kind", SOUND)
def test_a_file_that_breaks_off_is_never_half_a_picture(kind):
    for part in truncations(SOUND[kind]):
        bad = outcome(part)
        assert isinstance(bad, BadPhoto), f"{len(part)} of {len(SOUND[kind])} bytes opened"
        assert bad.reason in {"empty", "not_an_image", "truncated", "damaged"}
        assert bad.reason == "truncated" or len(part) < len(SOUND[kind]) / 2, f"{len(part)}: {bad}"


def test_flipped_bits_give_a_photo_or_a_reason():
    rng = np.random.default_rng(20261120)
    kinds = list(SOUND)
    opened = 0
    for number in range(FLIPPED_FILES):
        data = flipped(SOUND[kinds[number % len(kinds)]], rng)
        opened += isinstance(outcome(data, limits=Limits(pixels=1_000_000)), Photo)
    assert 0 < opened < FLIPPED_FILES


@pytest.mark.parametrize("name", STRANGERS)
def test_what_is_no_photo_is_named(name):
    data, word = STRANGERS[name]
    bad = outcome(data)
    assert isinstance(bad, BadPhoto)
    assert bad.reason == ("empty" if name == "empty" else "not_an_image")
    assert word in str(bad)


@pytest.mark.parametrize("name", MAGIC)
@pytest.mark.parametrize(
    "tail", [b"", bytes(8), bytes(500), b"\xff" * 500], ids=["none", "8", "zeros", "ones"]
)
def test_a_signature_alone_is_no_photo(name, tail):
    assert isinstance(outcome(MAGIC[name] + tail), BadPhoto)


@pytest.mark.parametrize("kind", SOUND)
@pytest.mark.parametrize("name", ["photo.txt", "photo.jpg", "фото", "a/b\\c.PNG", ""])
def test_the_name_does_not_decide(kind, name):
    assert open_photo(SOUND[kind], name=name).source.format == kind.split("_")[0]


def test_a_file_that_is_two_things_is_what_it_starts_as():
    for kind in ("jpeg", "png", "gif", "webp"):
        photo = outcome(SOUND[kind] + b"PK\x03\x04<script>alert(1)</script>")
        assert isinstance(photo, Photo)
    assert isinstance(outcome(b"%PDF-1.7\n" + SOUND["jpeg"]), BadPhoto)
    assert isinstance(outcome(b"GIF89a/*" + SOUND["jpeg"] + b"*/=1;alert(1)"), BadPhoto)


def test_a_broken_letter_in_a_heic_does_not_end_the_process():
    """pi_heif 1.4 makes text of an item's kind unchecked: this file crashed the interpreter."""
    for was, now in [(b"Exif\0", b"Ex\xe9f\0"), (b"urn:mpeg", b"urn\xffmpeg")]:
        for kind in ("heic", "heic_alpha"):
            if was in SOUND[kind]:
                bad = outcome(SOUND[kind].replace(was, now, 1))
                assert isinstance(bad, BadPhoto)
                assert bad.reason == "damaged"


def test_every_limit_is_asked_before_the_decode():
    data = SOUND["png"]
    for limits, reason in [
        (Limits(size_bytes=100), "too_many_bytes"),
        (Limits(pixels=100), "too_many_pixels"),
        (Limits(side=90), "side_too_long"),
    ]:
        bad = outcome(data, limits=limits)
        assert isinstance(bad, BadPhoto)
        assert bad.reason == reason


WATCHED = '''
import json, sys, time, warnings
warnings.simplefilter("error")
sys.path[:0] = {paths!r}
import hostile_files
from packshot.errors import BadPhoto
from packshot.image.codec import open_photo
def peak():
    """In KB; ru_maxrss would begin with the peak of the process that started this one."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
bombs = hostile_files.bombs()
for data in hostile_files.sound().values():
    open_photo(data)
found = {{}}
for name, (data, _) in bombs.items():
    with open("/proc/self/clear_refs", "w") as marks:
        marks.write("5")  # the peak begins anew at what is held now
    before = peak()
    start = time.perf_counter()
    try:
        open_photo(data)
        reason = "opens"
    except BadPhoto as bad:
        reason = bad.reason
    grown = peak() - before
    found[name] = [reason, len(data), grown * 1024, time.perf_counter() - start]
print(json.dumps(found))
'''


@pytest.fixture(scope="module")
def defused() -> dict[str, list]:
    """Every bomb opened in a process of its own, with the peak of memory that each added."""
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells a process its own peak")
    code = WATCHED.format(paths=[str(Path(hostile_files.__file__).parent)])
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_bombs_are_refused_for_what_they_are(defused):
    for name, (_, reasons) in hostile_files.bombs().items():
        assert defused[name][0] in reasons.split(), (name, defused[name])
    assert len(defused) >= 20


def test_bombs_spend_neither_memory_nor_time(defused):
    for name, (_, size, grown, seconds) in defused.items():
        # The decoder may see a copy of the file; no bomb may unfold.
        assert grown < 40e6 + 3 * size, (name, grown)
        assert seconds < SECONDS_EACH, (name, seconds)
