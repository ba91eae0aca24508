"""The shapes the parsers share: lines as laid out, and the blocks they form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from knowledge.schema import Link, Page

BlockKind = Literal["heading", "paragraph", "item", "aside"]
"""`aside`: a caption or footnote, which is kept on a line of its own, outside the sentences around it."""

HeadingForm = Literal["marked", "numbered", "labelled", "genre", "question", "plain"]
"""How a heading shows itself: by markup or type size, by a number, by a label with a number, by naming a
genre such as an interview, as an interviewer's question, or only by standing alone."""


@dataclass(frozen=True)
class Line:
    """One line as laid out. `size` is the type size in points, 0 where unknown; an empty text is a gap."""

    text: str
    page: int | None = None
    starts_page: bool = False
    size: float = 0.0
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item or aside with its words already joined to one line.

    `depth` is the level of a marked or numbered heading (1 is outermost, 0 unknown). `marker` opens a list
    item ("- ", "1. "). `introduces` marks a paragraph that list items below belong to although it ends in no
    colon (a table's head). `measure` is the usual line length in characters. `breaks` holds (offset, page)
    where the text runs on to another page.
    """

    kind: BlockKind
    text: str
    form: HeadingForm = "plain"
    depth: int = 0
    marker: str = "- "
    page: int | None = None
    starts_page: bool = False
    introduces: bool = False
    measure: int = 0
    breaks: tuple[tuple[int, int], ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """What one format's parser hands on; `title` and `about` (the header of the file) may be empty."""

    blocks: tuple[Block, ...]
    language: str
    title: str = ""
    pages: tuple[Page, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)
    repairs: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
