"""A hub on this machine: the few routes that the hub's own client asks for, over real HTTP."""

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from seeshell.core.demo import MODEL_PATH

from ....patience import PATIENCE

COMMIT = "1234567890abcdef1234567890abcdef12345678"


@dataclass
class Repository:
    """What the hub holds of one model."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)
    claimed_sizes: Mapping[str, int] = field(default_factory=dict)
    """Sizes to state instead of the true ones."""
    refusal: str = ""
    """`X-Error-Code` with which every request is refused."""
    paused: threading.Event | None = None
    """Weights are sent by half until this is set."""

    def size(self, name: str) -> int:
        return self.claimed_sizes.get(name, len(self.files[name]))


class FakeHub(ThreadingHTTPServer):
    """Serves repositories and remembers what was asked for."""

    daemon_threads = True

    def __init__(self, repositories: Mapping[str, Repository]) -> None:
        super().__init__(("127.0.0.1", 0), _Route)
        self.repositories = repositories
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running_hub(repositories: Mapping[str, Repository]) -> Iterator[FakeHub]:
    with FakeHub(repositories) as hub:
        thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()


class _Route(BaseHTTPRequestHandler):
    server: FakeHub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.requests.append(f"{self.command} {path}")
        name = re.match(r"/(?:api/models/)?([^/]+/[^/]+)", path)
        repository = self.server.repositories.get(name[1]) if name else None
        if repository is None:
            self.reply(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif repository.refusal:
            self.reply(403, b"{}", {"X-Error-Code": repository.refusal})
        elif "/resolve/" in path:
            self.send_file(repository, path.partition("/resolve/")[2].partition("/")[2])
        elif "/tree/" in path:
            self.reply(200, json.dumps(self.tree(repository)).encode())
        else:
            self.reply(200, json.dumps(self.info(repository, name[1])).encode())

    def info(self, repository: Repository, name: str) -> dict[str, Any]:
        siblings = [{"rfilename": file, "size": repository.size(file)} for file in repository.files]
        return {"id": name, "sha": COMMIT, "cardData": repository.card, "siblings": siblings}

    def tree(self, repository: Repository) -> list[dict[str, Any]]:
        return [
            {"type": "file", "path": name, "size": repository.size(name), "oid": etag(content)}
            for name, content in repository.files.items()
        ]

    def send_file(self, repository: Repository, name: str) -> None:
        content = repository.files[name]
        pause = repository.paused if name.endswith(".safetensors") else None
        headers = {"ETag": f'"{etag(content)}"', "X-Repo-Commit": COMMIT}
        self.reply(200, content, headers, pause)

    def reply(
        self,
        status: int,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        pause: threading.Event | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET" and pause:
            self.wfile.write(body[: len(body) // 2])
            pause.wait(PATIENCE)
            body = body[len(body) // 2 :]
        if self.command == "GET":
            with suppress(ConnectionError):
                self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Keeps quiet."""


def etag(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


@pytest.fixture
def serve() -> Iterator[Callable[[Mapping[str, Repository]], FakeHub]]:
    """Starts hubs that hold the given repositories."""
    with ExitStack() as hubs:
        yield lambda repositories: hubs.enter_context(running_hub(repositories))


@pytest.fixture
def repository() -> type[Repository]:
    """What to build a repository of."""
    return Repository


@pytest.fixture(scope="session")
def model() -> Repository:
    """The demonstration model as a repository, beside files that nobody needs."""
    files = {file.name: file.read_bytes() for file in sorted(MODEL_PATH.iterdir())}
    files |= {"README.md": b"# hello", "modeling.py": b"raise SystemExit", "model.gguf": b"GGUF"}
    return Repository(files, {"license": "apache-2.0"})
