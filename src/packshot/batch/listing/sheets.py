"""Tables as streams of rows: CSV as Excel and databases write it, Parquet, XLSX."""

from __future__ import annotations

import codecs
import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import IO, Any

from packshot.batch.listing.columns import Columns
from packshot.errors import BadSource
from packshot.words import Words, say, verbatim

Row = Sequence[object]
Find = Callable[[Row], Columns | None]
"""Says what a row of titles means; None where it is none."""
SUFFIXES = (".csv", ".tsv", ".xlsx", ".xlsm", ".parquet", ".pq")

TITLES_WITHIN = 20
"""Marketplaces' templates begin with rows of groups and hints above the titles."""
MAX_LINE = 1 << 20
"""Characters; csv itself ends a field at 131,072 of them, but not before the line is read."""
DELIMITERS = ",;\t"
NO_DELIMITER = "\x1f"
"""Of a list of one column: its links may hold commas."""
STEP = 1 << 20
PARQUET_ROWS = 1000
MAX_SHEET_BYTES = 2_000_000_000
"""Unpacked; a full sheet of 1,048,576 rows by ten columns of links takes about a half of it."""
MAX_TEXTS_BYTES = 300_000_000
"""Of the texts that an XLSX keeps apart from its rows: they are held in memory."""


class NoTitles(Exception):
    """No row of titles was found; `titles` is the likeliest one."""

    def __init__(self, titles: Row) -> None:
        super().__init__()
        self.titles = titles


def rows(stream: IO[bytes], source: str, find: Find) -> tuple[Columns, Generator[Row, None, None]]:
    """What the columns mean, and all rows below the titles."""
    with telling(source):
        suffix = source.lower().rpartition(".")[2]
        read = {"parquet": _parquet, "pq": _parquet, "xlsx": _xlsx, "xlsm": _xlsx}.get(suffix, _csv)
        columns, below = read(stream, find)
    return columns, _told(below, source)


def _told(below: Iterator[Row], source: str) -> Generator[Row, None, None]:
    with telling(source):
        yield from below


@contextmanager
def telling(source: str) -> Iterator[None]:
    """The one place that knows how tables fail; what pyarrow and openpyxl raise on a torn file are these."""
    try:
        yield
    except (OSError, EOFError, ValueError, KeyError, TypeError, RuntimeError) as exc:
        raise unreadable(source, verbatim(str(exc).strip().partition("\n")[0][:300])) from exc
    except (csv.Error, zipfile.BadZipFile, zlib.error, SyntaxError) as exc:  # xml's ParseError is the last
        raise unreadable(source, verbatim(str(exc)[:300])) from exc


def unreadable(source: str, why: Words) -> BadSource:
    return BadSource(
        say("The list {file} cannot be read: {why}.", file=source, why=why),
        say("Save it again as CSV in UTF-8, XLSX or Parquet."),
    )


def _titles_of(first: Sequence[Row], find: Find) -> tuple[int, Columns] | None:
    for at, row in enumerate(first):
        if columns := find(row):
            return at, columns
    return None


# ---- CSV ---------------------------------------------------------------------------------------------------


def _csv(stream: IO[bytes], find: Find) -> tuple[Columns, Iterator[Row]]:
    text = io.TextIOWrapper(stream, _encoding(stream), newline="")
    first = list(islice(_lines(text), TITLES_WITHIN))
    tried = [(_titles_of(list(csv.reader(first, delimiter=one)), find), one) for one in DELIMITERS]
    known = [(found[1], found[0], delimiter) for found, delimiter in tried if found]
    if not known:
        text.detach()
        raise NoTitles(max((next(csv.reader(first[:1], delimiter=one), []) for one in DELIMITERS), key=len))
    columns, above, delimiter = max(known, key=lambda one: len(one[0].used))
    if delimiter not in first[above]:
        delimiter = NO_DELIMITER
    return columns, _below(text, first, above, delimiter)


def _below(text: io.TextIOWrapper, first: Sequence[str], above: int, delimiter: str) -> Iterator[Row]:
    try:
        yield from islice(csv.reader(chain(first, _lines(text)), delimiter=delimiter), above + 1, None)
    finally:
        text.detach()  # who opened the stream closes it


def _encoding(stream: IO[bytes]) -> str:
    """By its mark, else UTF-8 if all of it is, else as Excel writes CSV in Russia."""
    mark = stream.read(4)
    stream.seek(0)
    if mark.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while data := stream.read(STEP):
            decoder.decode(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1251"
    finally:
        stream.seek(0)
    return "utf-8"


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise ValueError(f"a line of over {MAX_LINE} characters")
        yield line


# ---- Parquet -----------------------------------------------------------------------------------------------


def _parquet(stream: IO[bytes], find: Find) -> tuple[Columns, Iterator[Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(stream)
    titles = file.schema_arrow.names
    columns = find(titles)
    if columns is None:
        raise NoTitles(titles)
    for at in columns.used:
        kind = file.schema_arrow.field(at).type
        kind = kind.value_type if pa.types.is_list(kind) or pa.types.is_large_list(kind) else kind
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_nested(kind):
            raise ValueError(f"column {titles[at]} holds {kind}, not links or paths")
    return columns, _batches(file, titles, columns.used)


def _batches(file: Any, titles: Sequence[str], used: Sequence[int]) -> Iterator[Row]:
    for batch in file.iter_batches(PARQUET_ROWS, columns=[titles[at] for at in used]):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            row: list[object] = [None] * len(titles)
            named = dict(zip(batch.schema.names, values, strict=True))
            for at in used:
                row[at] = named[titles[at]]
            yield row


# ---- XLSX --------------------------------------------------------------------------------------------------


def _xlsx(stream: IO[bytes], find: Find) -> tuple[Columns, Iterator[Row]]:
    try:
        import openpyxl
    except ImportError as exc:
        raise BadSource(
            say("XLSX needs more than is installed."), say('Give the command: pip install "packshot[batch]".')
        ) from exc
    _refuse_bombs(stream)
    warnings.filterwarnings("ignore", module="openpyxl")  # of drop-down lists and styles, which we don't read
    book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    likeliest: Row = ()
    for sheet in book.worksheets:  # the first ones of a template are instructions
        sheet.reset_dimensions()  # exporting programs write wrong ones, and rows would be cut by them
        first = list(sheet.iter_rows(max_row=TITLES_WITHIN, values_only=True))
        if found := _titles_of(first, find):
            above, columns = found
            return columns, sheet.iter_rows(min_row=above + 2, values_only=True)
        likeliest = max((likeliest, *first), key=lambda row: sum(cell is not None for cell in row))
    raise NoTitles(likeliest)


def _refuse_bombs(stream: IO[bytes]) -> None:
    with zipfile.ZipFile(stream) as parts:
        sizes = {part.filename: part.file_size for part in parts.infolist()}
        texts = sum(size for name, size in sizes.items() if "sharedStrings" in name or "styles" in name)
        if sum(sizes.values()) > MAX_SHEET_BYTES or texts > MAX_TEXTS_BYTES:
            raise ValueError(f"{sum(sizes.values()) / 1e6:.0f} MB when unpacked")
        for name in sizes:
            if name.endswith((".xml", ".rels")):
                with parts.open(name) as part:
                    if b"<!" in part.read(1000):  # a document type, where bombs of entities begin
                        raise ValueError(f"{name} declares entities")
    stream.seek(0)
