"""Vectors remembered in SQL, as float16: half the size, and cosines agree to three decimals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, sessionmaker

from knowledge.store.tables import VectorRow

BATCH = 500  # SQLite takes at most some thousand parameters in one statement


class SqlVectorStore:
    """The vectors of one embedder, by hash of the text."""

    def __init__(self, sessions: sessionmaker[Session], embedder: str) -> None:
        self._sessions, self._embedder = sessions, embedder

    def load(self, hashes: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors known for these hashes."""
        found: dict[str, NDArray[np.float32]] = {}
        with self._sessions() as session:
            for start in range(0, len(hashes), BATCH):
                batch = hashes[start : start + BATCH]
                rows = session.execute(
                    select(VectorRow.text_hash, VectorRow.data).where(
                        VectorRow.embedder == self._embedder, VectorRow.text_hash.in_(batch)
                    )
                )
                found |= {key: np.frombuffer(data, dtype=np.float16).astype(np.float32) for key, data in rows}
        return found

    def save(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Remember vectors for good; one already known is overwritten."""
        rows = [
            {
                "text_hash": key,
                "embedder": self._embedder,
                "data": np.asarray(vector, dtype=np.float16).tobytes(),
            }
            for key, vector in vectors.items()
        ]
        with self._sessions.begin() as session:
            for start in range(0, len(rows), BATCH):
                batch = rows[start : start + BATCH]
                keys = [row["text_hash"] for row in batch]
                session.execute(
                    delete(VectorRow).where(
                        VectorRow.embedder == self._embedder, VectorRow.text_hash.in_(keys)
                    )
                )
                session.execute(insert(VectorRow), batch)
