"""The page names every parameter and every code, and none that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from packshot.service.removebg import wish

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/removebg.md").read_text(encoding="utf-8")
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in Path(wish.__file__).parent.glob("*.py"))


def test_every_parameter_has_its_line() -> None:
    lines = set(re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE))
    assert lines == {*wish.READERS, "bg_image_url"}


def test_every_code_is_told() -> None:
    table = PAGE[PAGE.index("| status | codes |") :]
    told = {code for line in table.splitlines()[2:] for code in re.findall(r"`(\w+)`", line)}
    made = {f"invalid_{name}" for name in (*wish.READERS, "image_url", "bg_image_url")}
    assert told >= made
    for code in told - made:
        assert f'"{code}"' in SOURCE, code
    for code in re.findall(r'(?:Mistake|bad)\(\s*"(\w+)"', SOURCE):
        assert code in told, code
