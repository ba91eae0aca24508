"""Played neighbours of the knowledge's parts, and short ways to make drafts and passages."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from threading import Event
from typing import Any

import numpy as np

from knowledge.retrieval.embedder import Embedder, Vectors
from knowledge.retrieval.library import IndexedPassage, Library, index_passage
from knowledge.retrieval.retriever import Hit
from knowledge.retrieval.words import content_stems
from knowledge.schema import DocumentDraft, Passage, PassageDraft

DIMENSIONS = 64


class HashingEmbedder(Embedder):
    """A bag of word stems hashed into 64 numbers: texts that share words are near. Remembers what it embedded."""

    dimensions = DIMENSIONS

    def __init__(self, name: str = "hashing/64") -> None:
        self.id = name
        self.embedded: list[str] = []
        self.asked: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.embedded += texts
        return [self._vector(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        self.asked.append(text)
        return self._vector(text)

    def _vector(self, text: str) -> list[float]:
        vector = np.zeros(DIMENSIONS, dtype=np.float32)
        for stem in content_stems(text):
            vector[zlib.crc32(stem.encode()) % DIMENSIONS] += 1.0
        length = float(np.linalg.norm(vector))
        return [float(value) for value in (vector / length if length else vector)]


class WaitingEmbedder(HashingEmbedder):
    """Embeds stored texts only once `go` is set; questions at once."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.reached = Event(), Event()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.reached.set()
        assert self.go.wait(30), "nobody let the embedder go"
        return super().embed_documents(texts)


class StumblingEmbedder(HashingEmbedder):
    """Fails the first time it is to embed stored texts."""

    def __init__(self) -> None:
        super().__init__()
        self.stumbled = False

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if not self.stumbled:
            self.stumbled = True
            raise OSError("no space left")
        return super().embed_documents(texts)


class MemoryVectors:
    """A store of vectors that forgets at the end."""

    def __init__(self) -> None:
        self.vectors: dict[str, Vectors] = {}

    def load(self, hashes: Sequence[str]) -> Mapping[str, Vectors]:
        return {key: self.vectors[key] for key in hashes if key in self.vectors}

    def save(self, vectors: Mapping[str, Vectors]) -> None:
        self.vectors |= vectors


class Shelf:
    """The record as the indexer sees it: passages that tests put in and take out."""

    def __init__(self, *passages: Passage) -> None:
        self.passages = list(passages)

    def load(self) -> list[Passage]:
        return list(self.passages)


def draft(*texts: str, source: str = "/files/boats.txt", **changes: Any) -> DocumentDraft:
    """A document of these passages, each without a section."""
    return draft_of(*(PassageDraft(text) for text in texts), source=source, **changes)


def draft_of(*passages: PassageDraft, source: str = "/files/boats.txt", **changes: Any) -> DocumentDraft:
    """A document of these passage drafts."""
    values: dict[str, Any] = {
        "title": "Boats", "kind": "guide", "language": "en",
        "original": hashlib.sha256(source.encode()).hexdigest(),
    } | changes  # fmt: skip
    return DocumentDraft(source=source, passages=passages, **values)


def passage(text: str, **changes: Any) -> Passage:
    """A stored passage; its id follows from its text."""
    values: dict[str, Any] = {
        "id": hashlib.sha256(text.encode()).hexdigest()[:16], "document": "d1", "title": "Boats",
        "kind": "guide", "section": (), "page": None, "role": "text", "language": "en", "url": None,
        "read_at": "2026-11-22", "valid_until": None,
    } | changes  # fmt: skip
    return Passage(text=text, **values)


def indexed(text: str, **changes: Any) -> IndexedPassage:
    """A passage prepared for the library."""
    return index_passage(passage(text, **changes))


def library_of(*texts: str, **changes: Any) -> Library:
    """A library without vectors."""
    return Library([indexed(text, **changes) for text in texts], {})


def hit(text: str, similarity: float = 0.9, **changes: Any) -> Hit:
    """A passage found, all of its sentences equally near."""
    found = indexed(text, **changes)
    return Hit(found, 1.0, similarity, (similarity,) * len(found.sentences))
