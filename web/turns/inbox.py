"""The inbox: messages that were promised an answer, in one lane a conversation, held by leases."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlalchemy import ColumnElement, Select, bindparam, exists, insert, select, text, update
from sqlalchemy.orm import Session, aliased

from web.chat.schema import Reply
from web.store.database import Database
from web.store.turn_tables import InboxRow, OutboxRow, TraceRow, table_of
from web.turns.leases import Leases
from web.turns.messages import Held, Message, Outcome

log = structlog.get_logger("web.inbox")

OPEN = ("received", "working")
MOST_ATTEMPTS = 5
"""Tries before a message counts as poisoned and gets an apology."""

# The statements of every turn, built once: building them anew took longer than running them.
_INBOX = table_of(InboxRow)
ADD = text(
    "INSERT INTO inbox (channel, event_id, conversation, payload, received_at, state, round, attempts,"
    " lease_owner, lease_until) VALUES (:channel, :event_id, :conversation, :payload, :received_at, :state, 0,"
    " :attempts, :lease_owner, :lease_until) ON CONFLICT (channel, event_id) DO NOTHING"
    " RETURNING id, NOT EXISTS (SELECT 1 FROM inbox AS earlier WHERE earlier.conversation = :conversation"
    " AND earlier.state IN ('received', 'working') AND earlier.id < inbox.id) AS is_first"
)
KNOWN = select(_INBOX.c.id).where(
    _INBOX.c.channel == bindparam("channel"), _INBOX.c.event_id == bindparam("event_id")
)
EARLIER = (
    select(_INBOX.c.id)
    .where(
        _INBOX.c.conversation == bindparam("conversation"),
        _INBOX.c.state.in_(OPEN),
        _INBOX.c.id < bindparam("id"),
    )
    .limit(1)
)
CLOSE = (
    update(_INBOX)
    .where(
        _INBOX.c.id == bindparam("our_id"),
        _INBOX.c.lease_owner == bindparam("us"),
        _INBOX.c.state == "working",
    )
    .values(
        state=bindparam("state"),
        error=bindparam("error"),
        lease_owner=None,
        lease_until=bindparam("lease_until"),
    )
)
ADD_ANSWER, ADD_TRACE = insert(table_of(OutboxRow)), insert(table_of(TraceRow))

Apology = Callable[[str], list[Reply]]
"""Makes the visible apology, in a language, for a message that could not be answered."""


@dataclass(frozen=True)
class Added:
    """A message in the inbox: whether it is new, since an event of a channel is kept once, and first in its lane."""

    number: int
    is_new: bool
    is_first: bool


class Inbox:
    """The messages of one database, as one process works on them."""

    def __init__(self, database: Database, leases: Leases, apology: Apology) -> None:
        self._database, self._leases, self._apology = database, leases, apology

    def add(self, session: Session, message: Message, *, hold: bool = False) -> Added:
        """Keep a message within a transaction; with `hold` it is ours to answer at once."""
        values = {
            "channel": message.channel,
            "event_id": message.event,
            "conversation": message.conversation,
            "payload": message.payload(),
            "received_at": stamp(),
            "state": "working" if hold else "received",
            "attempts": int(hold),
            "lease_owner": self._leases.owner if hold else None,
            "lease_until": self._leases.until() if hold else 0.0,
        }
        connection = session.connection()
        added = connection.execute(ADD, values).first()
        if added is not None:
            return Added(added.id, is_new=True, is_first=bool(added.is_first))
        known = connection.execute(KNOWN, {"channel": message.channel, "event_id": message.event})
        return Added(known.scalar_one(), is_new=False, is_first=False)

    def is_first_in_lane(self, held: Held) -> bool:
        """Say whether no earlier message of the conversation is open."""
        asked = {"conversation": held.message.conversation, "id": held.id}
        with self._database() as session:
            return session.connection().execute(EARLIER, asked).first() is None

    def claim(self, number: int) -> Held | None:
        """Take this message, unless somebody holds it, an earlier one is open, or it is settled."""
        return self._claim(InboxRow.id == number)

    def claim_next(self) -> Held | None:
        """Take the oldest message nobody works on."""
        return self._claim()

    def settle(self, held: Held, outcome: Outcome) -> bool:
        """Keep the answer and close the message in one transaction; False when it is not ours any more."""
        with self._database.begin() as session:
            if not self._close(session, held, "done", None):
                return False
            _keep_answer(session, held, outcome.replies)
            session.connection().execute(ADD_TRACE, _trace(held, outcome))
            return True

    def give_back(self, held: Held, fault: str) -> None:
        """Let the message be tried again a little later; after too many attempts it is buried with an apology."""
        with self._database.begin() as session:
            if held.attempts >= MOST_ATTEMPTS:
                self._bury(session, held, fault)
                return
            pause = 0.2 * 2 ** (held.attempts - 1)
            self._close(session, held, "received", fault, until=time.time() + pause)

    def _claim(self, *wanted: ColumnElement[bool]) -> Held | None:
        # Looking first keeps idle polling out of the way of writers.
        with self._database() as session:
            if session.execute(_takeable(*wanted)).first() is None:
                return None
        with self._database.begin() as session:
            row = session.execute(_takeable(*wanted).with_for_update(skip_locked=True)).scalar()
            return self._taken(session, row) if row is not None else None

    def _taken(self, session: Session, row: InboxRow) -> Held | None:
        if row.lease_owner is not None:
            log.info("taken_over", message=row.id, attempts=row.attempts)
        row.state, row.lease_owner, row.lease_until = "working", self._leases.owner, self._leases.until()
        died = row.attempts >= MOST_ATTEMPTS
        row.attempts += 0 if died else 1
        session.flush()
        held = Held(row.id, row.round, row.attempts, Message.of(row), _age(row.received_at))
        if died:
            self._bury(session, held, "process_died")
            return None
        return held

    def _bury(self, session: Session, held: Held, fault: str) -> None:
        if self._close(session, held, "dead", fault):
            log.error("message_dead", message=held.id, channel=held.message.channel, error=fault)
            _keep_answer(session, held, self._apology(held.message.language))

    def _close(self, session: Session, held: Held, state: str, fault: str | None, until: float = 0.0) -> bool:
        """Change the row if it is still ours: another process may have taken a message whose lease ran out."""
        session.flush()
        values = {"state": state, "error": fault and fault[:120], "lease_until": until}
        ours = {"our_id": held.id, "us": self._leases.owner}
        return bool(session.connection().execute(CLOSE, values | ours).rowcount)


def stamp() -> str:
    """Return this moment as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _age(received_at: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(received_at)).total_seconds()


