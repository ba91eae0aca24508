"""Asking the processes whether they can work."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from cli.supervision.state import RunState

_TIMEOUT = 5.0


@dataclass(frozen=True)
class Health:
    """What a process said: its HTTP status (None when it did not answer) and whether that means ready."""

    name: str
    status: int | None

    @property
    def ready(self) -> bool:
        """Tell whether the process can work."""
        return self.status == 200


def web_health(state: RunState) -> Health:
    """Ask the public door whether every part answers."""
    return Health("web", _status(f"{state.address}/readyz", {}))


def rasa_health(state: RunState, inner_secret: str) -> Health:
    """Ask the dialogue engine whether a canary sentence gets its intent."""
    headers = {"Authorization": f"Bearer {inner_secret}"}
    return Health("rasa", _status(f"{state.url('rasa')}/webhooks/adviser/ready", headers))


def _status(url: str, headers: dict[str, str]) -> int | None:
    try:
        return httpx.get(url, headers=headers, timeout=_TIMEOUT, trust_env=False).status_code
    except httpx.HTTPError:
        return None
