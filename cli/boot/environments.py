"""The two environments: what each needs, whether it is current, and how it is built."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cli.boot.faults import Fault, explain
from cli.boot.installer import ready_uv, run_logged, uv_environment
from cli.boot.locks import exclusive
from cli.boot.machine import GIB, check_disk
from cli.boot.places import Places
from cli.boot.progress import Progress
from cli.boot.pythons import python_for_app, python_for_rasa

STAMP = "adviser-stamp.json"


@dataclass(frozen=True)
class Environment:
    """A virtual environment and the lock file it is built from.

    `accepts` are lock files any of which makes it current (the test lock holds all the app needs);
    `needed` is the free disk in bytes a build wants.
    """

    name: str
    folder: Path
    lock: Path
    accepts: tuple[Path, ...]
    python: Callable[[], str]
    needed: int

    def is_current(self) -> bool:
        """Tell whether the environment is there, not moved, and built from one of the accepted lock files."""
        stamp = read_stamp(self.folder)
        interpreter = self.folder / "bin" / "python"
        if stamp.get("folder") != str(self.folder) or not os.access(interpreter, os.X_OK):
            return False
        return any(lock.exists() and stamp.get("lock") == digest(lock) for lock in self.accepts)


def app_environment(places: Places, *, tests: bool) -> Environment:
    """Describe the app environment, with the test tools when `tests` is true or when it has them already."""
    has_tools = read_stamp(places.app_environment).get("lock_file") == places.test_lock.name
    lock = places.test_lock if tests or has_tools else places.app_lock
    accepts = (places.test_lock,) if tests else (places.app_lock, places.test_lock)
    return Environment("app environment", places.app_environment, lock, accepts, python_for_app, 2 * GIB)


def rasa_environment(places: Places) -> Environment:
    """Describe Rasa's environment."""
    lock = places.rasa_lock
    return Environment("Rasa environment", places.rasa_environment, lock, (lock,), python_for_rasa, 4 * GIB)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_stamp(folder: Path) -> dict[str, str]:
    """Return what the last finished build of this environment wrote; {} when there is none to trust."""
    try:
        stamp = json.loads((folder / STAMP).read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(environment: Environment) -> None:
    """Record that the environment now holds exactly its lock file."""
    stamp = {
        "lock": digest(environment.lock),
        "lock_file": environment.lock.name,
        "folder": str(environment.folder),
    }
    (environment.folder / STAMP).write_text(json.dumps(stamp))


def ensure(environment: Environment, places: Places, progress: Progress) -> None:
    """Build the environment unless it is current; raises `Fault`."""
    if environment.is_current():
        return
    lock_file = places.build / f"{environment.folder.name.lstrip('.')}.lock"
    with exclusive(
        lock_file, lambda: progress.say(f"Waiting: another command builds the {environment.name}.")
    ):
        if not environment.is_current():
            _build(environment, places, progress)


def _build(environment: Environment, places: Places, progress: Progress) -> None:
    check_disk(places.root, environment.needed)
    with exclusive(places.build / "installer.lock"):
        uv = ready_uv(places)
    (environment.folder / STAMP).unlink(missing_ok=True)
    progress.begin(environment.name, "installing")
    outcome = "failed"
    try:
        _create(environment, uv, places)
        _install(environment, uv, places)
        write_stamp(environment)
        outcome = "installed"
    finally:
        progress.end(environment.name, outcome)


def _create(environment: Environment, uv: str, places: Places) -> None:
    if _usable(environment):
        return
    log = places.logs / f"{environment.folder.name.lstrip('.')}-create.log"
    python = environment.python()
    command = [uv, "venv", "--clear", "--no-project", "--python", python, str(environment.folder)]
    failed = run_logged(command, log, uv_environment(places), cwd=places.root)
    if failed is not None and not Path(python).is_absolute():
        raise Fault(_no_python(python), log)
    if failed is not None:
        raise Fault(explain(failed, f"Creating the {environment.name}"), log)


def _usable(environment: Environment) -> bool:
    """A sync corrects the packages of an old environment, but not a moved folder or a lost interpreter."""
    shebang = environment.folder / "bin" / "activate"
    interpreter = environment.folder / "bin" / "python"
    here = shebang.exists() and str(environment.folder) in shebang.read_text(errors="replace")
    return here and os.access(interpreter, os.X_OK)


def _no_python(version: str) -> str:
    hint = " and name it in ADVISER_PYTHON310 if it is not on PATH" if version == "3.10" else ""
    what = "The dialogue engine" if version == "3.10" else "Cluster Adviser"
    return (
        f"{what} needs Python {version}; none was found here and none could be downloaded. Install Python {version} "
        f"(for example with pyenv or your system's packages){hint}, then run the same command again."
    )


def _install(environment: Environment, uv: str, places: Places) -> None:
    log = places.logs / f"{environment.folder.name.lstrip('.')}-install.log"
    interpreter = str(environment.folder / "bin" / "python")
    command = [uv, "pip", "sync", "--require-hashes", "--python", interpreter, str(environment.lock)]
    failed = run_logged(command, log, uv_environment(places), cwd=places.root)
    if failed is not None:
        raise Fault(explain(failed, f"Installing the {environment.name}"), log)
