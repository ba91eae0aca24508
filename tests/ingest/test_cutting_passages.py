"""Passages: their size, their borders, and that no word is lost on the way."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.parsing.blocks import Block
from ingest.parsing.passages import FEWEST_WORDS, MOST_WORDS, passages_of
from ingest.parsing.structure import Section
from ingest.pipeline import parse_bytes
from knowledge.schema import Link
from knowledge.sentences import sentence_texts

_word = st.text(st.sampled_from("abcdefghilmnoprstuv"), min_size=2, max_size=9).filter(
    lambda w: w not in ABBREVIATED
)
ABBREVIATED = frozenset(
    "al dr eg ex fig figs ie mio mr mrs ms np para pp prof sig sr st str tab ul vol vs abs art".split()
)


@st.composite
def prose(draw: st.DrawFn) -> str:
    """Paragraphs of sentences, some of them followed by lists, between gaps."""
    blocks = []
    for _ in range(draw(st.integers(1, 6))):
        count = draw(st.integers(1, 8))
        said = [draw(st.lists(_word, min_size=3, max_size=40)) for _ in range(count)]
        blocks.append(" ".join(" ".join(words).capitalize() + "." for words in said))
    return "\n\n".join(blocks) + "\n"


def body(count: int, words: int = 12) -> str:
    return " ".join("Sentence " + " ".join(f"w{n}x{i}" for i in range(words - 1)) + "." for n in range(count))


@settings(max_examples=40, deadline=None)
@given(prose())
def test_passages_hold_every_word_of_the_text_in_its_order(text: str) -> None:
    passages = parse_bytes(text.encode(), "x.txt").draft.passages
    assert " ".join(p.text for p in passages).split() == text.split()


@settings(max_examples=25, deadline=None)
@given(prose())
def test_parsing_the_same_bytes_twice_gives_the_same(text: str) -> None:
    assert parse_bytes(text.encode(), "x.txt") == parse_bytes(text.encode(), "x.txt")


@settings(max_examples=40, deadline=None)
@given(prose())
def test_passages_end_with_a_sentence_and_stay_below_the_limit(text: str) -> None:
    for passage in parse_bytes(text.encode(), "x.txt").draft.passages:
        assert passage.text.endswith(".")
        assert len(passage.text.split()) <= MOST_WORDS


def test_a_long_section_is_cut_into_passages_of_the_usual_size() -> None:
    sizes = [len(p.text.split()) for p in passages_of(Section(blocks=[Block("paragraph", body(60))]), "text")]
    assert len(sizes) > 3
    assert min(sizes) >= FEWEST_WORDS
    assert max(sizes) <= MOST_WORDS


def test_a_passage_never_crosses_a_section_border() -> None:
    text = "1. One\n\nShort words of one.\n\n2. Two\n\nShort words of two.\n"
    assert [p.text for p in parse_bytes(text.encode(), "x.txt").draft.passages] == [
        "Short words of one.",
        "Short words of two.",
    ]


def test_text_without_any_sentence_end_is_cut_all_the_same() -> None:
    passages = passages_of(Section(blocks=[Block("paragraph", "word " * 700 + "end")]), "text")
    assert max(len(p.text.split()) for p in passages) <= MOST_WORDS
    assert sum(len(p.text.split()) for p in passages) == 701


def test_a_list_that_fits_stays_with_its_lead_in() -> None:
    blocks = [Block("paragraph", body(14) + " The office offers:")]
    blocks += [Block("item", f"a service number {n} for all the yards of the coast") for n in range(8)]
    last = passages_of(Section(blocks=blocks), "text")[-1]
    assert "The office offers:\n- a service number 0" in last.text
    assert last.text.endswith("- a service number 7 for all the yards of the coast")


def test_a_list_too_long_for_one_passage_repeats_its_lead_in() -> None:
    blocks = [Block("paragraph", "The office offers:")]
    blocks += [
        Block("item", f"service {n} " + "with many words for all the yards " * 5, marker=f"{n}. ")
        for n in range(1, 13)
    ]
    passages = passages_of(Section(blocks=blocks), "text")
    assert len(passages) > 1
    assert all(p.text.startswith("The office offers:\n") for p in passages)
    numbers = [n for p in passages for n in re.findall(r"^(\d+)\. ", p.text, re.MULTILINE)]
    assert numbers == [str(n) for n in range(1, 13)]


def test_an_item_longer_than_a_passage_is_cut_between_sentences() -> None:
    blocks = [Block("paragraph", "We learnt this:"), Block("item", body(40))]
    passages = passages_of(Section(blocks=blocks), "text")
    assert all(p.text.startswith("We learnt this:\n- Sentence") and p.text.endswith(".") for p in passages)


def test_the_page_of_a_passage_is_that_of_its_first_word() -> None:
    text = body(40)
    turn = text.index("Sentence w20x0")
    passages = passages_of(Section(blocks=[Block("paragraph", text, page=3, breaks=((turn, 4),))]), "text")
    assert [p.page for p in passages] == [3 if text.index(p.text) < turn else 4 for p in passages]
    assert {p.page for p in passages} == {3, 4}


def test_a_link_goes_with_the_passage_that_holds_its_words() -> None:
    text = body(20) + " Read the yard report first. " + body(20)
    link = Link("https://example.org/r", "yard report")
    passages = passages_of(Section(blocks=[Block("paragraph", text, links=(link,))]), "text")
    assert [p for p in passages if link in p.links] == [p for p in passages if "yard report" in p.text]


def test_sentences_are_not_cut_at_abbreviations_numbers_or_initials() -> None:
    whole = [
        "Ask e.g. Dr. Lind in Fig. 3 first.",
        "It is 2.5 km, i.e. near.",
        "J. K. Holm said no.",
        "Version 2 is out!",
        "Is it?",
        "Yes.",
    ]
    assert sentence_texts(" ".join(whole)) == whole
