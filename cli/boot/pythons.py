"""Finding the two Pythons: one for the app (3.11 to 3.13), one for Rasa (exactly 3.10)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from cli.boot.faults import Fault

APP_VERSIONS = ((3, 11), (3, 12), (3, 13))
RASA_VERSION = (3, 10)
_ASK = "import sys; print(sys.implementation.name, sys.version_info[0], sys.version_info[1], sys.executable)"


BASE_PYTHON: str = getattr(sys, "_base_executable", sys.executable)
"""The interpreter behind a virtual environment we were started from: that one could be ours, about to be cleared."""


def python_for_app(version: tuple[int, ...] = sys.version_info[:3], executable: str = BASE_PYTHON) -> str:
    """Return the running interpreter when the lock file fits it, else a version for uv to find."""
    return executable if version[:2] in APP_VERSIONS else "3.11"


def python_for_rasa(environment: Mapping[str, str] | None = None) -> str:
    """Return a working Python 3.10, or "3.10" when uv has to fetch one.

    Order: ADVISER_PYTHON310 (a wrong one is a `Fault`), every python3.10 on PATH, pyenv's versions.
    Each is executed, because a pyenv shim exists also where its version is not installed.
    """
    env = os.environ if environment is None else environment
    chosen = env.get("ADVISER_PYTHON310")
    if chosen:
        return _chosen_python(chosen)
    for candidate in _candidates(env):
        found = runs_as(candidate, RASA_VERSION)
        if found:
            return found
    return "3.10"


def _chosen_python(path: str) -> str:
    found = runs_as(path, RASA_VERSION)
    if not found:
        raise Fault(
            f"ADVISER_PYTHON310 names {path}, which is not a working Python 3.10. Correct it or unset it."
        )
    return found


def _candidates(env: Mapping[str, str]) -> Iterator[str]:
    for folder in env.get("PATH", "").split(os.pathsep):
        path = Path(folder or ".") / "python3.10"
        if path.is_file() and os.access(path, os.X_OK):
            yield str(path)
    yield from _pyenv_candidates(env)


def _pyenv_candidates(env: Mapping[str, str]) -> Iterator[str]:
    pyenv = shutil.which("pyenv", path=env.get("PATH", ""))
    if pyenv:
        done = subprocess.run(
            [pyenv, "prefix", "3.10"], capture_output=True, text=True, check=False, env=dict(env)
        )
        if done.returncode == 0 and done.stdout.strip():
            yield str(Path(done.stdout.strip().splitlines()[-1]) / "bin" / "python")
    root = Path(env.get("PYENV_ROOT") or Path(env.get("HOME", "/nonexistent")) / ".pyenv")
    for version in sorted(root.glob("versions/3.10.*"), reverse=True):
        yield str(version / "bin" / "python")


def runs_as(path: str, version: tuple[int, int]) -> str | None:
    """Execute `path` and return its real executable when it is CPython of this version, else None."""
    try:
        done = subprocess.run([path, "-c", _ASK], capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.split(maxsplit=3)
    if done.returncode != 0 or words[:3] != ["cpython", str(version[0]), str(version[1])]:
        return None
    return words[3].strip() or path
