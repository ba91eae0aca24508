"""Leases: a process says again and again what it still works on, so that the work of a dead one is taken over."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import structlog
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from web.store.database import Database
from web.store.turn_tables import InboxRow, OutboxRow

log = structlog.get_logger("web.leases")

LEASE = 4.0
BEAT = 1.0
"""Seconds: how long a lease lasts, and how often it is renewed. A stalled process has three beats to recover."""

Table = Literal["inbox", "outbox"]
TABLES: dict[Table, type[InboxRow] | type[OutboxRow]] = {"inbox": InboxRow, "outbox": OutboxRow}


def new_owner() -> str:
    """Return a name for this start of this process; a process started again is another owner."""
    return f"{socket.gethostname()[:24]}-{os.getpid()}-{secrets.token_hex(8)}"


class Leases:
    """What this process holds. `owner` stands in the rows; while anything is held, a thread renews it."""

    def __init__(self, database: Database, *, lease: float = LEASE, beat: float = BEAT) -> None:
        self.owner = new_owner()
        self._database, self._lease, self._beat = database, lease, beat
        self._held: Counter[tuple[Table, int]] = Counter()
        self._guard = threading.Lock()
        self._renewing = False

    def until(self) -> float:
        """Return when a lease taken now ends, in seconds since 1970."""
        return time.time() + self._lease

    @contextmanager
    def holding(self, table: Table, number: int) -> Iterator[None]:
        """Renew the lease of a row that was just taken until the work on it is done."""
        with self._guard:
            self._held[table, number] += 1
            if not self._renewing:
                self._renewing = True
                threading.Thread(target=self._renew, name="leases", daemon=True).start()
        try:
            yield
        finally:
            with self._guard:
                self._held[table, number] -= 1
                self._held += Counter()  # forgets what nobody holds

    def _renew(self) -> None:
        while True:
            time.sleep(self._beat)
            with self._guard:
                held = list(self._held)
                if not held:
                    self._renewing = False
                    return
            try:
                self._extend(held)
            except SQLAlchemyError as fault:  # the next beat tries again; the lease lasts several
                log.warning("lease_not_renewed", reason=type(fault).__name__)

    def _extend(self, held: list[tuple[Table, int]]) -> None:
        with self._database.begin() as session:
            for name, table in TABLES.items():
                numbers = [number for kind, number in held if kind == name]
                if numbers:
                    session.execute(
                        update(table)
                        .where(table.id.in_(numbers), table.lease_owner == self.owner)
                        .values(lease_until=self.until())
                        .execution_options(synchronize_session=False)
                    )
