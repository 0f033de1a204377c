"""A hub on this machine: the few routes that the hub's own client asks for, over real HTTP."""

import hashlib
import json
import re
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants
from huggingface_hub.utils import _http

from seeshell.core.client_environment import NO_ENVIRONMENT, ClientEnvironment
from seeshell.core.demo import MODEL_PATH
from seeshell.core.errors import ModelError
from seeshell.core.models.hub import line
from seeshell.core.models.network import read_certificates
from seeshell.core.models.progress import LoadProgress
from seeshell.core.models.sources import ModelFiles, find_model

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
    kind: str = "models"
    """`datasets` or `spaces` for what is no model."""

    def size(self, name: str) -> int:
        return self.claimed_sizes.get(name, len(self.files[name]))


@dataclass(frozen=True)
class Reply:
    """What a hub answers in place of what it holds."""

    status: int
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    broken_at: int = 0
    """Bytes after which the connection is reset; 0 for none."""


class FakeHub(ThreadingHTTPServer):
    """Serves repositories, named in any case, and remembers what was asked for."""

    daemon_threads = True

    def __init__(self, repositories: Mapping[str, Repository], host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), _Route)
        self.repositories = repositories
        self.requests: list[str] = []
        self.tokens: list[str] = []
        """Of each request; empty for none."""
        self.refused_tokens: tuple[str, ...] = ()
        self.redirects_names = False
        """Whether a name in another case is redirected in place of answered."""
        self.replies: dict[str, list[Reply | None]] = {}
        """By a part of `METHOD PATH`; each counts once, the last for ever; None for the usual."""

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]}:{self.server_address[1]}"

    @property
    def fetched(self) -> list[str]:
        """The files that were sent, in order."""
        sent = (it for it in self.requests if it.startswith("GET") and "/resolve/" in it)
        return [it.partition("/resolve/")[2].partition("/")[2] for it in sent]

    def special_reply(self, request: str) -> Reply | None:
        for part, replies in self.replies.items():
            if part in request:
                return replies.pop(0) if len(replies) > 1 else replies[0]
        return None


@contextmanager
def running_hub(
    repositories: Mapping[str, Repository], host: str = "127.0.0.1"
) -> Iterator[FakeHub]:
    with FakeHub(repositories, host) as hub:
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

    def do_CONNECT(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        # A proxy is asked for whole addresses.
        path = re.sub(r"\?.*|^http://[^/]+", "", self.path)
        request = f"{self.command} {path}"
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.server.requests.append(f"{self.command} {self.path.partition('?')[0]}")
        self.server.tokens.append(token)
        special = self.server.special_reply(request)
        if special is not None:
            self.reply_specially(special)
        elif token in self.server.refused_tokens:
            message = "Invalid credentials in Authorization header"
            self.reply(401, b"{}", {"X-Error-Message": message})
        else:
            self.serve(path)

    def serve(self, path: str) -> None:
        match = re.match(r"/(?:api/(models|datasets|spaces)/)?([^/]+/[^/]+)", path)
        kind, asked = (match[1] or "models", match[2]) if match else ("", "")
        held = {it.lower(): it for it in self.server.repositories}
        name = held.get(asked.lower(), "")
        repository = self.server.repositories.get(name)
        if repository is None or repository.kind != kind:
            self.reply(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif name != asked and self.server.redirects_names:
            self.reply(307, b"", {"Location": self.path.replace(asked, name)})
        elif repository.refusal:
            self.reply(403, b"{}", {"X-Error-Code": repository.refusal})
        elif "/resolve/" in path:
            self.send_file(repository, path.partition("/resolve/")[2].partition("/")[2])
        else:
            self.reply(200, json.dumps(self.info(repository, name)).encode())

    def info(self, repository: Repository, name: str) -> dict[str, Any]:
        siblings = [{"rfilename": file, "size": repository.size(file)} for file in repository.files]
        return {"id": name, "sha": COMMIT, "cardData": repository.card, "siblings": siblings}

    def send_file(self, repository: Repository, name: str) -> None:
        content = repository.files[name]
        begin = int((self.headers.get("Range") or "bytes=0-")[6:-1])
        pause = repository.paused if name.endswith(".safetensors") else None
        headers = {"ETag": f'"{etag(content)}"', "X-Repo-Commit": COMMIT}
        self.reply(206 if begin else 200, content[begin:], headers, pause)

    def reply_specially(self, it: Reply) -> None:
        if it.broken_at and self.command == "GET":
            self.send_response(it.status)
            self.send_header("Content-Length", str(len(it.body)))
            self.end_headers()
            self.wfile.write(it.body[: it.broken_at])
            # A connection that is closed with this option set is reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        else:
            self.reply(it.status, it.body, it.headers)

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


@dataclass(frozen=True)
class Answer:
    """What came of a search for a model."""

    files: ModelFiles | None = None
    error: str = ""
    sentence: str = ""
    stages: tuple[LoadProgress, ...] = ()


@dataclass
class Search:
    """Finds models with a cache, a hub and a login of its own, in this process."""

    home: Path
    monkeypatch: pytest.MonkeyPatch

    def __post_init__(self) -> None:
        self.monkeypatch.setattr(constants, "HF_HUB_CACHE", str(self.cache))
        self.monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(self.home / "token"))
        self.monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        # Else the library asks the first hub it meets for a list of programs that may call it.
        self.monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
        self.monkeypatch.delenv("HF_TOKEN", raising=False)
        # Reading the system's certificates takes longer than a test.
        self.monkeypatch.setattr(line, "read_certificates", _certificates)
        # The library waits between its attempts.
        self.monkeypatch.setattr(_http.time, "sleep", lambda _: None)
        self.use("http://127.0.0.1:1")

    @property
    def cache(self) -> Path:
        return self.home / "hub"

    def use(self, url: str) -> None:
        """Makes the hub one at this address."""
        template = f"{url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        self.monkeypatch.setattr(constants, "ENDPOINT", url)
        self.monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)

    def __call__(self, source: str, environment: ClientEnvironment = NO_ENVIRONMENT) -> Answer:
        stages: list[LoadProgress] = []
        try:
            files = find_model(source, stages.append, environment)
        except ModelError as error:
            return Answer(None, type(error).__name__, str(error), tuple(stages))
        return Answer(files, stages=tuple(stages))


def _certificates(environment: ClientEnvironment) -> ssl.SSLContext:
    return _certificates_of(*environment.certificates.items())


@cache
def _certificates_of(*variables: tuple[str, str]) -> ssl.SSLContext:
    return read_certificates(ClientEnvironment(certificates=dict(variables)))


@pytest.fixture
def find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Search:
    """Finds models; no hub can be reached."""
    return Search(tmp_path, monkeypatch)


@pytest.fixture
def hub(serve: Callable[..., FakeHub], find: Search, model: Repository) -> FakeHub:
    """The hub that `find` uses; it holds `Some-Org/Qwen3-VL-Tiny-MLX`."""
    server = serve({"Some-Org/Qwen3-VL-Tiny-MLX": model})
    find.use(server.url)
    return server


@pytest.fixture
def serve() -> Iterator[Callable[..., FakeHub]]:
    """Starts hubs that hold the given repositories, on a host of their own if one is given."""
    with ExitStack() as hubs:
        yield lambda *arguments: hubs.enter_context(running_hub(*arguments))


@pytest.fixture
def reply() -> type[Reply]:
    """What to answer in place of what a hub holds."""
    return Reply


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
