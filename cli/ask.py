"""`ask`: a question through the whole dialogue; in a terminal the conversation can go on."""

from __future__ import annotations

import sys

import click

from cli.chat import Chat
from cli.connection import connect
from cli.output import faults_as_words, json_option, print_json
from cli.reply import Choices, show_turn


@click.command("ask")
@click.argument("question", nargs=-1, required=True)
@click.option("--conversation", metavar="ID", help="Go on with this conversation.")
@json_option
@faults_as_words
def ask_command(question: tuple[str, ...], conversation: str | None, as_json: bool) -> None:
    """Ask QUESTION. In a terminal you can then pick a numbered choice or type on; an empty line ends."""
    chat = Chat(connect(), conversation)
    turn = chat.send(" ".join(question))
    if as_json:
        print_json(turn)
        return
    choices = show_turn(turn)
    while sys.stdin.isatty() and sys.stdout.isatty():
        message = _next_message(choices)
        if not message:
            return
        choices = show_turn(chat.send(message))


def _next_message(choices: Choices) -> str:
    try:
        typed = input("\n> ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""
    return choices.get(typed, typed)
