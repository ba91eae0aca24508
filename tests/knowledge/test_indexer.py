"""The indexer: words find at once, meaning follows in the background, faults do not end it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import (
    HashingEmbedder,
    MemoryVectors,
    Shelf,
    StumblingEmbedder,
    WaitingEmbedder,
    passage,
)

from knowledge.indexing import Indexer
from knowledge.retrieval.embedder import Embedder, RememberingEmbedder, text_hash
from knowledge.retrieval.retriever import HybridRetriever, Query
from knowledge.retrieval.vector_index import VectorIndex
from knowledge.schema import Progress

HULL, SAIL = passage("A hull keeps water out."), passage("A sail takes the wind. It is sewn by hand.")

Make = Callable[..., "Made"]


class Made:
    """An indexer over a shelf, with the retriever that a question would use."""

    def __init__(self, folder: Path, shelf: Shelf, engine: Embedder) -> None:
        self.shelf, self.vectors = shelf, MemoryVectors()
        embedder = RememberingEmbedder(engine, self.vectors)
        self.index = VectorIndex(folder, embedder)
        self.indexer = Indexer(shelf.load, self.index, embedder, retry=0.2)
        self.retriever = HybridRetriever(self.indexer.library, self.index, embedder)

    def find(self, words: str, **only: tuple[str, ...]) -> list[str]:
        return [hit.passage.passage.text for hit in self.retriever.find(Query(words, **only))]  # type: ignore[arg-type]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Made] = []

    def build(shelf: Shelf, engine: Embedder | None = None) -> Made:
        made.append(Made(tmp_path / f"chroma{len(made)}", shelf, engine or HashingEmbedder()))
        return made[-1]

    yield build
    for one in made:
        one.indexer.stop()


def test_an_empty_record_is_complete_and_finds_nothing(make: Make) -> None:
    made = make(Shelf())
    made.indexer.start()
    assert made.indexer.wait(10)
    assert made.indexer.progress() == Progress(0, 0)
    assert made.find("hull") == []


def test_an_embedder_that_fails_once_is_tried_again(make: Make) -> None:
    engine = StumblingEmbedder()
    made = make(Shelf(HULL), engine)
    made.indexer.start()
    assert made.indexer.wait(20)
    assert engine.stumbled
    assert made.indexer.library().complete


def test_nothing_is_told_to_be_complete_before_the_first_vector_is_made(make: Make) -> None:
    made = make(Shelf(HULL))
    told = made.indexer.progress()
    assert told.embedded < told.total
    assert not made.indexer.wait(0)


def test_words_find_a_passage_while_its_vector_is_missing(make: Make) -> None:
    engine = WaitingEmbedder()
    made = make(Shelf(HULL, SAIL), engine)
    made.indexer.start()
    assert engine.reached.wait(10)
    assert made.find("Who sews the sail?") == [SAIL.text]
    told = made.indexer.progress()
    assert (told.embedded, told.total) == (0, 2 + 3)
    engine.go.set()
    assert made.indexer.wait(10)
    assert made.indexer.progress() == Progress(5, 5)


def test_a_change_is_outstanding_from_the_moment_it_is_told(make: Make) -> None:
    engine = WaitingEmbedder()
    engine.go.set()
    made = make(Shelf(HULL), engine)
    made.indexer.start()
    assert made.indexer.wait(10)
    engine.go.clear()
    made.shelf.passages.append(SAIL)
    made.indexer.changed()
    told = made.indexer.progress()
    assert told.embedded < told.total
    assert not made.indexer.wait(0)
    assert SAIL.text in made.find("sail")
    engine.go.set()


def test_a_removed_passage_is_not_found_by_words_or_by_meaning(make: Make) -> None:
    made = make(Shelf(HULL, SAIL))
    made.indexer.start()
    assert made.indexer.wait(10)
    made.shelf.passages.remove(SAIL)
    made.indexer.changed()
    assert SAIL.text not in made.find("sail wind")
    assert made.indexer.wait(10)
    assert made.index.outdated([made.indexer.library().passages[0]]) == []
    assert SAIL.text not in made.find("sail wind")


def test_a_passage_whose_document_changed_its_kind_is_refreshed(make: Make) -> None:
    made = make(Shelf(HULL))
    made.indexer.start()
    assert made.indexer.wait(10)
    made.shelf.passages[:] = [replace(HULL, kind="concept", title="Hulls")]
    made.indexer.changed()
    assert made.indexer.wait(10)
    assert made.find("hull", kinds=("guide",)) == []
    (found,) = made.retriever.find(Query("hull", kinds=("concept",)))
    assert (found.passage.passage.title, found.similarity > 0) == ("Hulls", True)


def test_vectors_that_arrive_from_elsewhere_join_the_library(make: Make) -> None:
    made = make(Shelf(HULL))
    assert not made.indexer.library().complete  # a question came before the vectors were seeded
    vector = np.asarray(HashingEmbedder().embed_query(HULL.text), dtype=np.float32)
    made.vectors.save({text_hash(HULL.text): vector})
    made.indexer.start()
    assert made.indexer.wait(10)
    assert made.indexer.library().complete


def test_stopping_waits_for_no_more_than_the_batch_in_hand(make: Make) -> None:
    engine = WaitingEmbedder()
    made = make(Shelf(*(passage(f"Boat {number} lies in the harbour.") for number in range(200))), engine)
    made.indexer.start()
    assert engine.reached.wait(10)
    with ThreadPoolExecutor(1) as pool:
        stopped = pool.submit(made.indexer.stop)
        time.sleep(0.1)  # stop() has been called and waits
        engine.go.set()
        stopped.result(timeout=10)
    assert 0 < len(engine.embedded) < 200
    assert not made.indexer.wait(0)


def test_stopping_what_never_started_does_nothing(make: Make) -> None:
    make(Shelf(HULL)).indexer.stop()


def test_many_questions_and_changes_at_once_meet_no_fault(make: Make) -> None:
    made = make(Shelf(HULL))
    made.indexer.start()

    def ask(number: int) -> int:
        if number % 5 == 0:
            made.shelf.passages.append(passage(f"Boat {number} carries a hull."))
            made.indexer.changed()
        return len(made.find("hull of a boat"))

    with ThreadPoolExecutor(6) as pool:
        assert all(count >= 1 for count in pool.map(ask, range(60)))
    assert made.indexer.wait(20)
    library = made.indexer.library()
    assert (len(library), library.complete) == (13, True)
