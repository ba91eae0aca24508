"""From what somebody typed or pressed to the move it makes."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

FALLBACK_INTENT = "nlu_fallback"
FALLBACK_MOVE = "ask_advice"
"""A message no intent wins is a question about the matter: retrieval answers it, or says it cannot."""

UNRELATED = "out_of_scope"
SURELY_UNRELATED = 0.85
"""Below this confidence a message is looked up before it is turned away: the words of an industry nobody trained
on look as foreign as a joke does, and the library knows better."""

_PAYLOAD = re.compile(r"/(?P<move>[A-Za-z_]\w*)\s*(?P<entities>\{.*\})?\s*", re.DOTALL)

Parser = Callable[[str], Awaitable[dict[str, Any]]]


class PayloadRefused(Exception):
    """A button's payload names no move of ours or is badly written."""


@dataclass(frozen=True)
class Understood:
    """A turn's meaning: the move for the answer, the parse for Rasa, and whether a button said it."""

    move: str
    parse_data: dict[str, Any]
    pressed: bool = False


async def understand_text(text: str, parse: Parser) -> Understood:
    """Reads free text with the language understanding of the model.

    Rasa takes a leading slash for a command. A user's slash is only a character: it is left out for
    parsing, and text in the very form of a command is understood as no move in particular.
    """
    bare = text.lstrip("/ \t\r\n")
    if not bare or (text.lstrip().startswith("/") and _PAYLOAD.fullmatch(text.strip())):
        return _meaning(text, {"name": FALLBACK_INTENT, "confidence": 0.0}, [])
    parsed = await parse(bare)
    return _meaning(text, parsed["intent"], _shifted(parsed["entities"], bare, text))


def read_payload(payload: str, text: str, moves: Collection[str]) -> Understood:
    """Reads `/move{"entity": value}` of a button without any language understanding.

    Raises `PayloadRefused` unless the move is one of `moves` and the rest a JSON object.
    """
    match = _PAYLOAD.fullmatch(payload.strip())
    if match is None or match["move"] not in moves:
        raise PayloadRefused("the payload names no move")
    intent = {"name": match["move"], "confidence": 1.0}
    return replace(_meaning(text or payload, intent, _entities(match["entities"] or "{}")), pressed=True)


def _entities(written: str) -> list[dict[str, Any]]:
    try:
        values = json.loads(written)
    except ValueError as reason:
        raise PayloadRefused("the payload's entities are not JSON") from reason
    pairs = [(name, value) for name, many in values.items() for value in _as_list(many)]
    return [
        {"entity": name, "value": value, "start": 0, "end": 0, "extractor": "button"} for name, value in pairs
    ]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _shifted(entities: list[dict[str, Any]], parsed: str, original: str) -> list[dict[str, Any]]:
    by = max(original.find(parsed.rstrip()), 0)
    return [{**e, "start": e["start"] + by, "end": e["end"] + by} for e in entities]


def _meaning(text: str, intent: dict[str, Any], entities: list[dict[str, Any]]) -> Understood:
    name, confidence = intent.get("name") or FALLBACK_INTENT, float(intent.get("confidence") or 0.0)
    if name == UNRELATED and confidence < SURELY_UNRELATED:
        name = FALLBACK_INTENT
    slim = {"name": name, "confidence": confidence}
    move = FALLBACK_MOVE if name == FALLBACK_INTENT else name
    return Understood(move, {"text": text, "intent": slim, "entities": entities})
