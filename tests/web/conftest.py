"""The web application beside played neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from console_fixtures import app, desk, library  # noqa: F401 - fixtures of the desk's tests
from flask.testing import FlaskClient
from neighbours import ANSWER, PASSAGE, TURN, Neighbour, neighbour, said

from web import create_app
from web.settings import Settings

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def rasa() -> Iterator[Neighbour]:
    with neighbour() as running:
        running.on(TURN, said("Hello."))
        running.on("GET /webhooks/adviser/ready", {"ready": True})
        yield running


@pytest.fixture
def knowledge() -> Iterator[Neighbour]:
    with neighbour() as running:
        running.on("POST /answer", ANSWER)
        running.on("GET /passages/p1", PASSAGE)
        running.on("GET /ready", {"ready": True})
        yield running


@pytest.fixture
def settings(tmp_path: Path, rasa: Neighbour, knowledge: Neighbour) -> Settings:
    return Settings(
        home=tmp_path,
        inner_secret="inner",
        signing_key="signing",
        local_token="local",
        knowledge_url=knowledge.url,
        rasa_url=rasa.url,
        actions_url=NOWHERE,
        allowed_origins=("https://cluster.example",),
        rate_limit=None,
        turn_seconds=3.0,
    )


@pytest.fixture
def chat(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()


@pytest.fixture
def free_port() -> str:
    """The address of a port on which nobody listens."""
    gone = Neighbour()
    gone.stop()
    return gone.url
