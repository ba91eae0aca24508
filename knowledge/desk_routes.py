"""The routes for those who look after the documents: whole documents, their passages, their last day, the gaps."""

from __future__ import annotations

import base64
from datetime import date

from flask import Flask, Response, abort, jsonify, request

from knowledge.bootstrap import Knowledge


def add_desk_routes(app: Flask, knowledge: Knowledge) -> None:
    """Add the routes to the service, whose guard holds for them too."""

    @app.get("/documents/<document_id>")
    def document(document_id: str) -> Response:
        draft, original = knowledge.document(document_id)
        encoded = base64.b64encode(original).decode() if original is not None else None
        return jsonify(draft=draft.to_dict(), original=encoded)

    @app.get("/documents/<document_id>/passages")
    def passages(document_id: str) -> Response:
        return jsonify(passages=[found.to_dict() for found in knowledge.documents.passages_of(document_id)])

    @app.put("/documents/<document_id>/valid-until")
    def valid_until(document_id: str) -> Response:
        return jsonify(knowledge.set_valid_until(document_id, _day()).to_dict())

    @app.get("/gaps")
    def gaps() -> Response:
        return jsonify(gaps=[gap.to_dict() for gap in knowledge.notes.gaps()])


def _day() -> str | None:
    body = request.get_json()
    day = body.get("day", "") if isinstance(body, dict) else ""
    try:
        return None if day is None else date.fromisoformat(day).isoformat()
    except (TypeError, ValueError):
        abort(400, "The day must be a date such as 2027-01-31, or null.")
