"""Erasing conversations from every store, so that nothing of them is left in any file under the home."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from web.chat.dialogue import sender_of
from web.privacy.neighbours import erase_dialogue, erase_notes
from web.settings import Settings
from web.store.database import Database
from web.store.tables import ConversationRow
from web.store.turn_tables import InboxRow, OutboxRow, TraceRow
from web.turns.inbox import OPEN

PATIENCE = 25.0
"""Seconds to wait for turns under way: longer than a turn may take."""
AT_ONCE = 200

Item = TypeVar("Item")


@dataclass(frozen=True)
class Erased:
    """What was removed: conversations and messages of web, events of the dialogue, notes of the knowledge."""

    conversations: int = 0
    messages: int = 0
    events: int = 0
    notes: int = 0

    def __add__(self, other: Erased) -> Erased:
        return Erased(
            self.conversations + other.conversations,
            self.messages + other.messages,
            self.events + other.events,
            self.notes + other.notes,
        )

    def __bool__(self) -> bool:
        return bool(self.conversations or self.messages or self.events or self.notes)


class Erasure:
    """Erases conversations by key from the stores of one installation."""

    def __init__(self, settings: Settings, database: Database, *, patience: float = PATIENCE) -> None:
        self._settings, self._database, self._patience = settings, database, patience

    def erase(self, conversations: Sequence[tuple[str, str]]) -> Erased:
        """Erase conversations given as (channel, key). May be repeated when it failed half-way.

        First nobody can go on talking, then turns under way end, then the stores of the others are erased, and
        our own at last, since it holds the words by which the knowledge's notes are found. Raises `EraseFailed`.
        """
        total = Erased()
        for some in _some(conversations):
            total += self._erase(some)
        checkpoint(self._database)
        return total

    def _erase(self, conversations: Sequence[tuple[str, str]]) -> Erased:
        keys = [key for _, key in conversations]
        known = self._close(keys)
        self._wait_for_turns(keys)
        texts = self._texts(keys)
        signing_key = self._settings.signing_key.encode()
        senders = [sender_of(signing_key, channel, key) for channel, key in conversations]
        events = erase_dialogue(self._settings.home, senders)
        notes = erase_notes(self._settings.home, texts) if texts else 0
        with self._database.begin() as session:
            messages = forget_messages(session, self._numbers(session, keys))
        return Erased(known, messages, events, notes)

    def _close(self, keys: list[str]) -> int:
        with self._database.begin() as session:
            gone = session.execute(delete(ConversationRow).where(ConversationRow.id_hash.in_(keys)))
            return int(gone.rowcount)  # type: ignore[attr-defined]

    def _wait_for_turns(self, keys: list[str]) -> None:
        end = time.monotonic() + self._patience
        under_way = select(InboxRow.id).where(InboxRow.conversation.in_(keys), InboxRow.state.in_(OPEN))
        while time.monotonic() < end:
            with self._database() as session:
                if session.execute(under_way.limit(1)).first() is None:
                    return
            time.sleep(0.2)

    def _texts(self, keys: list[str]) -> list[str]:
        with self._database() as session:
            payloads = session.scalars(select(InboxRow.payload).where(InboxRow.conversation.in_(keys)))
            said = [str(json.loads(payload)["text"]) for payload in payloads]
        return list(dict.fromkeys(text for text in said if text.strip()))

    def _numbers(self, session: Session, keys: list[str]) -> list[int]:
        return list(session.scalars(select(InboxRow.id).where(InboxRow.conversation.in_(keys))))


def forget_messages(session: Session, numbers: Sequence[int]) -> int:
    """Delete messages of the inbox with their answers and traces; returns how many."""
    for some in _some(numbers):
        for table in (TraceRow, OutboxRow):
            session.execute(delete(table).where(table.inbox_id.in_(some)))
        session.execute(delete(InboxRow).where(InboxRow.id.in_(some)))
    return len(numbers)


def checkpoint(database: Database) -> None:
    """Empty SQLite's write-ahead log, which holds deleted words until then; readers may delay it a little."""
    if not database.is_sqlite:
        return
    for _ in range(50):
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None  # noqa: S101 - the pool has just given it
            busy, *_pages = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            return
        time.sleep(0.1)


def _some(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))
