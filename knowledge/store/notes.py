"""What readers and answers leave behind: gaps in the material, feedback on answers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from knowledge.schema import Gap
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

    def gaps(self, most: int = 1000) -> list[Gap]:
        """The questions that were not answered, the latest first; the same words count as one."""
        last = func.max(GapRow.created_at)
        asked = (
            select(GapRow.question, func.max(GapRow.missing), func.count(), last)
            .group_by(GapRow.question)
            .order_by(last.desc())
            .limit(most)
        )
        with self._sessions() as session:
            return [Gap(*row) for row in session.execute(asked)]

    def record_feedback(self, text: str, rating: str, answer: dict[str, Any]) -> None:
        """Remember what a reader said about an answer."""
        with self._sessions.begin() as session:
            session.add(FeedbackRow(text=text, rating=rating, answer=answer, created_at=now()))
