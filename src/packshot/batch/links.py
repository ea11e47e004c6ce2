"""A photo behind a link, or a message to one, without becoming a door into the network we stand in.

Each address, also each one that a redirect leads to, is looked up once, must be public, and is the one that
is then connected to: a name that changes its mind between the check and the call gains nothing.

What fails for a moment (no answer in time, a torn connection, a server that is busy or broken) is asked again
a few times with growing pauses; what fails for good (404, 403, a wrong address) is not.
"""

from __future__ import annotations

import asyncio
import io
import ipaddress
import random
import socket
import ssl
import time
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import IO
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import httpx

from packshot.batch.manners import MOST_HELD, OURS, Manners
from packshot.errors import BadPhoto, Refused
from packshot.words import Words, say, verbatim

SCHEMES = ("http", "https")
MAX_REDIRECTS = 5
STEP_SECONDS = 15.0
"""For one step: connect, wait for the next bytes."""
WHOLE_SECONDS = 90.0
"""For all of it: a server that drips a byte at a time ends here."""
ATTEMPTS = 4
FIRST_PAUSE = 0.5
"""Seconds; doubled at each further attempt."""
BUSY = frozenset({429, 503})
PASSING = frozenset({408, 425, 500, 502, 504}) | BUSY

NAT64 = ipaddress.ip_network("64:ff9b::/96")


class _Passing(Exception):
    """It may go well another time."""

    def __init__(self, why: Words, host: str = "", pause: float = 0.0) -> None:
        super().__init__(why)
        self.why, self.host, self.pause = why, host, pause


def fetch(url: str, *, max_bytes: int, allow_private: bool = False, manners: Manners = OURS) -> bytes:
    """The bytes behind the link; `BadPhoto` where it gives none, `Refused` where it leads inside."""
    into = io.BytesIO()
    save(url, into, max_bytes=max_bytes, allow_private=allow_private, manners=manners)
    return into.getvalue()


def save(
    url: str, into: IO[bytes], *, max_bytes: int, allow_private: bool = False, manners: Manners = OURS
) -> None:
    """As `fetch`, for what should not lie in memory."""
    pause = FIRST_PAUSE
    for attempt in range(1, ATTEMPTS + 1):
        into.seek(0)
        into.truncate()
        try:
            return _follow(url, into, max_bytes, allow_private, manners)
        except _Passing as exc:
            if attempt == ATTEMPTS:
                raise _no_photo(url, exc.why) from exc
            if exc.pause:
                manners.hold(exc.host, exc.pause)
            manners.sleep(pause * random.uniform(0.5, 1.5))
            pause *= 2
    raise AssertionError


def _follow(url: str, into: IO[bytes], max_bytes: int, allow_private: bool, manners: Manners) -> None:
    here, left = url, WHOLE_SECONDS
    # No proxy from the environment: behind one, it is the proxy that looks names up, and no check holds.
    with httpx.Client(
        timeout=STEP_SECONDS, follow_redirects=False, trust_env=False, verify=_trusted()
    ) as client:
        for _ in range(MAX_REDIRECTS + 1):
            parts = _parts(here)
            with manners.turn(str(parts.hostname)):
                began = time.monotonic()
                try:
                    answer = _ask(client, parts, url, into, max_bytes, allow_private, began + left)
                except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError, zlib.error) as exc:
                    why = verbatim(str(exc) or type(exc).__name__)
                    raise (_Passing(why) if _passes(exc) else _no_photo(url, why)) from exc
                left -= time.monotonic() - began
            if not answer.has_redirect_location:
                return
            here = urljoin(here, answer.headers["location"])
    raise _no_photo(url, say("it redirects more than {count} times", count=MAX_REDIRECTS))


def poster() -> httpx.AsyncClient:
    """For `post`: many messages at once, from one thread."""
    return httpx.AsyncClient(timeout=STEP_SECONDS, follow_redirects=False, trust_env=False, verify=_trusted())


async def post(
    client: httpx.AsyncClient,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
    allow_private: bool = False,
) -> int:
    """Hands the message over and gives the answer's status. The answer itself is not read, and where it sends
    us on we do not go. `TimeoutError` where all of it takes longer: httpx counts each step alone.
    """
    parts = _parts(url)
    async with asyncio.timeout(seconds):
        # Names are looked up beside, for a slow answer would hold all other messages.
        request = await asyncio.to_thread(_request, client, "POST", parts, headers, body, allow_private)
        response = await client.send(request, stream=True)
        await response.aclose()
    return response.status_code


