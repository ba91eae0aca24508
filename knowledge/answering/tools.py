"""What the steps may use, handed in so that tests can hand in something else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from knowledge.retrieval.library import Library
from knowledge.retrieval.retriever import Hit, Query


class Retriever(Protocol):
    """Finds passages."""

    def find(self, query: Query, k: int = 8) -> list[Hit]:
        """Return the `k` best passages, best first."""

    def sentence_similarities(self, text: str, hit: Hit) -> tuple[float, ...]:
        """Cosines of the hit's sentences with another text."""


@dataclass(frozen=True)
class Tools:
    """The retriever, the current snapshot of all passages, and a detector of languages (text -> ISO code)."""

    retriever: Retriever
    library: Callable[[], Library]
    detect_language: Callable[[str], str]
