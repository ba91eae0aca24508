from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from cli.boot.environments import Environment, app_environment, ensure, write_stamp
from cli.boot.faults import Fault
from cli.boot.installer import index_of, ready_uv, uv_environment, uv_version
from cli.boot.places import Places
from cli.boot.progress import Progress


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def environment(root: Path, *, accepts_also: tuple[Path, ...] = ()) -> Environment:
    lock = root / "app.txt"
    if not lock.exists():
        lock.write_text("flask==3.1.0\n")
    return Environment(
        "app environment", root / ".venv", lock, (lock, *accepts_also), lambda: sys.executable, 0
    )


def built(root: Path, **options: tuple[Path, ...]) -> Environment:
    made = environment(root, **options)
    (made.folder / "bin").mkdir(parents=True)
    (made.folder / "bin" / "python").symlink_to(sys.executable)
    write_stamp(made)
    return made


def fake_uv(folder: Path, body: str) -> Path:
    """An installer that writes down how it was called and then does as `body` says."""
    folder.mkdir(parents=True, exist_ok=True)
    uv = folder / "uv"
    uv.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && echo "uv 0.13.9" && exit 0\necho "$@" >> {folder}/calls\n{body}\n'
    )
    uv.chmod(0o755)
    return uv


def test_a_missing_environment_is_not_current(tmp_path: Path) -> None:
    assert not environment(tmp_path).is_current()


def test_a_built_environment_is_current_until_its_lock_changes(tmp_path: Path) -> None:
    made = built(tmp_path)
    assert made.is_current()
    made.lock.write_text("flask==3.1.1\n")
    assert not made.is_current()


def test_an_environment_whose_python_is_gone_is_not_current(tmp_path: Path) -> None:
    made = built(tmp_path)
    (made.folder / "bin" / "python").unlink()
    (made.folder / "bin" / "python").symlink_to(tmp_path / "uninstalled")
    assert not made.is_current()


def test_a_moved_environment_is_not_current(tmp_path: Path) -> None:
    made = built(tmp_path)
    moved = tmp_path / "elsewhere"
    shutil.move(made.folder, moved / ".venv")
    shutil.copy(made.lock, moved / "app.txt")
    assert not environment(moved).is_current()


def test_a_damaged_stamp_is_not_trusted(tmp_path: Path) -> None:
    made = built(tmp_path)
    (made.folder / "adviser-stamp.json").write_text("{half a st")
    assert not made.is_current()


def test_the_test_lock_makes_the_app_environment_current_too(tmp_path: Path) -> None:
    test_lock = tmp_path / "test.txt"
    test_lock.write_text("flask==3.1.0\npytest==9\n")
    made = built(tmp_path, accepts_also=(test_lock,))
    write_stamp(Environment(made.name, made.folder, test_lock, (test_lock,), made.python, 0))
    assert made.is_current()


def test_an_environment_with_the_test_tools_keeps_them(places: Places) -> None:
    for lock in (places.app_lock, places.test_lock):
        lock.parent.mkdir(exist_ok=True)
        lock.write_text(f"{lock.stem}==1\n")
    assert app_environment(places, tests=False).lock == places.app_lock
    with_tools = app_environment(places, tests=True)
    with_tools.folder.mkdir()
    write_stamp(with_tools)
    assert app_environment(places, tests=False).lock == places.test_lock


def test_a_current_environment_is_left_alone(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    ensure(built(places.root), places, Progress(live=False))
    assert capsys.readouterr().err == ""


def test_a_failed_install_leaves_no_stamp_and_names_the_cause(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = fake_uv(places.root / "bin", 'echo "No space left on device (os error 28)" >&2; exit 2')
    monkeypatch.setenv("PATH", f"{uv.parent}:/usr/bin:/bin")
    made = built(places.root)
    made.lock.write_text("flask==3.1.1\n")
    with pytest.raises(Fault, match="the disk is full") as caught:
        ensure(made, places, Progress(live=False))
    assert caught.value.log is not None
    assert caught.value.log.exists()
    assert not (made.folder / "adviser-stamp.json").exists()


def test_an_install_checks_hashes_and_is_stamped(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = places.app_environment / "bin"
    body = f'[ "$1" = venv ] && mkdir -p {folder} && ln -sf {sys.executable} {folder}/python'
    uv = fake_uv(places.root / "bin", f"{body}; exit 0")
    monkeypatch.setenv("PATH", f"{uv.parent}:/usr/bin:/bin")
    made = environment(places.root)
    ensure(made, places, Progress(live=False))
    assert made.is_current()
    create, sync = (uv.parent / "calls").read_text().splitlines()
    assert create.startswith("venv")
    assert sync.startswith("pip sync --require-hashes")


def test_no_python_anywhere_says_how_to_name_one(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    uv = fake_uv(places.root / "bin", 'echo "dns error" >&2; exit 2')
    monkeypatch.setenv("PATH", f"{uv.parent}:/usr/bin:/bin")
    wanted = environment(places.root)
    lacking = Environment(wanted.name, wanted.folder, wanted.lock, wanted.accepts, lambda: "3.10", 0)
    with pytest.raises(Fault, match=r"Python 3\.10; none was found .* ADVISER_PYTHON310"):
        ensure(lacking, places, Progress(live=False))


def test_a_recent_installer_on_path_is_used_again(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    uv = fake_uv(places.root / "bin", "exit 0")
    monkeypatch.setenv("PATH", f"{uv.parent}:/usr/bin:/bin")
    assert ready_uv(places) == str(uv)
    assert uv_version(str(uv)) == (0, 13)


def test_the_index_pip_uses_is_handed_to_the_installer(places: Places) -> None:
    assert (
        uv_environment(places, {"PIP_INDEX_URL": "http://localhost/simple"})["UV_DEFAULT_INDEX"]
        == "http://localhost/simple"
    )
    assert index_of(
        ":env:.cert='/x'\nglobal.extra-index-url='a'\nglobal.index-url='http://localhost/pip'\n"
    ) == ("http://localhost/pip")
    assert index_of("global.extra-index-url='file:///x'\n") is None


def test_an_index_chosen_for_the_installer_itself_wins(places: Places) -> None:
    chosen = {"UV_DEFAULT_INDEX": "http://localhost/uv", "PIP_INDEX_URL": "http://localhost/pip"}
    assert uv_environment(places, chosen).get("UV_DEFAULT_INDEX") != "http://localhost/pip"
