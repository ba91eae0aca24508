"""The steps one by one, on hits made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from fakes import hit, indexed, library_of

from knowledge.answering.asked import Asked
from knowledge.answering.check_scope import check_scope
from knowledge.answering.cite import cite, marked
from knowledge.answering.compose import MAX_FACTS, MAX_SENTENCES, compose
from knowledge.answering.judge_answerable import judge_answerable
from knowledge.answering.rephrase import MAX_WORDS, rephrase
from knowledge.answering.retrieve import retrieve
from knowledge.answering.steps import answer
from knowledge.answering.suggest_actions import suggest_actions
from knowledge.answering.tools import Tools
from knowledge.answering.turn import Quote, Turn
from knowledge.answering.verify import unsupported_figures, verify
from knowledge.retrieval.library import Library
from knowledge.retrieval.ranking import fuse
from knowledge.retrieval.retriever import Hit, Query

NEAR, FAR = 0.88, 0.5


class Finds:
    """A retriever that always finds the same."""

    def __init__(self, hits: Sequence[Hit] = ()) -> None:
        self.hits, self.queries = list(hits), [Query("")]

    def find(self, query: Query, k: int = 8) -> list[Hit]:
        self.queries.append(query)
        return [one for one in self.hits if query.admits(one.passage)][:k]

    def sentence_similarities(self, text: str, hit: Hit) -> tuple[float, ...]:
        return hit.sentence_similarities


def tools(*hits: Hit) -> Tools:
    library = Library([one.passage for one in hits], {})
    return Tools(Finds(hits), lambda: library, lambda _: "en")


def composed(found: Hit, *, kind: str = "open", query: str = "boats") -> list[str]:
    turn = Turn(query, query=query, matter=query, asked=Asked(kind), hits=[found])  # type: ignore[arg-type]
    compose(turn, tools(found))
    return [quote.text for quote in turn.quotes]


def only(text: str, number: int, **changes: object) -> Hit:
    """A hit of which one sentence is near."""
    found = indexed(text, **changes)
    return Hit(found, 1.0, NEAR, tuple(NEAR if n == number else FAR for n in range(len(found.sentences))))


@pytest.mark.parametrize("message", ["", " ", "?", "🚢🚢", "1 2 3", "a", "… ! 42 %", "- - -"])
def test_a_message_without_a_word_needs_detail(message: str) -> None:
    assert answer(Turn(message), tools()).status == "needs_detail"


def test_a_given_language_is_not_guessed_anew() -> None:
    turn = Turn("Was kostet das Boot?", language="de")
    check_scope(turn, tools())
    assert turn.language == "de"


def test_an_empty_library_finds_nothing() -> None:
    assert answer(Turn("What does a berth cost?"), tools()).status == "nothing_found"


def test_hits_that_are_all_far_away_find_nothing() -> None:
    assert answer(Turn("How do I bake bread?"), tools(hit("A hull keeps water out.", FAR))).status == (
        "nothing_found"
    )


def test_courtesies_around_a_question_are_not_searched() -> None:
    turn = Turn("Good morning, could you please tell me what a slipway is?")
    rephrase(turn, tools())
    assert turn.query == "what a slipway is?"


def test_of_a_long_message_the_questions_are_searched() -> None:
    told = "We build boats in a small town by the sea. " * 12
    turn = Turn(f"{told} What does a slipway cost? {told}")
    rephrase(turn, tools())
    assert turn.query == "What does a slipway cost?"


def test_a_long_message_without_a_question_is_cut() -> None:
    turn = Turn("We build boats in a small town by the sea. " * 40)
    rephrase(turn, tools())
    assert len(turn.query.split()) <= MAX_WORDS


def test_a_message_of_courtesies_alone_is_kept() -> None:
    turn = Turn("Could you please tell me")
    rephrase(turn, tools())
    assert turn.query == "Could you please tell me"


def test_only_the_kinds_or_roles_asked_for_are_searched() -> None:
    guide, story = hit("Hulls keep water out.", NEAR), hit("We built hulls once.", NEAR, role="case_study")
    turn = Turn("hulls", kinds=("case_study",), roles=("case_study",), query="hulls")
    retrieve(turn, tools(guide, story))
    assert [one.passage.role for one in turn.hits] == ["case_study"]


def test_a_sum_without_the_name_it_must_belong_to_is_missing() -> None:
    found = hit("A berth in the old harbour costs EUR 95.", NEAR)
    turn = Turn(
        "?", query="What does the Blue Guild cost?", asked=Asked("money"), names=("blue",), hits=[found]
    )
    judge_answerable(turn, tools(found))
    assert (turn.status, turn.missing) == ("nothing_found", "Blue Guild")


def test_a_name_without_the_sum_asked_for_is_missing_its_sum() -> None:
    found = hit("The Blue Guild keeps a hall in the old harbour.", NEAR)
    turn = Turn("?", query="What does Blue charge?", asked=Asked("money"), names=("blue",), hits=[found])
    judge_answerable(turn, tools(found))
    assert (turn.status, turn.missing, turn.missing_kind) == ("nothing_found", "Blue", "money")


def test_the_passage_with_the_name_goes_on_without_the_others() -> None:
    other, named = hit("The hall costs EUR 5.", NEAR), hit("The Blue Guild pays EUR 7 a day.", NEAR)
    turn = Turn("?", query="What does Blue pay?", asked=Asked("money"), names=("blue",), hits=[other, named])
    judge_answerable(turn, tools(other, named))
    assert (turn.status, turn.hits) == (None, [named])


def test_nothing_quotable_is_nothing_found() -> None:
    turn = Turn("boats", query="boats", matter="boats", hits=[hit("Figure 1: Boats in the harbour", NEAR)])
    compose(turn, tools(*turn.hits))
    assert turn.status == "nothing_found"


def test_a_list_stays_whole_with_its_lead_in_whichever_part_was_nearest() -> None:
    text = "Boats are dear. Three things help with boats:\n- a hall,\n- a loan,\n- a teacher.\nThat is known to all."
    whole = "Three things help with boats:\n- a hall,\n- a loan,\n- a teacher."
    assert [composed(only(text, number)) for number in (1, 2, 4)] == [[whole]] * 3


def test_a_sentence_that_points_back_brings_the_one_before() -> None:
    text = "The yards founded a company. It owns the large hall. Nobody else may enter the hall."
    assert composed(only(text, 1)) == ["The yards founded a company. It owns the large hall."]


def test_a_sentence_that_points_back_over_a_paragraph_stands_alone() -> None:
    assert composed(only("The yards founded a company.\nIt owns the large hall.", 1)) == [
        "It owns the large hall."
    ]


def test_of_a_very_long_chain_of_sentences_that_point_back_only_the_end_is_quoted() -> None:
    links = ["This is known to all of them."] * 1500
    assert composed(only(" ".join(["The yards own a large hall.", *links]), 1500)) == [" ".join(links[:6])]


def test_announced_items_are_followed_by_what_is_said_of_them() -> None:
    text = (
        "Yards go through three steps: counting, sharing and booking. Counting shows what is there. "
        "Sharing saves money for everyone. Booking keeps the peace in the hall. The weather is another matter."
    )
    (quote,) = composed(only(text, 0), kind="how")
    assert quote.startswith("Yards go through three steps")
    assert quote.endswith("Booking keeps the peace in the hall.")


def test_an_answer_stays_short() -> None:
    sentences = [f"Boat number {number} is kept dry in the hall." for number in range(9)]
    found = hit(" ".join(sentences), NEAR)
    assert sum(quote.count("Boat") for quote in composed(found)) == MAX_SENTENCES
    assert sum(quote.count("Boat") for quote in composed(found, kind="count")) == MAX_FACTS


def test_every_sentence_carries_its_mark_and_lists_stay_lists() -> None:
    assert marked("One is here. Two is here:\n- first,\n- second.\nThree.", 2) == (
        "One is here. [2] Two is here: [2]\n\n- first, [2]\n- second. [2]\n\nThree. [2]"
    )


def quoting(text: str) -> Turn:
    found = hit(text, NEAR)
    turn = Turn("?", hits=[found], quotes=[Quote(found, 0, len(text))])
    cite(turn, tools(found))
    return turn


def test_a_figure_in_the_text_that_no_quote_holds_withdraws_the_answer() -> None:
    turn = quoting("The hall costs EUR 95.")
    turn.text = turn.text.replace("95", "59")
    verify(turn, tools(*turn.hits))
    assert (turn.status, turn.text, turn.citations) == ("nothing_found", "", [])


def test_an_answer_without_a_citation_is_withdrawn() -> None:
    turn = Turn("?", text="Trust me.")
    verify(turn, tools())
    assert (turn.status, turn.text) == ("nothing_found", "")


def test_a_quote_that_is_not_verbatim_is_a_fault() -> None:
    turn = quoting("The hall costs EUR 95.")
    made_up = turn.citations[0].to_dict() | {"quote": "The hall is free."}
    turn.citations = [type(turn.citations[0]).from_dict(made_up)]
    with pytest.raises(AssertionError, match="not verbatim"):
        verify(turn, tools(*turn.hits))


def test_an_answer_made_of_its_quotes_passes() -> None:
    turn = quoting("In 2022, 41 of 64 yards paid EUR 1,200.50 each.")
    verify(turn, tools(*turn.hits))
    assert (turn.status, len(turn.citations)) == (None, 1)


def test_citation_marks_are_no_figures() -> None:
    assert unsupported_figures("It costs 5. [7]", ["It costs 5."]) == []
    assert unsupported_figures("It costs 5.5. [7]", ["It costs 5."]) == ["5.5"]


def test_actions_far_from_the_question_are_not_suggested() -> None:
    turn = Turn("bread", query="bread")
    suggest_actions(turn, tools(hit("Walk through every yard.", FAR, role="action")))
    assert turn.next_actions == []


def test_a_text_that_is_no_action_is_not_suggested() -> None:
    turn = Turn("yards", query="yards")
    suggest_actions(turn, tools(hit("Walk through every yard with a sheet.", NEAR)))
    assert turn.next_actions == []


def test_the_reason_for_an_action_is_no_caption_even_when_that_is_nearest() -> None:
    found = only("Walk through every yard with a sheet.\nFigure 1: A map of the yards", 1, role="action")
    turn = Turn("yards", query="yards")
    suggest_actions(turn, tools(found))
    assert [action.why for action in turn.next_actions] == ["Walk through every yard with a sheet."]


def test_at_most_three_actions_with_different_titles_each_cited() -> None:
    sections = [
        "Action 1: Count the cranes",
        "Action 2: Count cranes",
        "Step 3 - Rent a hall",
        "Train people",
        "Book",
    ]
    hits = [
        hit(f"Do it for reason {number} in the yard.", NEAR, role="action", section=("Top", section))
        for number, section in enumerate(sections)
    ]
    turn = Turn("yards", query="yards")
    suggest_actions(turn, tools(*hits))
    assert [action.title for action in turn.next_actions] == [
        "Count the cranes",
        "Rent a hall",
        "Train people",
    ]
    cited = {citation.number: citation.quote for citation in turn.citations}
    assert [cited[action.citations[0]] for action in turn.next_actions] == [a.why for a in turn.next_actions]


def test_an_action_that_the_answer_quotes_already_is_not_cited_twice() -> None:
    found = hit("Walk through every yard with a sheet.", NEAR, role="action")
    turn = Turn("yards", query="yards", hits=[found], quotes=[Quote(found, 0, 37)])
    cite(turn, tools(found))
    suggest_actions(turn, tools(found))
    assert len(turn.citations) == 1
    assert turn.next_actions[0].citations == (1,)


def test_fusing_prefers_what_several_rankings_place_high() -> None:
    assert fuse([]) == []
    assert [item for item, _ in fuse([(1.0, [1, 2, 3]), (1.0, [2, 3])])] == [2, 3, 1]
    assert fuse([(0.5, [7])]) == [(7, pytest.approx(0.5 / 61))]


def test_words_with_a_capital_inside_sentences_are_names() -> None:
    library = library_of("The town of Norrvik pays. Boats are dear. In Norrvik they share Boats and boats.")
    assert "norrvik" in library.names
    assert "boats" not in library.names


def test_bm25_of_words_nobody_uses_or_of_no_text_is_zero() -> None:
    assert list(library_of("A hull.").lexical.scores(["crane"])) == [0.0]
    assert list(library_of().lexical.scores(["hull"])) == []
    assert list(library_of("…").lexical.scores([])) == [0.0]
