"""Reading uploaded files: one at a time in a process of its own, with its state in the database.

The reading itself is `./adviser ingest`, the same as on the command line; web never parses what people upload.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import structlog
from sqlalchemy import update
from werkzeug.datastructures import FileStorage

from web.accounts.audit import Actor, record
from web.store.database import Database
from web.store.desk_tables import JobRow
from web.store.tables import now

log = structlog.get_logger("web.desk")

COMMAND = (sys.executable, "-m", "cli", "ingest", "--json")
PROJECT = Path(__file__).parents[2]
LONGEST_SECONDS = 1800
LONGEST_NAME = 150
UNFINISHED = ("queued", "running")


class Ingests:
    """Uploads under way and done. `after` is called with the source of each file that was read."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        command: Sequence[str] = COMMAND,
        after: Callable[[str], int] = lambda source: 0,
    ) -> None:
        self._database, self._folder, self._command, self._after = database, folder, tuple(command), after
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ingest")
        self._interrupt_leftovers()

    def source_of(self, name: str) -> str:
        """Return the source under which a file of this name is known to the library."""
        return str((self._folder / name).resolve())

    def start(self, upload: FileStorage, name: str, options: Sequence[str], by: Actor) -> str:
        """Keep an upload and have it read; returns the id of the job."""
        job = secrets.token_hex(8)
        waiting = self._folder / ".incoming" / job
        self._folder.mkdir(exist_ok=True, mode=0o700)
        waiting.parent.mkdir(exist_ok=True, mode=0o700)
        upload.save(waiting)
        with self._database.begin() as session:
            session.add(
                JobRow(
                    id=job, kind="ingest", title=name, state="queued", started_by=by.name, started_at=now()
                )
            )
            record(session, by, "document.upload", f"file:{name}", after={"options": list(options)})
        self._reader.submit(self._read, job, waiting, self._folder / name, tuple(options))
        return job

    def get(self, job: str) -> JobRow | None:
        """Return how a job is."""
        with self._database() as session:
            return session.get(JobRow, job)

    def close(self) -> None:
        """Wait for the file in hand; what waits is not begun."""
        self._reader.shutdown(cancel_futures=True)

    def _read(self, job: str, waiting: Path, target: Path, options: tuple[str, ...]) -> None:
        self._note(job, "running", None)
        try:
            waiting.replace(target)
            report = self._run(target, options)
            taken = reason(report) is None
            report["proposals"] = self._after(str(target.resolve())) if taken else 0
            self._note(job, "done" if taken else "failed", report)
        except Exception as error:
            # Whatever happens on this thread, the page that waits for the job must come to an end.
            log.exception("ingest_crashed", job=job, error=type(error).__name__)
            self._note(job, "failed", {"crashed": type(error).__name__})
        finally:
            target.unlink(missing_ok=True)
            waiting.unlink(missing_ok=True)

    def _run(self, target: Path, options: tuple[str, ...]) -> dict[str, Any]:
        done = subprocess.run(
            (*self._command, *options, "--", str(target)),
            cwd=PROJECT,
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
        report: dict[str, Any] = json.loads(done.stdout)
        return report

    def _note(self, job: str, state: str, report: dict[str, Any] | None) -> None:
        finished = None if state in UNFINISHED else now()
        with self._database.begin() as session:
            session.execute(
                update(JobRow)
                .where(JobRow.id == job)
                .values(state=state, report=report, finished_at=finished)
            )

    def _interrupt_leftovers(self) -> None:
        """Jobs of an earlier process were never finished: say so, and throw their files away."""
        with self._database.begin() as session:
            left = update(JobRow).where(JobRow.state.in_(UNFINISHED))
            session.execute(left.values(state="failed", report={"interrupted": True}, finished_at=now()))
        for file in (self._folder / ".incoming").glob("*"):
            file.unlink()


def file_name(given: str) -> str | None:
    """Return the bare, printable name of an uploaded file, or None when nothing usable is left of it."""
    bare = PureWindowsPath(PurePosixPath(given).name).name
    printable = "".join(sign for sign in bare if sign.isprintable()).strip().lstrip(".-")
    path = PurePosixPath(printable)
    return path.stem[:LONGEST_NAME] + path.suffix[:12] if path.stem else None


def reason(report: dict[str, Any]) -> str | None:
    """Return why a file was not taken in, in the words of its reader; None when it was."""
    if "error" in report:
        return str(report["error"])
    failed = report.get("failed") or ()
    return str(failed[0]["reason"]) if failed else None
