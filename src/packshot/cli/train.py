"""packshot train: our own networks, made anew or taught a shop's goods. Needs the extra `train`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli import options, terminal
from packshot.cli.options import LogLevel, told
from packshot.errors import BadOption, BadSource, WeightsMissing
from packshot.words import Words, say

if TYPE_CHECKING:
    from packshot.training.segmenter import Recipe, Tell, Watch
    from packshot.training.sources import Example

HELP = say("Train our networks, or teach them your own goods.")


class TrainOn(StrEnum):
    CPU = "cpu"
    CUDA = "cuda"


Data = Annotated[
    Path,
    typer.Option(
        "--data",
        metavar="DATA",
        help=told(
            say("A packed set, a folder of known sets, or pairs: photos/NAME.jpg with masks/NAME.png.")
        ),
        show_default=False,
    ),
]

NetOut = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        metavar="DIR",
        help=told(say("Folder of the network, its card and log.csv. A run there is gone on with.")),
        show_default=False,
    ),
]
Minutes = Annotated[
    float | None,
    typer.Option(
        "--minutes", min=0.01, help=told(say("How long.")), show_default=told(say("60; on CUDA less"))
    ),
]
Steps = Annotated[
    int | None,
    typer.Option("--steps", min=1, help=told(say("So many steps instead: the run can be repeated."))),
]


@terminal.command
def pack(
    data: Data,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help=told(say("The file.")), show_default=False)
    ],
    lang: options.Language = None,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.training import pack as packing
    from packshot.training.sources import examples

    if not data.is_dir():
        raise BadSource(say("{path} is no folder.", path=str(data)))
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    count = packing.write(out.absolute(), examples(data))
    size = out.stat().st_size / 1e6
    done = say("{count} pictures packed: {file}, {size:.1f} MB.", count=count, file=str(out), size=size)
    terminal.out([done.in_(terminal.language_of(lang)), "\n"])


@terminal.command
def segmenter(
    data: Data,
    out: NetOut,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--minutes",
            min=0.01,
            help=told(say("How long.")),
            show_default=told(say("90; on CUDA 25; with --from 8")),
        ),
    ] = None,
    steps: Steps = None,
    device: Annotated[
        TrainOn | None,
        typer.Option(
            "--device", help=told(say("What computes.")), show_default=told(say("cuda where there is one"))
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option("--seed", help=told(say("Same seed, same steps: the same network.")), show_default="0"),
    ] = None,
    weights: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="WEIGHTS",
            help=told(say("Teach this network (segment_net.onnx beside its card) the goods of --data.")),
        ),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            "--keep",
            metavar="DATA",
            help=told(say("With --from: what it must not forget; a packed set is best.")),
        ),
    ] = None,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    _trainable()
    if keep is not None and weights is None:
        raise BadOption(say("--keep goes with --from."), say("A new network has nothing to forget."))
    from packshot.training import segmenter as training
    from packshot.training import tuning

    language = terminal.language_of(lang)
    found = _loaded(data, language, quiet=quiet)
    kept = _loaded(keep, language, quiet=quiet) if keep else []
    out.mkdir(parents=True, exist_ok=True)
    where = training.device_named(device and device.value)
    if weights is None:
        usual = training.recipe_of(out) or training.recipe_for(where)
    else:
        usual = tuning.recipe_for(weights, where)
    recipe = replace(
        usual,
        device=where,
        minutes=minutes or usual.minutes,
        steps=steps or usual.steps,
        seed=usual.seed if seed is None else seed,
    )
    tell = _teller(language, quiet=quiet)
    with _bar(language, quiet=quiet) as watch:
        if weights is None:
            path = training.train(found, out, recipe, tell, watch)
        else:
            path = tuning.tune(found, weights, out, recipe, kept, tell, watch)
    tell(
        say(
            "The network: {file}. Use it: --engine {card}",
            file=str(path),
            card=str(path.with_suffix(".toml")),
        )
    )


class Split(StrEnum):
    TRAIN = "train"
    DEV = "dev"
    VAL = "val"


@terminal.command
def defects(
    data: Annotated[
        Path,
        typer.Option(
            "--data", metavar="DATA", help=told(say("The folder of the known sets.")), show_default=False
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help=told(
                say("Folder of photos/, masks/ and truth.jsonl; what it made there before is replaced.")
            ),
            show_default=False,
        ),
    ],
    split: Annotated[
        Split, typer.Option("--split", help=told(say("Which photos, objects and fonts it draws from.")))
    ] = Split.TRAIN,
    count: Annotated[
        int, typer.Option("--count", min=1, help=told(say("How many cards; kinds take turns.")))
    ] = 1000,
    seed: Annotated[
        int, typer.Option("--seed", help=told(say("Same seed, same number: the same card.")))
    ] = 0,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.engines.text_read import RUSSIAN
    from packshot.training import lettering
    from packshot.training.defects import synthesize
    from packshot.training.defects.goods import Stock

    language = terminal.language_of(lang)
    fonts = [font for font in lettering.installed() if font.knows(RUSSIAN)]
    learnt, held_out = lettering.split(fonts)
    stock = Stock(data, split.value)
    maker = synthesize.Maker(stock, held_out if split is Split.VAL else learnt, split.value, seed)
    with terminal.progress(count, say("Cards"), language, quiet=quiet) as advance:
        path = synthesize.write(maker, out, count, advance)
    if not quiet:
        done = say("{count} cards, and the truth about them: {file}", count=count, file=str(path))
        terminal.out([done.in_(language), "\n"])


@terminal.command
def text_reader(
    out: NetOut,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DATA",
            help=told(
                say("A folder of known sets: its photos are the grounds, its titles some of the words.")
            ),
            show_default=False,
        ),
    ] = None,
    minutes: Minutes = None,
    steps: Steps = None,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    _trainable()
    from packshot.training import lettering
    from packshot.training import text_read as training

    language = terminal.language_of(lang)
    if data is not None and not data.is_dir():
        raise BadSource(say("{path} is no folder.", path=str(data)))
    fonts = lettering.split(lettering.installed())
    recipe = _recipe(training.recipe_for, out, minutes, steps)
    _run(lambda tell, watch: training.train(data, fonts, out, recipe, tell, watch), language, quiet=quiet)


@terminal.command
def text_finder(
    data: Data,
    out: NetOut,
    titles: Annotated[
        Path | None,
        typer.Option(
            "--titles",
            metavar="DIR",
            help=told(say("A folder of titles (*.tsv.gz): more to write on the pictures.")),
            show_default=False,
        ),
    ] = None,
    minutes: Minutes = None,
    steps: Steps = None,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    _trainable()
    from packshot.training import lettering, text_pages
    from packshot.training import text_find as training

    language = terminal.language_of(lang)
    fonts = lettering.split(lettering.installed())
    found = _loaded(data, language, quiet=quiet)
    recipe = _recipe(training.recipe_for, out, minutes, steps)
    phrase = text_pages.said(lettering.lexicon(titles))
    _run(
        lambda tell, watch: training.train(found, fonts, phrase, out, recipe, tell, watch),
        language,
        quiet=quiet,
    )


@terminal.command
def upscaler(
    data: Annotated[
        Path,
        typer.Option(
            "--data", metavar="DATA", help=told(say("The folder of the known sets.")), show_default=False
        ),
    ],
    out: NetOut,
    scale: Annotated[
        int,
        typer.Option(
            "--scale", min=1, max=4, help=told(say("2 or 4 times; 1 mends JPEG and keeps the size."))
        ),
    ] = 2,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--minutes",
            min=0.01,
            help=told(say("How long.")),
            show_default=told(say("30; for 4 times 15, for once 10")),
        ),
    ] = None,
    steps: Steps = None,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    _trainable()
    from packshot.training import lettering
    from packshot.training import upscaler as training

    language = terminal.language_of(lang)
    if not data.is_dir():
        raise BadSource(say("{path} is no folder.", path=str(data)))
    if scale not in training.SIZES:
        raise BadOption(say("There is no network for {scale} times.", scale=scale), say("Give 1, 2 or 4."))
    fonts, _ = lettering.split(lettering.installed())
    recipe = _recipe(partial(training.recipe_for, scale=scale), out, minutes, steps)
    _run(lambda tell, watch: training.train(data, fonts, out, recipe, tell, watch), language, quiet=quiet)


@terminal.command
def lessons(
    data: Annotated[
        Path,
        typer.Option(
            "--data", metavar="DATA", help=told(say("The folder of the known sets.")), show_default=False
        ),
    ],
    cards: Annotated[
        list[Path],
        typer.Option(
            "--cards",
            metavar="DIR",
            help=told(say("A folder that `packshot train defects` filled; may be given again.")),
            show_default=False,
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help=told(say("The file.")), show_default=False)
    ],
    split: Annotated[
        Split, typer.Option("--split", help=told(say("Which photos and objects of the known sets.")))
    ] = Split.TRAIN,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.journey.examine import second_opinion
    from packshot.training import glances

    language = terminal.language_of(lang)
    net = second_opinion()
    if net is None:
        raise WeightsMissing(say("The lessons need the network that cuts products out, and it is not here."))
    count = glances.count(data, cards, split.value)
    with terminal.progress(count, say("Looking"), language, quiet=quiet) as advance:
        glances.write(out, glances.gather(data, cards, net, split.value, advance))
    _teller(language, quiet=quiet)(say("{count} lessons: {file}", count=count, file=str(out)))


@terminal.command
def judge(
    lessons: Annotated[
        Path,
        typer.Option(
            "--lessons",
            metavar="FILE",
            help=told(say("What `packshot train lessons` gathered.")),
            show_default=False,
        ),
    ],
    out: NetOut,
    eyes: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help=told(say("The last.pt of a segmenter: its first levels are begun with.")),
            show_default=False,
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    minutes: Minutes = None,
    steps: Steps = None,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    _trainable()
    from packshot.training import glances
    from packshot.training import judge as training

    language = terminal.language_of(lang)
    found = glances.read(lessons)
    recipe = _recipe(training.recipe_for, out, minutes, steps)
    _run(lambda tell, watch: training.train(found, out, recipe, tell, watch, eyes), language, quiet=quiet)


@terminal.command
def category_words(
    data: Annotated[
        Path,
        typer.Option(
            "--data", metavar="DATA", help=told(say("The folder of the known sets.")), show_default=False
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help=told(say("Folder of the file and its card.")),
            show_default=False,
        ),
    ],
    no_tills: Annotated[
        bool,
        typer.Option(
            "--no-tills",
            help=told(say("Learn without the till names (uhtt_ru): their source states no licence.")),
        ),
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help=told(say("Same seed, same data: the same file.")))] = 0,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    _trainable()
    from packshot.training import category_words as training
    from packshot.training.category_names import Mix

    recipe = training.Recipe(seed=seed, mix=Mix(tills=not no_tills))
    tell = _teller(terminal.language_of(lang), quiet=quiet)
    tell(say("The network: {file}", file=str(training.train(data, out, recipe, tell))))


def _trainable() -> None:
    if find_spec("torch") is None or find_spec("onnx") is None:
        raise WeightsMissing(
            say("Training needs PyTorch, and it is not installed."),
            say('Install it: pip install "packshot[train]"'),
        )


def _recipe(usual: Callable[[str], Recipe], out: Path, minutes: float | None, steps: int | None) -> Recipe:
    """Of the run that lies there, else the usual one; only its length can be asked for."""
    from packshot.training import segmenter

    out.mkdir(parents=True, exist_ok=True)
    begun = segmenter.recipe_of(out) or usual(segmenter.device_named(None))
    return replace(begun, minutes=minutes or begun.minutes, steps=steps or begun.steps)


def _teller(language: str, *, quiet: bool) -> Callable[[Words], None]:
    def tell(words: Words) -> None:
        if not quiet:
            terminal.out([words.in_(language), "\n"])

    return tell


def _run(train: Callable[[Tell, Watch], Path], language: str, *, quiet: bool) -> None:
    tell = _teller(language, quiet=quiet)
    with _bar(language, quiet=quiet) as watch:
        path = train(tell, watch)
    tell(say("The network: {file}", file=str(path)))


def _loaded(data: Path, language: str, *, quiet: bool) -> list[Example]:
    from packshot.training import pack as packing

    found = packing.load(data)
    if not quiet:
        count = say("{path}: {count} training pictures.", path=str(data), count=len(found))
        terminal.beside(count, language)
    return found


@contextmanager
def _bar(language: str, *, quiet: bool) -> Iterator[Watch]:
    """On a terminal, how far the run is and what it loses; elsewhere the lines of the log are enough."""
    if quiet or not sys.stderr.isatty():
        yield lambda share, loss: None
        return
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.TaskProgressColumn(),
        bars.TextColumn("{task.fields[loss]}"),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(say("Training").in_(language), total=1.0, loss="")

        def watch(share: float, loss: float) -> None:
            text = say("loss {loss:.3f}", loss=loss).in_(language)
            shown.update(task, completed=min(1.0, share), loss=text)

        yield watch


COMMANDS = {
    "category-words": (
        category_words,
        say("Train the layer that reads a shop's category names, on trees and titles."),
        "packshot train category-words --data sets/ --out net/",
    ),
    "defects": (
        defects,
        say("Make cards with known defects, and clean ones that look like trouble."),
        """\
