from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.home import Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of its own, as the commands find it."""
    monkeypatch.setenv("ADVISER_HOME", str(tmp_path / "home"))
    for name in ("ADVISER_HOST", "ADVISER_PORT", "ADVISER_STARTER", "ADVISER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return Home(tmp_path / "home")


@pytest.fixture
def stopped_afterwards(home: Home) -> Iterator[Home]:
    """A home whose processes are stopped after the test, however it ends."""
    from cli.supervision.run import stop_run  # noqa: PLC0415

    yield home
    stop_run(home)
