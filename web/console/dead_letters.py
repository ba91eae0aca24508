"""Messages that got stuck: to be sent on their way again, or given up with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from flask import Blueprint, request
from sqlalchemy import update
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from web.access import needs, present
from web.accounts.audit import Actor, record
from web.console.desk import Desk
from web.console.forms import Form
from web.console.frame import page, tell, to, words
from web.console.tables import from_list, read_wish
from web.store.database import Database
from web.store.turn_tables import InboxRow, OutboxRow
from web.turns.dead_letters import DeadLetter, Kind, dead_letters, try_again

TABLES: dict[str, type[InboxRow] | type[OutboxRow]] = {"message": InboxRow, "delivery": OutboxRow}
COLUMNS: dict[str, Callable[[DeadLetter], Any]] = {
    "at": lambda letter: letter.at,
    "channel": lambda letter: letter.channel,
    "kind": lambda letter: letter.kind,
    "attempts": lambda letter: letter.attempts,
    "error": lambda letter: letter.error,
}
FILTERS = {"kind": tuple(TABLES)}
GIVEN_UP = {"message": "done", "delivery": "kept"}
"""The state of a discarded letter: nobody works on it any more, and retention erases it with its conversation."""


def add_pages(routes: Blueprint, desk: Desk) -> None:
    """Add the page of dead letters."""

    @routes.get("/dead-letters")
    @needs("editor")
    def letters() -> BaseResponse:
        return _list(desk, Form())

    @routes.post("/dead-letters/<kind>/<int:number>/retry")
    @needs("editor")
    def retry(kind: str, number: int) -> BaseResponse:
        if kind not in TABLES:
            raise NotFound
        revived = try_again(desk.sessions, cast(Kind, kind), number)
        if revived:
            with desk.sessions.begin() as session:
                record(session, present().actor, "letter.retry", f"{kind}:{number}")
        tell("letter_retried" if revived else "letter_gone")
        return to("letters")

    @routes.post("/dead-letters/<kind>/<int:number>/discard")
    @needs("editor")
    def discard(kind: str, number: int) -> BaseResponse:
        if kind not in TABLES:
            raise NotFound
        form = Form.of(request.form, "reason")
        if not form["reason"].strip():
            form.errors[f"{kind}-{number}"] = words("dead_letters.reason_missing")
            return _list(desk, form)
        gone = _discard(desk.sessions, kind, number, form["reason"].strip()[:500], present().actor)
        tell("letter_discarded" if gone else "letter_gone")
        return to("letters")


def _list(desk: Desk, form: Form) -> BaseResponse:
    wish = read_wish(request.args, list(COLUMNS), "-at", FILTERS)
    table = from_list(
        "dead_letters",
        dead_letters(desk.sessions),
        wish,
        COLUMNS,
        text=lambda letter: f"{letter.channel} {letter.error}",
        filters=FILTERS,
    )
    return page("dead_letters.html", form.status, table=table, form=form)


def _discard(database: Database, kind: str, number: int, reason: str, by: Actor) -> bool:
    table = TABLES[kind]
    given_up = update(table).where(table.id == number, table.state == "dead").values(state=GIVEN_UP[kind])
    with database.begin() as session:
        changed = bool(session.execute(given_up.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
        if changed:
            record(session, by, "letter.discard", f"{kind}:{number}", after={"reason": reason})
        return changed
