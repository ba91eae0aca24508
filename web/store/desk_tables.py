"""The tables of the desk: who is signed in, who failed to, what was changed, what waits for a decision."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from web.store.tables import Base

UNDO_WINDOW = timedelta(minutes=30)
"""For how long a removed document can be put back."""


class SignInRow(Base):
    """A browser that is signed in. Its cookie holds the token; only the SHA-256 of it is kept.

    It is good while `epoch` is the account's: raising that one number signs every browser out.
    """

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    epoch: Mapped[int]
    created_at: Mapped[str] = mapped_column(String(32))
    last_at: Mapped[str] = mapped_column(String(32))


class FailureRow(Base):
    """Failed sign-ins under one key (a name from an address, or an address): hashed, since names are people."""

    __tablename__ = "sign_in_failure"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    name_key: Mapped[str] = mapped_column(String(64), index=True)
    failures: Mapped[int]
    last_at: Mapped[str] = mapped_column(String(32))
    locked_until: Mapped[str | None] = mapped_column(String(32))


class AuditRow(Base):
    """One change: who did what to which object, and how it was before and after. Rows are never changed."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str] = mapped_column(String(32), index=True)
    actor: Mapped[str] = mapped_column(String(80), index=True)
    action: Mapped[str] = mapped_column(String(40), index=True)
    object: Mapped[str] = mapped_column(String(200))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class ProposalRow(Base):
    """Something the machine would set: `field` of `subject` to `value`, because `quote` stands in `passage`."""

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(String(200), index=True)
    title: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(String(80))
    value: Mapped[str] = mapped_column(Text)
    quote: Mapped[str] = mapped_column(Text)
    passage: Mapped[str | None] = mapped_column(String(64))
    proposed_at: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(12), index=True)
    decided_value: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[str | None] = mapped_column(String(32))


class RemovedRow(Base):
    """A document taken out a little while ago, kept whole so that this can be undone."""

    __tablename__ = "removed_document"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    draft: Mapped[dict[str, Any]] = mapped_column(JSON)
    original: Mapped[bytes | None] = mapped_column(LargeBinary)
    removed_by: Mapped[str] = mapped_column(String(80))
    removed_at: Mapped[str] = mapped_column(String(32))


class JobRow(Base):
    """Long work begun on the desk and what came of it."""

    __tablename__ = "desk_job"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    started_by: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[str] = mapped_column(String(32))
    finished_at: Mapped[str | None] = mapped_column(String(32))
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