packshot train defects --data sets/ --out cards/ --count 2000
packshot train defects --data sets/ --out val/ --split val --seed 7""",
    ),
    "judge": (
        judge,
        say("Train the network that sees a card's defects at a glance, and how its goods are shown."),
        "packshot train judge --lessons train.zip --out net/ --minutes 60",
    ),
    "lessons": (
        lessons,
        say("Look at cards with known defects, and at the known sets: what the judge learns from."),
        "packshot train lessons --data sets/ --cards cards/ --cards dev/ --out train.zip",
    ),
    "pack": (
        pack,
        say("Pack training pictures into one file that travels."),
        "packshot train pack --data sets/ --out train.pack",
    ),
    "segmenter": (
        segmenter,
        say("Train the network that cuts products out; a killed run goes on where it was."),
        """\
packshot train segmenter --data train.pack --out net/
packshot train segmenter --data train.pack --out net/ --minutes 25 --device cuda
packshot train segmenter --from segment_net.onnx --data pairs/ --out mine/ --keep train.pack""",
    ),
    "text-finder": (
        text_finder,
        say("Train the network that finds lines of text, on pictures written over by ourselves."),
        "packshot train text-finder --data train.pack --titles sets/titles --out net/ --minutes 60",
    ),
    "text-reader": (
        text_reader,
        say("Train the network that reads text, on lines drawn with the fonts of this machine."),
        "packshot train text-reader --data sets/ --out net/ --minutes 60",
    ),
    "upscaler": (
        upscaler,
        say("Train the networks that enlarge photos, and the one that mends JPEG; letters stay as they are."),
        """\
packshot train upscaler --data sets/ --out net2/
packshot train upscaler --data sets/ --out net4/ --scale 4
packshot train upscaler --data sets/ --out net1/ --scale 1 --minutes 30""",
    ),
}
