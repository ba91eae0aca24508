"""Conversations under short codes, and how each message was answered."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from web.access import needs
from web.console.desk import Desk
from web.console.frame import page
from web.console.tables import from_list, read_wish
from web.store.turn_tables import InboxRow, OutboxRow, TraceRow

CODE = 8
"""Hexadecimal digits of a conversation's key that stand for it: a key cannot be guessed from them."""
MOST = 2000

COLUMNS = {
    "code": lambda talk: talk.code,
    "channel": lambda talk: talk.channel,
    "messages": lambda talk: talk.messages,
    "move": lambda talk: talk.move,
    "status": lambda talk: talk.status,
    "last_at": lambda talk: talk.last_at,
}


@dataclass(frozen=True)
class Talk:
    """One conversation in the list; `move` and `status` are those of its latest answer."""

    code: str
    channel: str
    messages: int
    last_at: str
    move: str = ""
    status: str = ""


@dataclass(frozen=True)
class Exchange:
    """A message, what was answered, and how that came about."""

    asked: str
    at: str
    replies: list[dict[str, Any]] = field(default_factory=list)
    trace: dict[str, Any] | None = None


def add_pages(routes: Blueprint, desk: Desk) -> None:
    """Add the pages of conversations."""

    @routes.get("/conversations")
    @needs("staff")
    def conversations() -> BaseResponse:
        with desk.sessions() as session:
            talks = _talks(session)
        channels = tuple(sorted({talk.channel for talk in talks}))
        filters = {"channel": channels}
        wish = read_wish(request.args, list(COLUMNS), "-last_at", filters)
        table = from_list(
            "conversations",
            talks,
            wish,
            COLUMNS,
            text=lambda talk: f"{talk.code} {talk.move} {talk.status}",
            filters=filters,
        )
        return page("conversations.html", table=table)

    @routes.get("/conversations/<code>")
    @needs("staff")
    def conversation(code: str) -> BaseResponse:
        with desk.sessions() as session:
            exchanges = _exchanges(session, code)
        if not exchanges:
            raise NotFound
        days = str(desk.settings.retention_days)
        return page("conversation.html", code=code, exchanges=exchanges, days=days)


def _talks(session: Session) -> list[Talk]:
    last = func.max(InboxRow.id)
    counted = (
        select(InboxRow.conversation, InboxRow.channel, func.count(), func.max(InboxRow.received_at), last)
        .group_by(InboxRow.conversation, InboxRow.channel)
        .order_by(last.desc())
        .limit(MOST)
    )
    rows = session.execute(counted).all()
    traces = _latest_traces(session, [row[4] for row in rows])
    return [
        Talk(key[:CODE], channel, messages, at, *traces.get(number, ("", "")))
        for key, channel, messages, at, number in rows
    ]


def _latest_traces(session: Session, numbers: list[int]) -> dict[int, tuple[str, str]]:
    chosen = select(TraceRow).where(TraceRow.inbox_id.in_(numbers)).order_by(TraceRow.round)
    return {
        trace.inbox_id: (trace.move, ", ".join(dict.fromkeys(json.loads(trace.statuses))))
        for trace in session.scalars(chosen)
    }


def _exchanges(session: Session, code: str) -> list[Exchange]:
    """Return the messages of the conversation with this code, in order; none when there is no such one."""
    if len(code) != CODE or not code.isalnum():
        return []
    keys = session.scalars(
        select(InboxRow.conversation).where(InboxRow.conversation.startswith(code)).distinct()
    ).all()
    rows = session.scalars(
        select(InboxRow).where(InboxRow.conversation.in_(keys)).order_by(InboxRow.id)
    ).all()
    numbers = [row.id for row in rows]
    answers = session.scalars(
        select(OutboxRow).where(OutboxRow.inbox_id.in_(numbers)).order_by(OutboxRow.round)
    )
    replies = {answer.inbox_id: json.loads(answer.replies) for answer in answers}
    traces = session.scalars(select(TraceRow).where(TraceRow.inbox_id.in_(numbers)).order_by(TraceRow.round))
    traced = {trace.inbox_id: _trace(trace) for trace in traces}
    return [
        Exchange(
            json.loads(row.payload)["text"], row.received_at, replies.get(row.id, []), traced.get(row.id)
        )
        for row in rows
    ]


def _trace(row: TraceRow) -> dict[str, Any]:
    return {
        "move": row.move,
        "way": row.way,
        "statuses": json.loads(row.statuses),
        "passages": json.loads(row.passages),
        "timings": json.loads(row.timings),
    }
