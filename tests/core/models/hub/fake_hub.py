"""A hub on this machine: the few routes that the hub's own client asks for, over real HTTP."""

import hashlib
import json
import re
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

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

    def handle(self) -> None:
        # Clients that have seen enough hang up.
        with suppress(ConnectionError):
            super().handle()

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
            self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Keeps quiet."""


def etag(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
