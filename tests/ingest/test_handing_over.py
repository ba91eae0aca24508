"""From files to the knowledge: every source is reported, and a failure never stops the others."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ingest.pipeline import ingest_paths, load_starter
from knowledge.errors import Refused, Unreachable
from knowledge.schema import DocumentDraft, PassageChanges, Stored


class Shelf:
    """Keeps documents by source and tells, as the knowledge does, what storing one changed."""

    def __init__(self) -> None:
        self.drafts: dict[str, DocumentDraft] = {}
        self.originals: dict[str, bytes | None] = {}
        self.vectors: list[Path] = []

    def store(self, draft: DocumentDraft, original: bytes | None = None) -> Stored:
        before = self.drafts.get(draft.source)
        self.drafts[draft.source], self.originals[draft.source] = draft, original
        old = {p.text for p in before.passages} if before else set()
        new = {p.text for p in draft.passages}
        outcome = "added" if before is None else "unchanged" if before == draft else "updated"
        return Stored(draft.source, outcome, PassageChanges(len(new - old), len(new & old), len(old - new)))  # type: ignore[arg-type]

    def seed_vectors(self, file: Path) -> None:
        self.vectors.append(file)


class RefusingShelf(Shelf):
    def store(self, draft: DocumentDraft, original: bytes | None = None) -> Stored:
        raise Refused("This document is not wanted; ask the office.")


class DeadShelf(Shelf):
    def store(self, draft: DocumentDraft, original: bytes | None = None) -> Stored:
        raise Unreachable("The knowledge does not answer; start it.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "a.txt").write_text("Halls\n\nA hall is shared.\n\nMoney\n\nIt costs EUR 95.\n")
    (tmp_path / "deep" / "b.md").write_text("# Boats\n\nA boat is shared too.\n")
    (tmp_path / ".hidden" / "c.txt").write_text("Nobody reads this.")
    (tmp_path / ".d.txt").write_text("Nor this.")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    return tmp_path


def test_sources_that_fail_are_named_with_a_reason_and_the_others_come_in(folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    gone = folder / "gone.txt"
    report = ingest_paths([folder, str(gone), "https://example.org/page"], client=Shelf()).to_dict()
    assert report["added"] == 2
    assert {Path(f["source"]).name for f in report["failed"]} == {"empty.txt", "gone.txt", "page"}
    assert all(f["reason"] for f in report["failed"])


def test_a_file_given_by_name_fails_when_no_parser_reads_it(folder: Path) -> None:
    report = ingest_paths([folder / "photo.png"], client=Shelf())
    assert "png" in report.failed[0].reason


def test_a_folder_without_readable_files_is_a_failure(tmp_path: Path) -> None:
    assert ingest_paths([tmp_path], client=Shelf()).failed


def test_a_document_the_knowledge_refuses_is_reported(folder: Path) -> None:
    assert {f.reason for f in ingest_paths([folder], client=RefusingShelf()).failed} == {
        "This document is not wanted; ask the office."
    }


def test_a_knowledge_that_is_down_is_an_error_for_the_caller(folder: Path) -> None:
    with pytest.raises(Unreachable):
        ingest_paths([folder], client=DeadShelf())


def test_the_same_folder_again_changes_nothing_and_says_so(folder: Path) -> None:
    shelf = Shelf()
    ingest_paths([folder], client=shelf)
    again = ingest_paths([folder], client=shelf).to_dict()
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 2)
    assert again["passages"] == {"added": 0, "kept": 3, "removed": 0}


def test_a_changed_file_changes_only_its_changed_passages(folder: Path) -> None:
    shelf = Shelf()
    ingest_paths([folder], client=shelf)
    (folder / "a.txt").write_text("Halls\n\nA hall is shared.\n\nMoney\n\nIt costs EUR 99.\n")
    report = ingest_paths([folder / "a.txt"], client=shelf).to_dict()
    assert report["updated"] == 1
    assert report["passages"] == {"added": 1, "kept": 1, "removed": 1}


def test_the_original_bytes_go_with_the_draft(folder: Path) -> None:
    shelf = Shelf()
    ingest_paths([folder / "a.txt"], client=shelf)
    ((source, original),) = shelf.originals.items()
    assert original == (folder / "a.txt").read_bytes()
    assert shelf.drafts[source].original == hashlib.sha256(original).hexdigest()


def test_wishes_win_over_the_header_and_silence_leaves_it(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("---\nkind: page\naudience: staff\nvalid_until: 2027-01-01\n---\nSome words.\n")
    shelf = Shelf()
    ingest_paths([path], client=shelf)
    (draft,) = shelf.drafts.values()
    assert (draft.kind, draft.audience, draft.valid_until) == ("page", "staff", "2027-01-01")
    ingest_paths([path], client=shelf, kind="concept", audience="board", valid_until="2028-02-02")
    (draft,) = shelf.drafts.values()
    assert (draft.kind, draft.audience, draft.valid_until) == ("concept", "board", "2028-02-02")


def test_progress_is_told_before_each_source(folder: Path) -> None:
    told: list[tuple[int, int, str]] = []
    ingest_paths([folder], client=Shelf(), on_progress=lambda *step: told.append(step))
    assert told == [(1, 2, "a.txt"), (2, 2, "b.md")]


def test_starter_documents_are_known_by_their_place_below_the_starter_folder(folder: Path) -> None:
    shelf = Shelf()
    report = load_starter(shelf, folder=folder)
    assert report.added == 1
    assert list(shelf.drafts) == ["starter/deep/b.md"]
    assert shelf.vectors == []


def test_shipped_vectors_are_handed_over_with_the_starter(folder: Path) -> None:
    (folder / "vectors.npz").write_bytes(b"vectors")
    shelf = Shelf()
    load_starter(shelf, folder=folder)
    assert shelf.vectors == [folder / "vectors.npz"]


def test_every_document_of_the_real_starter_comes_in() -> None:
    report = load_starter(Shelf())
    assert report.failed == []
    assert report.added >= 60
