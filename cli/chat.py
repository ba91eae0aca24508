"""One turn through the public door, as the command line takes it."""

from __future__ import annotations

from typing import Any

import httpx

from cli.boot.faults import Fault
from cli.connection import Connection

_TIMEOUT = 40.0  # a turn ends within 20 s; the rest is for a machine under load


class Chat:
    """A conversation with the running installation. `conversation` is None until the first turn."""

    def __init__(self, connection: Connection, conversation: str | None = None) -> None:
        self.conversation = conversation
        headers = {"X-Adviser-Local": connection.secrets.local}
        self._http = httpx.Client(
            base_url=connection.state.address, headers=headers, timeout=_TIMEOUT, trust_env=False
        )

    def send(self, message: str) -> dict[str, Any]:
        """Send a message or a button's payload; return the body of POST /api/chat. Raises `Fault`."""
        body = {"message": message}
        if self.conversation is not None:
            body["conversation"] = self.conversation
        try:
            response = self._http.post("/api/chat", json=body)
        except httpx.HTTPError as error:
            raise Fault(f"the web process does not answer ({error}); ./adviser status tells more.") from error
        return self._read(response)

    def _read(self, response: httpx.Response) -> dict[str, Any]:
        try:
            body = response.json()
        except ValueError as error:
            raise Fault(f"the web process answered {response.status_code} without JSON.") from error
        if response.status_code != 200:
            raise Fault(str(body.get("detail") or body.get("title") or f"status {response.status_code}"))
        self.conversation = body["conversation"]
        return dict(body)
