"""The audit log, to be read and filtered by admins."""

from __future__ import annotations

from flask import Blueprint, request
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from web.access import needs
from web.console.desk import Desk
from web.console.frame import page
from web.console.tables import from_select, read_wish
from web.store.desk_tables import AuditRow

COLUMNS = {
    "at": AuditRow.id,
    "actor": AuditRow.actor,
    "action": AuditRow.action,
    "object": AuditRow.object,
}
TEXT = (AuditRow.actor, AuditRow.action, AuditRow.object)


def add_pages(routes: Blueprint, desk: Desk) -> None:
    """Add the page of the audit log."""

    @routes.get("/audit")
    @needs("admin")
    def audit() -> BaseResponse:
        with desk.sessions() as session:
            actions = list(session.scalars(select(AuditRow.action).distinct().order_by(AuditRow.action)))
            filters = {"action": actions}
            wish = read_wish(request.args, list(COLUMNS), "-at", filters)
            table = from_select("audit", session, select(AuditRow), wish, COLUMNS, text=TEXT, filters=filters)
            return page("audit.html", table=table)
