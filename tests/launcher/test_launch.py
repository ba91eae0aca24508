from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.__main__ import adviser
from cli.boot.faults import Fault
from cli.boot.help import COMMANDS
from cli.boot.locks import exclusive
from cli.boot.places import PROJECT_ROOT, child_environment
from cli.boot.progress import Progress
from cli.boot.rasa_side import RasaBuild

LAUNCHER = PROJECT_ROOT / "adviser"


def run(*arguments: str, python: tuple[str, ...] = (sys.executable,)) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*python, str(LAUNCHER), *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_an_unknown_command_is_refused_with_the_overview() -> None:
    done = run("fly")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "no command 'fly'" in done.stderr
    assert "documents" in done.stderr


def test_help_answers_without_any_installed_package() -> None:
    done = run("--help", python=(sys.executable, "-S", "-I"))
    assert done.returncode == 0
    assert "up " in done.stdout
    assert done.stderr == ""


def test_the_overview_lists_exactly_the_commands_there_are() -> None:
    context = adviser.make_context("adviser", ["status"])
    for name in COMMANDS:
        command = adviser.get_command(context, name)
        assert command is not None
        assert command.name == name


def test_version_is_the_projects() -> None:
    assert "Cluster Adviser 0." in run("--version").stdout


def test_children_keep_their_bytecode_and_send_no_telemetry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    environment = child_environment(ADVISER_HOME="/somewhere")
    assert "PYTHONDONTWRITEBYTECODE" not in environment
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"
    assert environment["ADVISER_HOME"] == "/somewhere"


def test_progress_in_a_log_is_plain_lines_with_seconds() -> None:
    stream = io.StringIO()
    progress = Progress(stream, live=False)
    progress.begin("app environment", "installing")
    progress.end("app environment", "installed")
    progress.close()
    first, second = stream.getvalue().splitlines()
    assert first.endswith("app environment: installing ...")
    assert "app environment: installed (0." in second
    assert "\x1b" not in stream.getvalue()


def test_progress_on_a_terminal_redraws_one_line_and_wipes_it() -> None:
    stream = io.StringIO()
    progress = Progress(stream, live=True)
    progress.begin("dialogue model")
    time.sleep(0.5)
    progress.close()
    assert "dialogue model 0 s" in stream.getvalue()
    assert stream.getvalue().endswith("\r\x1b[2K")


def test_two_builders_of_the_same_thing_take_turns(tmp_path: Path) -> None:
    lock = tmp_path / "some.lock"
    holder = (
        "import sys,time,pathlib; sys.path.insert(0, sys.argv[1]); from cli.boot.locks import exclusive\n"
    )
    holder += "with exclusive(pathlib.Path(sys.argv[2])):\n    print('held', flush=True); time.sleep(0.6)"
    child = subprocess.Popen(
        [sys.executable, "-c", holder, str(PROJECT_ROOT), str(lock)], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        waited: list[bool] = []
        began = time.monotonic()
        with exclusive(lock, lambda: waited.append(True)):
            assert time.monotonic() - began > 0.2
    assert waited == [True]


def started(code: str, events: Path) -> RasaBuild:
    """A build whose child process is `code` instead of the real one."""
    events.touch()
    child = subprocess.Popen([sys.executable, "-c", code, str(events)], start_new_session=True)
    child.returncode = 0
    return RasaBuild(child.pid, events)


TELL = """
import json, sys, time
def tell(**event):
    open(sys.argv[1], "a").write(json.dumps(event | {"at": time.time()}) + "\\n")
"""


def test_the_fault_of_the_build_beside_reaches_the_waiting_command(tmp_path: Path) -> None:
    code = TELL + "tell(event='fault', paragraph='the disk is full.', log='/x/y.log'); sys.exit(1)"
    with pytest.raises(Fault, match="the disk is full") as caught:
        started(code, tmp_path / "events").wait(Progress(io.StringIO(), live=False))
    assert caught.value.log == Path("/x/y.log")


def test_the_steps_of_the_build_beside_are_shown(tmp_path: Path) -> None:
    begin = "tell(event='begin', step='dialogue model', note='training')\n"
    code = TELL + begin + "tell(event='end', step='dialogue model', outcome='trained')"
    stream = io.StringIO()
    started(code, tmp_path / "events").wait(Progress(stream, live=False))
    assert "dialogue model: training ..." in stream.getvalue()
    assert "dialogue model: trained" in stream.getvalue()


def test_what_the_launcher_has_shown_is_not_shown_again(tmp_path: Path) -> None:
    begin = "tell(event='begin', step='Rasa environment', note='installing'); time.sleep(1)\n"
    build = started(
        TELL + begin + "tell(event='end', step='Rasa environment', outcome='installed')", tmp_path / "events"
    )
    first, second = io.StringIO(), io.StringIO()
    with build.shown(Progress(first, live=False)):
        time.sleep(0.5)
    build.wait(Progress(second, live=False))
    assert first.getvalue().count("installing") == 1
    assert "installing" not in second.getvalue()
    assert "Rasa environment: installed (1." in second.getvalue()


def test_a_build_that_dies_without_a_word_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="ended without a word"):
        started("import os; os.kill(os.getpid(), 9)", tmp_path / "events").wait(
            Progress(io.StringIO(), live=False)
        )


def test_a_stopped_build_takes_its_children_along(tmp_path: Path) -> None:
    mark = tmp_path / "child"
    code = "import subprocess; p = subprocess.Popen(['sleep', '60'])\n"
    code += f"open({str(mark)!r}, 'w').write(str(p.pid)); p.wait()"
    build = started(code, tmp_path / "events")
    while not (mark.exists() and mark.read_text()):
        time.sleep(0.05)
    build.stop()
    os.waitpid(build.pid, 0)
    deadline = time.monotonic() + 5
    while _runs(int(mark.read_text())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(int(mark.read_text()))


def _runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_an_inherited_build_is_taken_over_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ADVISER_BUILD_PID", "123")
    monkeypatch.setenv("ADVISER_BUILD_EVENTS", json.dumps(str(tmp_path)).strip('"'))
    assert RasaBuild.inherited() == RasaBuild(123, tmp_path)
    assert RasaBuild.inherited() is None


def test_a_build_that_was_waited_for_is_left_to_nobody(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    build = started("pass", tmp_path / "events")
    monkeypatch.setenv("ADVISER_BUILD_PID", str(build.pid))
    monkeypatch.setenv("ADVISER_BUILD_EVENTS", str(build.events))
    build.wait(Progress(io.StringIO(), live=False))
    assert RasaBuild.inherited() is None
