from __future__ import annotations

import pytest

from cli.evaluation.measures import (
    Observation,
    facts_in_text,
    judge,
    rank_of_gold,
    states,
    summarise,
    wrong_figures,
)
from cli.evaluation.questions import Question

ASKED = Question("1", "What share?", key_facts=("46 %|46%", "survey"), gold_quotes=("hiring was difficult",))


def seen(
    text: str = "", *, statuses: tuple[str, ...] = ("answered",), quotes: tuple[str, ...] = ()
) -> Observation:
    return Observation(statuses, text, quotes, (), 0.1)


@pytest.mark.parametrize(
    ("text", "wording"), [("in 2025", "25"), ("146%", "46%"), ("surveys", "survey"), ("4.65", "5")]
)
def test_a_fact_inside_another_word_does_not_count(text: str, wording: str) -> None:
    assert not states(text, wording)


def test_a_fact_counts_whatever_its_case_and_spacing() -> None:
    assert states("About  46\n% of them", "46 %")
    assert states("the SURVEY.", "survey")


def test_facts_are_the_share_of_those_stated() -> None:
    assert facts_in_text(ASKED, "It was 46%.") == 0.5
    assert facts_in_text(ASKED, "The survey says 46 %.") == 1.0


def test_the_rank_is_that_of_the_first_passage_with_a_gold_quote() -> None:
    assert rank_of_gold(ASKED, ["nothing", "Hiring  was\ndifficult for them", "hiring was difficult"]) == 2
    assert rank_of_gold(ASKED, ["nothing"]) == 0


def test_a_figure_that_no_quote_holds_is_wrong() -> None:
    assert wrong_figures("It costs 1,200 euro since 2019 [1].", ["It costs 1,300 euro since 2019."]) == (
        "1,200",
    )


def test_marks_list_numbers_and_links_are_no_figures() -> None:
    assert wrong_figures("1. Ask [3]\n2. See https://example.org/2024/7", ["nothing"]) == ()


def test_a_figure_is_the_same_with_another_space_in_it() -> None:
    assert wrong_figures("10 000 firms", ["10\u00a0000 firms"]) == ()


def test_a_refusal_of_what_is_answerable_is_a_wrong_one() -> None:
    verdict = judge(ASKED, seen(statuses=("nothing_found",)))
    assert verdict.refused
    assert summarise([verdict])["refused_answerable"] == 1


def test_a_fault_is_not_a_refusal() -> None:
    verdict = judge(Question("2", "x", answerable=False), seen(statuses=("failed",)))
    assert not verdict.refused
    assert summarise([verdict])["failed"] == 1


def test_a_measure_without_questions_of_its_kind_is_none() -> None:
    measures = summarise([judge(Question("2", "x", answerable=False), seen(statuses=("out_of_scope",)))])
    assert measures["recall_at_5"] is None
    assert measures["exact_citation"] is None
    assert measures["refused_unanswerable"] == 1


def test_a_cited_fact_is_exact_and_a_cited_neighbour_is_not() -> None:
    assert judge(ASKED, seen(quotes=("In the survey 46% said so.",))).exact_citation
    assert not judge(ASKED, seen(quotes=("Many said so.",))).exact_citation
