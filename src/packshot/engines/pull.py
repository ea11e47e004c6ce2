"""Brings weights: goes on where it stopped, checks their sha256; a file is there whole or not at all."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import httpx

from packshot.engines import cards
from packshot.engines.cards import Card
from packshot.errors import BadOption, BadSource, Refused
from packshot.image.files import write_whole
from packshot.words import Words, say, verbatim

LARGEST = 2_000_000_000
"""Bytes; the largest public network that we have a card for takes half of it."""
TRIES = 4
PAUSE_SECONDS = 0.5
"""Before the second try; twice as long before each further one."""
STEP_SECONDS = 30.0
"""For one step: connect, wait for the next bytes."""
MAX_REDIRECTS = 5
ONNX_BEGINS = b"\x08"
"""The first field of any ONNX file; a page that says "not found" begins otherwise."""

Progress = Callable[[int, int], None]
"""Bytes that are here, and all bytes; 0 where the server doesn't say."""


@dataclass(frozen=True, slots=True)
class Pulled:
    path: Path
    sha256: str
    published: bool
    """The sha256 was known beforehand; else it was written down now."""
    fresh: bool
    """False: it was here already."""


class State(StrEnum):
    GOOD = "good"
    RECORDED = "recorded"
    """As it came at the first pull; its makers publish no checksum."""
    UNCHECKED = "unchecked"
    """No checksum published, none recorded."""
    MISSING = "missing"
    DAMAGED = "damaged"


def pull(
    card: Card,
    *,
    mirror: str = "",
    allowed: Collection[str] = (),
    progress: Progress = lambda done, total: None,
) -> Pulled:
    """`allowed`: licences that forbid sale and are taken all the same. `mirror`: a folder on the web that
    holds the files under the cards' names for them."""
    _ask_licence(card, allowed)
    address = _address(card, mirror)
    if state(card) in (State.GOOD, State.RECORDED):
        path = cards.place(card)
        return Pulled(path, _sha256(path), bool(card.sha256), fresh=False)
    target = cards.folder() / card.file
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Part(target)
    with _quiet_httpx(), _client() as client:
        _download(client, address, part, card, progress)
    digest = _checked(part, card, target)
    part.becomes(target)
    if not card.sha256:
        write_whole(_record(target), digest.encode())
    return Pulled(target, digest, bool(card.sha256), fresh=True)


def state(card: Card) -> State:
    """Reads the whole file."""
    path = cards.place(card)
    if not path.is_file():
        return State.MISSING
    expected = _expected(card, path)
    if not expected:
        return State.UNCHECKED
    if _sha256(path) != expected:
        return State.DAMAGED
    return State.GOOD if card.sha256 else State.RECORDED


class Part:
    """The beginning of a file, and the name that its server gave to this version of it."""

    def __init__(self, target: Path) -> None:
        self.path = target.with_name(f"{target.name}.part")
        self._version = target.with_name(f"{target.name}.part.version")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def asked(self) -> dict[str, str]:
        """Headers: the rest of this very version, or else all of the new one."""
        version = self._version.read_text("utf8") if self._version.is_file() else ""
        return {"Range": f"bytes={self.size}-", "If-Range": version} if self.size and version else {}

    def begin(self, version: str) -> None:
        self.drop()
        if version:
            write_whole(self._version, version.encode())

    def becomes(self, target: Path) -> None:
        self.path.replace(target)
        self._version.unlink(missing_ok=True)

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self._version.unlink(missing_ok=True)


class _Again(Exception):
    """The line broke or the server stumbled: worth another try."""


def _download(client: httpx.Client, address: str, part: Part, card: Card, progress: Progress) -> None:
    why: Words = verbatim("")
    for number in range(TRIES):
        if number:
            time.sleep(PAUSE_SECONDS * 2 ** (number - 1))
        try:
            return _rest(client, address, part, card, progress)
        except _Again as again:
            why = verbatim(str(again))
        except (httpx.TransportError, OSError) as exc:
            why = verbatim(str(exc) or type(exc).__name__)
        except (httpx.HTTPError, httpx.InvalidURL) as exc:  # redirects without end, no address at all
            raise _no_weights(card, address, verbatim(str(exc) or type(exc).__name__)) from exc
    raise BadSource(
        say("{file} is not here yet, {size:.1f} MB of it are: {why}",
            file=card.file, size=part.size / 1e6, why=why),
        say("The same command goes on from there."),
    )  # fmt: skip


