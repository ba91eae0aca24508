"""The worker's sign of life: a row that says when, and what it does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping

import structlog
from sqlalchemy.exc import SQLAlchemyError

from web.store.database import Database
from web.store.tables import now
from web.store.turn_tables import HeartbeatRow

log = structlog.get_logger("web.worker")

EVERY = 3.0


class Heartbeat:
    """Writes the row of `name` every few seconds, with what `doing` returns."""

    def __init__(
        self, database: Database, name: str, owner: str, doing: Callable[[], Mapping[str, int]]
    ) -> None:
        self._database, self._name, self._owner, self._doing = database, name, owner, doing
        self._started_at = now()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat")

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._beat()
            except SQLAlchemyError as fault:  # the row tells by its age that something is wrong
                log.warning("no_heartbeat", reason=type(fault).__name__)
            self._stop.wait(EVERY)

    def _beat(self) -> None:
        with self._database.begin() as session:
            session.merge(
                HeartbeatRow(
                    name=self._name,
                    owner=self._owner,
                    started_at=self._started_at,
                    at=time.time(),
                    doing=json.dumps(dict(self._doing())),
                )
            )
