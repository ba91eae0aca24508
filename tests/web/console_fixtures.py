"""The desk in tests: its application, a played library that remembers, and somebody with a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from neighbours import PASSAGE, Neighbour
from werkzeug.test import TestResponse

from web import create_app
from web.accounts import add_account
from web.settings import Settings

PASSWORD = "four words and more"
DRAFT = {
    "source": "/files/guide.md",
    "title": "A guide for clusters",
    "kind": "guide",
    "language": "en",
    "original": "0" * 64,
    "passages": [{"text": "Members lack skills. They say so.", "section": ["Skills"], "page": 3}],
}


class PlayedLibrary:
    """A library with documents that can be removed, stored again and dated, behind the knowledge's HTTP."""

    def __init__(self, neighbour: Neighbour) -> None:
        self.neighbour = neighbour
        self.drafts: dict[str, dict[str, Any]] = {}
        self.originals: dict[str, str | None] = {}
        neighbour.on("GET /documents", lambda _: {"documents": [self._info(key) for key in self.drafts]})
        neighbour.on("PUT /documents", self._store)
        neighbour.on("GET /gaps", {"gaps": []})
        neighbour.on("GET /progress", {"embedded": 5, "total": 10})
        neighbour.on("POST /search", {"results": []})

    def add(self, key: str = "d1", encoded: str | None = "T3JpZ2luYWw=", **changes: Any) -> None:
        """Put a document in; `encoded` is its original in base64."""
        self.drafts[key] = {**DRAFT, "source": f"/files/{key}.md", **changes}
        self.originals[key] = encoded
        self.neighbour.reactions[f"GET /documents/{key}"] = lambda _: self._found(
            key, lambda: {"draft": self.drafts[key], "original": self.originals[key]}
        )
        self.neighbour.reactions[f"GET /documents/{key}/passages"] = lambda _: self._found(
            key,
            lambda: {"passages": [self._passage(key, n) for n in range(len(self.drafts[key]["passages"]))]},
        )
        self.neighbour.reactions[f"DELETE /documents/{key}"] = lambda _: self._found(
            key, lambda: self._remove(key)
        )
        self.neighbour.reactions[f"PUT /documents/{key}/valid-until"] = lambda body: self._found(
            key, lambda: self._date(key, body["day"])
        )

    def say(self, key: str, *texts: str) -> None:
        """Give a document these passages."""
        self.drafts[key]["passages"] = [{"text": text, "section": [], "page": None} for text in texts]

    def _found(self, key: str, answer: Callable[[], Any]) -> tuple[int, Any]:
        return (200, answer()) if key in self.drafts else (404, {"detail": "gone"})

    def _info(self, key: str) -> dict[str, Any]:
        draft = self.drafts[key]
        return {
            **{name: draft[name] for name in ("title", "kind", "language", "source")},
            "id": key,
            "passages": len(draft["passages"]),
            "valid_until": draft.get("valid_until"),
            "audience": draft.get("audience", "public"),
            "ingested_at": "2026-11-22T00:00:00+00:00",
        }

    def _passage(self, key: str, number: int) -> dict[str, Any]:
        part = self.drafts[key]["passages"][number]
        return {**PASSAGE, "id": f"{key}-p{number}", "document": key, "text": part["text"]}

    def _remove(self, key: str) -> dict[str, int]:
        return {"removed": len(self.drafts.pop(key)["passages"])}

    def _date(self, key: str, day: str | None) -> dict[str, Any]:
        self.drafts[key]["valid_until"] = day
        return self._info(key)

    def _store(self, body: dict[str, Any]) -> dict[str, Any]:
        key = body["draft"]["source"].removeprefix("/files/").removesuffix(".md")
        self.add(key, body["original"], **body["draft"])
        return {"document": key, "outcome": "added", "passages": {"added": 1}}


class Person:
    """Somebody with a browser: follows pages, presses buttons with the token the page gave."""

    def __init__(self, app: Flask, **headers: str) -> None:
        self.client = app.test_client()
        self.headers = headers
        self.token = ""

    def get(self, path: str = "", **headers: str) -> TestResponse:
        """Open a page of the desk."""
        return self._seen(self.client.get(f"/console{path}", headers=self.headers | headers))

    def post(self, path: str, /, *, token: str | None = None, **fields: Any) -> TestResponse:
        """Send a form with the token of the page seen last."""
        data = {"csrf_token": self.token if token is None else token, **fields}
        return self._seen(
            self.client.post(
                f"/console{path}", data=data, headers=self.headers, content_type="multipart/form-data"
            )
        )

    def follow(self, response: TestResponse) -> TestResponse:
        """Open the page a change leads to."""
        assert response.status_code == 303, response.text
        return self._seen(self.client.get(response.headers["Location"], headers=self.headers))

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Go to the entrance and sign in; afterwards the browser holds the token of its new session."""
        self.get("/login")
        response = self.post("/login", name=name, password=password, **fields)
        if response.status_code == 303:
            self.get("/account")
        return response

    def _seen(self, response: TestResponse) -> TestResponse:
        found = re.search(r'name="csrf_token" value="([^"]+)"', response.text)
        self.token = found[1] if found else self.token
        return response


class DeskInTest:
    """The application of the desk and people for each role."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.settings = app, settings

    def somebody(self) -> Person:
        """A browser nobody is signed in with."""
        return Person(self.app)

    def person(self, role: str, name: str | None = None) -> Person:
        """Somebody of a role, signed in."""
        name = name or f"{role} person"
        add_account(name, role, PASSWORD, settings=self.settings)
        person = Person(self.app)
        assert person.sign_in(name).status_code == 303
        return person


@pytest.fixture
def library(knowledge: Neighbour) -> PlayedLibrary:
    return PlayedLibrary(knowledge)


@pytest.fixture
def app(settings: Settings, library: PlayedLibrary) -> Flask:
    return create_app(settings)


@pytest.fixture
def desk(app: Flask, settings: Settings) -> DeskInTest:
    return DeskInTest(app, settings)
