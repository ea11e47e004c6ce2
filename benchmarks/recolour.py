"""What does another ground cost, beside mending the photo again?

    python benchmarks/recolour.py [PHOTO ...] [--rounds N]

One process on one core, each photo at 2000×2000. Mending: photo bytes in, both variants of the profile
written and judged. Recolouring: the kept cut-out and shadow in as PNG bytes, one new variant written and
judged. Both are timed in turn in the same run: quote the ratio. Beside it: how far a recoloured picture is
from the run's own at the same ground and strength.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import cv2
import numpy as np
from speed import at_size, one_core

import packshot
from packshot.batch.layer_files import layer_pictures
from packshot.image.codec import open_photo
from packshot.journey.recolour import Recoloured, Wish, recolour

PHOTOS = Path(__file__).parent.parent / "examples" / "photos"
PROFILE = "yandex_market"
WHITE = Wish("white", "#FFFFFF", 0.8, PROFILE)


def main() -> None:
    options = parse()
    one_core()
    cv2.setNumThreads(1)
    ratios, seconds = [], []
    print(f"{'photo':18} {'mend ms':>8} {'recolour ms':>12} {'ratio':>6}   own picture: light       dark")
    for path in options.photos or sorted(PHOTOS.glob("*.jpg")):
        photo = at_size(path, 2000, 2000)
        result = packshot.fix(photo)
        if result.layers is None or not result.variants:
            continue
        kept = layer_pictures(result.layers, ("cutout", "shadow"))
        mend, again = in_turn(lambda: packshot.fix(photo), lambda: laid(kept, WHITE), options.rounds)  # noqa: B023
        light, dark = (away(path, variant) for variant in ("light", "dark"))
        ratios.append(mend / again)
        seconds.append((mend, again))
        print(f"{path.stem:18} {mend:8.0f} {again:12.0f} {mend / again:6.1f}   {light:>16} {dark:>10}")
    mended, recoloured = (statistics.median(column) for column in zip(*seconds, strict=True))
    print(f"{'median':18} {mended:8.0f} {recoloured:12.0f} {statistics.median(ratios):6.1f}")


def laid(kept: dict[str, bytes], wish: Wish) -> Recoloured:
    cutout, shadow = (open_photo(kept[name]) for name in ("cutout", "shadow"))
    return recolour(cutout, shadow, wish.profile_for(PROFILE, ""), wish.variant)


def away(path: Path, variant: str) -> str:
    """Largest difference in levels, and the share of pixels more than one level away; no JPEG between."""
    exact = (("output.format", "png"),)
    result = packshot.fix(path, overrides=dict(exact))
    assert result.layers is not None
    kept = layer_pictures(result.layers, ("cutout", "shadow"))
    ours = laid(kept, Wish(variant, profile=PROFILE, overrides=exact)).picture.pixels
    levels = np.abs(ours.astype(np.int16) - result.variants[variant].pixels).max(axis=-1)
    return f"{levels.max()} ({100 * (levels > 1).mean():.2f} %)"


def in_turn(one: Callable[[], object], other: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Medians of the processor's own milliseconds: who else is at work on the machine does not count."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for act, times in zip((one, other), spent, strict=True):
            start = time.process_time()
            act()
            times.append((time.process_time() - start) * 1000)
    return statistics.median(spent[0]), statistics.median(spent[1])


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("photos", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    main()
