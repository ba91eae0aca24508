"""The configuration supervisord is given. It holds no secrets: those are inherited from the environment."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.boot.places import Places
from cli.home import Home

LOG_BYTES = "5MB"
LOG_BACKUPS = 3
_LATE_ORDER = {"knowledge": 10, "actions": 20, "web": 30, "worker": 35, "rasa": 40}


@dataclass(frozen=True)
class Program:
    """A process to keep alive. One with `autostart` false waits until it is asked for."""

    name: str
    command: tuple[str, ...]
    autostart: bool = True
    stop_seconds: int = 15


def product_programs(places: Places) -> tuple[Program, ...]:
    """Return the processes of the product; rasa waits for its model."""
    python = str(places.app_python)
    return (
        Program("knowledge", (*_gunicorn(places, "knowledge"), "knowledge.service:create_app()")),
        Program("actions", (python, "-m", "actions")),
        Program("web", (*_gunicorn(places, "web"), "web:create_app()"), stop_seconds=25),
        Program("worker", (python, "-m", "web.worker"), stop_seconds=25),
        Program("rasa", (str(places.rasa_python), "-m", "bot"), autostart=False),
    )


def _gunicorn(places: Places, package: str) -> tuple[str, ...]:
    return (str(places.app_environment / "bin" / "gunicorn"), "--config", f"{package}/gunicorn.py")


def render_config(programs: Sequence[Program], home: Home, socket: Path, root: Path) -> str:
    """Return the text of the configuration file."""
    return "\n".join([_supervisor_sections(home, socket), *(_program(p, home, root) for p in programs)])


def _supervisor_sections(home: Home, socket: Path) -> str:
    return f"""[unix_http_server]
file={_safe(socket)}
chmod=0600

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface

[supervisord]
nodaemon=true
logfile={_safe(home.logs / "supervisord.log")}
logfile_maxbytes={LOG_BYTES}
logfile_backups={LOG_BACKUPS}
pidfile={_safe(home.run / "supervisord.pid")}
childlogdir={_safe(home.logs)}
umask=077
"""


def _program(program: Program, home: Home, root: Path) -> str:
    """Retries never run out; supervisord waits a second longer before each one that fails at once."""
    command = " ".join(shlex.quote(word) for word in program.command)
    return f"""[program:{program.name}]
command={_safe(command)}
directory={_safe(root)}
priority={_LATE_ORDER.get(program.name, 50)}
autostart={str(program.autostart).lower()}
autorestart=true
startsecs=3
startretries=1000000
stopsignal=TERM
stopwaitsecs={program.stop_seconds}
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={_safe(_safe(home.logs / f"{program.name}.log"))}
stdout_logfile_maxbytes={LOG_BYTES}
stdout_logfile_backups={LOG_BACKUPS}
"""


def _safe(value: object) -> str:
    """Double the sign by which supervisord would expand variables (it expands a program's log path twice)."""
    return str(value).replace("%", "%%")