def _takeable(*wanted: ColumnElement[bool]) -> Select[InboxRow]:
    earlier = aliased(InboxRow)
    lane_is_taken = exists().where(
        earlier.conversation == InboxRow.conversation, earlier.state.in_(OPEN), earlier.id < InboxRow.id
    )
    return (
        select(InboxRow)
        .where(InboxRow.state.in_(OPEN), InboxRow.lease_until < time.time(), ~lane_is_taken, *wanted)
        .order_by(InboxRow.id)
        .limit(1)
    )


def _keep_answer(session: Session, held: Held, replies: list[Reply]) -> None:
    target = held.message.target
    values = {
        "inbox_id": held.id,
        "round": held.round,
        "channel": held.message.channel,
        "conversation": held.message.conversation,
        "target": json.dumps({**target, "mark": str(uuid.uuid4())} if target else {}),
        "replies": json.dumps([reply.plain() for reply in replies], ensure_ascii=False),
        "created_at": stamp(),
        "state": "ready" if target else "kept",
        "attempts": 0,
        "next_at": 0.0,
        "lease_until": 0.0,
    }
    session.connection().execute(ADD_ANSWER, values)


def _trace(held: Held, outcome: Outcome) -> dict[str, object]:
    return {
        "inbox_id": held.id,
        "round": held.round,
        "conversation": held.message.conversation,
        "answered_at": stamp(),
        "way": outcome.way,
        "move": outcome.move[:40],
        "statuses": json.dumps(outcome.statuses),
        "passages": json.dumps(outcome.passages),
        "timings": json.dumps({"waited": round(held.waited, 3), **outcome.timings}),
    }
