"""The knowledge process as a loopback HTTP service for its siblings; `client.py` is the other end.

Every route but `/health` demands the inner secret. Bodies and answers are JSON of the records in `schema.py`.
"""

from __future__ import annotations

import base64
import hmac
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from knowledge.bootstrap import Knowledge, open_knowledge
from knowledge.desk_routes import add_desk_routes
from knowledge.errors import NotFound, Refused
from knowledge.retrieval.retriever import Query
from knowledge.schema import DocumentDraft
from knowledge.settings import Settings

MAX_BODY = 100 * 1024 * 1024

log = structlog.get_logger()


def create_app(settings: Settings | None = None, knowledge: Knowledge | None = None) -> Flask:
    """Build the service; without arguments from the environment, as gunicorn calls it."""
    settings = settings or Settings.from_env()
    app = Flask("knowledge")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]
    _guard(app, settings.secret)
    _handle_faults(app)
    _add_routes(app, knowledge or open_knowledge(settings))
    return app


def _guard(app: Flask, secret: str) -> None:
    expected = f"Bearer {secret}".encode()

    @app.before_request
    def demand_secret() -> None:
        given = request.headers.get("Authorization", "").encode()
        if request.path != "/health" and not hmac.compare_digest(given, expected):
            abort(401)


def _handle_faults(app: Flask) -> None:
    @app.errorhandler(NotFound)
    def not_found(error: NotFound) -> tuple[Response, int]:
        return jsonify(detail=str(error)), 404

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[Response, int]:
        return jsonify(detail=str(error)), 422

    @app.errorhandler(Exception)
    def fault(error: Exception) -> tuple[Response, int]:
        if isinstance(error, HTTPException):
            return jsonify(detail=error.description), error.code or 500
        log.exception("knowledge_fault", path=request.path)
        return jsonify(detail="The knowledge process met a fault; its log tells more."), 500


def _add_routes(app: Flask, knowledge: Knowledge) -> None:
    _add_reading_routes(app, knowledge)
    _add_writing_routes(app, knowledge)
    add_desk_routes(app, knowledge)


def _add_reading_routes(app: Flask, knowledge: Knowledge) -> None:
    @app.get("/health")
    def health() -> Response:
        return jsonify(alive=True)

    @app.get("/ready")
    def ready() -> Response:
        knowledge.tools.retriever.find(_canary())
        progress = knowledge.indexer.progress()
        return jsonify(ready=True, embedder=knowledge.embedder.id, progress=progress.to_dict())

    @app.post("/answer")
    def answer() -> Response:
        body = _body("question")
        found = knowledge.answer(
            str(body["question"]),
            kinds=tuple(body.get("kinds", ())),
            roles=tuple(body.get("roles", ())),
            language=body.get("language"),
            actions=bool(body.get("actions", True)),
        )
        return jsonify(found.to_dict())

    @app.post("/more")
    def more() -> Response:
        body = _body("passages")
        return jsonify(knowledge.more(list(body["passages"]), str(body.get("question", ""))).to_dict())

    @app.post("/next-actions")
    def next_actions() -> Response:
        return jsonify(knowledge.next_actions(str(_body("topic")["topic"])).to_dict())

    @app.post("/search")
    def search() -> Response:
        body = _body("words")
        results = knowledge.search(str(body["words"]), _count(body.get("k", 5)))
        return jsonify(results=[result.to_dict() for result in results])

    @app.get("/documents")
    def documents() -> Response:
        return jsonify(documents=[info.to_dict() for info in knowledge.documents.documents()])

    @app.get("/passages/<passage_id>")
    def passage(passage_id: str) -> Response:
        return jsonify(knowledge.documents.passage(passage_id).to_dict())

    @app.get("/progress")
    def progress() -> Response:
        return jsonify(knowledge.indexer.progress().to_dict())


def _add_writing_routes(app: Flask, knowledge: Knowledge) -> None:
    @app.put("/documents")
    def store() -> Response:
        draft, original = _document(_body("draft"))
        return jsonify(knowledge.store(draft, original).to_dict())

    @app.delete("/documents/<document_id>")
    def remove(document_id: str) -> Response:
        return jsonify(knowledge.remove(document_id).to_dict())

    @app.post("/vectors")
    def seed_vectors() -> Response:
        return jsonify(taken=knowledge.seed_vectors(Path(str(_body("file")["file"]))))

    @app.post("/feedback")
    def feedback() -> Response:
        body = _body("text")
        knowledge.notes.record_feedback(
            str(body["text"]), str(body.get("rating", "")), dict(body.get("answer") or {})
        )
        return jsonify(recorded=True)


def _canary() -> Query:
    return Query("What can a cluster do for its members?")


def _body(required: str) -> dict[str, Any]:
    body = request.get_json()
    if not isinstance(body, dict) or required not in body:
        abort(400, f"The body must be a JSON object with the key {required!r}.")
    return body


def _count(value: Any) -> int:
    if not isinstance(value, int) or value < 1:
        abort(400, "The number of results must be a whole number from 1.")
    return value


def _document(body: dict[str, Any]) -> tuple[DocumentDraft, bytes | None]:
    try:
        draft = DocumentDraft.from_dict(body["draft"])
        original = body.get("original")
        return draft, None if original is None else base64.b64decode(original, validate=True)
    except (TypeError, AttributeError, ValueError) as error:
        abort(400, f"The document cannot be read: {error}")
