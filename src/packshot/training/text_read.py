"""Our own text reader: what does this line say?

Top to bottom: data → net → loss → recipe → training → export. Lines are laid on pictures by `lettering.py`
and unrolled by the code of the engine. The loop is the segmenter's: a run goes on from its last
checkpoint; the same seed and number of steps give the same weights on the same machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  the name everyone knows it by
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor, nn

from packshot.engines.text_read import (
    ALPHABET,
    MARGIN,
    RUSSIAN,
    STEP,
    TALL,
    WIDTHS,
    decoded,
    one_script,
    straightened,
)
from packshot.image.types import RGB
from packshot.training import export, lettering, segmenter, sources
from packshot.training.lettering import Font, Fonts, Lexicon, Look, phrase
from packshot.training.segmenter import Attention, Block, Conv, Recipe, Run, Tell, Watch

# ── data ────────────────────────────────────────────────────────────────────────────────────────────────────

MOST = 40
"""Letters of a line."""
SHORT = 64
"""Columns of easy strips."""
FEWEST = dict(zip((SHORT, *WIDTHS), (1, 1, 8, 16), strict=True))
"""Letters of a line that is to fill a strip of such a width."""
EASY = 16_000
"""Lines until the last easy one."""
LOWEST_PX, HIGHEST_PX = 9, 44
"""Heights of lines as they stand on the picture, before they are unrolled to TALL."""
NO_GROUNDS = 24


def grounds(data: Path | None, split: str = "train", most: int = 300) -> list[RGB]:
    """Photos to lay text on, some of each known set; without data, drawn ones."""
    if data is None:
        return [_drawn_ground(default_rng(number)) for number in range(NO_GROUNDS)]
    known = [ticket for ticket in sources.tickets(data, split) or () if ticket.kind != sources.CUTOUT]
    opened = (ticket.open() for ticket in known[:: max(1, len(known) // most)])
    return [_at_most(example.rgba[..., :3], 800) for example in opened if example] or grounds(None)


def _drawn_ground(rng: Generator) -> RGB:
    blobs = rng.uniform(0, 255, (int(rng.integers(1, 9)), int(rng.integers(1, 9)), 3)).astype(np.float32)
    picture = cv2.resize(blobs, (480, 480), interpolation=cv2.INTER_CUBIC) + rng.normal(0, 3, (480, 480, 1))
    return np.clip(picture, 0, 255).astype(np.uint8)


def _at_most(picture: RGB, side: int) -> RGB:
    scale = side / max(picture.shape[:2])
    if scale >= 1:
        return np.ascontiguousarray(picture)
    return np.asarray(cv2.resize(picture, None, None, scale, scale, cv2.INTER_AREA), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    strip: RGB
    """TALL rows, unrolled, as the engine will see it."""
    text: str
    language: str
    height_px: int
    """On the picture that it stood on."""
    places: NDArray[np.int64]
    """The answer in whose columns each letter's middle stands."""
    picture: RGB
    outline: NDArray[np.float64]
    """Where it stood, as a finder told it."""


