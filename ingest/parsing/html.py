"""Web pages: trafilatura finds the main content, its markup gives headings, lists, tables and links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import lxml.html
from lxml.etree import ParserError, _Element
from trafilatura import bare_extraction

from ingest.errors import NoText
from ingest.language import detect_language
from ingest.parsing.blocks import Block, BlockKind, Parsed
from ingest.parsing.markdown import row_block
from ingest.parsing.tidy import Tidier
from knowledge.schema import Link

_SITE_NAME = re.compile(r"\s+[|–—·»]\s+[^|–—·»]*$")


def parse_html(text: str) -> Parsed:
    """Read a page's main content; menus, footers and scripts are left out. Raises NoText when none is left."""
    page = (
        text if re.search(r"<(?:html|body)\b", text, re.IGNORECASE) else f"<html><body>{text}</body></html>"
    )
    found = bare_extraction(
        page,
        include_links=True,
        include_tables=True,
        include_comments=False,
        favor_recall=True,
        deduplicate=False,
    )
    body = found.body if found is not None else None
    if body is None or not "".join(body.itertext()).strip():
        raise NoText("No text was found in the page; open it in a browser and save it again, complete.")
    language = detect_language(" ".join(body.itertext()))
    tidier = Tidier(language)
    blocks = tuple(block for block in _blocks(body, tidier) if block.text)
    title = next((block.text for block in blocks if block.kind == "heading" and block.depth == 1), "")
    return Parsed(blocks, language, title=title or _page_title(text), repairs=dict(tidier.repairs))


def _page_title(text: str) -> str:
    try:
        parser = lxml.html.HTMLParser(encoding="utf-8")
        title = lxml.html.document_fromstring(text.encode(), parser=parser).findtext(".//title") or ""
    except ParserError:  # a fragment without any element
        return ""
    return _SITE_NAME.sub("", " ".join(title.split()))


def _blocks(parent: _Element, tidier: Tidier) -> Iterator[Block]:
    for element in parent:
        if element.tag == "head":
            yield _heading(element, tidier)
        elif element.tag == "list":
            yield from _items(element, tidier)
        elif element.tag == "table":
            yield from _rows(element, tidier)
        elif element.tag in ("div", "quote") and any(
            child.tag in ("p", "list", "head", "table") for child in element
        ):
            yield from _blocks(element, tidier)
        else:
            yield _made("paragraph", element, tidier)


def _heading(element: _Element, tidier: Tidier) -> Block:
    text, links = _words(element)
    depth = int(re.sub(r"\D", "", element.get("rend", "")) or 2)
    return Block("heading", tidier.tidy(text), form="marked", depth=depth, links=links)


def _items(element: _Element, tidier: Tidier) -> Iterator[Block]:
    numbered = element.get("rend") == "ol"
    items = [child for child in element if child.tag == "item"]
    for number, item in enumerate(items, start=1):
        yield _made("item", item, tidier, marker=f"{number}. " if numbered else "- ")
        for nested in item.findall("list"):
            yield from _items(nested, tidier)


def _rows(element: _Element, tidier: Tidier) -> Iterator[Block]:
    for number, row in enumerate(element.iter("row")):
        cells = [(tidier.tidy(text), links) for text, links in (_words(cell) for cell in row)]
        head = number == 0 and all(cell.get("role") == "head" for cell in row)
        yield row_block(cells, head=head)


def _made(kind: BlockKind, element: _Element, tidier: Tidier, marker: str = "- ") -> Block:
    text, links = _words(element)
    return Block(kind, tidier.tidy(text), marker=marker, links=links)


def _words(element: _Element) -> tuple[str, tuple[Link, ...]]:
    """Return the words of an element without its nested lists, and its links with the words they stand on."""
    pieces = list(_pieces(element))
    text = "".join(piece for piece, _ in pieces)
    return text, tuple(_links(pieces))


def _pieces(element: _Element) -> Iterator[tuple[str, str]]:
    """Yield (words, address or "") in reading order."""
    yield element.text or "", element.get("target", "") if element.tag == "ref" else ""
    for child in element:
        if child.tag == "lb":
            yield " ", ""
        elif child.tag == "ref":
            yield "".join(child.itertext()), child.get("target", "")
        elif child.tag != "list":
            yield from _pieces(child)
        yield child.tail or "", ""


def _links(pieces: Sequence[tuple[str, str]]) -> Iterator[Link]:
    for words, address in pieces:
        if address.startswith(("http://", "https://", "mailto:")):
            yield Link(address, " ".join(words.split()))
