"""The tables of the knowledge database. A change here needs a migration beside it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """Base of all tables of this database."""


class DocumentRow(Base):
    """One ingested document. `fingerprint` covers all of its passages and metadata."""

    __tablename__ = "document"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    source: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8))
    url: Mapped[str | None] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    themes: Mapped[list[str]] = mapped_column(JSON)
    audience: Mapped[str] = mapped_column(String(12))
    valid_until: Mapped[str | None] = mapped_column(String(10))
    original: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    ingested_at: Mapped[str] = mapped_column(String(32))
    passages: Mapped[list[PassageRow]] = relationship(
        order_by="PassageRow.position", cascade="all, delete-orphan", back_populates="document"
    )


class PassageRow(Base):
    """One passage. `id` is derived from its document, section and words, so unchanged passages keep it."""

    __tablename__ = "passage"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    section: Mapped[list[str]] = mapped_column(JSON)
    page: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(12))
    links: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    document: Mapped[DocumentRow] = relationship(back_populates="passages")


class VectorRow(Base):
    """The vector of one text, keyed by the text's hash, so that no text is ever embedded twice."""

    __tablename__ = "vector"

    text_hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    embedder: Mapped[str] = mapped_column(String(80), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class GapRow(Base):
    """A question the material could not answer; it carries nothing about who asked."""

    __tablename__ = "gap"

    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    missing: Mapped[str] = mapped_column(Text)
    created_at: Mapped[str] = mapped_column(String(32))


class FeedbackRow(Base):
    """What a reader said about an answer."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    rating: Mapped[str] = mapped_column(String(12))
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[str] = mapped_column(String(32))
