"""The fast path of the web chat: the request that brings a message answers it, durably, on its own thread."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import structlog

from web.channels.web_chat import Posted, WebChat
from web.chat.deadline import Deadline
from web.chat.lanes import Crowded, LaneBusy, Lanes, Place
from web.conversations import Conversation, remember
from web.store.database import Database
from web.turns.answering import refused
from web.turns.inbox import Inbox
from web.turns.leases import Leases
from web.turns.messages import Held, Message, Outcome
from web.turns.outbox import Outbox
from web.turns.work import Work

log = structlog.get_logger("web.turn")

LANE_SHARE = 0.55
"""Part of a turn's time that may pass waiting for earlier messages (of 20 s: 11)."""
GLANCE = 0.05
"""Seconds between looks at a message that another process works on."""

Replies = list[dict[str, Any]]


@dataclass(frozen=True)
class _Promised:
    """A message that is in the inbox now: ours to answer, or already there under the same event.

    One that was first in its lane stays so; any other has to look whether the earlier ones are closed.
    """

    number: int
    held: Held | None
    is_first: bool


class Inline:
    """Takes messages of the web chat and returns their replies within `seconds` each.

    The message is on disk before it is worked on and the answer before it is returned. A message sent again
    under its event gets the answer that is kept, or waits for whoever works on it.
    """

    def __init__(
        self, database: Database, leases: Leases, inbox: Inbox, outbox: Outbox, work: Work, *, seconds: float,
        lanes: Lanes | None = None,
    ) -> None:  # fmt: skip
        self._database, self._leases, self._inbox, self._outbox = database, leases, inbox, outbox
        self._work, self._seconds, self._lanes = work, seconds, lanes or Lanes()
        self._channel = WebChat()

    def take(self, conversation: Conversation, text: str, event: str | None = None) -> Replies:
        """Return the visible replies to a message, at least one."""
        deadline = Deadline(self._seconds)
        message = self._channel.receive(Posted(conversation, text, event))
        try:
            with self._lanes.place(conversation.key) as place:
                promised = place.line_up(lambda: self._promise(message, conversation.is_noted))
                return self._answered(message, promised, place, deadline)
        except LaneBusy:
            return self._turned_away("lane_busy", message)
        except Crowded:
            return self._turned_away("crowded", message)

    def _answered(self, message: Message, promised: _Promised, place: Place, deadline: Deadline) -> Replies:
        if promised.held is None:
            return self._settled(promised.number, message.language, deadline)
        with self._leases.holding("inbox", promised.number):
            outcome = self._in_turn(promised, promised.held, place, deadline)
        if outcome is not None:
            return self._channel.render(outcome.replies)
        return self._settled(promised.number, message.language, deadline)

    def _promise(self, message: Message, is_noted: bool) -> _Promised:
        with self._database.begin() as session:
            if not is_noted:
                remember(session, message.conversation, message.language)
            added = self._inbox.add(session, message, hold=True)
        held = Held(added.number, 0, 1, message) if added.is_new else None
        return _Promised(added.number, held, added.is_first)

    def _in_turn(self, promised: _Promised, held: Held, place: Place, deadline: Deadline) -> Outcome | None:
        """Answer when the lane is free; a lane that stays taken is told to the reader."""
        patience = Deadline(self._seconds * LANE_SHARE)
        started = time.monotonic()
        try:
            place.wait(patience.left())
            if not promised.is_first:
                self._wait_for_others(held, patience)
        except LaneBusy:
            busy = refused("lane_busy", held.message.language)
            return busy if self._inbox.settle(held, busy) else None
        waited = time.monotonic() - started
        return self._work.do(Held(held.id, held.round, held.attempts, held.message, waited), deadline)

    def _wait_for_others(self, held: Held, patience: Deadline) -> None:
        """Wait for earlier messages that another process works on; raises `LaneBusy`."""
        while not self._inbox.is_first_in_lane(held):
            if not patience.left():
                raise LaneBusy
            time.sleep(GLANCE)

    def _settled(self, number: int, language: str, deadline: Deadline) -> Replies:
        """Return the answer that is kept, from whoever gives it; here when nobody else does."""
        while True:
            replies = self._outbox.answer_to(number)
            if replies is not None:
                return replies
            held = self._inbox.claim(number)
            if held is not None:
                self._work.do(held, deadline)
            elif not deadline.left():
                log.warning("turn_late", message=number)
                return self._channel.render(refused("still_open", language).replies)
            else:
                time.sleep(GLANCE)

    def _turned_away(self, reason: str, message: Message) -> Replies:
        """Refuse a message before anything was promised."""
        log.warning("turned_away", reason=reason)
        return self._channel.render(refused(reason, message.language).replies)
