"""What those who look after the documents ask of the knowledge: whole documents, last days, gaps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import HashingEmbedder, draft_of
from test_service_and_client import SECRET, Served, ask, serving

from knowledge.bootstrap import Knowledge, open_knowledge
from knowledge.client import Client
from knowledge.errors import NotFound
from knowledge.schema import DocumentDraft, Link, PassageDraft
from knowledge.service import create_app
from knowledge.settings import Settings

ORIGINAL = b"The whole file, as it was read."


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[tuple[Knowledge, Settings]]:
    settings = Settings(tmp_path, SECRET, f"sqlite:///{tmp_path / 'knowledge.db'}")
    opened = open_knowledge(settings, HashingEmbedder())
    yield opened, settings
    opened.indexer.stop()


@pytest.fixture
def served(knowledge: tuple[Knowledge, Settings]) -> Iterator[Served]:
    opened, settings = knowledge
    with serving(create_app(settings, opened)) as running:
        yield running


@pytest.fixture
def client(served: Served) -> Client:
    return Client(served.url, SECRET)


def harbour() -> DocumentDraft:
    return draft_of(
        PassageDraft(
            "The call closes on 31 January 2027.", ("Dates",), 2, "action", (Link("https://example.org"),)
        ),
        PassageDraft("Ask every yard.", ("What to do", "First")),
        source="/files/harbour.md",
        title="Harbours",
        kind="call",
        original=hashlib.sha256(ORIGINAL).hexdigest(),
        themes=("boats", "money"),
        audience="members",
        reference="The harbour book, chapter 2",
    )


@pytest.mark.parametrize(
    "question",
    [
        lambda client: client.document("nobody"),
        lambda client: client.passages("nobody"),
        lambda client: client.set_valid_until("nobody", "2027-01-31"),
    ],
)
def test_an_unknown_document_is_told(client: Client, question: object) -> None:
    assert callable(question)
    with pytest.raises(NotFound, match="nobody"):
        question(client)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"day": "soon"}', b'{"day": 7}', b'{"day": "2027-02-30"}'])
def test_what_is_no_date_is_turned_down(served: Served, client: Client, body: bytes) -> None:
    stored = client.store(harbour())
    status, _ = ask(f"{served.url}/documents/{stored.document}/valid-until", body, "PUT")
    assert status == 400
    assert client.documents()[0].valid_until is None


def test_a_removed_document_comes_back_just_as_it_was(client: Client) -> None:
    stored = client.store(harbour(), ORIGINAL)
    before = client.passages(stored.document)
    kept, original = client.document(stored.document)
    assert (kept, original) == (harbour(), ORIGINAL)
    client.remove(stored.document)
    assert client.documents() == []
    again = client.store(kept, original)
    assert (again.document, again.outcome) == (stored.document, "added")
    assert client.passages(stored.document) == before
    assert client.document(stored.document) == (harbour(), ORIGINAL)


def test_a_document_whose_original_was_never_kept_has_none(client: Client) -> None:
    assert client.document(client.store(harbour()).document)[1] is None


def test_a_last_day_holds_for_the_document_its_passages_and_answers(client: Client) -> None:
    stored = client.store(harbour(), ORIGINAL)
    info = client.set_valid_until(stored.document, "2027-01-31")
    assert (info.id, info.valid_until, info.passages) == (stored.document, "2027-01-31", 2)
    assert {passage.valid_until for passage in client.passages(stored.document)} == {"2027-01-31"}
    found, _ = client.document(stored.document)
    assert client.store(found, ORIGINAL).outcome == "unchanged"
    assert client.set_valid_until(stored.document, None).valid_until is None


def test_passages_are_listed_in_reading_order(client: Client) -> None:
    stored = client.store(harbour())
    assert [passage.text[:3] for passage in client.passages(stored.document)] == ["The", "Ask"]


def test_gaps_are_counted_by_question_the_latest_first(
    client: Client, knowledge: tuple[Knowledge, Settings]
) -> None:
    notes = knowledge[0].notes
    assert client.gaps() == []
    for question in ("What does a berth cost?", "Who owns the quay?", "What does a berth cost?"):
        notes.record_gap(question, "quay" if "quay" in question else "berth money")
    gaps = {gap.question: (gap.missing, gap.asked) for gap in client.gaps()}
    assert gaps == {"What does a berth cost?": ("berth money", 2), "Who owns the quay?": ("quay", 1)}
