"""`documents` and `remove`: the list of what was ingested, and taking something out of it."""

from __future__ import annotations

from typing import Any

import click
from rich.table import Table

from cli.connection import connect
from cli.output import faults_as_words, json_option, print_json, say, table_console
from knowledge.schema import DocumentInfo

_FIELDS = ("id", "title", "kind", "language", "source", "passages", "valid_until", "audience", "ingested_at")


@click.command("documents")
@json_option
@faults_as_words
def documents_command(as_json: bool) -> None:
    """List the documents in the knowledge."""
    found = connect().knowledge().documents()
    if as_json:
        print_json({"documents": [_describe(info) for info in found]})
    else:
        _show(found)


def _describe(info: DocumentInfo) -> dict[str, Any]:
    values = info.to_dict()
    return {name: values[name] for name in _FIELDS}


def _show(found: list[DocumentInfo]) -> None:
    if not found:
        say("The knowledge is empty. Add documents with ./adviser ingest PATH.")
        return
    table = Table("id", "title", "kind", "language", "passages", "valid until", box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for info in found:
        table.add_row(
            info.id, info.title, info.kind, info.language, str(info.passages), info.valid_until or ""
        )
    table_console(140).print(table)


@click.command("remove")
@click.argument("document", metavar="ID")
@json_option
@faults_as_words
def remove_command(document: str, as_json: bool) -> None:
    """Take the document with this ID out of the knowledge, with its passages and answers."""
    changes = connect().knowledge().remove(document)
    if as_json:
        print_json({"document": document, "passages": changes.to_dict()})
    else:
        say(f"Removed {document} with {changes.removed} passages.")
