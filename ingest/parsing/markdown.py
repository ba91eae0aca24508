"""Markdown (CommonMark with tables): markup says what is a heading, a list or a link."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import lxml.html
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.language import detect_language
from ingest.parsing.blocks import Block, BlockKind, Parsed
from ingest.parsing.header import split_header
from ingest.parsing.tidy import Tidier, vocabulary_of
from knowledge.schema import Link

_READER = MarkdownIt("commonmark", {"html": True}).enable("table")
_LINK_SCHEMES = ("http://", "https://", "mailto:")


def parse_markdown(text: str) -> Parsed:
    """Read Markdown with an optional header; a single heading of the first level at the top is the title."""
    about, body = split_header(text)
    language = str(about.get("language") or detect_language(_READER.render(body)))
    tidier = Tidier(language, vocabulary_of(body))
    blocks = tuple(block for block in _Walk(_READER.parse(body), tidier).blocks() if block.text)
    return Parsed(blocks, language, about=about, repairs=dict(tidier.repairs))


@dataclass
class _List:
    """An open list; `number` is that of the next item, None for bullets."""

    number: int | None


class _Walk:
    def __init__(self, tokens: Sequence[Token], tidier: Tidier) -> None:
        self._tokens = tokens
        self._tidier = tidier
        self._lists: list[_List] = []
        self._marker: str | None = None
        self._row: list[tuple[str, tuple[Link, ...]]] | None = None
        self._in_table_head = False

    def blocks(self) -> Iterator[Block]:
        """Go through the tokens once, yielding a block for each piece of text."""
        depth = 0
        for token in self._tokens:
            self._keep_lists(token)
            if token.type == "heading_open":
                depth = int(token.tag[1:])
            elif token.type == "heading_close":
                depth = 0
            elif token.type == "inline":
                yield from self._inline(token, depth)
            elif token.type in ("fence", "code_block"):
                yield self._made("paragraph", token.content)
            elif token.type == "html_block":
                yield self._made("paragraph", _text_of_html(token.content))
            yield from self._table(token)

    def _keep_lists(self, token: Token) -> None:
        if token.type == "bullet_list_open":
            self._lists.append(_List(None))
        elif token.type == "ordered_list_open":
            self._lists.append(_List(int(token.attrs.get("start", 1))))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif token.type == "list_item_open":
            self._marker = self._next_marker()

    def _next_marker(self) -> str:
        current = self._lists[-1]
        if current.number is None:
            return "- "
        current.number += 1
        return f"{current.number - 1}. "

    def _inline(self, token: Token, depth: int) -> Iterator[Block]:
        text, links = _words(token)
        if self._row is not None:
            self._row.append((self._tidier.join(text.split("\n")), links))
        elif depth:
            yield Block(
                "heading", self._tidier.join(text.split("\n")), form="marked", depth=depth, links=links
            )
        elif self._lists:
            yield self._item(text, links)
        else:
            yield self._made("paragraph", text, links)

    def _item(self, text: str, links: tuple[Link, ...]) -> Block:
        """The first paragraph of an item carries its mark; further ones stand as items of their own."""
        marker, self._marker = self._marker or "- ", None
        return Block("item", self._tidier.join(text.split("\n")), marker=marker, links=links)

    def _made(self, kind: BlockKind, text: str, links: tuple[Link, ...] = ()) -> Block:
        return Block(kind, self._tidier.join(text.split("\n")), links=links)

    def _table(self, token: Token) -> Iterator[Block]:
        """A table's head introduces its rows, each of which is a line of cells."""
        if token.type in ("thead_open", "thead_close"):
            self._in_table_head = token.type == "thead_open"
        elif token.type == "tr_open":
            self._row = []
        elif token.type == "tr_close" and self._row is not None:
            yield row_block(self._row, head=self._in_table_head)
            self._row = None


def row_block(cells: Sequence[tuple[str, tuple[Link, ...]]], *, head: bool) -> Block:
    """Return a table row as a block: the head is the paragraph that introduces the rows, items without mark."""
    text = " | ".join(cell for cell, _ in cells)
    links = tuple(link for _, found in cells for link in found)
    return Block("paragraph" if head else "item", text, marker="", introduces=head, links=links)


def _words(token: Token) -> tuple[str, tuple[Link, ...]]:
    """Return the words of inline markup and the links with the words they stand on."""
    text, links = "", []
    opened: list[tuple[str, int]] = []
    for child in token.children or []:
        if child.type in ("text", "code_inline"):
            text += child.content
        elif child.type in ("softbreak", "hardbreak"):
            text += "\n"
        elif child.type == "link_open":
            opened.append((str(child.attrs.get("href", "")), len(text)))
        elif child.type == "link_close":
            address, start = opened.pop()
            if address.startswith(_LINK_SCHEMES):
                links.append(Link(address, " ".join(text[start:].split())))
    return text, tuple(links)


def _text_of_html(markup: str) -> str:
    bare = re.sub(r"<!--.*?-->", " ", markup, flags=re.DOTALL)
    if not re.search(r">[^<]*\w", f">{bare}"):
        return ""
    return str(lxml.html.fromstring(f"<div>{bare}</div>").text_content()).strip()
