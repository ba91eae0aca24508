from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cli.boot.faults import Fault
from cli.boot.pythons import python_for_app, python_for_rasa, runs_as


def fake_python(path: Path, version: str, implementation: str = "cpython") -> Path:
    """An executable that answers what a Python of this version would."""
    return script(path, f'echo "{implementation} {version.replace(".", " ")} {path}"')


def broken_shim(path: Path) -> Path:
    """A shim as pyenv leaves it for a version that is not chosen."""
    return script(path, 'echo "pyenv: python3.10: command not found" >&2; exit 127')


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def environment(tmp_path: Path, *folders: Path, **more: str) -> dict[str, str]:
    return {"PATH": ":".join(map(str, folders)), "HOME": str(tmp_path / "nobody"), **more}


def test_a_wrong_chosen_python_is_a_fault_and_not_passed_over(tmp_path: Path) -> None:
    right = fake_python(tmp_path / "bin" / "python3.10", "3.10")
    wrong = fake_python(tmp_path / "other" / "python", "3.12")
    with pytest.raises(Fault, match="ADVISER_PYTHON310 names"):
        python_for_rasa(environment(tmp_path, right.parent, ADVISER_PYTHON310=str(wrong)))


def test_the_chosen_python_wins_over_path(tmp_path: Path) -> None:
    chosen = fake_python(tmp_path / "mine" / "python", "3.10")
    other = fake_python(tmp_path / "bin" / "python3.10", "3.10")
    assert python_for_rasa(environment(tmp_path, other.parent, ADVISER_PYTHON310=str(chosen))) == str(chosen)


def test_a_shim_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    shim = broken_shim(tmp_path / "shims" / "python3.10")
    real = fake_python(tmp_path / "usr" / "python3.10", "3.10")
    assert python_for_rasa(environment(tmp_path, shim.parent, real.parent)) == str(real)


def test_a_python_that_lies_about_its_name_is_passed_over(tmp_path: Path) -> None:
    newer = fake_python(tmp_path / "a" / "python3.10", "3.11")
    pypy = fake_python(tmp_path / "b" / "python3.10", "3.10", implementation="pypy")
    assert python_for_rasa(environment(tmp_path, newer.parent, pypy.parent)) == "3.10"


def test_pyenv_is_asked_when_path_has_none(tmp_path: Path) -> None:
    real = fake_python(tmp_path / "versions" / "3.10.9" / "bin" / "python", "3.10")
    pyenv = script(tmp_path / "bin" / "pyenv", f'[ "$1 $2" = "prefix 3.10" ] && echo "{real.parent.parent}"')
    assert python_for_rasa(environment(tmp_path, pyenv.parent)) == str(real)


def test_the_newest_of_pyenvs_versions_is_found_without_pyenv_on_path(tmp_path: Path) -> None:
    root = tmp_path / "dot-pyenv"
    fake_python(root / "versions" / "3.9.1" / "bin" / "python", "3.9")
    real = fake_python(root / "versions" / "3.10.13" / "bin" / "python", "3.10")
    assert python_for_rasa(environment(tmp_path, PYENV_ROOT=str(root))) == str(real)


def test_without_any_the_installer_is_asked_for_one(tmp_path: Path) -> None:
    assert python_for_rasa(environment(tmp_path, tmp_path)) == "3.10"


def test_something_that_cannot_be_executed_is_no_python(tmp_path: Path) -> None:
    assert runs_as(str(tmp_path / "missing"), (3, 10)) is None


def test_the_running_python_is_recognised() -> None:
    assert runs_as(sys.executable, sys.version_info[:2]) is not None


def test_the_app_takes_the_running_python_when_the_lock_fits_it() -> None:
    assert python_for_app((3, 12, 1), "/usr/bin/python3") == "/usr/bin/python3"
    assert python_for_app((3, 15, 0), "/usr/bin/python3") == "3.11"
