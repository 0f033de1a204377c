"""A web server of this machine that has what a test puts on it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Page(NamedTuple):
    """What the server has at a path."""

    body: bytes = b""
    kind: str = "image/png"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    is_stalled: bool = False
    """Whether nothing more comes behind the body, though the connection stays."""
    told_length: int | None = None
    """What it says of its length; None for the truth, -1 for nothing."""


class WebServer(ThreadingHTTPServer):
    """Answers what is asked for by its path."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, str]] = []
        """Of each request the host that it names and its path."""
        self.may_end = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def put(self, path: str, page: Page) -> str:
        """Has a page at a path; returns its address."""
        self.pages[path] = page
        return f"http://127.0.0.1:{self.port}{path}"

    def redirect(self, path: str, location: str) -> str:
        """Has a redirect at a path; returns its address."""
        return self.put(path, Page(status=302, headers=(("location", location),)))


class _Answering(BaseHTTPRequestHandler):
    server: WebServer

    def do_GET(self) -> None:
        self.server.asked.append((self.headers["host"], self.path))
        page = self.server.pages.get(self.path, Page(b"no", "text/html", 404))
        self.send_response(page.status)
        if page.kind:
            self.send_header("content-type", page.kind)
        for name, value in page.headers:
            self.send_header(name, value)
        if page.told_length != -1:
            length = len(page.body) if page.told_length is None else page.told_length
            self.send_header("content-length", str(length))
        self.end_headers()
        self.wfile.write(page.body)
        if page.is_stalled:
            self.wfile.flush()
            self.server.may_end.wait()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def web_server() -> Iterator[WebServer]:
    """Yields the server, which listens."""
    with WebServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.may_end.set()
            server.shutdown()
            thread.join()