def _rest(client: httpx.Client, address: str, part: Part, card: Card, progress: Progress) -> None:
    """What is not here yet, appended to what is."""
    with client.stream("GET", address, headers={"Accept-Encoding": "identity", **part.asked()}) as answer:
        if answer.status_code == httpx.codes.PARTIAL_CONTENT and not _goes_on(answer, part.size):
            part.drop()
            raise _Again("the server sent another part than was asked for")
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.drop()
            raise _Again("the server has no such part")
        if answer.status_code >= 500:
            raise _Again(f"HTTP {answer.status_code}")
        if answer.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
            raise _no_weights(card, address, say("the server answers {status}", status=answer.status_code))
        if answer.status_code == httpx.codes.OK:
            part.begin(_version(answer))
        done = part.size
        total = done + int(answer.headers.get("content-length") or 0)
        _ask_size(card, total, part)
        with part.path.open("ab") as file:
            for piece in answer.iter_raw():
                done += len(piece)
                _ask_size(card, done, part)
                file.write(piece)
                progress(done, total)
            file.flush()
            os.fsync(file.fileno())


def _goes_on(answer: httpx.Response, size: int) -> bool:
    return str(answer.headers.get("content-range", "")).startswith(f"bytes {size}-")


def _version(answer: httpx.Response) -> str:
    """Only a strong tag promises the same bytes."""
    tag = str(answer.headers.get("etag", ""))
    return tag if tag and not tag.startswith("W/") else str(answer.headers.get("last-modified", ""))


def _checked(part: Part, card: Card, target: Path) -> str:
    """The sha256 of what came; raises, and keeps nothing, where it is not what it should be."""
    digest = _sha256(part.path)
    expected = _expected(card, target)
    with part.path.open("rb") as file:
        is_onnx = file.read(1) == ONNX_BEGINS
    if digest == expected or (not expected and is_onnx):
        return digest
    size = part.size
    part.drop()
    if not expected:
        raise BadSource(
            say("What came for {file} is no ONNX network.", file=card.file),
            say("Try again, or another --mirror."),
        )
    if card.size_bytes and size != card.size_bytes:
        raise BadSource(
            say("{file} came with {got} bytes instead of {expected}; nothing was kept.",
                file=card.file, got=size, expected=card.size_bytes),
            say("Try again, or another --mirror."),
        )  # fmt: skip
    raise BadSource(
        say("{file} came with another sha256 than its card says; nothing was kept.", file=card.file),
        say("Try again, or another --mirror."),
    )


def _expected(card: Card, path: Path) -> str:
    """The published sha256, else the one that was written down at the first pull, else nothing."""
    record = _record(path)
    return card.sha256 or (record.read_text("utf8").strip() if record.is_file() else "")


def _record(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ask_licence(card: Card, allowed: Collection[str]) -> None:
    if not card.sale and card.licence not in allowed:
        raise Refused(
            say("The licence of {name} ({licence}) does not allow use for sale.",
                name=card.name, licence=card.licence),
            say("If you may use it, add: --allow-licence {licence}", licence=card.licence),
        )  # fmt: skip


def _ask_size(card: Card, size: int, part: Part) -> None:
    most = card.size_bytes or LARGEST
    if size > most:
        part.drop()
        raise Refused(
            say("{file} is larger than the {most:.1f} MB that it may have.", file=card.file, most=most / 1e6),
            say("Try again, or another --mirror."),
        )


def _address(card: Card, mirror: str) -> str:
    if not card.url:
        raise BadOption(
            say("{name} has no address to be pulled from.", name=card.name),
            say("Its weights are shipped, or lie beside its card."),
        )
    address = f"{mirror.rstrip('/')}/{card.file}" if mirror else card.url
    if not address.startswith(("https://", "http://")):
        raise BadOption(
            say("{url} is no http or https address.", url=_spoken(address)),
            say("Write it as https://example.com/weights."),
        )
    return address


def _no_weights(card: Card, address: str, why: Words) -> BadSource:
    return BadSource(
        say("{url} gives no {file}: {why}.", url=_spoken(address), file=card.file, why=why),
        say("Try later, or take it from a --mirror."),
    )


def _spoken(address: str) -> str:
    """An address without what may be secret: user, password, query."""
    rest = address.partition("://")[2].partition("?")[0]
    host, slash, path = rest.partition("/")
    return f"{address.partition('://')[0]}://{host.rpartition('@')[2]}{slash}{path}"


def _client() -> httpx.Client:
    """Through the proxy that the environment names, as a company's net may ask for."""
    return httpx.Client(
        timeout=STEP_SECONDS,
        follow_redirects=True,
        max_redirects=MAX_REDIRECTS,
        event_hooks={"request": [_stay_safe()]},
    )


def _stay_safe() -> Callable[[httpx.Request], None]:
    """What began encrypted goes on so, whatever a redirect says."""
    began: list[str] = []

    def ask(request: httpx.Request) -> None:
        began.append(request.url.scheme)
        if began[0] == "https" and request.url.scheme != "https":
            raise Refused(
                say("{host} leads from https to http.", host=request.url.host), say("Take another --mirror.")
            )

    return ask


@contextmanager
def _quiet_httpx() -> Iterator[None]:
    """It would log whole addresses, with passwords and the signatures that storage puts into them."""
    loggers = [logging.getLogger(name) for name in ("httpx", "httpcore")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
