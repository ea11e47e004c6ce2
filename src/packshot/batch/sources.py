"""What a SRC holds: a file, a folder, a glob, a ZIP or a link, as photos in a lasting order.

Nothing vanishes: what is no photo is skipped, but counted and told.
"""

from __future__ import annotations

import fnmatch
import glob
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import unquote, urlsplit

from packshot.batch.origins import FileOrigin, LinkOrigin, Origin, ZipOrigin, real
from packshot.batch.store import HOUSE
from packshot.batch.tars import SUFFIXES
from packshot.errors import BadSource, Refused
from packshot.words import Words, say, say_n

PHOTO_KINDS = (
    *("jpg", "jpeg", "jpe", "jfif", "pjpeg", "png", "webp", "avif"),
    *("tif", "tiff", "bmp", "gif", "heic", "heif", "hif"),
)
PHOTO_SUFFIXES = frozenset(f".{kind}" for kind in PHOTO_KINDS)
HIDDEN = frozenset({"thumbs.db", "desktop.ini", "__macosx", "$recycle.bin", "system volume information"})
ARCHIVES = (".zip", *SUFFIXES)
MAX_MEMBERS = 50_000
MAX_UNPACKED_BYTES = 50_000_000_000
MAX_ENTRY_BYTES = 300
"""Of the directory of a ZIP, for each of its files on the average."""


@dataclass(frozen=True, slots=True)
class Found:
    """A photo, before it has a name of its own."""

    root: tuple[str, ...]
    """The parts of the path or link that was named as the source: tells sources apart."""
    folder: str
    """Below the root, with `/`; empty at its top."""
    name: str
    """As the file is called."""
    origin: Origin


@dataclass
class Skipped:
    """What lay in the sources and was not taken."""

    hidden: int = 0
    not_photos: int = 0
    linked_folders: int = 0
    archives: int = 0
    """ZIPs and TARs inside a folder: one must be named to be opened."""
    not_plain: int = 0
    """Links, devices and files with holes inside a TAR."""
    without_picture: int = 0
    """Rows of a list and offers of a feed that name none."""
    same_id: int = 0
    """Offers of a feed whose id an earlier one has; their pictures are taken."""
    twice: int = 0
    """Photos that two of the given sources hold."""
    own_outputs: int = 0
    """Pictures that an earlier run wrote."""
    unreadable: list[str] = field(default_factory=list)
    """Folders that could not be listed: photos may be missing."""

    def words(self) -> tuple[Words, ...]:
        n = self
        told = (
            say_n("{count} file that is no photo", "{count} files that are no photos", n.not_photos),
            say_n("{count} hidden file", "{count} hidden files", n.hidden),
            say_n("{count} archive inside a folder", "{count} archives inside folders", n.archives),
            say_n("{count} link or device in a TAR", "{count} links or devices in a TAR", n.not_plain),
            say_n("{count} row without a picture", "{count} rows without a picture", n.without_picture),
            say_n(
                "{count} offer whose id came before (its pictures are taken)",
                "{count} offers whose ids came before (their pictures are taken)",
                n.same_id,
            ),
            say_n("{count} link to a folder", "{count} links to folders", n.linked_folders),
            say_n("{count} photo given twice", "{count} photos given twice", n.twice),
            say_n("{count} picture of an earlier run", "{count} pictures of an earlier run", n.own_outputs),
        )
        return tuple(words for words in told if words.count)


@dataclass(frozen=True, slots=True)
class Gathered:
    found: tuple[Found, ...]
    skipped: Skipped


def gather(
    sources: Sequence[str],
    *,
    out: Path | None = None,
    own_outputs: frozenset[str] = frozenset(),
    allow_private: bool = False,
) -> Gathered:
    """All photos of all sources, in the order given, each once.

    `out` and what is in it are never taken for a source when a folder above is walked; `own_outputs` are
    real paths of pictures that earlier runs wrote.
    """
    skipped = Skipped()
    seen: set[str] = set()
    found: list[Found] = []
    for source in sources:
        before = len(found)
        for photo in photos_of(source, out, skipped, allow_private):
            if isinstance(photo.origin, FileOrigin):
                identity = real(photo.origin.path)
                if identity in own_outputs:
                    skipped.own_outputs += 1
                    continue
            else:
                identity = photo.origin.where
            if identity in seen:
                skipped.twice += 1
                continue
            seen.add(identity)
            found.append(photo)
        if len(found) == before and not skipped.twice and not skipped.own_outputs:
            raise BadSource(
                say("There are no photos in {source}.", source=source),
                say("Known kinds: {kinds}.", kinds=", ".join(PHOTO_KINDS)),
            )
    return Gathered(tuple(found), skipped)


