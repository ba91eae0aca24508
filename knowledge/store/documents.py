"""Documents and passages in SQL: storing a draft changes only what differs."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, sessionmaker

from knowledge.errors import NotFound, Refused
from knowledge.schema import (
    DocumentDraft,
    DocumentInfo,
    Passage,
    PassageChanges,
    PassageDraft,
    Stored,
)
from knowledge.store.tables import DocumentRow, PassageRow


class DocumentStore:
    """The documents of one database."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._writing = Lock()  # between reading what is there and writing what differs nobody else may write

    def store(self, draft: DocumentDraft) -> Stored:
        """Add the draft, or bring the document of the same source up to date; raises `Refused` without passages."""
        if not draft.passages:
            raise Refused(f"{draft.source} holds no text that could be found again; nothing was stored.")
        key = _digest(draft.source)
        with self._writing, self._sessions.begin() as session:
            row = session.get(DocumentRow, key)
            if row is None:
                row = DocumentRow(id=key, passages=[])
                session.add(row)
                outcome = "added"
            elif row.fingerprint == fingerprint(draft):
                return Stored(key, "unchanged", PassageChanges(kept=len(row.passages)))
            else:
                outcome = "updated"
            _fill(row, draft)
            changes = _replace_passages(row, draft.passages)
        return Stored(key, "added" if outcome == "added" else "updated", changes)

    def remove(self, document_id: str) -> PassageChanges:
        """Delete a document with its passages; raises `NotFound`."""
        with self._writing, self._sessions.begin() as session:
            row = _existing(session, document_id)
            removed = len(row.passages)
            session.delete(row)
        return PassageChanges(removed=removed)

    def documents(self) -> list[DocumentInfo]:
        """All documents, by title."""
        with self._sessions() as session:
            rows = session.scalars(
                select(DocumentRow).options(joinedload(DocumentRow.passages)).order_by(DocumentRow.title)
            )
            return [_info(row) for row in rows.unique()]

    def originals(self) -> set[str]:
        """Digests of the files the documents were read from."""
        with self._sessions() as session:
            return set(session.scalars(select(DocumentRow.original)))

    def passages(self) -> list[Passage]:
        """All passages, document by document in reading order."""
        with self._sessions() as session:
            rows = session.scalars(
                select(PassageRow)
                .options(joinedload(PassageRow.document))
                .order_by(PassageRow.document_id, PassageRow.position)
            )
            return [_passage(row) for row in rows]

    def draft(self, document_id: str) -> DocumentDraft:
        """A document as it would be stored again; raises `NotFound`."""
        with self._sessions() as session:
            return _draft(_existing(session, document_id))

    def passages_of(self, document_id: str) -> list[Passage]:
        """The passages of one document in reading order; raises `NotFound`."""
        with self._sessions() as session:
            return [_passage(row) for row in _existing(session, document_id).passages]

    def set_valid_until(self, document_id: str, day: str | None) -> DocumentInfo:
        """Change the last day on which a document holds (ISO date, None for no end); raises `NotFound`."""
        with self._writing, self._sessions.begin() as session:
            row = _existing(session, document_id)
            row.valid_until = day
            row.fingerprint = fingerprint(_draft(row))
            return _info(row)

    def passage(self, passage_id: str) -> Passage:
        """One passage; raises `NotFound`."""
        with self._sessions() as session:
            row = session.get(PassageRow, passage_id, options=[joinedload(PassageRow.document)])
            if row is None:
                raise NotFound(
                    f"There is no passage {passage_id}; its document may have been changed or removed."
                )
            return _passage(row)


def fingerprint(draft: DocumentDraft) -> str:
    """Hash of everything a reader could notice; the time of ingest is not part of it."""
    return hashlib.sha256(json.dumps(draft.to_dict(), sort_keys=True).encode()).hexdigest()


def now() -> str:
    """This moment as ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _existing(session: Session, document_id: str) -> DocumentRow:
    row = session.get(DocumentRow, document_id)
    if row is None:
        raise NotFound(f"There is no document {document_id}; './adviser documents' lists them.")
    return row


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _fill(row: DocumentRow, draft: DocumentDraft) -> None:
    row.source, row.title, row.kind, row.language = draft.source, draft.title, draft.kind, draft.language
    row.url, row.reference, row.themes = draft.url, draft.reference, list(draft.themes)
    row.audience, row.valid_until, row.original = draft.audience, draft.valid_until, draft.original
    row.fingerprint, row.ingested_at = fingerprint(draft), now()


def _replace_passages(row: DocumentRow, drafts: Sequence[PassageDraft]) -> PassageChanges:
    """Give the document these passages; a passage whose section and words are unchanged keeps its row and id."""
    old = {passage.id: passage for passage in row.passages}
    new = [
        _update(old.get(key) or PassageRow(id=key), position, draft)
        for position, (key, draft) in enumerate(_with_ids(row.id, drafts))
    ]
    added = sum(passage.id not in old for passage in new)
    kept = len(new) - added
    row.passages = new
    return PassageChanges(added=added, kept=kept, removed=len(old) - kept)


def _with_ids(document_id: str, drafts: Iterable[PassageDraft]) -> Iterable[tuple[str, PassageDraft]]:
    seen: Counter[str] = Counter()
    for draft in drafts:
        key = _digest(document_id, *draft.section, draft.text)
        seen[key] += 1
        yield (key if seen[key] == 1 else _digest(key, str(seen[key]))), draft


def _update(row: PassageRow, position: int, draft: PassageDraft) -> PassageRow:
    row.position, row.section, row.page = position, list(draft.section), draft.page
    row.text, row.role = draft.text, draft.role
    row.links = [link.to_dict() for link in draft.links]
    return row


def _draft(row: DocumentRow) -> DocumentDraft:
    passages = [
        {
            "text": part.text,
            "section": part.section,
            "page": part.page,
            "role": part.role,
            "links": part.links,
        }
        for part in row.passages
    ]
    names = (field.name for field in fields(DocumentDraft) if field.name != "passages")
    return DocumentDraft.from_dict({name: getattr(row, name) for name in names} | {"passages": passages})


def _info(row: DocumentRow) -> DocumentInfo:
    return DocumentInfo.from_dict(
        {
            "id": row.id,
            "title": row.title,
            "kind": row.kind,
            "language": row.language,
            "source": row.source,
            "passages": len(row.passages),
            "valid_until": row.valid_until,
            "audience": row.audience,
            "ingested_at": row.ingested_at,
            "url": row.url,
        }
    )


def _passage(row: PassageRow) -> Passage:
    document = row.document
    return Passage.from_dict(
        {
            "id": row.id,
            "document": document.id,
            "title": document.title,
            "kind": document.kind,
            "section": row.section,
            "page": row.page,
            "text": row.text,
            "role": row.role,
            "language": document.language,
            "url": document.url,
            "read_at": document.ingested_at[:10],
            "valid_until": document.valid_until,
            "links": row.links,
            "reference": document.reference,
            "audience": document.audience,
        }
    )
