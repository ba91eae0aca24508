"""Talking to a running supervisord, and ending runs whose supervisor no longer talks."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
from supervisor.xmlrpc import SupervisorTransport

from cli.boot.faults import Fault
from cli.home import Home

RUN_MARK = "ADVISER_RUN"
_GONE = (OSError, xmlrpc.client.Error, http.client.HTTPException)


class Supervisor:
    """A supervisord behind its socket. Methods raise `OSError` or `xmlrpc.client.Error` when it is gone."""

    def __init__(self, socket: str) -> None:
        self._url = f"unix://{socket}"

    def answers(self) -> bool:
        """Tell whether supervisord is there and in charge."""
        try:
            return bool(self._call("getState")["statename"] == "RUNNING")
        except _GONE:
            return False

    def processes(self) -> list[dict[str, Any]]:
        """Return supervisord's own record of each process (name, statename, pid, start, now, ...)."""
        return list(self._call("getAllProcessInfo"))

    def start(self, name: str) -> None:
        """Start a process that was waiting; one that runs already is left alone."""
        try:
            self._call("startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if "ALREADY_STARTED" not in fault.faultString:
                raise

    def shutdown(self) -> None:
        """Ask supervisord to stop every process and then itself; returns at once."""
        self._call("shutdown")

    def _call(self, method: str, *arguments: object) -> Any:
        """Each call has its own connection: the transport cannot use one again after a failure."""
        transport = SupervisorTransport(None, None, serverurl=self._url)
        with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)


def start_supervisord(config: Path, home: Home, environment: Mapping[str, str], root: Path) -> int:
    """Start supervisord in a session of its own and return its process id."""
    command = [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(config)]
    with (home.logs / "supervisord.out").open("wb") as output:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env=dict(environment), cwd=root, start_new_session=True,
        )  # fmt: skip
    child.returncode = 0  # it may outlive this command; nobody shall wait for it here
    return child.pid


def await_supervisor(supervisor: Supervisor, home: Home, seconds: float = 20.0) -> None:
    """Return when supervisord answers; raises `Fault` when it does not within the time."""
    deadline = time.monotonic() + seconds
    while not supervisor.answers():
        if time.monotonic() > deadline:
            raise Fault("the process supervisor did not start.", home.logs / "supervisord.out")
        time.sleep(0.05)


def processes_of_run(run: str) -> list[psutil.Process]:
    """Return every process that carries the mark of this run, orphans included."""
    return [p for p in psutil.process_iter() if p.pid != os.getpid() and _mark_of(p) == run]


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return str(process.environ().get(RUN_MARK)) if process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.Error, OSError):
        return None


def end_run(run: str, supervisor: Supervisor, seconds: float = 40.0) -> bool:
    """Stop everything of a run; tell whether anything was running.

    First politely through supervisord, then whatever is left by signal: first TERM, then KILL.
    """
    running = processes_of_run(run)
    if not running:
        return False
    if supervisor.answers():
        supervisor.shutdown()
        running = _wait_until_gone(run, seconds)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in running:
            _signal(process, number)
        running = _wait_until_gone(run, 5.0) if running else []
    if running:
        pids = ", ".join(str(p.pid) for p in running)
        raise Fault(f"these processes could not be stopped: {pids}. End them by hand (kill -9).")
    return True


def _wait_until_gone(run: str, seconds: float) -> list[psutil.Process]:
    deadline = time.monotonic() + seconds
    while (left := processes_of_run(run)) and time.monotonic() < deadline:
        _reap_children()
        time.sleep(0.1)
    return left


def _reap_children() -> None:
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
