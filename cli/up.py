"""`up`: start everything, say when it is ready, stay until told to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import replace
from types import FrameType

import click

from cli.boot.faults import Fault
from cli.boot.model import model_path
from cli.boot.places import Places
from cli.boot.progress import Progress
from cli.boot.rasa_side import MODEL, RasaBuild
from cli.home import Home, Settings, load_secrets
from cli.output import faults_as_words, note, say
from cli.starter import StarterLoad
from cli.supervision.config import product_programs
from cli.supervision.readiness import web_health
from cli.supervision.run import Started, running_state, spawn_counts, start_run, stop_run

READY_WITHIN = 300.0  # seconds; a first start on a slow disk took 60
TRIES_BEFORE_GIVING_UP = 6
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command("up")
@click.option("--port", type=click.IntRange(1, 65535), help="Public port (default: ADVISER_PORT or 8080).")
@click.option("--no-starter", is_flag=True, help="Do not load the starter knowledge.")
@click.option("--detach", is_flag=True, help="Return when ready; stop it later with ./adviser down.")
@faults_as_words
def up_command(port: int | None, no_starter: bool, detach: bool) -> None:
    """Build what is missing, start everything and print `Ready: http://...` when it can be used.

    Stays in the foreground until Ctrl-C, which stops everything again.
    """
    settings = Settings.from_env()
    if port is not None:
        settings = replace(settings, port=port)
    if no_starter:
        settings = replace(settings, starter=False)
    for number in _STOPPING:
        signal.signal(number, _interrupt)  # SIGINT too: a shell starts background jobs with it ignored
    _up(settings, Home(settings.home), given_port=port, detach=detach)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _up(settings: Settings, home: Home, *, given_port: int | None, detach: bool) -> None:
    progress = Progress()
    build = RasaBuild.inherited()
    try:
        started = _start(home, settings)
        if not started.fresh:
            _say_already_running(started, given_port)
            return
        _bring_up(started, home, settings, build, progress)
        say(f"Ready: {started.state.address}")
        if not detach:
            _stay(home, started)
    except BaseException as reason:
        progress.close()
        if build is not None:
            build.stop()
        _stop_ours(home, reason)
        if not isinstance(reason, KeyboardInterrupt):
            raise
    finally:
        progress.close()


def _start(home: Home, settings: Settings) -> Started:
    places = Places()
    home.prepare()
    secrets = load_secrets(home, create=True).as_environment()
    environment = secrets | {MODEL: os.environ.get(MODEL) or str(model_path(places))}
    return start_run(home, settings, product_programs(places), environment, places.root)


def _say_already_running(started: Started, given_port: int | None) -> None:
    address = started.state.address
    if given_port is not None and given_port != started.state.port:
        raise AlreadyRunning(
            f"it already runs for this home at {address}. For another port stop it first with ./adviser down, "
            "for a second installation set ADVISER_HOME to another folder."
        )
    note("It was already running for this home.")
    say(f"Ready: {address}" if web_health(started.state).ready else f"Still starting: {address}")


class AlreadyRunning(Fault):
    """A run exists that this command did not start and must not stop."""


def _bring_up(
    started: Started, home: Home, settings: Settings, build: RasaBuild | None, progress: Progress
) -> None:
    """Wait for the model, the starter knowledge and the processes, side by side."""
    starter = StarterLoad(started.state, home, progress) if settings.starter else None
    if starter is not None:
        starter.start()
    if build is not None:
        build.wait(progress)
    started.supervisor.start("rasa")
    progress.begin("processes", "starting")
    _await_ready(started, home)
    progress.end("processes", "ready")
    if starter is not None:
        starter.finish()
    progress.close()


def _await_ready(started: Started, home: Home) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not web_health(started.state).ready:
        _give_up_on_failures(home)
        if time.monotonic() > deadline:
            raise Fault(_not_ready(started), home.logs)
        time.sleep(0.2)


def _give_up_on_failures(home: Home) -> None:
    for name, count in spawn_counts(home).items():
        if count >= TRIES_BEFORE_GIVING_UP:
            raise Fault(
                f"the process {name} ended {count - 1} times while starting; ./adviser doctor may tell why.",
                home.logs / f"{name}.log",
            )


def _not_ready(started: Started) -> str:
    waiting = [p["name"] for p in started.supervisor.processes() if p["statename"] != "RUNNING"]
    which = f" ({', '.join(waiting)} not running)" if waiting else ""
    return f"not every part was ready within {READY_WITHIN:.0f} seconds{which}. Try ./adviser doctor."


def _stay(home: Home, started: Started) -> None:
    """Sleep until a signal comes or the run is ended by `down`."""
    if sys.stderr.isatty():
        note("Press Ctrl-C to stop.")
    while running_state(home) == started.state:
        threading.Event().wait(1.0)


def _stop_ours(home: Home, reason: BaseException) -> None:
    if isinstance(reason, AlreadyRunning):
        return
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)
    if stop_run(home) and isinstance(reason, KeyboardInterrupt):
        note("Stopped.")
