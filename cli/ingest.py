"""`ingest`: read files and addresses into the knowledge."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.connection import connect
from cli.output import faults_as_words, json_option, print_json, say
from ingest.pipeline import ingest_paths
from knowledge.client import Client
from knowledge.schema import AUDIENCES, DOCUMENT_KINDS, Audience, DocumentKind

_TIMEOUT = 120.0
_POLL = 0.3


@click.command("ingest")
@click.argument("sources", nargs=-1, required=True, metavar="PATH_OR_URL...")
@click.option(
    "--kind", type=click.Choice(DOCUMENT_KINDS), help="What kind of document it is (default: found out)."
)
@click.option(
    "--valid-until", type=click.DateTime(["%Y-%m-%d"]), help="Last day on which it holds, as 2027-01-31."
)
@click.option("--audience", type=click.Choice(AUDIENCES), help="Who may read it (default: public).")
@json_option
@faults_as_words
def ingest_command(
    sources: tuple[str, ...],
    kind: DocumentKind | None,
    valid_until: datetime | None,
    audience: Audience | None,
    as_json: bool,
) -> None:
    """Read files, folders or addresses into the knowledge. The same source again updates what changed.

    Returns when everything can be found by meaning too; what is read can be found by words at once, so interrupting the
    wait loses nothing. Exits 1 when any source failed; the report tells all.
    """
    client = connect().knowledge(_TIMEOUT)
    day = valid_until.date().isoformat() if valid_until else None
    report = _ingest(client, sources, kind=kind, valid_until=day, audience=audience)
    _await_vectors(client)
    if as_json:
        print_json(report)
    else:
        _show(report)
    if report["failed"]:
        sys.exit(1)


def _ingest(client: Client, sources: tuple[str, ...], **wishes: Any) -> dict[str, Any]:
    with _bar() as bar:
        task = bar.add_task("", total=None)

        def on_progress(number: int, total: int, name: str) -> None:
            bar.update(task, completed=number - 1, total=total, description=name)

        return ingest_paths(sources, client=client, on_progress=on_progress, **wishes).to_dict()


def _await_vectors(client: Client) -> None:
    with _bar() as bar:
        task = bar.add_task("learning meanings", total=None)
        while True:
            progress = client.progress()
            bar.update(task, completed=progress.embedded, total=progress.total)
            if progress.embedded >= progress.total:
                return
            time.sleep(_POLL)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def _show(report: dict[str, Any]) -> None:
    counts = ", ".join(f"{report[name]} {name}" for name in ("added", "updated", "unchanged", "removed"))
    passages = ", ".join(f"{count} {name}" for name, count in report["passages"].items())
    say(f"Documents: {counts}.\nPassages: {passages}.")
    for failure in report["failed"]:
        say(f"Failed: {failure['source']}: {failure['reason']}")
