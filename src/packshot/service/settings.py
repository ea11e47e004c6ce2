"""How the service is set up: by the environment alone, and all mistakes are told at once.

Every setting is a variable `PACKSHOT_…`; what its field says is its page in `docs/service.md`.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import secrets
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from packshot.errors import BadOption
from packshot.words import say, verbatim

PREFIX = "PACKSHOT_"
OTHERS = frozenset({"LANG", "DEVICE", "WEIGHTS", "GOLDEN", "CACHE"})
"""Variables of the command line that the service leaves to it."""
KNOWN_SECRETS = frozenset({"changeme", "change-me", "secret", "password", "packshot", "default", "example"})
LEAST_SECRET = 24
"""Letters; what `openssl rand -hex 16` gives is longer."""


class Auth(StrEnum):
    AUTO = "auto"
    """On where others can reach the address, off on loopback."""
    ON = "on"
    OFF = "off"


class Settings(BaseModel):
    """Read once at the start, then handed around."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Path = Field(Path("packshot-data"), description="folder of the database, pictures and secret")
    database: str = Field("", description="sqlite:///… or postgresql://…; by default SQLite in the folder")
    storage: str = Field("", description="where pictures lie: a folder or s3://…; by default in the folder")
    storage_endpoint: str = Field("", description="address of a store that speaks S3 and is not Amazon's")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8765, ge=0, le=65535, description="0 takes any free one")
    public_url: str = Field("", description="as browsers and webhooks' receivers write the service's address")
    auth: Auth = Field(Auth.AUTO, description="auto, on or off: whether people sign in")
    secret: str = Field("", repr=False, description="at least 24 letters; the same on all machines")
    workers: int = Field(0, ge=0, le=256, description="processes that work on photos; 0 is one per core")
    photo_seconds: float = Field(120, ge=5, le=3600, description="longest work on one photo")
    worker_memory_mb: int = Field(1500, ge=400, description="a worker above it is replaced")
    sync_seconds: float = Field(30, ge=0.1, le=300, description="how long a call waits for its photo")
    max_upload_mb: int = Field(50, ge=1, le=2000, description="bytes of one photo")
    max_archive_mb: int = Field(2000, ge=1, description="bytes of one ZIP, and of one request")
    max_photos: int = Field(10_000, ge=1, description="photos of one job")
    max_waiting: int = Field(2_000, ge=1, description="photos in the queue; more are answered with 429")
    per_minute: int = Field(600, ge=1, description="calls a minute of one key or person")
    per_day: int = Field(100_000, ge=1, description="photos a day of one organisation")
    keep_days: int = Field(0, ge=0, description="originals are deleted after so many days; 0 keeps them")
    undo_hours: float = Field(24, ge=0, description="how long a deleted photo can be taken back")
    allow_private_urls: bool = Field(False, description="links may lead into your own network")
    trust_proxy: bool = Field(False, description="believe X-Forwarded-For and -Proto of a proxy before us")
    metrics_token: str = Field("", repr=False, description="lets who sends it as Bearer read /metrics")
    telegram_token: str = Field("", repr=False, description="of the bot that `packshot telegram` runs")
    telegram_chats: str = Field(
        "", description="numbers of the chats that it answers, with commas between; * answers everybody"
    )
    telegram_api: str = Field(
        "https://api.telegram.org", description="where Telegram, or a server of its kind, is"
    )
    telegram_service: str = Field(
        "http://127.0.0.1:8765", description="address of the service that it hands photos to"
    )
    telegram_key: str = Field("", repr=False, description="API key of its own, where people sign in")
    log: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="debug, info, warning, error"
    )

    @field_validator("database")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @field_validator("public_url", "telegram_api", "telegram_service")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @property
    def database_url(self) -> str:
        """As SQLAlchemy writes it."""
        if not self.database:
            return f"sqlite:///{self.data.absolute() / 'packshot.db'}"
        for scheme in ("postgresql://", "postgres://"):
            if self.database.startswith(scheme):
                return "postgresql+psycopg://" + self.database.removeprefix(scheme)
        return self.database

    @property
    def storage_url(self) -> str:
        return self.storage or str(self.data.absolute() / "pictures")

    @property
    def is_open(self) -> bool:
        """Can others than this machine reach it?"""
        if self.host == "localhost":
            return False
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return True

    @property
    def people_sign_in(self) -> bool:
        return self.auth is Auth.ON or (self.auth is Auth.AUTO and self.is_open)


def from_environment(environment: Mapping[str, str] | None = None, **given: object) -> Settings:
    """`given` are options of the command line: they win over the environment."""
    environment = os.environ if environment is None else environment
    told: dict[str, object] = {
        name.removeprefix(PREFIX).lower(): value for name, value in environment.items() if _ours(name)
    }
    told |= {name: value for name, value in given.items() if value is not None}
    faults = [_unknown(name) for name in told if name not in Settings.model_fields]
    try:
        settings = Settings.model_validate({n: told[n] for n in told if n in Settings.model_fields})
        faults += _contradictions(settings)
    except ValidationError as exc:
        faults += [_fault(error) for error in exc.errors()]
    if faults:
        raise BadOption(
            say("The service is not set up right: {faults}.", faults=verbatim("; ".join(faults))),
            say("Mend these variables and start again; docs/service.md lists them all."),
        )
    return settings


def with_secret(settings: Settings) -> Settings:
    """On one machine we make the secret ourselves, once, and keep it beside the data."""
    if settings.secret:
        return settings
    file = settings.data / "secret"
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "w") as written:
            written.write(secrets.token_hex(32))
    return settings.model_copy(update={"secret": file.read_text().strip()})


def _ours(name: str) -> bool:
    return name.startswith(PREFIX) and name.removeprefix(PREFIX) not in OTHERS


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, Settings.model_fields, n=1)
    hint = f", did you mean {PREFIX}{near[0].upper()}?" if near else ""
    return f"unknown {PREFIX}{name.upper()}{hint}"


def _fault(error: Mapping[str, object]) -> str:
    location = error["loc"]
    assert isinstance(location, tuple)
    name = f"{PREFIX}{str(location[0]).upper()}"
    # The value of a secret must not stand in a log.
    hidden = any(word in name for word in ("SECRET", "DATABASE", "TOKEN", "KEY"))
    got = "" if hidden else f" (got {error.get('input')!r})"
    return f"{name}: {error['msg']}{got}"


def _contradictions(settings: Settings) -> list[str]:
    faults = []
    if settings.secret and settings.secret.lower() in KNOWN_SECRETS:
        faults.append("PACKSHOT_SECRET is one that everybody knows")
    elif settings.secret and len(settings.secret) < LEAST_SECRET:
        faults.append(f"PACKSHOT_SECRET is shorter than {LEAST_SECRET} letters")
    if settings.is_open and settings.auth is Auth.OFF:
        faults.append(f"PACKSHOT_AUTH=off lets everybody in who can reach {settings.host}")
    if settings.is_open and not settings.secret:
        faults.append(f"PACKSHOT_SECRET is missing, and others can reach {settings.host}")
    return faults
