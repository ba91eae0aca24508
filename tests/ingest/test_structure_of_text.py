"""Headings, lists, notes and boxes of plain text are known by their form."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pipeline import parse_bytes, parse_path
from knowledge.schema import ParsedDocument, PassageDraft

FIXTURE = Path(__file__).parents[1] / "fixtures" / "harbour-guide.txt"


@pytest.fixture(scope="module")
def guide() -> ParsedDocument:
    return parse_path(FIXTURE)


def under(document: ParsedDocument, heading: str) -> list[PassageDraft]:
    return [p for p in document.draft.passages if p.section and p.section[-1].startswith(heading)]


def sections(text: str) -> list[tuple[str, ...]]:
    return [passage.section for passage in parse_bytes(text.encode(), "x.txt").draft.passages]


def test_what_looks_like_a_heading_but_heads_nothing_stays_text(guide: ParsedDocument) -> None:
    assert "Karin Holm, head of the cluster office in Norrvik" in under(guide, "About")[0].text.split("\n")


@pytest.mark.parametrize(
    "line",
    [
        "this line begins small",
        "The survey ended in May.",
        "https://example.org/page",
        "Figure 3: Yards on the coast",
        "Quelle: eigene Darstellung",
        "Posted on 3 May 2024 by the office",
        "The office of the harbour asked all the yards of the coast whether they would like to share one hall",
    ],
)
def test_a_line_that_is_no_heading_opens_no_section(line: str) -> None:
    text = f"Opening words of the text stand here.\n\n{line}\n\nClosing words of the text stand here.\n"
    assert sections(text) == [()]


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("Who may take part?", ("Who may take part?",)),
        ("2. Money", ("2. Money",)),
        ("2.1 Money for yards", ("2.1 Money for yards",)),
        ("Schritt 2: Fragen stellen", ("Schritt 2: Fragen stellen",)),
        ("Tool 5 – The map", ("Tool 5 – The map",)),
        ("WHO PAYS FOR IT?", ("WHO PAYS FOR IT?",)),
        ("• Who pays for it?", ("Who pays for it?",)),
    ],
)
def test_a_line_alone_with_the_form_of_a_heading_opens_a_section(line: str, path: tuple[str, ...]) -> None:
    text = f"Opening words of the text stand here.\n\n{line}\n\nClosing words of the text stand here.\n"
    assert sections(text) == [(), path]


def test_actions_stand_under_their_chapter_with_wrapped_headings_whole(guide: ParsedDocument) -> None:
    chapter = "1. Clean propulsion as a shared task of the harbour"
    actions = list(dict.fromkeys(p.section for p in guide.draft.passages if p.role == "action"))
    assert actions == [
        (chapter, "Action 1: Count what your yards can do already"),
        (chapter, "Action 2: Share one battery workshop between all harbours"),
        ("2. Skills for the yards", "Action 1: Train in pairs"),
    ]


def test_numbered_lines_in_a_row_are_a_list_and_no_headings() -> None:
    text = "Do three things:\n\n1. Ask the owners\n\n2. Ask the town\n\n3. Write down the rules\n"
    (passage,) = parse_bytes(text.encode(), "x.txt").draft.passages
    assert passage.section == ()
    assert passage.text == "Do three things:\n1. Ask the owners\n2. Ask the town\n3. Write down the rules"


def test_a_sentence_cut_by_a_page_and_its_addresses_is_whole_again(guide: ParsedDocument) -> None:
    (passage,) = under(guide, "Action 1: Count")
    assert "a certificate is missing and where two yards could share one." in passage.text
    assert [link.url for link in passage.links] == ["https://example.org/sheet"]


def test_captions_and_notes_stand_on_lines_of_their_own(guide: ParsedDocument) -> None:
    assert under(guide, "Action 1: Count")[0].text.split("\n")[1:] == [
        "Figure 1: Certificates for electric work in three harbours",
        "Source: cluster office (2022)",
    ]
    assert "1 Office survey, spring 2022, 58 answers." in under(guide, "Introduction")[-1].text.split("\n")


def test_text_interrupted_by_a_box_returns_to_its_section(guide: ParsedDocument) -> None:
    first, second = under(guide, "Action 2")
    assert first.text.startswith("A workshop for batteries")
    assert second.text.startswith("Booking rules must be written down")
    assert "212 days" in under(guide, "Case study")[-1].text


def test_an_interview_keeps_its_questions_as_headings_even_torn_ones(guide: ParsedDocument) -> None:
    assert [p.section[-1] for p in guide.draft.passages if p.role == "interview"] == [
        "Interview with Jonas Brandt",
        "JONAS, WHAT MADE YOU START WITH ELECTRIC BOATS?",
        "W HAT WOULD YOU TELL OTHER YARDS?",
    ]


def test_form_feeds_number_the_pages_and_a_passage_names_the_one_it_starts_on() -> None:
    text = "First page\n\nWords of the first page.\n\fSecond page\n\nWords of the second page.\n"
    parsed = parse_bytes(text.encode(), "x.txt")
    assert [(p.page, p.text) for p in parsed.draft.passages] == [
        (1, "Words of the first page."),
        (2, "Words of the second page."),
    ]
    assert [page.number for page in parsed.pages] == [1, 2]


@pytest.mark.parametrize(
    ("laid_out", "read"),
    [
        ("the COVID -19 time , as it was .", "the COVID-19 time, as it was."),
        ("the re - and upskilling of staff", "the re- and upskilling of staff"),
        ("it was - and will not be - easy", "it was - and will not be - easy"),
        ("a go -to spot ( virtual ) for all", "a go-to spot (virtual) for all"),
        ("the cross -\nindustry work", "the cross-industry work"),
        ("the con-\nference was long", "the conference was long"),
        ("a self-\nassessment of yards", "a self-assessment of yards"),
        ("the value chain - \ncross-sectoral", "the value chain - cross-sectoral"),
        ("ﬁve oﬃces", "five offices"),
        ("growth of -5 % a year", "growth of -5 % a year"),
        ("see Haupt-\nund Nebenamt", "see Haupt- und Nebenamt"),
    ],
)
def test_light_damage_of_typesetting_is_mended(laid_out: str, read: str) -> None:
    text = f"So we saw {laid_out} and that was the end of the story for all of us.\n"
    assert parse_bytes(text.encode(), "x.txt").draft.passages[0].text.startswith(f"So we saw {read}")


def test_every_repair_is_counted() -> None:
    repairs = parse_bytes(b"The  office , as it was, did the re - and upskilling work.", "x.txt").repairs
    assert repairs == {"whitespace": 1, "punctuation": 1, "hyphen": 1}


def test_french_spaces_before_high_stops_stay() -> None:
    text = "Quels sont les besoins de vos membres ? Ils demandent de l'aide , surtout au début de l'année."
    assert (
        "membres ? Ils demandent de l'aide, surtout"
        in parse_bytes(text.encode(), "x.txt").draft.passages[0].text
    )
