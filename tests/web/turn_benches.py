"""Parts of turns on a database of a test, without any other process."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web.chat.deadline import Deadline
from web.chat.schema import Reply
from web.conversations import remember
from web.store.database import Database, open_database
from web.turns.answering import apology
from web.turns.inbox import Inbox
from web.turns.leases import Leases
from web.turns.messages import Message, Outcome
from web.turns.outbox import Outbox
from web.turns.work import Work


class PlayedAnswering:
    """Answers each message with its own words in capitals, or does what a test says."""

    seconds = 5.0

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.react: Callable[[Message], object] = lambda message: None

    def answer(self, message: Message, deadline: Deadline | None = None) -> Outcome:
        self.asked.append(message.text)
        self.react(message)
        reply = Reply.model_validate({"text": message.text.upper(), "data": {"move": "ask_advice"}})
        return Outcome("dialogue", [reply], {"dialogue": 0.1})


@dataclass
class Bench:
    """One process's parts; another bench on the same address is another process."""

    database: Database
    leases: Leases
    inbox: Inbox
    outbox: Outbox
    answering: PlayedAnswering
    work: Work

    def say(self, text: str, conversation: str = "talk", *, event: str | None = None, **more: Any) -> int:
        """Keep a message and return its number."""
        message = Message("slack", event or text, conversation, text, "en", {"channel": "C", **more})
        with self.database.begin() as session:
            remember(session, conversation, "en", "slack")
            return self.inbox.add(session, message).number

    def answer_all(self) -> list[str]:
        """Work until nothing can be taken, as the worker does; returns what was asked of the dialogue."""
        before = len(self.answering.asked)
        while (held := self.inbox.claim_next()) is not None:
            self.work.do(held)
        return self.answering.asked[before:]


def bench(url: str, *, lease: float = 4.0, beat: float = 1.0) -> Bench:
    """Build the parts of one process."""
    database = open_database(url)
    leases = Leases(database, lease=lease, beat=beat)
    inbox, answering = Inbox(database, leases, apology), PlayedAnswering()
    work = Work(inbox, leases, answering)  # type: ignore[arg-type]
    return Bench(database, leases, inbox, Outbox(database, leases), answering, work)


def rows(home: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask the database of a home directly."""
    connection = sqlite3.connect(home / "web.db")
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()
