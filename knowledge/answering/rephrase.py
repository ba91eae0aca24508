"""Step 2: the question as it is searched: the asking part of a long message, without courtesies around it."""

from __future__ import annotations

import re

from knowledge.answering.asked import read_question
from knowledge.answering.names import distinctive_names, without_names
from knowledge.answering.tools import Tools
from knowledge.answering.turn import Turn
from knowledge.retrieval.words import content_stems
from knowledge.sentences import split_sentences

MAX_WORDS = 60  # a longer text buries what is asked in what is told

_COURTESY = re.compile(
    r"^(?:(?:hi|hello|hey|dear all|good (?:morning|afternoon|evening))\b[^a-z0-9]*)?"
    r"(?:(?:please|can|could|would) you (?:please )?(?:tell|explain to|show) (?:me|us)[ ,:]*|"
    r"(?:i|we) (?:would|'d) like to know[ ,:]*|do you know[ ,:]*|(?:i|we)(?: am|'m| are|'re)? wondering[ ,:]*)?",
    re.IGNORECASE,
)


def rephrase(turn: Turn, tools: Tools) -> None:
    """Set `query`, what is `asked` for, the `names` it is about and the `matter` without them."""
    text = " ".join(turn.question.split())
    if len(text.split()) > MAX_WORDS:
        text = _asking_part(text)
    turn.query = _COURTESY.sub("", text, count=1).strip() or text
    library = tools.library()
    turn.asked = read_question(turn.query, library.names)
    turn.names = distinctive_names(turn.asked, library)
    matter = without_names(turn.query, turn.names)
    turn.matter = (
        matter if content_stems(matter) else turn.query
    )  # "What is EREK?" asks about nothing but the name
    turn.trace["asked"] = {"kind": turn.asked.kind, "names": list(turn.names)}


def _asking_part(text: str) -> str:
    """The sentences with a question mark, else the first ones, up to the limit."""
    sentences = [sentence.text for sentence in split_sentences(text)]
    asking = [sentence for sentence in sentences if sentence.endswith("?")] or sentences
    return " ".join(" ".join(asking).split()[:MAX_WORDS])
