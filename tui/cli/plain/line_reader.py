"""Lines that are typed: through a line editor where the terminal is fit for one."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from glob import glob
from typing import Final

_DUMB: Final = frozenset({"", "dumb", "unknown", "emacs"})
"""Terminals without a movable cursor: there the terminal itself, or Emacs, edits the line."""


class LineReader:
    """Reads standard input line by line."""

    def __init__(
        self, words: Sequence[str], held: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """Prepares the line editor, if there is to be one.

        Args:
            words: what Tab completes at the start of a line.
            held: within it no signal raises anything; what the editor calls drops exceptions.
        """
        self.is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        """Whether somebody sits in front of it."""
        self.is_editor = self.is_terminal and os.environ.get("TERM", "") not in _DUMB
        """Whether a text can be put before the cursor."""
        self._words = words
        self._held = held
        self._matches: list[str] = []
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
        if self.is_editor:
            self._prepare_editor()

    def read(self, prompt: str, text: str = "") -> str | None:
        """Returns the next line; None at the end of standard input.

        Args:
            prompt: written before it where somebody types.
            text: what stands in the line already, where that can be.

        Raises:
            KeyboardInterrupt: Ctrl+C was pressed.
        """
        if self.is_editor:
            return self._read_edited(prompt, text)
        if self.is_terminal:
            sys.stdout.write(prompt)
            sys.stdout.flush()
        line = sys.stdin.readline()
        return line.rstrip("\r\n") if line else None

    @property
    def unfinished(self) -> str:
        """What is typed and not yet entered, as far as that is known."""
        if not self.is_editor:
            return ""
        import readline

        return readline.get_line_buffer()

    def remember(self, texts: Iterable[str]) -> None:
        """Lets the arrow keys bring texts back, the last one first."""
        if self.is_editor:
            import readline

            for text in texts:
                readline.add_history(text)

    def _read_edited(self, prompt: str, text: str) -> str | None:
        import readline

        readline.set_startup_hook(lambda: self._insert(text))
        try:
            return input(prompt)
        except EOFError:
            return None
        finally:
            readline.set_startup_hook(None)

    def _prepare_editor(self) -> None:
        # Imported, it is what `input` reads with; elsewhere it would write to the terminal.
        import readline

        readline.set_completer_delims(" \t")
        readline.set_completer(self._complete)
        is_libedit = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")

    def _insert(self, text: str) -> None:
        import readline

        with self._held():
            readline.insert_text(text)

    def _complete(self, word: str, number: int) -> str | None:
        """Returns one of the things to which a word can be completed; None after the last."""
        with self._held():
            if number == 0:
                self._matches = [it for it in self._words if it.startswith(word)] + _files(word)
            return self._matches[number] if number < len(self._matches) else None


def _files(word: str) -> list[str]:
    if not word:
        return []
    found = glob(f"{os.path.expanduser(word)}*")  # noqa: PTH111, PTH207 - as it is typed
    return sorted(f"{it}/" if os.path.isdir(it) else it for it in found)  # noqa: PTH112
