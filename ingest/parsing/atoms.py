"""The smallest pieces a passage is built of: a sentence, or a whole list item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.parsing.blocks import Block
from knowledge.schema import Link
from knowledge.sentences import sentence_texts

_LONG_ITEM = 150
_ADDRESS = re.compile(r"https?://[^\s<>\"”’)\]]+")


@dataclass(frozen=True)
class Atom:
    """A piece that is never cut. `opens_line` tells whether it begins a paragraph or item; `introduces` whether a
    list hangs on it; `lead_in` is the text an item needs before it when a passage begins there."""

    text: str
    opens_line: bool
    page: int | None = None
    links: tuple[Link, ...] = ()
    in_list: bool = False
    aside: bool = False
    introduces: bool = False
    marker: str = ""
    lead_in: str = ""

    @property
    def words(self) -> int:
        """How many words it adds to a passage."""
        return len(self.text.split())


def atoms_of(block: Block, most_words: int) -> list[Atom]:
    """Return the block's atoms; joined they are the block's text. None holds more than `most_words` words."""
    pieces = [part for piece in _pieces(block) for part in _bounded(piece, most_words)]
    links = _distribute(block.links, pieces)
    return list(_atoms(block, pieces, links))


def _pieces(block: Block) -> list[str]:
    short_item = block.kind == "item" and len(block.text.split()) <= _LONG_ITEM
    if block.kind == "aside" or short_item:
        return [block.text] if block.text else []
    return sentence_texts(block.text)


def _bounded(piece: str, most_words: int) -> list[str]:
    """Cut what goes on without a sentence end (a table read as text) by words, as nothing better is left."""
    words = piece.split(" ")
    if len(words) <= most_words:
        return [piece]
    return [" ".join(words[start : start + most_words]) for start in range(0, len(words), most_words)]


def _atoms(block: Block, pieces: Sequence[str], links: Sequence[tuple[Link, ...]]) -> Iterator[Atom]:
    offset = 0
    in_list = block.kind == "item"
    for index, piece in enumerate(pieces):
        offset = max(block.text.find(piece, offset), offset)
        last = index == len(pieces) - 1
        yield Atom(
            text=piece,
            opens_line=index == 0,
            page=_page_at(block, offset),
            links=links[index],
            in_list=in_list,
            aside=block.kind == "aside",
            introduces=last and block.kind == "paragraph" and (block.introduces or piece.endswith(":")),
            marker=block.marker if in_list else "",
        )


def _page_at(block: Block, offset: int) -> int | None:
    page = block.page
    for start, following in block.breaks:
        if offset >= start:
            page = following
    return page


def _distribute(links: Sequence[Link], pieces: Sequence[str]) -> list[tuple[Link, ...]]:
    """Give each link to the piece its words stand in; one without words to the last piece, as it stood behind it."""
    shares: list[list[Link]] = [
        [Link(url.rstrip(".,;:")) for url in _ADDRESS.findall(piece)] for piece in pieces
    ]
    for link in links:
        home = next(
            (i for i, piece in enumerate(pieces) if link.text and link.text in piece), len(pieces) - 1
        )
        if shares:
            shares[home].append(link)
    return [tuple(share) for share in shares]
