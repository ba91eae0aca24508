from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.__main__ import adviser
from cli.home import Home, load_secrets
from tests.cli.running import FakeServer, Route, installation

CITATION = {
    "number": 1, "document": "d1", "passage": "p1", "title": "A guide", "section": ["Skills", "Shares"], "page": 12,
    "quote": "For 46% hiring was difficult.", "language": "en", "url": "https://example.org/g", "read_at": "2026-11-22",
    "valid_until": None,
}  # fmt: skip
REPLY = {
    "kind": "answer", "status": "answered", "text": "For 46% it was [1].", "language": "en", "citations": [CITATION],
    "buttons": [{"title": "Who did it?", "payload": "signed:1"}],
    "next_actions": [{"id": "a", "title": "Ask members", "why": "They know.", "citations": [1]}],
    "data": {"move": "ask_advice"},
}  # fmt: skip
DOCUMENT = {
    "id": "d1", "title": "A guide", "kind": "guide", "language": "en", "source": "/g.txt", "passages": 3,
    "valid_until": None, "audience": "public", "ingested_at": "2026-11-22T10:00:00+00:00", "url": None,
}  # fmt: skip
FOUND = {
    "rank": 1, "score": 0.5, "document": "d1", "title": "A guide", "section": ["Skills"], "page": None, "url": None,
    "passage": "p1", "text": "For 46% hiring was difficult.",
}  # fmt: skip
STORED = {"document": "d1", "outcome": "added", "passages": {"added": 2, "kept": 0, "removed": 0}}


def answering(body: dict[str, Any]) -> Route:
    return lambda _body, _headers: (200, body)


ROUTES: dict[str, Route] = {
    "GET /readyz": answering({"ready": True}),
    "GET /ready": answering({"ready": True}),
    "POST /api/chat": answering({"conversation": "c1", "replies": [REPLY]}),
    "GET /documents": answering({"documents": [DOCUMENT]}),
    "PUT /documents": answering(STORED),
    "GET /progress": answering({"embedded": 7, "total": 7}),
    "DELETE /documents/d1": answering({"added": 0, "kept": 0, "removed": 3}),
    "POST /search": answering({"results": [FOUND]}),
}


@pytest.fixture
def server(home: Home) -> Iterator[FakeServer]:
    with installation(home, ROUTES) as running:
        yield running


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(adviser, list(arguments), input=typed)


def document(result: Result) -> Any:
    """The one JSON document on standard output; fails when anything else stands there."""
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    "command", [["ask", "x"], ["documents"], ["search", "x"], ["remove", "x"], ["ingest", "x"]]
)
def test_without_a_running_installation_it_says_how_to_start_one(home: Home, command: list[str]) -> None:
    result = run(*command, "--json")
    assert result.exit_code == 1
    assert "./adviser up" in document(result)["error"]
    assert "./adviser up" in result.stderr


def test_a_refused_question_is_told_in_the_words_of_the_door(server: FakeServer) -> None:
    server.routes = ROUTES | {
        "POST /api/chat": lambda _b, _h: (413, {"title": "Too long", "detail": "At most 4,000."})
    }
    result = run("ask", "x" * 5000, "--json")
    assert result.exit_code == 1
    assert document(result) == {"error": "At most 4,000."}


def test_ask_sends_one_turn_as_a_local_command(server: FakeServer, home: Home) -> None:
    result = run("ask", "What", "share?", "--conversation", "c0", "--json")
    assert result.exit_code == 0
    assert document(result) == {"conversation": "c1", "replies": [REPLY]}
    (_, body, headers) = next(asked for asked in server.asked if asked[0] == "POST /api/chat")
    assert body == {"message": "What share?", "conversation": "c0"}
    assert headers["X-Adviser-Local"] == load_secrets(home).local


def test_ask_for_people_shows_sources_actions_and_choices(server: FakeServer) -> None:
    shown = run("ask", "What share?").stdout
    assert "For 46% it was [1]." in shown
    assert "[1] A guide · Shares · page 12" in shown
    assert "Ask members [1]" in shown
    assert "1) Who did it?" in shown


def test_documents_has_the_published_fields(server: FakeServer) -> None:
    listed = document(run("documents", "--json"))["documents"]
    assert listed == [{name: value for name, value in DOCUMENT.items() if name != "url"}]


def test_an_empty_knowledge_says_how_to_fill_it(server: FakeServer) -> None:
    server.routes = ROUTES | {"GET /documents": answering({"documents": []})}
    assert "./adviser ingest" in run("documents").stdout


def test_removing_what_is_not_there_fails(server: FakeServer) -> None:
    assert run("remove", "other", "--json").exit_code == 1


def test_remove_tells_how_many_passages_went(server: FakeServer) -> None:
    assert "3 passages" in run("remove", "d1").stdout


def test_search_has_the_published_fields(server: FakeServer) -> None:
    result = run("search", "hiring", "skills", "-k", "3", "--json")
    assert document(result) == {"results": [FOUND]}
    assert ("POST /search", {"words": "hiring skills", "k": 3}) in [
        (key, body) for key, body, _ in server.asked
    ]


