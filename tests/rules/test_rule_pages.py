"""Each rule's page is whole, unlike any other, and its settings are explained."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from pathlib import Path

import pytest
from cases import BROKEN

import packshot.rules
from packshot.rules._glance import Glimpsed
from packshot.rules.base import HEADINGS, RULES, Limit, Severity

NAMES = [
    "ai_marked",
    "alpha_present",
    "aspect_ratio",
    "background_clutter",
    "background_color",
    "border_frame",
    "centering",
    "collage",
    "color_cast",
    "duplicate_photo",
    "exposure",
    "extra_objects",
    "file_format",
    "file_size",
    "forbidden_words",
    "frame_fill",
    "image_size",
    "infographic",
    "jpeg_quality",
    "main_photo",
    "no_subject",
    "overlaid_text",
    "person_present",
    "photo_count",
    "qr_code",
    "safe_zone",
    "same_good",
    "same_ratio",
    "scale_marker",
    "sharpness",
    "subject_cropped",
    "subject_repeated",
    "view_angle",
    "watermark",
]
OVER_MANY = {"duplicate_photo", "main_photo", "photo_count", "same_good", "same_ratio"}
"""Judged over several photos: they have tests of their own."""
FILES = [path for path in Path(packshot.rules.__file__).parent.glob("*.py") if path.stem in NAMES]

each_rule = pytest.mark.parametrize("name", NAMES)


def test_the_registry_holds_these_rules_and_no_others() -> None:
    assert list(RULES.names()) == NAMES


@each_rule
def test_a_page_has_every_heading_in_order_and_something_under_each(name: str) -> None:
    page = RULES[name].page
    assert tuple(heading for heading, _ in page) == HEADINGS
    assert all(len(text.split()) >= 5 for _, text in page)
    assert sum(len(text.split()) for _, text in page) >= 80


@each_rule
def test_a_title_is_one_sentence(name: str) -> None:
    title = RULES[name].title
    assert title.endswith(".")
    assert title[0].isupper()
    assert ". " not in title


def test_no_two_pages_share_a_paragraph() -> None:
    paragraphs = [text for name in NAMES for _, text in RULES[name].page] + [
        RULES[name].title for name in NAMES
    ]
    assert len(set(paragraphs)) == len(paragraphs)


@each_rule
def test_the_fix_says_first_how_far_it_goes(name: str) -> None:
    fix = dict(RULES[name].page)["Fix"]
    assert fix.split()[0].strip(";,:") in ("yes", "partly", "no", "only", "too"), fix


@each_rule
def test_a_limit_can_be_made_of_defaults_and_is_frozen(name: str) -> None:
    limit = RULES[name].limit()
    assert isinstance(limit, Limit)
    assert limit.severity in Severity
    with pytest.raises((AttributeError, TypeError)):
        limit.severity = Severity.OFF  # type: ignore[misc]
    assert not hasattr(limit, "__dict__")


@each_rule
def test_every_setting_has_its_line(name: str) -> None:
    kind = RULES[name].limit
    (tree,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(tree, ast.ClassDef)
    explained = {
        field.target.id
        for field, line in zip(tree.body, tree.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(line, ast.Expr)
        and isinstance(line.value, ast.Constant)
        and isinstance(line.value.value, str)
    }
    inherited = {field.name for field in fields(Glimpsed if issubclass(kind, Glimpsed) else Limit)}
    assert {field.name for field in fields(kind)} - inherited <= explained


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_sentence_stands_in_the_source_as_it_is_said(path: Path) -> None:
    """Else the translators' catalogue, which is read from the source, would miss it."""
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("say", "say_n")
        ):
            for sentence in node.args[: 1 if node.func.id == "say" else 2]:
                assert isinstance(sentence, ast.Constant), f"line {node.lineno}"
                assert isinstance(sentence.value, str), f"line {node.lineno}"


def test_each_rule_over_one_photo_is_seen_to_break() -> None:
    assert {case.rule for case in BROKEN} == set(NAMES) - OVER_MANY
