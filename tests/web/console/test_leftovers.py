"""What the desk keeps only for a while goes by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from console_fixtures import DeskInTest, PlayedLibrary
from sqlalchemy import text

from web.privacy.leftovers import forget_leftovers
from web.store.database import Database, open_database

TABLES = ("removed_document", "sign_in", "sign_in_failure")


def counts(database: Database) -> dict[str, int]:
    with database() as session:
        return {
            table: session.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608 - our own names
            for table in TABLES
        }


def test_copies_sessions_and_failures_go_when_nobody_can_use_them_any_more(
    desk: DeskInTest, library: PlayedLibrary
) -> None:
    library.add("d1")
    desk.person("editor").post("/documents/d1/remove")
    desk.somebody().sign_in("nobody", "wrong password")
    database = open_database(desk.settings.database_url)
    held = counts(database)
    assert all(held.values())
    forget_leftovers(database)
    assert counts(database) == held
    forget_leftovers(database, datetime.now(UTC) + timedelta(hours=1))
    assert counts(database) == held | {"removed_document": 0}
    forget_leftovers(database, datetime.now(UTC) + timedelta(hours=13))
    assert not any(counts(database).values())
    database.engine.dispose()
