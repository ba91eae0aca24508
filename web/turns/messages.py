"""A message on its way in, and its answer on the way out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from web.chat.schema import Reply
from web.store.turn_tables import InboxRow, OutboxRow

Target = dict[str, Any]
"""Where an answer goes, in the terms of its channel; empty where readers collect their answers."""


@dataclass(frozen=True)
class Message:
    """What somebody said. `event` names it within its channel, `conversation` is the key of its conversation.

    `refusal` names the words of an answer that is given without asking the dialogue.
    """

    channel: str
    event: str
    conversation: str
    text: str
    language: str
    target: Target = field(default_factory=dict)
    refusal: str | None = None

    def payload(self) -> str:
        """Return what the inbox keeps beside the columns, as JSON."""
        kept = {
            "text": self.text,
            "language": self.language,
            "target": self.target,
            "refusal": self.refusal,
        }
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def of(cls, row: InboxRow) -> Message:
        """Return the message a row of the inbox holds."""
        return cls(row.channel, row.event_id, row.conversation, **json.loads(row.payload))


@dataclass(frozen=True)
class Held:
    """A message this process holds by a lease. `attempts` counts this one; `waited` is seconds since receipt."""

    id: int
    round: int
    attempts: int
    message: Message
    waited: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """How a message was answered: by which way, as which move, and how many seconds each step took."""

    way: str
    replies: list[Reply]
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def move(self) -> str:
        """Return the move understood."""
        return self.replies[0].data.move

    @property
    def statuses(self) -> list[str]:
        """Return the status of each reply."""
        return [reply.status for reply in self.replies]

    @property
    def passages(self) -> list[str]:
        """Return the ids of the passages cited, each once, in order."""
        return list(dict.fromkeys(c.passage for reply in self.replies for c in reply.citations))


@dataclass(frozen=True)
class Parcel:
    """An answer this process holds by a lease to deliver it.

    `mark` names the answer where it is delivered: when an earlier attempt (`attempts` counts this one) may have
    arrived, it is looked for by its mark before it is sent again.
    """

    id: int
    channel: str
    conversation: str
    mark: str
    attempts: int
    target: Target
    replies: list[Reply]

    @classmethod
    def of(cls, row: OutboxRow) -> Parcel:
        """Return the answer a row of the outbox holds."""
        target = json.loads(row.target)
        replies = [Reply.model_validate(reply) for reply in json.loads(row.replies)]
        mark = target.pop("mark", "")
        return cls(row.id, row.channel, row.conversation, mark, row.attempts, target, replies)
