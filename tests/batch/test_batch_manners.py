"""Manners towards hosts, on a clock of our own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from packshot.batch import manners as manners_module
from packshot.batch.manners import MOST_HELD, Manners


class Clock:
    """Passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def polite(clock: Clock, **kwargs: float) -> Manners:
    return Manners(pause=kwargs.get("pause", 0.5), clock=clock.time, sleep=clock.sleep)


def test_requests_to_one_host_keep_their_pause_and_others_go_on() -> None:
    clock = Clock()
    manners = polite(clock)
    begun = []
    for host in ("a", "a", "b", "a"):
        with manners.turn(host):
            begun.append((host, clock.now))
    assert begun == [("a", 100.0), ("a", 100.5), ("b", 100.5), ("a", 101.0)]


def test_a_host_that_asks_for_patience_gets_it_within_bounds() -> None:
    clock = Clock()
    manners = polite(clock)
    manners.hold("a", 7)
    with manners.turn("b"):
        assert clock.now == 100.0
    with manners.turn("a"):
        assert clock.now == 107.0
    manners.hold("a", 86_400)
    with manners.turn("a"):
        assert clock.now == 107.0 + MOST_HELD


def test_at_most_so_many_requests_are_under_way_at_one_host() -> None:
    manners = Manners(at_once=3, pause=0.0)
    under_way, most, lock = 0, 0, threading.Lock()
    full = threading.Event()

    def ask(_: int) -> None:
        nonlocal under_way, most
        with manners.turn("a"):
            with lock:
                under_way += 1
                most = max(most, under_way)
                if under_way == 3:
                    full.set()
            full.wait(10)
            with lock:
                under_way -= 1

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(ask, range(30)))
    assert most == 3


def test_a_million_hosts_are_not_remembered() -> None:
    clock = Clock()
    manners = polite(clock)
    manners.hold("slow", MOST_HELD)
    with manners.turn("busy"):
        for number in range(3 * manners_module.MOST_HOSTS):
            with manners.turn(f"host {number}"):
                pass
            clock.now += 0.001
    assert len(manners._hosts) <= manners_module.MOST_HOSTS
    clock.now = 100.0
    with manners.turn("slow"):
        assert clock.now == 100.0 + MOST_HELD
