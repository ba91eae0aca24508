"""The SQLite file under the tracker store: events in order, and snapshots to start reading from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SNAPSHOTS_KEPT = 8  # a conversation; older ones only help when many turns were taken back

MIGRATIONS = (
    """
    CREATE TABLE event (
        conversation TEXT NOT NULL,
        number INTEGER NOT NULL,
        data TEXT NOT NULL,
        PRIMARY KEY (conversation, number)
    ) WITHOUT ROWID;
    CREATE TABLE snapshot (
        conversation TEXT NOT NULL,
        after INTEGER NOT NULL,
        upto INTEGER NOT NULL,
        state TEXT NOT NULL,
        PRIMARY KEY (conversation, after)
    ) WITHOUT ROWID;
    """,
)
"""One script a version of the file, kept in `PRAGMA user_version`. Never edit one: add one."""


class NewerFile(Exception):
    """The file was written by a newer version of the product."""


@dataclass(frozen=True)
class StoredSnapshot:
    """The state once event `upto` was applied; reading goes on with the event after number `after`.

    `after` lies a turn before `upto`, so that the latest turn is always read as it was.
    """

    after: int
    upto: int
    state: str


@dataclass(frozen=True)
class StoredEvents:
    """Part of a conversation: the snapshot (None at its beginning) and the events that follow."""

    snapshot: StoredSnapshot | None
    events: list[str]

    @property
    def after(self) -> int:
        """Number of the last event not among `events`."""
        return self.snapshot.after if self.snapshot else 0


class EventLog:
    """Reads and appends numbered events; one transaction, on disk before it returns, an append.

    Not for use by several threads at once.
    """

    def __init__(self, path: Path) -> None:
        """Opens or creates the file; raises `sqlite3.Error` or `NewerFile`."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")
        self._migrate()

    def read(self, conversation: str, at_least: int, before: int | None = None) -> StoredEvents:
        """The latest events of a conversation, `at_least` that many if it has them.

        With `before` only snapshots that start reading earlier than that event number count.
        """
        snapshot = self._snapshot(conversation, at_least, before)
        rows = self._db.execute(
            "SELECT data FROM event WHERE conversation = ? AND number > ? ORDER BY number",
            (conversation, snapshot.after if snapshot else 0),
        )
        return StoredEvents(snapshot, [data for (data,) in rows])

    def read_all(self, conversation: str) -> StoredEvents:
        """Every event of a conversation."""
        return self.read(conversation, 0, before=0)

    def append(
        self, conversation: str, after: int, events: list[str], snapshot: StoredSnapshot | None = None
    ) -> None:
        """Stores events numbered from `after` + 1 on.

        Raises `sqlite3.IntegrityError` if somebody else has stored events of these numbers.
        """
        numbered = [(conversation, after + 1 + i, data) for i, data in enumerate(events)]
        with self._transaction():
            self._db.executemany("INSERT INTO event VALUES (?, ?, ?)", numbered)
            if snapshot is not None:
                self._keep(conversation, snapshot)

    def conversations(self) -> list[str]:
        """The names of all conversations."""
        return [name for (name,) in self._db.execute("SELECT DISTINCT conversation FROM event")]

    def exists(self, conversation: str) -> bool:
        """Whether anything of this conversation is stored."""
        found = self._db.execute("SELECT 1 FROM event WHERE conversation = ? LIMIT 1", (conversation,))
        return found.fetchone() is not None

    def erase(self, conversation: str) -> int:
        """Removes a conversation for good, also from the write-ahead log; returns its number of events."""
        with self._transaction():
            gone = self._db.execute("DELETE FROM event WHERE conversation = ?", (conversation,)).rowcount
            self._db.execute("DELETE FROM snapshot WHERE conversation = ?", (conversation,))
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone

    def close(self) -> None:
        """Closes the file."""
        self._db.close()

    def _snapshot(self, conversation: str, at_least: int, before: int | None) -> StoredSnapshot | None:
        row = self._db.execute(
            "SELECT after, upto, state FROM snapshot WHERE conversation = ? AND after < ? AND after <="
            " (SELECT max(number) FROM event WHERE conversation = ?) - ? ORDER BY after DESC LIMIT 1",
            (conversation, 2**62 if before is None else before, conversation, at_least),
        ).fetchone()
        return StoredSnapshot(*row) if row else None

    def _keep(self, conversation: str, snapshot: StoredSnapshot) -> None:
        row = (conversation, snapshot.after, snapshot.upto, snapshot.state)
        self._db.execute("INSERT OR REPLACE INTO snapshot VALUES (?, ?, ?, ?)", row)
        self._db.execute(
            "DELETE FROM snapshot WHERE conversation = ?1 AND after NOT IN"
            " (SELECT after FROM snapshot WHERE conversation = ?1 ORDER BY after DESC LIMIT ?2)",
            (conversation, SNAPSHOTS_KEPT),
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise NewerFile(f"dialogue.db has version {version}, this product knows {len(MIGRATIONS)}")
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            self._db.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
