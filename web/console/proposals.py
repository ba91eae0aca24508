"""What the machine proposes and a person decides. Nothing of it holds before somebody says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, Literal, Protocol

from sqlalchemy import func, select

from knowledge.schema import DocumentInfo, Passage
from web.accounts.audit import Actor, record
from web.console.last_days import last_days
from web.store.database import Database
from web.store.desk_tables import ProposalRow
from web.store.tables import now

Outcome = Literal["accepted", "edited", "rejected", "decided"]
STATES = ("open", "accepted", "edited", "rejected")
MOST_DATES = 5
"""Dates proposed of one document; a text that names more is a calendar."""


class ValueUnfit(ValueError):
    """The value is none for its field; `key` names the words that say so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Records(Protocol):
    """What proposals ask of the library."""

    def documents(self) -> list[DocumentInfo]:
        """Return what was ingested."""

    def passages(self, document_id: str, /) -> list[Passage]:
        """Return the passages of a document."""

    def set_valid_until(self, document_id: str, day: str | None, /) -> Any:
        """Set the last day on which a document holds."""


class Kind(Protocol):
    """A kind of proposal: how its value is checked, and what accepting it does."""

    def check(self, value: str) -> str:
        """Return the value as it is kept; raises `ValueUnfit`."""

    def apply(self, library: Records, subject: str, value: str) -> None:
        """Make it so; doing it twice is the same as once."""


class ValidUntil:
    """The last day on which a document holds."""

    def check(self, value: str) -> str:
        """Return the ISO date."""
        try:
            return date.fromisoformat(value.strip()).isoformat()
        except ValueError as error:
            raise ValueUnfit("documents.date_unfit") from error

    def apply(self, library: Records, subject: str, value: str) -> None:
        """Store the date with the document."""
        library.set_valid_until(subject, value)


KINDS: dict[str, Kind] = {"valid_until": ValidUntil()}


@dataclass(frozen=True)
class Proposed:
    """A proposal: set `field` of `subject` to `value`, because `quote` stands in the passage `passage`."""

    kind: str
    subject: str
    title: str
    field: str
    value: str
    quote: str
    passage: str | None = None


class Proposals:
    """The confirmation queue of one database."""

    def __init__(self, database: Database, library: Records) -> None:
        self._database, self._library = database, library
        self._deciding = Lock()

    def propose(self, proposed: Proposed) -> bool:
        """Put a proposal into the queue; False when it waits there already or was rejected before.

        Raises `KeyError` for an unknown kind and `ValueUnfit` for a value that is none.
        """
        value = KINDS[proposed.kind].check(proposed.value)
        known = select(func.count()).where(
            ProposalRow.kind == proposed.kind,
            ProposalRow.subject == proposed.subject,
            ProposalRow.field == proposed.field,
            ProposalRow.value == value,
            ProposalRow.state.in_(("open", "rejected")),
        )
        with self._database.begin() as session:
            if session.scalar(known):
                return False
            session.add(ProposalRow(**(vars(proposed) | {"value": value}), proposed_at=now(), state="open"))
            return True

    def waiting(self) -> int:
        """How many wait to be decided."""
        with self._database() as session:
            return session.scalar(select(func.count()).where(ProposalRow.state == "open")) or 0

    def get(self, number: int) -> ProposalRow | None:
        """One proposal."""
        with self._database() as session:
            return session.get(ProposalRow, number)

    def accept(self, number: int, value: str, by: Actor) -> Outcome:
        """Accept a proposal, with another value if that was edited; raises `ValueUnfit` and `KnowledgeError`.

        It is applied before it is noted: should we be interrupted between, it can be accepted again.
        """
        with self._deciding:
            row = self.get(number)
            if row is None or row.state != "open" or row.kind not in KINDS:
                return "decided"
            kind = KINDS[row.kind]
            wanted = kind.check(value)
            kind.apply(self._library, row.subject, wanted)
            return self._decide(number, "accepted" if wanted == row.value else "edited", wanted, by)

    def reject(self, number: int, by: Actor) -> Outcome:
        """Reject a proposal; the same one is not proposed again."""
        with self._deciding:
            return self._decide(number, "rejected", None, by)

    def scan(self, document: DocumentInfo) -> int:
        """Propose the last days that stand in a document without one; returns how many are new."""
        if document.valid_until is not None:
            return 0
        found = [
            (last, passage.id)
            for passage in self._library.passages(document.id)
            for last in last_days(passage.text)
        ]
        return sum(
            self.propose(
                Proposed(
                    "valid_until",
                    document.id,
                    document.title,
                    "valid_until",
                    last.day.isoformat(),
                    last.quote,
                    passage,
                )
            )
            for last, passage in found[:MOST_DATES]
        )

    def scan_all(self) -> tuple[int, int]:
        """Scan every document; returns how many were read and how many proposals are new."""
        documents = [info for info in self._library.documents() if info.valid_until is None]
        return len(documents), sum(self.scan(document) for document in documents)

    def _decide(self, number: int, state: Outcome, value: str | None, by: Actor) -> Outcome:
        with self._database.begin() as session:
            row = session.get(ProposalRow, number)
            if row is None or row.state != "open":
                return "decided"
            row.state, row.decided_value, row.decided_by, row.decided_at = state, value, by.name, now()
            before = {"field": row.field, "proposed": row.value}
            subject = f"{row.kind}:{row.subject}"
            record(session, by, f"proposal.{state}", subject, before=before, after={"value": value})
            return state
