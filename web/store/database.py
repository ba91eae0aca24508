"""Opening the database of web: engine, durability settings, migrations."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MS = 10_000
"""Milliseconds one process waits for the other's transaction; each takes a few."""

PRAGMAS = (
    f"busy_timeout={BUSY_MS}",
    "journal_mode=WAL",
    "synchronous=FULL",  # what was acknowledged must still be known after a power cut
    "foreign_keys=ON",
    "secure_delete=ON",  # what was erased must not linger in free pages
)
MIGRATION_LOCK = 730_022
"""A number of ours by which PostgreSQL lets one process migrate at a time."""


class Database(sessionmaker[Session]):
    """Sessions of one database: called, it gives one for reading; `begin()` one that writes and commits.

    SQLite lets one transaction write at a time. A writer says so at its beginning, because one that begins by
    reading can be refused later; and the threads of a process line up for it here, which is fairer and faster
    than the polling they would do there.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, expire_on_commit=False)
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writing = engine.execution_options(writes=True)
        self._gate: AbstractContextManager[Any] = threading.RLock() if self.is_sqlite else nullcontext()

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Give a session whose changes are committed at the end, or taken back when something is raised."""
        with self._gate, self(bind=self._writing) as session, session.begin():
            yield session


def open_database(url: str) -> Database:
    """Bring the database at `url` to the newest schema and return its sessions."""
    engine = connect(url)
    migrate(engine)
    return Database(engine)


def connect(url: str) -> Engine:
    """Return an engine for `url` with the settings every connection of ours has; the schema stays as it is."""
    engine = create_engine(url, pool_size=8, max_overflow=64)
    if engine.dialect.name == "sqlite":
        _make_durable(engine)
    return engine


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run the migrations up to `revision`; several processes may start at once."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _make_durable(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver would begin transactions at moments of its own
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
