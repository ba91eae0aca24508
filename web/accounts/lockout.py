"""Slowing down guessing: after a few failures each further try has to wait, longer every time.

An attempt is counted before its password is looked at, so that many at once cannot slip through together; a
success takes the count away again. Waiting is always a way back, an admin's unlock is another.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from sqlalchemy import delete
from sqlalchemy.orm import Session

from web.accounts.book import hashed
from web.store.database import Database
from web.store.desk_tables import FailureRow

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=12)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Key:
    """What failures are counted under, and how many of them are free."""

    key: str
    name_key: str
    free: int


def keys_for(name_key: str, address: str) -> tuple[Key, Key]:
    """Return the two counts of an attempt: this name from this address, and whatever name from this address."""
    return (
        Key(hashed(f"name:{name_key}\0{address}"), hashed(name_key), free=5),
        Key(hashed(f"address:{address}"), "", free=50),
    )


class Lockout:
    """Counts failures in the database; safe for the threads of one process."""

    def __init__(self, sessions: Database, clock: Clock = utc_now) -> None:
        self._sessions, self._clock = sessions, clock
        self._lock = Lock()

    def begin(self, keys: Sequence[Key]) -> int:
        """Count an attempt and return 0, or the seconds to wait when it may not be made now."""
        with self._lock, self._sessions.begin() as session:
            now = self._clock()
            rows = [session.get(FailureRow, key.key) for key in keys]
            waits = [_seconds_left(row, now) for row in rows if row is not None]
            if any(waits):
                return max(waits)
            for key, row in zip(keys, rows, strict=True):
                _count(session, key, row, now)
            return 0

    def succeed(self, keys: Sequence[Key]) -> None:
        """Forget the failures of a name whose password is known after all, and this attempt of its address."""
        by_name, by_address = keys
        with self._lock, self._sessions.begin() as session:
            session.execute(delete(FailureRow).where(FailureRow.key == by_name.key))
            row = session.get(FailureRow, by_address.key)
            if row is not None:
                row.failures, row.locked_until = max(0, row.failures - 1), None

    def is_shut(self, key: Key) -> bool:
        """Say whether the next attempt under the key has to wait."""
        with self._sessions() as session:
            row = session.get(FailureRow, key.key)
            return row is not None and _seconds_left(row, self._clock()) > 0


def _count(session: Session, key: Key, row: FailureRow | None, now: datetime) -> None:
    if row is None:
        row = FailureRow(key=key.key, name_key=key.name_key, failures=0, last_at="")
        session.add(row)
    elif now - datetime.fromisoformat(row.last_at) > FORGET_AFTER:
        row.failures = 0
    row.failures, row.last_at = row.failures + 1, now.isoformat(timespec="seconds")
    beyond = row.failures - key.free
    delay = min(FIRST_DELAY * 2 ** min(beyond, 10), LONGEST_DELAY) if beyond >= 0 else None
    row.locked_until = (now + delay).isoformat(timespec="seconds") if delay else None


def _seconds_left(row: FailureRow, now: datetime) -> int:
    if row.locked_until is None:
        return 0
    return max(0, math.ceil((datetime.fromisoformat(row.locked_until) - now).total_seconds()))
