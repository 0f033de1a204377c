"""`make fuzz-input`: whatever a terminal sends, the app is up and the draft is kept.

First come random bytes into a prompt that holds a draft: nothing that a user could have pressed to
edit, send or leave is among them, so the draft must be on disk as it was typed. Then come random
keys, mouse events and pastes of every protocol, which may open, send and delete as they like; the
app must be up, and take a new draft, after every batch.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from textual.events import Key, MouseEvent

from seeshell.core.settings import find_paths
from seeshell.tui.terminal.input_reader import InputReader

from ..terminal.installed import Installed
from ..terminal.pseudo_terminal import KEYS, PseudoTerminal

_PROMPT: Final = "Ask about"
_BATCH_BYTES: Final = 2_000
_BATCH_KEYS: Final = 200
_BURST: Final = 20
"""Keys that come at once; a key that moves the focus may keep those behind it for a second."""

_DRAINED_SECONDS: Final = 1.2
"""Silence after which the app has taken all keys."""

_STORED_SECONDS: Final = 20.0
_PATIENCE: Final = 120.0

_ENDING: Final = {"ctrl+c", "ctrl+p", "ctrl+q", "ctrl+z"}
"""Keys that end or suspend the app, and the palette, which has commands that do."""

_CONTROL: Final = bytes([*range(0x1B), *range(0x1C, 0x20), 0x7F])
"""Characters that are keys, but for Escape."""

_END: Final = b"\x1b\\"
"""Ends whatever a terminal may have begun."""

_PASTE_END: Final = b"\x1b[201~"
_ESCAPE: Final = b"\x1b[27u"
_CLEARING: Final = b"\x15\x0b\x7f\x1b[3~"
"""Deletes to both ends of a line, and the line ends beside it."""

_REPLIES: Final = (
    b"\x1b[?62;22c", b"\x1b[>41;379;0c", b"\x1bP>|kitty(0.35.2)\x1b\\", b"\x1b[6;20;10t",
    b"\x1b_Gi=31;OK\x1b\\", b"\x1b[?5u", b"\x1b[?2026;2$y", b"\x1b]11;rgb:1e1e/1e1e/2e2e\x07",
    b"\x1bP1$r0;38:2:1:2:3m\x1b\\", b"\x1b[24;80R", b"\x1b[I", b"\x1b[O", b"\x1b[48;9;9;9;9t",
)  # fmt: skip


class _Failed(Exception):
    """The app has ended, or lost a draft."""


class _WithoutEditor(Installed):
    """The command where an editor ends at once and changes nothing: keys are meant for the app."""

    @property
    def environment(self) -> Mapping[str, str]:
        return {**super().environment, "VISUAL": "true"}


class _Fuzz:
    """One app in a pseudo-terminal, and what was sent to it."""

    def __init__(self, installed: Installed, seed: int) -> None:
        self._random = random.Random(seed)
        self._data = find_paths(installed.environment).data_dir
        self._terminal: PseudoTerminal = installed.open(columns=100, rows=30)
        self._sent: list[bytes] = []
        self._drafts = 0
        self._terminal.wait_for(_PROMPT)

    def close(self) -> None:
        self._terminal.close()

    def send_bytes(self, count: int) -> None:
        """Sends random bytes in batches, each into a draft that must survive it."""
        for done in range(0, count, _BATCH_BYTES):
            begin = self._type_draft()
            self._send_in_pieces(self._noise(min(_BATCH_BYTES, count - done)))
            end = self._type_draft()
            if not self._stores(begin, end):
                raise self._failure(f"the draft between {begin} and {end} is not on disk")
            self._clear()
            _say(f"{min(done + _BATCH_BYTES, count)} bytes: the app is up, the draft kept")

    def send_keys(self, count: int) -> None:
        """Sends random keys in batches; after each the app must take a draft."""
        for done in range(0, count, _BATCH_KEYS):
            for number in range(min(_BATCH_KEYS, count - done)):
                self._send(self._key())
                if number % _BURST == 0:
                    self._settle(0.2)
            self._come_back()
            _say(f"{min(done + _BATCH_KEYS, count)} keys: the app is up, a draft kept")

    def _noise(self, count: int) -> bytes:
        """Returns bytes that say nothing a user could have meant but text."""
        noise = b""
        while len(noise) < count:
            some = b"".join(self._piece() for _ in range(self._random.randrange(1, 6))) + _END
            if _is_harmless(some):
                noise += some
        return noise[:count]

    def _piece(self) -> bytes:
        match self._random.randrange(5):
            case 0:
                return self._random.randbytes(self._random.randrange(1, 40)).translate(
                    None, _CONTROL
                )
            case 1:
                return b"\x1b" + self._random.choice(b"[]OPX^_").to_bytes() + self._parameters()
            case 2:
                reply = self._random.choice(_REPLIES)
                return reply[: self._random.randrange(1, len(reply) + 1)]
            case 3:
                text = "щука Zürich 🍋 שלום".encode()
                return text[self._random.randrange(10) :][: self._random.randrange(1, 20)]
            case _:
                return b"\x1b[" + self._parameters() + self._random.choice(b"u~ABHRtcy").to_bytes()

    def _parameters(self) -> bytes:
        length = self._random.choice([1, 3, 8, 40, 300])
        return bytes(self._random.choices(b"0123456789;:?<>$ ", k=self._random.randrange(length)))

    def _key(self) -> bytes:
        """Returns what some terminal sends for one key, mouse event or paste; at times a part."""
        choice = self._random.choice
        match self._random.randrange(9):
            case 0:
                key = choice([KEYS[it] for it in sorted(KEYS) if it not in _ENDING]).encode()
            case 1:
                code = choice(
                    [*b"abdefghijklmnorstuvwxy", 13, 27, 9, 127, 1097, 1089, 57414, 55296]
                )
                alternates = f"{choice(['', 65])}:{choice(['', 111])}"
                held = f"{choice([1, 2, 3, 5, 6, 9, 69])}:{choice([1, 2, 3])}"
                key = f"\x1b[{code}:{alternates};{held}u".encode()
            case 2:
                key = (
                    f"\x1b[1;{choice(range(1, 17))}:{choice([1, 2])}{choice('ABCDEFHPQS')}".encode()
                )
            case 3:
                x, y = self._random.randrange(1, 120), self._random.randrange(1, 40)
                key = f"\x1b[<{choice([0, 1, 2, 32, 35, 64, 65])};{x};{y}{choice('Mm')}".encode()
            case 4:
                key = (
                    b"\x1b[200~"
                    + choice([b"/nowhere.png", b"two\rlines", b"\xff", b""])
                    + b"\x1b[201~"
                )
            case 5:
                key = choice(_REPLIES)
            case 6:
                key = choice("aZ 9/?éщ🍋").encode()
            case 7:
                key = self._random.randbytes(20).translate(None, b"\x03\x10\x11\x1a")
            case _:
                key = b"\x1b" + choice("abdefxyÉщ\r\t\x7f").encode()
        return key if self._random.random() < 0.95 else key[: self._random.randrange(len(key) + 1)]

    def _send_in_pieces(self, noise: bytes) -> None:
        while noise:
            length = self._random.choice([1, 2, 7, 64, 500])
            self._send(noise[:length])
            noise = noise[length:]

    def _send(self, data: bytes) -> None:
        self._sent.append(data)
        try:
            os.write(self._terminal._master, data)
        except OSError as error:
            raise self._failure("the app has closed its terminal") from error
        if self._random.random() < 0.1:
            self._settle(self._random.choice([0.02, 0.15]))
        if self._terminal.program.poll() is not None:
            raise self._failure(
                f"the app has ended with status {self._terminal.program.returncode}"
            )

    def _come_back(self) -> None:
        """Leaves what is open, empties the prompt, and types a draft that must be stored."""
        self._send(_END + _PASTE_END)
        self._settle(_DRAINED_SECONDS)
        give_up_at = time.monotonic() + _PATIENCE
        while True:
            # One at a time: what a key opens or closes takes its moment.
            for keys in (_ESCAPE, _ESCAPE, _ESCAPE):
                self._send(keys)
                self._settle(0.3)
            self._clear()
            if self._stores(self._type_draft()):
                break
            if time.monotonic() > give_up_at:
                raise self._failure("there is no way back to the prompt")

    def _settle(self, seconds: float) -> None:
        """Returns once nothing has been drawn for so long; an answer that streams never ends it."""
        with suppress(TimeoutError):
            self._terminal.wait_until_quiet(seconds, 5.0)

    def _type_draft(self) -> str:
        """Types a draft that no other contains, and returns it."""
        self._drafts += 1
        draft = f"draft{self._drafts:04}kept"
        # What is open in the input is ended first, as its time-out would do.
        self._send(_END + _PASTE_END + b"\x1b[F")
        self._send(draft.encode())
        return draft

    def _clear(self) -> None:
        for _ in range(5):
            self._send(_CLEARING)
            self._settle(0.1)

    def _stores(self, *drafts: str) -> bool:
        """Whether one file comes to hold the drafts.

        The screen is not asked: the terminal's emulator takes some characters for wider than
        terminals do.
        """
        wanted = [draft.encode() for draft in drafts]
        give_up_at = time.monotonic() + _STORED_SECONDS
        while time.monotonic() < give_up_at:
            files = [it.read_bytes() for it in self._data.rglob("*") if it.is_file()]
            if any(all(draft in file for draft in wanted) for file in files):
                return True
            if self._terminal.program.poll() is not None:
                raise self._failure(f"status {self._terminal.program.returncode}")
            with self._terminal._arrived:
                self._terminal._arrived.wait(0.05)
        return False

    def _failure(self, what: str) -> _Failed:
        last = "\n".join(ascii(it) for it in self._sent[-60:])
        return _Failed(f"{what}; sent last:\n{last}\n{self._terminal.text}")


def _is_harmless(noise: bytes) -> bool:
    """Whether a terminal that sends this means no key but text."""
    if b"\x1b[200~" in noise:
        return False
    reader = InputReader()
    messages = reader.feed(noise, 0.0)
    while reader.due is not None:
        messages += reader.tick(reader.due)
    return not any(
        isinstance(it, MouseEvent) or (isinstance(it, Key) and not it.is_printable)
        for it in messages
    )


def _say(line: str) -> None:
    print(line, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Sends what the command line asks for; 0 where the app stood it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bytes", type=int, default=100_000)
    parser.add_argument("--keys", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="ss-", dir="/tmp") as home:
        installed = _WithoutEditor(Path(home))
        fuzz = _Fuzz(installed, options.seed)
        try:
            fuzz.send_bytes(options.bytes)
            fuzz.send_keys(options.keys)
        except (_Failed, TimeoutError) as failure:
            _say(f"failed: {failure}")
            return 1
        finally:
            fuzz.close()
            installed.run("stop")
    _say(f"{options.bytes} bytes and {options.keys} keys: the app is up, every draft was kept")
    return 0


if __name__ == "__main__":
    sys.exit(main())
