"""How a command reaches the running processes of its home."""

from __future__ import annotations

from dataclasses import dataclass

from cli.boot.faults import Fault
from cli.home import Home, Secrets, Settings, load_secrets
from cli.supervision.state import RunState, read_state
from cli.supervision.supervisor import Supervisor
from knowledge.client import Client

NOT_RUNNING = "nothing runs for {home}; start it with ./adviser up."


@dataclass(frozen=True)
class Connection:
    """A running installation and the secrets to talk to it."""

    state: RunState
    secrets: Secrets

    def knowledge(self, timeout: float = 30.0) -> Client:
        """Return a client of the knowledge process."""
        return Client(self.state.url("knowledge"), self.secrets.inner, timeout=timeout)


def connect() -> Connection:
    """Return the connection to what runs for this home; raises `Fault` when nothing does."""
    home = Home(Settings.from_env().home)
    state = read_state(home)
    if state is None or not Supervisor(state.socket).answers():
        raise Fault(NOT_RUNNING.format(home=home.root))
    return Connection(state, load_secrets(home))
