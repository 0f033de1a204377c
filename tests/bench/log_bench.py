"""The chat log alone on a pseudo-terminal: `python -m tests.bench.log_bench [--tokens N]`.

Prints one JSON document: CPU seconds per 1,000 streamed tokens (all, first and last 500), seconds
until the end is drawn, bytes written per token, and for conversations of 50, 500 and 2,000
messages the seconds until the first is drawn, the CPU milliseconds of a PageUp, and peak memory.
`--shape code` or `table` streams one block that never ends, the worst case.
"""

import argparse
import asyncio
import json
import os
import pty
import resource
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.app import App, ComposeResult

from seeshell.core.conversation import Message, TurnStats
from seeshell.tui.log import ChatLog

from ..messages import answer, opened, question
from .answer import make_tokens
from .meter import high_water_mb

RATE = 60
"""Tokens a second."""
PART = 500
"""Tokens of the first and the last part."""
PAGES = 20
OPENED = (50, 500, 2000)


class LogApp(App[None]):
    """Runs one measurement on a log and exits with its figures."""

    def __init__(self, what: str, count: int) -> None:
        super().__init__()
        self._what = what
        self._count = count
        self.figures: dict[str, float] = {}

    def compose(self) -> ComposeResult:
        """Yields the log."""
        yield ChatLog()

    def on_ready(self) -> None:
        """Starts to measure."""
        measure = self._open if self._what == "open" else self._stream
        self.run_worker(measure(self.query_one(ChatLog)))

    async def _stream(self, log: ChatLog) -> None:
        tokens = shaped_tokens(self._what)[: self._count]
        log.add_message(question(1, "Go on."))
        log.add_message(opened(2))
        loop = asyncio.get_running_loop()
        start = loop.time()
        cpu = [time.process_time()]
        for number, token in enumerate(tokens, start=1):
            await asyncio.sleep(start + number / RATE - loop.time())
            log.append_text(2, token)
            if number % PART == 0 or number == len(tokens):
                cpu.append(time.process_time())
        ended = loop.time()
        stats = TurnStats(generated_tokens=len(tokens), generation_tps=RATE)
        log.end_message(answer(2, "".join(tokens), stats=stats))
        await self._painted()
        parts = [late - early for early, late in pairwise(cpu)]
        self.figures = {
            "cpu_s_per_1000": (cpu[-1] - cpu[0]) / len(tokens) * 1000,
            "cpu_first_s_per_1000": parts[0] / PART * 1000,
            "cpu_last_s_per_1000": parts[-1] / ((len(tokens) - 1) % PART + 1) * 1000,
            "end_drawn_s": loop.time() - ended,
        }
        self.exit()

    async def _open(self, log: ChatLog) -> None:
        messages = saved_messages(self._count)
        start = time.monotonic()
        log.show_messages(messages)
        await self._painted()
        self.figures["open_s"] = time.monotonic() - start
        cpu = time.process_time()
        for _ in range(PAGES):
            log.action_page_up()
            await self._painted()
        self.figures["page_up_cpu_ms"] = (time.process_time() - cpu) / PAGES * 1000
        self.exit()

    async def _painted(self) -> None:
        painted = asyncio.Event()
        self.call_after_refresh(painted.set)
        await painted.wait()


def shaped_tokens(shape: str) -> list[str]:
    """Returns the fixed answer, or one of the same length that is a single block."""
    tokens = make_tokens()
    if shape == "code":
        line = ("   ", " total", "_{n}", " =", " total", " *", " {n}", "\n")
        return ["```python\n", *(part.format(n=n) for n in range(500) for part in line)]
    if shape == "table":
        row = ("| ", "{n}", " |", " a", " word", " or", " two", " |\n")
        head = "| n | words |\n|---|---|\n"
        return [head, *(part.format(n=n) for n in range(500) for part in row)]
    if shape == "line":
        return [f"word{n} " for n in range(len(tokens))]
    return tokens


def saved_messages(count: int) -> list[Message]:
    """Returns a conversation, questions and answers in turn."""
    words = "".join(make_tokens()).split("\n\n")
    messages = []
    for number in range(count):
        is_answer = number % 2
        text = (
            "\n\n".join(words[number % 40 : number % 40 + 5])
            if is_answer
            else f"Question {number}?"
        )
        messages.append((answer if is_answer else question)(number + 1, text))
    return messages


def run_on_terminal(what: str, count: int) -> dict[str, float]:
    """Returns the figures of one measurement, made in a process of its own."""
    near, far = pty.openpty()
    os.set_inheritable(far, True)
    written = [0]

    def drain() -> None:
        while True:
            try:
                written[0] += len(os.read(near, 65536))
            except OSError:
                return

    with TemporaryDirectory() as folder:
        result = Path(folder) / "figures.json"
        arguments = ["--inside", str(result), "--what", what, "--count", str(count)]
        environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "36"}
        command = [sys.executable, "-m", "tests.bench.log_bench", *arguments]
        process = subprocess.Popen(
            command, stdin=far, stdout=far, stderr=far, env=environment, start_new_session=True
        )
        os.close(far)
        reader = threading.Thread(target=drain)
        reader.start()
        process.wait()
        reader.join()
        figures = json.loads(result.read_text())
    if what != "open":
        figures["bytes_per_token"] = written[0] / count
    os.close(near)
    return figures


def measure_inside(what: str, count: int, result: Path) -> None:
    """Runs the app on the terminal that this process was given, and writes its figures."""
    app = LogApp(what, count)
    app.run()
    # In bytes where it counts: on macOS.
    peak = high_water_mb(os.getpid()) or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    result.write_text(json.dumps({**app.figures, "peak_mb": peak}))


def main() -> None:
    """Measures everything, or one thing inside a terminal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=4000)
    parser.add_argument("--shape", choices=["answer", "code", "table", "line"], default="answer")
    parser.add_argument("--only", choices=["stream", "open"])
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--what", help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        measure_inside(options.what, options.count, options.inside)
        return
    figures: dict[str, dict[str, float]] = {}
    if options.only != "stream":
        figures |= {f"open {count}": run_on_terminal("open", count) for count in OPENED}
    if options.only != "open":
        figures[f"stream {options.shape}"] = run_on_terminal(options.shape, options.tokens)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
