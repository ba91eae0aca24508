"""Loading the starter knowledge once, in a process of its own beside the start of everything else."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from cli.boot.faults import Fault
from cli.boot.places import PROJECT_ROOT, child_environment
from cli.boot.progress import Progress
from cli.connection import Connection
from cli.home import Home, load_secrets
from cli.supervision.state import RunState, read_state
from knowledge.client import Client
from knowledge.errors import KnowledgeError

STARTER = PROJECT_ROOT / "ingest" / "starter"
MARKER = "starter.json"
READY_WITHIN = 180.0
_STEP = "starter knowledge"


def starter_fingerprint(folder: Path = STARTER) -> str:
    """Return a digest that changes when any file of the starter knowledge does."""
    state = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        state.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return state.hexdigest()


def is_loaded(home: Home) -> bool:
    """Tell whether this home has the present starter knowledge, so that what was removed stays removed."""
    try:
        loaded = json.loads((home.root / MARKER).read_text())
    except (OSError, ValueError):
        return False
    return bool(loaded.get("fingerprint") == starter_fingerprint())


class StarterLoad:
    """The load as a step beside others: `start` it, `finish` waits for it. A failure is told, not fatal."""

    def __init__(self, state: RunState, home: Home, progress: Progress) -> None:
        self._state, self._home, self._progress = state, home, progress
        self._thread = threading.Thread(target=self._load, daemon=True)

    def start(self) -> None:
        """Begin loading unless this home has it."""
        if not is_loaded(self._home):
            self._thread.start()

    def finish(self) -> None:
        """Wait until it is loaded or has failed."""
        if self._thread.ident is not None:
            self._thread.join()

    def _load(self) -> None:
        self._progress.begin(_STEP, "loading")
        log = self._home.logs / "starter.log"
        with log.open("wb") as output:
            done = subprocess.run(
                [sys.executable, "-P", "-m", "cli.starter"], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, check=False, cwd=PROJECT_ROOT, env=self._environment(),
            )  # fmt: skip
        self._progress.end(_STEP, "loaded" if done.returncode == 0 else f"not loaded, see {log}")

    def _environment(self) -> dict[str, str]:
        variables = {
            "ADVISER_HOME": str(self._home.root),
            "ADVISER_RUN": self._state.run,  # so that ending the run ends the load too
            "PYTHONPATH": str(PROJECT_ROOT),
        }
        return child_environment(**variables)


def await_knowledge(client: Client, seconds: float = READY_WITHIN) -> None:
    """Return when the knowledge process is ready; raises `Fault` when it is not within the time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            client.ready()
        except KnowledgeError as error:
            if time.monotonic() > deadline:
                raise Fault(f"the knowledge process was not ready within {seconds:.0f} s: {error}") from error
            time.sleep(0.1)
        else:
            return


def main() -> int:
    """Load the starter knowledge into the run of ADVISER_HOME; exit status 1 when any of it failed."""
    home = Home(Path(os.environ["ADVISER_HOME"]))
    state = read_state(home)
    if state is None:
        raise Fault(f"nothing runs for {home.root}.")
    client = Connection(state, load_secrets(home)).knowledge(timeout=120.0)
    await_knowledge(client)
    return load(client, home)


def load(client: Client, home: Home) -> int:
    """Ingest the starter documents and remember that it was done."""
    from ingest.pipeline import load_starter  # noqa: PLC0415 - heavy, and `up` imports this module

    report = load_starter(client)
    print(json.dumps(report.to_dict(), ensure_ascii=False))
    if report.failed:
        return 1
    (home.root / MARKER).write_text(json.dumps({"fingerprint": starter_fingerprint()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
