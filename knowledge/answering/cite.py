"""Step 6: number the quotes, and set them as text in which every sentence carries its mark."""

from __future__ import annotations

import re

from knowledge.answering.tools import Tools
from knowledge.answering.turn import Quote, Turn
from knowledge.schema import Citation, Passage
from knowledge.sentences import split_sentences

_SOURCE_MARK = re.compile(r"\[(\d+)\]")


def cite(turn: Turn, tools: Tools) -> None:
    """Set `citations` and `text`."""
    turn.citations = [citation(number, quote) for number, quote in enumerate(turn.quotes, start=1)]
    turn.text = "\n\n".join(marked(quote.text, number) for number, quote in enumerate(turn.quotes, start=1))


def citation(number: int, quote: Quote) -> Citation:
    """A quote as a numbered citation."""
    return cite_passage(number, quote.hit.passage.passage, quote.text)


def cite_passage(number: int, passage: Passage, quote: str) -> Citation:
    """A citation of some words of a passage."""
    return Citation(
        number=number,
        document=passage.document,
        passage=passage.id,
        title=passage.title,
        section=passage.section,
        page=passage.page,
        quote=quote,
        language=passage.language,
        url=passage.url,
        read_at=passage.read_at,
        valid_until=passage.valid_until,
    )


def marked(text: str, number: int) -> str:
    """The text with the mark `[number]` behind each of its sentences; lines stay lines, a list stays a list."""
    lines: dict[int, list[str]] = {}
    for sentence in split_sentences(text):
        lines.setdefault(sentence.line, []).append(f"{_source_marks_as_text(sentence.text)} [{number}]")
    rows = [" ".join(sentences) for _, sentences in sorted(lines.items())]
    return _as_markdown(rows)


def _source_marks_as_text(sentence: str) -> str:
    """A source's own "[12]" must not pass for a mark of ours: its brackets are escaped for Markdown."""
    return _SOURCE_MARK.sub(r"\\[\1\\]", sentence)


def _as_markdown(rows: list[str]) -> str:
    """Join lines so that Markdown keeps paragraphs apart and list items together."""
    text = ""
    for before, row in zip([None, *rows], rows, strict=False):
        if before is None:
            text = row
        else:
            text += ("\n" if _is_item(row) and _is_item(before) else "\n\n") + row
    return text


def _is_item(row: str) -> bool:
    return row.startswith("- ") or (row[:1].isdigit() and row.split(" ", 1)[0].rstrip(".)").isdigit())
