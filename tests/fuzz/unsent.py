"""`make fuzz-unsent`: random orders of type, attach, send, switch, quit, kill and start.

All orders play on one data directory, with up to two windows at a time: processes that run a real
session on a real core (`tests.fuzz.unsent_window`). A window ends politely, by SIGTERM, or by
SIGKILL in the midst of what it does, and now and then the core is killed. A ledger knows every word
and picture that went into a prompt, and where. At the end of an order a last window opens
everything: each must be there once, in its conversation, stored or unsent.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from PIL import Image

from seeshell.core.ipc.lock import is_core_alive, read_address
from seeshell.core.settings import Paths, find_paths

from ..running_core import wait_for_end
from .unsent_ledger import TYPED_SECONDS, Ledger, Lost, Put

_STEPS: Final = (8, 25)
_MOST_WINDOWS: Final = 2
_SHOWN: Final = 4
"""The newest conversations are opened, older ones left alone."""


class Window:
    """A process that shows one conversation at a time, and what it has put into prompts."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.unsent_window"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        self.typed: list[Put] = []

    def tell(self, do: str, **more: object) -> None:
        """Has it do something; does not wait."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Returns what it says when the oldest thing that it was told is done."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise Lost("a window ended by itself")
        said: dict[str, Any] = json.loads(line)
        return said

    def ask(self, do: str, **more: object) -> dict[str, Any]:
        """Has it do something and returns what it says when that is done."""
        self.tell(do, **more)
        return self.answer()

    def end(self, number: int) -> None:
        """Ends it with a signal; 0 stands for a polite word."""
        if number:
            self.process.send_signal(number)
        else:
            self.tell("quit")
        self.process.wait(60)
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]


class Order:
    """One random order, and the check at its end."""

    def __init__(self, paths: Paths, chance: random.Random, number: int) -> None:
        self._paths = paths
        self._chance = chance
        self._number = number
        self._environment = os.environ | {"SEESHELL_HOME": str(paths.data_dir.parent)}
        self._windows: list[Window] = []
        self._known: frozenset[int] = frozenset()
        self._tokens = 0
        self._kills = 0
        self.ledger = Ledger()
        self.steps: list[str] = []

    def play(self) -> tuple[int, int]:
        """Plays it; returns how many words and pictures there were, and how many are unsent.

        Raises:
            Lost: one is not where it must be.
        """
        actions: list[Callable[[Window], None]] = [
            *[self._type] * 5,
            *[self._attach] * 3,
            *[self._send] * 4,
            *[self._open] * 2,
            self._start_new,
            self._take_back,
            self._kill_midway,
            self._end,
            self._kill_core,
        ]
        for _ in range(self._chance.randint(*_STEPS)):
            if not self._windows or (
                len(self._windows) < _MOST_WINDOWS and self._chance.random() < 0.15
            ):
                self._windows.append(Window(self._environment))
                self.steps.append("start")
            window = self._chance.choice(self._windows)
            self._chance.choice(actions)(window)
            if self._chance.random() < 0.3:
                time.sleep(self._chance.choice([0.01, 0.05, 0.3]))
        while self._windows:
            self._end(self._windows[0])
        self._gather()
        return len(self.ledger.put), self.ledger.check(self._paths)

    def _gather(self) -> None:
        """Opens everything in a last window, which sends what was sent."""
        last = Window(self._environment)
        last.ask("settle")
        for conversation in sorted(self._known | frozenset(last.ask("list")["conversations"])):
            last.ask("open", conversation=conversation)
        last.ask("settle")
        last.end(0)

    def _ask(self, window: Window, do: str, **more: object) -> int | None:
        said = window.ask(do, **more)
        self._known |= frozenset(said["conversations"])
        place: int | None = said["place"]
        self._known |= {place} if place is not None else frozenset()
        self.steps.append(f"{self._windows.index(window)} {do} {more or ''} in {place}")
        return place

    def _token(self, kind: str) -> str:
        self._tokens += 1
        return f"{kind}{self._number * 1000 + self._tokens}"

    def _type(self, window: Window) -> None:
        word, known = self._token("w"), self._known
        put = Put(self._ask(window, "type", word=word), known)
        self.ledger.put[word] = put
        window.typed.append(put)

    def _attach(self, window: Window) -> None:
        paths = [self._picture() for _ in range(self._chance.choice([1, 1, 3]))]
        known = self._known
        place = self._ask(window, "attach", paths=[str(path) for path in paths])
        for path in paths:
            self.ledger.put[path.stem] = Put(place, known)

    def _picture(self) -> Path:
        path = self._paths.data_dir.parent / "originals" / f"{self._token('p')}.png"
        path.parent.mkdir(exist_ok=True, parents=True)
        size = 700 if self._chance.random() < 0.3 else 32
        Image.frombytes("RGB", (size, size), self._chance.randbytes(size * size * 3)).save(path)
        return path

    def _send(self, window: Window) -> None:
        self._ask(window, "send")

    def _open(self, window: Window) -> None:
        if self._known:
            chosen = self._chance.choice(sorted(self._known)[-_SHOWN:])
            self._ask(window, "open", conversation=chosen)

    def _start_new(self, window: Window) -> None:
        self._ask(window, "new")

    def _take_back(self, window: Window) -> None:
        self._ask(window, "take back")

    def _kill_midway(self, window: Window) -> None:
        """Kills a window within milliseconds of something that it was told."""
        do = self._chance.choice(["send", "new", "take back"])
        window.tell(do)
        time.sleep(self._chance.choice([0, 0.001, 0.003, 0.01, 0.03]))
        now = time.monotonic()
        for put in window.typed:
            put.is_doubtful |= now - put.at < TYPED_SECONDS
        window.end(signal.SIGKILL)
        self.steps.append(f"{self._windows.index(window)} {do}, SIGKILL")
        self._windows.remove(window)

    def _end(self, window: Window) -> None:
        number = self._chance.choice([0, signal.SIGTERM])
        self.steps.append(f"{self._windows.index(window)} ends by {number!r}")
        self._windows.remove(window)
        window.end(number)

    def _kill_core(self, _window: Window) -> None:
        address = read_address(self._paths)
        if self._chance.random() < 0.5 and address is not None and is_core_alive(self._paths):
            self.steps.append("core SIGKILL")
            with suppress(ProcessLookupError):
                os.kill(address.pid, signal.SIGKILL)
            # A window that starts just now may have started another one already.
            for window in self._windows:
                self._ask(window, "connect")


def main() -> int:
    """Plays as many orders as the command line asks for; 0 where nothing was lost."""
    parser = argparse.ArgumentParser(prog="make fuzz-unsent", description=__doc__)
    parser.add_argument("--orders", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as home:
        paths = find_paths({"SEESHELL_HOME": home})
        try:
            return _play(paths, options.orders, options.seed)
        finally:
            address = read_address(paths)
            if address is not None and is_core_alive(paths):
                os.kill(address.pid, signal.SIGKILL)
                wait_for_end(paths)


def _play(paths: Paths, orders: int, seed: int) -> int:
    started_at, total = time.monotonic(), 0
    for number in range(1, orders + 1):
        order = Order(paths, random.Random(f"{seed} {number}"), number)
        try:
            count, unsent = order.play()
        except Lost as loss:
            print("\n".join(order.steps))
            print(f"order {number} of seed {seed}: {loss}", flush=True)
            return 1
        total += count
        minutes = (time.monotonic() - started_at) / 60
        print(
            f"{number} orders, {total} words and pictures, {unsent} of {count} unsent, 0 lost, "
            f"{minutes:.1f} min",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
