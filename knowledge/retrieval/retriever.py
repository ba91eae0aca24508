"""The hybrid retriever: nearest passages, nearest sentences and BM25, fused.

Weights were measured on the development questions (docs/evaluation.md). Words count little, because managers seldom
use the source's words; sentences count much, because one sentence answers while its passage speaks of more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from knowledge.retrieval.embedder import Embedder, Vectors
from knowledge.retrieval.library import IndexedPassage, Library
from knowledge.retrieval.ranking import fuse
from knowledge.retrieval.thesaurus import field_terms
from knowledge.retrieval.vector_index import VectorIndex
from knowledge.retrieval.words import content_stems

DENSE_WEIGHT = 1.0
SENTENCE_WEIGHT = 0.7
LEXICAL_WEIGHT = 0.3
DEPTH = 30  # how far down each ranking is read


@dataclass(frozen=True)
class Hit:
    """A passage found: `score` orders the hits, `similarity` is the cosine of its vector with the question's.

    `sentence_similarities` has one cosine for each of its sentences. Cosines are 0 while vectors are missing.
    """

    passage: IndexedPassage
    score: float
    similarity: float
    sentence_similarities: tuple[float, ...]

    @property
    def nearest(self) -> float:
        """The highest cosine, of the passage or of one of its sentences."""
        return max((self.similarity, *self.sentence_similarities))


@dataclass(frozen=True)
class Query:
    """What is looked for: the words, their language and, where asked, only some kinds of documents or roles."""

    text: str
    language: str = "en"
    kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def searched(self) -> str:
        """The text with the field's terms for what it says in other words."""
        return " ".join((self.text, *field_terms(self.text)))

    def admits(self, passage: IndexedPassage) -> bool:
        """Whether the passage is of a kind or role asked for (either will do)."""
        if not self.kinds and not self.roles:
            return True
        return passage.kind in self.kinds or passage.role in self.roles


class HybridRetriever:
    """Finds passages of the current library."""

    def __init__(self, library: Callable[[], Library], vectors: VectorIndex, embedder: Embedder) -> None:
        self._library, self._vectors, self._embedder = library, vectors, embedder

    def find(self, query: Query, k: int = 8) -> list[Hit]:
        """Return the `k` best passages, best first; an empty library finds nothing."""
        library = self._library()
        if not len(library) or not query.text.strip():
            return []
        vector = np.asarray(self._embedder.embed_query(query.searched), dtype=np.float32)
        sentences = library.sentence_similarities(vector)
        admitted = [number for number, passage in enumerate(library.passages) if query.admits(passage)]
        nearest = self._nearest(library, vector, query)
        by_sentence = _best_sentences(library, sentences, admitted)
        rankings = [
            (DENSE_WEIGHT, list(nearest)),
            (SENTENCE_WEIGHT, [number for number, _ in by_sentence]),
            (LEXICAL_WEIGHT, _lexical(library, query, admitted)),
        ]
        return [
            _hit(library, number, score, nearest.get(number, 0.0), sentences)
            for number, score in fuse(rankings)[:k]
        ]

    def sentence_similarities(self, text: str, hit: Hit) -> tuple[float, ...]:
        """Cosines of the hit's sentences with another text than the one it was found for."""
        library = self._library()
        if hit.passage.id not in library.by_id:
            return hit.sentence_similarities
        vector = np.asarray(self._embedder.embed_query(text), dtype=np.float32)
        rows = library.sentence_range(library.by_id[hit.passage.id])
        return tuple(float(value) for value in library.sentence_similarities(vector, rows))

    def _nearest(self, library: Library, vector: Vectors, query: Query) -> dict[int, float]:
        found = self._vectors.nearest(vector.tolist(), DEPTH, query.kinds, query.roles)
        return {library.by_id[key]: similarity for key, similarity in found if key in library.by_id}


def _best_sentences(library: Library, sentences: Vectors, admitted: Sequence[int]) -> list[tuple[int, float]]:
    best = [
        (number, float(sentences[rows].max()))
        for number in admitted
        if (rows := library.sentence_range(number)).start < rows.stop
    ]
    return [pair for pair in sorted(best, key=lambda pair: -pair[1])[:DEPTH] if pair[1] > 0]


def _lexical(library: Library, query: Query, admitted: Sequence[int]) -> list[int]:
    scores = library.lexical.scores(content_stems(query.searched, query.language))
    ranked = sorted(admitted, key=lambda number: -scores[number])[:DEPTH]
    return [number for number in ranked if scores[number] > 0]


def _hit(library: Library, number: int, score: float, similarity: float, sentences: Vectors) -> Hit:
    rows = library.sentence_range(number)
    return Hit(
        library.passages[number],
        score,
        similarity,
        tuple(float(value) for value in sentences[rows]),
    )


class PassageRetriever(BaseRetriever):
    """The hybrid retriever as LangChain knows retrievers, for chains that a language model joins."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    hybrid: HybridRetriever
    k: int = 8

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [
            Document(
                id=hit.passage.id,
                page_content=hit.passage.passage.text,
                metadata={"heading": hit.passage.heading, "score": hit.score},
            )
            for hit in self.hybrid.find(Query(query), self.k)
        ]
