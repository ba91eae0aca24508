"""How commands speak: one JSON document, or words for people; faults as one paragraph and exit status 1."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click
from rich.console import Console

from cli.boot.faults import Fault, render
from knowledge.errors import KnowledgeError

Command = TypeVar("Command", bound=Callable[..., Any])


def print_json(value: Any) -> None:
    """Print one JSON document to standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
    sys.stdout.flush()


def json_option(command: Command) -> Command:
    """Add `--json` to a command (as its argument `as_json`)."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")(
        command
    )


def faults_as_words(command: Command) -> Command:
    """Turn the faults a command can meet into a paragraph on standard error and exit status 1.

    With `--json` standard output still gets one document: `{"error": "..."}`.
    """

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except (Fault, KnowledgeError) as error:
            fault = error if isinstance(error, Fault) else Fault(str(error))
            if kwargs.get("as_json"):
                print_json({"error": str(fault)})
            print(render(fault), file=sys.stderr)
            sys.exit(1)

    return wrapped  # type: ignore[return-value]


def say(line: str = "") -> None:
    """Print a line for people to standard output."""
    click.echo(line)


def table_console(columns: int = 100) -> Console:
    """Return a console for a table, at least so many columns wide, so that a pipe does not break its lines."""
    console = Console(highlight=False, markup=False)
    return (
        console
        if console.is_terminal and console.width >= columns
        else Console(width=columns, markup=False, highlight=False)
    )


def note(line: str) -> None:
    """Print a remark to standard error."""
    click.echo(line, err=True)
