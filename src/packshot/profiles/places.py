"""Where profiles lie: in packshot, in other packages, in a user's folder."""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from importlib.metadata import entry_points
from pathlib import Path

from packshot.errors import BadProfile
from packshot.words import say

OWN = Path(__file__).parent
LISTS = frozenset({"categories", "sources"})
"""TOML files of this folder that are no profiles."""
USUAL = "yandex_market"


@lru_cache(maxsize=1)
def _built_in() -> dict[str, Path]:
    return {file.stem: file for file in sorted(OWN.glob("*.toml")) if file.stem not in LISTS}


@lru_cache(maxsize=1)
def _strangers() -> dict[str, Path]:
    """Entry points `packshot.profiles`: `ozon_kz = "their.profiles"` names the folder of ozon_kz.toml."""
    return {
        point.name: Path(str(resources.files(point.value) / f"{point.name}.toml"))
        for point in entry_points(group="packshot.profiles")
    }


def profile_names() -> tuple[str, ...]:
    """Profiles that can be named; one's own are named by their path."""
    return tuple(sorted({*_built_in(), *_strangers()}))


def find_profile(name: str | Path, beside: Path | None = None) -> Path:
    """The file of a profile; a path in `extends` is meant from the folder of the file that says it."""
    text = str(name)
    if isinstance(name, Path) or text.endswith(".toml") or "/" in text or os.sep in text:
        path = Path(text).expanduser()
        return (beside.parent / path if beside else path).resolve()
    if text in _built_in():  # our own need no look at the other packages
        return _built_in()[text]
    if text in _strangers():
        return _strangers()[text]
    names = profile_names()
    near = next(iter(get_close_matches(text, names, n=1, cutoff=0.5)), None)
    if near:
        message = say('There is no profile "{name}"; did you mean "{near}"?', name=text, near=near)
    else:
        message = say('There is no profile "{name}".', name=text)
    raise BadProfile(
        message,
        say("Known profiles: {names}. Name your own by its path, as ./shop.toml.", names=", ".join(names)),
    )


def default_profile_name() -> str:
    """PACKSHOT_PROFILE, else `profile = …` of the nearest packshot.toml, else Yandex Market."""
    named = os.environ.get("PACKSHOT_PROFILE")
    if named:
        return named
    here = Path.cwd()
    homes = [folder / "packshot.toml" for folder in (here, *here.parents)]
    config = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    for file in (*homes, config / "packshot" / "packshot.toml"):
        if file.is_file():
            named = _named_in(file)
            if named:
                return named
    return USUAL


def _named_in(file: Path) -> str | None:
    try:
        named = tomllib.loads(file.read_text(encoding="utf-8")).get("profile")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise BadProfile(
            say("{file} cannot be read: {why}.", file=str(file), why=str(exc)),
            say("Mend the line that is named."),
        ) from exc
    if named is not None and not isinstance(named, str):
        raise BadProfile(
            say(
                "{file}: {place} must be {expected}, not {got}.",
                file=str(file),
                place="profile",
                expected=say("the name or the path of a profile"),
                got=repr(named),
            ),
            say("Change the value in {file}.", file=file.name),
        )
    if named and (named.endswith(".toml") or "/" in named):
        return str((file.parent / Path(named).expanduser()).resolve())
    return named
