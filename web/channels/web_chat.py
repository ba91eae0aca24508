"""The web chat as a channel: readers post, and collect their answers with the same request."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from web.channels.base import Delivered
from web.chat.schema import Reply
from web.conversations import Conversation
from web.turns.messages import Message, Parcel, Target


@dataclass(frozen=True)
class Posted:
    """What came with `POST /api/chat`. `event` is the client's own name for the message, if it gave one."""

    conversation: Conversation
    text: str
    event: str | None = None


class WebChat:
    """The channel behind `POST /api/chat`."""

    name = "web"

    def receive(self, raw: Posted, /) -> Message:
        """Return the message; its answer goes nowhere, it is kept until it is collected."""
        return Message(
            self.name, _event(raw), raw.conversation.key, raw.text, raw.conversation.language, target={}
        )

    def render(self, replies: Sequence[Reply], _target: Target | None = None, /) -> list[dict[str, Any]]:
        """Return the replies as the chat publishes them."""
        return [reply.plain() for reply in replies]

    def deliver(self, parcel: Parcel, /) -> Delivered:
        """Do nothing: the answer is where its reader asks for it."""
        return Delivered("")


def _event(posted: Posted) -> str:
    if posted.event is None:
        return uuid.uuid4().hex
    # The event of a first message is as good as the conversation's id, so neither of them is kept.
    return hashlib.sha256(f"{posted.conversation.key}:{posted.event}".encode()).hexdigest()
