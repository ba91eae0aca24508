"""`backup` and `restore`: the whole home in one file, and back."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

import click

from cli.archive import unpack_archive, write_archive
from cli.boot.faults import Fault
from cli.home import Home, Settings
from cli.output import faults_as_words, json_option, print_json, say
from cli.supervision.run import running_state


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
@faults_as_words
def backup_command(file: Path, as_json: bool) -> None:
    """Write everything under ADVISER_HOME to FILE (.tar.gz), also while it is in use.

    The archive holds the key and all documents: keep it where only you can read it.
    """
    home = Settings.from_env().home
    if not home.is_dir():
        raise Fault(f"there is nothing to back up: {home} does not exist.")
    database = os.environ.get("ADVISER_DATABASE_URL", "")
    if database and not database.startswith("sqlite"):
        raise Fault(
            "the data lies in a database server (ADVISER_DATABASE_URL): back it up with that server's tools."
        )
    try:
        manifest = write_archive(home, file)
    except OSError as error:
        raise Fault(
            f"the backup could not be written ({error.strerror}: {error.filename or file})."
        ) from error
    if as_json:
        print_json({"file": str(file), "files": len(manifest["files"]), "bytes": file.stat().st_size})
    else:
        say(f"Wrote {len(manifest['files'])} files, {file.stat().st_size / 1e6:.1f} MB, to {file}.")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace what the home holds; the old home is moved aside.")
@json_option
@faults_as_words
def restore_command(file: Path, force: bool, as_json: bool) -> None:
    """Bring back the home that `backup` wrote to FILE. Nothing may be running."""
    home = Home(Settings.from_env().home)
    kept = restore(file, home, force=force)
    if as_json:
        print_json({"home": str(home.root), "old_home": str(kept) if kept else None})
        return
    say(f"Restored {home.root}.")
    if kept is not None:
        say(f"What was there before is now {kept}.")


def restore(file: Path, home: Home, *, force: bool) -> Path | None:
    """Restore the archive; return where the old home was moved to, if there was one.

    Unpacks beside the home first and changes places at the end, so that a bad archive changes nothing.
    """
    if running_state(home) is not None:
        raise Fault(f"it runs for {home.root}; stop it first with ./adviser down.")
    if not file.is_file():
        raise Fault(f"there is no file {file}.")
    occupied = home.root.exists() and any(home.root.iterdir())
    if occupied and not force:
        raise Fault(
            f"{home.root} is not empty. With --force it is moved aside and the backup takes its place."
        )
    home.root.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{home.root.name}-restore-", dir=home.root.parent))
    try:
        unpack_archive(file, fresh)
        return _change_places(home.root, fresh, occupied=occupied)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _change_places(root: Path, fresh: Path, *, occupied: bool) -> Path | None:
    aside = root.with_name(f"{root.name}-before-restore-{time.strftime('%Y%m%d-%H%M%S')}")
    if occupied:
        root.rename(aside)
    elif root.exists():
        root.rmdir()
    fresh.rename(root)
    return aside if occupied else None
