"""`python3 -m cli.boot`: build both environments and the model and stop there, for images and warm caches."""

from __future__ import annotations

import sys

from cli.boot.environments import app_environment, ensure
from cli.boot.faults import Fault, render
from cli.boot.machine import check_processor, check_system
from cli.boot.places import Places
from cli.boot.progress import Progress
from cli.boot.rasa_side import build


def main() -> int:
    """Build everything `./adviser up` needs; return the exit status."""
    places, progress = Places(), Progress()
    try:
        check_system()
        check_processor()
        ensure(app_environment(places, tests=False), places, progress)
        build(places, progress)
    except Fault as fault:
        progress.close()
        print(render(fault), file=sys.stderr)
        return 1
    progress.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
