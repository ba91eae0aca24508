"""Every action: what it asks the knowledge, what it says, what it remembers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from played_knowledge import (
    ANSWERED,
    NEEDS_DETAIL,
    NOTHING,
    DeadKnowledge,
    PlayedKnowledge,
    conversation,
    run,
)
from rasa_sdk import Tracker

from actions.advice import ActionAdvise, ActionExplainMore
from actions.base import KnowledgeAction
from actions.calls import ActionFindCalls
from actions.cases import ActionFindCases
from actions.conversation import OFFERS, ActionAffirm, ActionRepeat, ActionTalkToHuman
from actions.feedback import ActionRecordFeedback
from actions.next_steps import ActionMakePlan, ActionNextSteps
from actions.training import ActionTrainMe

REMEMBERED = {"passages": ["p1"]}
ASKING = [
    ActionAdvise,
    ActionExplainMore,
    ActionFindCalls,
    ActionFindCases,
    ActionMakePlan,
    ActionNextSteps,
    ActionRecordFeedback,
    ActionTrainMe,
]


# --- faults and odd input -------------------------------------------------------------------------


@pytest.mark.parametrize("action", ASKING)
def test_a_knowledge_that_is_down_is_told_and_nothing_is_remembered(action: type[KnowledgeAction]) -> None:
    tracker = conversation("How do we share a hall?", theme="halls", last_answer=REMEMBERED)
    said = run(action(), tracker, DeadKnowledge())
    assert (said.response, said.custom["status"]) == ("utter_knowledge_down", "failed")
    assert said.slots == {}


@pytest.mark.parametrize("action", ASKING)
def test_a_conversation_without_any_word_gets_a_visible_reply(action: type[KnowledgeAction]) -> None:
    empty = Tracker("c1", {}, None, [], False, None, {}, None)
    said = run(action(), empty, PlayedKnowledge(NEEDS_DETAIL))
    assert said.response
    assert said.custom["status"] != "failed"


@pytest.mark.parametrize("action", ASKING)
def test_what_the_knowledge_does_not_hold_gets_a_visible_reply(action: type[KnowledgeAction]) -> None:
    tracker = conversation("How do we share a hall?", theme="halls", last_answer=REMEMBERED)
    said = run(action(), tracker, PlayedKnowledge(NOTHING))
    assert said.response
    assert said.message["text"] is None
    assert "citations" not in said.custom or said.custom["citations"] == []


# --- advice ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missing", "kind", "response"),
    [
        ("", "", "utter_nothing_found"),
        ("Blue Guild", "", "utter_nothing_found_on_name"),
        ("", "money", "utter_no_money"),
        ("Blue Guild", "share", "utter_no_share_on_name"),
        ("Blue Guild", "of_a_newer_version", "utter_nothing_found_on_name"),
    ],
)
def test_advice_says_what_is_missing_and_points_to_what_is_near(
    missing: str, kind: str, response: str
) -> None:
    nothing = replace(NOTHING, missing=missing, missing_kind=kind)
    said = run(ActionAdvise(), conversation("What does it cost?"), PlayedKnowledge(nothing))
    assert (said.response, said.custom["status"], said.message["missing"]) == (
        response,
        "nothing_found",
        missing,
    )
    assert said.custom["data"]["nearest"] == [
        {"passage": "p9", "title": "Halls", "section": ["Sharing"], "page": 4}
    ]
    assert said.slots["last_question"] == "What does it cost?"
    assert "last_answer" not in said.slots


def test_advice_asks_for_a_question_where_there_is_none() -> None:
    knowledge = PlayedKnowledge(NEEDS_DETAIL)
    said = run(ActionAdvise(), conversation("🚢"), knowledge)
    assert (said.response, said.custom["status"]) == ("utter_needs_detail", "needs_detail")
    assert said.slots == {}


def test_advice_hands_the_question_on_as_written_and_shows_the_answer_with_its_sources() -> None:
    knowledge = PlayedKnowledge()
    said = run(ActionAdvise(), conversation("How do WE share a hall?"), knowledge)
    assert knowledge.asked == [("answer", "How do WE share a hall?")]
    assert said.response == "utter_answer"
    assert said.custom == {
        "kind": "answer",
        "status": "answered",
        "text": "A hall is shared. [1]",
        "language": "en",
        "citations": ANSWERED.to_dict()["citations"],
        "next_actions": ANSWERED.to_dict()["next_actions"],
    }
    assert said.slots["last_question"] == "How do WE share a hall?"
    assert said.slots["last_answer"] == REMEMBERED


def test_explaining_without_an_answer_before_asks_what_is_meant() -> None:
    knowledge = PlayedKnowledge()
    said = run(ActionExplainMore(), conversation("why?"), knowledge)
    assert (said.response, said.custom["status"]) == ("utter_nothing_to_explain", "needs_detail")
    assert knowledge.asked == []


def test_explaining_asks_for_the_passages_cited_last() -> None:
    knowledge = PlayedKnowledge()
    tracker = conversation("why?", last_answer={"passages": ["p1", "p2"]}, last_question="How?")
    said = run(ActionExplainMore(), tracker, knowledge)
    assert knowledge.asked == [("more", (["p1", "p2"], "How?"))]
    assert (said.response, said.custom["text"]) == ("utter_explain_intro", "A hall is shared. [1]")


# --- cases, calls, training -----------------------------------------------------------------------


def test_cases_of_nothing_in_particular_ask_for_a_topic() -> None:
    knowledge = PlayedKnowledge()
    said = run(ActionFindCases(), conversation("Find examples", pressed=True), knowledge)
    assert (said.response, said.custom["status"]) == ("utter_which_theme_for_cases", "needs_detail")
    assert knowledge.asked == []


def test_a_pressed_button_means_the_topic_so_far_not_its_own_title() -> None:
    knowledge = PlayedKnowledge()
    tracker = conversation("Who has done this?", pressed=True, last_question="How do we share a hall?")
    run(ActionFindCases(), tracker, knowledge)
    assert knowledge.asked == [("answer", "How do we share a hall?")]


def test_cases_are_looked_for_where_others_tell_what_they_did() -> None:
    knowledge = PlayedKnowledge()
    said = run(ActionFindCases(), conversation("who shares halls?", theme="halls"), knowledge)
    assert knowledge.restrictions == [
        {"kinds": ("case_study", "interview"), "roles": ("case_study", "interview"), "actions": False}
    ]
    assert (said.response, said.custom["kind"], said.message["topic"]) == (
        "utter_cases_intro",
        "cases",
        "halls",
    )
    assert said.slots["last_answer"] == REMEMBERED


def test_without_cases_the_topic_is_named() -> None:
    said = run(ActionFindCases(), conversation("who?", theme="halls"), PlayedKnowledge(NOTHING))
    assert (said.response, said.message["topic"]) == ("utter_no_cases", "halls")


def test_without_words_no_call_is_looked_for() -> None:
    knowledge = PlayedKnowledge()
    assert run(ActionFindCalls(), conversation(), knowledge).response == "utter_no_calls_yet"
    assert knowledge.asked == []


def test_programmes_are_only_part_of_what_was_asked_and_nothing_else_passes_for_a_call() -> None:
    knowledge = PlayedKnowledge()
    said = run(ActionFindCalls(), conversation("any open call?", theme="textiles"), knowledge)
    assert knowledge.asked == [("answer", "any open call? textiles")]
    assert knowledge.restrictions[0]["kinds"] == ("programme", "call")
    assert not knowledge.restrictions[0].get("roles")
    assert (said.response, said.custom["kind"], said.custom["status"]) == (
        "utter_calls_not_yet",
        "calls",
        "partial",
    )


def test_lessons_are_not_promised_but_reading_is_shown() -> None:
    knowledge = PlayedKnowledge()
    said = run(ActionTrainMe(), conversation("quiz me on halls", theme="halls"), knowledge)
    assert knowledge.asked == [("answer", "halls")]
    assert (said.response, said.custom["status"]) == ("utter_training_read_instead", "partial")
    assert run(ActionTrainMe(), conversation(), knowledge).response == "utter_training_not_yet"


# --- next steps and plan --------------------------------------------------------------------------


@pytest.mark.parametrize("action", [ActionNextSteps, ActionMakePlan])
def test_steps_for_no_topic_ask_for_one(action: type[KnowledgeAction]) -> None:
    knowledge = PlayedKnowledge()
    said = run(action(), conversation("what now?"), knowledge)
    assert (said.response, said.custom["status"]) == ("utter_which_theme", "needs_detail")
    assert knowledge.asked == []


def test_steps_are_suggested_for_the_topic_so_far() -> None:
    knowledge = PlayedKnowledge()
    said = run(ActionNextSteps(), conversation("what now?", theme="halls", sector="boats"), knowledge)
    assert knowledge.asked == [("next_actions", "halls, boats. what now?")]
    assert (said.response, said.custom["kind"], said.custom["status"]) == (
        "utter_next_steps_intro",
        "plan",
        "answered",
    )
    assert said.message["topic"] == "halls, boats"


def test_a_question_that_tells_what_steps_are_for_is_answered_too() -> None:
    knowledge = PlayedKnowledge()
    question = "what should we do next about sharing our halls?"
    said = run(ActionNextSteps(), conversation(question), knowledge)
    assert knowledge.asked == [("answer", question)]
    assert (said.custom["text"], said.slots["last_question"]) == (ANSWERED.text, question)


def test_a_plan_is_only_begun_and_says_so() -> None:
    said = run(ActionMakePlan(), conversation("plan this", theme="halls"), PlayedKnowledge())
    assert (said.response, said.custom["kind"], said.custom["status"]) == (
        "utter_plan_not_yet",
        "plan",
        "partial",
    )


def test_without_steps_the_topic_is_named() -> None:
    said = run(ActionNextSteps(), conversation("and now?", theme="halls"), PlayedKnowledge(NOTHING))
    assert (said.response, said.message["topic"]) == ("utter_no_steps", "halls")


# --- feedback and the conversation itself ---------------------------------------------------------


def test_feedback_is_kept_with_the_answer_it_is_about() -> None:
    knowledge = PlayedKnowledge()
    tracker = conversation("Too long", feedback_text="Too long", last_answer=REMEMBERED)
    said = run(ActionRecordFeedback(), tracker, knowledge)
    assert knowledge.asked == [("record_feedback", ("Too long", "", REMEMBERED))]
    assert (said.response, said.custom["data"]["move"]) == ("utter_feedback_saved", "give_feedback")
    assert said.slots == {"feedback_text": None}


@pytest.mark.parametrize("offer", [None, "", "something_else", "action_advise"])
def test_a_yes_to_nothing_that_was_offered_asks_what_is_meant(offer: str | None) -> None:
    said = run(ActionAffirm(), conversation("yes", offer=offer))
    assert (said.response, said.custom["status"], said.followups) == ("utter_affirm_open", "needs_detail", [])


@pytest.mark.parametrize("offer", sorted(OFFERS))
def test_a_yes_does_what_was_offered_once(offer: str) -> None:
    said = run(ActionAffirm(), conversation("yes", offer=offer))
    assert (said.followups, said.slots, said.message) == ([OFFERS[offer]], {"offer": None}, {})


def test_there_is_nothing_to_repeat_at_the_beginning() -> None:
    said = run(ActionRepeat(), conversation("again?", events=[{"event": "user", "text": "again?"}]))
    assert (said.response, said.custom["status"]) == ("utter_nothing_to_repeat", "needs_detail")


def test_the_last_reply_is_said_again_with_all_that_belonged_to_it() -> None:
    custom, buttons = (
        {"kind": "answer", "status": "answered"},
        [{"title": "More", "payload": "/explain_more"}],
    )
    events = [
        {"event": "bot", "text": "Earlier.", "data": {}},
        {"event": "bot", "text": "Here it is.", "data": {"custom": custom, "buttons": buttons}},
        {"event": "user", "text": "again?"},
    ]
    said = run(ActionRepeat(), conversation("again?", events=events))
    assert (said.message["text"], said.custom, said.message["buttons"]) == ("Here it is.", custom, buttons)


def test_a_reply_without_data_is_said_again_too() -> None:
    said = run(
        ActionRepeat(), conversation("again?", events=[{"event": "bot", "text": "Hello.", "data": None}])
    )
    assert said.message["text"] == "Hello."


@pytest.mark.parametrize("contact", ["", "  "])
def test_without_a_contact_none_is_made_up(monkeypatch: pytest.MonkeyPatch, contact: str) -> None:
    monkeypatch.setenv("ADVISER_CONTACT", contact)
    assert run(ActionTalkToHuman(), conversation()).response == "utter_no_human_contact"


def test_the_contact_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISER_CONTACT", " Anna, +46 1 ")
    said = run(ActionTalkToHuman(), conversation())
    assert (said.response, said.message["contact"]) == ("utter_human_contact", "Anna, +46 1")
