"""The two ends of the inner HTTP: every method of the client against a real server on loopback."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest
from fakes import HashingEmbedder, draft
from flask import Flask
from sqlalchemy import create_engine, text
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from knowledge.bootstrap import Knowledge, open_knowledge
from knowledge.client import Client
from knowledge.errors import KnowledgeError, NotFound, Refused, Unreachable
from knowledge.retrieval.embedder import text_hash
from knowledge.schema import PassageChanges
from knowledge.service import create_app
from knowledge.settings import Settings
from knowledge.starter_vectors import write_vectors

SECRET = "not-a-real-secret"
HALL = "The hall of the yards is rented for five years by a company of their own."
HULLS = draft(HALL, "Walk through every yard with one sheet of questions.", title="Halls")


class QuietHandler(WSGIRequestHandler):
    """Logs nothing."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


class KeepingHandler(BaseHTTPRequestHandler):
    """Keeps connections open between requests, as gunicorn does and werkzeug's server cannot."""

    protocol_version = "HTTP/1.1"
    app: Flask

    def do_GET(self) -> None:
        answer = self.app.test_client().get(self.path, headers=dict(self.headers))
        self.send_response(answer.status_code)
        self.send_header("Content-Length", str(len(answer.data)))
        self.end_headers()
        self.wfile.write(answer.data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Keeping:
    """A service on a free port that keeps connections open until `stop` cuts them."""

    def __init__(self, app: Flask, port: int = 0) -> None:
        handler = type("Handler", (KeepingHandler,), {"app": app})
        self.connections: list[socket.socket] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        accept = self.server.get_request

        def remember() -> tuple[socket.socket, object]:
            connection, address = accept()
            self.connections.append(connection)
            return connection, address

        self.server.get_request = remember  # type: ignore[method-assign, assignment]
        self.port = int(self.server.server_port)
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        for connection in self.connections:
            connection.shutdown(socket.SHUT_RDWR)  # its thread then closes it
        self.server.server_close()


class Served:
    """A service on a free port of loopback, as long as the block lasts."""

    def __init__(self, server: BaseWSGIServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"


@contextmanager
def serving(app: Flask) -> Iterator[Served]:
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield Served(server)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    home = tmp_path_factory.mktemp("home")
    return Settings(home, SECRET, f"sqlite:///{home / 'knowledge.db'}")


@pytest.fixture(scope="module")
def knowledge(settings: Settings) -> Iterator[Knowledge]:
    opened = open_knowledge(settings, HashingEmbedder())
    yield opened
    opened.indexer.stop()


@pytest.fixture(scope="module")
def app(settings: Settings, knowledge: Knowledge) -> Flask:
    return create_app(settings, knowledge)


@pytest.fixture(scope="module")
def served(app: Flask) -> Iterator[Served]:
    with serving(app) as running:
        yield running


@pytest.fixture
def client(served: Served) -> Client:
    return Client(served.url, SECRET)


def ask(
    url: str, body: bytes | None, method: str = "POST", secret: str = SECRET
) -> tuple[int, dict[str, object]]:
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    try:
        with urlopen(Request(url, body, headers, method=method), timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refusal:
        with refusal:
            return refusal.code, json.load(refusal)


@pytest.mark.parametrize("secret", ["", "wrong", "nöt-a-real-secret", f"{SECRET} "])
def test_without_the_secret_nothing_is_told(served: Served, secret: str) -> None:
    headers = {"Authorization": f"Bearer {secret}".encode().decode("latin-1")}
    with pytest.raises(HTTPError) as refusal, urlopen(Request(f"{served.url}/documents", headers=headers)):
        pass
    with refusal.value:
        assert refusal.value.code == 401


def test_a_client_with_the_wrong_secret_meets_a_knowledge_error(served: Served) -> None:
    with pytest.raises(KnowledgeError):
        Client(served.url, "wrong").documents()


def test_whether_it_lives_is_told_to_everybody(served: Served) -> None:
    with urlopen(f"{served.url}/health", timeout=10) as answer:
        assert json.load(answer) == {"alive": True}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/answer", b"{nonsense"),
        ("POST", "/answer", b""),
        ("POST", "/answer", b"[]"),
        ("POST", "/answer", b"null"),
        ("POST", "/answer", b"{}"),
        ("POST", "/search", b"{}"),
        ("POST", "/search", b'{"words": "hall", "k": "many"}'),
        ("POST", "/search", b'{"words": "hall", "k": -1}'),
        ("POST", "/more", b"{}"),
        ("POST", "/next-actions", b"{}"),
        ("POST", "/feedback", b"{}"),
        ("POST", "/vectors", b"{}"),
        ("PUT", "/documents", b"{}"),
        ("PUT", "/documents", b'{"draft": {}}'),
        ("PUT", "/documents", b'{"draft": 5}'),
        ("PUT", "/documents", json.dumps({"draft": HULLS.to_dict(), "original": "?"}).encode()),
    ],
)
def test_a_malformed_request_is_turned_down_as_such(
    served: Served, method: str, path: str, body: bytes
) -> None:
    status, answer = ask(served.url + path, body, method)
    assert (status, bool(answer["detail"])) == (400, True)


def test_an_unknown_path_or_method_is_told_in_json(served: Served) -> None:
    assert ask(f"{served.url}/nothing", None, "GET")[0] == 404
    assert ask(f"{served.url}/answer", None, "GET")[0] == 405


def test_nothing_that_listens_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"\./adviser status"):
        Client("http://127.0.0.1:9", SECRET, timeout=2).ready()


def test_a_server_that_never_answers_is_unreachable_in_time() -> None:
    stuck, release = Flask("stuck"), threading.Event()
    stuck.get("/ready")(lambda: (str(release.wait(10)), 200))
    with serving(stuck) as running:
        with pytest.raises(Unreachable, match="TimeoutError"):
            Client(running.url, SECRET, timeout=0.3).ready()
        release.set()


def test_an_answer_that_is_no_json_is_a_knowledge_error() -> None:
    strange = Flask("strange")
    strange.get("/ready")(lambda: "hello")
    with serving(strange) as running, pytest.raises(KnowledgeError, match="without JSON"):
        Client(running.url, SECRET).ready()


def test_a_server_that_dies_between_two_calls_is_unreachable_and_then_found_again(app: Flask) -> None:
    first = Keeping(app)
    with closing(Client(first.url, SECRET)) as client:
        assert client.ready()["ready"] is True
        first.stop()
        with pytest.raises(Unreachable):
            client.ready()
        second = Keeping(app, first.port)
        assert client.ready()["ready"] is True
        second.stop()


def test_a_server_that_was_replaced_between_two_calls_is_not_noticed(app: Flask) -> None:
    first = Keeping(app)
    with closing(Client(first.url, SECRET)) as client:
        assert client.ready()["ready"] is True
        first.stop()
        second = Keeping(app, first.port)
        assert client.ready()["ready"] is True
        second.stop()


def test_many_calls_of_one_thread_share_a_connection(app: Flask) -> None:
    server = Keeping(app)
    with closing(Client(server.url, SECRET)) as client:
        assert [client.ready()["ready"] for _ in range(5)] == [True] * 5
        assert len(server.connections) == 1
        server.stop()


def test_a_server_that_hangs_up_at_once_is_not_asked_twice() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}", SECRET, timeout=5)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(client.record_feedback, "Too long.")
            listener.accept()[0].close()
            with pytest.raises(Unreachable):
                asked.result(timeout=10)
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_fault_inside_tells_no_details(settings: Settings) -> None:
    class Broken:
        def __getattr__(self, name: str) -> object:
            raise ValueError("a word of somebody's question")

    with serving(create_app(settings, Broken())) as running:  # type: ignore[arg-type]
        with pytest.raises(KnowledgeError, match="its log tells more") as fault:
            Client(running.url, SECRET).answer("anything")
        assert "somebody" not in str(fault.value)


