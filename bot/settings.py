"""What the dialogue process needs to know from outside, read once from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

TURN_DEADLINE = 18.0  # seconds; web gives a turn 20 in all
MAX_TEXT = 4_000  # characters of one message
CANARIES = (("hello", "greet"), ("goodbye", "goodbye"))
"""Sentences with the intent any healthy model of ours gives them: Rasa loads a damaged classifier
without complaint, as one that was never trained."""


class SettingMissing(Exception):
    """A variable of the environment is absent or unusable; the text names it."""


@dataclass(frozen=True)
class Settings:
    """Where the dialogue engine listens, what it loads, where it remembers."""

    model: Path
    port: int
    secret: str
    actions_url: str
    database: Path
    host: str = "127.0.0.1"
    deadline: float = TURN_DEADLINE
    canaries: tuple[tuple[str, str], ...] = CANARIES

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Reads `ADVISER_*`; raises `SettingMissing` for what cannot be guessed."""
        return cls(
            model=_model_file(env),
            port=_port(env),
            secret=_required(env, "ADVISER_INNER_SECRET"),
            actions_url=_required(env, "ADVISER_ACTIONS_URL").rstrip("/"),
            database=Path(env.get("ADVISER_HOME", "var")) / "dialogue.db",
        )


def _required(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "").strip()
    if not value:
        raise SettingMissing(f"{name} is not set; start the dialogue engine with ./adviser up")
    return value


def _model_file(env: Mapping[str, str]) -> Path:
    model = Path(_required(env, "ADVISER_RASA_MODEL"))
    if not model.is_file():
        raise SettingMissing(f"ADVISER_RASA_MODEL names no file: {model}")
    return model


def _port(env: Mapping[str, str]) -> int:
    address = urlsplit(_required(env, "ADVISER_RASA_URL"))
    try:
        port = address.port
    except ValueError as reason:
        raise SettingMissing("ADVISER_RASA_URL has no usable port") from reason
    if port is None:
        raise SettingMissing("ADVISER_RASA_URL names no port")
    return port
