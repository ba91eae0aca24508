"""Help that is left when the dialogue engine or its actions are away: a direct look into the library."""

from __future__ import annotations

from knowledge.schema import Answer
from web.chat.schema import Reply
from web.library import Library
from web.wording import wording

DIRECT_MOVE = "ask_advice"
"""What every message is taken for while nobody can tell its move."""

WORDLESS = ("nothing_found", "needs_detail", "out_of_scope", "withheld")


def look_up(library: Library, text: str, move: str, language: str) -> Reply:
    """Take the words as a question and answer it directly; raises `KnowledgeError`."""
    return from_answer(library.answer(text, language=language), move, language)


def from_answer(answer: Answer, move: str, language: str) -> Reply:
    """Turn an answer of the library into a reply that says why it came directly."""
    values = answer.to_dict()
    text = answer.text or _words_for(answer, language)
    return Reply.model_validate(
        {
            "kind": "answer",
            "status": answer.status,
            "text": f"{wording('notes.dialogue_away', language)}\n\n{text}",
            "language": answer.language or language,
            "citations": values["citations"],
            "next_actions": values["next_actions"],
            "data": {"move": move},
        }
    )


def failed(reason: str, move: str, language: str) -> Reply:
    """Return the reply that says what does not work, what still does, and what to do; `reason` names its words."""
    return Reply.model_validate(
        {
            "kind": "text",
            "status": "failed",
            "text": wording(f"turns.{reason}", language),
            "language": language,
            "data": {"move": move},
        }
    )


def _words_for(answer: Answer, language: str) -> str:
    if answer.status == "nothing_found" and not answer.missing:
        return wording("turns.nothing_found_plain", language)
    if answer.status in WORDLESS:
        return wording(f"turns.{answer.status}", language, missing=answer.missing)
    return wording("turns.answer_failed", language)
