"""A photo behind a link, without becoming a door into the network we stand in.

Each address, also each one that a redirect leads to, is looked up once, must be public, and is the one that
is then connected to: a name that changes its mind between the check and the call gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from packshot.errors import BadPhoto, Refused
from packshot.words import Words, say, verbatim

SCHEMES = ("http", "https")
MAX_REDIRECTS = 5
STEP_SECONDS = 15.0
"""For one step: connect, wait for the next bytes."""
WHOLE_SECONDS = 90.0
"""For all of it: a server that drips a byte at a time ends here."""

NAT64 = ipaddress.ip_network("64:ff9b::/96")


def fetch(url: str, *, max_bytes: int, allow_private: bool = False) -> bytes:
    """The bytes behind the link; `BadPhoto` where it gives none, `Refused` where it leads inside."""
    deadline = time.monotonic() + WHOLE_SECONDS
    # No proxy from the environment: behind one, it is the proxy that looks names up, and no check holds.
    with httpx.Client(timeout=STEP_SECONDS, follow_redirects=False, trust_env=False) as client:
        here = url
        for _ in range(MAX_REDIRECTS + 1):
            try:
                answer, data = _ask(client, here, url, max_bytes, allow_private, deadline)
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as exc:
                raise _no_photo(url, verbatim(str(exc) or type(exc).__name__)) from exc
            if not answer.is_redirect:
                return data
            here = urljoin(here, answer.headers["location"])
    raise _no_photo(url, say("it redirects more than {count} times", count=MAX_REDIRECTS))


def _ask(
    client: httpx.Client, here: str, first: str, max_bytes: int, allow_private: bool, deadline: float
) -> tuple[httpx.Response, bytes]:
    parts = urlsplit(here)
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise Refused(
            say("{url} is no http or https link.", url=here), say("Give a link that opens in a browser.")
        )
    address = _address(parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), allow_private)
    literal = f"[{address}]" if ":" in address else address
    netloc = f"{literal}:{parts.port}" if parts.port else literal
    request = client.build_request(
        "GET",
        urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, "")),
        headers={"Host": parts.netloc.rpartition("@")[2], "Accept": "image/*,*/*;q=0.5"},
        extensions={"sni_hostname": parts.hostname},
    )
    response = client.send(request, stream=True)
    try:
        if response.is_redirect:
            return response, b""
        if response.status_code != 200:
            raise _no_photo(first, say("the server answers {status}", status=response.status_code))
        data = bytearray()
        for chunk in response.iter_bytes():
            data += chunk
            if len(data) > max_bytes:
                raise BadPhoto(
                    first,
                    "too_many_bytes",
                    say("{url} gives more than {limit:.0f} MB.", url=first, limit=max_bytes / 1e6),
                )
            if time.monotonic() > deadline:
                raise _no_photo(first, say("it took longer than {seconds:.0f} s", seconds=WHOLE_SECONDS))
        return response, bytes(data)
    finally:
        response.close()


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