def _parts(here: str) -> SplitResult:
    try:
        parts = urlsplit(here)
        known = parts.scheme in SCHEMES and parts.hostname and parts.port != 0
    except ValueError:  # a port or an address in brackets that is none
        known = False
    if not known:
        raise Refused(
            say("{url} is no http or https link.", url=here), say("Give a link that opens in a browser.")
        )
    return parts


def _ask(
    client: httpx.Client,
    parts: SplitResult,
    first: str,
    into: IO[bytes],
    max_bytes: int,
    allow_private: bool,
    deadline: float,
) -> httpx.Response:
    headers = {"Accept": "image/*,*/*;q=0.5", "Accept-Encoding": "identity"}
    request = _request(client, "GET", parts, headers, None, allow_private)
    response = client.send(request, stream=True)
    try:
        if response.has_redirect_location:
            return response
        if response.status_code != 200:
            why = say("the server answers {status}", status=response.status_code)
            if response.status_code in PASSING:
                raise _Passing(why, str(parts.hostname), _asked_pause(response))
            raise _no_photo(first, why)
        count = 0
        for chunk in _unpacked(response, first):
            count += len(chunk)
            if count > max_bytes:
                raise BadPhoto(
                    first,
                    "too_many_bytes",
                    say("{url} gives more than {limit:.0f} MB.", url=first, limit=max_bytes / 1e6),
                )
            if time.monotonic() > deadline:
                raise _no_photo(first, say("it took longer than {seconds:.0f} s", seconds=WHOLE_SECONDS))
            into.write(chunk)
        return response
    finally:
        response.close()


def _request(
    client: httpx.Client | httpx.AsyncClient,
    method: str,
    parts: SplitResult,
    headers: Mapping[str, str],
    body: bytes | None,
    allow_private: bool,
) -> httpx.Request:
    """To the one address that was looked at, under the name that was asked for."""
    host = _ascii(str(parts.hostname))
    address = _address(host, parts.port or (443 if parts.scheme == "https" else 80), allow_private)
    port = f":{parts.port}" if parts.port else ""
    return client.build_request(
        method,
        urlunsplit((parts.scheme, f"{_literal(address)}{port}", parts.path or "/", parts.query, "")),
        content=body,
        headers={"Host": f"{_literal(host)}{port}", **headers},
        extensions={"sni_hostname": host},
    )


def _unpacked(response: httpx.Response, url: str) -> Iterator[bytes]:
    """We ask for plain bytes. Who packs them all the same is unpacked in small pieces: a few packed
    kilobytes may hold gigabytes.
    """
    packing = response.headers.get("content-encoding", "identity").lower()
    if packing == "identity":
        yield from response.iter_raw()
        return
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise _no_photo(url, say("it comes packed as {packing}", packing=packing))
    stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
    for packed in response.iter_raw():
        while packed:
            yield stream.decompress(packed, 1 << 20)
            packed = stream.unconsumed_tail
    if not stream.eof:
        raise _Passing(say("it ends before its end"))


def _asked_pause(response: httpx.Response) -> float:
    """What a busy server asks for, in seconds; a date is taken for the longest pause that we grant."""
    asked = response.headers.get("retry-after", "").strip()
    if response.status_code not in BUSY or not asked:
        return 0.0
    return min(float(asked), MOST_HELD) if asked.isdecimal() else MOST_HELD


def _passes(exc: Exception) -> bool:
    if isinstance(exc, socket.gaierror):
        return exc.errno == socket.EAI_AGAIN
    if isinstance(exc, httpx.TransportError):
        lasts = isinstance(exc, (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.ProxyError))
        return not lasts and "CERTIFICATE_VERIFY_FAILED" not in str(exc)
    return isinstance(exc, (ConnectionError, TimeoutError))


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Made once: reading all authorities for every photo costs more than many a photo."""
    return httpx.create_ssl_context(trust_env=False)


def _ascii(host: str) -> str:
    """магазин.рф as the network spells it."""
    return host if host.isascii() else host.encode("idna").decode("ascii")


def _literal(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _address(host: str, port: int, allow_private: bool) -> str:
    """The one address to connect to; every address that the name has must be public."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    inside = [address for address in found if not is_public(address)]
    if inside and not allow_private:
        raise Refused(
            say("{host} leads to {address}, which is not a public address.", host=host, address=inside[0]),
            say("If it is your own server, add --allow-private-urls."),
        )
    return found[0]


def is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def _no_photo(url: str, why: Words) -> BadPhoto:
    return BadPhoto(
        url,
        "unreadable",
        say("{url} gives no photo: {why}.", url=url, why=why),
        say("Open the link in a browser; if it works there, try again later."),
    )
