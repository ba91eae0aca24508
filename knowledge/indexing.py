"""Keeping the indexes in step with the record.

A stored document can be found by words at once. Its vectors are made in the background, passages before sentences,
because embedding takes a tenth of a second a passage and must never hold up a question.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Condition, Lock, Thread

import structlog

from knowledge.retrieval.embedder import RememberingEmbedder
from knowledge.retrieval.library import IndexedPassage, Library, index_passage
from knowledge.retrieval.vector_index import VectorIndex
from knowledge.schema import Passage, Progress

SENTENCE_BATCH = 32
SETTLE = 0.3  # seconds without a change after which indexing begins
SETTLE_AT_MOST = 3.0
RETRY = 5.0  # seconds after a fault

log = structlog.get_logger()


class Indexer:
    """Owns the current `Library` and the thread that completes its vectors."""

    def __init__(
        self,
        passages: Callable[[], list[Passage]],
        vectors: VectorIndex,
        embedder: RememberingEmbedder,
        retry: float = RETRY,
    ) -> None:
        self._load, self._vectors, self._embedder = passages, vectors, embedder
        self._retry = retry
        self._building = Lock()
        self._wake = Condition()
        self._generation = 0  # counts changes of the record
        self._finished = -1  # the generation whose vectors are complete
        self._prepared: dict[str, IndexedPassage] = {}
        self._progress = Progress(0, 0)
        self._library_generation, self._library = -1, Library((), {})
        self._stopping = False
        self._thread = Thread(target=self._work, name="indexer", daemon=True)

    def start(self) -> None:
        """Begin to complete vectors in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the batch in hand."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def changed(self) -> None:
        """Tell that documents were stored or removed."""
        with self._wake:
            self._generation += 1
            self._wake.notify_all()

    def library(self) -> Library:
        """The snapshot for the record as it is now."""
        with self._building:
            if self._library_generation != self._generation:
                self._rebuild()
            return self._library

    def progress(self) -> Progress:
        """How far the vectors are; `embedded == total` when everything is searchable by meaning."""
        with self._wake:
            done, total = self._progress.embedded, self._progress.total
            finished = self._finished == self._generation
        # Right after a change the counts are still those before it: something is outstanding all the same.
        return Progress(done, total) if finished else Progress(done, max(total, done + 1))

    def wait(self, timeout: float) -> bool:
        """Wait until all vectors are there; returns whether they are."""
        with self._wake:
            return self._wake.wait_for(lambda: self._finished == self._generation, timeout)

    def _rebuild(self) -> None:
        generation = self._generation
        prepared = {passage.id: self._prepare(passage) for passage in self._load()}
        texts = [s.text for passage in prepared.values() for s in passage.sentences if s.quotable]
        known = self._embedder.known(texts)
        vectors = {text: vector for text, vector in zip(texts, known, strict=True) if vector is not None}
        self._prepared = prepared
        self._library = Library(tuple(prepared.values()), vectors)
        self._library_generation = generation

    def _prepare(self, passage: Passage) -> IndexedPassage:
        known = self._prepared.get(passage.id)
        return known if known and known.passage == passage else index_passage(passage)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._stopping or self._finished != self._generation)
                self._let_settle()
                if self._stopping:
                    return
                generation = self._generation
            try:
                self._complete(generation)
            except Exception:
                # A full disk or a damaged index must not end the thread: words still find, and the next try may do.
                log.exception("indexing_failed", generation=generation)
                with self._wake:
                    self._wake.wait(timeout=self._retry)

    def _let_settle(self) -> None:
        """Wait for a pause between changes: a folder of documents is indexed once, not once a document."""
        deadline = time.monotonic() + SETTLE_AT_MOST
        seen = -1
        while seen != self._generation and time.monotonic() < deadline and not self._stopping:
            seen = self._generation
            self._wake.wait(timeout=SETTLE)

    def _complete(self, generation: int) -> None:
        library = self.library()
        sentences = self._sentences_without_vector(library)
        count = self._counter(library, len(sentences))
        self._vectors.sync(library.passages, count)
        for start in range(0, len(sentences), SENTENCE_BATCH):
            if self._generation != generation:
                return
            batch = sentences[start : start + SENTENCE_BATCH]
            self._embedder.vectors(batch)
            if not count(len(batch)):
                return
        if self._stopping:
            return
        if not library.complete:
            self._refresh(generation)
        with self._wake:
            self._finished = generation
            self._wake.notify_all()

    def _sentences_without_vector(self, library: Library) -> list[str]:
        texts = library.sentence_texts
        known = self._embedder.known(texts)
        return [text for text, vector in zip(texts, known, strict=True) if vector is None]

    def _counter(self, library: Library, missing_sentences: int) -> Callable[[int], bool]:
        """Return a function that adds to the progress seen from outside and says whether to go on."""
        total = len(library) + len(library.sentence_texts)
        missing = len(self._vectors.outdated(library.passages)) + missing_sentences

        def count(added: int) -> bool:
            with self._wake:
                self._progress = Progress(self._progress.embedded + added, total)
                return not self._stopping

        with self._wake:
            self._progress = Progress(total - missing, total)
        return count

    def _refresh(self, generation: int) -> None:
        with self._building:
            if self._library_generation == generation:
                self._library_generation = -1
        self.library()
