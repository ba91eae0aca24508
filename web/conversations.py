"""Conversations: issued by us, unguessable, known again by the hash of their id."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from web.store.tables import ConversationRow, now

NOTICE_VERSION = "1"
"""Version of the notice that one talks to an AI; raised when its words change in substance."""

TOUCH_EVERY = timedelta(minutes=1)
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class Conversation:
    """A conversation as its holder knows it: `id` is the credential, `language` a primary tag such as "en"."""

    id: str
    language: str


class Conversations:
    """The conversations of one database."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions

    def start(self, language: str | None = None) -> Conversation:
        """Issue a new conversation and remember it."""
        conversation = Conversation(secrets.token_urlsafe(24), language or DEFAULT_LANGUAGE)
        with self._sessions.begin() as session:
            session.add(
                ConversationRow(
                    id_hash=_hash(conversation.id),
                    created_at=now(),
                    last_at=now(),
                    notice_version=NOTICE_VERSION,
                    language=conversation.language,
                )
            )
        return conversation

    def resume(self, conversation_id: str, language: str | None = None) -> Conversation | None:
        """Return the conversation, in the language last asked for, or None when we never issued this id."""
        with self._sessions.begin() as session:
            row = session.get(ConversationRow, _hash(conversation_id))
            if row is None:
                return None
            row.language = language or row.language
            if _is_stale(row.last_at):
                row.last_at = now()
            return Conversation(conversation_id, row.language)

    def knows(self, conversation_id: str) -> bool:
        """Say whether we issued this id."""
        with self._sessions() as session:
            return session.get(ConversationRow, _hash(conversation_id)) is not None


def _hash(conversation_id: str) -> str:
    return hashlib.sha256(conversation_id.encode()).hexdigest()


def _is_stale(last_at: str) -> bool:
    # Not on every message: each write waits for the disk, and retention counts in days.
    return datetime.now(UTC) - datetime.fromisoformat(last_at) > TOUCH_EVERY
