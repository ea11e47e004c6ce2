"""Manners towards other people's servers: few requests at once, pauses, patience when asked.

A shop's host that is asked by sixty-four readers at once answers nobody, or shuts us out for the day.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

AT_ONCE = 8
"""Requests to one host under way: about what one visitor's browser allows itself."""
PAUSE = 0.02
"""Seconds between the beginnings of two requests to one host: at most fifty a second."""
MOST_HELD = 30.0
"""Seconds; a host that asks for an hour gets this, and then one more question."""
MOST_HOSTS = 1000
"""A list may name a million; those at rest are forgotten above this."""


@dataclass
class _Host:
    places: threading.Semaphore
    users: int = 0
    free_at: float = 0.0


@dataclass
class Manners:
    """Shared by the threads of a process."""

    at_once: int = AT_ONCE
    pause: float = PAUSE
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _hosts: dict[str, _Host] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Waits until the host may be asked, and keeps a place there while it is."""
        host = self._enter(name)
        try:
            with host.places:
                self._wait(host)
                yield
        finally:
            with self._lock:
                host.users -= 1

    def hold(self, name: str, seconds: float) -> None:
        """Nobody asks the host before so many seconds have passed."""
        with self._lock:
            host = self._known(name)
            host.free_at = max(host.free_at, self.clock() + min(max(seconds, 0.0), MOST_HELD))

    def _enter(self, name: str) -> _Host:
        with self._lock:
            host = self._known(name)
            host.users += 1
            return host

    def _known(self, name: str) -> _Host:
        if name not in self._hosts and len(self._hosts) >= MOST_HOSTS:
            now = self.clock()
            busy = {key: one for key, one in self._hosts.items() if one.users or one.free_at > now}
            self._hosts = busy
        return self._hosts.setdefault(name, _Host(threading.Semaphore(self.at_once)))

    def _wait(self, host: _Host) -> None:
        while True:
            with self._lock:
                now = self.clock()
                left = host.free_at - now
                if left <= 0:
                    host.free_at = now + self.pause
                    return
            self.sleep(left)


OURS = Manners()
"""Of this process."""
