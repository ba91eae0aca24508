"""More about an answer already given: the whole passages around its quotes, and what stands next to them."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.answering.cite import cite_passage, marked
from knowledge.answering.tools import Tools
from knowledge.retrieval.library import IndexedPassage, Library
from knowledge.schema import Answer

MAX_PASSAGES = 2


def explain(passages: Sequence[str], question: str, tools: Tools) -> Answer:
    """The cited passages in full, each with its neighbour in the section; `nothing_found` if they are gone."""
    library = tools.library()
    shown = _with_neighbours(library, [library.by_id[key] for key in passages if key in library.by_id])
    if not shown:
        return Answer(status="nothing_found", language="en")
    return Answer(
        status="answered",
        language=shown[0].passage.language,
        text="\n\n".join(marked(p.passage.text, number) for number, p in enumerate(shown, start=1)),
        citations=tuple(
            cite_passage(number, p.passage, p.passage.text) for number, p in enumerate(shown, start=1)
        ),
    )


def _with_neighbours(library: Library, numbers: Sequence[int]) -> list[IndexedPassage]:
    shown: list[IndexedPassage] = []
    for number in dict.fromkeys(numbers):
        first = library.passages[number]
        following = library.passages[number + 1 : number + 2]
        same_section = [
            p for p in following
            if (p.passage.document, p.passage.section) == (first.passage.document, first.passage.section)
        ]  # fmt: skip
        shown += [p for p in (first, *same_section) if p not in shown]
    return shown[:MAX_PASSAGES]
