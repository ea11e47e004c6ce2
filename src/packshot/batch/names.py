"""A name for each photo that no other photo has, on any disk.

The SKU is the file's stem; where two stems of one folder are the same, both go by their full file names.
Where two sources would meet in one folder, each gets a folder of its own. Letter case and the two spellings
of й never tell two names apart, for on some disks they don't.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packshot import lists
from packshot.batch.origins import Origin
from packshot.batch.sources import Found
from packshot.errors import BadOption
from packshot.words import say

RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))})
MAX_BYTES = 200
"""A disk allows 255: `_layer_shadow.png`, or what a template says, finds room behind it."""

Name = tuple[str, str]
"""Folder and SKU as a disk without letter case tells them apart."""


@dataclass(frozen=True, slots=True)
class Item:
    """One photo to do."""

    key: str
    """What people call it: the path below the source. One of a kind in a run."""
    folder: str
    """Where its results go, below the folder of results, with `/`."""
    sku: str
    """What its results are called; one of a kind in the folder."""
    name: str
    """As the file is called."""
    origin: Origin
    category: str = ""
    """Of this photo; where there is none, the run's holds."""


def name_items(
    found: Sequence[Found],
    *,
    skus: Mapping[str, str] | None = None,
    taken: Mapping[Name, str] | None = None,
) -> tuple[Item, ...]:
    """`skus` gives SKUs by file; `taken` are names that earlier runs gave to other photos, and to which."""
    skus, taken = skus or {}, taken or {}
    folders = [_safe_folder(photo.folder) for photo in found]
    if _meet(found, folders, taken):
        tops = _tops([photo.root for photo in found])
        folders = [
            _safe_folder(f"{tops[photo.root]}/{folder}") for photo, folder in zip(found, folders, strict=True)
        ]
    choices = [_choices(photo, folder, skus) for photo, folder in zip(found, folders, strict=True)]
    names = _apart(found, folders, choices, taken)
    keys: Counter[str] = Counter()
    items = []
    for photo, folder, sku in zip(found, folders, names, strict=True):
        key = as_text(f"{folder}/{photo.name}" if folder else photo.name)
        keys[key] += 1
        if keys[key] > 1:
            key = f"{key}~{keys[key]}"
        items.append(Item(key, folder, sku, photo.name, photo.origin))
    return tuple(items)


def _meet(found: Sequence[Found], folders: Sequence[str], taken: Mapping[Name, str]) -> bool:
    """Do photos of two sources, or of an earlier run, ask for one name?"""
    roots: dict[Name, tuple[str, ...]] = {}
    for photo, folder in zip(found, folders, strict=True):
        name = _same(folder), _same(safe_name(PurePosixPath(photo.name).stem))
        if roots.setdefault(name, photo.root) != photo.root:
            return True
        if taken.get(name, photo.origin.where) != photo.origin.where:
            return True
    return False


def _tops(roots: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """A folder for each source: its path without what all share; a lone one keeps its own name."""
    known = list(dict.fromkeys(roots))
    shared = 0
    if len(known) > 1:
        while all(len(root) > shared and root[shared] == known[0][shared] for root in known):
            shared += 1
    else:
        shared = len(known[0]) - 1
    return {root: "/".join(root[shared:]) for root in known}


def _choices(photo: Found, folder: str, skus: Mapping[str, str]) -> tuple[str, ...]:
    """Names for the photo, the nicest first, the last one always its own in its folder on most disks."""
    stem = PurePosixPath(photo.name).stem
    below = f"{photo.folder}/{photo.name}" if photo.folder else photo.name
    given = skus.get(_same(below)) or skus.get(_same(photo.name)) or skus.get(_same(f"{folder}/{photo.name}"))
    names = (given, f"{given}_{stem}", f"{given}_{photo.name}") if given else (stem, photo.name)
    return tuple(safe_name(name) for name in names)


def _apart(
    found: Sequence[Found],
    folders: Sequence[str],
    choices: Sequence[tuple[str, ...]],
    taken: Mapping[Name, str],
) -> list[str]:
    level = [0] * len(found)

    def name(index: int) -> Name:
        return _same(folders[index]), _same(choices[index][level[index]])

    def is_taken(index: int) -> bool:
        where = found[index].origin.where
        return taken.get(name(index), where) != where

    while True:
        count = Counter(name(index) for index in range(len(found)))
        step = [
            index
            for index in range(len(found))
            if level[index] + 1 < len(choices[index]) and (count[name(index)] > 1 or is_taken(index))
        ]
        if not step:
            break
        for index in step:
            level[index] += 1
    given: dict[Name, str] = {}
    names = []
    for index, photo in enumerate(found):
        sku = choices[index][level[index]]
        for candidate in _numbered(sku):
            own = _same(folders[index]), _same(candidate)
            others = given.get(own) or taken.get(own, photo.origin.where)
            if others == photo.origin.where and own not in given:
                given[own] = photo.origin.where
                names.append(candidate)
                break
    return names


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}~{number}"
        number += 1


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def as_text(name: str) -> str:
    """A name whose bytes are no text (on Linux any are allowed), as one that can be written and sent."""
    return name.encode("utf-8", "replace").decode("utf-8")


def same_name(folder: str, sku: str) -> Name:
    return _same(folder), _same(sku)


def safe_name(name: str) -> str:
    """As it is wherever every disk can hold it so."""
    whole = as_text(unicodedata.normalize("NFC", name)).replace("?", "_")
    safe = re.sub(r'[<>:"/\\|*\x00-\x1f\x7f]', "_", whole).rstrip(". ")
    if safe.split(".")[0].lower() in RESERVED or safe in ("", "~"):
        safe = f"_{safe}"
    return safe.encode()[:MAX_BYTES].decode("utf-8", "ignore").rstrip(". ")


def _safe_folder(folder: str) -> str:
    return "/".join(safe_name(part) for part in folder.split("/") if part not in ("", ".", ".."))


def read_sku_map(path: Path) -> dict[str, str]:
    """`file,sku` lines (or `;`, as Excel writes them) → SKU by file name, or by path below the source."""
    skus: dict[str, str] = {}
    for number, sku, file in lists.rows(path, "sku", "file"):
        if not sku or not file:
            continue
        name = _same(file.replace("\\", "/").removeprefix("./"))
        if skus.get(name, sku) != sku:
            raise BadOption(
                say(
                    "The list of SKUs {list} gives {file} two SKUs: {one} and {other} (line {line}).",
                    list=str(path), file=file, one=skus[name], other=sku, line=number,
                ),
                say("Keep one line a file."),
            )  # fmt: skip
        skus[name] = sku
    return skus
