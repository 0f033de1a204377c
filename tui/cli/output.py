"""Where a command's words go: the answer to standard output, all else to standard error."""

import sys
from collections.abc import Mapping
from typing import TextIO

from ..visible import visible


class Output:
    """The two standard streams; what a terminal shows can't steer it."""

    def __init__(
        self, *, as_json: bool, out: TextIO | None = None, err: TextIO | None = None
    ) -> None:
        self.as_json = as_json
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self._ends_line = True
        self._progress_width = 0

    def write(self, text: str) -> None:
        """Writes a piece of the answer at once.

        Raises:
            BrokenPipeError: nobody reads any more.
        """
        if not text:
            return
        self.clear_progress()
        self._ends_line = text.endswith("\n")
        self._out.write(self._safe(text, self._out))
        self._out.flush()

    def end_line(self) -> None:
        """Ends the answer's last line if it did not end itself."""
        if not self._ends_line:
            self.write("\n")

    def document(self, value: Mapping[str, object]) -> None:
        """Writes one JSON document."""
        import json  # the app starts without it

        # JSON escapes only the controls below the space; a terminal obeys those above it too.
        text = json.dumps(value, ensure_ascii=self._out.isatty(), indent=2)
        self.write(text + "\n")

    def notice(self, sentence: str) -> None:
        """Tells the user something that is not the answer."""
        self.clear_progress()
        self._err.write(self._safe(sentence, self._err) + "\n")
        self._err.flush()

    def progress(self, sentence: str) -> None:
        """Shows a line that the next words replace; nothing where there is no terminal."""
        if self._err.isatty():
            line = visible(sentence, keep="")[:79]
            self._err.write(f"\r{line:<{self._progress_width}}")
            self._err.flush()
            self._progress_width = len(line)

    def clear_progress(self) -> None:
        """Removes the line of `progress`."""
        if self._progress_width:
            self._err.write(f"\r{'':<{self._progress_width}}\r")
            self._err.flush()
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

    @staticmethod
    def _safe(text: str, stream: TextIO) -> str:
        return visible(text.replace("\r", "")) if stream.isatty() else text