def photos_of(source: str, out: Path | None, skipped: Skipped, allow_private: bool) -> Iterator[Found]:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", source):
        return iter((photo_behind(source, allow_private),))
    path = Path(source).expanduser()
    if path.is_dir():
        return walk_folder(path, out, skipped)
    if path.is_file():
        return _file(path, skipped)
    if path.exists():
        raise BadSource(say("{source} is neither a file nor a folder.", source=source))
    if glob.has_magic(source):
        return walk_glob(str(path), out, skipped)
    raise BadSource(
        say("There is no file or folder {source}.", source=source),
        say("Check the spelling; names with spaces go in quotes."),
    )


def _file(path: Path, skipped: Skipped) -> Iterator[Found]:
    if path.suffix.lower() == ".zip" or (
        path.suffix.lower() not in PHOTO_SUFFIXES and zipfile.is_zipfile(path)
    ):
        yield from _archive(path, skipped)
    else:
        yield Found(parts_of(path.parent), "", path.name, FileOrigin(path.absolute()))


def walk_folder(top: Path, out: Path | None, skipped: Skipped) -> Iterator[Found]:
    not_here = real(out) if out is not None and real(out) != real(top) else None
    root = parts_of(top)
    for folder, folders, files in os.walk(
        top, onerror=lambda exc: skipped.unreadable.append(str(exc.filename))
    ):
        here = Path(folder)
        folders[:] = sorted(_enter(here, folders, not_here, skipped))
        below = PurePosixPath(*here.relative_to(top).parts).as_posix()
        for name in sorted(files):
            if is_photo(name, skipped) and (here / name).is_file():
                yield Found(root, "" if below == "." else below, name, FileOrigin((here / name).absolute()))


def _enter(here: Path, folders: list[str], not_here: str | None, skipped: Skipped) -> Iterator[str]:
    for name in folders:
        if name == HOUSE:
            continue
        if is_hidden(name):
            skipped.hidden += 1
        elif (here / name).is_symlink():
            skipped.linked_folders += 1
        elif not_here is None or real(here / name) != not_here:
            yield name


def walk_glob(pattern: str, out: Path | None, skipped: Skipped) -> Iterator[Found]:
    fixed = Path(*_before_magic(Path(pattern).parts))
    inner = real(out) if out is not None and real(fixed) in (real(parent) for parent in out.parents) else None
    for match in _matches(pattern, skipped):
        below = PurePosixPath(*match.relative_to(fixed).parts)
        if HOUSE in below.parts or (inner and real(match) == inner):
            continue
        if match.is_dir():
            if "**" not in pattern:  # which lists what is inside by itself
                for photo in walk_folder(match, out, skipped):
                    yield replace(photo, root=parts_of(fixed), folder=(below / photo.folder).as_posix())
            continue
        if inner and inner in (real(parent) for parent in match.parents):
            skipped.own_outputs += 1
            continue
        if match.suffix.lower() == ".zip":
            yield from _archive(match, skipped)
        elif is_photo(match.name, skipped):
            folder = "" if below.parent == PurePosixPath() else below.parent.as_posix()
            yield Found(parts_of(fixed), folder, match.name, FileOrigin(match.absolute()))


def _matches(pattern: str, skipped: Skipped) -> Iterator[Path]:
    """As `glob.glob` finds them, but one by one: a million paths are not held, and the order lasts."""
    parts = Path(pattern).parts
    parts = tuple(part for at, part in enumerate(parts) if (part, *parts[at + 1 : at + 2]) != ("**", "**"))
    for match in _expanded(Path(), parts, skipped):
        if not pattern.endswith(("/", os.sep)) or match.is_dir():
            yield match


def _expanded(here: Path, parts: tuple[str, ...], skipped: Skipped) -> Iterator[Path]:
    if not parts:
        yield here
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        yield from _at_any_depth(here, parts, skipped)
    elif glob.has_magic(part):
        for name in _names_in(here, part, skipped):
            if fnmatch.fnmatch(name, part) and (not rest or (here / name).is_dir()):
                yield from _expanded(here / name, rest, skipped)
    elif (here / part).exists():
        yield from _expanded(here / part, rest, skipped)


def _at_any_depth(here: Path, parts: tuple[str, ...], skipped: Skipped) -> Iterator[Path]:
    rest = parts[1:]
    if rest:
        yield from _expanded(here, rest, skipped)
    for name in _names_in(here, "**", skipped):
        child = here / name
        if child.is_dir() and not child.is_symlink():
            yield from _at_any_depth(child, parts, skipped)
        elif not rest:
            yield child


