"""What the adviser finds for some words, as editors want to see it."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from web.access import needs
from web.console.desk import Desk
from web.console.frame import page

MOST = 20


def add_pages(routes: Blueprint, desk: Desk) -> None:
    """Add the search."""

    @routes.get("/search")
    @needs("staff")
    def search() -> BaseResponse:
        sought = request.args.get("words", "").strip()[:200]
        passages = desk.library.search(sought, MOST) if sought else []
        wanted = sought.casefold().split()
        documents = [
            info
            for info in (desk.library.documents() if wanted else ())
            if all(word in info.title.casefold() for word in wanted)
        ]
        return page("search.html", searched=sought, passages=passages, documents=documents[:MOST])
