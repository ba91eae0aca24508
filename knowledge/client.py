"""Talk to the knowledge process. Standard library only: every process may import it.

One connection a thread is kept open, because a new one for every question would cost more than the question.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

from knowledge.errors import KnowledgeError, NotFound, Refused, Unreachable
from knowledge.schema import (
    Answer,
    DocumentDraft,
    DocumentInfo,
    Gap,
    Passage,
    PassageChanges,
    Progress,
    SearchResult,
    Stored,
)


class Client:
    """The knowledge process, seen from another process. All methods raise `KnowledgeError` and its kinds."""

    def __init__(self, url: str, secret: str, timeout: float = 15.0) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self._timeout = timeout
        self._local = threading.local()

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ, timeout: float = 15.0) -> Self:
        """Build the client a supervised process uses; raises `KeyError` outside of the supervisor."""
        return cls(env["ADVISER_KNOWLEDGE_URL"], env["ADVISER_INNER_SECRET"], timeout)

    def ready(self) -> dict[str, Any]:
        """Whether questions can be answered, with the embedder and the progress of the vectors."""
        return self._call("GET", "/ready")

    def answer(
        self,
        question: str,
        *,
        kinds: Sequence[str] = (),
        roles: Sequence[str] = (),
        language: str | None = None,
        actions: bool = True,
    ) -> Answer:
        """Answer a question; `kinds` and `roles` restrict the material, `actions=False` leaves out next actions."""
        body = {
            "question": question,
            "kinds": list(kinds),
            "roles": list(roles),
            "language": language,
            "actions": actions,
        }
        return Answer.from_dict(self._call("POST", "/answer", body))

    def more(self, passages: Sequence[str], question: str = "") -> Answer:
        """More about an answer that cited these passages."""
        return Answer.from_dict(
            self._call("POST", "/more", {"passages": list(passages), "question": question})
        )

    def next_actions(self, topic: str) -> Answer:
        """At most three actions that fit a topic."""
        return Answer.from_dict(self._call("POST", "/next-actions", {"topic": topic}))

    def search(self, words: str, k: int = 5) -> list[SearchResult]:
        """The `k` passages that fit the words best."""
        found = self._call("POST", "/search", {"words": words, "k": k})
        return [SearchResult.from_dict(result) for result in found["results"]]

    def store(self, draft: DocumentDraft, original: bytes | None = None) -> Stored:
        """Store a document; its vectors are made afterwards, see `progress`. Raises `Refused` without text."""
        body = {
            "draft": draft.to_dict(),
            "original": base64.b64encode(original).decode() if original is not None else None,
        }
        return Stored.from_dict(self._call("PUT", "/documents", body))

    def seed_vectors(self, file: Path) -> int:
        """Let the knowledge process take over shipped vectors; returns how many it took."""
        return int(self._call("POST", "/vectors", {"file": str(file)})["taken"])

    def progress(self) -> Progress:
        """How far the search by meaning is."""
        return Progress.from_dict(self._call("GET", "/progress"))

    def documents(self) -> list[DocumentInfo]:
        """All documents, by title."""
        return [DocumentInfo.from_dict(info) for info in self._call("GET", "/documents")["documents"]]

    def remove(self, document_id: str) -> PassageChanges:
        """Take a document out; raises `NotFound`."""
        return PassageChanges.from_dict(self._call("DELETE", f"/documents/{quote(document_id, safe='')}"))

    def document(self, document_id: str) -> tuple[DocumentDraft, bytes | None]:
        """A document whole and its original: `store` brings it back as it was. Raises `NotFound`."""
        found = self._call("GET", f"/documents/{quote(document_id, safe='')}")
        original = found["original"]
        return DocumentDraft.from_dict(found["draft"]), base64.b64decode(
            original
        ) if original is not None else None

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of a document in reading order; raises `NotFound`."""
        found = self._call("GET", f"/documents/{quote(document_id, safe='')}/passages")
        return [Passage.from_dict(passage) for passage in found["passages"]]

    def set_valid_until(self, document_id: str, day: str | None) -> DocumentInfo:
        """Change the last day on which a document holds (ISO date, None for no end); raises `NotFound`."""
        path = f"/documents/{quote(document_id, safe='')}/valid-until"
        return DocumentInfo.from_dict(self._call("PUT", path, {"day": day}))

    def gaps(self) -> list[Gap]:
        """The questions the material did not answer, the latest first."""
        return [Gap.from_dict(gap) for gap in self._call("GET", "/gaps")["gaps"]]

    def passage(self, passage_id: str) -> Passage:
        """One passage; raises `NotFound`."""
        return Passage.from_dict(self._call("GET", f"/passages/{quote(passage_id, safe='')}"))

    def record_feedback(self, text: str, rating: str = "", answer: Mapping[str, Any] | None = None) -> None:
        """Remember what a reader said about an answer."""
        self._call("POST", "/feedback", {"text": text, "rating": rating, "answer": dict(answer or {})})

    def close(self) -> None:
        """Close this thread's connection; the next call opens another."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
        self._local.connection = None

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        payload = _encode(body) if body is not None else None
        try:
            status, content = self._exchange(method, path, payload)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(
                f"The knowledge process does not answer ({type(error).__name__}); './adviser status' tells why."
            ) from error
        return self._read(status, content)

    def _exchange(self, method: str, path: str, payload: bytes | None) -> tuple[int, bytes]:
        """Send and receive; a connection that the other side had closed meanwhile is opened again once."""
        try:
            return self._send(method, path, payload)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            if not getattr(self._local, "used", False):
                raise
            self.close()
            return self._send(method, path, payload)

    def _send(self, method: str, path: str, payload: bytes | None) -> tuple[int, bytes]:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)
            self._local.connection, self._local.used = connection, False
        connection.request(method, path, payload, self._headers)
        response = connection.getresponse()
        content = response.read()
        self._local.used = True
        return response.status, content

    def _read(self, status: int, content: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(content)
        except ValueError as error:
            raise KnowledgeError(f"The knowledge process answered {status} without JSON.") from error
        if status == 200:
            return dict(answer)
        detail = str(answer.get("detail", f"status {status}"))
        raise {404: NotFound, 422: Refused}.get(status, KnowledgeError)(detail)


def _encode(body: Mapping[str, Any]) -> bytes:
    """The body as JSON; half of a split surrogate pair, which no database takes, becomes a question mark."""
    return json.dumps(body, ensure_ascii=False).encode(errors="replace")
