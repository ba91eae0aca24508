"""From blocks to sections: which heading stands under which, and what each section is for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from ingest.parsing.blocks import Block, HeadingForm

_INNERMOST = 99


@dataclass
class Section:
    """Blocks under one path of headings. `forms` tells how each heading of the path showed itself."""

    path: tuple[str, ...] = ()
    forms: tuple[HeadingForm, ...] = ()
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True)
class _Open:
    """A heading whose section is open."""

    level: int
    text: str
    form: HeadingForm


def sections_of(blocks: Iterable[Block], *, title: str = "") -> list[Section]:
    """Return the sections that hold text, in order.

    A heading that only repeats `title` at the very top is no section. A box (interview, case study) set on pages
    of its own ends where text of the interrupted measure goes on; that text returns to the section before.
    """
    outline = _Outline()
    for index, block in enumerate(blocks):
        if block.kind != "heading":
            outline.add(block)
        elif not (index == 0 and _same(block.text, title)):
            outline.open(block)
    return [section for section in outline.sections if section.blocks]


class _Outline:
    def __init__(self) -> None:
        self.sections: list[Section] = [Section()]
        self._stack: list[_Open] = []
        self._numbered = False
        self._interrupted: tuple[list[_Open], Section, int] | None = None

    def open(self, heading: Block) -> None:
        """Open the section of a heading, closing those it does not belong to."""
        level = self._level(heading)
        if heading.form == "genre" and heading.starts_page:
            self._interrupted = (list(self._stack), self.sections[-1], len(self.sections))
        elif heading.form != "question":
            self._interrupted = None
        while self._stack and self._stack[-1].level >= level:
            self._stack.pop()
        self._stack.append(_Open(level, heading.text, heading.form))
        self._start_section()

    def add(self, block: Block) -> None:
        """Put text under the open heading, or back under the one a box interrupted."""
        if self._interrupted and block.starts_page and block.kind == "paragraph":
            stack, before, first = self._interrupted
            if _resumes(
                block, before.blocks, [b for section in self.sections[first:] for b in section.blocks]
            ):
                self._stack = stack
                self._interrupted = None
                self._start_section()
        self.sections[-1].blocks.append(block)

    def _start_section(self) -> None:
        self.sections.append(Section(tuple(o.text for o in self._stack), tuple(o.form for o in self._stack)))

    def _level(self, heading: Block) -> int:
        if heading.depth:
            self._numbered = self._numbered or heading.form == "numbered"
            return heading.depth
        if heading.form == "question":
            return _INNERMOST
        chapters = [o.level for o in self._stack if o.form in ("numbered", "marked")]
        if heading.form == "plain" and not chapters and not self._numbered and heading.starts_page:
            return 1
        return max(chapters, default=1) + 1


def _resumes(block: Block, before: Sequence[Block], box: Sequence[Block]) -> bool:
    """Tell by the length of its lines whether a page's first paragraph goes on with the text before a box."""
    outside, inside = _measure(before), _measure(box)
    if not (outside and inside and block.measure) or abs(outside - inside) < 0.05 * outside:
        return False
    return abs(block.measure - outside) < abs(block.measure - inside)


def _measure(blocks: Sequence[Block]) -> float:
    measures = [block.measure for block in blocks if block.kind == "paragraph" and block.measure]
    return median(measures) if measures else 0.0


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
