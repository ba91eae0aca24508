"""Markdown as Slack writes it ("mrkdwn"). Nothing of a text can become a mention, a command or a foreign link."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

PAIRS = {"strong": "*", "em": "_"}


def mrkdwn(markdown: str) -> str:
    """Return Markdown in Slack's own notation, its text escaped."""
    tree = SyntaxTreeNode(_parser().parse(markdown))
    return "\n".join(_blocks(tree.children, "\n")).strip("\n")


def escaped(text: str) -> str:
    """Return text in which Slack finds no markup: it reads mentions, links and commands only in angle brackets."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str, label: str) -> str:
    """Return a link to a web page, or only the label (mrkdwn already) when the address is none."""
    if urlsplit(url).scheme.lower() not in ("http", "https"):
        return label
    safe = url.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
    return f"<{safe.replace('&', '&amp;')}|{label.replace(chr(10), ' ') or escaped(url)}>"


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _blocks(nodes: list[SyntaxTreeNode], gap: str = "") -> Iterator[str]:
    for position, node in enumerate(nodes):
        if position and gap:
            yield ""
        yield from _block(node)


def _block(node: SyntaxTreeNode) -> Iterator[str]:
    if node.type in ("bullet_list", "ordered_list"):
        yield from _list(node)
    elif node.type == "blockquote":
        yield from (f"> {line}" for line in _blocks(node.children))
    elif node.type in ("fence", "code_block"):
        yield from ("```", *escaped(node.content.rstrip("\n")).split("\n"), "```")
    elif node.type == "heading":
        yield f"*{_inline(node).replace('*', '')}*"
    elif node.type == "table":
        rows = (row for part in node.children for row in part.children)
        yield from (" | ".join(_inline(cell) for cell in row.children) for row in rows)
    elif node.type == "hr":
        yield "———"
    else:
        yield from _inline(node).split("\n")


def _list(node: SyntaxTreeNode) -> Iterator[str]:
    first = int(node.attrs.get("start", 1))
    for number, item in enumerate(node.children, start=first):
        mark = f"{number}." if node.type == "ordered_list" else "•"
        for position, line in enumerate(_blocks(item.children)):
            yield f"{mark} {line}" if position == 0 else f"    {line}"


def _inline(node: SyntaxTreeNode) -> str:
    inner = chain.from_iterable(
        child.children if child.type == "inline" else [child] for child in node.children
    )
    return "".join(_span(child) for child in inner)


def _span(node: SyntaxTreeNode) -> str:
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    if node.type == "code_inline":
        return f"`{escaped(node.content)}`"
    if node.type in PAIRS:
        return f"{PAIRS[node.type]}{_inline(node)}{PAIRS[node.type]}"
    if node.type == "link":
        return link(str(node.attrs.get("href", "")), _inline(node))
    if node.type == "image":
        return escaped(node.content)
    return escaped(node.content) if not node.children else _inline(node)
