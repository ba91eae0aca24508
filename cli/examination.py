"""The single checks of `doctor`: each yields findings, none raises."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cli.archive import is_sqlite
from cli.boot.environments import Environment, app_environment, rasa_environment, read_stamp
from cli.boot.faults import Fault
from cli.boot.machine import GIB, lacks_avx2, read_cpuinfo
from cli.boot.model import model_path
from cli.boot.places import Places
from cli.home import Home, Settings, load_secrets
from cli.supervision.readiness import rasa_health, web_health
from cli.supervision.run import running_state, spawn_counts
from cli.supervision.state import RunState, read_state, require_free_port
from cli.supervision.supervisor import processes_of_run
from knowledge.client import Client
from knowledge.errors import KnowledgeError

LITTLE_DISK = 2 * GIB
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "firefox")


@dataclass(frozen=True)
class Finding:
    """One line of the report: how grave, about what, what was found, and how to mend it."""

    grade: Literal["ok", "warning", "problem"]
    what: str
    found: str
    remedy: str = ""


def examine_machine(places: Places) -> Iterator[Finding]:
    """Look at the Python, the processor, the disk and the browser the tests use."""
    yield Finding("ok", "python", f"{platform.python_version()} at {sys.executable}")
    if lacks_avx2(read_cpuinfo(), platform.machine()):
        yield Finding(
            "problem", "processor", "no AVX2", "choose the processor type `host` in your virtual machine"
        )
    else:
        yield Finding("ok", "processor", platform.machine())
    free = shutil.disk_usage(places.root).free
    little = free < LITTLE_DISK
    remedy = "free some space: databases and logs grow" if little else ""
    yield Finding("warning" if little else "ok", "disk", f"{free / GIB:.1f} GB free", remedy)
    browser = next((name for name in _BROWSERS if shutil.which(name)), None)
    missing = "browser tests are skipped; install chromium and its driver to run them"
    yield (
        Finding("ok", "browser", browser) if browser else Finding("warning", "browser", "none found", missing)
    )


def examine_project(places: Places) -> Iterator[Finding]:
    """Look at the two environments and the dialogue model."""
    yield _environment(app_environment(places, tests=False))
    yield _environment(rasa_environment(places))
    model = model_path(places)
    if model.exists():
        yield Finding("ok", "dialogue model", model.stem.removesuffix(".tar"))
    else:
        yield Finding(
            "warning", "dialogue model", "not trained for the present data", "./adviser up trains it"
        )


def _environment(environment: Environment) -> Finding:
    if environment.is_current():
        return Finding("ok", environment.name, f"built from {read_stamp(environment.folder)['lock_file']}")
    state = "out of date" if environment.folder.exists() else "missing"
    return Finding("warning", environment.name, state, "./adviser up builds it")


def examine_home(home: Home) -> Iterator[Finding]:
    """Look at the folder of the data and the databases in it."""
    if not home.root.exists():
        yield Finding("ok", "home", f"{home.root} does not exist yet; ./adviser up creates it")
        return
    if not os.access(home.root, os.W_OK):
        yield Finding(
            "problem", "home", f"{home.root} cannot be written to", "mend its owner or set ADVISER_HOME"
        )
        return
    yield Finding("ok", "home", str(home.root))
    yield from _key(home)
    for path in sorted(home.root.glob("*.db")):
        yield examine_database(path)


def _key(home: Home) -> Iterator[Finding]:
    if home.key_file.exists() and home.key_file.stat().st_mode & 0o077:
        yield Finding("warning", "key", "others can read it", f"chmod 600 {home.key_file}")


def examine_database(path: Path) -> Finding:
    """Let SQLite check the whole of a database."""
    remedy = "stop with ./adviser down and bring back a backup with ./adviser restore"
    try:
        if not is_sqlite(path):
            return Finding("problem", path.name, "is not a database", remedy)
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)) as database:
            verdict = str(database.execute("PRAGMA integrity_check(3)").fetchone()[0])
    except (OSError, sqlite3.Error) as error:
        return Finding("problem", path.name, str(error), remedy)
    return (
        Finding("ok", path.name, "sound")
        if verdict == "ok"
        else Finding("problem", path.name, verdict, remedy)
    )


def examine_processes(home: Home, settings: Settings) -> Iterator[Finding]:
    """Look at what runs, or at what would keep it from starting."""
    state = running_state(home)
    if state is None:
        yield from _leftovers(home)
        yield _port(settings)
        return
    yield from _restarts(home)
    yield from _health(home, state)


def _leftovers(home: Home) -> Iterator[Finding]:
    state = read_state(home)
    if state is not None and processes_of_run(state.run):
        yield Finding("problem", "processes", "left over from a run whose supervisor died", "./adviser down")
    else:
        yield Finding("ok", "processes", "nothing runs; ./adviser up starts it")


def _port(settings: Settings) -> Finding:
    try:
        require_free_port(settings.host, settings.port)
    except Fault:
        remedy = "stop the other program or use ./adviser up --port NUMBER"
        return Finding("problem", f"port {settings.port}", "taken by another program", remedy)
    return Finding("ok", f"port {settings.port}", "free")


def _restarts(home: Home) -> Iterator[Finding]:
    for name, count in sorted(spawn_counts(home).items()):
        if count > 1:
            log = home.logs / f"{name}.log"
            yield Finding("warning", name, f"was restarted {count - 1} times", f"its log tells why: {log}")


def _health(home: Home, state: RunState) -> Iterator[Finding]:
    secrets = load_secrets(home)
    try:
        Client(state.url("knowledge"), secrets.inner, timeout=10.0).ready()
        yield Finding("ok", "knowledge", "answers a search")
    except KnowledgeError as error:
        yield Finding("problem", "knowledge", str(error), f"look into {home.logs / 'knowledge.log'}")
    for health in (rasa_health(state, secrets.inner), web_health(state)):
        if health.ready:
            yield Finding("ok", health.name, "ready")
        else:
            found = "does not answer" if health.status is None else f"not ready (status {health.status})"
            yield Finding("problem", health.name, found, f"look into {home.logs / f'{health.name}.log'}")
