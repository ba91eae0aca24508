"""What an ingest did, source by source, added up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from knowledge.schema import PassageChanges, Stored


@dataclass(frozen=True)
class Failure:
    """A source that could not be taken in, and why, in words for the person who gave it."""

    source: str
    reason: str


@dataclass
class IngestReport:
    """Counts of documents and of their passages; `removed` is filled by those who remove, never by an ingest."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: list[Failure] = field(default_factory=list)
    passages: PassageChanges = field(default_factory=PassageChanges)

    def note_stored(self, stored: Stored) -> None:
        """Count one stored document."""
        setattr(self, stored.outcome, getattr(self, stored.outcome) + 1)
        self.passages = PassageChanges(
            added=self.passages.added + stored.passages.added,
            kept=self.passages.kept + stored.passages.kept,
            removed=self.passages.removed + stored.passages.removed,
        )

    def note_failure(self, source: str, reason: str) -> None:
        """Remember one source that failed."""
        self.failed.append(Failure(source, reason))

    def to_dict(self) -> dict[str, Any]:
        """Return the report in the shape the command line prints as JSON."""
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "failed": [{"source": failure.source, "reason": failure.reason} for failure in self.failed],
            "passages": self.passages.to_dict(),
        }
