"""Storing a draft changes only what differs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import draft, draft_of
from sqlalchemy import select

from knowledge.errors import NotFound, Refused
from knowledge.schema import Link, PassageChanges, PassageDraft
from knowledge.store.database import open_database
from knowledge.store.documents import DocumentStore
from knowledge.store.notes import NoteStore
from knowledge.store.tables import FeedbackRow, GapRow

HULL, SAIL, KEEL = "A hull keeps water out.", "A sail takes the wind.", "A keel keeps her upright."


@pytest.fixture
def store(tmp_path: Path) -> DocumentStore:
    return DocumentStore(open_database(f"sqlite:///{tmp_path / 'knowledge.db'}"))


def ids(store: DocumentStore) -> dict[str, str]:
    return {found.text: found.id for found in store.passages()}


def texts(store: DocumentStore) -> list[str]:
    return [found.text for found in store.passages()]


def test_a_draft_without_text_is_refused_and_leaves_nothing(store: DocumentStore) -> None:
    with pytest.raises(Refused, match="no text"):
        store.store(draft())
    assert store.documents() == []


def test_an_update_without_text_is_refused_and_the_old_version_stays(store: DocumentStore) -> None:
    store.store(draft(HULL))
    with pytest.raises(Refused):
        store.store(draft())
    assert texts(store) == [HULL]


def test_removing_an_unknown_document_is_told(store: DocumentStore) -> None:
    with pytest.raises(NotFound, match="nobody"):
        store.remove("nobody")


def test_an_unknown_passage_is_told(store: DocumentStore) -> None:
    with pytest.raises(NotFound, match="gone"):
        store.passage("gone")


def test_a_passage_of_a_removed_document_is_not_found(store: DocumentStore) -> None:
    stored = store.store(draft(HULL, SAIL))
    former = ids(store)[HULL]
    assert store.remove(stored.document) == PassageChanges(removed=2)
    assert store.documents() == []
    assert store.passages() == []
    with pytest.raises(NotFound):
        store.passage(former)


def test_a_new_source_is_added(store: DocumentStore) -> None:
    stored = store.store(draft(HULL, SAIL))
    assert (stored.outcome, stored.passages) == ("added", PassageChanges(added=2))
    assert [info.id for info in store.documents()] == [stored.document]


def test_the_same_draft_again_changes_nothing(store: DocumentStore) -> None:
    first = store.store(draft(HULL, SAIL))
    before = (store.documents(), store.passages())
    again = store.store(draft(HULL, SAIL))
    assert (again.document, again.outcome) == (first.document, "unchanged")
    assert again.passages == PassageChanges(kept=2)
    assert (store.documents(), store.passages()) == before


def test_of_a_changed_document_only_the_changed_passage_gets_a_new_id(store: DocumentStore) -> None:
    store.store(draft(HULL, SAIL))
    before = ids(store)
    stored = store.store(draft(HULL, KEEL))
    assert (stored.outcome, stored.passages) == ("updated", PassageChanges(added=1, kept=1, removed=1))
    assert ids(store)[HULL] == before[HULL]
    assert ids(store)[KEEL] not in before.values()


def test_passages_that_change_places_keep_their_ids(store: DocumentStore) -> None:
    store.store(draft(HULL, SAIL, KEEL))
    before = ids(store)
    stored = store.store(draft(KEEL, HULL, SAIL))
    assert (stored.outcome, stored.passages) == ("updated", PassageChanges(kept=3))
    assert texts(store) == [KEEL, HULL, SAIL]
    assert ids(store) == before


def test_a_passage_said_twice_has_two_ids_and_keeps_the_first_when_one_goes(store: DocumentStore) -> None:
    store.store(draft(HULL, SAIL, HULL))
    first, _, second = [found.id for found in store.passages()]
    assert first != second
    stored = store.store(draft(SAIL, HULL))
    assert stored.passages == PassageChanges(kept=2, removed=1)
    assert ids(store)[HULL] == first


def test_the_same_words_under_another_heading_or_in_another_document_are_other_passages(
    store: DocumentStore,
) -> None:
    store.store(draft_of(PassageDraft(HULL, ("Wood",)), PassageDraft(HULL, ("Steel",))))
    store.store(draft(HULL, source="/files/other.txt"))
    assert len({found.id for found in store.passages()}) == 3


def test_a_changed_page_link_or_title_updates_without_new_ids(store: DocumentStore) -> None:
    store.store(draft(HULL))
    before = ids(store)
    passage = PassageDraft(HULL, page=4, role="action", links=(Link("https://example.org", "here"),))
    stored = store.store(draft_of(passage, title="Hulls", valid_until="2027-01-31"))
    assert (stored.outcome, stored.passages) == ("updated", PassageChanges(kept=1))
    found = store.passage(before[HULL])
    assert (found.page, found.role, found.title, found.valid_until) == (4, "action", "Hulls", "2027-01-31")
    assert found.links == passage.links


def test_documents_are_listed_by_title_with_their_number_of_passages(store: DocumentStore) -> None:
    store.store(draft(HULL, SAIL, title="Zebra", source="z"))
    store.store(draft(KEEL, title="Apple", source="a"))
    assert [(info.title, info.passages) for info in store.documents()] == [("Apple", 1), ("Zebra", 2)]


def test_storing_many_documents_at_once_loses_none(store: DocumentStore) -> None:
    drafts = [draft(f"Boat {number} has {number} sails.", source=f"/files/{number}") for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        outcomes = [stored.outcome for stored in pool.map(store.store, drafts)]
    assert outcomes == ["added"] * 12
    assert len(store.passages()) == 12


def test_storing_one_document_several_times_at_once_stores_it_once(store: DocumentStore) -> None:
    with ThreadPoolExecutor(6) as pool:
        outcomes = [stored.outcome for stored in pool.map(store.store, [draft(HULL, SAIL)] * 6)]
    assert sorted(outcomes) == ["added", *["unchanged"] * 5]
    assert texts(store) == [HULL, SAIL]


def test_what_was_stored_is_there_after_the_database_is_opened_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'knowledge.db'}"
    made = replace(draft(HULL), themes=("boats",), reference="Hull book, page 2", audience="members")
    DocumentStore(open_database(url)).store(made)
    again = DocumentStore(open_database(url))
    assert again.store(made).outcome == "unchanged"
    assert again.documents()[0].audience == "members"


def test_gaps_and_feedback_are_kept(tmp_path: Path) -> None:
    sessions = open_database(f"sqlite:///{tmp_path / 'knowledge.db'}")
    notes = NoteStore(sessions)
    notes.record_gap("What does a berth cost?", "berth money")
    notes.record_feedback("Too long.", "down", {"passages": ["p1"]})
    with sessions() as session:
        gap, feedback = session.scalars(select(GapRow)).one(), session.scalars(select(FeedbackRow)).one()
    assert (gap.question, gap.missing) == ("What does a berth cost?", "berth money")
    assert (feedback.text, feedback.rating, feedback.answer) == ("Too long.", "down", {"passages": ["p1"]})
