"""A turn's replies on a terminal: text, numbered sources, next actions, numbered choices."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

Choices = dict[str, str]
"""The number to type -> the payload or message it stands for."""


def show_turn(turn: dict[str, Any], console: Console | None = None) -> Choices:
    """Print all replies of a turn and return the choices they offer, numbered through."""
    out = console or Console(highlight=False)
    choices: Choices = {}
    for reply in turn["replies"]:
        out.print()
        out.print(Markdown(reply["text"].replace("[", "\\[")))
        _show_next_actions(reply, out)
        _show_sources(reply, out)
        _show_buttons(reply, out, choices)
    return choices


def _show_next_actions(reply: dict[str, Any], out: Console) -> None:
    if reply["next_actions"]:
        out.print(Text("\nNext actions", style="bold"))
    for action in reply["next_actions"]:
        marks = "".join(f" [{number}]" for number in action["citations"])
        out.print(Text(f"  - {action['title']}{marks}"))
        if action["why"]:
            out.print(Padding(Text(action["why"], style="dim"), (0, 0, 0, 4)))


def _show_sources(reply: dict[str, Any], out: Console) -> None:
    if reply["citations"]:
        out.print(Text("\nSources", style="bold"))
    for citation in reply["citations"]:
        out.print(Text(f"  [{citation['number']}] {_place(citation)}"))
        out.print(Padding(Text(f"“{citation['quote']}”", style="dim"), (0, 0, 0, 6)))


def _place(citation: dict[str, Any]) -> str:
    page = [f"page {citation['page']}"] if citation["page"] is not None else []
    link = [citation["url"]] if citation["url"] else []
    return " · ".join([citation["title"], *citation["section"][-1:], *page, *link])


def _show_buttons(reply: dict[str, Any], out: Console, choices: Choices) -> None:
    if reply["buttons"]:
        out.print()
    for button in reply["buttons"]:
        number = str(len(choices) + 1)
        choices[number] = button["payload"]
        out.print(Text(f"  {number}) {button['title']}", style="cyan"))
