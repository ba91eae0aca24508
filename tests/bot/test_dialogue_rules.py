from __future__ import annotations

from typing import Any

import pytest
from fakes import NOTHING, Actions, Result
from served_model import served_model

from bot.light_start import leave_out_tensorflow, meet_skops_early

ANSWERED = {
    "ask_advice": "action_advise",
    "find_calls": "action_find_calls",
    "find_cases": "action_find_cases",
    "next_steps": "action_next_steps",
    "make_plan": "action_make_plan",
    "train_me": "action_train_me",
    "explain_more": "action_explain_more",
    "repeat": "action_repeat",
    "affirm": "action_affirm",
    "talk_to_human": "action_talk_to_human",
}
SPOKEN = ("greet", "goodbye", "thanks", "deny", "capabilities", "out_of_scope")


class Dialogue:
    """One conversation with the dialogue engine over actions that only note their calls."""

    def __init__(self, model: Any) -> None:
        from rasa.core.tracker_store import InMemoryTrackerStore  # noqa: PLC0415 - after the light start
        from rasa.shared.core.domain import Domain  # noqa: PLC0415

        from bot.engine import Engine  # noqa: PLC0415

        self.actions = Actions(self._play)
        self.engine = Engine(model, InMemoryTrackerStore(Domain.empty()), self.actions)
        self.name = "nobody"

    async def says(self, text: str = "", payload: str | None = None) -> list[str]:
        """The texts replied to a message or to a button pressed."""
        meaning = await self.engine.understand(text, payload)
        return [reply["text"] for reply in await self.engine.turn(self.name, text, meaning, "en")]

    def called(self) -> list[str]:
        return [call["next_action"] for call in self.actions.calls]

    def slots(self) -> dict[str, Any]:
        return dict(self.actions.calls[-1]["tracker"]["slots"])

    def _play(self, call: dict[str, Any]) -> Result:
        return (
            {"events": [], "responses": [{"text": "Noted."}]} if "record" in call["next_action"] else NOTHING
        )


@pytest.fixture(scope="module")
def loaded() -> Dialogue:
    model = served_model()
    meet_skops_early()
    leave_out_tensorflow(model)
    return Dialogue(model)


@pytest.fixture
def talk(loaded: Dialogue, request: pytest.FixtureRequest) -> Dialogue:
    loaded.name = request.node.name
    loaded.actions.calls.clear()
    return loaded


async def test_a_message_no_move_wins_goes_to_the_knowledge(talk: Dialogue) -> None:
    meaning = await talk.engine.understand("zxqv wkrp jjgh")
    assert meaning.move in ("ask_advice", "out_of_scope")
    await talk.says("/nothing_of_ours")
    assert talk.called() == ["action_advise"]


@pytest.mark.parametrize(("move", "action"), ANSWERED.items())
async def test_a_move_about_the_matter_runs_its_action(talk: Dialogue, move: str, action: str) -> None:
    await talk.says(payload=f"/{move}")
    assert talk.called() == [action]


@pytest.mark.parametrize("move", SPOKEN)
async def test_small_talk_is_answered_without_an_action(talk: Dialogue, move: str) -> None:
    assert all(await talk.says(payload=f"/{move}"))
    assert talk.called() == []


async def test_never_mind_leaves_the_feedback_form(talk: Dialogue) -> None:
    await talk.says(payload="/give_feedback")
    assert await talk.says("never mind") != []
    await talk.says(payload="/ask_advice")
    assert talk.called() == ["action_advise"]


async def test_while_feedback_is_asked_for_any_text_is_the_feedback(talk: Dialogue) -> None:
    question = await talk.says(payload="/give_feedback")
    assert len(question) == 1
    assert await talk.says("what is a cluster organisation") == ["Noted."]
    assert talk.called() == ["action_record_feedback"]
    assert talk.slots()["feedback_text"] == "what is a cluster organisation"


async def test_after_the_feedback_the_conversation_goes_on(talk: Dialogue) -> None:
    await talk.says(payload="/give_feedback")
    await talk.says("the page number was one too high")
    await talk.says(payload="/next_steps")
    assert talk.called() == ["action_record_feedback", "action_next_steps"]


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("where do we start with circular business models", "theme", "green transition"),
        ("next steps for digital", "theme", "digital transformation"),
        ("any open call for Textile companies", "sector", "textiles"),
        ("show me examples from the Czech Republic", "country", "Czechia"),
        ("what does the EEN do", "programme", "Enterprise Europe Network"),
    ],
)
async def test_what_a_message_is_about_is_kept_under_its_canonical_name(
    talk: Dialogue, text: str, slot: str, value: str
) -> None:
    await talk.says(text)
    assert talk.slots()[slot] == value


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("what does the Digital Europe programme offer", "theme"),
        ("tell us what helps small firms", "country"),
        ("how can it improve the life of our members", "programme"),
    ],
)
async def test_ordinary_words_are_not_taken_for_names(talk: Dialogue, text: str, slot: str) -> None:
    await talk.says(text)
    assert talk.slots()[slot] is None


async def test_a_theme_is_remembered_for_the_next_move(talk: Dialogue) -> None:
    await talk.says("how do we help members with internationalisation")
    await talk.says(payload="/next_steps")
    assert talk.slots()["theme"] == "internationalisation"


async def test_a_button_brings_its_theme(talk: Dialogue) -> None:
    await talk.says(payload='/next_steps{"theme": "digital skills"}')
    assert talk.called() == ["action_next_steps"]
    assert talk.slots()["theme"] == "digital skills"
