"""The installer (uv): reused from PATH when recent, else brought by pip into the build folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from cli.boot.faults import Fault, explain
from cli.boot.places import Places, child_environment
from cli.boot.pythons import BASE_PYTHON

PINNED = Path(__file__).with_name("uv.txt")
OLDEST_USABLE = (0, 5)
_NO_PIP = "No module named pip"


def ready_uv(places: Places) -> str:
    """Return the path of a usable uv, installing the pinned one when there is none."""
    on_path = shutil.which("uv")
    if on_path and uv_version(on_path) >= OLDEST_USABLE:
        return on_path
    ours = places.build / "uv" / "bin" / "uv"
    if uv_version(str(ours)) < OLDEST_USABLE:
        _install_uv(places, ours)
    return str(ours)


def uv_version(path: str) -> tuple[int, ...]:
    """Return the version of this uv as numbers; () when it does not run."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.match(r"uv (\d+)\.(\d+)", done.stdout) if done.returncode == 0 else None
    return tuple(map(int, found.groups())) if found else ()


def _install_uv(places: Places, target: Path) -> None:
    log = places.logs / "installer.log"
    folder = target.parent.parent
    shutil.rmtree(folder, ignore_errors=True)
    options = ["--quiet", "--no-deps", "--require-hashes", "--target", str(folder), "-r", str(PINNED)]
    failed = run_logged([sys.executable, "-m", "pip", "install", *options], log, child_environment())
    if failed is not None and _NO_PIP in failed and sys.executable != BASE_PYTHON:
        failed = run_logged([BASE_PYTHON, "-m", "pip", "install", *options], log, child_environment())
    if failed is not None and _NO_PIP in failed:
        raise Fault(
            f"the Python at {sys.executable} has no pip. Install it (on Debian and Ubuntu: "
            "`sudo apt install python3-pip`) and run the same command again."
        )
    if failed is not None:
        raise Fault(explain(failed, "Fetching the installer uv"), log)


def uv_environment(places: Places, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment for uv: the package index pip is set to use, and patience with slow networks."""
    env = os.environ if environment is None else environment
    extra = {"UV_PYTHON_INSTALL_DIR": str(places.build / "python")}
    if "UV_HTTP_TIMEOUT" not in env:
        extra["UV_HTTP_TIMEOUT"] = "120"
    index = (
        None if {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & set(env) else env.get("PIP_INDEX_URL") or _pip_index()
    )
    if index:
        extra["UV_DEFAULT_INDEX"] = index
    if env.get("PIP_CERT") and "SSL_CERT_FILE" not in env:
        extra["SSL_CERT_FILE"] = env["PIP_CERT"]
    return child_environment(**extra)


def _pip_index() -> str | None:
    command = [sys.executable, "-m", "pip", "config", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return index_of(done.stdout) if done.returncode == 0 else None


def index_of(pip_settings: str) -> str | None:
    """Return the index address in the output of `pip config list`, if it names one."""
    found = re.search(r"^\S*?\.index-url='([^']+)'", pip_settings, re.MULTILINE)
    return found.group(1) if found else None


def run_logged(
    command: list[str], log: Path, environment: Mapping[str, str], cwd: Path | None = None
) -> str | None:
    """Run a command with its output in the log (overwritten); return that text when it failed, else None."""
    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with log.open("wb") as handle:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=handle, stderr=subprocess.STDOUT,
                env=dict(environment), cwd=cwd, check=False,
            )  # fmt: skip
    except OSError as error:
        return f"{command[0]}: {error.strerror or error}"
    return log.read_text(errors="replace") or "no output" if done.returncode != 0 else None