def test_a_partly_failed_ingest_prints_its_whole_report_and_fails(server: FakeServer, tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(
        "# A guide\n\nFor 46% of the firms hiring was difficult. Training helps.\n"
    )
    result = run("ingest", str(tmp_path / "good.md"), str(tmp_path / "missing.md"), "--json")
    assert result.exit_code == 1
    report = document(result)
    assert (report["added"], report["passages"]) == (1, {"added": 2, "kept": 0, "removed": 0})
    assert [set(failure) for failure in report["failed"]] == [{"source", "reason"}]


def test_ingest_refuses_a_day_that_is_none(server: FakeServer, tmp_path: Path) -> None:
    assert run("ingest", str(tmp_path), "--valid-until", "soon").exit_code == 2


def test_parse_needs_nothing_running_and_has_the_published_fields(home: Home, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A guide\n\n## Skills\n\nFor 46% of the firms hiring was difficult.\n")
    parsed = document(run("parse", str(tmp_path / "a.md"), "--json"))
    assert {"title", "language", "kind", "pages", "passages", "repairs", "warnings"} <= set(parsed)
    assert {"section", "page", "text"} <= set(parsed["passages"][0])


def test_a_file_that_cannot_be_parsed_is_a_fault(home: Home, tmp_path: Path) -> None:
    result = run("parse", str(tmp_path / "none.md"), "--json")
    assert result.exit_code == 1
    assert "none.md" in document(result)["error"]


def test_status_and_doctor_print_one_document(server: FakeServer) -> None:
    status = document(run("status", "--json"))
    assert (status["running"], status["ready"]) == (True, True)
    findings = document(run("doctor", "--json"))["findings"]
    assert {"grade": "ok", "what": "web", "found": "ready", "remedy": ""} in findings


def test_doctor_finds_a_damaged_database_and_fails(home: Home) -> None:
    home.prepare()
    (home.root / "knowledge.db").write_bytes(b"SQLite format 3\x00" + b"garbage" * 1000)
    result = run("doctor")
    assert result.exit_code == 1
    assert "problem  knowledge.db" in result.stdout
    assert "./adviser restore" in result.stdout


def test_backup_and_restore_bring_the_documents_back(home: Home, tmp_path: Path) -> None:
    home.prepare()
    home.key_file.write_bytes(b"k" * 32)
    made = document(run("backup", str(tmp_path / "b.tar.gz"), "--json"))
    assert made["files"] == 1
    back = document(run("restore", str(tmp_path / "b.tar.gz"), "--force", "--json"))
    assert Path(back["old_home"]).is_dir()
    assert home.key_file.read_bytes() == b"k" * 32


def test_nothing_is_restored_while_it_runs(server: FakeServer, tmp_path: Path) -> None:
    assert run("backup", str(tmp_path / "b.tar.gz")).exit_code == 0
    result = run("restore", str(tmp_path / "b.tar.gz"), "--force")
    assert result.exit_code == 1
    assert "stop it first" in " ".join(result.stderr.split())


def test_down_says_when_there_was_nothing_to_stop(home: Home) -> None:
    result = run("down")
    assert result.exit_code == 0
    assert "Nothing was running" in result.stdout


def test_an_account_needs_a_password_from_somewhere(home: Home) -> None:
    result = run("user", "add", "Ann", "--role", "admin", "--json")
    assert result.exit_code == 1
    assert "--password-stdin" in document(result)["error"]


def test_an_account_is_added_once(home: Home) -> None:
    words = ["user", "add", "Ann", "--role", "admin", "--password-stdin", "--json"]
    first = run(*words, typed="a long pass phrase\n")
    assert document(first) == {"name": "Ann", "role": "admin"}
    second = run(*words, typed="a long pass phrase\n")
    assert second.exit_code == 1
    assert "Ann" in document(second)["error"]
    assert b"a long pass phrase" not in (home.root / "web.db").read_bytes()


def test_eval_measures_every_question(server: FakeServer, tmp_path: Path) -> None:
    questions = [
        {"id": "1", "question": "What share?", "lang": "en", "type": "fact", "answerable": True,
         "key_facts": ["46 %|46%"], "gold_quotes": ["hiring  was difficult"], "history": ["hello"]},
        {"id": "2", "question": "Who pays?", "lang": "de", "type": "near", "answerable": False},
    ]  # fmt: skip
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, questions)))
    report = document(run("eval", str(tmp_path / "q.jsonl"), "--json"))
    assert (
        report["all"]["recall_at_1"] == report["all"]["exact_citation"] == report["all"]["facts_in_text"] == 1
    )
    assert report["by_language"]["de"]["refused_unanswerable"] == 0
    chats = [body for key, body, _ in server.asked if key == "POST /api/chat"]
    assert chats[0] == {"message": "hello"}
    assert chats[1] == {"message": "What share?", "conversation": "c1"}
    assert chats[2] == {"message": "Who pays?"}


def test_eval_names_the_line_that_is_no_question(server: FakeServer, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"id": "1", "question": "x"}\n{"id": "2"}\n')
    result = run("eval", str(tmp_path / "q.jsonl"), "--json")
    assert result.exit_code == 1
    assert "line 2" in document(result)["error"]


def test_an_account_gets_back_in_with_a_new_password(home: Home) -> None:
    run("user", "add", "Ann", "--role", "admin", "--password-stdin", typed="a long pass phrase\n")
    assert "no account" in document(run("user", "unlock", "Bob", "--json"))["error"]
    weak = run("user", "password", "ann", "--password-stdin", "--json", typed="ann\n")
    assert weak.exit_code == 1
    assert "10 characters" in document(weak)["error"]
    changed = run("user", "password", "ann", "--password-stdin", "--json", typed="another long phrase\n")
    assert document(changed) == {"name": "Ann", "role": "admin"}
    assert document(run("user", "unlock", "ANN", "--json")) == {"name": "Ann", "role": "admin"}
    [account] = document(run("user", "list", "--json"))["accounts"]
    assert (account["name"], account["role"], account["state"]) == ("Ann", "admin", "active")
