"""Everything that a request may need, made once at the start."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from packshot.service.database import Database
from packshot.service.depot import Depot
from packshot.service.intake import Intake
from packshot.service.people.limits import Limits
from packshot.service.queue import Queue
from packshot.service.settings import Settings
from packshot.service.waiting import Waiting


@dataclass(frozen=True)
class House:
    settings: Settings
    database: Database
    depot: Depot
    queue: Queue
    intake: Intake
    waiting: Waiting
    limits: Limits

    @staticmethod
    def of(settings: Settings) -> House:
        database = Database.at(settings.database_url)
        depot = Depot.of(settings)
        queue = Queue(settings.database_url)
        intake = Intake(database, depot, queue, settings)
        limits = Limits(database, settings)
        return House(settings, database, depot, queue, intake, Waiting(database), limits)

    def close(self) -> None:
        self.queue.close()
        self.database.close()


def house(request: Request) -> House:
    """For `Depends`."""
    found: House = request.app.state.house
    return found
