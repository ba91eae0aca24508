"""What somebody said goes when its time is over or when somebody asks, from every file under the home."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from neighbours import TURN, Neighbour, said
from slack_bodies import SECRET, as_json, mention, signed
from turn_benches import bench, rows

from cli.erase import erase_command
from cli.home import Home, load_secrets
from knowledge.erase import erase_words
from knowledge.store.database import open_database as open_knowledge
from knowledge.store.tables import FeedbackRow, GapRow
from web import create_app
from web.chat.dialogue import sender_of
from web.conversations import key_of
from web.privacy.erasure import Erasure
from web.privacy.neighbours import EraseFailed
from web.privacy.retention import Retention
from web.settings import Settings
from web.store.database import Database, open_database

CANARY = "the merger with Nordlicht Textil"


@pytest.fixture
def at_home(settings: Settings) -> Settings:
    """Settings whose secrets come from the key under the home, as the command line reads them."""
    secrets = load_secrets(Home(settings.home), create=True)
    return replace(settings, signing_key=secrets.signing, slack_signing_secret=SECRET)


@pytest.fixture
def database(at_home: Settings) -> Iterator[Database]:
    opened = open_database(at_home.database_url)
    yield opened
    opened.engine.dispose()


def files_with(home: Path, words: str) -> list[str]:
    """The files under the home, write-ahead logs too, in which the words stand as they are or as JSON."""
    kinds = {words.encode(), words.encode("utf-16-le"), json.dumps(words)[1:-1].encode()}
    files = [path for path in home.rglob("*") if path.is_file()]
    return [path.name for path in files if any(kind in path.read_bytes() for kind in kinds)]


def remember_elsewhere(home: Path, sender: str, text: str) -> None:
    """Leave traces of a message as the dialogue and the knowledge do."""
    from bot.event_log import EventLog  # noqa: PLC0415 - the dialogue's own, which the app never imports

    log = EventLog(home / "dialogue.db")
    log.append(sender, 0, [json.dumps({"event": "user", "text": text}), json.dumps({"event": "bot"})])
    log.close()
    notes = open_knowledge(f"sqlite:///{home / 'knowledge.db'}")
    with notes.begin() as session:
        session.add(GapRow(question=text, missing="", created_at="2026-01-01"))
        session.add(GapRow(question="What does a seat cost?", missing="", created_at="2026-01-01"))
        session.add(FeedbackRow(text="wrong", rating="", answer={"question": text}, created_at="2026-01-01"))
    notes.kw["bind"].dispose()


def say_on_web(at_home: Settings, text: str = CANARY) -> str:
    app = create_app(at_home)
    conversation: str = app.test_client().post("/api/chat", json={"message": text}).get_json()["conversation"]
    return conversation


def mention_on_slack(at_home: Settings, text: str = CANARY) -> None:
    raw = as_json(mention(text))
    sent = (
        create_app(at_home)
        .test_client()
        .post("/slack/events", data=raw, headers=signed(raw), content_type="application/json")
    )
    assert sent.status_code == 200
    worker = bench(at_home.database_url)
    assert worker.answer_all() == [text]
    worker.database.engine.dispose()


def erase(at_home: Settings, conversation: str) -> Any:
    environment = {"ADVISER_HOME": str(at_home.home), "ADVISER_DATABASE_URL": ""}
    return CliRunner().invoke(erase_command, [conversation, "--json"], env=environment)


@pytest.mark.parametrize("name", ["made-up", "slack:C1", "slack::1", "slack:C0CLUSTER:1"])
def test_erasing_what_is_not_there_is_told_as_a_fault(at_home: Settings, name: str) -> None:
    say_on_web(at_home)
    assert erase(at_home, name).exit_code == 1
    assert files_with(at_home.home, CANARY)


def test_a_person_seen_on_the_web_and_in_slack_is_erased_from_every_file(
    at_home: Settings, rasa: Neighbour
) -> None:
    rasa.on(TURN, lambda body: said(f"About {body['text']}."))
    conversation = say_on_web(at_home)
    sender = rasa.bodies(TURN)[0]["conversation"]
    remember_elsewhere(at_home.home, sender, CANARY)
    mention_on_slack(at_home)
    assert set(files_with(at_home.home, CANARY)) >= {"dialogue.db", "knowledge.db"}
    on_web = erase(at_home, conversation)
    assert json.loads(on_web.stdout)["erased"] == {"conversations": 1, "messages": 1, "events": 2, "notes": 2}
    assert files_with(at_home.home, CANARY), "the thread in Slack is another conversation"
    assert erase(at_home, "slack:C0CLUSTER:1700000000.000100").exit_code == 0
    assert files_with(at_home.home, CANARY) == []
    assert files_with(at_home.home, "What does a seat cost?") == ["knowledge.db"]


def test_nothing_of_what_is_said_stands_in_a_log(
    at_home: Settings, rasa: Neighbour, knowledge: Neighbour, capfd: pytest.CaptureFixture[str]
) -> None:
    say_on_web(at_home)
    rasa.stop()
    knowledge.on("POST /answer", {"detail": CANARY}, status=500)
    say_on_web(at_home)
    mention_on_slack(at_home)
    noted = capfd.readouterr()
    assert '"event": "turn"' in noted.err
    assert CANARY not in noted.err + noted.out


def test_an_erased_conversation_is_unknown_and_others_go_on(at_home: Settings) -> None:
    gone, stays = say_on_web(at_home), say_on_web(at_home, "something else")
    erase(at_home, gone)
    chat: FlaskClient = create_app(at_home).test_client()
    assert chat.post("/api/chat", json={"message": "hi", "conversation": gone}).status_code == 404
    assert chat.post("/api/chat", json={"message": "hi", "conversation": stays}).status_code == 200


def test_a_store_that_cannot_be_erased_is_told_and_our_words_stay_until_it_can(
    at_home: Settings, database: Database
) -> None:
    conversation = say_on_web(at_home)
    (at_home.home / "dialogue.db").write_bytes(b"no database at all, but long enough for its header" * 20)
    with pytest.raises(EraseFailed, match=r"bot\.erase"):
        Erasure(at_home, database, patience=1).erase([("web", key_of(conversation))])
    assert rows(at_home.home, "SELECT count(*) FROM inbox") == [(1,)]
    (at_home.home / "dialogue.db").unlink()
    assert Erasure(at_home, database).erase([("web", key_of(conversation))]).messages == 1


@pytest.mark.parametrize(
    ("said_words", "question", "goes"),
    [
        ("yes", "yes", True),
        ("yes", "Is yesterday's call open?", False),
        ("How much is a SEAT in the lab?", "how much is a seat  in the lab?", True),
        ("is a seat in the lab free", "And is a seat in the lab free today?", True),
        ("  ", "anything", False),
    ],
)
def test_notes_are_found_by_what_was_said(tmp_path: Path, said_words: str, question: str, goes: bool) -> None:
    notes = open_knowledge(f"sqlite:///{tmp_path / 'knowledge.db'}")
    with notes.begin() as session:
        session.add(GapRow(question=question, missing="", created_at="2026-01-01"))
    assert erase_words(notes, [said_words]) == int(goes)
    notes.kw["bind"].dispose()


def make_old(home: Path, days: int, table: str, column: str) -> None:
    moment = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
    connection = sqlite3.connect(home / "web.db")
    connection.execute(f"UPDATE {table} SET {column} = ?", (moment,))  # noqa: S608
    connection.commit()
    connection.close()


def test_retention_removes_what_is_too_old_and_keeps_what_is_not(
    at_home: Settings, database: Database, rasa: Neighbour
) -> None:
    say_on_web(at_home)
    remember_elsewhere(at_home.home, rasa.bodies(TURN)[0]["conversation"], CANARY)
    make_old(at_home.home, 89, "conversation", "last_at")
    assert Retention(at_home, database).run().conversations == 0
    make_old(at_home.home, 91, "conversation", "last_at")
    say_on_web(at_home, "said just now")
    assert Retention(at_home, database).run().conversations == 1
    assert files_with(at_home.home, CANARY) == []
    assert rows(at_home.home, "SELECT count(*) FROM inbox") == [(1,)]


def test_retention_keeps_the_days_the_operator_set(at_home: Settings, database: Database) -> None:
    say_on_web(at_home)
    make_old(at_home.home, 8, "conversation", "last_at")
    assert Retention(replace(at_home, retention_days=7), database).run().conversations == 1


def test_old_messages_go_while_their_conversation_goes_on(at_home: Settings, database: Database) -> None:
    conversation = say_on_web(at_home)
    make_old(at_home.home, 91, "inbox", "received_at")
    assert Retention(at_home, database).run().messages == 1
    assert files_with(at_home.home, CANARY) == []
    assert rows(at_home.home, "SELECT count(*) FROM trace") == [(0,)]
    chat = create_app(at_home).test_client()
    assert chat.post("/api/chat", json={"message": "hi", "conversation": conversation}).status_code == 200


def test_the_notice_that_was_shown_is_kept_with_the_conversation(at_home: Settings) -> None:
    say_on_web(at_home)
    mention_on_slack(at_home)
    kept = rows(at_home.home, "SELECT channel, notice_version FROM conversation ORDER BY channel")
    assert kept == [("slack", "1"), ("web", "1")]


def test_the_dialogue_knows_conversations_by_names_only_the_key_can_tell() -> None:
    assert sender_of(b"one", "web", "k") != sender_of(b"two", "web", "k")
    assert sender_of(b"one", "web", "k") != sender_of(b"one", "slack", "k")
