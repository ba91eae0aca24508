"""The questions the documents did not answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from knowledge.schema import Gap
from web.access import needs
from web.console.desk import Desk
from web.console.frame import page
from web.console.tables import from_list, read_wish

COLUMNS: dict[str, Callable[[Gap], Any]] = {
    "question": lambda gap: gap.question.casefold(),
    "missing": lambda gap: gap.missing.casefold(),
    "asked": lambda gap: gap.asked,
    "last_at": lambda gap: gap.last_at,
}


def add_pages(routes: Blueprint, desk: Desk) -> None:
    """Add the page of the gaps."""

    @routes.get("/gaps")
    @needs("staff")
    def gaps() -> BaseResponse:
        wish = read_wish(request.args, list(COLUMNS), "-last_at")
        table = from_list(
            "gaps",
            desk.library.gaps(),
            wish,
            COLUMNS,
            text=lambda gap: f"{gap.question} {gap.missing}",
        )
        return page("gaps.html", table=table)
