"""The worker put together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from knowledge.client import Client
from web.channels.base import Channel
from web.channels.slack.channel import SlackChannel
from web.channels.slack.service import SlackService
from web.channels.web_chat import WebChat
from web.chat.dialogue import Dialogue, pooled_client
from web.library import Library
from web.privacy.retention import Retention
from web.settings import Settings
from web.turns.answering import LIBRARY_SHARE
from web.turns.assembly import assemble
from web.worker.crew import Crew
from web.worker.heartbeat import Heartbeat
from web.worker.post_office import PostOffice
from web.worker.schedule import Schedule

NAME = "worker"
ANSWERING_HANDS = 6
DELIVERING_HANDS = 6


class Worker:
    """Everything the worker does, started and stopped together."""

    def __init__(self, settings: Settings, library: Library | None = None) -> None:
        library = library or Client(
            settings.knowledge_url, settings.inner_secret, timeout=settings.turn_seconds * LIBRARY_SHARE
        )
        self._client = pooled_client()
        dialogue = Dialogue(settings.rasa_url, settings.inner_secret, settings.signing_key, self._client)
        self._executor = ThreadPoolExecutor(2 * ANSWERING_HANDS, thread_name_prefix="outward")
        parts = assemble(settings, dialogue, library, self._executor)
        self._database = parts.database
        office = PostOffice(parts.outbox, parts.leases, channels(settings))
        self._answering = Crew("answering", parts.inbox.claim_next, parts.work.do, ANSWERING_HANDS)
        self._delivering = Crew("delivering", parts.outbox.claim_next, office.deliver, DELIVERING_HANDS)
        self._heartbeat = Heartbeat(parts.database, NAME, parts.leases.owner, self.doing)
        self._schedule = Schedule(settings.home, Retention(settings, parts.database).run)

    def doing(self) -> dict[str, int]:
        """Return what is under way and what was done since the start."""
        return {
            "answering": self._answering.busy,
            "delivering": self._delivering.busy,
            "answered": self._answering.done,
            "delivered": self._delivering.done,
        }

    def start(self) -> None:
        """Begin to work."""
        for part in (self._heartbeat, self._answering, self._delivering, self._schedule):
            part.start()

    def stop(self) -> None:
        """Take no more work; returns when what was begun is done and everything is closed."""
        for part in (self._answering, self._delivering, self._schedule, self._heartbeat):
            part.stop()
        self._executor.shutdown()
        self._client.close()
        self._database.engine.dispose()


def channels(settings: Settings) -> dict[str, Channel[Any]]:
    """Return the channels by name."""
    token = settings.slack_bot_token
    service = SlackService(token, settings.slack_api_url) if token else None
    slack, web = SlackChannel(settings.signing_key, service), WebChat()
    return {slack.name: slack, web.name: web}