def _names_in(folder: Path, part: str, skipped: Skipped) -> list[str]:
    """As shells do, a star passes over names that begin with a dot."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 – names are enough
    except OSError as exc:
        skipped.unreadable.append(str(exc.filename))
        return []
    return [name for name in names if not name.startswith(".") or part.startswith(".")]


def _before_magic(parts: tuple[str, ...]) -> Iterator[str]:
    for part in parts[:-1]:
        if glob.has_magic(part):
            return
        yield part


def _archive(path: Path, skipped: Skipped) -> Iterator[Found]:
    try:
        with path.open("rb") as stream:
            members = members_of_zip(stream, str(path))
    except (OSError, zipfile.BadZipFile, NotImplementedError) as exc:
        raise BadSource(
            say("{source} is no ZIP that can be read: {why}.", source=str(path), why=str(exc)),
            say("Pack it again, or give the folder."),
        ) from exc
    for folder, name, index in photos_in_zip(members, skipped):
        origin = ZipOrigin(path.absolute(), index, f"{folder}/{name}" if folder else name)
        yield Found(parts_of(path), folder, name, origin)


def members_of_zip(stream: IO[bytes], source: str) -> list[zipfile.ZipInfo]:
    """As many as an honest ZIP may hold."""
    entries = _directory_bytes(stream) // MAX_ENTRY_BYTES  # asked before it is read, which takes the memory
    if entries > MAX_MEMBERS:
        raise _too_much(source, entries, 0)
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED_BYTES:
        raise _too_much(source, len(members), unpacked)
    return members


def _directory_bytes(stream: IO[bytes]) -> int:
    """What the end of a ZIP says of its directory's size; 0 where it says nothing that we understand."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - 66_000))
    tail = stream.read()
    large, small = tail.rfind(b"PK\x06\x06"), tail.rfind(b"PK\x05\x06")
    if large >= 0:
        return int.from_bytes(tail[large + 40 : large + 48], "little")
    return int.from_bytes(tail[small + 12 : small + 16], "little") if small >= 0 else 0


def _too_much(source: str, count: int, unpacked: int) -> Refused:
    return Refused(
        say(
            "{source} holds {count} files, {size:.0f} MB unpacked;"
            " the limits are {most} files and {largest:.0f} MB.",
            source=source,
            count=count,
            size=unpacked / 1e6,
            most=MAX_MEMBERS,
            largest=MAX_UNPACKED_BYTES / 1e6,
        ),
        say("If you trust the ZIP, unpack it and give the folder."),
    )


def photos_in_zip(members: Sequence[zipfile.ZipInfo], skipped: Skipped) -> list[tuple[str, str, int]]:
    """Folder, name and index of each photo, in the order of names."""
    photos = []
    for index, member in enumerate(members):
        if member.filename.endswith("/"):  # is_dir() stumbles over a member without a name
            continue
        *folders, name = safe_member(spoken(member)) or ["_"]
        if any(is_hidden(part) for part in folders):
            skipped.hidden += 1
        elif is_photo(name, skipped):
            photos.append(("/".join(folders), name, index))
    return sorted(photos)


def safe_member(name: str) -> list[str]:
    """The parts of a member's name that lie inside: no drive, no root, no `..`."""
    parts = name.replace("\\", "/").split("/")
    return [part for part in parts if part not in ("", ".", "..") and not re.fullmatch(r"[A-Za-z]:", part)]


def spoken(member: zipfile.ZipInfo) -> str:
    """Old Windows packers wrote Russian names in cp866 and said nothing of it."""
    if member.flag_bits & 0x800 or member.filename.isascii():
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        guess = raw.decode("cp866", errors="replace")
        return guess if re.search("[а-яё]{2}", guess, re.IGNORECASE) else member.filename


def photo_behind(url: str, allow_private: bool) -> Found:
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise BadSource(
            say("{source} is no http or https link.", source=url),
            say("Give a file, a folder, a ZIP or a link that begins with https://."),
        )
    if parts.username is not None:
        raise BadSource(
            say("The link to {host} holds a name or password.", host=parts.hostname),
            say("It would stand in the account for all to read; give a link that needs none."),
        )
    *folders, name = safe_member(unquote(parts.path)) or ["photo"]
    return Found((parts.hostname, *folders), "", name, LinkOrigin(url, allow_private))


def is_hidden(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in HIDDEN


def is_photo(name: str, skipped: Skipped) -> bool:
    if is_hidden(name):
        skipped.hidden += 1
        return False
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in PHOTO_SUFFIXES:
        return True
    if name.lower().endswith(ARCHIVES):
        skipped.archives += 1
    else:
        skipped.not_photos += 1
    return False


def parts_of(path: Path) -> tuple[str, ...]:
    return tuple(part.strip(":/\\") or "root" for part in path.resolve().parts)