class Lines:
    """Line number n. All of a batch are as wide as each other, so short ones waste no time on long ones."""

    def __init__(
        self,
        fonts: Fonts,
        lexicon: Lexicon,
        pictures: Sequence[RGB],
        batch: int,
        seed: int = 0,
        easy: int = 0,
    ) -> None:
        self.fonts, self.lexicon, self.pictures = fonts, lexicon, pictures
        self.batch, self.seed, self.easy, self.size = batch, seed, easy, WIDTHS[-1]

    def __call__(self, number: int) -> tuple[RGB, NDArray[np.uint8]]:
        """The strip on grey, filled to its batch's width; its letters' numbers from 1, and their places."""
        rng = default_rng((self.seed, number // self.batch))
        width = (
            WIDTHS[0] if rng.random() < self.ease(number) else int(rng.choice(WIDTHS, p=[0.3, 0.35, 0.35]))
        )
        line = self.line(number, width)
        filled = np.full((TALL, width, 3), GREY, np.uint8)
        filled[:, : line.strip.shape[1]] = line.strip
        truth = np.zeros((2, MOST), np.uint8)
        truth[0, : len(line.text)] = [ALPHABET.index(letter) + 1 for letter in line.text]
        truth[1, : len(line.text)] = line.places
        return filled, truth

    def line(self, number: int, width: int) -> Line:
        rng = default_rng((self.seed, number))
        for _ in range(100):
            line = self._tried(rng, width, easy=rng.random() < self.ease(number))
            if line is not None and _fits(line, width):
                return line
        raise ArithmeticError(f"no line of at most {width} columns can be drawn with these fonts")

    def ease(self, number: int) -> float:
        """How likely a line is short, level, large, unworn: without such ones CTC names nothing for long."""
        return 1 - number / self.easy if number < self.easy else 0.0

    def _tried(self, rng: Generator, width: int, *, easy: bool) -> Line | None:
        language = "ru" if rng.random() < 0.6 and self.fonts.russian else "en"
        text = phrase(rng, language, self.lexicon, longest=self._longest(rng, width))
        if len(text) < FEWEST[width]:
            return None
        font = self.fonts.pick(rng, text)
        if font is None:
            return None
        lowest = TALL if easy else LOWEST_PX
        height = int(np.exp(rng.uniform(np.log(lowest), np.log(HIGHEST_PX))))
        ground = self._ground(rng, min(height * 15, int(height * (2 + 0.75 * len(text)))))
        middle = (ground.shape[1] / 2, ground.shape[0] / 2)
        how = lettering.look(rng, ground, turned=0, bent=0) if easy else self.look(rng, ground)
        laid = lettering.laid(rng, ground, text, font, height, how=how, at=middle)
        if laid is None:
            return None
        outline = np.array(laid.outline)
        seen = laid.picture if easy else worn(rng, laid.picture, outline, height)
        seen_at = _misjudged(rng, outline, height)
        stretch = float(rng.uniform(0.75, 1.2)) if rng.random() < 0.4 else 1.0
        strip = straightened(seen, seen_at, stretch)
        if width < strip.shape[1] < width / 0.7:
            stretch *= width / (strip.shape[1] + 1)
            strip = straightened(seen, seen_at, stretch)
        places = _places(lettering.centres(laid.text, font), strip.shape[1], stretch)
        return Line(strip, laid.text, language, height, places, seen, seen_at)

    def look(self, rng: Generator, ground: RGB) -> Look:
        return lettering.look(rng, ground)

    def _longest(self, rng: Generator, width: int) -> int:
        """One letter teaches letters best: there is no doubt which columns are it."""
        return int(rng.integers(1, 4)) if width == SHORT else width // 12

    def _ground(self, rng: Generator, side: int) -> RGB:
        """A square of a photo from anywhere, at any scale."""
        picture = self.pictures[int(rng.integers(len(self.pictures)))]
        part = min(*picture.shape[:2], max(8, int(side * rng.uniform(0.3, 1.6))))
        top, left = (int(rng.integers(0, length - part + 1)) for length in picture.shape[:2])
        cut = picture[top : top + part, left : left + part]
        if rng.random() < 0.25:
            return np.full((side, side, 3), cv2.mean(cut)[:3], np.uint8)
        return np.asarray(cv2.resize(cut, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)


GREY = 128
"""What the network sees as 0 (see segmenter.MEAN)."""


def _places(shares: NDArray[np.float64], wide: int, stretch: float) -> NDArray[np.int64]:
    """Shares of the line → answers of its strip, which has a margin."""
    around = MARGIN / max(0.1, wide * (1 + 2 * MARGIN) / (TALL * stretch) - 2 * MARGIN)
    columns = (shares + around) / (1 + 2 * around) * wide
    return np.clip(columns // STEP, 0, max(0, wide // STEP - 1)).astype(np.int64)


def _fits(line: Line, width: int) -> bool:
    """Each letter needs an answer of its own, and one between twins."""
    twins = sum(a == b for a, b in zip(line.text, line.text[1:], strict=False))
    answers = line.strip.shape[1] // STEP
    return line.strip.shape[1] <= width and len(line.text) + twins < answers and len(line.text) <= MOST


def worn(rng: Generator, picture: RGB, outline: NDArray[np.float64], height: int) -> RGB:
    """What cameras and shops do to it: blur, noise, light, JPEG; only round the line."""
    h, w = picture.shape[:2]
    low = np.clip(outline.min(0) - height, 0, [w - 1, h - 1]).astype(int)
    high = np.clip(outline.max(0) + height, low + 1, [w, h]).astype(int)
    part: Any = picture[low[1] : high[1], low[0] : high[0]]
    roll = rng.random(4)
    if roll[0] < 0.4:
        part = cv2.GaussianBlur(part, (0, 0), float(rng.uniform(0.25, 0.075 * height)) + 0.05)
    if roll[1] < 0.3:
        spread = float(rng.uniform(1, 14))
        part = np.clip(part + rng.normal(0, spread, part.shape), 0, 255).astype(np.uint8)
    if roll[2] < 0.3:
        gain, lift = float(rng.uniform(0.35, 1.3)), float(rng.uniform(-40, 60))
        part = cv2.convertScaleAbs(part, alpha=gain, beta=max(0.0, lift))
    if roll[3] < 0.5:
        _, data = cv2.imencode(".jpg", part, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 96))])
        part = cv2.imdecode(data, cv2.IMREAD_COLOR)
    out = picture.copy()
    out[low[1] : high[1], low[0] : high[0]] = part
    return out


def _misjudged(rng: Generator, outline: NDArray[np.float64], height: int) -> NDArray[np.float64]:
    """As a finder gives it: moved, a little too small or too large, its corners off."""
    half = len(outline) // 2
    top, bottom = outline[:half], outline[half:][::-1]
    down = bottom - top
    above, below = rng.normal(0, 0.06, 2)
    top, bottom = top - down * above, bottom + down * below
    if rng.random() < 0.3:
        start, end = rng.uniform(0, 0.35, 2) * height
        ahead = (top[-1] - top[0]) / max(1.0, float(np.hypot(*(top[-1] - top[0]))))
        top[0], bottom[0] = top[0] - ahead * start, bottom[0] - ahead * start
        top[-1], bottom[-1] = top[-1] + ahead * end, bottom[-1] + ahead * end
    off: NDArray[np.float64] = np.r_[top, bottom[::-1]]
    return off + rng.normal(0, 0.03 * height, off.shape)


# ── net ─────────────────────────────────────────────────────────────────────────────────────────────────────


class TextNet(nn.Module):
    """Rows fold away, columns stay: five levels of convolution, then each column looks at all others."""

    def __init__(self, widths: tuple[int, ...], depths: tuple[int, ...], attention: int) -> None:
        super().__init__()
        w1, w2, w3, w4 = widths
        self.strokes = nn.Sequential(Conv(3, w1, stride=2), *_blocks(w1, depths[0]))
        self.parts = nn.Sequential(Conv(w1, w2, stride=2), *_blocks(w2, depths[1]))
        self.letters = nn.Sequential(_folded(w2, w3), *_blocks(w3, depths[2]))
        self.column = nn.Sequential(_folded(w3, w4), *_blocks(w4, depths[3]))
        self.flat = nn.Conv2d(w4, w4, (2, 1))
        self.look = nn.Sequential(*[Attention(w4) for _ in range(attention)])
        self.name = nn.Conv2d(w4, len(ALPHABET) + 1, 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Logits, answers × letters; the first letter is none."""
        seen = self.column(self.letters(self.parts(self.strokes(x))))
        named = self.name(self.look(F.relu(self.flat(seen))))
        return {"letters": named.squeeze(2).transpose(1, 2)}


def _blocks(width: int, depth: int) -> list[nn.Module]:
    return [Block(width) for _ in range(depth)]


def _folded(inputs: int, outputs: int) -> Conv:
    """Half the rows, all columns."""
    conv = Conv(inputs, outputs)
    conv.conv.stride = (2, 1)
    return conv


class Shipped(nn.Module):
    """Chances instead of logits: what the engine reads."""

    def __init__(self, net: TextNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.net(x)["letters"], 2)


# ── loss ────────────────────────────────────────────────────────────────────────────────────────────────────


def losses(_: Tensor, out: dict[str, Tensor], truth: Tensor) -> dict[str, Tensor]:
    """CTC, a letter's mean; and the letter where its middle is drawn: CTC alone finds them only after long.

    The loop hands numbers on as 0…1, as it does with alphas.
    """
    letters, places = (truth[:, 0] * 255).round().long().unbind(1)
    there = letters > 0
    lengths = there.sum(1)
    chances = F.log_softmax(out["letters"].float(), 2)
    answers = torch.full_like(lengths, chances.shape[1])
    each = F.ctc_loss(
        chances.transpose(0, 1), letters, answers, lengths, reduction="none", zero_infinity=True
    )
    rows = torch.arange(len(places), device=places.device)[:, None].expand_as(places)
    placed = F.nll_loss(chances[rows[there], places[there]], letters[there])
    return {"ctc": (each / lengths.clamp(min=1)).mean(), "place": GUIDE * placed}


GUIDE = 0.5
"""Of a letter's place against CTC: places are true to a letter's half, less on bent lines."""


# ── recipe ──────────────────────────────────────────────────────────────────────────────────────────────────


def recipe_for(device: str) -> Recipe:
    """One stage only: strips are as high at first as at work."""
    usual = segmenter.recipe_for(device)
    return replace(
        usual,
        minutes=25 if device == "cuda" else 60,
        batch=128 if device == "cuda" else 24,
        workers=usual.workers if device == "cuda" else 0,
        size=WIDTHS[-1],
        small_share=0.0,
        rate=2e-3,
        widths=(24, 48, 96, 160),
        depths=(1, 2, 3, 1),
        attention=2,
    )


# ── training ────────────────────────────────────────────────────────────────────────────────────────────────

DEV_LINES = 240
DEV_SEED = 7


def train(
    data: Path | None,
    fonts: tuple[Fonts, Fonts],
    out: Path,
    recipe: Recipe,
    tell: Tell = print,
    watch: Watch = lambda share, loss: None,
) -> Path:
    """Trains, or goes on from `out/last.pt`; the exported network. `fonts`: to learn by, to judge by."""
    torch.manual_seed(recipe.seed)
    run = started(recipe)
    segmenter.resume(run, recipe, out, tell)
    titles = data / "titles" if data else None
    dev = dev_lines(Lines(fonts[1], lettering.lexicon(titles, "val"), grounds(data, "val", 60), 1, DEV_SEED))
    lines = Lines(fonts[0], lettering.lexicon(titles), grounds(data), recipe.batch, recipe.seed, EASY)

    captions = fonts[0].pick(default_rng(recipe.seed), RUSSIAN)

    def judge() -> tuple[dict[str, float], RGB | None]:
        return evaluate(run.mean, dev, recipe, captions)

    while not segmenter.done(run, recipe):
        segmenter.stage(run, recipe, lines, judge, out, tell, watch, losses)
    segmenter.save(run, recipe, out)
    return ship(run.mean, recipe, out, judge()[0])


def started(recipe: Recipe) -> Run[TextNet]:
    net, mean = new_net(recipe), new_net(recipe)
    mean.load_state_dict(net.state_dict())
    return Run(net, mean, segmenter.optimiser_of(net, recipe))


def new_net(recipe: Recipe) -> TextNet:
    net = TextNet(recipe.widths[:4], recipe.depths, recipe.attention)
    return net.to(recipe.device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def dev_lines(lines: Lines, count: int = DEV_LINES) -> list[Line]:
    return [lines.line(number, WIDTHS[number % len(WIDTHS)]) for number in range(count)]


@torch.inference_mode()
def evaluate(
    net: TextNet, dev: list[Line], recipe: Recipe, captions: Font | None = None
) -> tuple[dict[str, float], RGB | None]:
    """Share of characters that are right, and a sheet of lines with what the net reads."""
    net.eval()
    wrong: dict[str, float] = {}
    count: dict[str, int] = {}
    tiles = []
    for k, line in enumerate(dev):
        read = _read(net, line, recipe.device)
        truth = one_script(line.text)
        kinds = [
            line.language if line.height_px >= 12 else "small",
            "small" if line.height_px < 12 else "all",
        ]
        for kind in dict.fromkeys(kinds):
            wrong[kind] = wrong.get(kind, 0) + distance(read, truth)
            count[kind] = count.get(kind, 0) + len(truth)
        if k < 80:
            tiles.append(_tile(line, read, captions))
    return {kind: 1 - wrong[kind] / count[kind] for kind in sorted(count)}, segmenter.sheet(tiles)


def _read(net: TextNet, line: Line, device: str) -> str:
    width = next(width for width in WIDTHS if width >= line.strip.shape[1])
    filled = np.full((TALL, width, 3), GREY, np.uint8)
    filled[:, : line.strip.shape[1]] = line.strip
    seen = torch.from_numpy(filled)[None]
    x, _ = segmenter.prepared(seen, seen[..., 0], device)
    with segmenter.half_precision(device):
        answers = torch.softmax(net(x)["letters"].float(), 2)[0].cpu().numpy()
    return decoded(np.asarray(answers[: max(1, line.strip.shape[1] // STEP)], np.float32)).text


def distance(read: str, truth: str) -> int:
    """Letters to put in, take out or change until both are the same."""
    row = list(range(len(truth) + 1))
    for i, a in enumerate(read, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(truth, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]


def _tile(line: Line, read: str, font: Font | None) -> RGB:
    """The strip, what it says, what was read: red where that differs."""
    tile = Image.new("RGB", (WIDTHS[-1], TALL + 30), "white")
    tile.paste(Image.fromarray(line.strip), (0, 0))
    pen = ImageDraw.Draw(tile)
    letters = ImageFont.truetype(font.path, 12) if font else ImageFont.load_default(12)
    pen.text((2, TALL), line.text, "black", letters)
    pen.text((2, TALL + 14), read, "black" if read == one_script(line.text) else "red", letters)
    return np.asarray(tile)


# ── export ──────────────────────────────────────────────────────────────────────────────────────────────────

VARYING = {0: "batch", 3: "width"}


def ship(net: TextNet, recipe: Recipe, out: Path, figures: dict[str, float]) -> Path:
    """`text_read.onnx` and its card; the network takes any width that is a multiple of STEP."""
    shipped = Shipped(export.rounded(net)).eval()
    head = {"task": "read_text", "made_by": "packshot train text-reader", "input": [TALL, WIDTHS[-1]]}
    return export.ship(
        shipped, ("letters",), _probe(), out / "text_read.onnx", head, recipe, figures, VARYING
    )


def _probe() -> Tensor:
    """Upright strokes, thick and thin: something that the net has an opinion on."""
    x = torch.linspace(0, 60, WIDTHS[-1]).pow(1.2)
    return (2 * torch.sign(torch.sin(x))).expand(1, 3, TALL, -1).contiguous()
