"""One run from start to stop: supervisord with its programs, recorded so that other commands find it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cli.boot.locks import exclusive
from cli.boot.places import child_environment
from cli.home import Home, Settings
from cli.supervision.config import Program, render_config
from cli.supervision.state import (
    INNER,
    RunState,
    forget_state,
    free_ports,
    public_address,
    read_state,
    require_free_port,
    socket_path,
    write_state,
)
from cli.supervision.supervisor import RUN_MARK, Supervisor, await_supervisor, end_run, start_supervisord


@dataclass(frozen=True)
class Started:
    """A run that is there now; `fresh` is false when it was running before."""

    state: RunState
    fresh: bool

    @property
    def supervisor(self) -> Supervisor:
        """Return the supervisor in charge of the run."""
        return Supervisor(self.state.socket)


def start_run(
    home: Home, settings: Settings, programs: Sequence[Program], environment: Mapping[str, str], root: Path
) -> Started:
    """Start supervisord with these programs unless it runs already for this home.

    `environment` is given to every program beside the addresses. Raises `Fault` when the port is taken.
    """
    home.prepare()
    with exclusive(home.run / "start.lock"):
        running = running_state(home)
        if running is not None:
            return Started(running, fresh=False)
        _clear_leftovers(home)
        require_free_port(settings.host, settings.port)
        state = _new_state(home, settings)
        write_state(home, state)
        return Started(_launch(home, state, programs, environment, root), fresh=True)


def running_state(home: Home) -> RunState | None:
    """Return the run whose supervisor answers, if there is one."""
    state = read_state(home)
    return state if state is not None and Supervisor(state.socket).answers() else None


def stop_run(home: Home) -> bool:
    """Stop everything that was started for this home; tell whether anything was running."""
    state = read_state(home)
    if state is None:
        return False
    stopped = end_run(state.run, Supervisor(state.socket))
    forget_state(home)
    return stopped


def spawn_counts(home: Home) -> dict[str, int]:
    """Return how often each process of the present run was started, as supervisord's log tells."""
    counts: dict[str, int] = {}
    for path in sorted(home.logs.glob("supervisord.log*")):
        for name in re.findall(r"spawned: '([^']+)' with pid", path.read_text(errors="replace")):
            counts[name] = counts.get(name, 0) + 1
    return counts


def _clear_leftovers(home: Home) -> None:
    """End orphans of a run whose supervisor died, and the log that `spawn_counts` reads."""
    stop_run(home)
    for path in home.logs.glob("supervisord.log*"):
        path.unlink()


def _new_state(home: Home, settings: Settings) -> RunState:
    return RunState(
        run=secrets.token_hex(8),
        address=public_address(settings.host, settings.port),
        host=settings.host,
        port=settings.port,
        ports=dict(zip(INNER, free_ports(len(INNER)), strict=True)),
        socket=str(socket_path(home)),
    )


def _launch(
    home: Home, state: RunState, programs: Sequence[Program], environment: Mapping[str, str], root: Path
) -> RunState:
    config = home.run / "supervisord.conf"
    config.write_text(render_config(programs, home, Path(state.socket), root))
    variables = child_environment(**environment, **_addresses(home, state))
    pid = start_supervisord(config, home, variables, root)
    await_supervisor(Supervisor(state.socket), home)
    known = replace(state, supervisor_pid=pid)
    write_state(home, known)
    return known


def _addresses(home: Home, state: RunState) -> dict[str, str]:
    inner = {f"ADVISER_{name.upper()}_URL": state.url(name) for name in INNER}
    outer = {"ADVISER_HOST": state.host, "ADVISER_PORT": str(state.port)}
    return inner | outer | {"ADVISER_HOME": str(home.root), RUN_MARK: state.run}
