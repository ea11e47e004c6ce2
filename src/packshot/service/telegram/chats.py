"""What each chat chose, kept over a restart, and which chats are let in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from packshot.image.files import write_whole

MOST = 100_000
"""Chats; a bot that is open to all must not fill the disk."""


@dataclass
class Chats:
    file: Path
    admitted: str
    """Numbers with commas between; `*`: everybody; empty: nobody."""
    _profiles: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            told = json.loads(self.file.read_bytes())
        except (FileNotFoundError, ValueError):
            return
        self._profiles = {str(chat): str(name) for chat, name in told.items()}

    def is_admitted(self, chat_id: int) -> bool:
        known = {one.strip() for one in self.admitted.split(",")}
        return "*" in known or str(chat_id) in known

    def profile(self, chat_id: int) -> str:
        return self._profiles.get(str(chat_id), "")

    def choose(self, chat_id: int, profile: str) -> None:
        self._profiles.pop(str(chat_id), None)
        self._profiles[str(chat_id)] = profile
        while len(self._profiles) > MOST:
            del self._profiles[next(iter(self._profiles))]
        self.file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.file, json.dumps(self._profiles).encode())
