"""Who may call from a browser: our own pages, and the sites the operator listed."""

from __future__ import annotations

from flask import Flask, Response, request

from web.problems import ProblemError
from web.settings import Settings, origin_of

PREFLIGHT_SECONDS = 7200


def guard_origins(app: Flask, settings: Settings) -> None:
    """Turn foreign origins away from `/api/`, and let the listed ones read what they asked for."""
    allowed = {
        origin
        for url in (*settings.allowed_origins, settings.public_url)
        if url and (origin := origin_of(url))
    }

    def is_served(origin: str) -> bool:
        return origin.lower() in allowed or origin.lower() == origin_of(request.host_url)

    @app.before_request
    def _turn_foreign_away() -> Response | None:
        origin = request.headers.get("Origin")
        if origin is None or not request.path.startswith("/api/"):
            return None
        if not is_served(origin):
            raise ProblemError(403, "foreign_origin", origin=origin[:200])
        return Response(status=204) if _is_preflight() else None

    @app.after_request
    def _let_read(response: Response) -> Response:
        origin = request.headers.get("Origin")
        if request.path.startswith("/api/"):
            response.vary.add("Origin")
            if origin and is_served(origin):
                response.headers.update(_permissions(origin))
        return response


def _is_preflight() -> bool:
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def _permissions(origin: str) -> dict[str, str]:
    # No credentials: the conversation id in the body is the credential, cookies play no part.
    permissions = {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After"}
    if _is_preflight():
        permissions |= {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Content-Type, Accept",
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        }
    return permissions
