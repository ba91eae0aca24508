"""The tables a message passes on its way: in, out, what was done about it, and who is at work."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Double, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from web.store.tables import Base


class InboxRow(Base):
    """A message somebody was promised an answer to; `conversation` is the key of a `ConversationRow`.

    `state` is "received", "working", "done" or "dead". A process holds a row it works on by a lease that ends at
    `lease_until` (seconds since 1970; 0 when nobody holds it). `round` counts how often a dead row was revived.
    `payload` is JSON: what was said, and where the answer goes.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "event_id", name="inbox_event"),
        Index("inbox_lane", "conversation", "state", "id"),
        Index("inbox_open", "state", "lease_until"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(12))
    event_id: Mapped[str] = mapped_column(String(160))
    conversation: Mapped[str] = mapped_column(String(64))
    payload: Mapped[str] = mapped_column(Text)
    received_at: Mapped[str] = mapped_column(String(32), index=True)
    state: Mapped[str] = mapped_column(String(10))
    round: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[float] = mapped_column(Double, default=0.0)
    error: Mapped[str | None] = mapped_column(String(120))


class OutboxRow(Base):
    """The answer to a message, one a round. `replies` is JSON as the chat publishes it, `target` where it goes.

    `state` is "ready" (to be delivered from `next_at` on), "sent", "kept" (its reader collects it) or "dead".
    `service_id` is what the service called the delivered message.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("inbox_id", "round", name="outbox_answer"),
        Index("outbox_open", "state", "next_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"))
    round: Mapped[int] = mapped_column(default=0)
    channel: Mapped[str] = mapped_column(String(12))
    conversation: Mapped[str] = mapped_column(String(64), index=True)
    target: Mapped[str] = mapped_column(Text)
    replies: Mapped[str] = mapped_column(Text)
    created_at: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[float] = mapped_column(Double, default=0.0)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[float] = mapped_column(Double, default=0.0)
    service_id: Mapped[str | None] = mapped_column(String(160))
    error: Mapped[str | None] = mapped_column(String(120))


class TraceRow(Base):
    """How a message was answered: `way` is "dialogue", "direct" or the reason of a refusal, without any words.

    `statuses` and `passages` are JSON lists, `timings` is a JSON object of seconds by step.
    """

    __tablename__ = "trace"

    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, default=0)
    conversation: Mapped[str] = mapped_column(String(64), index=True)
    answered_at: Mapped[str] = mapped_column(String(32))
    way: Mapped[str] = mapped_column(String(20))
    move: Mapped[str] = mapped_column(String(40))
    statuses: Mapped[str] = mapped_column(Text)
    passages: Mapped[str] = mapped_column(Text)
    timings: Mapped[str] = mapped_column(Text)


class HeartbeatRow(Base):
    """A process that says it is alive: `at` is seconds since 1970, `doing` a JSON object of counts."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[str] = mapped_column(String(32))
    at: Mapped[float] = mapped_column(Double)
    doing: Mapped[str] = mapped_column(Text)


def table_of(row: type[Base]) -> Table:
    """Return the plain table behind a row, for statements that need no objects."""
    return cast(Table, row.__table__)
