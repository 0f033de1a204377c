"""`python -m tests.bench.hostile_clients`: what misbehaving clients cost the core and the others.

Each attack meets a fresh core that has 500 conversations with long titles, and some meet it while
it gives a long answer. Printed are how much memory the core takes more than before, at its peak,
and how long a client that behaves waits at most for a new connection and a reply, each beside its
bar.
"""

import argparse
import asyncio
import http.server
import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from seeshell.core.ipc.client import CoreClient, stop_core
from seeshell.core.ipc.lock import read_address
from seeshell.core.messages.requests import GetStatus, ListConversations, SubmitTurn
from seeshell.core.settings import HOME_VARIABLE, Paths, find_paths

from .attacks import ATTACKS, DURING_AN_ANSWER, SECONDS, Attack

_MOST_MB = 100.0
_MOST_SECONDS = 1.0
_CONVERSATIONS = 500
_TITLE = "What is in the picture that I took at the market last summer? " * 14
_PIECE = "The sign above the yellow crate reads 2.50 a kilo, and behind it there is more. " * 4
_PIECES_PER_SECOND = 3000


class _LongAnswer(http.server.BaseHTTPRequestHandler):
    """An OpenAI-compatible endpoint whose answers are long and come fast: about 1 MB a second."""

    def do_GET(self) -> None:
        self._send(json.dumps({"object": "list", "data": [{"id": "long"}]}).encode())

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        if _TITLE[:20] in json.dumps(body["messages"][-1]):
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        document = {"id": "1", "object": "chat.completion.chunk", "model": "long", "created": 1}
        choice = {"index": 0, "delta": {"content": _PIECE}}
        line = b"data: " + json.dumps(document | {"choices": [choice]}).encode() + b"\n\n"
        until = time.monotonic() + 2 * SECONDS
        try:
            while time.monotonic() < until:
                self.wfile.write(line * (_PIECES_PER_SECOND // 20))
                time.sleep(0.05)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        """Says nothing."""

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def _endpoint() -> Iterator[str]:
    """Yields the address of a process that gives long answers."""
    ports: multiprocessing.Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_serve, args=(ports,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ports.get()}/v1#long"
    finally:
        process.terminate()
        process.join()


def _serve(ports: "multiprocessing.Queue[int]") -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _LongAnswer)
    ports.put(server.server_port)
    server.serve_forever()


async def _prepare(paths: Paths, model: str, *, answers: bool) -> int:
    """Starts a core with the conversations, maybe with an open answer; returns its process."""
    client = await CoreClient.connect(paths, launch_arguments=("--model", model))
    for number in range(_CONVERSATIONS):
        await client.request(SubmitTurn(text=f"{number} {_TITLE}"))
    status = await client.request(GetStatus())
    while status.state != "ready" or status.open_turns:
        await asyncio.sleep(0.1)
        status = await client.request(GetStatus())
    if answers:
        await client.request(SubmitTurn(text="Tell me everything."))
    pid = client.welcome.pid
    await client.close()
    return pid


async def _probe(paths: Paths, until: threading.Event) -> float:
    """Connects and asks again and again; returns the longest time that it took, in seconds."""
    longest = 0.0
    while not until.is_set():
        start = time.monotonic()
        client = await CoreClient.connect(paths, start=False)
        await client.request(ListConversations(limit=1))
        longest = max(longest, time.monotonic() - start)
        await client.close()
        await asyncio.sleep(0.1)
    return longest


def _watch(pid: int, until: threading.Event, sizes: list[int]) -> None:
    process = psutil.Process(pid)
    while not until.wait(0.05):
        sizes.append(process.memory_info().rss)


def _run(attack: Attack, path: str, results: "multiprocessing.Queue[str]") -> None:
    results.put(attack(path))


def measure(attack: Attack) -> tuple[float, float, str]:
    """Returns megabytes, seconds, and what came of an attack on a fresh core."""
    with tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as home, _endpoint() as model:
        paths = find_paths({HOME_VARIABLE: home})
        Path(home, "config.toml").write_text('model = ""\n')
        pid = asyncio.run(_prepare(paths, model, answers=attack in DURING_AN_ANSWER))
        try:
            return _measure(attack, paths, pid)
        finally:
            asyncio.run(stop_core(paths))


def _measure(attack: Attack, paths: Paths, pid: int) -> tuple[float, float, str]:
    address = read_address(paths)
    assert address is not None
    before = psutil.Process(pid).memory_info().rss
    results: multiprocessing.Queue[str] = multiprocessing.Queue()
    attacking = multiprocessing.Process(target=_run, args=(attack, address.socket, results))
    is_over, sizes = threading.Event(), [before]
    watching = threading.Thread(target=_watch, args=(pid, is_over, sizes))
    watching.start()
    attacking.start()

    def wait() -> None:
        attacking.join()
        is_over.set()

    threading.Thread(target=wait).start()
    longest = asyncio.run(_probe(paths, is_over))
    watching.join()
    return (max(sizes) - before) / 1e6, longest, results.get(timeout=1)


def main() -> int:
    """Prints a line for each attack; 0 if all bars are met."""
    names = {attack.__name__: attack for attack in ATTACKS}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names, help="attacks to make")
    is_met = True
    for name in parser.parse_args().only or names:
        megabytes, seconds, fate = measure(names[name])
        met = megabytes <= _MOST_MB and seconds <= _MOST_SECONDS
        is_met = is_met and met
        print(
            f"{name:30} {megabytes:7.1f} MB (<= {_MOST_MB:.0f})  {seconds:6.2f} s "
            f"(<= {_MOST_SECONDS:.0f})  {'met' if met else 'MISSED'}: {fate}",
            flush=True,
        )
    return 0 if is_met else 1


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    sys.exit(main())
