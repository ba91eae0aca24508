"""Doing a message: answer it, keep the answer, and give it back when something fails."""

from __future__ import annotations

import structlog

from web.chat.deadline import Deadline
from web.turns.answering import Answering
from web.turns.inbox import Inbox
from web.turns.leases import Leases
from web.turns.messages import Held, Outcome

log = structlog.get_logger("web.turn")


class Work:
    """What the web process and the worker both do with a message they hold."""

    def __init__(self, inbox: Inbox, leases: Leases, answering: Answering) -> None:
        self._inbox, self._leases, self._answering = inbox, leases, answering

    def do(self, held: Held, deadline: Deadline | None = None) -> Outcome | None:
        """Answer the message and close it; None when that failed, or when it was no longer ours to close."""
        with self._leases.holding("inbox", held.id):
            try:
                outcome = self._answering.answer(held.message, deadline)
            except Exception as fault:
                # Whatever it is, the message must not be lost: it is tried again, and at last apologised for.
                log.exception("answering_failed", message=held.id, error=type(fault).__name__, exc_info=False)
                self._inbox.give_back(held, type(fault).__name__)
                return None
            return outcome if self._inbox.settle(held, outcome) else None
