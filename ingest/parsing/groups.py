"""Group laid-out lines: what stands together between gaps, page starts, list marks and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ingest.parsing.blocks import Line
from ingest.parsing.genres import CAPTION
from ingest.parsing.headings import carries_label, is_question_line

ADDRESS_LINE = re.compile(r"^\s*<?(?:https?://|www\.)\S+>?\s*$")
_SYMBOL_MARK = re.compile(r"^\s*[¶•‣◦▪▫●○■□➢➤➔✓✔·∙§▶►→*]\s+(?=\S)")
_DASH_MARK = re.compile(r"^\s*[\-–—]\s+(?=\S)")
_NUMBER_MARK = re.compile(r"^\s*(?P<mark>(?:\d{1,2}|[a-z])[.)])\s+(?=\S)")


@dataclass
class Group:
    """Lines that stand together. `marker` is set for a list item, whose lines come without it; `gap_after` tells
    whether a gap, a page or an address follows; `number` is the count of a numbered item."""

    lines: list[Line] = field(default_factory=list)
    marker: str = ""
    gap_before: bool = True
    gap_after: bool = True
    number: int | None = None

    @property
    def texts(self) -> list[str]:
        """The words of each line."""
        return [line.text for line in self.lines]

    @property
    def starts_page(self) -> bool:
        """Whether the first line opens a page."""
        return self.lines[0].starts_page

    @property
    def is_address(self) -> bool:
        """Whether the group is nothing but addresses."""
        return all(ADDRESS_LINE.match(text) for text in self.texts)

    @property
    def is_caption(self) -> bool:
        """Whether the group names a picture, a table or their source."""
        return not self.marker and bool(CAPTION.match(self.texts[0].strip()))

    @property
    def is_question(self) -> bool:
        """Whether all lines are in capitals."""
        return not self.marker and all(is_question_line(text) for text in self.texts)

    @property
    def measure(self) -> int:
        """The usual length of a full line in characters; 0 when no line but the last tells."""
        full = [len(text.rstrip()) for text in self.texts[:-1]]
        return round(median(full)) if full else 0


def group_lines(lines: Sequence[Line]) -> list[Group]:
    """Return the groups in order; empty lines are gaps and vanish."""
    width = _page_width(lines)
    groups: list[Group] = []
    gap = True
    for line in lines:
        if not line.text.strip():
            gap = True
            continue
        gap = gap or line.starts_page
        _place(groups, line, gap=gap, width=width)
        gap = False
    _mark_gaps_after(groups)
    return groups


def _place(groups: list[Group], line: Line, *, gap: bool, width: float) -> None:
    current = groups[-1] if groups else None
    marker, number, rest = _split_marker(line.text, current, gap=gap)
    if marker:
        bare = Line(rest, line.page, line.starts_page, line.size, line.links)
        groups.append(Group([bare], marker, gap_before=gap, number=number))
    elif current is None or gap or _breaks_group(current, line, width):
        groups.append(Group([line], gap_before=gap))
    else:
        current.lines.append(line)


def _breaks_group(group: Group, line: Line, width: float) -> bool:
    last = group.lines[-1]
    if ADDRESS_LINE.match(line.text) or ADDRESS_LINE.match(last.text):
        return bool(ADDRESS_LINE.match(line.text)) != bool(ADDRESS_LINE.match(last.text)) and not _runs_on(
            last, line
        )
    if CAPTION.match(line.text.strip()) or is_question_line(line.text) != is_question_line(last.text):
        return bool(CAPTION.match(line.text.strip())) or _question_border(last, line)
    if _changes_size(last, line):
        return True
    return _heading_close_to_text(group, line, width)


def _changes_size(last: Line, line: Line) -> bool:
    """Tell whether another type size begins, and with it another block; a sentence going on begins none."""
    largest = max(last.size, line.size)
    goes_on = line.text.strip()[:1].islower() and not _ends_statement(last.text)
    return abs(last.size - line.size) > 0.08 * largest > 0 and not goes_on


def _question_border(last: Line, line: Line) -> bool:
    """A question in capitals ends where ordinary type begins, and the other way round."""
    if is_question_line(last.text):
        return True
    return is_question_line(line.text) and _ends_statement(last.text)


def _runs_on(last: Line, line: Line) -> bool:
    """An address set alone on a line inside a sentence, e.g. behind "Available at:"."""
    return not ADDRESS_LINE.match(last.text) and last.text.rstrip().endswith(":")


def _heading_close_to_text(group: Group, line: Line, width: float) -> bool:
    """Tell whether the group is one short labelled line on which text follows without a gap."""
    if len(group.lines) != 1 or not group.gap_before:
        return False
    text = (group.marker.strip("- ") + " " + group.lines[0].text.strip()).strip()
    return (
        carries_label(text)
        and len(text) < 0.75 * width
        and not text.endswith((".", ",", ";"))
        and line.text.strip()[:1].isupper()
    )


def _split_marker(text: str, current: Group | None, *, gap: bool) -> tuple[str, int | None, str]:
    symbol = _SYMBOL_MARK.match(text)
    if symbol:
        return "- ", None, text[symbol.end() :]
    settled = gap or current is None or bool(current.marker) or _ends_statement(current.lines[-1].text)
    dash = _DASH_MARK.match(text)
    if dash and settled:
        return "- ", None, text[dash.end() :]
    numbered = _NUMBER_MARK.match(text)
    if numbered and settled:
        mark = numbered.group("mark")
        return f"{mark[:-1]}. " if mark[0].isdigit() else f"{mark} ", _number_of(mark), text[numbered.end() :]
    return "", None, text


def _number_of(mark: str) -> int:
    return int(mark[:-1]) if mark[0].isdigit() else ord(mark[0]) - ord("a") + 1


def _ends_statement(text: str) -> bool:
    return text.rstrip().endswith((".", ":", ";", "?", "!"))


def _page_width(lines: Iterable[Line]) -> float:
    """The length most full lines reach, from the longer half of the lines."""
    lengths = sorted(len(line.text.strip()) for line in lines if line.text.strip())
    return lengths[len(lengths) * 3 // 4] if lengths else 0


def _mark_gaps_after(groups: list[Group]) -> None:
    for group, following in pairwise(groups):
        group.gap_after = following.gap_before or following.is_address
