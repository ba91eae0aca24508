"""Passages by meaning: exactly what the record holds, found by the embedder that made them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import HashingEmbedder, MemoryVectors, indexed

from knowledge.retrieval.embedder import RememberingEmbedder
from knowledge.retrieval.library import index_passage
from knowledge.retrieval.vector_index import BATCH, EmbedderMismatch, VectorIndex

HULL = indexed("A hull keeps water out.", kind="guide")
SAIL = indexed("A sail takes the wind.", kind="how_to", role="action")
KEEL = indexed("A keel keeps her upright.", kind="interview", role="interview")


@pytest.fixture
def embedder() -> RememberingEmbedder:
    return RememberingEmbedder(HashingEmbedder(), MemoryVectors())


@pytest.fixture
def index(tmp_path: Path, embedder: RememberingEmbedder) -> VectorIndex:
    return VectorIndex(tmp_path / "chroma", embedder)


def found(index: VectorIndex, embedder: RememberingEmbedder, words: str, **only: list[str]) -> list[str]:
    return [key for key, _ in index.nearest(embedder.embed_query(words), 10, **only)]


def test_an_index_of_another_embedder_is_refused_every_time_with_what_to_do(tmp_path: Path) -> None:
    VectorIndex(tmp_path / "chroma", RememberingEmbedder(HashingEmbedder("old/64"), MemoryVectors()))
    for _ in range(2):
        with pytest.raises(EmbedderMismatch, match=r"old/64.*new/64.*delete the folder 'chroma'"):
            VectorIndex(tmp_path / "chroma", RememberingEmbedder(HashingEmbedder("new/64"), MemoryVectors()))


def test_an_empty_index_finds_nothing(index: VectorIndex, embedder: RememberingEmbedder) -> None:
    index.sync([])
    assert found(index, embedder, "hull") == []


def test_the_nearest_passage_comes_first_with_its_cosine(
    index: VectorIndex, embedder: RememberingEmbedder
) -> None:
    index.sync([HULL, SAIL, KEEL])
    best, *others = index.nearest(embedder.embed_documents([SAIL.embedded_text])[0], 3)
    assert best == (SAIL.id, pytest.approx(1.0, abs=1e-4))
    assert len(others) == 2
    assert all(similarity < 0.99 for _, similarity in others)


def test_syncing_takes_out_what_is_gone_and_adds_what_is_new(
    index: VectorIndex, embedder: RememberingEmbedder
) -> None:
    index.sync([HULL, SAIL])
    index.sync([SAIL, KEEL])
    assert sorted(found(index, embedder, "hull sail keel")) == sorted([SAIL.id, KEEL.id])
    assert index.outdated([HULL, SAIL, KEEL]) == [HULL]


def test_a_sync_without_changes_adds_nothing(index: VectorIndex) -> None:
    added: list[int] = []
    index.sync([HULL, SAIL])
    index.sync([HULL, SAIL], on_batch=lambda number: bool(added.append(number)))
    assert added == []


def test_only_the_kinds_or_roles_asked_for_are_found(
    index: VectorIndex, embedder: RememberingEmbedder
) -> None:
    index.sync([HULL, SAIL, KEEL])
    words = "hull sail keel"
    assert found(index, embedder, words, kinds=["guide"]) == [HULL.id]
    assert found(index, embedder, words, roles=["action"]) == [SAIL.id]
    assert set(found(index, embedder, words, kinds=["guide"], roles=["interview"])) == {HULL.id, KEEL.id}
    assert found(index, embedder, words, kinds=["call"]) == []


def test_a_passage_whose_kind_changed_is_found_under_the_new_one(
    index: VectorIndex, embedder: RememberingEmbedder
) -> None:
    index.sync([HULL])
    index.sync([index_passage(replace(HULL.passage, kind="concept", role="case_study"))])
    assert found(index, embedder, "hull", kinds=["guide"]) == []
    assert found(index, embedder, "hull", kinds=["concept"]) == [HULL.id]
    assert found(index, embedder, "hull", roles=["case_study"]) == [HULL.id]


def test_a_passage_under_a_new_title_gets_the_vector_of_the_new_words(
    index: VectorIndex, embedder: RememberingEmbedder
) -> None:
    index.sync([HULL])
    renamed = index_passage(replace(HULL.passage, title="Lighthouse"))
    index.sync([renamed])
    ((_, similarity),) = index.nearest(embedder.embed_documents([renamed.embedded_text])[0], 1)
    assert similarity == pytest.approx(1.0, abs=1e-4)


def test_a_sync_that_is_told_to_stop_leaves_the_rest_for_the_next(index: VectorIndex) -> None:
    many = [indexed(f"Boat number {number} lies in the harbour.") for number in range(2 * BATCH + 1)]
    batches: list[int] = []

    def stop_after_one(number: int) -> bool:
        batches.append(number)
        return False

    index.sync(many, stop_after_one)
    assert (batches, len(index.outdated(many))) == ([BATCH], BATCH + 1)
    index.sync(many)
    assert index.outdated(many) == []


def test_the_index_is_there_after_it_is_opened_again(tmp_path: Path, embedder: RememberingEmbedder) -> None:
    VectorIndex(tmp_path / "chroma", embedder).sync([HULL])
    assert VectorIndex(tmp_path / "chroma", embedder).outdated([HULL]) == []
