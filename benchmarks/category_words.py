"""Which share of category names and titles is told a category, and how often it is right.

    python benchmarks/category_words.py --data SETS > table.md

The layer is trained with names held out, as `packshot train category-words` does before it learns them
too, and asked for these: leaves of the tree, names of our own list, goods of categories that no training
saw, and titles that their sources hold out. A group is a right answer for its parts. "By heart" is another
question: how often a bare name that the tree knows means the same in our own list and as a category of the
till names.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[name] = "1"

from packshot.catalog.category_words import name_key
from packshot.training.category_names import OWN_LIST, TILLS, TREE, Example, Mix, examples
from packshot.training.category_words import Measured, Recipe, Tally, measured, tallies, within

GOODS = {
    TREE: "leaves of the tree",
    OWN_LIST: "names of our own list",
    f"{TILLS}, known categories": "till names, other goods",
    f"{TILLS}, unseen categories": "till names, unseen categories",
}
MADE_UP = "taxonomy-generated"
FORMS = {"name": "bare name", "path": "path", "title": "title", "both": "path and title"}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--no-tills", action="store_true")
    options = asked.parse_args()
    mix = Mix(tills=not options.no_tills)
    told = measured(options.data, Recipe(mix=mix), lambda words: print(words, file=sys.stderr))
    table("what is given", told, lambda one: (one.language, FORMS[one.form]))
    table("what, and from where", told, lambda one: (one.language, FORMS[one.form], where(one)))
    table(
        "group (all forms)", told, lambda one: (one.language, one.category.partition(".")[0] or "none fits")
    )
    print("\nbars, part and group:", {form: f"{a:.2f}, {b:.2f}" for form, (a, b) in told.bars.items()})
    for line in by_heart(list(examples(options.data, mix, hold=False))):
        print(line)


def where(example: Example) -> str:
    return GOODS.get(example.source, f"titles of {example.source}")


def table(head: str, told: Measured, key) -> None:  # type: ignore[no-untyped-def]
    print(f"\n| {head} | n | fit a category | told | right of the told | coverage | told to the part |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for group, tally in sorted(tallies(told, key).items()):
        print(f"| {', '.join(group)} | {row(tally)} |")


def row(tally: Tally) -> str:
    right = f"{tally.right / tally.told:.3f}" if tally.told else "–"
    shares = (f"{share / tally.ours:.2f}" if tally.ours else "–" for share in (tally.covered, tally.exact))
    return " | ".join((str(tally.n), str(tally.ours), str(tally.told), right, *shares))


def by_heart(found: list[Example]) -> Iterator[str]:
    """What the tree says of a bare name, beside what others mean by it."""
    meant: dict[int, set[str]] = {}
    for one in found:
        if one.source == TREE and len(one.path) == 1:
            meant.setdefault(name_key(one.path[0]), set()).add(one.category)
    others = {
        "our own list": {
            (one.path[-1], one.category) for one in found if one.source == OWN_LIST and len(one.path) == 1
        },
        "till categories": {
            (one.path[-1], one.category) for one in found if one.source == TILLS and one.path
        },
    }
    for other, names in others.items():
        both = [(meant[name_key(name)], of) for name, of in sorted(names) if name_key(name) in meant]
        sure = [(next(iter(told)), of) for told, of in both if len(told) == 1]
        spoken = [(told, of) for told, of in sure if told]
        right = sum(within(of, told) for told, of in spoken)
        yield (
            f"by heart, {other}: the tree knows {len(both)} of its names, {len(sure)} as one thing, "
            f"{len(spoken)} of these as a category of ours, {right} as the same"
        )


if __name__ == "__main__":
    main()
