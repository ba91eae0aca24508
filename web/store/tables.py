"""The tables of the web database. A change here needs a migration beside it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Base of all tables of this database."""


class ConversationRow(Base):
    """One conversation. Its id is a credential, so only the SHA-256 of it is kept."""

    __tablename__ = "conversation"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[str] = mapped_column(String(32))
    last_at: Mapped[str] = mapped_column(String(32), index=True)
    notice_version: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(12), default="web", server_default="web")


class AccountRow(Base):
    """One person who may enter the console. `name_key` is the name as compared: trimmed, case folded."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(160), unique=True)
    role: Mapped[str] = mapped_column(String(12))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[str] = mapped_column(String(32))
    disabled: Mapped[bool] = mapped_column(default=False)
    epoch: Mapped[int] = mapped_column(default=0)
    """Raised to sign the account out everywhere: a session is good while it carries the same number."""
    last_sign_in: Mapped[str | None] = mapped_column(String(32))


def now() -> str:
    """This moment as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
