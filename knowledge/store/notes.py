"""What readers and answers leave behind: gaps in the material, feedback on answers."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from knowledge.store.documents import now
from knowledge.store.tables import FeedbackRow, GapRow


class NoteStore:
    """Gaps and feedback of one database."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions

    def record_gap(self, question: str, missing: str) -> None:
        """Remember that the material does not answer `question`."""
        with self._sessions.begin() as session:
            session.add(GapRow(question=question, missing=missing, created_at=now()))

    def record_feedback(self, text: str, rating: str, answer: dict[str, Any]) -> None:
        """Remember what a reader said about an answer."""
        with self._sessions.begin() as session:
            session.add(FeedbackRow(text=text, rating=rating, answer=answer, created_at=now()))
