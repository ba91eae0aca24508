"""`python -m actions`: runs the actions for the dialogue engine, in one process on loopback."""

from __future__ import annotations

import logging
import sys

from actions.server import build_app, our_actions
from actions.settings import SettingMissing, Settings


def main() -> int:
    """Listens until told to stop; returns the exit code."""
    try:
        settings = Settings.from_env()
    except SettingMissing as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app = build_app(our_actions(), settings)
    app.run(host=settings.host, port=settings.port, single_process=True, access_log=False, motd=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
