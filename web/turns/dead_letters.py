"""Dead letters: messages and answers that were given up, to be looked at and tried again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Update, func, select, update

from web.store.database import Database
from web.store.turn_tables import InboxRow, OutboxRow

Kind = Literal["message", "delivery"]


@dataclass(frozen=True)
class DeadLetter:
    """A message nobody could answer, or an answer its service would not take. Holds no words of anybody."""

    kind: Kind
    id: int
    channel: str
    conversation: str
    at: str
    attempts: int
    error: str


def dead_letters(database: Database, most: int = 200) -> list[DeadLetter]:
    """Return the latest dead letters, newest first."""
    with database() as session:
        messages = session.scalars(
            select(InboxRow).where(InboxRow.state == "dead").order_by(InboxRow.id.desc()).limit(most)
        ).all()
        answers = session.scalars(
            select(OutboxRow).where(OutboxRow.state == "dead").order_by(OutboxRow.id.desc()).limit(most)
        ).all()
    letters = [_letter("message", row, row.received_at) for row in messages]
    letters += [_letter("delivery", row, row.created_at) for row in answers]
    return sorted(letters, key=lambda letter: letter.at, reverse=True)[:most]


def try_again(database: Database, kind: Kind, number: int) -> bool:
    """Put a dead letter back to work; False when it is not dead (any more).

    A message gets a new answer beside its apology. An answer counts as tried once, so that its service is
    asked first whether it has arrived after all.
    """
    revive = _revive_message if kind == "message" else _revive_answer
    with database.begin() as session:
        changed = session.execute(revive(number).execution_options(synchronize_session=False))
        return bool(changed.rowcount)  # type: ignore[attr-defined]


def count_dead(database: Database) -> int:
    """Return how many dead letters there are."""
    with database() as session:
        counts = [
            session.scalar(select(func.count()).where(table.state == "dead"))
            for table in (InboxRow, OutboxRow)
        ]
    return sum(count or 0 for count in counts)


def _letter(kind: Kind, row: InboxRow | OutboxRow, at: str) -> DeadLetter:
    return DeadLetter(kind, row.id, row.channel, row.conversation, at, row.attempts, row.error or "")


def _revive_message(number: int) -> Update:
    return (
        update(InboxRow)
        .where(InboxRow.id == number, InboxRow.state == "dead")
        .values(state="received", attempts=0, round=InboxRow.round + 1, lease_owner=None, lease_until=0.0)
    )


def _revive_answer(number: int) -> Update:
    return (
        update(OutboxRow)
        .where(OutboxRow.id == number, OutboxRow.state == "dead")
        .values(state="ready", attempts=1, next_at=0.0, lease_owner=None, lease_until=0.0)
    )
