from __future__ import annotations

import io
import json
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from cli.archive import MANIFEST, describe, write_archive
from cli.backup import restore
from cli.boot.faults import Fault
from cli.home import Home


def filled(home: Home) -> Home:
    home.prepare()
    home.key_file.write_bytes(b"k" * 32)
    (home.root / "originals").mkdir()
    (home.root / "originals" / "ab12").write_bytes(b"a guide")
    (home.root / "chroma").mkdir()
    (home.root / "chroma" / "index.bin").write_bytes(b"made anew")
    (home.run / "state.json").write_text("{}")
    with closing(sqlite3.connect(home.root / "knowledge.db")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE passage (text)")
        database.execute("INSERT INTO passage VALUES ('kept')")
        database.commit()
    return home


def archive_with(path: Path, members: dict[str, bytes], manifest: object | None = None) -> Path:
    """An archive as somebody with bad intentions, or a bad disk, would make it."""
    folder = path.with_suffix(".d")
    for name, content in members.items():
        file = folder / name.removeprefix("home/").replace("..", "up").lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    text = json.dumps(describe(folder) if manifest is None else manifest).encode()
    with tarfile.open(path, "w:gz") as archive:
        for name, content in {MANIFEST: text, **members}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def rows(database: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT text FROM passage").fetchall()


def test_a_restored_home_holds_what_was_backed_up_and_nothing_else(home: Home, tmp_path: Path) -> None:
    write_archive(filled(home).root, tmp_path / "b.tar.gz")
    other = Home(tmp_path / "other")
    assert restore(tmp_path / "b.tar.gz", other, force=False) is None
    names = {p.relative_to(other.root).as_posix() for p in other.root.rglob("*") if p.is_file()}
    assert names == {"secret.key", "knowledge.db", "originals/ab12"}
    assert rows(other.root / "knowledge.db") == [("kept",)]
    assert other.key_file.stat().st_mode & 0o777 == 0o600


def test_a_backup_during_a_transaction_holds_whole_transactions_only(home: Home, tmp_path: Path) -> None:
    filled(home)
    with closing(sqlite3.connect(home.root / "knowledge.db")) as writer:
        writer.execute("INSERT INTO passage VALUES ('committed, in the log only')")
        writer.commit()
        writer.execute("INSERT INTO passage VALUES ('not committed')")
        write_archive(home.root, tmp_path / "b.tar.gz")
    other = Home(tmp_path / "other")
    restore(tmp_path / "b.tar.gz", other, force=False)
    assert rows(other.root / "knowledge.db") == [("kept",), ("committed, in the log only",)]


def test_the_archive_is_for_its_owner_only(home: Home, tmp_path: Path) -> None:
    write_archive(filled(home).root, tmp_path / "b.tar.gz")
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o777 == 0o600


def test_an_archive_written_into_the_home_does_not_hold_itself(home: Home) -> None:
    target = filled(home).root / "b.tar.gz"
    write_archive(home.root, target)
    manifest = write_archive(home.root, target)
    assert "b.tar.gz" not in manifest["files"]
    assert not list(home.root.glob("backup-*"))


def test_a_home_that_is_not_empty_is_left_alone_without_force(home: Home, tmp_path: Path) -> None:
    write_archive(filled(home).root, tmp_path / "b.tar.gz")
    with pytest.raises(Fault, match="is not empty"):
        restore(tmp_path / "b.tar.gz", home, force=False)


def test_with_force_the_old_home_is_moved_aside(home: Home, tmp_path: Path) -> None:
    write_archive(filled(home).root, tmp_path / "b.tar.gz")
    (home.root / "later.txt").write_text("after the backup")
    aside = restore(tmp_path / "b.tar.gz", home, force=True)
    assert aside is not None
    assert (aside / "later.txt").exists()
    assert not (home.root / "later.txt").exists()


@pytest.mark.parametrize("name", ["home/../../escaped", "/escaped", "home//escaped", "elsewhere/file"])
def test_a_member_outside_of_the_home_changes_nothing(home: Home, tmp_path: Path, name: str) -> None:
    hostile = archive_with(tmp_path / "b.tar.gz", {name: b"x"})
    with pytest.raises(Fault, match="does not describe"):
        restore(hostile, home, force=False)
    assert not home.root.exists()
    assert not list(tmp_path.rglob("escaped.*")) + list(tmp_path.glob("escaped"))


@pytest.mark.parametrize("name", ["../escaped", "/escaped", "a/../../escaped", ""])
def test_a_manifest_that_names_files_outside_of_the_home_is_refused(
    home: Home, tmp_path: Path, name: str
) -> None:
    manifest = {"format": 1, "files": {name: {"size": 1, "sha256": "0"}}}
    with pytest.raises(Fault, match="nothing was unpacked"):
        restore(archive_with(tmp_path / "b.tar.gz", {f"home/{name}": b"x"}, manifest), home, force=False)
    assert not home.root.exists()


def test_a_symbolic_link_is_refused(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "b.tar.gz"
    text = json.dumps({"format": 1, "files": {"link": {"size": 0, "sha256": "0"}}}).encode()
    with tarfile.open(path, "w:gz") as archive:
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(text)
        archive.addfile(head, io.BytesIO(text))
        link = tarfile.TarInfo("home/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(Fault, match="does not describe"):
        restore(path, home, force=False)
    assert not home.root.exists()


def test_a_changed_byte_is_noticed(home: Home, tmp_path: Path) -> None:
    manifest = {"format": 1, "files": {"a.txt": {"size": 3, "sha256": "0" * 64}}}
    with pytest.raises(Fault, match="is damaged"):
        restore(archive_with(tmp_path / "b.tar.gz", {"home/a.txt": b"abc"}, manifest), home, force=False)
    assert not home.root.exists()


def test_a_file_larger_than_announced_is_refused(home: Home, tmp_path: Path) -> None:
    manifest = {"format": 1, "files": {"a.txt": {"size": 3, "sha256": "0" * 64}}}
    with pytest.raises(Fault, match="does not describe"):
        restore(archive_with(tmp_path / "b.tar.gz", {"home/a.txt": b"abcdef"}, manifest), home, force=False)


def test_an_archive_that_was_cut_off_is_refused(home: Home, tmp_path: Path) -> None:
    write_archive(filled(home).root, tmp_path / "b.tar.gz")
    whole = (tmp_path / "b.tar.gz").read_bytes()
    (tmp_path / "b.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Fault, match="not a whole backup"):
        restore(tmp_path / "b.tar.gz", Home(tmp_path / "other"), force=False)


def test_a_missing_file_is_noticed(home: Home, tmp_path: Path) -> None:
    manifest = {"format": 1, "files": {"a.txt": {"size": 3, "sha256": "0"}}}
    with pytest.raises(Fault, match=r"lacks 1 files .* a\.txt"):
        restore(archive_with(tmp_path / "b.tar.gz", {}, manifest), home, force=False)


def test_something_else_is_not_taken_for_a_backup(home: Home, tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_bytes(b"no archive at all")
    with pytest.raises(Fault, match="not a whole backup"):
        restore(tmp_path / "b.tar.gz", home, force=False)
    with tarfile.open(tmp_path / "c.tar.gz", "w:gz"):
        pass
    with pytest.raises(Fault, match="begin with a manifest"):
        restore(tmp_path / "c.tar.gz", home, force=False)
