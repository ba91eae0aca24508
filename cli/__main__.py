"""The entry the launcher hands over to: `python -m cli COMMAND ...`."""

from __future__ import annotations

import importlib
import os
import sys

import click

from cli.boot.faults import Fault, render
from cli.boot.help import COMMANDS, version_text
from cli.home import Settings

_MODULES = {"remove": "documents", "restore": "backup", "test": "check", "eval": "evaluate"}


class Commands(click.Group):
    """Imports a command's module only when it is asked for, so that each starts fast."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """Return the names in the order of the overview."""
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """Return the command of this name, if there is one."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"cli.{_MODULES.get(name, name)}")
        command: click.Command = getattr(module, f"{name}_command")
        return command


@click.group(cls=Commands, help="The assistant that has read the material of your cluster.")
@click.version_option(message=version_text())
def adviser() -> None:
    """Group all commands; the help text stands in the decorator."""


def main() -> None:
    """Run the command line."""
    os.environ.pop("PYTHONPATH", None)  # the launcher's; what we start must not inherit it
    try:
        os.environ["ADVISER_HOME"] = str(
            Settings.from_env().home
        )  # one meaning, wherever we were called from
        adviser(prog_name="adviser")
    except Fault as fault:
        print(render(fault), file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
