"""Receipt: a message is kept, and only then acknowledged. For channels whose answers the worker gives."""

from __future__ import annotations

from dataclasses import replace

from web.conversations import NOTICE_VERSION, remember
from web.store.database import Database
from web.turns.inbox import Inbox
from web.turns.messages import Message


class Receipt:
    """Keeps what channels received."""

    def __init__(self, database: Database, inbox: Inbox) -> None:
        self._database, self._inbox = database, inbox

    def keep(self, message: Message) -> bool:
        """Put a message into the inbox, on disk when this returns; False when it is there already.

        The answer to the first message of a conversation carries the notice that one talks to an AI.
        """
        with self._database.begin() as session:
            is_first = remember(session, message.conversation, message.language, message.channel)
            if is_first:
                message = replace(message, target={**message.target, "notice": NOTICE_VERSION})
            return self._inbox.add(session, message).is_new
