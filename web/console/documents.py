"""The documents: what there is, adding by upload, removing with a way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from knowledge.schema import AUDIENCES, DOCUMENT_KINDS, DocumentInfo
from web.access import needs, present
from web.console.desk import Desk
from web.console.forms import Form
from web.console.frame import page, tell, to, words
from web.console.ingests import UNFINISHED, file_name, reason
from web.console.tables import from_list, read_wish

LARGEST_UPLOAD = 100 * 1024 * 1024
"""Bytes; what the library takes at most."""

COLUMNS: dict[str, Callable[[DocumentInfo], Any]] = {
    "title": lambda info: info.title.casefold(),
    "kind": lambda info: info.kind,
    "language": lambda info: info.language,
    "passages": lambda info: info.passages,
    "valid_until": lambda info: info.valid_until,
    "ingested_at": lambda info: info.ingested_at,
}
FILTERS = {"kind": DOCUMENT_KINDS}


def add_pages(routes: Blueprint, desk: Desk) -> None:
    """Add the pages about documents."""
    _add_reading(routes, desk)
    _add_uploads(routes, desk)
    _add_removing(routes, desk)


def _add_reading(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/documents")
    @needs("staff")
    def documents() -> BaseResponse:
        return _list(desk, Form())

    @routes.get("/documents/<document_id>")
    @needs("staff")
    def document(document_id: str) -> BaseResponse:
        info = _info(desk, document_id)
        return page("document.html", info=info, passages=desk.library.passages(document_id), today=_today())

    @routes.get("/passages/<passage_id>")
    @needs("staff")
    def passage(passage_id: str) -> BaseResponse:
        found = desk.library.passage(passage_id)
        return to("document", document_id=found.document, _anchor=f"passage-{found.id}")


def _add_uploads(routes: Blueprint, desk: Desk) -> None:
    @routes.post("/documents")
    @needs("editor", body=LARGEST_UPLOAD)
    def upload() -> BaseResponse:
        form = Form.of(request.form, "kind", "audience", "valid_until", "replaces")
        given = request.files.get("file")
        name = file_name(given.filename or "") if given else None
        _check(desk, form, name, chosen=bool(given and given.filename))
        if form.errors or given is None or name is None:
            return _list(desk, form)
        job_id = desk.ingests.start(given, name, _options(form), present().actor)
        tell("upload_started", title=name)
        return to("job", job_id=job_id)

    @routes.get("/jobs/<job_id>")
    @needs("editor")
    def job(job_id: str) -> BaseResponse:
        found = desk.ingests.get(job_id)
        if found is None:
            raise NotFound
        why = reason(found.report or {})
        return page("job.html", job=found, reason=why, unfinished=found.state in UNFINISHED)


def _add_removing(routes: Blueprint, desk: Desk) -> None:
    @routes.get("/documents/<document_id>/remove")
    @needs("editor")
    def ask_removal(document_id: str) -> BaseResponse:
        return page("remove.html", info=_info(desk, document_id))

    @routes.post("/documents/<document_id>/remove")
    @needs("editor")
    def remove(document_id: str) -> BaseResponse:
        title = desk.removals.remove(document_id, present().actor)
        tell("document_removed", undo=url_for("console.put_back", document_id=document_id), title=title)
        return to("documents")

    @routes.post("/documents/<document_id>/put-back")
    @needs("editor")
    def put_back(document_id: str) -> BaseResponse:
        title = desk.removals.put_back(document_id, present().actor)
        if title is None:
            tell("too_late")
        else:
            tell("document_back", title=title)
        return to("documents")


def _list(desk: Desk, form: Form) -> BaseResponse:
    wish = read_wish(request.args, list(COLUMNS), "title", FILTERS)
    table = from_list(
        "documents",
        desk.library.documents(),
        wish,
        COLUMNS,
        text=lambda info: f"{info.title} {info.source} {info.language}",
        filters=FILTERS,
    )
    return page(
        "documents.html",
        form.status,
        table=table,
        form=form,
        removed=desk.removals.recent(),
        kinds=("", *DOCUMENT_KINDS),
        audiences=("", *AUDIENCES),
        today=_today(),
    )


def _check(desk: Desk, form: Form, name: str | None, *, chosen: bool) -> None:
    """Note beside each field what does not fit."""
    if not chosen:
        form.errors["file"] = words("documents.file_missing")
    elif name is None:
        form.errors["file"] = words("documents.file_unnamed")
    elif not form["replaces"] and _is_known(desk, name):
        form.errors["file"] = words("documents.file_known")
    if form["valid_until"] and not _is_date(form["valid_until"]):
        form.errors["valid_until"] = words("documents.date_unfit")


def _options(form: Form) -> list[str]:
    known = {"kind": DOCUMENT_KINDS, "audience": AUDIENCES}
    options = [f"--{name}={form[name]}" for name, values in known.items() if form[name] in values]
    return options + ([f"--valid-until={form['valid_until']}"] if form["valid_until"] else [])


def _is_known(desk: Desk, name: str) -> bool:
    return any(info.source == desk.ingests.source_of(name) for info in desk.library.documents())


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _info(desk: Desk, document_id: str) -> DocumentInfo:
    found = next((info for info in desk.library.documents() if info.id == document_id), None)
    if found is None:
        raise NotFound
    return found


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
