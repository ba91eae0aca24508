"""`python -m bot`: serves the trained model to the web process, and to nobody else."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from bot.light_start import leave_out_tensorflow, meet_skops_early
from bot.settings import SettingMissing, Settings


def main() -> int:
    """Loads the model, warms it, then listens; returns the exit code."""
    try:
        settings = Settings.from_env()
    except SettingMissing as reason:
        print(reason, file=sys.stderr)  # noqa: T201 - before there is a log
        return 2
    os.umask(0o077)
    _keep_quiet()
    meet_skops_early()
    leave_out_tensorflow(settings.model)
    _serve(settings)
    return 0


def _serve(settings: Settings) -> None:
    # only now: what Rasa imports depends on the model
    from bot.action_calls import ActionEndpoint  # noqa: PLC0415
    from bot.channel import build_app, understands  # noqa: PLC0415
    from bot.engine import Engine  # noqa: PLC0415
    from bot.tracker_store import SqliteTrackerStore  # noqa: PLC0415

    store = SqliteTrackerStore(settings.database)
    actions = ActionEndpoint(f"{settings.actions_url}/webhook", settings.secret, settings.deadline - 2)
    engine = Engine(settings.model, store, actions)
    if not asyncio.run(understands(engine, settings.canaries)):
        logging.error("the model does not understand its canary sentences; /ready will say so")
    app = build_app(engine, settings)

    @app.after_server_stop
    async def put_away(*_: object) -> None:
        await actions.close()
        store.close()

    app.run(host=settings.host, port=settings.port, access_log=False, motd=False)


def _keep_quiet() -> None:
    """Warnings and errors only, and nothing of what people write: Rasa's debug logs quote messages."""
    import structlog  # noqa: PLC0415 - not needed to refuse a bad setting

    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.captureWarnings(True)  # libraries undo a filter; the logger's level stays
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


if __name__ == "__main__":
    sys.exit(main())
