"""The log: a JSON object a line, whoever speaks. No picture, no secret, nothing of a caller but the path."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRETS = re.compile(r"(psk_[A-Za-z0-9]{6})[A-Za-z0-9_-]+|(bot\d+:)[\w-]+|(://[^:/\s]+:)[^@\s]+(?=@)")
"""Keys of ours, bots' tokens, passwords in addresses: should one ever come into a message."""
QUIET = ("httpx", "httpcore", "alembic", "uvicorn", "dbos")
"""Libraries of which only warnings are news."""


def set_up(level: str) -> None:
    dress: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_secrets,
    ]
    json = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*dress, json],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    strangers = logging.StreamHandler(sys.stderr)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    strangers.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=dress, processors=[remove, json])
    )
    logging.basicConfig(level=level.upper(), handlers=[strangers], force=True)
    logging.captureWarnings(True)
    for name in QUIET:
        quiet = logging.getLogger(name)
        quiet.setLevel("WARNING")
        quiet.handlers.clear()
        quiet.propagate = True


def _without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = SECRETS.sub(lambda m: f"{m[1] or m[2] or m[3]}…", value)
    return event
