"""The archive of a whole home: what goes in, how it is checked before anything comes out.

A gzipped tar whose first member is `manifest.json`:
`{"format": 1, "made_at": ..., "files": {path: {"size", "sha256"}}}`.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from cli.boot.faults import Fault

FORMAT = 1
MANIFEST = "manifest.json"
LEFT_OUT = frozenset({"run", "log", "chroma"})
"""Folders made anew by running: the vector index is rebuilt from the vectors in the database."""
_SQLITE = b"SQLite format 3\x00"
_SIDE_FILES = ("-wal", "-shm", "-journal")
_BLOCK = 1 << 20
_LARGEST_MANIFEST = 64 << 20


def write_archive(home: Path, target: Path) -> dict[str, Any]:
    """Write a consistent copy of the home to `target` while its processes may run; return the manifest.

    Databases are copied through SQLite's own backup, so that a copy holds whole transactions only.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=target.parent) as folder:
        staged = Path(folder) / "home"
        _copy_home(home, staged, leave_out=target)
        manifest = describe(staged)
        draft = Path(folder) / "archive"
        _pack(staged, manifest, draft)
        draft.chmod(0o600)  # it holds the key
        draft.replace(target)
    return manifest


def _copy_home(home: Path, staged: Path, leave_out: Path) -> None:
    staged.mkdir()
    for path in _worth_keeping(home):
        copy = staged / path.relative_to(home)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.resolve() == leave_out.resolve():
            continue
        if is_sqlite(path):
            copy_database(path, copy)
        else:
            shutil.copy2(path, copy)


def _worth_keeping(home: Path) -> Iterator[Path]:
    for path in sorted(home.rglob("*")):
        temporary = path.suffix in {".partial", ".new"} or path.name.endswith(_SIDE_FILES)
        left_out = path.relative_to(home).parts[0] in LEFT_OUT or path.relative_to(home).parts[0].startswith(
            "backup-"
        )
        if path.is_file() and not path.is_symlink() and not temporary and not left_out:
            yield path


def is_sqlite(path: Path) -> bool:
    """Tell whether a file is an SQLite database."""
    with path.open("rb") as stream:
        return stream.read(len(_SQLITE)) == _SQLITE


def copy_database(source: Path, target: Path) -> None:
    """Copy an SQLite database that others may be writing to; raises `Fault` when it is damaged."""
    try:
        with closing(sqlite3.connect(source, timeout=30)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise Fault(f"the database {source} could not be copied ({error}).") from error


def describe(folder: Path) -> dict[str, Any]:
    """Return the manifest of the files in a folder."""
    files = {path.relative_to(folder).as_posix(): _describe_file(path) for path in _files(folder)}
    return {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "files": files}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _describe_file(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(stream, "sha256").hexdigest()}


def _pack(staged: Path, manifest: dict[str, Any], target: Path) -> None:
    with tarfile.open(target, "w:gz", compresslevel=6) as archive:
        text = json.dumps(manifest).encode()
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(text)
        archive.addfile(head, io.BytesIO(text))
        for path in _files(staged):
            archive.add(path, arcname=f"home/{path.relative_to(staged).as_posix()}", recursive=False)


def unpack_archive(source: Path, target: Path) -> dict[str, Any]:
    """Unpack an archive into the empty folder `target`; return its manifest.

    Nothing but the plain files of the manifest is written, each only as large as stated there and with its
    checksum. Raises `Fault` for anything else; `target` is then worthless.
    """
    try:
        with tarfile.open(source, "r:gz") as archive:
            manifest = _read_manifest(archive)
            expected = dict(manifest["files"])
            for member in archive:
                _unpack_member(archive, member, target, expected)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Fault(f"{source} is not a whole backup archive ({error}).") from error
    if expected:
        raise Fault(f"{source} lacks {len(expected)} files it should hold, such as {next(iter(expected))}.")
    return manifest


def _read_manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    first = archive.next()
    stream = (
        archive.extractfile(first) if first is not None and first.name == MANIFEST and first.isreg() else None
    )
    if stream is None or first is None or first.size > _LARGEST_MANIFEST:
        raise Fault("this archive was not made by ./adviser backup: it does not begin with a manifest.")
    try:
        manifest = json.loads(stream.read())
        usable = manifest["format"] == FORMAT and all(_safe_name(name) for name in manifest["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise Fault("the manifest of this archive cannot be read.") from error
    if not usable:
        raise Fault(
            "this archive has another format, or names files outside of the home; nothing was unpacked."
        )
    return dict(manifest)


def _safe_name(name: str) -> bool:
    path = PurePosixPath(name)
    plain = bool(path.parts) and not path.is_absolute() and ".." not in path.parts
    return plain and "\\" not in name and "\0" not in name and path.as_posix() == name


def _unpack_member(
    archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path, expected: dict[str, Any]
) -> None:
    name = member.name.removeprefix("home/")
    if member.name == MANIFEST:
        return
    stream = archive.extractfile(member) if member.isreg() and member.name.startswith("home/") else None
    if stream is None or name not in expected or member.size != expected[name]["size"]:
        raise Fault(
            f"the archive holds {member.name!r}, which its manifest does not describe; nothing was restored."
        )
    path = target / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if _write(stream, path) != expected.pop(name)["sha256"]:
        raise Fault(f"{name} in the archive is damaged (its checksum differs); nothing was restored.")


def _write(stream: IO[bytes], path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("xb") as output:
        path.chmod(0o600)
        while block := stream.read(_BLOCK):
            digest.update(block)
            output.write(block)
    return digest.hexdigest()
