"""Takes texts to the clipboard in front of the user, and says which way they went."""

import asyncio
import base64
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ...core.private_files import make_private_folder, replace_private
from ..scarcity import Scarcity, scarcity_named
from ..sizes import in_bytes
from .ways import Way

_PROGRAM_SECONDS: Final = 3.0
"""How long a program may take; one that waits for a display never ends."""


class Copied(NamedTuple):
    """What became of a copy."""

    sentence: str
    """Which way it went, without its subject; commands are named in braces."""
    is_in_clipboard: bool
    """Whether it went to a clipboard; else it is in a file."""


class Clipboard:
    """Tries one way after the other, and writes a private file where none is left."""

    def __init__(self, ways: Sequence[Way], write: Callable[[str], object], folder: Path) -> None:
        """Copies nothing yet.

        Args:
            ways: to try, the last of them a file.
            write: writes to the terminal, in turn with all else.
            folder: private; gets the file.
        """
        self._ways = ways
        self._write = write
        self._folder = folder
        self._order = asyncio.Lock()
        """Held by each copy: the last one wins."""
        self._has_doubted = False

    async def copy(self, text: str, *, may_write: bool = True) -> Copied:
        """Copies a text; returns what became of it.

        Args:
            text: to copy.
            may_write: whether it may be in a file.
        """
        data = text.encode(errors="replace")
        size, why = in_bytes(len(data)), ""
        async with self._order:
            for way in self._ways:
                if way.kind == "osc52" and len(data) <= way.most_bytes:
                    return self._send(data, way, may_write=may_write)
                if way.kind == "osc52":
                    why = f": the terminal may take {in_bytes(way.most_bytes)} at once"
                elif way.kind == "program" and await _run(way.program, data):
                    return Copied(f"copied by {way.program[0]} ({size})", is_in_clipboard=True)
        why = why or ": this terminal has no clipboard for programs"
        return self.write_file(text, why) if may_write else refuse_file(why)

    def write_file(self, text: str, why: str = "") -> Copied:
        """Writes a text to the private file, in place of what was there; says where that is."""
        path = self._folder / "copied.txt"
        data = text.encode(errors="replace")
        try:
            make_private_folder(self._folder)
            replace_private(path, data)
        except OSError as error:
            sentence = f"not copied{why}; {path} can't be written: {error.strerror}"
            return Copied(sentence, is_in_clipboard=False)
        return Copied(f"written to {path} ({in_bytes(len(data))}){why}", is_in_clipboard=False)

    def _send(self, data: bytes, way: Way, *, may_write: bool) -> Copied:
        self._write(f"\x1b]52;c;{base64.b64encode(data).decode()}\x07")
        doubt = "; if it did not arrive, {chat.copy_file} writes a file"
        if way.is_sure or self._has_doubted or not may_write:
            doubt = ""
        self._has_doubted |= may_write
        return Copied(f"copied by OSC 52 ({in_bytes(len(data))}){doubt}", is_in_clipboard=True)


def refuse_file(why: str = "") -> Copied:
    """Returns what becomes of a text that may not touch the disk."""
    sentence = f"not copied{why}, and nothing of a private conversation is written to disk"
    return Copied(sentence, is_in_clipboard=False)


async def _run(program: Sequence[str], data: bytes) -> bool:
    """Runs a program that reads the text; returns whether it took it."""
    try:
        with scarcity_named():
            process = await asyncio.create_subprocess_exec(
                *program,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
    except (OSError, Scarcity):
        return False
    try:
        await asyncio.wait_for(process.communicate(data), _PROGRAM_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        return False
    return process.returncode == 0
