"""What web asks of the knowledge process; `knowledge.client.Client` does it, tests play it."""

from __future__ import annotations

from typing import Any, Protocol

from knowledge.schema import Answer, Passage


class Library(Protocol):
    """The part of the knowledge client used here; raises `knowledge.errors.KnowledgeError`."""

    def ready(self) -> dict[str, Any]:
        """Return how the process is."""

    def answer(self, question: str, *, language: str | None = None) -> Answer:
        """Answer a question from the material."""

    def passage(self, passage_id: str, /) -> Passage:
        """Return one passage, of whatever audience; raises `NotFound`."""
