"""The first page of the desk: what waits for somebody, and where to begin."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response as BaseResponse

from web.access import needs, present
from web.accounts.roles import at_least
from web.console.desk import Desk
from web.console.frame import page
from web.turns.dead_letters import count_dead


def add_pages(routes: Blueprint, desk: Desk) -> None:
    """Add the first page and the help."""

    @routes.get("")
    @needs("staff")
    def home() -> BaseResponse:
        documents, progress = desk.library.documents(), desk.library.progress()
        return page(
            "home.html",
            waiting=_waiting(desk),
            documents=len(documents),
            passages=sum(info.passages for info in documents),
            percent=100 * progress.embedded // progress.total if progress.total else 100,
        )

    @routes.get("/help")
    @needs("staff")
    def help_page() -> BaseResponse:
        return page("help.html")


def _waiting(desk: Desk) -> list[tuple[str, str, int]]:
    """Return what waits as page, key of its words and count; nothing for those who could not act on it."""
    waiting = [("gaps", "gaps", len(desk.library.gaps()))]
    if at_least(present().role, "editor"):
        waiting.insert(0, ("queue", "queue", desk.proposals.waiting()))
        waiting.insert(1, ("letters", "dead_letters", count_dead(desk.sessions)))
    return [found for found in waiting if found[2]]
