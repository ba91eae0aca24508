"""What the web process can be told from outside: `ADVISER_*` environment variables, read once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

DEFAULT_RATE_LIMIT = "20 per minute"
DEFAULT_RETENTION_DAYS = 90
SLACK_API = "https://slack.com/api/"


@dataclass(frozen=True)
class Settings:
    """Where the other processes are, who may call, and where this process keeps its data.

    `allowed_origins` are origins (`https://host[:port]`) that may embed the widget beside our own;
    `public_url` is the address people see when a proxy stands in front. `rate_limit` is None when limits
    are off. Slack's routes exist only with a signing secret, and answers go out only with a bot token.
    Secrets never appear in `repr`.
    """

    home: Path
    inner_secret: str
    signing_key: str
    local_token: str
    knowledge_url: str
    rasa_url: str
    actions_url: str
    public_url: str | None = None
    allowed_origins: tuple[str, ...] = ()
    rate_limit: str | None = DEFAULT_RATE_LIMIT
    turn_seconds: float = 20.0
    retention_days: int = DEFAULT_RETENTION_DAYS
    database: str | None = None
    slack_signing_secret: str | None = None
    slack_bot_token: str | None = None
    slack_api_url: str = SLACK_API

    @property
    def database_url(self) -> str:
        """The SQLAlchemy address of the database that belongs to web."""
        return self.database or database_url(self.home, {})

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; raises `KeyError` when the supervisor left out a secret or an address,
        `ValueError` for a number that is none."""
        return cls(
            home=home(env),
            inner_secret=env["ADVISER_INNER_SECRET"],
            signing_key=env["ADVISER_SIGNING_KEY"],
            local_token=env["ADVISER_LOCAL_TOKEN"],
            knowledge_url=env["ADVISER_KNOWLEDGE_URL"].rstrip("/"),
            rasa_url=env["ADVISER_RASA_URL"].rstrip("/"),
            actions_url=env["ADVISER_ACTIONS_URL"].rstrip("/"),
            public_url=env.get("ADVISER_PUBLIC_URL") or None,
            allowed_origins=tuple(_origins(env.get("ADVISER_ALLOWED_ORIGINS", ""))),
            rate_limit=_rate_limit(env.get("ADVISER_RATE_LIMIT", "")),
            retention_days=int(env.get("ADVISER_RETENTION_DAYS") or DEFAULT_RETENTION_DAYS),
            database=env.get("ADVISER_DATABASE_URL") or None,
            slack_signing_secret=env.get("ADVISER_SLACK_SIGNING_SECRET") or None,
            slack_bot_token=env.get("ADVISER_SLACK_BOT_TOKEN") or None,
            slack_api_url=(env.get("ADVISER_SLACK_API_URL") or SLACK_API).rstrip("/") + "/",
        )

    def __repr__(self) -> str:
        return f"Settings(home={str(self.home)!r}, rasa_url={self.rasa_url!r}, ...)"


def home(env: Mapping[str, str] = os.environ) -> Path:
    """The folder that holds everything that must survive a restart."""
    return Path(env.get("ADVISER_HOME") or "./var").resolve()


def database_url(folder: Path, env: Mapping[str, str] = os.environ) -> str:
    """The SQLAlchemy address of the database that belongs to web: `ADVISER_DATABASE_URL`, or a file in `folder`."""
    return env.get("ADVISER_DATABASE_URL") or f"sqlite:///{folder / 'web.db'}"


def origin_of(url: str) -> str | None:
    """Return `scheme://host[:port]` of an address in lower case, or None when it names no web origin."""
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    return f"{parts.scheme}://{parts.netloc}".lower()


def _origins(listed: str) -> list[str]:
    return [origin for item in listed.split(",") if (origin := origin_of(item))]


def _rate_limit(value: str) -> str | None:
    value = value.strip()
    return None if value.lower() == "off" else value or DEFAULT_RATE_LIMIT
