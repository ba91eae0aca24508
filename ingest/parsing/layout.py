"""Turn laid-out lines into blocks: headings, paragraphs, list items and asides, with addresses as links."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.parsing.blocks import Block, Line
from ingest.parsing.groups import ADDRESS_LINE, Group, group_lines
from ingest.parsing.headings import HeadingShape, heading_shape
from ingest.parsing.tidy import Tidier
from knowledge.schema import Link

_CUT_WORD = "\u00ad"  # kept at the end of a block until it is clear whether the rest of the word follows
_FOOTNOTE = re.compile(r"^\s*(?P<number>\d{1,3})\s+(?=\D)")
_ENDS_SENTENCE = re.compile(r"[.!?:…][\"'”’»)\]]*$")


@dataclass(frozen=True)
class Sizes:
    """The type sizes of a document: what the body is set in, and the larger sizes of headings, largest first."""

    body: float
    larger: tuple[float, ...]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Sizes:
        """Take the size most characters are set in as the body's; all zero where sizes are unknown."""
        weights: Counter[float] = Counter()
        for line in lines:
            weights[round(line.size, 1)] += len(line.text)
        body = weights.most_common(1)[0][0] if weights else 0.0
        return cls(
            body, tuple(sorted((size for size in weights if body and size > 1.1 * body), reverse=True))
        )

    def rank(self, group: Group) -> int:
        """The level from 1 that the group's size gives a heading; 0 when it is no larger than the body."""
        size = round(min(line.size for line in group.lines), 1)
        return self.larger.index(size) + 1 if size in self.larger else 0


def blocks_of(lines: Sequence[Line], tidier: Tidier) -> list[Block]:
    """Return the blocks the lines form, in reading order, with sentences that a page break cut joined again."""
    groups = _join_wrapped_questions(group_lines(lines))
    sizes = Sizes.of(lines)
    footnotes = _footnote_groups(groups)
    blocks: list[Block] = []
    for index, group in enumerate(groups):
        if group.is_address:
            _attach_links(blocks, group)
        elif index in footnotes:
            blocks.extend(_footnotes(group, tidier))
        else:
            blocks.append(_block(groups, index, tidier, sizes))
    joined = _join_broken(_demote_empty_headings(blocks))
    return [replace(block, text=block.text.rstrip(_CUT_WORD)) for block in joined]


def _block(groups: Sequence[Group], index: int, tidier: Tidier, sizes: Sizes) -> Block:
    group = groups[index]
    if group.is_caption:
        return _made(group, "aside", tidier)
    shape = _shape(groups, index, sizes)
    if shape:
        block = _made(group, "heading", tidier, with_marker=shape.form != "question")
        return replace(block, form=shape.form, depth=shape.depth)
    return _made(group, "item" if group.marker else "paragraph", tidier)


def _shape(groups: Sequence[Group], index: int, sizes: Sizes) -> HeadingShape | None:
    group = groups[index]
    if _is_marked_question(groups, index):
        return HeadingShape("question")
    if group.marker and (group.number is None or ")" in group.marker or _in_numbered_run(groups, index)):
        return None
    if group.is_question and group.texts[-1].rstrip().endswith("?"):
        return HeadingShape("question")
    texts = [group.marker + group.texts[0], *group.texts[1:]]
    shape = heading_shape(texts, starts_page=group.starts_page)
    if shape is None or shape.form in ("numbered", "labelled"):
        return shape
    rank = sizes.rank(group)
    if rank:
        return HeadingShape("marked", rank) if shape.form == "plain" else shape
    return shape if group.gap_before and (group.gap_after or group.is_question) else None


def _is_marked_question(groups: Sequence[Group], index: int) -> bool:
    """Tell whether a question stands behind a list mark but in no list, as some interviews set them."""
    group = groups[index]
    around = [*groups[max(0, index - 1) : index], *groups[index + 1 : index + 2]]
    answered = index + 1 < len(groups)
    marked = bool(group.marker) and group.texts[-1].rstrip().endswith("?")
    return marked and answered and not any(other.marker for other in around)


def _in_numbered_run(groups: Sequence[Group], index: int) -> bool:
    """Tell whether the numbers just before or after make this one an item of a list, not a heading."""
    number = groups[index].number or 0
    before = groups[index - 1].number if index else None
    after = groups[index + 1].number if index + 1 < len(groups) else None
    return before == number - 1 or after == number + 1


