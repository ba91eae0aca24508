"""Step 7: nothing leaves that its sources do not say."""

from __future__ import annotations

import re

from knowledge.answering.tools import Tools
from knowledge.answering.turn import Turn

_MARK = re.compile(r"\s*\[(\d+)\]")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def verify(turn: Turn, tools: Tools) -> None:
    """End with `nothing_found` unless every citation is verbatim and every figure stands in a cited quote."""
    library = tools.library()
    passages = {hit.passage.id: hit.passage.passage.text for hit in turn.hits}
    for citation in turn.citations:
        text = (
            passages.get(citation.passage) or library.passages[library.by_id[citation.passage]].passage.text
        )
        if citation.quote not in text:
            raise AssertionError(f"citation {citation.number} of passage {citation.passage} is not verbatim")
    if not turn.citations or unsupported_figures(turn.text, [c.quote for c in turn.citations]):
        turn.text, turn.citations = "", []
        turn.end("nothing_found")


def unsupported_figures(text: str, quotes: list[str]) -> list[str]:
    """Figures of an answer's text that occur in none of the quotes."""
    supported = {figure for quote in quotes for figure in _FIGURE.findall(quote)}
    return [figure for figure in _FIGURE.findall(_MARK.sub("", text)) if figure not in supported]
