"""How Rasa calls the action server: over kept connections, and checking results without waste."""

from __future__ import annotations

from typing import Any

import aiohttp
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.utils.endpoints import ClientResponseError, EndpointConfig


class ActionEndpoint(EndpointConfig):
    """The action server, reached over connections that stay open.

    The stock endpoint opens a session and a connection for each call. Idle connections are given up
    (15 s) long before the action server closes them (75 s), so none is used while it dies.
    """

    def __init__(self, url: str, secret: str, timeout: float = DEFAULT_REQUEST_TIMEOUT) -> None:
        super().__init__(url, headers={"Authorization": f"Bearer {secret}"}, enable_selective_domain=True)
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._kept: aiohttp.ClientSession | None = None

    async def request(self, method: str = "post", **kwargs: Any) -> Any:  # type: ignore[override]
        """Sends `json` and returns the JSON answer; raises Rasa's error for a status from 400 on."""
        async with self._connections().request(method, self.url, json=kwargs.get("json")) as answer:
            if answer.status >= 400:
                raise ClientResponseError(answer.status, answer.reason, await answer.content.read())
            return await answer.json()

    async def close(self) -> None:
        """Closes the connections kept."""
        if self._kept is not None:
            await self._kept.close()

    def _connections(self) -> aiohttp.ClientSession:
        if self._kept is None or self._kept.closed:
            self._kept = aiohttp.ClientSession(headers=self.headers, timeout=self._timeout)
        return self._kept


def check_results_once() -> None:
    """Makes Rasa check an action's result against its schema, and the schema itself only now.

    As it is, each call checks the schema against the schema of schemas first: some 60 ms, more than
    the rest of the turn.
    """
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    checker = kind(schema)

    def check(_: RemoteAction, result: Any) -> bool:
        checker.validate(result)
        return True

    RemoteAction._validate_action_result = check
