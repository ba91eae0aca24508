"""Retention: conversations nobody has continued for a while go, and so do old messages of the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import select

from web.privacy.erasure import Erased, Erasure, checkpoint, forget_messages
from web.privacy.leftovers import forget_leftovers
from web.settings import Settings
from web.store.database import Database
from web.store.tables import ConversationRow
from web.store.turn_tables import InboxRow
from web.turns.inbox import OPEN

log = structlog.get_logger("web.privacy")


class Retention:
    """Removes what is older than the setting says (90 days when it says nothing)."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._days, self._database = settings.retention_days, database
        self._erasure = Erasure(settings, database)

    def run(self) -> Erased:
        """Remove all that is too old now; raises `EraseFailed`."""
        limit = datetime.now(UTC) - timedelta(days=self._days)
        erased = self._silent_conversations(limit)
        erased += Erased(messages=self._old_messages(limit))
        forget_leftovers(self._database)
        checkpoint(self._database)
        log.info("retention", conversations=erased.conversations, messages=erased.messages)
        return erased

    def _silent_conversations(self, limit: datetime) -> Erased:
        silent = select(ConversationRow.channel, ConversationRow.id_hash).where(
            ConversationRow.last_at < limit.isoformat(timespec="seconds")
        )
        with self._database() as session:
            conversations = [(channel, key) for channel, key in session.execute(silent)]
        return self._erasure.erase(conversations) if conversations else Erased()

    def _old_messages(self, limit: datetime) -> int:
        old = select(InboxRow.id).where(
            InboxRow.received_at < limit.isoformat(timespec="milliseconds"), InboxRow.state.not_in(OPEN)
        )
        with self._database.begin() as session:
            return forget_messages(session, list(session.scalars(old)))
