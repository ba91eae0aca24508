"""The way of a message: into its lane, to the dialogue, or past it into the library, and always to a reply."""

from __future__ import annotations

import time
from concurrent.futures import Executor

import structlog

from knowledge.errors import KnowledgeError
from web.chat import fallback
from web.chat.deadline import Deadline, within
from web.chat.dialogue import Dialogue, DialogueAway, DialogueTurn
from web.chat.lanes import Crowded, LaneBusy, Lanes
from web.chat.payloads import Payloads, Said
from web.chat.schema import Reply
from web.conversations import Conversation
from web.library import Library

log = structlog.get_logger("web.turn")

LANE_SHARE = 0.55
DIALOGUE_SHARE = 0.65
LIBRARY_SHARE = 0.27
"""Parts of a turn's time: waiting for the lane, the engine, and the library after it (20 s: 11, 13 and 5.4)."""


class Turns:
    """Takes messages of conversations and returns their replies within `seconds` each."""

    def __init__(
        self,
        dialogue: Dialogue,
        library: Library,
        payloads: Payloads,
        *,
        executor: Executor,
        seconds: float,
        lanes: Lanes | None = None,
    ) -> None:
        self._dialogue, self._library, self._payloads = dialogue, library, payloads
        self._executor, self._seconds = executor, seconds
        self._lanes = lanes or Lanes()

    def take(self, conversation: Conversation, message: str) -> list[Reply]:
        """Return the visible replies to a message, at least one, whatever is down."""
        started, deadline = time.monotonic(), Deadline(self._seconds)
        said = self._payloads.open(conversation.id, message)
        try:
            with self._lanes.enter(conversation.id, self._seconds * LANE_SHARE):
                way, replies = self._replies(conversation, said, deadline)
        except LaneBusy:
            way, replies = "lane_busy", [self._refusal("lane_busy", conversation)]
        except Crowded:
            way, replies = "crowded", [self._refusal("crowded", conversation)]
        _note(way, replies, time.monotonic() - started)
        return [self._sealed(conversation, reply) for reply in replies]

    def _replies(self, conversation: Conversation, said: Said, deadline: Deadline) -> tuple[str, list[Reply]]:
        try:
            turn = self._ask_dialogue(conversation, said, deadline)
        except DialogueAway as away:
            log.warning("dialogue_away", reason=str(away))
            return self._direct(conversation, said, deadline, None)
        if turn.replies:
            return "dialogue", turn.replies
        log.warning("dialogue_silent", move=turn.move)
        return self._direct(conversation, said, deadline, turn.move)

    def _ask_dialogue(self, conversation: Conversation, said: Said, deadline: Deadline) -> DialogueTurn:
        reserve = self._seconds * (LIBRARY_SHARE + 0.03)
        seconds = max(0.05, min(self._seconds * DIALOGUE_SHARE, deadline.left() - reserve))
        try:
            return within(
                self._executor,
                seconds,
                lambda: self._dialogue.turn(conversation.id, said, conversation.language, seconds),
            )
        except TimeoutError as error:
            raise DialogueAway("TimeoutError") from error

    def _direct(
        self, conversation: Conversation, said: Said, deadline: Deadline, move: str | None
    ) -> tuple[str, list[Reply]]:
        """Answer past the dialogue; `move` is what the engine understood before its actions failed, if it did."""
        understood = move or fallback.DIRECT_MOVE
        seconds = min(self._seconds * LIBRARY_SHARE, deadline.left())
        try:
            reply = within(
                self._executor,
                seconds,
                lambda: fallback.look_up(self._library, said.text, understood, conversation.language),
            )
        except (KnowledgeError, TimeoutError) as error:
            log.warning("library_away", reason=type(error).__name__)
            reason = "library_away" if move else "all_away"
            return reason, [fallback.failed(reason, understood, conversation.language)]
        return "direct", [reply]

    def _refusal(self, reason: str, conversation: Conversation) -> Reply:
        return fallback.failed(reason, fallback.DIRECT_MOVE, conversation.language)

    def _sealed(self, conversation: Conversation, reply: Reply) -> Reply:
        buttons = [self._payloads.seal(conversation.id, button) for button in reply.buttons]
        return reply.model_copy(update={"buttons": buttons})


def _note(way: str, replies: list[Reply], seconds: float) -> None:
    log.info(
        "turn",
        way=way,
        move=replies[0].data.move,
        statuses=[reply.status for reply in replies],
        seconds=round(seconds, 3),
    )
