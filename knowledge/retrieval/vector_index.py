"""Passages by meaning: a Chroma collection that only this process opens.

The collection can be thrown away at any time: `sync` fills it again from the record in SQL, whose remembered
vectors make that a matter of seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import chromadb
from chromadb.config import Settings as ChromaSettings
from langchain_chroma import Chroma

from knowledge.retrieval.embedder import Embedder, text_hash
from knowledge.retrieval.library import IndexedPassage

COLLECTION = "passages"
BATCH = 16


class EmbedderMismatch(Exception):
    """The index on disk was built by another embedder."""


class VectorIndex:
    """Nearest passages of a question's vector."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        client = chromadb.PersistentClient(str(folder), ChromaSettings(anonymized_telemetry=False))
        self._chroma = Chroma(
            collection_name=COLLECTION,
            embedding_function=embedder,
            client=client,
            collection_metadata={"embedder": embedder.id, "hnsw:space": "cosine"},
        )
        _check_embedder(client, embedder)

    def outdated(self, passages: Iterable[IndexedPassage]) -> list[IndexedPassage]:
        """Those of the passages that the index does not hold as they are now."""
        present = self._present()
        return [passage for passage in passages if present.get(passage.id) != _metadata(passage)]

    def sync(self, passages: Sequence[IndexedPassage], on_batch: Callable[[int], bool] | None = None) -> None:
        """Make the index hold exactly `passages`.

        Calls `on_batch` with the number just added, and leaves the rest for another time when that says no.
        """
        if gone := sorted(self._present().keys() - {passage.id for passage in passages}):
            self._chroma.delete(gone)
        new = self.outdated(passages)
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            self._chroma.add_texts(
                [passage.embedded_text for passage in batch],
                metadatas=[_metadata(passage) for passage in batch],
                ids=[passage.id for passage in batch],
            )
            if on_batch and not on_batch(len(batch)):
                return

    def _present(self) -> dict[str, Any]:
        """What the index holds: metadata by passage id."""
        found = self._chroma.get(include=["metadatas"])
        return dict(zip(found["ids"], found["metadatas"], strict=True))

    def nearest(
        self, vector: Sequence[float], k: int, kinds: Sequence[str] = (), roles: Sequence[str] = ()
    ) -> list[tuple[str, float]]:
        """Ids and cosine similarities of the `k` passages nearest to `vector`, best first."""
        found = self._chroma.similarity_search_by_vector_with_relevance_scores(
            list(vector), k=k, filter=_where(kinds, roles)
        )
        return [(document.id, 1.0 - distance) for document, distance in found if document.id]


def _metadata(passage: IndexedPassage) -> dict[str, str]:
    """What is filtered by, and the key of the embedded text: its title may change while the passage keeps its id."""
    return {"kind": passage.kind, "role": passage.role, "text": text_hash(passage.embedded_text)}


def _where(kinds: Sequence[str], roles: Sequence[str]) -> dict[str, Any] | None:
    """Chroma's filter for passages of one of the kinds or one of the roles."""
    parts = [{name: {"$in": list(values)}} for name, values in (("kind", kinds), ("role", roles)) if values]
    return {"$or": parts} if len(parts) > 1 else parts[0] if parts else None


def _check_embedder(client: Any, embedder: Embedder) -> None:
    stored = (client.get_collection(COLLECTION, embedding_function=None).metadata or {}).get("embedder")
    if stored != embedder.id:
        raise EmbedderMismatch(
            f"The index was built by the embedder {stored}, this process runs {embedder.id}. Their vectors "
            "cannot be compared. Go back to the former version, or stop the adviser and delete the folder "
            "'chroma' in its home: the index is then built anew from the database."
        )
