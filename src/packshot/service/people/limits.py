"""Calls a minute, the same on all machines.

Each web process takes calls from the account by the handful, a twentieth of the limit at a time, and spends
them without asking again: a page with two hundred small pictures is no two hundred writes to the database.
What a process has taken and not spent when the minute ends is lost, so the limit is never passed, and is
reached at worst a handful early for each process.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from packshot.service.database import Database, add
from packshot.service.people.caller import Caller
from packshot.service.people.refusals import TooManyCalls
from packshot.service.settings import Settings
from packshot.service.tables import Calls

READING = 0.1
"""What a call costs that changes nothing; any other costs 1."""
HANDFUL = 20
MOST_KNOWN = 10_000


@dataclass
class Purse:
    minute: int
    left: float = 0.0
    """Taken from the account, not spent yet."""
    in_account: float = 0.0
    empty: bool = False
    """The account has no more this minute."""
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Limits:
    database: Database
    settings: Settings
    clock: Callable[[], float] = time.time
    _purses: dict[str, Purse] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, caller: Caller, *, reading: bool) -> dict[str, str]:
        """The headers to answer with; raises where the minute is used up."""
        moment = self.clock()
        minute = int(moment // 60)
        limit = caller.per_minute or self.settings.per_minute
        cost = READING if reading else 1.0
        purse = self._purse(caller.who, minute)
        with purse.lock:
            if purse.left < cost and not purse.empty:
                self._take(purse, caller.who, limit, cost)
            if purse.left < cost:
                raise TooManyCalls(max(1, round((minute + 1) * 60 - moment)))
            purse.left -= cost
            left = int(purse.in_account + purse.left)
        reset = str(max(1, round((minute + 1) * 60 - moment)))
        return {"RateLimit-Limit": str(limit), "RateLimit-Remaining": str(left), "RateLimit-Reset": reset}

    def _purse(self, who: str, minute: int) -> Purse:
        with self._lock:
            purse = self._purses.get(who)
            if purse is None or purse.minute != minute:
                if len(self._purses) >= MOST_KNOWN:
                    self._purses.clear()
                purse = self._purses[who] = Purse(minute)
            return purse

    def _take(self, purse: Purse, who: str, limit: int, cost: float) -> None:
        """As much as is there, at most a handful."""
        wanted = max(1.0, limit / HANDFUL, cost - purse.left)
        with self.database.transaction() as session:
            row = {"who": who, "minute": purse.minute}
            add(session, Calls, row, count=wanted)
            session.execute(delete(Calls).where(Calls.who == who, Calls.minute < purse.minute))
            mine = Calls.who == who, Calls.minute == purse.minute
            taken = session.scalar(select(Calls.count).where(*mine)) or 0.0
            over = max(0.0, min(wanted, taken - limit))
            if over:
                add(session, Calls, row, count=-over)
        purse.left += wanted - over
        purse.in_account = max(0.0, limit - taken)
        purse.empty = over > 0
