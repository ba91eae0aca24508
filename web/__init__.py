"""The web process: the only public door. `create_app` is what gunicorn serves.

The application is imported when it is built: the worker and the command line use parts of this package, and would
wait seconds for pages they never show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask_openapi3.openapi import OpenAPI

    from web.library import Library
    from web.settings import Settings


def create_app(settings: Settings | None = None, library: Library | None = None) -> OpenAPI:
    """Build the application; without arguments from the environment, as gunicorn calls it."""
    from web import app  # noqa: PLC0415 - see above

    return app.create_app(settings, library)
