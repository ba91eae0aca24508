from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.boot.faults import Fault
from cli.boot.places import Places
from cli.home import Home, Settings, load_secrets
from cli.status import collect_status
from cli.supervision.config import Program, product_programs, render_config
from cli.supervision.run import Started, running_state, spawn_counts, start_run, stop_run
from cli.supervision.state import (
    free_ports,
    public_address,
    read_state,
    require_free_port,
    socket_path,
    state_file,
)
from cli.supervision.supervisor import processes_of_run

SLEEPER = Program("sleeper", ("sleep", "600"))
STUBBORN = Program(
    "stubborn",
    (
        sys.executable,
        "-c",
        "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)",
    ),
    stop_seconds=1,
)


def start(home: Home, *programs: Program, **environment: str) -> Started:
    settings = Settings(home.root, port=free_ports(1)[0])
    return start_run(home, settings, programs, environment, home.root.parent)


def eventually(condition: Callable[[], object], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def pid_of(started: Started, name: str) -> int:
    return next(int(p["pid"]) for p in started.supervisor.processes() if p["name"] == name)


def test_a_taken_port_is_named_with_the_way_out(home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Fault, match=rf"port {port} on 127\.0\.0\.1 .* --port NUMBER"):
            start_run(home, Settings(home.root, port=port), [SLEEPER], {}, home.root.parent)
    assert running_state(home) is None


def test_a_home_that_cannot_be_made_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Fault, match="Set ADVISER_HOME to a folder of yours"):
        Home(tmp_path / "file" / "home").prepare()


def test_nothing_to_stop_is_no_fault(home: Home) -> None:
    assert stop_run(home) is False


def test_a_killed_process_comes_back_by_itself(stopped_afterwards: Home) -> None:
    started = start(stopped_afterwards, SLEEPER)
    assert eventually(lambda: pid_of(started, "sleeper"))
    first = pid_of(started, "sleeper")
    os.kill(first, signal.SIGKILL)
    assert eventually(lambda: pid_of(started, "sleeper") not in {0, first})
    assert eventually(lambda: spawn_counts(stopped_afterwards) == {"sleeper": 2})


def test_a_process_that_waits_starts_only_when_asked(stopped_afterwards: Home) -> None:
    started = start(stopped_afterwards, Program("waiting", ("sleep", "600"), autostart=False))
    time.sleep(0.5)
    assert pid_of(started, "waiting") == 0
    started.supervisor.start("waiting")
    started.supervisor.start("waiting")
    assert eventually(lambda: pid_of(started, "waiting"))


def test_a_second_start_finds_the_first_and_starts_nothing(stopped_afterwards: Home) -> None:
    first = start(stopped_afterwards, SLEEPER)
    second = start(stopped_afterwards, SLEEPER)
    assert first.fresh
    assert not second.fresh
    assert second.state == first.state


def test_stopping_ends_every_process_also_one_that_will_not(stopped_afterwards: Home) -> None:
    started = start(stopped_afterwards, SLEEPER, STUBBORN)
    assert eventually(lambda: len(processes_of_run(started.state.run)) == 3)
    assert stop_run(stopped_afterwards) is True
    assert processes_of_run(started.state.run) == []
    assert read_state(stopped_afterwards) is None


def test_orphans_of_a_dead_supervisor_are_ended(stopped_afterwards: Home) -> None:
    started = start(stopped_afterwards, SLEEPER)
    assert eventually(lambda: pid_of(started, "sleeper"))
    orphan = pid_of(started, "sleeper")
    assert started.state.supervisor_pid is not None
    os.kill(started.state.supervisor_pid, signal.SIGKILL)
    assert eventually(lambda: running_state(stopped_afterwards) is None)
    assert [p.pid for p in processes_of_run(started.state.run)] == [orphan]
    assert stop_run(stopped_afterwards) is True
    assert processes_of_run(started.state.run) == []


def test_a_new_start_clears_what_a_dead_supervisor_left(stopped_afterwards: Home) -> None:
    started = start(stopped_afterwards, SLEEPER)
    assert eventually(lambda: pid_of(started, "sleeper"))
    assert started.state.supervisor_pid is not None
    os.kill(started.state.supervisor_pid, signal.SIGKILL)
    assert eventually(lambda: running_state(stopped_afterwards) is None)
    again = start(stopped_afterwards, SLEEPER)
    assert again.fresh
    assert processes_of_run(started.state.run) == []


