"""The published interface under requests nobody would write: whatever comes, no answer is a server error."""

from __future__ import annotations

from dataclasses import replace

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from web import create_app
from web.settings import Settings

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
OPERATIONS = (
    "POST /api/chat",
    "POST /api/chat/stream",
    "GET /api/passages/{id}",
    "GET /healthz",
    "GET /readyz",
)


@pytest.fixture
def interface(settings: Settings) -> Flask:
    """The application with somebody behind every address it asks."""
    return create_app(replace(settings, actions_url=settings.rasa_url))


def test_the_interface_has_no_other_operations(interface: Flask) -> None:
    found = schemathesis.openapi.from_wsgi("/api/openapi.json", interface).get_all_operations()
    assert {operation.ok().label for operation in found} == set(OPERATIONS)


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_is_answered_with_a_server_error_or_another_shape(interface: Flask, label: str) -> None:
    method, _, path = label.partition(" ")
    operation = schemathesis.openapi.from_wsgi("/api/openapi.json", interface)[path][method]
    # The tool takes a schema of an event stream for that of one event; ours describes the whole.
    checks = CHECKS[:2] if path.endswith("/stream") else CHECKS
    away = {503} if path == "/readyz" else set()  # what a supervisor is told while a part is away

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        response = case.call()
        if response.status_code not in away:
            case.validate_response(response, checks=checks)

    ask()
