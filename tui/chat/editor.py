"""The prompt, or a file, in an editor of the user's own, as `$VISUAL` or `$EDITOR` names it."""

import asyncio
import os
import shlex
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from textual.app import App, SuspendNotSupported

_FALLBACKS: Final = ("nano", "vim", "vi")


class EditorFailed(Exception):
    """It was not edited; the message says why and what to do."""


class TextInEditor:
    """A text in a file of its own, for an editor; the file is gone at the end of the context."""

    def __init__(self, text: str) -> None:
        """Writes the text into the file.

        Raises:
            EditorFailed: there is no room for it.
        """
        self.before = text
        """The text as it was."""
        try:
            self._folder = TemporaryDirectory(prefix="seeshell-")
            # Markdown, so that editors wrap and colour what goes to the model.
            self._path = Path(self._folder.name, "prompt.md")
            self._path.write_bytes(text.encode("utf-8", "surrogateescape"))
        except OSError as error:
            raise EditorFailed(
                f"The prompt can't be handed to an editor: {error.strerror}"
            ) from error

    def __enter__(self) -> "TextInEditor":
        return self

    def __exit__(self, *_error: object) -> None:
        self._folder.cleanup()

    async def edit(self, app: App[Any]) -> str:
        """Returns the text as it is when the editor ends; the app gives the terminal up meanwhile.

        Answers that stream go on; they are drawn when the editor ends.

        Raises:
            EditorFailed: there is no editor, it can't be started, or it ended with an error.
        """
        await edit_file(app, self._path, "the prompt is as it was")
        return self.read()

    def read(self) -> str:
        """Returns the text as the editor has stored it last.

        Raises:
            EditorFailed: it can't be read.
        """
        try:
            edited = self._path.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            raise EditorFailed(f"What the editor wrote can't be read: {error}") from error
        # Editors end the last line.
        return edited if self.before.endswith("\n") else edited.removesuffix("\n")


async def edit_file(app: App[Any], path: Path, after_error: str) -> None:
    """Returns when the editor that was given the file has ended.

    Args:
        app: gives the terminal up meanwhile.
        path: of the file.
        after_error: what is the case where the editor ends with an error, for the sentence on that.

    Raises:
        EditorFailed: there is no editor, it can't be started, or it ended with an error.
    """
    command = find_editor()
    try:
        # Textual takes the terminal back only where nothing is raised meanwhile.
        with app.batch_update(), app.suspend(), _keeps_interrupts_away():
            problem = await _run(command, path, after_error)
    except SuspendNotSupported as error:
        raise EditorFailed("This terminal can't be handed to an editor.") from error
    if problem:
        raise EditorFailed(problem)


def find_editor() -> list[str]:
    """Returns the command that edits a file, to be followed by its path.

    Raises:
        EditorFailed: none is set, and none is there.
    """
    for name in ("VISUAL", "EDITOR"):
        with suppress(ValueError):
            if words := shlex.split(os.environ.get(name, "")):
                return words
    found = next(filter(None, map(shutil.which, _FALLBACKS)), None)
    if found is None:
        raise EditorFailed("There is no editor: set EDITOR to the command of one.")
    return [found]


async def _run(command: list[str], path: Path, after_error: str) -> str:
    """Runs the editor to its end; returns what went wrong, one sentence, empty if nothing did."""
    try:
        editor = await asyncio.create_subprocess_exec(*command, str(path))
    except OSError as error:
        return f"{command[0]} can't be started ({error.strerror or error}): set EDITOR."
    try:
        status = await editor.wait()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            # Left behind it would keep the terminal.
            editor.terminate()
        raise
    return f"{command[0]} ended with an error; {after_error}." if status else ""


@contextmanager
def _keeps_interrupts_away() -> Iterator[None]:
    """Leaves Ctrl+C to the editor, which shares the terminal and the group of processes."""
    # Not SIG_IGN, which the editor would inherit.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
