"""Which kind of document it is and what it is called, where nobody says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from ingest.parsing.blocks import Parsed
from ingest.parsing.genres import CASE_STUDY, HOW_TO_TITLE, INTERVIEW, LABELLED_ACTION
from ingest.parsing.structure import Section
from knowledge.schema import DocumentKind

_GUIDE_WORDS = 2500
_GUIDE_SECTIONS = 8


def guess_kind(title: str, sections: Sequence[Section]) -> DocumentKind:
    """Return the kind that title, section headings and length speak for; `page` when nothing does."""
    words = sum(len(block.text.split()) for section in sections for block in section.blocks)
    if len(sections) >= _GUIDE_SECTIONS and (words >= _GUIDE_WORDS or _is_compiled(sections)):
        return "guide"
    if INTERVIEW.search(title):
        return "interview"
    if CASE_STUDY.search(title):
        return "case_study"
    steps = sum(bool(section.path) and bool(LABELLED_ACTION.match(section.path[-1])) for section in sections)
    return "how_to" if steps >= 2 or (HOW_TO_TITLE.match(title) and not title.endswith("?")) else "page"


def _is_compiled(sections: Sequence[Section]) -> bool:
    """Tell whether numbered chapters with parts of their own, or boxes such as interviews, make up the text."""
    chapters = {
        section.path[0] for section in sections if len(section.path) > 1 and section.forms[0] == "numbered"
    }
    return len(chapters) >= 2 or any("genre" in section.forms for section in sections)


def title_of(parsed: Parsed, name: str) -> str:
    """Return the title: from the header or the format, else a heading that opens the text, else the name."""
    stated = str(parsed.about.get("title") or parsed.title).strip()
    if stated:
        return stated
    first = parsed.blocks[0] if parsed.blocks else None
    opens = first is not None and first.kind == "heading" and first.form in ("marked", "genre", "plain")
    if first and opens and _names_the_whole(parsed):
        return first.text
    return _readable(name)


def _names_the_whole(parsed: Parsed) -> bool:
    """A heading at the top names a document if a heading follows at once or no other stands on its level."""
    if len(parsed.blocks) > 1 and parsed.blocks[1].kind == "heading":
        return True
    first, *others = (block for block in parsed.blocks if block.kind == "heading")
    if first.form == "marked":
        return not first.depth or all(
            other.depth != first.depth for other in others if other.form == "marked"
        )
    return not any(other.form in ("numbered", "labelled", "genre") for other in others)


def _readable(name: str) -> str:
    stem = re.sub(r"[\s_\-]+", " ", PurePath(name).stem).strip()
    return f"{stem[:1].upper()}{stem[1:]}" or "Untitled"
