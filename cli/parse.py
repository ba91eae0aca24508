"""`parse`: what ingest would read from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli.boot.faults import Fault
from cli.output import faults_as_words, json_option, print_json, say
from ingest.errors import IngestError
from ingest.pipeline import parse_path
from knowledge.schema import ParsedDocument


@click.command("parse")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@faults_as_words
def parse_command(file: Path, as_json: bool) -> None:
    """Show what ingest would read from FILE: pages, passages with their sections, repairs and warnings."""
    parsed = _parse(file)
    if as_json:
        print_json(describe(parsed))
    else:
        _show(parsed)


def _parse(file: Path) -> ParsedDocument:
    try:
        return parse_path(file)
    except IngestError as error:
        raise Fault(f"{file}: {error}") from error


def describe(parsed: ParsedDocument) -> dict[str, Any]:
    """Return the parsed document in the shape of `parse --json`."""
    return {
        "title": parsed.draft.title,
        "language": parsed.draft.language,
        "kind": parsed.draft.kind,
        "pages": [{"number": page.number, "text": page.text} for page in parsed.pages],
        "passages": [
            {"section": list(p.section), "page": p.page, "text": p.text, "role": p.role}
            for p in parsed.draft.passages
        ],
        "repairs": dict(parsed.repairs),
        "warnings": list(parsed.warnings),
    }


def _show(parsed: ParsedDocument) -> None:
    draft = parsed.draft
    say(
        f"{draft.title}\n{draft.kind}, {draft.language}, {len(parsed.pages)} pages, {len(draft.passages)} passages"
    )
    for passage in draft.passages:
        page = f"  (page {passage.page})" if passage.page is not None else ""
        say(f"\n[{' > '.join(passage.section) or '-'}]{page}\n{passage.text}")
    for warning in parsed.warnings:
        say(f"\nwarning: {warning}")
    if parsed.repairs:
        say("\nrepaired: " + ", ".join(f"{count} x {kind}" for kind, count in parsed.repairs.items()))
