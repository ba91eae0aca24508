"""Rasa's environment and model, built by a process of its own beside everything else.

The launcher starts it and is then replaced by the command line; the process stays a child of the same
process id, so `RasaBuild.wait` works on both sides of that change. Progress passes through a file of JSON lines.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from cli.boot.environments import ensure, rasa_environment
from cli.boot.faults import Fault
from cli.boot.model import ensure_model, model_path
from cli.boot.places import PROJECT_ROOT, Places
from cli.boot.progress import Progress

_PID = "ADVISER_BUILD_PID"
_EVENTS = "ADVISER_BUILD_EVENTS"
_SHOWN = "ADVISER_BUILD_SHOWN"
MODEL = "ADVISER_RASA_MODEL"
_POLL = 0.1


def is_built(places: Places) -> bool:
    """Tell whether Rasa's environment and the model for the present inputs are there."""
    return rasa_environment(places).is_current() and model_path(places).exists()


@dataclass(frozen=True)
class RasaBuild:
    """A running build: the child's process id and the file it tells its progress in."""

    pid: int
    events: Path

    @classmethod
    def start(cls, places: Places) -> RasaBuild:
        """Start the build as a child in a process group of its own, and remember it across exec."""
        places.logs.mkdir(parents=True, exist_ok=True)
        events = places.logs / f"rasa-build-{os.getpid()}.jsonl"
        events.write_text("")
        os.environ[MODEL] = str(
            model_path(places)
        )  # one path for builder and user, should files change meanwhile
        command = [sys.executable, "-m", "cli.boot.rasa_side", str(places.root), str(events)]
        environment = os.environ | {"PYTHONPATH": str(PROJECT_ROOT)}
        with (places.logs / "rasa-build.log").open("ab") as log:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                cwd=places.root, start_new_session=True,
            )  # fmt: skip
        os.environ |= {_PID: str(child.pid), _EVENTS: str(events)}
        child.returncode = 0  # we wait for it by its id, also after exec
        return cls(child.pid, events)

    @classmethod
    def inherited(cls) -> RasaBuild | None:
        """Return the build the launcher left running before it was replaced, if any."""
        pid, events = os.environ.pop(_PID, None), os.environ.pop(_EVENTS, None)
        return cls(int(pid), Path(events)) if pid and events else None

    def wait(self, progress: Progress) -> None:
        """Show the build's progress until it ends; raises the `Fault` it ended with."""
        with self.events.open() as stream:
            self._recall(stream, progress)
            while (status := self._exit_status()) is None:
                self._show(stream, progress)
                time.sleep(_POLL)
            self._show(stream, progress)
        self.events.unlink(missing_ok=True)
        for name in (_PID, _EVENTS, _SHOWN):  # a command started from here must not wait for it again
            os.environ.pop(name, None)
        if status != 0:
            raise Fault("building the Rasa side ended without a word; run the same command again to go on.")

    @contextmanager
    def shown(self, progress: Progress) -> Iterator[None]:
        """Show the build's steps while the block runs; what was shown is remembered across exec."""
        done = threading.Event()
        follower = threading.Thread(target=self._follow, args=(progress, done), daemon=True)
        follower.start()
        try:
            yield
        finally:
            done.set()
            follower.join()

    def _follow(self, progress: Progress, done: threading.Event) -> None:
        with self.events.open() as stream:
            while not done.wait(_POLL):
                with suppress(Fault):  # `wait` meets it again
                    self._show(stream, progress)
                os.environ[_SHOWN] = str(stream.tell())

    def _recall(self, stream: TextIO, progress: Progress) -> None:
        """Take in silently what the launcher has shown already."""
        shown = int(os.environ.pop(_SHOWN, "0"))
        for event in _read_events(stream, until=shown):
            if event["event"] != "fault":
                _tell(event, progress, known=True)
            else:
                raise _fault(event)

    def stop(self) -> None:
        """End the build and everything it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGTERM)
        self.events.unlink(missing_ok=True)

    def _exit_status(self) -> int | None:
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None

    def _show(self, stream: TextIO, progress: Progress) -> None:
        for event in _read_events(stream):
            if event["event"] == "fault":
                raise _fault(event)
            _tell(event, progress, known=False)


def _tell(event: dict[str, Any], progress: Progress, *, known: bool) -> None:
    if event["event"] == "begin":
        progress.begin(event["step"], event["note"], at=event["at"], known=known)
    elif event["event"] == "end":
        progress.end(event["step"], event["outcome"], at=event["at"], known=known)
    elif not known:
        progress.say(event["line"])


def _fault(event: dict[str, Any]) -> Fault:
    log = event.get("log")
    return Fault(event["paragraph"], Path(log) if log else None)


def _read_events(stream: TextIO, until: int | None = None) -> Iterator[dict[str, Any]]:
    while until is None or stream.tell() < until:
        start = stream.tell()
        line = stream.readline()
        if not line.endswith("\n"):
            stream.seek(start)
            return
        yield json.loads(line)


class EventWriter(Progress):
    """A `Progress` that tells its steps to another process instead of showing them."""

    def __init__(self, path: Path) -> None:
        super().__init__(live=False)
        self._path = path

    def begin(self, step: str, note: str = "", *, at: float | None = None, known: bool = False) -> None:
        """Tell that a step has begun."""
        self.tell(event="begin", step=step, note=note, at=at or time.time())

    def end(self, step: str, outcome: str = "done", *, at: float | None = None, known: bool = False) -> None:
        """Tell that a step is over."""
        self.tell(event="end", step=step, outcome=outcome, at=at or time.time())

    def say(self, line: str) -> None:
        """Tell a line of its own."""
        self.tell(event="say", line=line)

    def tell(self, **event: object) -> None:
        """Append one event to the file."""
        with self._path.open("a") as stream:
            stream.write(json.dumps(event) + "\n")


def build(places: Places, progress: Progress) -> None:
    """Build Rasa's environment and train the model, where they are not current; raises `Fault`."""
    ensure(rasa_environment(places), places, progress)
    ensure_model(places, progress, Path(os.environ.get(MODEL) or model_path(places)))


def main(root: str, events: str) -> int:
    """Run the build as the child process."""
    writer = EventWriter(Path(events))
    try:
        build(Places(Path(root)), writer)
    except Fault as fault:
        writer.tell(event="fault", paragraph=fault.paragraph, log=str(fault.log) if fault.log else None)
        return 1
    except BaseException as error:
        writer.tell(
            event="fault", paragraph=f"building the Rasa side stopped unexpectedly ({error!r}).", log=None
        )
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
