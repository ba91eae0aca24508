"""What a question asks for, which names it is about, and what counts as an answer of its kind."""

from __future__ import annotations

import pytest
import yaml
from fakes import hit, library_of

from knowledge.answering.asked import Asked, holds, read_question
from knowledge.answering.names import as_written, distinctive_names, holds_name, mentions, without_names
from knowledge.retrieval.thesaurus import FILE, field_terms
from knowledge.retrieval.words import content_stems, fold, stems

KINDS = {
    "share": [
        "What share of the yards is family-owned?",
        "Which percentage of members pays late?",
        "How large a part of the fleet is electric?",
        "what % of captains are women",
        "How many percent of the berths are free?",
    ],
    "money": [
        "How much does a berth cost?",
        "What is the yearly fee?",
        "What does the crane cost us per hour?",
        "How expensive is a new slipway?",
        "How much funding did the harbour receive?",
        "membership fee?",
    ],
    "count": ["How many yards joined?", "How often does the board meet?", "What is the number of cranes?"],
    "date": [
        "When was the harbour founded?",
        "What year did the guild begin?",
        "Since when do they share the hall?",
        "Which deadline applies to applicants?",
    ],
    "who": ["Who runs the crane?", "Whom should I ask about ropes?"],
    "how": ["How can we share a crane?", "How do yards train people?", "how to write booking rules"],
    "open": [
        "What is a slipway?",
        "Why do yards share a hall?",
        "Tell me about booking rules",
        "When we meet, what should we talk about?",
        "What should we do about rust?",
    ],
}


@pytest.mark.parametrize(
    ("kind", "question"), [(kind, question) for kind, questions in KINDS.items() for question in questions]
)
def test_the_kind_of_answer_is_read_from_plain_english(kind: str, question: str) -> None:
    assert read_question(question, frozenset()).kind == kind


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("money", "The hall was cheap."),
        ("money", "The hall has 40 berths."),
        ("share", "Nearly all yards joined."),
        ("share", "41 yards joined."),
        ("count", "The yards joined in 2022."),
        ("count", "The yards joined in 2021-22."),
        ("count", "The yards joined after COVID-19."),
        ("date", "The yards joined in spring."),
        ("who", "The office runs it."),
    ],
)
def test_a_text_without_such_a_thing_holds_none(kind: str, text: str) -> None:
    assert not holds(kind, text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("money", "A berth costs EUR 95 a day."),
        ("money", "They raised 3.5 million euros."),
        ("money", "The course is free of charge."),
        ("share", "The town paid 40 % of it."),
        ("share", "Two thirds of the yards joined."),
        ("share", "One in five captains retires soon."),
        ("count", "41 yards joined in 2022."),
        ("count", "Seven yards joined."),
        ("date", "The slipway opened in March."),
        ("date", "Apply by 31.01.2027."),
        ("who", "Ask the Harbour Guild of Norrvik."),
    ],
)
def test_a_text_with_such_a_thing_holds_one(kind: str, text: str) -> None:
    assert holds(kind, text)  # type: ignore[arg-type]


def test_a_figure_that_the_question_names_is_not_its_answer() -> None:
    question = "What share of yards with fewer than 10 people and 25 % debt has a crane?"
    assert not holds("share", "Yards with 25 % debt and 10 people exist.", question)
    assert holds("share", "Of those with 25 % debt, 60 % have a crane.", question)


def names(question: str, *known: str) -> tuple[tuple[str, ...], ...]:
    return read_question(question, frozenset(known)).names


@pytest.mark.parametrize(
    "question",
    [
        "What does a berth cost?",
        "When in March or on Monday is the crane free?",
        "WHAT DOES A BERTH COST IN THE HARBOUR?",
        "Where do I begin?",
        "",
        "?!",
    ],
)
def test_a_question_without_a_name_has_none(question: str) -> None:
    assert names(question) == ()


def test_words_with_a_capital_beside_each_other_are_one_name() -> None:
    assert names("What does the Blue Anchor Guild charge in Osterhaven?") == (
        ("blue", "anchor", "guild"),
        ("osterhaven",),
    )


def test_a_word_the_material_knows_as_a_name_is_one_in_small_letters() -> None:
    assert names("who leads the yard in osterhaven?", "osterhaven") == (("osterhaven",),)


def test_a_word_that_stands_everywhere_names_nothing_in_particular() -> None:
    library = library_of(*(f"The Guild keeps boat {number} dry." for number in range(20)), "Anna sails.")
    asked = Asked("money", (("guild",), ("anna",)))
    assert distinctive_names(asked, library) == ("anna",)


def test_an_unknown_single_word_may_be_said_otherwise_but_not_where_a_fact_is_asked() -> None:
    library = library_of("Anna sails.")
    assert distinctive_names(Asked("open", (("finnish",),)), library) == ()
    assert distinctive_names(Asked("money", (("finnish",),)), library) == ("finnish",)
    assert distinctive_names(Asked("open", (("berta", "karlsson"),)), library) == ("berta", "karlsson")


def test_a_name_is_found_in_the_heading_too() -> None:
    found = hit("The fee is EUR 95.", section=("The slipway of Norrvik",))
    assert mentions(found, ["norrvik"])
    assert mentions(found, [])
    assert not mentions(found, ["norrvik", "osterhaven"])


def test_a_name_is_found_in_longer_words_but_a_short_one_not_by_chance() -> None:
    assert holds_name("Aragon", stems("the Aragonese coast"))
    assert not holds_name("Anna", stems("the annals of the coast"))


def test_names_are_taken_out_and_told_as_they_were_written() -> None:
    question = "What does the Blue Anchor Guild's hall cost in Århus?"
    found = ("blue", "anchor", "guild", "arhus")
    assert without_names(question, found) == "What does the hall cost in"
    assert as_written(found, question) == "Blue Anchor Guild, Århus"


def test_words_are_folded_and_stemmed_by_language() -> None:
    assert fold("Tèxtils") == fold("textils")
    assert stems("Häuser", "de") == stems("Haus", "de")
    assert stems("talot", "xx") == ["talot"]
    assert content_stems("Can you please tell me what the boats need?") == ["boat"]


def spoken_forms() -> list[tuple[str, str]]:
    thesaurus = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert all(isinstance(form, str) for forms in thesaurus.values() for form in forms)
    return [(form, term) for term, forms in thesaurus.items() for form in forms]


def test_no_spoken_form_of_the_thesaurus_stands_under_two_terms() -> None:
    forms = [" ".join(fold(word) for word in form.split()) for form, _ in spoken_forms()]
    assert sorted(forms) == sorted(set(forms))


def test_no_spoken_form_of_the_thesaurus_equals_its_term() -> None:
    assert [pair for pair in spoken_forms() if pair[0].casefold() == pair[1].casefold()] == []


def test_every_spoken_form_of_the_thesaurus_leads_to_its_term_unless_it_says_it() -> None:
    for form, term in spoken_forms():
        said = set(fold(form).split()) >= set(fold(term).split())
        assert (term in field_terms(f"about {form} here")) != said, (form, term)


def test_the_thesaurus_adds_nothing_to_words_it_does_not_know_and_two_terms_at_most() -> None:
    assert field_terms("How deep is the harbour?") == []
    assert (
        len(field_terms("money for training newcomers abroad, recycling waste, partners and investors")) == 2
    )