def test_unknown_ids_are_not_found_whatever_they_hold(client: Client) -> None:
    for strange in ("gone", "a/b", "../x", "ä ?#%", "."):
        with pytest.raises(KnowledgeError):
            client.passage(strange)
        with pytest.raises(KnowledgeError):
            client.remove(strange)
    with pytest.raises(NotFound, match=r"\./adviser documents"):
        client.remove("gone")
    with pytest.raises(NotFound):
        client.passage("gone")


def test_a_document_without_text_is_refused(client: Client) -> None:
    with pytest.raises(Refused, match="no text"):
        client.store(draft())


def test_an_original_under_a_false_digest_is_refused_and_nothing_is_stored(client: Client) -> None:
    with pytest.raises(Refused, match="digest"):
        client.store(draft(HALL, source="/files/false.txt", original="../evil"), b"bytes")
    assert "/files/false.txt" not in [info.source for info in client.documents()]


def test_every_method_makes_its_way_there_and_back(
    client: Client, knowledge: Knowledge, settings: Settings, tmp_path: Path
) -> None:
    stored = client.store(HULLS)
    assert (stored.outcome, stored.passages) == ("added", PassageChanges(added=2))
    assert client.store(HULLS).outcome == "unchanged"
    assert knowledge.indexer.wait(20)

    (info,) = client.documents()
    assert (info.id, info.title, info.passages) == (stored.document, "Halls", 2)
    assert client.ready() == {
        "ready": True, "embedder": "hashing/64", "progress": {"embedded": 4, "total": 4}
    }  # fmt: skip
    assert client.progress().to_dict() == {"embedded": 4, "total": 4}

    (found,) = client.search("Who rents the hall?", k=1)
    assert (found.rank, found.text, found.document) == (1, HALL, stored.document)
    assert client.passage(found.passage).text == HALL

    answer = client.answer(
        "hall yards rented five years company", kinds=["guide"], language="en", actions=False
    )
    assert (answer.status, answer.citations[0].quote) == ("answered", HALL)
    assert (
        client.answer("hall yards rented five years company", roles=["interview"]).status == "nothing_found"
    )
    assert client.more([found.passage]).citations[0].quote == HALL
    assert client.next_actions("hall").status == "nothing_found"

    client.record_feedback("Too long.", "down", {"passages": [found.passage]})
    engine = create_engine(settings.database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT text, rating FROM feedback")).all() == [("Too long.", "down")]
    engine.dispose()

    write_vectors(tmp_path / "v.npz", "hashing/64", {text_hash("new"): np.ones(64, dtype=np.float32)})
    assert client.seed_vectors(tmp_path / "v.npz") == 1
    write_vectors(tmp_path / "o.npz", "other", {text_hash("new"): np.ones(64, dtype=np.float32)})
    assert client.seed_vectors(tmp_path / "o.npz") == 0

    assert client.remove(stored.document) == PassageChanges(removed=2)
    assert client.documents() == []


def test_half_a_character_does_no_harm(client: Client) -> None:
    assert client.answer("\ud83d What does a hall cost?").status == "nothing_found"
    client.record_feedback("half \ud83d", "", {"\udc00": "\ud83d"})
    stored = client.store(draft("A hall \ud83d of the yards.", source="/files/half.txt"))
    assert client.search("hall", 1)[0].text == "A hall ? of the yards."
    client.remove(stored.document)


def test_one_client_serves_many_threads(client: Client) -> None:
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda _: client.ready()["ready"], range(24))) == [True] * 24


def test_a_supervised_process_makes_its_client_from_the_environment(served: Served) -> None:
    with pytest.raises(KeyError):
        Client.from_env({})
    env = {"ADVISER_KNOWLEDGE_URL": served.url, "ADVISER_INNER_SECRET": SECRET}
    assert Client.from_env(env).ready()["ready"] is True


def test_settings_need_the_secret_and_put_the_database_under_the_home(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        Settings.from_env({"ADVISER_HOME": str(tmp_path)})
    made = Settings.from_env({"ADVISER_HOME": str(tmp_path), "ADVISER_INNER_SECRET": "s"})
    assert made.database_url == f"sqlite:///{tmp_path / 'knowledge.db'}"
    own = {"ADVISER_INNER_SECRET": "s", "ADVISER_DATABASE_URL": "postgresql://db"}
    assert Settings.from_env(own).database_url == "postgresql://db"
