"""`/healthz`: this process lives. `/readyz`: every part answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future

import httpx
from flask import Response, jsonify
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from knowledge.errors import KnowledgeError
from web.chat.dialogue import Dialogue, answers_ok
from web.chat.schema import Readiness
from web.library import Library

TAG = Tag(name="health", description="How the parts are")
PATIENCE = 4.0
"""Seconds a part may take to say that it is ready."""

Probes = Mapping[str, Callable[[], bool]]


def health_routes(probes: Probes, executor: Executor) -> APIBlueprint:
    """Build the routes a supervisor asks."""
    routes = APIBlueprint("health", __name__, abp_tags=[TAG])

    @routes.get("/healthz", summary="This process lives")
    def healthz() -> Response:
        """Answer at once, whatever the other parts do."""
        return jsonify(alive=True)

    @routes.get("/readyz", summary="Every part answers", responses={"200": Readiness, "503": Readiness})
    def readyz() -> Response:
        """Ask all parts at the same time."""
        asked = {name: executor.submit(probe) for name, probe in probes.items()}
        parts = {name: _outcome(future) for name, future in asked.items()}
        response = jsonify(Readiness(ready=all(parts.values()), parts=parts).model_dump())
        response.status_code = 200 if all(parts.values()) else 503
        response.headers["Cache-Control"] = "no-store"
        return response

    return routes


def probes(
    dialogue: Dialogue, library: Library, actions_url: str, secret: str, client: httpx.Client
) -> Probes:
    """Return how each part is asked."""
    headers = {"Authorization": f"Bearer {secret}"}
    return {
        "rasa": lambda: dialogue.is_ready(PATIENCE),
        "knowledge": lambda: _library_is_ready(library),
        "actions": lambda: answers_ok(client, f"{actions_url}/health", headers, PATIENCE),
    }


def _library_is_ready(library: Library) -> bool:
    try:
        return bool(library.ready().get("ready"))
    except KnowledgeError:
        return False


def _outcome(future: Future[bool]) -> bool:
    try:
        return future.result(timeout=PATIENCE)
    except TimeoutError:
        return False
