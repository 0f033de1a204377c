"""An OpenAI-compatible server that keeps the keys which it is sent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

_MODELS = {"object": "list", "data": [{"id": "first"}, {"id": "My Model"}]}


class RecordingServer(ThreadingHTTPServer):
    """Answers every question with `Yes.`, if its key is the wanted one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.wanted = ""
        """The key to insist on; empty for none."""
        self.asked: list[tuple[str, str, str]] = []
        """Of each request its path, its key and the model that it names."""

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`."""
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def keys(self) -> set[str]:
        """All that were sent; empty for none."""
        return {key for _, key, _ in self.asked}

    @property
    def models(self) -> list[str]:
        """Those that questions named."""
        return [model for _, _, model in self.asked if model]


class _Answering(BaseHTTPRequestHandler):
    server: RecordingServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(json.dumps(_MODELS), "application/json", "")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        delta = {"choices": [{"delta": {"content": "Yes."}, "finish_reason": "stop"}]}
        stream = f"data: {json.dumps(delta)}\n\ndata: [DONE]\n\n"
        self._answer(stream, "text/event-stream", body["model"])

    def _answer(self, text: str, kind: str, model: str) -> None:
        key = self.headers.get("authorization", "").removeprefix("Bearer ")
        self.server.asked.append((self.path, key, model))
        is_refused = self.server.wanted not in ("", key)
        content = f'{{"error": {{"message": "no: {key}"}}}}' if is_refused else text
        self.send_response(401 if is_refused else 200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def recording_server() -> Iterator[RecordingServer]:
    """Yields the server, which listens."""
    with RecordingServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
