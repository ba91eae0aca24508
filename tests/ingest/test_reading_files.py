"""What happens to files that cannot be read, and how the readable ones are recognised."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import (
    BadHeader,
    BrokenFile,
    EmptyFile,
    IngestError,
    Locked,
    MissingFile,
    NoText,
    TooLarge,
    UnknownFormat,
)
from ingest.loading import MOST_BYTES
from ingest.pipeline import parse_bytes, parse_path

WORDS = "The café of the cluster opens at nine. Members meet there every week."


def pdf(*pages: str, password: str | None = None) -> bytes:
    target = io.BytesIO()
    lock = pdfencrypt.StandardEncryption(password, canPrint=0) if password else None
    canvas = Canvas(target, encrypt=lock)
    for page in pages:
        canvas.drawString(72, 700, page)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"", "a.txt", EmptyFile),
        (b" \n\t ", "a.md", EmptyFile),
        (b"hello there", "a.exe", UnknownFormat),
        (b"hello there", "a", UnknownFormat),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "photo.txt", UnknownFormat),
        (bytes(range(1, 32)) * 40, "noise.txt", UnknownFormat),
        (b"12 34 - 56", "figures.txt", NoText),
        (b"%PDF-1.7\nthis is no pdf", "a.pdf", BrokenFile),
        (b"not a pdf at all", "a.pdf", BrokenFile),
        (pdf("words"), "a.pdf", None),
        (pdf("words")[:200], "half.pdf", BrokenFile),
        (pdf(""), "scan.pdf", NoText),
        (pdf("secret words", password="open"), "locked.pdf", Locked),
        (b"<html><body></body></html>", "a.html", NoText),
        (b"---\nkind: [\n---\nWords here.", "a.md", BadHeader),
        (b"---\nkind: poem\n---\nWords here.", "a.md", BadHeader),
        (b"---\nvalid_until: soon\n---\nWords here.", "a.md", BadHeader),
        (b"---\njust words\n---\nWords here.", "a.md", BadHeader),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(
    data: bytes, name: str, error: type[IngestError] | None
) -> None:
    if error is None:
        assert parse_bytes(data, name).draft.passages
        return
    with pytest.raises(error) as raised:
        parse_bytes(data, name)
    assert str(raised.value).endswith(".")
    assert len(str(raised.value).split()) > 7


def test_a_file_over_the_limit_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(TooLarge):
        parse_path(path)


def test_a_path_that_leads_nowhere_is_named_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        parse_path(tmp_path / "gone.txt")


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_usual_character_sets(charset: str) -> None:
    parsed = parse_bytes(WORDS.encode(charset), "notes.txt")
    assert parsed.draft.passages[0].text == WORDS
    assert bool(parsed.warnings) == (charset in ("utf-16", "cp1252"))


def test_a_pdf_is_recognised_by_its_content_whatever_its_name_says() -> None:
    parsed = parse_bytes(pdf("The office opens at nine.", "It closes at five."), "download.txt")
    assert [page.number for page in parsed.pages] == [1, 2]
    assert parsed.draft.passages[0].text.startswith("The office opens at nine.")


def test_the_header_says_what_the_document_is() -> None:
    text = """---
kind: how_to
title: Share a workshop
language: en
themes: [skills, yards]
valid_until: 2027-06-30
audience: members
source: {title: Report, section: Part 2, url: "https://example.org/report"}
---
Share the workshop with your neighbours.
"""
    draft = parse_bytes(text.encode(), "x.md").draft
    assert (draft.kind, draft.title, draft.themes) == ("how_to", "Share a workshop", ("skills", "yards"))
    assert (draft.valid_until, draft.audience, draft.url) == (
        "2027-06-30",
        "members",
        "https://example.org/report",
    )
    assert [(link.url, link.text) for link in draft.passages[0].links] == [
        ("https://example.org/report", "Report, Part 2")
    ]


def test_a_kind_that_is_asked_for_wins_over_the_header() -> None:
    assert parse_bytes(b"---\nkind: page\n---\nSome words.", "x.md", kind="concept").draft.kind == "concept"


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.txt", "Interview with Mara Lind\n\nShe leads an office.\n", "interview"),
        ("b.txt", "Case study: the shared slipway\n\nIt was built in a year.\n", "case_study"),
        ("c.txt", "How to share a slipway\n\nAsk both owners first.\n", "how_to"),
        ("d.txt", "News of the week\n\nNothing happened.\n", "page"),
    ],
)
def test_the_kind_is_guessed_from_the_title_where_nobody_says_it(name: str, text: str, kind: str) -> None:
    assert parse_bytes(text.encode(), name).draft.kind == kind


def test_a_document_without_any_heading_is_called_after_its_file() -> None:
    assert parse_bytes(b"Only a sentence stands here.", "minutes_of-may.txt").draft.title == "Minutes of may"