def test_secrets_reach_the_processes_but_no_file(stopped_afterwards: Home) -> None:
    stopped_afterwards.prepare()
    secrets = load_secrets(stopped_afterwards, create=True)
    started = start(stopped_afterwards, SLEEPER, **secrets.as_environment())
    assert eventually(lambda: pid_of(started, "sleeper"))
    environments = [p.environ() for p in processes_of_run(started.state.run)]
    assert all(e["ADVISER_INNER_SECRET"] == secrets.inner for e in environments)
    for path in stopped_afterwards.root.rglob("*"):
        if path.is_file():
            assert not any(
                s.encode() in path.read_bytes() for s in (secrets.inner, secrets.signing, secrets.local)
            )
    assert secrets.inner not in repr(secrets)


def test_the_status_tells_pid_memory_and_restarts(stopped_afterwards: Home) -> None:
    started = start(stopped_afterwards, SLEEPER)
    assert eventually(lambda: pid_of(started, "sleeper"))
    status = collect_status(stopped_afterwards)
    process = status["processes"][0]
    assert (status["running"], status["ready"], status["address"]) == (True, False, started.state.address)
    assert set(process) == {"name", "state", "pid", "uptime_seconds", "memory_mb", "restarts"}
    assert (process["name"], process["pid"], process["restarts"]) == (
        "sleeper",
        pid_of(started, "sleeper"),
        0,
    )
    assert process["memory_mb"] > 0


def test_the_status_of_nothing_has_the_same_shape(home: Home) -> None:
    nothing = {"running": False, "address": None, "home": str(home.root), "processes": [], "ready": False}
    assert nothing.items() <= collect_status(home).items()


def test_a_home_with_a_very_long_path_still_runs(tmp_path: Path) -> None:
    home = Home(tmp_path / ("long" * 30) / "with space and 50%")
    try:
        started = start(home, SLEEPER)
        assert len(started.state.socket) < 100
        assert eventually(lambda: pid_of(started, "sleeper"))
    finally:
        stop_run(home)
    assert not Path(started.state.socket).parent.exists()


def test_a_damaged_record_counts_as_nothing_running(home: Home) -> None:
    home.prepare()
    state_file(home).write_text('{"run": "x"')
    assert read_state(home) is None
    assert running_state(home) is None


def test_the_product_restarts_for_ever_and_stops_whole_groups(home: Home) -> None:
    programs = product_programs(Places())
    text = render_config(programs, home, socket_path(home), Places().root)
    assert {"knowledge", "actions", "web", "rasa"} <= {program.name for program in programs}
    for line in ("autorestart=true", "startretries=1000000", "stopasgroup=true", "killasgroup=true"):
        assert text.count(line) == len(programs)


def test_only_the_dialogue_engine_waits_for_its_model() -> None:
    assert [program.name for program in product_programs(Places()) if not program.autostart] == ["rasa"]


def test_an_address_can_be_opened_also_when_listening_everywhere() -> None:
    assert public_address("0.0.0.0", 8080) == "http://127.0.0.1:8080"  # noqa: S104
    assert public_address("adviser.local", 80) == "http://adviser.local:80"


def test_free_ports_are_different_and_free() -> None:
    ports = free_ports(3)
    assert len(set(ports)) == 3
    for port in ports:
        require_free_port("127.0.0.1", port)


def test_the_key_is_readable_by_its_owner_only_and_made_once(home: Home) -> None:
    home.prepare()
    first = load_secrets(home, create=True)
    assert home.key_file.stat().st_mode & 0o777 == 0o600
    assert load_secrets(home, create=True) == first
    assert len({first.inner, first.signing, first.local}) == 3


def test_no_key_yet_says_how_to_start(home: Home) -> None:
    with pytest.raises(Fault, match=r"start it with \./adviser up"):
        load_secrets(home)


def test_a_port_that_is_no_port_is_a_fault() -> None:
    with pytest.raises(Fault, match="ADVISER_PORT is 'many'"):
        Settings.from_env({"ADVISER_PORT": "many"})
