"""Formats with markup: headings, lists, tables, links and pages come from what the format says."""

from __future__ import annotations

import io

import pytest
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

from ingest.pipeline import parse_bytes
from knowledge.schema import Link, ParsedDocument

MARKDOWN = """# Share a workshop

A hall stands empty most of the week. Ask the [guild](https://example.org/guild) first.

## Steps

Do these in order:

1. Count the machines
2. Ask the owners
   - by telephone
   - in person

### Fees

| Who | Fee |
|-----|-----|
| Yards | EUR 95 |
| Guests | EUR 120 |

<img src="x.png" alt="" />

## Empty part
"""

HTML = """<!DOCTYPE html><html><head><title>Hall opens | Grey Coast Office</title>
<script>var menu = "hidden";</script></head>
<body><nav><a href="/">Home</a><a href="/about">About us</a></nav><main><h1>Hall opens in May</h1>
<p>The hall of the coast opens in May, and every yard with fewer than ten people can
<a href="https://example.org/book">book a place</a> there for half a day.</p>
<h2>What it offers</h2><p>Members find in the hall:</p>
<ul><li>a bench for batteries</li><li>a <b>teacher</b> on Fridays</li></ul>
<table><tr><th>Who</th><th>Fee</th></tr><tr><td>Yards</td><td>EUR 95</td></tr></table></main>
<footer>Imprint and privacy</footer></body></html>"""


@pytest.fixture(scope="module")
def markdown() -> ParsedDocument:
    return parse_bytes(MARKDOWN.encode(), "x.md")


@pytest.fixture(scope="module")
def html() -> ParsedDocument:
    return parse_bytes(HTML.encode(), "x.html")


def report() -> bytes:
    styles = getSampleStyleSheet()
    words = "The yards of the coast share one hall, and each of them books it for half a day at a time. "
    story = [
        Paragraph("Halls of the coast", styles["Title"]),
        Paragraph("Why one hall is enough", styles["Heading1"]),
        Paragraph(words * 6, styles["BodyText"]),
        Paragraph(
            'Read the <a href="https://example.org/rules">booking rules</a> before you come.',
            styles["BodyText"],
        ),
        PageBreak(),
        Paragraph("What it costs", styles["Heading1"]),
        Paragraph("It costs EUR 95 a day, " * 12 + "and no more.", styles["BodyText"]),
    ]
    target = io.BytesIO()
    SimpleDocTemplate(target).build(story)
    return target.getvalue()


def test_an_unclosed_or_odd_markup_still_gives_its_words() -> None:
    assert parse_bytes(b"# \n\n**bold [broken](\n\n> quoted words", "x.md").draft.passages
    text = "<p>Only a fragment of a page stands here, with no body around it, yet it says enough to keep."
    assert "fragment of a page" in parse_bytes(text.encode(), "x.html").draft.passages[0].text


def test_the_first_heading_of_markdown_is_its_title_and_no_section(markdown: ParsedDocument) -> None:
    assert markdown.draft.title == "Share a workshop"
    assert [p.section for p in markdown.draft.passages] == [(), ("Steps",), ("Steps", "Fees")]


def test_lists_keep_their_marks_and_lead_in(markdown: ParsedDocument) -> None:
    assert markdown.draft.passages[1].text == (
        "Do these in order:\n1. Count the machines\n2. Ask the owners\n- by telephone\n- in person"
    )


def test_a_table_keeps_its_head_above_its_rows(markdown: ParsedDocument) -> None:
    assert markdown.draft.passages[2].text == "Who | Fee\nYards | EUR 95\nGuests | EUR 120"


def test_links_keep_the_words_they_stand_on(markdown: ParsedDocument, html: ParsedDocument) -> None:
    assert markdown.draft.passages[0].links == (Link("https://example.org/guild", "guild"),)
    assert html.draft.passages[0].links == (Link("https://example.org/book", "book a place"),)


def test_a_web_page_comes_without_its_menu_scripts_and_footer(html: ParsedDocument) -> None:
    text = "\n".join(passage.text for passage in html.draft.passages)
    assert not any(word in text for word in ("About us", "Imprint", "hidden"))
    assert html.draft.title == "Hall opens in May"


def test_a_web_page_keeps_its_headings_lists_and_tables(html: ParsedDocument) -> None:
    last = html.draft.passages[-1]
    assert last.section == ("What it offers",)
    assert last.text == (
        "Members find in the hall:\n- a bench for batteries\n- a teacher on Fridays\nWho | Fee\nYards | EUR 95"
    )


def test_a_pdf_keeps_pages_headings_by_type_size_and_links() -> None:
    parsed = parse_bytes(report(), "halls.pdf")
    assert parsed.draft.title == "Halls of the coast"
    assert [(p.section[-1], p.page) for p in parsed.draft.passages] == [
        ("Why one hall is enough", 1),
        ("What it costs", 2),
    ]
    assert parsed.draft.passages[0].links == (Link("https://example.org/rules", "booking rules"),)
    assert parsed.draft.passages[0].text.count("\n") == 1


def test_steps_of_a_how_to_are_actions_and_explanations_are_not() -> None:
    text = "---\nkind: how_to\n---\n# Halls\n\nWhy.\n\n## Ask the owners first\n\nDo.\n\n## What can go wrong\n\nAll.\n"
    assert [p.role for p in parse_bytes(text.encode(), "x.md").draft.passages] == ["text", "action", "text"]
