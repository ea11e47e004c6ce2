"""From the words of a command line to photos with names of their own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from packshot.cli.terminal import beside
from packshot.errors import BadOption
from packshot.words import Words, say, say_n

if TYPE_CHECKING:
    from packshot.batch.account import Account
    from packshot.batch.names import Item
    from packshot.batch.sources import Skipped


def items_of(
    sources: Sequence[str],
    language: str,
    *,
    quiet: bool,
    allow_private: bool,
    account: Account | None = None,
    sku_map: Path | None = None,
) -> tuple[tuple[Item, ...], Skipped]:
    """All photos; what was skipped is said."""
    from packshot.batch.names import name_items, read_sku_map
    from packshot.batch.origins import real
    from packshot.batch.sources import gather

    skus = read_sku_map(sku_map) if sku_map else {}
    own = frozenset(real(account.out / file) for file in account.own_files) if account else frozenset()
    gathered = gather(
        sources, out=account.out if account else None, own_outputs=own, allow_private=allow_private
    )
    if not quiet and (told := gathered.skipped.words()):
        listed = ", ".join(words.in_(language) for words in told)
        beside(say("Skipped: {what}.", what=listed), language)
    for folder in gathered.skipped.unreadable:
        beside(say("The folder {folder} cannot be read: photos may be missing.", folder=folder), language)
    items = name_items(gathered.found, skus=skus, taken=account.taken if account else {})
    if not items:
        raise BadOption(say("There is nothing to do: all that was given are pictures of an earlier run."))
    if skus and not quiet:
        _tell_strangers(skus, items, language)
    return items, gathered.skipped


def _tell_strangers(skus: dict[str, str], items: Sequence[Item], language: str) -> None:
    used = {item.sku for item in items}
    count = sum(all(not name.startswith(sku) for name in used) for sku in skus.values())
    if count:
        words = say_n(
            "{count} line of the list of SKUs fits no photo.",
            "{count} lines of the list of SKUs fit no photo.",
            count,
        )
        beside(words, language)


def path_of(item: Item) -> str:
    """Where the photo lies, as machines link to it: below the working folder where it can be."""
    from packshot.batch.names import as_text

    where = item.origin.where.rpartition("#")[0] or item.origin.where
    if "://" in where:
        return item.origin.where
    if "!" not in item.origin.where:
        where = item.origin.where
    try:
        near = os.path.relpath(where)
    except ValueError:  # another drive
        return where
    return as_text(Path(where if near.startswith("..") else near).as_posix())


def profile_named(name: str | None) -> str | Path | None:
    return Path(name) if name and name.endswith(".toml") else name


def profiles_named(names: str | None) -> tuple[str | Path | None, ...]:
    """`yandex_market,ozon`: each once, in this order."""
    if names is None or Path(names).is_file():
        return (profile_named(names),)
    parts = dict.fromkeys(part.strip() for part in names.split(",") if part.strip())
    return tuple(profile_named(name) for name in parts) or (None,)


def listed(text: str | None, known: Sequence[str], what: Words) -> tuple[str, ...] | None:
    """`light,dark` as names; an unknown one is an error with all that are known."""
    if text is None:
        return None
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if known and name not in known:
            raise BadOption(
                say("{name} is no {what}.", name=name, what=what),
                say("Known: {names}.", names=", ".join(known)),
            )
    return names
