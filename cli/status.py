"""`status`: what runs for this home and how it is."""

from __future__ import annotations

from typing import Any

import click
import psutil
from rich.table import Table

from cli.home import Home, Settings
from cli.output import faults_as_words, json_option, print_json, say, table_console
from cli.supervision.readiness import web_health
from cli.supervision.run import running_state, spawn_counts
from cli.supervision.supervisor import Supervisor
from web.settings import database_url
from web.turns.queues import look_at_queues


@click.command("status")
@json_option
@faults_as_words
def status_command(as_json: bool) -> None:
    """Show which processes run, for how long, with how much memory, and whether the whole is ready."""
    status = collect_status(Home(Settings.from_env().home))
    if as_json:
        print_json(status)
    else:
        _show(status)


def collect_status(home: Home) -> dict[str, Any]:
    """Return the status in the shape of `status --json`."""
    state = running_state(home)
    if state is None:
        nothing: dict[str, Any] = {
            "running": False,
            "address": None,
            "home": str(home.root),
            "processes": [],
            "ready": False,
        }
        return nothing | _queues(home)
    spawned = spawn_counts(home)
    records = Supervisor(state.socket).processes()
    return {
        "running": True,
        "address": state.address,
        "home": str(home.root),
        "processes": [_describe(record, spawned) for record in records],
        "ready": web_health(state).ready,
        **_queues(home),
    }


def _queues(home: Home) -> dict[str, Any]:
    """Return how many messages and answers wait, and what the worker says of itself."""
    return look_at_queues(database_url(home.root))


def _describe(record: dict[str, Any], spawned: dict[str, int]) -> dict[str, Any]:
    pid = record["pid"] or None
    return {
        "name": record["name"],
        "state": record["statename"].lower(),
        "pid": pid,
        "uptime_seconds": max(0, record["now"] - record["start"]) if pid else 0,
        "memory_mb": memory_mb(pid) if pid else 0.0,
        "restarts": max(0, spawned.get(record["name"], 0) - 1),
    }


def memory_mb(pid: int) -> float:
    """Return the resident memory of a process and its descendants in megabytes; 0 when it is gone."""
    try:
        top = psutil.Process(pid)
        family = [top, *top.children(recursive=True)]
    except psutil.Error:
        return 0.0
    return round(sum(_resident(process) for process in family) / 1e6, 1)


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _show(status: dict[str, Any]) -> None:
    if not status["running"]:
        say(f"Nothing runs for {status['home']}. Start it with ./adviser up.")
        return
    table = Table("process", "state", "pid", "up (s)", "memory (MB)", "restarts", box=None, pad_edge=False)
    for process in status["processes"]:
        table.add_row(*(str("-" if value is None else value) for value in process.values()))
    table_console(80).print(table)
    queues = status["queues"]
    say(
        f"Messages open: {queues['inbox_open']}, answers to deliver: {queues['outbox_open']}, "
        f"given up: {queues['dead']}"
    )
    say(f"{'Ready' if status['ready'] else 'Not ready'}: {status['address']}\nHome: {status['home']}")
