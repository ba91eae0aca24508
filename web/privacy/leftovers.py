"""What the desk keeps only for a while: copies of removed documents, sessions that ended, failed sign-ins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete

from web.accounts.lockout import FORGET_AFTER
from web.accounts.signing_in import LONGEST
from web.store.database import Database
from web.store.desk_tables import UNDO_WINDOW, FailureRow, RemovedRow, SignInRow


def forget_leftovers(database: Database, now: datetime | None = None) -> None:
    """Erase what nobody can use any more."""
    moment = now or datetime.now(UTC)

    def before(age: timedelta) -> str:
        return (moment - age).isoformat(timespec="seconds")

    with database.begin() as session:
        session.execute(delete(RemovedRow).where(RemovedRow.removed_at < before(UNDO_WINDOW)))
        session.execute(delete(SignInRow).where(SignInRow.created_at < before(LONGEST)))
        session.execute(delete(FailureRow).where(FailureRow.last_at < before(FORGET_AFTER)))
