"""Opening the database of web: engine, durability settings, migrations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

MIGRATIONS = Path(__file__).parent / "migrations"


def open_database(url: str) -> sessionmaker[Session]:
    """Bring the database at `url` to the newest schema and return a factory of sessions."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        _make_durable(engine)
    migrate(engine)
    return sessionmaker(engine, expire_on_commit=False)


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run the migrations up to `revision`."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _make_durable(engine: Engine) -> None:
    # A conversation that was issued must still be known after a power cut: hence FULL beside WAL.
    @event.listens_for(engine, "connect")
    def pragmas(connection: Any, _record: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            connection.execute(f"PRAGMA {pragma}")
