"""A finished turn as server-sent events: citations first, then sentence by sentence, then the whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

SENTENCE_END = re.compile(r"""
    \n+                                    # a line ends, with the blank ones after it
    | (?<=[.!?…])["'”’)*_]*                # a full stop, and what may close after it
      (?:\s?\[\d+\])*                      # the marks of its citations
      \s+(?=["'“‘(*_\[]*[^\W\d_a-z])       # before something that can begin a sentence: no lower-case letter
""", re.VERBOSE)  # fmt: skip


def sentences(text: str) -> list[str]:
    """Split Markdown into sentences and lines that join to exactly `text` again, each with its citation marks."""
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    cuts = [0, *ends, len(text)]
    return [text[start:end] for start, end in pairwise(cuts) if end > start]


def events(answer: dict[str, Any]) -> Iterator[str]:
    """Yield the events of a turn (a `ChatReply` as JSON values): per reply `reply` and `sentence`s, at last `done`."""
    for position, reply in enumerate(answer["replies"]):
        yield _event("reply", reply | {"text": ""})
        for sentence in sentences(reply["text"]):
            yield _event("sentence", {"reply": position, "text": sentence})
    yield _event("done", answer)


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
