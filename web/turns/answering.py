"""The way of a message: to the dialogue, or past it into the library, and always to a visible reply."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

import structlog

from knowledge.errors import KnowledgeError
from web.chat import fallback
from web.chat.deadline import Deadline, within
from web.chat.dialogue import Dialogue, DialogueAway, DialogueTurn
from web.chat.payloads import Payloads, Said
from web.chat.schema import Reply
from web.library import Library
from web.turns.messages import Message, Outcome

log = structlog.get_logger("web.turn")

DIALOGUE_SHARE = 0.65
LIBRARY_SHARE = 0.27
"""Parts of a turn's time: the engine, and the library after it (of 20 s: 13 and 5.4)."""


class Answering:
    """Answers messages of every channel within `seconds` each."""

    def __init__(
        self, dialogue: Dialogue, library: Library, payloads: Payloads, *, executor: Executor, seconds: float
    ) -> None:
        self._dialogue, self._library, self._payloads = dialogue, library, payloads
        self._executor, self.seconds = executor, seconds

    def answer(self, message: Message, deadline: Deadline | None = None) -> Outcome:
        """Return the visible replies to a message, at least one, whatever is down."""
        if message.refusal is not None:
            return refused(message.refusal, message.language)
        deadline = deadline or Deadline(self.seconds)
        steps = _Steps()
        said = self._payloads.open(message.conversation, message.text)
        way, replies = self._replies(message, said, deadline, steps)
        sealed = [self._sealed(message.conversation, reply) for reply in replies]
        return _noted(Outcome(way, sealed, steps.timings), message.channel)

    def _replies(
        self, message: Message, said: Said, deadline: Deadline, steps: _Steps
    ) -> tuple[str, list[Reply]]:
        try:
            with steps.timed("dialogue"):
                turn = self._ask_dialogue(message, said, deadline)
        except DialogueAway as away:
            log.warning("dialogue_away", reason=str(away))
            return self._direct(message, said, deadline, None, steps)
        if turn.replies:
            return "dialogue", turn.replies
        log.warning("dialogue_silent", move=turn.move)
        return self._direct(message, said, deadline, turn.move, steps)

    def _ask_dialogue(self, message: Message, said: Said, deadline: Deadline) -> DialogueTurn:
        reserve = self.seconds * (LIBRARY_SHARE + 0.03)
        seconds = max(0.05, min(self.seconds * DIALOGUE_SHARE, deadline.left() - reserve))
        sender = self._dialogue.sender(message.channel, message.conversation)
        try:
            return within(
                self._executor,
                seconds,
                lambda: self._dialogue.turn(sender, said, message.language, seconds),
            )
        except TimeoutError as error:
            raise DialogueAway("TimeoutError") from error

    def _direct(
        self, message: Message, said: Said, deadline: Deadline, move: str | None, steps: _Steps
    ) -> tuple[str, list[Reply]]:
        """Answer past the dialogue; `move` is what the engine understood before its actions failed, if it did."""
        understood = move or fallback.DIRECT_MOVE
        seconds = min(self.seconds * LIBRARY_SHARE, deadline.left())
        try:
            with steps.timed("library"):
                reply = within(
                    self._executor,
                    seconds,
                    lambda: fallback.look_up(self._library, said.text, understood, message.language),
                )
        except (KnowledgeError, TimeoutError) as error:
            log.warning("library_away", reason=type(error).__name__)
            reason = "library_away" if move else "all_away"
            return reason, [fallback.failed(reason, understood, message.language)]
        return "direct", [reply]

    def _sealed(self, conversation: str, reply: Reply) -> Reply:
        buttons = [self._payloads.seal(conversation, button) for button in reply.buttons]
        return reply.model_copy(update={"buttons": buttons})


def refused(reason: str, language: str) -> Outcome:
    """Return the outcome of a message that is not taken further; `reason` names its words."""
    return Outcome(reason, [fallback.failed(reason, fallback.DIRECT_MOVE, language)])


def apology(language: str) -> list[Reply]:
    """Return what is said when a message could not be answered however often it was tried."""
    return refused("gave_up", language).replies


class _Steps:
    """Seconds each step of a turn took."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self.timings[name] = round(time.monotonic() - started, 3)


def _noted(outcome: Outcome, channel: str) -> Outcome:
    log.info(
        "turn",
        channel=channel,
        way=outcome.way,
        move=outcome.move,
        statuses=outcome.statuses,
        seconds=round(sum(outcome.timings.values()), 3),
    )
    return outcome
