"""An app that crashes: the terminal is given back, one sentence says so, and a file has the rest.

Textual would print pages over what the user had on screen, and end with the status of success when
it was the thread of the keyboard that failed.
"""

import platform
import time
import traceback
from pathlib import Path
from typing import Any

from textual.app import App

from ..core.errors import SeeshellError
from ..core.private_files import replace_private


class ReportedApp(App[None]):
    """Keeps the error that it ends with, for whoever runs it."""

    crash: Exception | None = None
    """What has ended the app; None while nothing has failed."""

    def _handle_exception(self, error: Exception) -> None:
        """Ends the app because of the error; the first one counts."""
        self.crash = self.crash or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Ends the app and prints nothing."""
        self._close_messages_no_wait()

    def panic(self, *_renderables: Any) -> None:
        """Ends the app and prints nothing."""
        self._close_messages_no_wait()


def report_crash(error: Exception, log: Path, terminal: str) -> SeeshellError:
    """Writes what happened to a file, and returns the sentence for the user.

    Values of variables are left out: they may hold what the user wrote.

    Args:
        error: what ended the app.
        log: the file, which holds the last crash alone.
        terminal: its name and version, if it gave any.
    """
    # It takes longer to import than the rest of the program has for its first frame.
    from importlib.metadata import version

    lines = (
        f"{time.strftime('%Y-%m-%d %H:%M:%S %z')}",
        f"seeshell {version('seeshell')}, Textual {version('textual')}",
        f"Python {platform.python_version()}, {platform.platform()}",
        f"terminal: {terminal or 'unknown'}",
        "",
        "".join(traceback.format_exception(error)),
    )
    try:
        replace_private(log, "\n".join(lines).encode("utf-8", "backslashreplace"))
    except OSError as refusal:
        what = f"What happened could not be written to {log}: {refusal.strerror or refusal}."
    else:
        what = f"What happened is in {log}."
    return SeeshellError(
        f"The app crashed ({type(error).__name__}); your draft and saved messages are safe: "
        f"start it again. {what}"
    )
