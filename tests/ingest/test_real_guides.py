"""The sample guides and damaged PDFs beside the project, where they are present."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from ingest.errors import IngestError
from ingest.pipeline import parse_path
from knowledge.schema import ParsedDocument

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
GUIDE = DATA / "guides" / "capacity-building-guide.txt"

pytestmark = pytest.mark.skipif(
    not GUIDE.exists(), reason="the sample data beside the project (../shared) is absent"
)


@pytest.fixture(scope="module")
def guide() -> ParsedDocument:
    return parse_path(GUIDE)


def headings(guide: ParsedDocument, role: str) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(p.section[:2] for p in guide.draft.passages if p.role == role))


def test_the_guide_comes_in_with_its_sixteen_actions_under_their_chapters(guide: ParsedDocument) -> None:
    actions = headings(guide, "action")
    assert [sum(path[0].startswith(f"{n}. ") for path in actions) for n in (1, 2, 3)] == [6, 5, 5]
    assert (
        "3. Clusters as builders of resilience through internationalisation",
        "Action 1: Make internationalisation strategic",
    ) in actions


def test_the_guide_comes_in_with_its_interviews_and_case_studies(guide: ParsedDocument) -> None:
    interviews = " ".join(" ".join(path) for path in headings(guide, "interview"))
    for name in ("Antonio Novo", "Ana Felgueiras", "Kim Hjerrild", "Manuella Portier", "Aiga Irmeja"):
        assert name in interviews
    assert len(headings(guide, "case_study")) == 2


def test_the_guide_is_a_guide_in_english_cut_into_passages_of_the_usual_size(guide: ParsedDocument) -> None:
    assert (guide.draft.kind, guide.draft.language) == ("guide", "en")
    sizes = [len(passage.text.split()) for passage in guide.draft.passages]
    assert max(sizes) <= 220
    assert sum(size < 60 for size in sizes) <= 0.1 * len(sizes)


def test_the_guide_keeps_a_sentence_that_a_page_cut_in_two(guide: ParsedDocument) -> None:
    whole = "how to react to the pandemic, and the role of clusters in the economic and social recovery."
    assert any(whole in passage.text for passage in guide.draft.passages)


def test_the_guide_is_parsed_in_a_moment(guide: ParsedDocument) -> None:
    started = time.process_time()
    parse_path(GUIDE)
    assert time.process_time() - started < 3


@pytest.mark.parametrize("path", sorted((DATA / "guides").glob("*.pdf")), ids=lambda path: path.stem)
def test_a_printed_guide_comes_in_with_its_pages(path: Path) -> None:
    parsed = parse_path(path)
    assert [page.number for page in parsed.pages] == list(range(1, len(parsed.pages) + 1))
    assert all(1 <= (passage.page or 0) <= len(parsed.pages) for passage in parsed.draft.passages)
    assert "\u0002" not in "".join(passage.text for passage in parsed.draft.passages)


@pytest.mark.parametrize("path", sorted((DATA / "pdf").glob("*.pdf")), ids=lambda path: path.stem)
def test_a_damaged_pdf_gives_passages_or_a_reason(path: Path) -> None:
    with contextlib.suppress(IngestError):
        assert parse_path(path).draft.passages


def test_unreadable_fonts_are_warned_of() -> None:
    assert parse_path(DATA / "pdf" / "pdfjs__TAMReview.pdf").warnings
