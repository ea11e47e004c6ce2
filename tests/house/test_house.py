"""The house itself: what it costs to enter, what is on its face, what is in the wheel."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import packshot
from packshot.words import LANGUAGES, say, say_n

ROOT = Path(__file__).parents[2]
HELP = """
import contextlib, io, sys
from packshot.cli.app import main
sys.argv = ["packshot", "--help"]
with contextlib.redirect_stdout(io.StringIO()) as told, contextlib.suppress(SystemExit):
    main()
assert "upscale" in told.getvalue()
"""
HEAVY = ("numpy", "cv2", "PIL", "openvino", "pydantic", "simplejpeg")


def loaded_after(code: str) -> set[str]:
    """The heavy packages that a fresh Python holds after running the code."""
    ask = f"{code}\nimport sys; print(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_importing_packshot_loads_nothing_heavy() -> None:
    assert loaded_after("import packshot") == set()


def test_the_command_line_shows_its_help_without_anything_heavy() -> None:
    assert loaded_after(HELP) == set()


def test_every_name_on_the_face_can_be_had() -> None:
    for name in packshot.__all__:
        assert getattr(packshot, name) is not None
    assert set(dir(packshot)) == {*packshot.__all__, "__version__"}
    assert set(packshot.__all__) == set(packshot._PLACES)


def test_a_misspelt_name_is_an_error() -> None:
    with pytest.raises(AttributeError, match="chek"):
        packshot.chek  # noqa: B018


@pytest.mark.parametrize(("count", "said"), [(1, "1 фото"), (2, "2 фото"), (5, "5 фото"), (21, "21 фото")])
def test_russian_plural_forms_are_chosen(count: int, said: str) -> None:
    assert say_n("{count} photo", "{count} photos", count).in_("ru") == said


def test_russian_writes_a_decimal_comma() -> None:
    sentence = say("The cut-out is sure: {share:.2f}.", share=0.5)
    assert "0,50" in sentence.in_("ru")
    assert "0.50" in sentence.in_("en")


def test_both_readmes_say_the_same() -> None:
    """Same headings, same commands, same pictures: the twin is a twin."""
    english, russian = ((ROOT / name).read_text("utf8") for name in ("README.md", "README.ru.md"))
    assert [len(level) for level in re.findall(r"^(#+) ", english, re.M)] == [
        len(level) for level in re.findall(r"^(#+) ", russian, re.M)
    ]
    fences = [re.findall(r"```\w*\n(.*?)```", text, re.S) for text in (english, russian)]
    without_comments = [[re.sub(r"\s*#.*", "", block) for block in blocks] for blocks in fences]
    assert without_comments[0] == without_comments[1]
    assert re.findall(r"!\[[^\]]*\]\(([^)]+)\)", english) == re.findall(r"!\[[^\]]*\]\(([^)]+)\)", russian)


def test_links_of_the_docs_lead_somewhere() -> None:
    pages = [
        ROOT / "README.md",
        ROOT / "README.ru.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").rglob("*.md"),
    ]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf8")):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.slow
def test_the_wheel_works_in_an_empty_environment(tmp_path: Path) -> None:
    """Data files (profiles, words, samples, templates) are in it, and one command works."""
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, ROOT], check=True)
    wheel = next(tmp_path.glob("packshot-*.whl"))
    with zipfile.ZipFile(wheel) as packed:
        held = set(packed.namelist())
    service = ROOT / "src" / "packshot" / "service"
    wanted = [one for one in service.rglob("*") if one.is_file() and one.suffix != ".pyc"]
    missing = [one for one in wanted if one.relative_to(ROOT / "src").as_posix() not in held]
    assert not missing, "pages, migrations and words of the service are in the wheel"
    venv.create(tmp_path / "empty", with_pip=True)
    python = next(path for path in (tmp_path / "empty").glob("*/python*") if path.is_file())
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True)
    demo = [python.with_name("packshot"), "demo", "--out", tmp_path / "out", "--lang", "ru"]
    done = subprocess.run(demo, cwd=tmp_path, capture_output=True, text=True, encoding="utf8")
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "out").rglob("*_main_dark.jpg"))
    assert re.search("[а-я]", done.stdout), "the Russian words are in the wheel"
    assert LANGUAGES == ("en", "ru")
