"""Where a command's words go: the answer to standard output, all else to standard error."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TextIO

from ...core.errors import OutputError
from ..visible import VisibleStream, replace_hidden, visible

_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]+")
"""All control characters but newline and tab."""


class Output:
    """The two standard streams; nothing in them can steer a terminal, now or when shown later."""

    def __init__(
        self,
        *,
        as_json: bool,
        is_raw: bool = False,
        out: TextIO | None = None,
        err: TextIO | None = None,
    ) -> None:
        """Takes the streams.

        Args:
            as_json: whether there is one document instead of text.
            is_raw: whether a file or pipe gets the answer as the model gave it.
            out: standard output if left out.
            err: standard error if left out.
        """
        self.as_json = as_json
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._is_raw = is_raw and not self._out.isatty()
        self._visible = VisibleStream() if self._out.isatty() else None
        self._ends_line = True
        self._progress_width = 0

    def write(self, text: str) -> None:
        """Writes a piece of the answer at once.

        Raises:
            BrokenPipeError: nobody reads any more.
            OutputError: it can't be written.
        """
        self._put(self._safe(text))

    def end_line(self) -> None:
        """Ends the answer's last line if it did not end itself; a raw answer ends as it ends."""
        if self._visible:
            self._put(self._visible.end())
        if not self._ends_line and not self._is_raw:
            self._put("\n")

    def document(self, value: Mapping[str, object]) -> None:
        """Writes one JSON document, to be read by people too."""
        self._put_json(value, indent=2)

    def line(self, value: Mapping[str, object]) -> None:
        """Writes one JSON document on a line of its own."""
        self._put_json(value, indent=None)

    def _put_json(self, value: Mapping[str, object], indent: int | None) -> None:
        import json  # the app starts without it

        encoding = (self._out.encoding or "utf-8").lower().replace("-", "")
        text = json.dumps(value, ensure_ascii=encoding != "utf8", indent=indent)
        # JSON escapes only the controls below the space; a terminal obeys those above it too.
        self._put(replace_hidden(text, _escaped) + "\n")

    def notice(self, sentence: str) -> None:
        """Tells the user something that is not the answer."""
        self.clear_progress()
        is_terminal = self._err.isatty()
        shown = visible(sentence.replace("\r", "")) if is_terminal else _plain(sentence)
        self._tell(shown + "\n")

    def progress(self, sentence: str) -> None:
        """Shows a line that the next words replace; nothing where there is no terminal."""
        if self._err.isatty():
            line = visible(sentence, keep="")[:79]
            self._tell(f"\r{line:<{self._progress_width}}")
            self._progress_width = len(line)

    def ask(self, question: str) -> None:
        """Asks on the terminal; the answer is typed behind it."""
        self.clear_progress()
        self._tell(visible(question))

    def clear_progress(self) -> None:
        """Removes the line of `progress`."""
        if self._progress_width:
            self._tell(f"\r{'':<{self._progress_width}}\r")
            self._progress_width = 0

    def error(self, kind: str, sentence: str, **kept: object) -> None:
        """Tells why the command failed.

        Args:
            kind: class name in `core.errors`.
            sentence: what went wrong and what to do.
            kept: what came before the error, for JSON.
        """
        if self.as_json:
            self.document({"error": {"kind": kind, "message": sentence}, **kept})
        else:
            self.notice(f"seeshell: {sentence}")

    def _put(self, text: str) -> None:
        if text:
            self.clear_progress()
            self._ends_line = text.endswith("\n")
            try:
                self._out.write(text)
                self._out.flush()
            except BrokenPipeError:
                raise
            except OSError as error:
                sentence = f"Standard output can't be written ({error.strerror})."
                raise OutputError(sentence) from error

    def _tell(self, text: str) -> None:
        """Writes to standard error; an answer does not end because that takes nothing."""
        try:
            self._err.write(text)
            self._err.flush()
        except OSError:
            discard(self._err)

    def _safe(self, text: str) -> str:
        if self._visible:
            return self._visible.feed(text.replace("\r", ""))
        return text if self._is_raw else _plain(text)


def open_closed_streams() -> None:
    """Gives standard output and standard error a place where they are closed: nowhere.

    Else what is opened next, as the line to the core, would get their numbers.
    """
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def discard(stream: TextIO) -> None:
    """Sends what a stream still holds nowhere: it would fail again when Python flushes at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _plain(text: str) -> str:
    """Returns the text without control characters other than newline and tab."""
    return _CONTROLS.sub("", text)


def _escaped(char: str) -> str:
    """Returns a character as JSON escapes it."""
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
