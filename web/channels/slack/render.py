"""An answer as blocks of Slack's Block Kit, with its sources, next actions and buttons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from web.channels.slack.mrkdwn import escaped, link, mrkdwn
from web.chat.schema import CitationModel, Reply
from web.wording import wording

LONGEST_SECTION = 2900
LONGEST_VALUE = 2000
LONGEST_TITLE = 75
LONGEST_FALLBACK = 3000
MOST_BLOCKS = 50
MOST_BUTTONS = 25
"""Limits of Slack: characters of a section (3,000), of a button's value and title, blocks of a message."""

Block = dict[str, Any]


def rendered(replies: Sequence[Reply], *, notice: bool, mark: str) -> dict[str, Any]:
    """Return the `text` and `blocks` of one message; `mark` becomes the id of its first block."""
    language = replies[0].language if replies else "en"
    blocks = [_context(wording("slack.notice", language))] if notice else []
    for position, reply in enumerate(replies):
        blocks += _blocks(reply, position)
    blocks = blocks[:MOST_BLOCKS]
    blocks[0]["block_id"] = mark
    return {"text": _fallback(replies), "blocks": blocks}


def _blocks(reply: Reply, position: int) -> Iterator[Block]:
    for part in parted(mrkdwn(reply.text)):
        yield _section(part)
    for part in parted("\n".join(_next_actions(reply))):
        yield _section(part)
    for part in parted("\n".join(_sources(reply))):
        yield _context(part)
    buttons = [_button(f"{position}-{n}", b.title, b.payload) for n, b in enumerate(reply.buttons)]
    fitting = [button for button in buttons if len(button["value"]) <= LONGEST_VALUE][:MOST_BUTTONS]
    if fitting:
        yield {"type": "actions", "elements": fitting}


def _next_actions(reply: Reply) -> Iterator[str]:
    if reply.next_actions:
        yield f"*{escaped(wording('slack.next_actions', reply.language))}*"
    for action in reply.next_actions:
        marks = "".join(f" [{number}]" for number in action.citations)
        why = f": {escaped(action.why)}" if action.why else ""
        yield f"• {escaped(action.title)}{why}{marks}"


def _sources(reply: Reply) -> Iterator[str]:
    if reply.citations:
        yield f"*{escaped(wording('slack.sources', reply.language))}*"
    for citation in reply.citations:
        yield f"[{citation.number}] {_source(citation, reply.language)}"


def _source(citation: CitationModel, language: str) -> str:
    title = escaped(citation.title)
    parts = [link(citation.url, title) if citation.url else title]
    parts += [escaped(section) for section in citation.section[-1:]]
    if citation.page is not None:
        parts.append(escaped(wording("slack.page", language, page=str(citation.page))))
    return ", ".join(parts)


def _button(name: str, title: str, payload: str) -> Block:
    short = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"
    return {
        "type": "button",
        "action_id": f"choice-{name}",
        "text": {"type": "plain_text", "text": short, "emoji": False},
        "value": payload,
    }


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def parted(text: str, longest: int = LONGEST_SECTION) -> list[str]:
    """Split a text at the ends of lines, else at spaces, into parts no longer than a section may be."""
    parts = []
    while len(text) > longest:
        cut = max(text.rfind("\n", 1, longest), 0) or max(text.rfind(" ", 1, longest), 0) or longest
        parts.append(text[:cut])
        text = text[cut:].lstrip("\n ")
    return [part for part in (*parts, text) if part.strip()]


def _fallback(replies: Sequence[Reply]) -> str:
    """Return what notifications and screen readers get."""
    whole = "\n\n".join(mrkdwn(reply.text) for reply in replies)
    return parted(whole, LONGEST_FALLBACK)[0] if whole.strip() else "…"
