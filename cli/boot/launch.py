"""From a bare checkout to the command line: check the machine, build what is missing, hand over."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import nullcontext
from types import FrameType

from cli.boot.environments import app_environment, ensure
from cli.boot.faults import Fault, render
from cli.boot.help import COMMANDS, help_text, version_text
from cli.boot.machine import check_processor, check_system
from cli.boot.places import Places
from cli.boot.progress import Progress
from cli.boot.rasa_side import RasaBuild, is_built

_NEED_RASA = {"up", "test"}


def launch(arguments: list[str]) -> int:
    """Answer help at once; otherwise build what the command needs and become the command line.

    Returns an exit status only when it did not hand over.
    """
    if not arguments or arguments[0] in {"--help", "-h", "help"}:
        print(help_text())
        return 0
    if arguments[0] == "--version":
        print(version_text())
        return 0
    if arguments[0] not in COMMANDS:
        print(f"adviser: there is no command {arguments[0]!r}.\n\n{help_text()}", file=sys.stderr)
        return 2
    return _build_and_hand_over(arguments, Places())


def _build_and_hand_over(arguments: list[str], places: Places) -> int:
    progress = Progress()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        check_system()
        prepare(arguments, places, progress)
    except Fault as fault:
        progress.close()
        print(render(fault), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        progress.close()
        print("adviser: stopped; run the same command again to go on.", file=sys.stderr)
        return 130
    return hand_over(arguments, places)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def prepare(arguments: list[str], places: Places, progress: Progress) -> None:
    """Build the app environment, and start building Rasa's side beside it where the command needs that."""
    app = app_environment(places, tests=arguments[0] == "test")
    rasa_needed = arguments[0] in _NEED_RASA and "--help" not in arguments
    rasa = None
    if rasa_needed and not is_built(places):
        check_processor()
        rasa = RasaBuild.start(places)
    try:
        with rasa.shown(progress) if rasa is not None else nullcontext():
            ensure(app, places, progress)
        if rasa is not None and arguments[0] == "test":
            rasa.wait(progress)
    except BaseException:
        if rasa is not None:
            rasa.stop()
        raise
    progress.close()


def hand_over(arguments: list[str], places: Places) -> int:
    """Replace this process by the command line in the app environment."""
    python = str(places.app_python)
    os.environ["PYTHONPATH"] = str(places.root)  # cli takes it out again, so that nothing else inherits it
    try:
        os.execv(python, [python, "-P", "-m", "cli", *arguments])  # noqa: S606 - no shell is wanted
    except OSError as error:
        print(
            render(Fault(f"{python} cannot be run ({error.strerror}). Remove .venv and try again.")),
            file=sys.stderr,
        )
    return 1
