"""What web remembers: conversations by the hash of their id, accounts without their passwords."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from web.accounts import NameTaken, NameUnfit, PasswordTooWeak, UnknownRole, add_account
from web.chat.lanes import Crowded, LaneBusy, Lanes
from web.conversations import Conversations
from web.settings import Settings, database_url
from web.store.database import open_database
from web.store.tables import Base

GOOD = "four words and more"


def rows(home: Path, query: str) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(home / "web.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("name", "role", "password", "fault"),
    [
        ("", "admin", GOOD, NameUnfit),
        ("x" * 81, "admin", GOOD, NameUnfit),
        ("Ana", "king", GOOD, UnknownRole),
        ("Ana", "admin", "ninechars", PasswordTooWeak),
        ("Ana Ferreira", "admin", "ana ferreira", PasswordTooWeak),
        ("Ana", "admin", "aaaaaaaaaaaa", PasswordTooWeak),
    ],
)
def test_an_unfit_account_is_refused_with_words(
    settings: Settings, name: str, role: str, password: str, fault: type[ValueError]
) -> None:
    with pytest.raises(fault, match=r"\w+ \w+"):
        add_account(name, role, password, settings=settings)
    assert not (settings.home / "web.db").exists()


def test_a_name_is_taken_in_whatever_case(settings: Settings) -> None:
    add_account("Ana", "admin", GOOD, settings=settings)
    with pytest.raises(NameTaken, match="ANA"):
        add_account(" ANA ", "staff", GOOD, settings=settings)


def test_an_account_keeps_a_hash_of_its_password(settings: Settings) -> None:
    add_account("Ana", "admin", GOOD, settings=settings)
    [(name, role, hashed)] = rows(settings.home, "SELECT name, role, password_hash FROM account")
    assert (name, role) == ("Ana", "admin")
    assert GOOD not in hashed
    assert PasswordHasher().verify(hashed, GOOD)


def test_a_conversation_is_known_after_reopening_but_its_id_is_not_stored(tmp_path: Path) -> None:
    conversation = Conversations(open_database(database_url(tmp_path))).start("de")
    reopened = Conversations(open_database(database_url(tmp_path)))
    assert reopened.resume("made-up") is None
    assert reopened.resume(conversation.id) == conversation
    assert conversation.id not in str(rows(tmp_path, "SELECT * FROM conversation"))
    assert len(conversation.id) >= 32


def test_the_migrations_make_the_tables_the_code_expects(tmp_path: Path) -> None:
    open_database(database_url(tmp_path))
    for table in Base.metadata.sorted_tables:
        made = {column[0] for column in rows(tmp_path, f"SELECT name FROM pragma_table_info('{table.name}')")}  # noqa: S608
        assert made == {column.name for column in table.columns}


def test_the_database_survives_a_power_cut(tmp_path: Path) -> None:
    with open_database(database_url(tmp_path))() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_lane_that_stays_taken_is_given_up_after_the_wait() -> None:
    lanes = Lanes()
    with lanes.place("a") as first, lanes.place("a") as second:
        first.line_up(int)
        second.line_up(int)
        first.wait(1)
        with pytest.raises(LaneBusy):
            second.wait(0.05)
        first.leave()
        second.wait(1)


def test_no_more_turns_than_the_process_can_hold() -> None:
    lanes = Lanes(capacity=1)
    with lanes.place("a"), pytest.raises(Crowded), lanes.place("b"):
        pass
    with lanes.place("b") as place:
        place.line_up(int)
        place.wait(1)


def test_secrets_do_not_show_in_a_trace(settings: Settings) -> None:
    assert "signing" not in repr(settings)


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    env = {
        f"ADVISER_{name}": value
        for name, value in {
            "HOME": str(tmp_path),
            "INNER_SECRET": "a",
            "SIGNING_KEY": "b",
            "LOCAL_TOKEN": "c",
            "KNOWLEDGE_URL": "http://k",
            "RASA_URL": "http://r/",
            "ACTIONS_URL": "http://a",
            "ALLOWED_ORIGINS": "https://One.example/, https://two.example:8443 ,nonsense,",
            "RATE_LIMIT": "off",
        }.items()
    }
    settings = Settings.from_env(env)
    assert settings.allowed_origins == ("https://one.example", "https://two.example:8443")
    assert settings.rate_limit is None
    assert settings.rasa_url == "http://r"
    assert Settings.from_env({**env, "ADVISER_RATE_LIMIT": ""}).rate_limit == "20 per minute"
