"""`GET /api/passages/{id}`: the words behind a citation."""

from __future__ import annotations

from flask import Response, jsonify
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from knowledge.errors import KnowledgeError, NotFound
from knowledge.schema import Passage
from web.chat.schema import PassageModel
from web.library import Library
from web.problems import ProblemError

TAG = Tag(name="passages", description="What the library holds")


class PassagePath(BaseModel):
    """The id of a passage as citations give it."""

    id: str = Field(max_length=64)


def passage_routes(library: Library) -> APIBlueprint:
    """Build the route that shows a passage."""
    routes = APIBlueprint("passages", __name__, url_prefix="/api", abp_tags=[TAG])

    @routes.get("/passages/<id>", summary="A public passage", responses={"200": PassageModel})
    def passage(path: PassagePath) -> Response:
        """Return a public passage; the quotes of citations are verbatim parts of its text."""
        response = jsonify(_find(library, path.id).to_dict())
        response.headers["Cache-Control"] = "no-cache"
        return response

    return routes


def _find(library: Library, passage_id: str) -> Passage:
    try:
        passage = library.passage(passage_id)
    except NotFound as error:
        raise ProblemError(404, "unknown_passage") from error
    except KnowledgeError as error:
        raise ProblemError(503, "library_away") from error
    if passage.audience != "public":
        # The same answer as for an id that never was: outsiders learn nothing of what members hold.
        raise ProblemError(404, "unknown_passage")
    return passage
