"""What runs for a home, as recorded in run/state.json."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.boot.faults import Fault
from cli.home import Home

_SOCKET_LIMIT = 100  # bytes; the kernel takes 107, and supervisord appends its process id while it binds
_SHORT_FOLDER = "adviser-run-"
INNER = ("knowledge", "actions", "rasa")


@dataclass(frozen=True)
class RunState:
    """One run: where it answers, its inner ports by process, and how to reach its supervisor.

    `run` is a random mark every process of the run carries in its environment, by which leftovers are found.
    """

    run: str
    address: str
    host: str
    port: int
    ports: dict[str, int]
    socket: str
    supervisor_pid: int | None = None

    def url(self, process: str) -> str:
        """Return the loopback address of an inner process."""
        return f"http://127.0.0.1:{self.ports[process]}"


def state_file(home: Home) -> Path:
    """Return where the state of this home's run is recorded."""
    return home.run / "state.json"


def read_state(home: Home) -> RunState | None:
    """Return the recorded run; None when nothing was started, or the record is unusable."""
    try:
        return RunState(**json.loads(state_file(home).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write_state(home: Home, state: RunState) -> None:
    """Record the run, in one step, so that no reader ever sees half of it."""
    draft = state_file(home).with_suffix(".new")
    draft.write_text(json.dumps(asdict(state), indent=1))
    draft.replace(state_file(home))


def forget_state(home: Home) -> None:
    """Forget the run after everything has stopped."""
    state = read_state(home)
    state_file(home).unlink(missing_ok=True)
    if state is not None:
        _remove_socket(Path(state.socket))


def _remove_socket(path: Path) -> None:
    path.unlink(missing_ok=True)
    if path.parent.name.startswith(_SHORT_FOLDER) and path.parent.is_dir():
        path.parent.rmdir()


def public_address(host: str, port: int) -> str:
    """Return an address a browser on this machine can open for the host the product listens on."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    return f"http://{shown}:{port}"


def require_free_port(host: str, port: int) -> None:
    """Raise a `Fault` that names the port when something else listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Fault(
                f"port {port} on {host} cannot be used ({error.strerror}). Another program probably listens there: "
                "stop it, or choose another port with ./adviser up --port NUMBER."
            ) from error


def free_ports(count: int) -> list[int]:
    """Return different loopback ports nobody listens on at this moment."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def socket_path(home: Home) -> Path:
    """Return a path for the supervisor's socket that is short enough for the kernel."""
    path = home.run / "supervisor.sock"
    if len(os.fsencode(path)) <= _SOCKET_LIMIT:
        return path
    return Path(tempfile.mkdtemp(prefix=_SHORT_FOLDER)) / "s.sock"
