"""`search`: passages for some words."""

from __future__ import annotations

import click
from rich.console import Console
from rich.text import Text

from cli.connection import connect
from cli.output import faults_as_words, json_option, print_json, say
from knowledge.schema import SearchResult


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option(
    "-k", "--count", default=5, show_default=True, type=click.IntRange(1, 100), help="How many passages."
)
@json_option
@faults_as_words
def search_command(words: tuple[str, ...], count: int, as_json: bool) -> None:
    """Find the passages that fit WORDS best."""
    results = connect().knowledge().search(" ".join(words), count)
    if as_json:
        print_json({"results": [result.to_dict() for result in results]})
    else:
        _show(results)


def _show(results: list[SearchResult]) -> None:
    if not results:
        say("Nothing was found.")
    console = Console(highlight=False)
    for result in results:
        console.print(Text(f"{result.rank}. {result.title}", style="bold"))
        console.print(Text("   " + place_of(result), style="dim"))
        console.print(Text(result.text + "\n"))


def place_of(result: SearchResult) -> str:
    """Return where in its document a passage stands, in one line."""
    page = [f"page {result.page}"] if result.page is not None else []
    link = [result.url] if result.url else []
    return " · ".join([*result.section, *page, *link]) or "-"
