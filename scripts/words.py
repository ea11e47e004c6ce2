"""Gathers every sentence for people into `locale/ru/LC_MESSAGES/packshot.po`, and compiles it.

    python scripts/words.py            update the catalogue; new sentences wait for a translation
    python scripts/words.py --check    fail where a sentence has none

A sentence is what stands in `say(...)`, `say_n(...)`, in `_(...)`, `_n(...)` of the service's templates,
and each paragraph of a rule's or stage's page.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

HOUSE = Path(__file__).parent.parent / "src" / "packshot"
RUSSIAN = HOUSE / "locale" / "ru" / "LC_MESSAGES" / "packshot.po"


def main(check: bool) -> int:
    fresh = gather()
    catalogue = translated()
    missing = [text for text in sentences(fresh) if not said(catalogue, text)]
    if check:
        for text in missing:
            print(f"no Russian for: {text}")
        compile_words(catalogue)
        return 1 if missing else 0
    catalogue.update(fresh, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    RUSSIAN.parent.mkdir(parents=True, exist_ok=True)
    with RUSSIAN.open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False, sort_output=True, include_lineno=False)
    compile_words(catalogue)
    print(f"{len(fresh)} sentences, {len(missing)} without Russian")
    return 0


def gather() -> Catalog:
    catalogue = Catalog(project="packshot", charset="utf-8")
    for place, text in spoken():
        catalogue.add(text, locations=[(place, 0)])
    for place, text in in_templates():
        catalogue.add(text, locations=[(place, 0)])
    for place, text in pages():
        catalogue.add(text, locations=[(place, 0)])
    return catalogue


def spoken() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """Every `say` and `say_n`; read from the syntax tree, for they stand inside f-strings too."""
    for path in sorted(HOUSE.rglob("*.py")):
        place = path.relative_to(HOUSE).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            texts = [arg.value for arg in node.args[:2] if isinstance(arg, ast.Constant)]
            if node.func.id == "say" and texts:
                yield place, str(texts[0])
            elif node.func.id == "say_n" and len(texts) == 2:
                yield place, (str(texts[0]), str(texts[1]))


def in_templates() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """Every `_` and `_n`. Where `_` says words that Python made, they were gathered there."""
    for path in sorted((HOUSE / "service" / "templates").rglob("*.html")):
        place = path.relative_to(HOUSE).as_posix()
        for call in Environment().parse(path.read_text("utf8")).find_all(nodes.Call):
            name = call.node.name if isinstance(call.node, nodes.Name) else ""
            texts = [str(arg.value) for arg in call.args[:2] if isinstance(arg, nodes.Const)]
            if name == "_" and texts:
                yield place, texts[0]
            elif name == "_n":
                yield place, (texts[0], texts[1])


def pages() -> Iterator[tuple[str, str]]:
    """The docstrings that users read."""
    from packshot.rules.base import HEADINGS, RULES

    for heading in HEADINGS:
        yield "rules/base.py", heading
    for name in RULES.names():
        rule = RULES[name]
        yield f"rules/{name}.py", rule.title
        for _, text in rule.page:
            yield f"rules/{name}.py", text


def sentences(catalogue: Catalog) -> Iterator[str]:
    for message in catalogue:
        if message.id:
            yield message.id if isinstance(message.id, str) else message.id[0]


def said(catalogue: Catalog, text: str) -> bool:
    message = catalogue.get(text)
    if message is None:
        return False
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def translated() -> Catalog:
    if not RUSSIAN.exists():
        return Catalog(locale="ru", project="packshot", charset="utf-8")
    with RUSSIAN.open("rb") as file:
        return read_po(file, locale="ru", charset="utf-8")


def compile_words(catalogue: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    RUSSIAN.with_suffix(".mo").write_bytes(compiled.getvalue())


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
