"""One question on its way through the steps: each step reads what is there and fills in its own field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from knowledge.answering.asked import Asked
from knowledge.retrieval.retriever import Hit
from knowledge.schema import AnswerStatus, Citation, NextAction


@dataclass(frozen=True)
class Quote:
    """A verbatim stretch of a hit's passage that goes into the answer: `start` and `end` are offsets into its text."""

    hit: Hit
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words themselves."""
        return self.hit.passage.passage.text[self.start : self.end]


@dataclass
class Turn:
    """A question and everything found out about it so far.

    A step that ends the turn sets `status`; `missing` and `missing_kind` then say what is not there (see `Answer`).
    """

    question: str
    language: str | None = None
    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    query: str = ""
    asked: Asked = field(default_factory=Asked)
    names: tuple[str, ...] = ()
    matter: str = ""
    hits: list[Hit] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    text: str = ""
    next_actions: list[NextAction] = field(default_factory=list)
    status: AnswerStatus | None = None
    missing: str = ""
    missing_kind: str = ""
    trace: dict[str, Any] = field(default_factory=dict)

    def end(self, status: AnswerStatus, missing: str = "", missing_kind: str = "") -> None:
        """End the turn: the steps that follow are skipped."""
        self.status, self.missing, self.missing_kind = status, missing, missing_kind
