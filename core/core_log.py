"""The core's log: one file, rotated, 0600; standard error goes there too."""

import faulthandler
import logging
import os
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from .private_files import open_private

MOST_BYTES: Final = 1_000_000
_OLD_FILES = 2
_FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
_STANDARD_ERROR = 2


class _CoreLog(RotatingFileHandler):
    """Writes the log and takes standard error along when the file is rotated.

    What native code prints before it aborts, and the traceback of the interpreter itself, are
    only ever written to standard error.
    """

    def __init__(self, path: Path, takes_standard_error: bool) -> None:
        self._takes_standard_error = takes_standard_error
        super().__init__(path, maxBytes=MOST_BYTES, backupCount=_OLD_FILES, encoding="utf-8")
        self._redirect()

    def _open(self) -> TextIOWrapper:
        descriptor = open_private(Path(self.baseFilename), os.O_WRONLY | os.O_APPEND)
        return os.fdopen(descriptor, "a", encoding=self.encoding)

    def doRollover(self) -> None:  # noqa: N802 - the name is logging's
        """Starts a new file."""
        super().doRollover()
        self._redirect()

    def _redirect(self) -> None:
        if self._takes_standard_error and self.stream is not None:
            os.dup2(self.stream.fileno(), _STANDARD_ERROR)


class _Printable(logging.Formatter):
    """Writes characters that could steer a terminal as their code points.

    Names of files and models stand in the log, and in the foreground it goes to a terminal.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Returns the record as text."""
        text = super().format(record)
        if text.isprintable():
            return text
        return "".join(
            char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in text
        )


def start_log(path: Path, *, in_background: bool) -> None:
    """Sends all log records to the file; in the foreground to standard error as well."""
    outputs: list[logging.Handler] = [_CoreLog(path, in_background)]
    if not in_background:
        outputs.append(logging.StreamHandler())
    for output in outputs:
        output.setFormatter(_Printable(_FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=outputs, force=True)
    # The one thread that crashed: all of them would push the reason out of the log's tail.
    faulthandler.enable(_STANDARD_ERROR, all_threads=False)
