"""Conversations: issued by us, unguessable, known again by the hash of their id."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from web.store.database import Database
from web.store.tables import ConversationRow, now

NOTICE_VERSION = "1"
"""Version of the notice that one talks to an AI; raised when its words change in substance."""

TOUCH_EVERY = timedelta(minutes=1)
DEFAULT_LANGUAGE = "en"

KNOWN = select(ConversationRow.language, ConversationRow.last_at).where(
    ConversationRow.id_hash == bindparam("key")
)


@dataclass(frozen=True)
class Conversation:
    """A conversation as its holder knows it: `id` is the credential, `language` a primary tag such as "en".

    `is_noted` tells that nothing about it needs to be written: it is known, in this language, and active.
    """

    id: str
    language: str
    is_noted: bool = field(default=False, compare=False)

    @property
    def key(self) -> str:
        """Return the name under which everything about the conversation is kept."""
        return key_of(self.id)


class Conversations:
    """The conversations of one database. `signing_key` makes the ids that depend on an event."""

    def __init__(self, database: Database, signing_key: str = "") -> None:
        self._database, self._key = database, signing_key.encode()

    def start(self, language: str | None = None) -> Conversation:
        """Issue a new conversation and remember it."""
        conversation = self.fresh(None, language)
        with self._database.begin() as session:
            remember(session, conversation.key, conversation.language)
        return conversation

    def fresh(self, event: str | None, language: str | None) -> Conversation:
        """Return a conversation nobody was told of yet; it is remembered with its first message.

        The same event gives the same id, so that a client that lost our reply finds the conversation again by
        sending its first message again. An event is as unguessable as an id must be.
        """
        return Conversation(self._id_for(event), language or DEFAULT_LANGUAGE)

    def knows(self, conversation_id: str) -> bool:
        """Say whether we issued this id."""
        with self._database() as session:
            return session.connection().execute(KNOWN, {"key": key_of(conversation_id)}).first() is not None

    def resume(self, conversation_id: str, language: str | None = None) -> Conversation | None:
        """Return the conversation, in the language last asked for, or None when we never issued this id."""
        with self._database() as session:
            row = session.connection().execute(KNOWN, {"key": key_of(conversation_id)}).first()
        if row is None:
            return None
        is_noted = language in (None, row.language) and not _is_stale(row.last_at)
        return Conversation(conversation_id, language or row.language, is_noted)

    def _id_for(self, event: str | None) -> str:
        if event is None:
            return secrets.token_urlsafe(24)
        digest = hmac.new(self._key, f"conversation:{event}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:24]).decode()


def key_of(conversation_id: str) -> str:
    """Return the key of a conversation whose id is a credential: its SHA-256 in hexadecimal digits."""
    return hashlib.sha256(conversation_id.encode()).hexdigest()


def remember(session: Session, key: str, language: str, channel: str = "web") -> bool:
    """Note that something is said in a conversation now; tell whether it is the first time."""
    row = session.get(ConversationRow, key)
    if row is None:
        session.add(
            ConversationRow(
                id_hash=key,
                created_at=now(),
                last_at=now(),
                notice_version=NOTICE_VERSION,
                language=language,
                channel=channel,
            )
        )
        session.flush()
        return True
    row.language = language
    if _is_stale(row.last_at):
        row.last_at = now()
    return False


def _is_stale(last_at: str) -> bool:
    # Retention counts in days: no need to rewrite the row with every message.
    return datetime.now(UTC) - datetime.fromisoformat(last_at) > TOUCH_EVERY
