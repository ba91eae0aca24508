"""What the knowledge process can be told from outside: `ADVISER_*` environment variables, read once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Settings:
    """Where things lie and who may ask.

    `home` holds everything that must survive a restart. `secret` is the shared secret of the inner
    processes. `database_url` is an SQLAlchemy URL; by default SQLite under `home`.
    """

    home: Path
    secret: str
    database_url: str

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; raises `KeyError` when the supervisor gave no inner secret."""
        home = Path(env.get("ADVISER_HOME", "./var")).resolve()
        return cls(
            home=home,
            secret=env["ADVISER_INNER_SECRET"],
            database_url=env.get("ADVISER_DATABASE_URL") or f"sqlite:///{home / 'knowledge.db'}",
        )
