"""What the action process needs to know from outside, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


class SettingMissing(Exception):
    """A variable of the environment is absent or unusable; the text names it."""


@dataclass(frozen=True)
class Settings:
    """Where the actions listen and which secret opens the door."""

    port: int
    secret: str
    host: str = "127.0.0.1"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Reads `ADVISER_*`; raises `SettingMissing` for what cannot be guessed."""
        secret = env.get("ADVISER_INNER_SECRET", "")
        if not secret:
            raise SettingMissing("ADVISER_INNER_SECRET is not set; start the actions with ./adviser up")
        return cls(port=_port(env.get("ADVISER_ACTIONS_URL", "")), secret=secret)


def _port(url: str) -> int:
    try:
        port = urlsplit(url).port
    except ValueError:
        port = None
    if port is None:
        raise SettingMissing("ADVISER_ACTIONS_URL names no port")
    return port