def _made(group: Group, kind: str, tidier: Tidier, *, with_marker: bool = False) -> Block:
    texts = group.texts
    if with_marker and group.marker:
        texts = [group.marker + texts[0], *texts[1:]]
    links = tuple(link for line in group.lines for link in line.links)
    return Block(
        kind=kind,  # type: ignore[arg-type]
        text=tidier.join(texts) + (_CUT_WORD if texts[-1].rstrip().endswith(("\u00ad", "\u0002")) else ""),
        marker=group.marker or "- ",
        page=group.lines[0].page,
        starts_page=group.starts_page,
        measure=group.measure,
        links=links,
    )


def _attach_links(blocks: list[Block], group: Group) -> None:
    """Addresses alone on their lines belong to the text before them."""
    found = tuple(Link(text.strip().strip("<>")) for text in group.texts)
    if blocks:
        blocks[-1] = replace(blocks[-1], links=blocks[-1].links + found)
    else:
        blocks.append(
            Block("aside", " ".join(link.url for link in found), page=group.lines[0].page, links=found)
        )


def _join_wrapped_questions(groups: list[Group]) -> list[Group]:
    """A question in capitals may be torn apart by a gap; join its pieces up to the question mark."""
    joined: list[Group] = []
    for group in groups:
        last = joined[-1] if joined else None
        if (
            last
            and last.is_question
            and group.is_question
            and not last.texts[-1].rstrip().endswith(("?", "."))
        ):
            last.lines.extend(group.lines)
            last.gap_after = group.gap_after
        else:
            joined.append(group)
    return joined


def _footnote_groups(groups: Sequence[Group]) -> set[int]:
    """Numbered notes at the foot of a page, counted on from the note before."""
    found: set[int] = set()
    latest = 0
    for index, group in enumerate(groups):
        match = _FOOTNOTE.match(group.texts[0])
        if match and not group.marker and _ends_page(groups, index):
            number = int(match.group("number"))
            if number == latest + 1:
                found.add(index)
                latest = max(_note_numbers(group), default=number)
    return found


def _note_numbers(group: Group) -> list[int]:
    matches = [_FOOTNOTE.match(text) for text in group.texts]
    return [int(match.group("number")) for match in matches if match]


def _ends_page(groups: Sequence[Group], index: int) -> bool:
    """Tell whether only notes and addresses follow before the next page."""
    for group in groups[index + 1 :]:
        if group.starts_page:
            return True
        if not group.is_address and not _FOOTNOTE.match(group.texts[0]):
            return False
    return True


def _footnotes(group: Group, tidier: Tidier) -> list[Block]:
    """Split a group of notes that stand without gaps between them."""
    notes: list[Group] = []
    for line in group.lines:
        if not notes or _FOOTNOTE.match(line.text):
            notes.append(Group([line]))
        else:
            notes[-1].lines.append(line)
    return [_made(note, "aside", tidier) for note in notes]


def _demote_empty_headings(blocks: list[Block]) -> list[Block]:
    """A short line that stands alone but heads nothing (a signature, a caption without a word) is a paragraph."""
    kept: list[Block] = []
    for index, block in enumerate(blocks):
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        heads_nothing = following is None or following.kind == "heading"
        bare = block.kind == "heading" and block.form == "plain" and index > 0
        kept.append(replace(block, kind="paragraph") if bare and heads_nothing else block)
    return kept


def _join_broken(blocks: list[Block]) -> list[Block]:
    """Join text that a page, a picture or a gap cut in the middle of a sentence; what stood between follows it."""
    joined: list[Block] = []
    for block in blocks:
        open_at = _open_text(joined)
        if open_at is not None and _continues(joined[open_at], block):
            joined[open_at] = _merged(joined[open_at], block)
        else:
            joined.append(block)
    return joined


def _open_text(blocks: Sequence[Block]) -> int | None:
    for index in range(len(blocks) - 1, -1, -1):
        if blocks[index].kind == "aside":
            continue
        return index if blocks[index].kind in ("paragraph", "item") else None
    return None


def _continues(before: Block, after: Block) -> bool:
    if after.kind != "paragraph" or _ENDS_SENTENCE.search(before.text) or ADDRESS_LINE.match(after.text):
        return False
    return after.text[:1].islower() or (
        after.starts_page and before.kind == "paragraph" and before.measure > 0
    )


def _merged(before: Block, after: Block) -> Block:
    start = f"{before.text} " if not before.text.endswith(_CUT_WORD) else before.text.rstrip(_CUT_WORD)
    offset = len(start)
    breaks = before.breaks
    if after.page != before.page and after.page is not None:
        breaks += ((offset, after.page),)
    breaks += tuple((offset + place, page) for place, page in after.breaks)
    return replace(
        before,
        text=f"{start}{after.text}",
        breaks=breaks,
        links=before.links + after.links,
        measure=before.measure or after.measure,
    )
