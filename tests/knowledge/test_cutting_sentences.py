"""Where sentences begin and end, and which of them can be quoted."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from knowledge.sentences import sentence_texts, split_sentences

WORDS = (
    "Boats hull e.g. Dr. No. 5 2022 1. 40 % (see Fig. 2) J. R. … ! ? . , : - • “quoted.” Éa ß www.example.org"
)
PROSE = st.lists(st.sampled_from(WORDS.split()) | st.text(max_size=6), max_size=25).map(" ".join)
TEXTS = st.lists(PROSE, max_size=5).map("\n".join)


def cut(text: str) -> list[str]:
    return [sentence.text for sentence in split_sentences(text)]


@pytest.mark.parametrize("text", ["", " ", "\n\n \n", "\t"])
def test_nothing_holds_no_sentence(text: str) -> None:
    assert split_sentences(text) == ()


@pytest.mark.parametrize(
    "whole",
    [
        "The yards use light metals, e.g. aluminium and titanium, for their hulls.",
        "Ask Dr. Lindqvist in the second office.",
        "The rules stand in Art. 12 of the charter.",
        "Boats approx. twelve metres long may enter.",
        "It was signed by J. Brandt in the hall.",
        "They paid 3.5 million for it.",
        "Rope, chain etc. and the anchors are sold by weight.",
    ],
)
def test_an_abbreviation_ends_no_sentence(whole: str) -> None:
    assert cut(f"First things first. {whole} Then comes more.") == [
        "First things first.",
        whole,
        "Then comes more.",
    ]


def test_questions_and_exclamations_end_sentences() -> None:
    assert cut("Who pays? The town does! Then all is well.") == [
        "Who pays?",
        "The town does!",
        "Then all is well.",
    ]


def test_a_list_item_is_one_sentence_however_many_it_holds() -> None:
    text = "Three things helped:\n- A hall. It was cheap.\n- A loan.\n2) A teacher. She stayed."
    found = split_sentences(text)
    assert [sentence.list_item for sentence in found] == [False, True, True, True]
    assert found[1].text == "- A hall. It was cheap."
    assert found[3].text == "2) A teacher. She stayed."


def test_each_sentence_knows_its_line() -> None:
    assert [sentence.line for sentence in split_sentences("One. Two.\n\nThree.")] == [0, 0, 2]


@pytest.mark.parametrize(
    "beside",
    [
        "Figure 3: Certificates for electric work in three harbours",
        "Table 1 shows nothing but numbers here",
        "Source: cluster office and the town of Norrvik (2022)",
        "Quelle: Amt für Statistik und Häfen der Küste",
        "https://example.org/a/long/address and some words behind it",
        "Read more about it on www.example.org in the spring.",
        "Available at the office of the harbour master every day",
        "Harbour office, Norrvik",
        "ԱԲԳԴ եզէը թժիլ խծկհ ձղճմ յնշո",
    ],
)
def test_captions_references_labels_and_garbled_text_are_not_quotable(beside: str) -> None:
    assert [sentence.quotable for sentence in split_sentences(beside)] == [False]


@pytest.mark.parametrize(
    "statement",
    [
        "Found a small company of the yards instead.",
        "Małe stocznie łączą siły przy łodziach elektrycznych.",
        "Τα μικρά ναυπηγεία μοιράζονται ένα εργαστήριο.",
        "Малките корабостроители споделят една работилница.",
        "- A short item",
        "Table talk is where most of the deals are made.",
    ],
)
def test_statements_are_quotable(statement: str) -> None:
    assert [sentence.quotable for sentence in split_sentences(statement)] == [True]


@given(TEXTS)
@example("a\r\nb")
@example("- \n-\n1. ")
@example("e.g. x")
def test_sentences_are_verbatim_in_order_and_leave_no_word_out(text: str) -> None:
    covered = ""
    end = 0
    for sentence in split_sentences(text):
        assert sentence.start >= end
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip() != ""
        assert text[end : sentence.start].strip() == ""
        covered += sentence.text
        end = sentence.end
    assert "".join(covered.split()) == "".join(text.split())


@given(PROSE)
def test_the_sentences_of_a_paragraph_joined_by_spaces_are_the_paragraph(paragraph: str) -> None:
    assert "".join(sentence_texts(paragraph)).replace(" ", "") == "".join(paragraph.split()).replace(" ", "")
    assert " ".join(sentence_texts("One. Two? Three!")) == "One. Two? Three!"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["(" * 50_000, "a." * 25_000, "…?!" * 16_000, "1 " * 25_000, "x" * 50_000])
def test_floods_of_one_kind_are_cut_in_a_moment(text: str) -> None:
    assert "".join("".join(cut(text)).split()) == "".join(text.split())
