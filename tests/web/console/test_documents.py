"""Documents on the desk: adding by upload, removing, and the way back."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from console_fixtures import DeskInTest, Person, PlayedLibrary
from sqlalchemy import select, update
from werkzeug.datastructures import FileStorage

from knowledge.client import Client
from knowledge.errors import NotFound, Unreachable
from web.accounts.audit import Actor
from web.console.ingests import Ingests, file_name, reason
from web.settings import Settings
from web.store.database import Database, open_database
from web.store.desk_tables import UNDO_WINDOW, AuditRow, JobRow, RemovedRow

ANA = Actor("Ana")
REPORT = {
    "added": 1, "updated": 0, "unchanged": 0, "removed": 0, "failed": [],
    "passages": {"added": 4, "kept": 0, "removed": 0},
}  # fmt: skip
TELLING = """
import json, pathlib, sys
seen, *words = sys.argv[1:]
pathlib.Path(seen).write_text(json.dumps([words, pathlib.Path(words[-1]).read_text()]))
print(json.dumps(%r))
"""


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database(settings.database_url)
    yield opened
    opened.engine.dispose()


def actions(database: Database) -> list[str]:
    with database() as session:
        return list(session.scalars(select(AuditRow.action).order_by(AuditRow.id)))


class TestRemoving:
    def test_it_asks_first_then_removes_and_offers_to_undo(
        self, desk: DeskInTest, library: PlayedLibrary, database: Database
    ) -> None:
        library.add("d1")
        editor = desk.person("editor")
        assert "Remove “A guide for clusters”?" in editor.get("/documents/d1/remove").text
        assert "d1" in library.drafts
        page = editor.follow(editor.post("/documents/d1/remove")).text
        assert "d1" not in library.drafts
        assert 'action="/console/documents/d1/put-back"' in page
        before = dict(library.originals)
        assert "is back" in editor.follow(editor.post("/documents/d1/put-back")).text
        assert library.drafts["d1"]["passages"][0]["text"] == "Members lack skills. They say so."
        assert library.originals == before
        assert actions(database)[-2:] == ["document.remove", "document.put_back"]

    def test_after_half_an_hour_it_is_too_late_and_the_copy_is_gone(
        self, desk: DeskInTest, library: PlayedLibrary, database: Database
    ) -> None:
        library.add("d1")
        library.add("d2", title="Another")
        editor = desk.person("editor")
        editor.post("/documents/d1/remove")
        long_ago = (datetime.now(UTC) - UNDO_WINDOW - timedelta(seconds=1)).isoformat(timespec="seconds")
        with database.begin() as session:
            session.execute(update(RemovedRow).values(removed_at=long_ago))
        assert "Just removed" not in editor.get("/documents").text
        assert "too late" in editor.follow(editor.post("/documents/d1/put-back")).text
        editor.post("/documents/d2/remove")
        with database() as session:
            assert list(session.scalars(select(RemovedRow.id))) == ["d2"]

    def test_what_the_library_could_not_remove_is_neither_undoable_nor_noted(
        self, desk: DeskInTest, library: PlayedLibrary, database: Database
    ) -> None:
        library.add("d1")
        library.neighbour.on("DELETE /documents/d1", {"detail": "broken"}, status=500)
        editor = desk.person("editor")
        assert editor.post("/documents/d1/remove").status_code == 503
        assert "Just removed" not in editor.get("/documents").text
        assert "document.remove" not in actions(database)

    def test_an_unknown_document_is_a_page_that_says_so(self, desk: DeskInTest) -> None:
        editor = desk.person("editor")
        assert editor.get("/documents/d9").status_code == 404
        assert editor.post("/documents/d9/remove").status_code == 404
        assert editor.get("/passages/p9").status_code == 404


class TestUploading:
    def ingests(
        self, database: Database, folder: Path, program: str, after: Callable[[str], int] = lambda _: 0
    ) -> Ingests:
        return Ingests(database, folder, (sys.executable, "-c", program, str(folder / "seen.json")), after)

    def upload(self, ingests: Ingests, name: str = "guide.md", *options: str) -> JobRow:
        job = ingests.start(FileStorage(io.BytesIO(b"# Guide"), name), name, options, ANA)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = ingests.get(job)
            assert found is not None
            if found.state in ("done", "failed"):
                ingests.close()
                return found
            time.sleep(0.02)
        pytest.fail("the job never ended")

    def test_a_file_is_read_by_a_program_of_its_own_and_not_kept(
        self, database: Database, tmp_path: Path
    ) -> None:
        asked: list[str] = []

        def after(source: str) -> int:
            asked.append(source)
            return 2

        ingests = self.ingests(database, tmp_path, TELLING % REPORT, after)
        job = self.upload(ingests, "guide.md", "--kind=call")
        assert (job.state, job.report, job.started_by) == ("done", {**REPORT, "proposals": 2}, "Ana")
        words, content = json.loads((tmp_path / "seen.json").read_text())
        assert words == ["--kind=call", "--", str(tmp_path / "guide.md")]
        assert content == "# Guide"
        assert asked == [ingests.source_of("guide.md")]
        assert sorted(
            path.name for path in tmp_path.rglob("*") if path.is_file() and "db" not in path.name
        ) == ["seen.json"]
        assert actions(database) == ["document.upload"]

    @pytest.mark.parametrize(
        ("program", "words"),
        [
            (
                TELLING % {**REPORT, "failed": [{"source": "x", "reason": "No text was found."}]},
                "No text was found.",
            ),
            ('print(\'{"error": "nothing runs"}\'); raise SystemExit(1)', "nothing runs"),
            ("raise SystemExit(3)", None),
            ("print('[]')", None),
        ],
    )
    def test_a_reading_that_fails_ends_with_its_reason(
        self, database: Database, tmp_path: Path, program: str, words: str | None
    ) -> None:
        job = self.upload(self.ingests(database, tmp_path, program))
        assert job.state == "failed"
        assert job.report is not None
        assert reason(job.report) == words
        assert not (tmp_path / "guide.md").exists()

    def test_what_a_restart_interrupted_is_said_to_be(self, database: Database, tmp_path: Path) -> None:
        with database.begin() as session:
            session.add(
                JobRow(id="j1", kind="ingest", title="x", state="running", started_by="Ana", started_at="x")
            )
        (tmp_path / ".incoming").mkdir()
        (tmp_path / ".incoming" / "j1").write_text("left")
        found = self.ingests(database, tmp_path, "pass").get("j1")
        assert found is not None
        assert (found.state, found.report) == ("failed", {"interrupted": True})
        assert list((tmp_path / ".incoming").iterdir()) == []

    @pytest.mark.parametrize(
        ("given", "name"),
        [
            ("guide.pdf", "guide.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ana\\Führer – neu.pdf", "Führer – neu.pdf"),
            ("-rf.md", "rf.md"),
            (".hidden.txt", "hidden.txt"),
            ("a\x00b\n.txt", "ab.txt"),
            ("x" * 300 + ".txt", "x" * 150 + ".txt"),
            ("", None),
            ("..", None),
            ("/", None),
        ],
    )
    def test_a_name_cannot_lead_anywhere(self, given: str, name: str | None) -> None:
        assert file_name(given) == name

    def send(self, person: Person, **fields: Any) -> str:
        response = person.post("/documents", **fields)
        assert response.status_code == 422
        return response.text

    def test_a_form_that_does_not_fit_says_so_beside_the_field(
        self, desk: DeskInTest, library: PlayedLibrary, settings: Settings
    ) -> None:
        editor = desk.person("editor")
        assert "Choose a file first" in self.send(editor)
        assert "no usable name" in self.send(editor, file=(io.BytesIO(b"x"), ".."))
        page = self.send(editor, file=(io.BytesIO(b"x"), "a.txt"), valid_until="31.1.2027", kind="call")
        assert "2027-01-31" in page.partition('id="error-valid_until"')[2].partition("</p>")[0]
        assert '<option value="call" selected>' in page
        library.add("a", source=str(settings.home / "uploads" / "a.txt"))
        assert "Tick" in self.send(editor, file=(io.BytesIO(b"x"), "a.txt"))

    def test_an_upload_leads_to_a_page_that_looks_again_by_itself(
        self, desk: DeskInTest, library: PlayedLibrary
    ) -> None:
        editor = desk.person("editor")
        response = editor.post("/documents", file=(io.BytesIO(b"# Guide"), "guide.md"))
        job = response.headers["Location"]
        deadline = time.monotonic() + 60
        while 'hx-trigger="every' in editor.client.get(job).text:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        # The real command ran: here nothing runs that could take the document, and it says so.
        assert "nothing runs for" in editor.client.get(job).text


class TestTheLibraryAway:
    def test_pages_say_so_and_the_rest_of_the_desk_works(
        self, desk: DeskInTest, library: PlayedLibrary
    ) -> None:
        admin = desk.person("admin")
        library.neighbour.stop()
        response = admin.get("/documents")
        assert (response.status_code, "The library does not answer" in response.text) == (503, True)
        assert admin.get("/people").status_code == 200


def test_the_client_offers_what_the_desk_asks() -> None:
    client = Client("http://127.0.0.1:9", "x", timeout=1)
    for ask in (lambda: client.document("d"), lambda: client.passages("d"), client.gaps):
        with pytest.raises((Unreachable, NotFound)):
            ask()
