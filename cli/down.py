"""`down`: stop everything of this home, also what a dead supervisor left behind."""

from __future__ import annotations

import click

from cli.home import Home, Settings
from cli.output import faults_as_words, say
from cli.supervision.run import stop_run


@click.command("down")
@faults_as_words
def down_command() -> None:
    """Stop everything that was started for this home."""
    home = Home(Settings.from_env().home)
    say("Stopped." if stop_run(home) else f"Nothing was running for {home.root}.")
