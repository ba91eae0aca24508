"""The only place that turns results into messages.

Wording is not here: `response=` names a text in `bot/domain/responses`, which the dialogue puts before the text
that came out of the knowledge. The shape is the reply of the chat contract (`/api/openapi.json`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from knowledge.schema import Answer, Passage

FACT_KINDS = ("money", "share", "count", "date")


def say(
    dispatcher: CollectingDispatcher, response: str, status: str = "answered", move: str = "", **values: str
) -> None:
    """Say a text of the domain; `values` fill its placeholders, `move` is named where it is not the message's own."""
    made = {"kind": "text", "status": status, "data": {"move": move} if move else {}}
    dispatcher.utter_message(response=response, json_message=made, **values)


def say_answer(
    dispatcher: CollectingDispatcher,
    answer: Answer,
    *,
    kind: str = "answer",
    intro: str | None = None,
    **values: str,
) -> list[dict[str, Any]]:
    """Show an answer, with a text of the domain before it where `intro` names one; returns what to remember of it."""
    dispatcher.utter_message(response=intro, json_message=reply(answer, kind), **values)
    return remember(answer)


def say_nothing_found(dispatcher: CollectingDispatcher, answer: Answer) -> None:
    """Say what the material does not hold, and which passages come closest."""
    kind = f"no_{answer.missing_kind}" if answer.missing_kind in FACT_KINDS else "nothing_found"
    response = f"utter_{kind}_on_name" if answer.missing else f"utter_{kind}"
    made = {
        "kind": "answer",
        "status": "nothing_found",
        "citations": [],
        "data": {"nearest": [_pointer(passage) for passage in answer.nearest]},
    }
    dispatcher.utter_message(response=response, json_message=made, missing=answer.missing)


def say_again(dispatcher: CollectingDispatcher, said: dict[str, Any]) -> None:
    """Say an earlier message of the dialogue again, as Rasa's event of it remembers it."""
    data = said.get("data") or {}
    dispatcher.utter_message(
        text=said.get("text"), json_message=data.get("custom") or {}, buttons=data.get("buttons") or []
    )


def say_fault(dispatcher: CollectingDispatcher) -> None:
    """Say that the library cannot be reached."""
    say(dispatcher, "utter_knowledge_down", status="failed")


def reply(answer: Answer, kind: str = "answer") -> dict[str, Any]:
    """An answer of the knowledge as a reply of the chat."""
    made = answer.to_dict()
    return {
        "kind": kind,
        "status": answer.status,
        "text": answer.text,
        "language": answer.language,
        "citations": made["citations"],
        "next_actions": made["next_actions"],
    }


def as_partial(answer: Answer) -> Answer:
    """The same answer, marked as less than what was asked for."""
    return replace(answer, status="partial")


def remember(answer: Answer) -> list[dict[str, Any]]:
    """What later moves ("why?", "tell me more") need of an answer."""
    cited = list(dict.fromkeys(citation.passage for citation in answer.citations))
    slot: dict[str, Any] = SlotSet("last_answer", {"passages": cited})
    return [slot]


def _pointer(passage: Passage) -> dict[str, Any]:
    return {
        "passage": passage.id,
        "title": passage.title,
        "section": list(passage.section),
        "page": passage.page,
    }
