"""The confirmation queue as pages, and the door by which the other processes put something into it."""

from __future__ import annotations

import hmac
from dataclasses import fields
from typing import Any

from flask import Blueprint, Response, jsonify, request
from sqlalchemy import select
from werkzeug.exceptions import NotFound, Unauthorized, UnprocessableEntity
from werkzeug.wrappers import Response as BaseResponse

from web.access import needs, present
from web.console.desk import Desk
from web.console.forms import Form
from web.console.frame import page, tell, to, words
from web.console.proposals import KINDS, STATES, Proposed, ValueUnfit
from web.console.tables import from_select, read_wish
from web.store.desk_tables import ProposalRow

COLUMNS = {
    "title": ProposalRow.title,
    "kind": ProposalRow.kind,
    "value": ProposalRow.value,
    "state": ProposalRow.state,
    "proposed_at": ProposalRow.id,
}
TEXT = (ProposalRow.title, ProposalRow.value, ProposalRow.quote)
FILTERS = {"state": STATES}


def add_pages(routes: Blueprint, desk: Desk) -> None:
    """Add the queue."""
    _add_reading(routes, desk)
    _add_deciding(routes, desk)
    _add_door(routes, desk)


def _add_reading(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/queue")
    @needs("editor")
    def queue() -> BaseResponse:
        args = {"state": "open", **request.args.to_dict()}
        wish = read_wish(args, list(COLUMNS), "-proposed_at", FILTERS)
        with desk.sessions() as session:
            table = from_select(
                "queue", session, select(ProposalRow), wish, COLUMNS, text=TEXT, filters=FILTERS
            )
            return page("queue.html", table=table, any_decided=bool(request.args) or bool(table.total))

    @routes.get("/queue/<int:number>")
    @needs("editor")
    def proposal(number: int) -> BaseResponse:
        return _proposal_page(desk, number, Form())


def _add_deciding(routes: Blueprint, desk: Desk) -> None:
    @routes.post("/queue/<int:number>/accept")
    @needs("editor")
    def accept(number: int) -> BaseResponse:
        form = Form.of(request.form, "value")
        try:
            outcome = desk.proposals.accept(number, form["value"], present().actor)
        except ValueUnfit as error:
            form.errors["value"] = words(error.key)
            return _proposal_page(desk, number, form)
        return _decided(desk, number, outcome)

    @routes.post("/queue/<int:number>/reject")
    @needs("editor")
    def reject(number: int) -> BaseResponse:
        return _decided(desk, number, desk.proposals.reject(number, present().actor))

    @routes.post("/queue/scan")
    @needs("editor")
    def scan() -> BaseResponse:
        documents, proposals = desk.proposals.scan_all()
        tell("scan_done", documents=str(documents), proposals=str(proposals))
        return to("queue")


def _add_door(routes: Blueprint, desk: Desk) -> None:
    expected = f"Bearer {desk.settings.inner_secret}".encode()
    names = [field.name for field in fields(Proposed)]

    @routes.post("/inner/proposals")
    @needs("machine")
    def propose() -> Response:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, expected):
            raise Unauthorized
        body: Any = request.get_json(silent=True)
        fit = isinstance(body, dict) and all(isinstance(body.get(name, ""), str) for name in names)
        if not fit or set(names) - {"passage"} - set(body) or body["kind"] not in KINDS:
            raise UnprocessableEntity
        try:
            new = desk.proposals.propose(Proposed(**{name: body[name] for name in names if name in body}))
        except ValueUnfit as error:
            raise UnprocessableEntity from error
        response = jsonify(new=new)
        response.status_code = 201 if new else 200
        return response


def _proposal_page(desk: Desk, number: int, form: Form) -> BaseResponse:
    row = desk.proposals.get(number)
    if row is None:
        raise NotFound
    form.values.setdefault("value", row.value)
    return page("proposal.html", form.status, row=row, form=form, known=row.kind in KINDS)


def _decided(desk: Desk, number: int, outcome: str) -> BaseResponse:
    row = desk.proposals.get(number)
    if row is None:
        raise NotFound
    tell(f"proposal_{outcome}", title=row.title)
    return to("queue")
