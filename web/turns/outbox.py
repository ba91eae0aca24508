"""The outbox: answers to be delivered, in the order of their conversation, and those kept for their readers."""

from __future__ import annotations

import json
import time
from typing import Any

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import aliased

from web.store.database import Database
from web.store.turn_tables import InboxRow, OutboxRow
from web.turns.leases import Leases
from web.turns.messages import Parcel


class Outbox:
    """The answers of one database, as one process delivers them."""

    def __init__(self, database: Database, leases: Leases) -> None:
        self._database, self._leases = database, leases

    def answer_to(self, number: int) -> list[dict[str, Any]] | None:
        """Return the replies kept for a message of the inbox, or None while it is open."""
        kept = (
            select(OutboxRow.replies)
            .join(InboxRow, InboxRow.id == OutboxRow.inbox_id)
            .where(InboxRow.id == number, OutboxRow.round == InboxRow.round)
        )
        with self._database() as session:
            replies = session.execute(kept).scalar()
        return None if replies is None else list(json.loads(replies))

    def claim_next(self) -> Parcel | None:
        """Take the oldest answer that is due and behind no other of its conversation."""
        with self._database() as session:
            if session.execute(_due()).first() is None:
                return None
        with self._database.begin() as session:
            row = session.execute(_due().with_for_update(skip_locked=True)).scalar()
            if row is None:
                return None
            row.lease_owner, row.lease_until = self._leases.owner, self._leases.until()
            row.attempts += 1
            session.flush()
            return Parcel.of(row)

    def delivered(self, parcel: Parcel, service_id: str) -> None:
        """Note that the service has the answer, and what it calls it."""
        self._change(parcel, state="sent", service_id=service_id[:160], error=None)

    def put_off(self, parcel: Parcel, seconds: float, reason: str, *, counts: bool = True) -> None:
        """Try again in so many seconds; an attempt that cannot have arrived may go uncounted."""
        attempts = parcel.attempts if counts else parcel.attempts - 1
        self._change(parcel, next_at=time.time() + seconds, attempts=attempts, error=reason[:120])

    def bury(self, parcel: Parcel, reason: str) -> None:
        """Give the answer up; the list of dead letters shows it."""
        self._change(parcel, state="dead", error=reason[:120])

    def _change(self, parcel: Parcel, **values: object) -> None:
        with self._database.begin() as session:
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.id == parcel.id, OutboxRow.lease_owner == self._leases.owner)
                .values(lease_owner=None, lease_until=0.0, **values)
                .execution_options(synchronize_session=False)
            )


def _due() -> Select[OutboxRow]:
    earlier = aliased(OutboxRow)
    waits = exists().where(
        earlier.conversation == OutboxRow.conversation, earlier.state == "ready", earlier.id < OutboxRow.id
    )
    moment = time.time()
    return (
        select(OutboxRow)
        .where(
            OutboxRow.state == "ready", OutboxRow.next_at <= moment, OutboxRow.lease_until < moment, ~waits
        )
        .order_by(OutboxRow.id)
        .limit(1)
    )
