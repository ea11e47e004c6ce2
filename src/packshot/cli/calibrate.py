"""packshot calibrate: fit a rule's limit to photos that a user has sorted into good and bad."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from packshot.cli import options, photos, terminal
from packshot.cli.explain import rule_called
from packshot.cli.options import LogLevel, told
from packshot.errors import BadOption, BadPhoto
from packshot.words import say

if TYPE_CHECKING:
    from packshot.journey.calibrate import Curve, Labelled, Point
    from packshot.profiles.profile import Profile

HELP = say(
    "Fit a rule's limit to your own photos: which value finds the bad ones and leaves the good ones alone?"
)
EXAMPLES = """\
packshot calibrate --data sorted/ --rule frame_fill
packshot calibrate --data labels.csv --rule sharpness --precision 0.9 --profile ozon"""

MOST_ROWS = 15
LABELS = {"good": False, "bad": True}


@terminal.command
def calibrate(
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            metavar="DIR",
            help=told(
                say("A folder with good/ and bad/, or a CSV with the columns file and label (good, bad).")
            ),
            show_default=False,
        ),
    ],
    rule: Annotated[
        str,
        typer.Option(
            "--rule",
            metavar="RULE",
            help=told(say("Name of a rule, as findings name it.")),
            show_default=False,
        ),
    ],
    precision: Annotated[
        float,
        typer.Option(
            "--precision",
            min=0.5,
            max=0.999,
            help=told(say("Share of the photos found that must surely be bad ones, in a mix like yours.")),
        ),
    ] = 0.95,
    profile: options.ProfileName = None,
    category: options.Category = "",
    as_json: options.AsJson = False,
    lang: options.Language = None,
    quiet: options.Quiet = False,
    log_level: options.Log = LogLevel.WARNING,
) -> None:
    from packshot.journey import calibrate as fitting
    from packshot.journey.examine import profile_of

    language = terminal.language_of(lang)
    asked = rule_called(rule)
    if asked.judge is None:
        raise BadOption(say("The rule {rule} compares photos; one photo has no figure for it.", rule=rule))
    wanted = profile_of(photos.profile_named(profile), category)
    limit = wanted.limits["source"].get(rule) or asked.limit()
    files = _files(data)
    with terminal.progress(len(files), say("Looking"), language, quiet=quiet) as advance:
        looked: list[Labelled] = []
        for path, bad in files:
            try:
                looked.append(fitting.labelled(str(path), _facts(path, wanted), bad, asked, limit))
            except BadPhoto as error:
                terminal.beside(say("Left out: {photo}. {why}", photo=str(path), why=error.message), language)
            advance()
    curves = fitting.curves(looked, asked, limit)
    if not curves:
        raise BadOption(say("The rule {rule} measures no number on these photos.", rule=rule))
    if not as_json:
        for curve in curves:
            _table(curve, curve.best(precision), language)
    curve, point = fitting.chosen(curves, looked, precision)
    snippet = _snippet(rule, curve, point, len(looked))
    if as_json:
        terminal.out([json.dumps(_told(rule, curves, curve, point, snippet), indent=1), "\n"])
        return
    terminal.out([*_answer(curve, point, language), "\n", snippet])


def _files(data: Path) -> list[tuple[Path, bool]]:
    if data.suffix.lower() == ".csv":
        return list(_listed(data))
    folders = {label: data / label for label in LABELS}
    if not all(folder.is_dir() for folder in folders.values()):
        raise BadOption(
            say("{folder} holds no folders good and bad.", folder=str(data)),
            say("Put photos into good/ and bad/, or label them in a CSV with the columns file and label."),
        )
    return [
        (path, LABELS[label])
        for label, folder in folders.items()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    ]


def _listed(table: Path) -> Iterator[tuple[Path, bool]]:
    """Paths are as seen from the table."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                label = (row.get("label") or "").strip().lower()
                if label not in LABELS or not row.get("file"):
                    raise BadOption(
                        say(
                            "{table}, line {number}: a file and a label are needed.",
                            table=str(table),
                            number=number,
                        ),
                        say("The columns are file and label; a label is good or bad."),
                    )
                yield table.parent / row["file"], LABELS[label]
    except (OSError, UnicodeDecodeError) as error:
        raise BadOption(say("{table} cannot be read: {why}.", table=str(table), why=str(error))) from error


def _facts(path: Path, profile: Profile) -> Any:
    from packshot.journey.examine import look_at, open_for

    return look_at(open_for(profile, path, path.name))


def _table(curve: Curve, best: Point | None, language: str) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, title=curve.field, title_justify="left")
    for column in (say("value"), say("found"), say("precision"), say("recall")):
        table.add_column(column.in_(language))
    step = max(1, len(curve.points) // MOST_ROWS)
    for point in curve.points:
        if point is best or curve.points.index(point) % step == 0:
            mark = " ←" if point is best else ""
            table.add_row(
                f"{point.value:g}{mark}",
                f"{point.right + point.wrong}",
                _share(point.precision, point.precision_between, point.right, point.right + point.wrong),
                _share(point.recall, point.recall_between, point.right, point.bad),
            )
    terminal.console().print(table)


def _share(share: float, between: tuple[float, float], hits: int, of: int) -> str:
    return f"{share:.3f} [{between[0]:.3f}, {between[1]:.3f}] {hits}/{of}"


def _answer(curve: Curve, point: Point, language: str) -> Iterator[str]:
    low, _ = point.precision_between
    yield say(
        "{field} = {value:g} finds {right} of {bad} bad photos and takes {wrong} good ones for bad: the"
        " precision is {low:.1%} or better.",
        field=curve.field,
        value=point.value,
        right=point.right,
        bad=point.bad,
        wrong=point.wrong,
        low=low,
    ).in_(language)
    yield "\n"
    yield say("It holds for photos like these, mixed like these. Lines for your own profile:").in_(language)
    yield "\n"


def _snippet(rule: str, curve: Curve, point: Point, count: int) -> str:
    """What a profile says; a comment keeps where the number came from."""
    low, high = point.precision_between
    why = f"precision {point.precision:.3f} [{low:.3f}, {high:.3f}], recall {point.recall:.3f}, n = {count}"
    return f"[rules.{rule}]\n{curve.field} = {point.value:g}    # {why}\n"


def _told(rule: str, curves: Sequence[Curve], curve: Curve, point: Point, snippet: str) -> dict[str, Any]:
    return {
        "rule": rule,
        "field": curve.field,
        "value": point.value,
        "snippet": snippet,
        "curves": {
            one.field: [
                {
                    "value": p.value,
                    "right": p.right,
                    "wrong": p.wrong,
                    "bad": p.bad,
                    "precision": [p.precision, *p.precision_between],
                    "recall": [p.recall, *p.recall_between],
                }
                for p in one.points
            ]
            for one in curves
        },
    }
