"""The database: its schema by migrations, its durability, and the vectors remembered in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from knowledge.store.database import MIGRATIONS, migrate, open_database
from knowledge.store.tables import Base
from knowledge.store.vectors import SqlVectorStore


@pytest.fixture
def sessions(tmp_path: Path) -> sessionmaker[Session]:
    return open_database(f"sqlite:///{tmp_path / 'knowledge.db'}")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    yield engine
    engine.dispose()


def row(key: str, value: float) -> dict[str, np.ndarray]:
    return {key: np.full(8, value, dtype=np.float32)}


def test_a_passage_without_its_document_is_turned_away(sessions: sessionmaker[Session]) -> None:
    orphan = text("INSERT INTO passage VALUES ('p', 'nobody', 0, '[]', NULL, 'x', 'text', '[]')")
    with sessions() as session, pytest.raises(IntegrityError, match="FOREIGN KEY"):
        session.execute(orphan)


def test_the_migrations_lead_to_the_tables_the_code_uses(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_there_is_one_line_of_migrations() -> None:
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    before = inspect(engine).get_table_names()
    migrate(engine)
    assert inspect(engine).get_table_names() == before
    assert set(before) == {*Base.metadata.tables, "alembic_version"}


def test_every_connection_writes_through_to_the_disk_beside_readers(sessions: sessionmaker[Session]) -> None:
    with sessions() as one, sessions() as other:
        for session in (one, other):
            pragma = {
                name: session.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            full = 2
            assert pragma == {
                "journal_mode": "wal", "synchronous": full, "foreign_keys": 1, "busy_timeout": 5000
            }  # fmt: skip


def test_vectors_of_another_embedder_are_not_returned(sessions: sessionmaker[Session]) -> None:
    SqlVectorStore(sessions, "one").save(row("a", 0.5))
    assert SqlVectorStore(sessions, "other").load(["a"]) == {}


def test_unknown_hashes_and_none_at_all_find_nothing(sessions: sessionmaker[Session]) -> None:
    store = SqlVectorStore(sessions, "one")
    store.save({})
    assert store.load([]) == {}
    assert store.load(["a"]) == {}


def test_a_vector_saved_again_is_overwritten(sessions: sessionmaker[Session]) -> None:
    store = SqlVectorStore(sessions, "one")
    store.save(row("a", 0.5))
    store.save(row("a", 0.25) | row("b", 0.125))
    found = store.load(["a", "b"])
    assert found["a"][0] == 0.25
    assert found["b"][0] == 0.125


def test_cosines_survive_the_record_to_three_decimals(sessions: sessionmaker[Session]) -> None:
    made = np.random.default_rng(7).normal(size=(40, 384)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    store = SqlVectorStore(sessions, "one")
    store.save({str(number): vector for number, vector in enumerate(made)})
    found = store.load([str(number) for number in range(40)])
    back = np.stack([found[str(number)] for number in range(40)])
    assert back.dtype == np.float32
    assert np.abs(back @ back.T - made @ made.T).max() < 0.001


def test_more_vectors_than_one_statement_can_ask_for_come_back(sessions: sessionmaker[Session]) -> None:
    store = SqlVectorStore(sessions, "one")
    store.save({str(number): np.zeros(2, dtype=np.float32) for number in range(1201)})
    assert len(store.load([str(number) for number in range(1300)])) == 1201
