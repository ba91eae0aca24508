"""Removing documents so that it can be undone: a removed one is kept whole for half an hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from knowledge.errors import KnowledgeError
from knowledge.schema import DocumentDraft
from web.accounts.audit import Actor, record
from web.store.database import Database
from web.store.desk_tables import UNDO_WINDOW, RemovedRow


class Shelf(Protocol):
    """What removing asks of the library; raises `knowledge.errors.KnowledgeError`."""

    def document(self, document_id: str, /) -> tuple[DocumentDraft, bytes | None]:
        """Return a document whole, with its original."""

    def remove(self, document_id: str, /) -> Any:
        """Take a document out."""

    def store(self, draft: DocumentDraft, /, original: bytes | None = None) -> Any:
        """Put a document in."""


@dataclass(frozen=True)
class Removed:
    """A document that can be put back."""

    id: str
    title: str
    removed_by: str
    removed_at: str


class Removals:
    """Takes documents out of the library and puts them back."""

    def __init__(
        self,
        database: Database,
        library: Shelf,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._library, self._clock = database, library, clock

    def remove(self, document_id: str, by: Actor) -> str:
        """Remove a document and return its title; the copy is on disk before the document goes."""
        draft, original = self._library.document(document_id)
        self._keep(document_id, draft, original, by)
        try:
            self._library.remove(document_id)
        except KnowledgeError:
            self._forget(document_id)
            raise
        with self._database.begin() as session:
            record(session, by, "document.remove", f"document:{document_id}", before=_described(draft))
        return draft.title

    def put_back(self, document_id: str, by: Actor) -> str | None:
        """Put a document back as it was and return its title; None when it is too late."""
        with self._database() as session:
            row = session.get(RemovedRow, document_id)
        if row is None or row.removed_at < self._oldest():
            return None
        draft = DocumentDraft.from_dict(row.draft)
        self._library.store(draft, original=row.original)
        with self._database.begin() as session:
            session.execute(delete(RemovedRow).where(RemovedRow.id == document_id))
            record(session, by, "document.put_back", f"document:{document_id}", after=_described(draft))
        return draft.title

    def recent(self) -> list[Removed]:
        """The documents that can be put back, the latest first."""
        columns = (RemovedRow.id, RemovedRow.title, RemovedRow.removed_by, RemovedRow.removed_at)
        chosen = select(*columns).where(RemovedRow.removed_at >= self._oldest())
        with self._database() as session:
            return [Removed(*row) for row in session.execute(chosen.order_by(RemovedRow.removed_at.desc()))]

    def _keep(self, document_id: str, draft: DocumentDraft, original: bytes | None, by: Actor) -> None:
        row = RemovedRow(
            id=document_id,
            title=draft.title,
            draft=draft.to_dict(),
            original=original,
            removed_by=by.name,
            removed_at=self._clock().isoformat(timespec="seconds"),
        )
        with self._database.begin() as session:
            self._forget_old(session)
            session.merge(row)

    def _forget(self, document_id: str) -> None:
        with self._database.begin() as session:
            session.execute(delete(RemovedRow).where(RemovedRow.id == document_id))

    def _forget_old(self, session: Session) -> None:
        session.execute(delete(RemovedRow).where(RemovedRow.removed_at < self._oldest()))

    def _oldest(self) -> str:
        return (self._clock() - UNDO_WINDOW).isoformat(timespec="seconds")


def _described(draft: DocumentDraft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "kind": draft.kind,
        "source": draft.source,
        "passages": len(draft.passages),
        "valid_until": draft.valid_until,
    }
