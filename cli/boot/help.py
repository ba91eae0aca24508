"""The answer to `./adviser --help`, known before anything is built."""

from __future__ import annotations

import tomllib

from cli.boot.places import PROJECT_ROOT

COMMANDS: dict[str, str] = {
    "up": "Build what is missing, start everything, print the address when it is ready.",
    "down": "Stop everything.",
    "status": "Show what runs and how it is.",
    "doctor": "Find what is wrong and say how to mend it.",
    "test": "Build what is missing and run every test.",
    "ask": "Ask one question, or talk on in a terminal.",
    "ingest": "Read files or addresses into the knowledge.",
    "parse": "Show what ingest would read from a file, without storing it.",
    "documents": "List the documents in the knowledge.",
    "remove": "Take a document out of the knowledge.",
    "search": "Find passages for some words.",
    "eval": "Measure the answers to a file of questions.",
    "user": "Manage the accounts of the console.",
    "erase": "Erase a conversation from every store.",
    "backup": "Write a copy of everything under ADVISER_HOME to an archive.",
    "restore": "Bring back what backup wrote.",
}


def help_text() -> str:
    """Return the overview of all commands."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {summary}" for name, summary in COMMANDS.items()]
    about = "The assistant that has read the material of your cluster."
    head = f"Usage: adviser COMMAND [OPTIONS]\n\n  {about}\n\nCommands:\n"
    foot = "\n\nEvery command answers --help. Data lies under ADVISER_HOME (default: ./var)."
    return head + "\n".join(lines) + foot


def version_text() -> str:
    """Return the name and version written in pyproject.toml."""
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]
    return f"Cluster Adviser {project['version']}"
