"""Puts the parts of turns together, alike for the web process and the worker."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

from web.chat.dialogue import Dialogue
from web.chat.payloads import Payloads
from web.library import Library
from web.settings import Settings
from web.store.database import Database, open_database
from web.turns.answering import Answering, apology
from web.turns.inbox import Inbox
from web.turns.leases import Leases
from web.turns.outbox import Outbox
from web.turns.work import Work


@dataclass(frozen=True)
class TurnParts:
    """What takes a message from its receipt to its kept answer, as one process."""

    database: Database
    leases: Leases
    inbox: Inbox
    outbox: Outbox
    work: Work


def assemble(settings: Settings, dialogue: Dialogue, library: Library, executor: Executor) -> TurnParts:
    """Open the database and build the parts over it; `executor` runs the calls that may hang."""
    settings.home.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.database_url)
    leases = Leases(database)
    inbox = Inbox(database, leases, apology)
    payloads = Payloads(settings.signing_key)
    answering = Answering(dialogue, library, payloads, executor=executor, seconds=settings.turn_seconds)
    return TurnParts(database, leases, inbox, Outbox(database, leases), Work(inbox, leases, answering))
