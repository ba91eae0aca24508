"""`python -m knowledge.erase`: takes a person's words out of the notes on gaps and feedback.

The notes name nobody, so words are all that can be gone by. Reads `{"texts": [what was said]}` from standard
input and prints `{"notes": number}`. May run beside the knowledge process: it touches these two tables only.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from knowledge.store.database import open_database
from knowledge.store.tables import FeedbackRow, GapRow

TELLING = 12
"""Characters from which a text is looked for within notes; shorter ones must be the whole note."""


def erase_words(sessions: sessionmaker[Session], texts: Sequence[str]) -> int:
    """Remove every note that holds one of the texts; returns how many there were."""
    said = {_folded(text) for text in texts} - {""}
    with sessions.begin() as session:
        gaps = [row.id for row in session.scalars(select(GapRow)) if _holds(said, row.question, row.missing)]
        rated = [
            row.id
            for row in session.scalars(select(FeedbackRow))
            if _holds(said, row.text, json.dumps(row.answer, ensure_ascii=False))
        ]
        session.execute(delete(GapRow).where(GapRow.id.in_(gaps)))
        session.execute(delete(FeedbackRow).where(FeedbackRow.id.in_(rated)))
    return len(gaps) + len(rated)


def _holds(said: set[str], *notes: str) -> bool:
    folded = [_folded(note) for note in notes]
    return any(
        text in folded or (len(text) >= TELLING and any(text in note for note in folded)) for text in said
    )


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _erase(url: str, texts: Sequence[str]) -> int:
    """Erase in the database at `url`, without leaving the words in free pages or in the write-ahead log."""
    sessions = open_database(url)
    engine = sessions.kw["bind"]
    is_sqlite = engine.dialect.name == "sqlite"
    try:
        with engine.connect() as connection:
            if is_sqlite:
                connection.exec_driver_sql("PRAGMA secure_delete=ON")
            count = erase_words(sessionmaker(connection), texts)
            connection.commit()
            if is_sqlite:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
        return count
    finally:
        engine.dispose()


def main() -> int:
    """Return the exit code; raises `KeyError` or `ValueError` for input that is not what it should be."""
    texts = json.load(sys.stdin)["texts"]
    home = Path(os.environ.get("ADVISER_HOME") or "var").resolve()
    url = os.environ.get("ADVISER_DATABASE_URL") or f"sqlite:///{home / 'knowledge.db'}"
    is_there = not url.startswith("sqlite") or (home / "knowledge.db").is_file()
    json.dump({"notes": _erase(url, texts) if is_there else 0}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
