"""Plain text: pages, lines and their gaps."""

from __future__ import annotations

import re

from ingest.language import detect_language
from ingest.parsing.blocks import Line, Parsed
from ingest.parsing.header import split_header
from ingest.parsing.layout import blocks_of
from ingest.parsing.tidy import Tidier, vocabulary_of
from knowledge.schema import Page

_PAGE_MARK = re.compile(r"^ (?=\S)")
_MOST_PAGE_MARKS = 0.15


def parse_text(text: str) -> Parsed:
    """Read plain text whose headings and lists are known by their form.

    Form feeds separate pages and number them. Converters from PDF often leave a single leading space where a
    page began: such lines count as page starts too, without a number, unless they are too many to be that.
    """
    about, body = split_header(text)
    language = str(about.get("language") or detect_language(body))
    tidier = Tidier(language, vocabulary_of(body))
    lines, pages = _lines(body)
    blocks = tuple(blocks_of(lines, tidier))
    return Parsed(blocks, language, pages=pages, about=about, repairs=dict(tidier.repairs))


def _lines(text: str) -> tuple[list[Line], tuple[Page, ...]]:
    pages = text.split("\f")
    numbered = len(pages) > 1
    marked = _has_page_marks(text)
    lines = [
        Line(
            raw,
            number if numbered else None,
            starts_page=(numbered and first) or (marked and bool(_PAGE_MARK.match(raw))),
        )
        for number, page in enumerate(pages, start=1)
        for first, raw in _with_first(page.split("\n"))
    ]
    return lines, tuple(
        Page(number, page.strip()) for number, page in enumerate(pages, start=1)
    ) if numbered else ()


def _with_first(lines: list[str]) -> list[tuple[bool, str]]:
    """Mark the first line that holds words."""
    first = next((index for index, line in enumerate(lines) if line.strip()), -1)
    return [(index == first, line) for index, line in enumerate(lines)]


def _has_page_marks(text: str) -> bool:
    filled = [line for line in text.split("\n") if line.strip()]
    return bool(filled) and sum(bool(_PAGE_MARK.match(line)) for line in filled) <= _MOST_PAGE_MARKS * len(
        filled
    )
