"""Teaches look/text_drawn.npz: is a line of text drawn over the photo, or printed on the goods?

    packshot train defects --data SETS --out CARDS --split train --count 6000
    packshot train defects --data SETS --out DEV --split dev --count 860
    python benchmarks/drawn_learn.py --data SETS --cards CARDS --dev DEV

Drawn: the words that we laid over cards. Printed: words put on goods by ourselves, labels of drawn pages
(`training/text_pages.py`), and every line that is found on goods of real photos nobody wrote on. Clues are
taken as at work, from lines that our finder finds.
What was gathered stays beside the cards as clues.npz; --anew forgets it.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from packshot.engines.base import TextFinder
from packshot.engines.text_find import TextFind
from packshot.image.codec import open_photo
from packshot.image.types import Box
from packshot.journey.examine import second_opinion
from packshot.look import text_drawn
from packshot.look.sharp_edges import own_sharpness
from packshot.look.small import small
from packshot.look.subject import cut
from packshot.look.text import ENOUGH_SIGNS, clues_of
from packshot.look.text_signs import signs
from packshot.training import lettering, sources
from packshot.training.defects import synthesize
from packshot.training.pack import is_dev
from packshot.training.text_find import matched
from packshot.training.text_pages import Pages, said

OUT = Path(text_drawn.__file__).with_name("text_drawn.npz")
TEXTY = {
    "text_ru", "text_en", "price_tag", "discount_badge", "logo", "infographic", "watermark",
    "watermark_tiled", "qr_code", "inset", "collage",
}  # fmt: skip
MET = 0.4
"""IoU from which a found line is the one that was laid."""
PHOTOS = 2600
"""Real photos looked through for prints, of each set."""
SCENES, PAGES, PAGE = 300, 1500, 448
HIDDEN, STEPS, SEEDS = 24, 4000, 5
Lessons = tuple[NDArray[np.float32], NDArray[np.bool_]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cards", type=Path, required=True)
    parser.add_argument("--dev", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--anew", action="store_true")
    wish = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    known = gathered(wish.cards, wish.data, dev=False, anew=wish.anew)
    unseen = gathered(wish.dev, wish.data, dev=True, anew=wish.anew)
    print(f"lines to learn from: {len(known[1])}, drawn {known[1].sum()}; dev: {len(unseen[1])}, "
          f"drawn {unseen[1].sum()}", flush=True)  # fmt: skip
    weights = learned(*known)
    np.savez(wish.out, *[part.astype(np.float16) for part in weights])
    text_drawn.weights.cache_clear()
    report(*unseen, wish.out)


# ── gathering ───────────────────────────────────────────────────────────────────────────────────────────────


def gathered(cards: Path, data: Path, *, dev: bool, anew: bool) -> Lessons:
    kept = cards / "clues.npz"
    if anew or not kept.exists():
        finder = TextFind()
        lines = [*from_cards(cards, finder), *from_photos(data, finder, dev=dev)]
        lines += from_pages(data, finder, dev=dev)
        np.savez(kept, clues=np.array([c for c, _ in lines]), drawn=np.array([d for _, d in lines]))
    with np.load(kept) as held:
        return held["clues"], held["drawn"]


def from_cards(folder: Path, finder: TextFinder) -> Iterator[tuple[NDArray[np.float32], bool]]:
    for line in synthesize.read(folder):
        kinds: Any = line["kinds"]
        if not (set(kinds) & TEXTY or line["looks_like"] == "print"):
            continue
        words: Any = line["words"]
        laid = [Box(*word["box"]) for word in words if word["of"] != "print"]
        printed = [Box(*word["box"]) for word in words if word["of"] == "print"]
        for box, on_product, clues in found((folder / str(line["file"])).read_bytes(), finder):
            if any(met(box, other) for other in laid):
                yield clues, True
            elif any(met(box, other) for other in printed) or (not laid and on_product >= 0.9):
                yield clues, False


def from_photos(data: Path, finder: TextFinder, *, dev: bool) -> Iterator[tuple[NDArray[np.float32], bool]]:
    """Whatever is found on goods there was printed on them."""
    count: dict[str, int] = {}
    for one in sources.tickets(data, "train") or ():
        name = one.row.get("file", "")
        if one.source not in ("clothes", "fashion", "people") or not name or is_dev(one) != dev:
            continue
        count[one.source] = count.get(one.source, 0) + 1
        if count[one.source] > (PHOTOS // 8 if dev else PHOTOS):
            continue
        path = next((p for p in (one.folder / name, one.folder / "images" / name) if p.is_file()), None)
        for _, on_product, clues in found(path.read_bytes(), finder) if path else ():
            if on_product >= 0.5:
                yield clues, False


def from_pages(data: Path, finder: TextFinder, *, dev: bool) -> Iterator[tuple[NDArray[np.float32], bool]]:
    """Labels in perspective, round bottles, in all lights; the rest of a page is wilder than any designer."""
    every = [one for one in sources.tickets(data, "train") or () if is_dev(one) == dev]
    some = [example for one in every[:: max(1, len(every) // SCENES)] if (example := one.open())]
    fonts = lettering.split(lettering.installed())[int(dev)]
    pages = Pages(some, fonts, said(lettering.lexicon(data / "titles")), PAGE, seed=11)
    for number in range(PAGES // (6 if dev else 1)):
        page = pages.page(number)
        labels = [line for line, kind in zip(page.lines, page.kinds, strict=True) if kind == "label"]
        lines = finder.find(page.colours)
        own = own_sharpness(page.colours, [line.box for line in lines])
        for line in lines:
            outline = np.array(line.outline)
            if matched([outline], labels):
                yield text_drawn.clues(page.colours, line.box, outline, line.angle, 1.0, own), False


def found(data: bytes, finder: TextFinder) -> Iterator[tuple[Box, float, NDArray[np.float32]]]:
    photo = open_photo(data)
    if signs(small(photo).pixels) >= ENOUGH_SIGNS:
        yield from clues_of(photo, cut(photo, second_opinion()), finder)


def met(box: Box, other: Box) -> bool:
    both = box.meet(other).area
    return both >= MET * (box.area + other.area - both)


# ── learning ────────────────────────────────────────────────────────────────────────────────────────────────


def learned(clues: NDArray[np.float32], drawn: NDArray[np.bool_]) -> list[NDArray[np.float32]]:
    """Drawn and printed lines weigh the same; of some seeds the best on every tenth line."""
    torch.manual_seed(0)
    mean, spread = clues.mean(0), clues.std(0) + 1e-3
    x, y = torch.from_numpy((clues - mean) / spread), torch.from_numpy(drawn.astype(np.float32))
    kept = torch.arange(len(y)) % 10 == 0
    weight = torch.where(y > 0, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    best: tuple[float, list[NDArray[np.float32]]] | None = None
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Linear(x.shape[1], HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))
        steps = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=0.05)
        for _ in range(STEPS):
            at = torch.randint(0, len(y), (256,))
            at = at[~kept[at]]
            noisy = x[at] + 0.05 * torch.randn_like(x[at])
            loss = nn.functional.binary_cross_entropy_with_logits(net(noisy)[:, 0], y[at], weight[at])
            steps.zero_grad()
            loss.backward()
            steps.step()
        with torch.inference_mode():
            lost = nn.functional.binary_cross_entropy_with_logits(net(x[kept])[:, 0], y[kept], weight[kept])
        layers = [
            part.detach().numpy() for layer in (net[0], net[2]) for part in (layer.weight.T, layer.bias)
        ]
        print(f"seed {seed}: loss on held-back lines {float(lost):.4f}", flush=True)
        if best is None or float(lost) < best[0]:
            best = float(lost), [mean, spread, *layers]
    assert best is not None
    return best[1]


def report(clues: NDArray[np.float32], drawn: NDArray[np.bool_], path: Path) -> None:
    chance = text_drawn.judged(clues)
    for bar in (0.3, 0.5, 0.7, 0.8, 0.9):
        told = chance >= bar
        print(f"from {bar}: drawn lines told {told[drawn].mean():.3f} of {drawn.sum()}, "
              f"prints called drawn {told[~drawn].mean():.3f} of {(~drawn).sum()}")  # fmt: skip


if __name__ == "__main__":
    main()
