"""An app that takes what is copied to the clipboard in front of the user, and says how."""

import os
import shutil
import sys
from functools import cached_property
from typing import TYPE_CHECKING

from textual.app import App

from ...core.settings import Paths
from ..crash import ReportedApp
from ..keys.bindings import fill_keys
from ..visible import visible

if TYPE_CHECKING:
    from ..terminal.driver_output import DriverOutput
    from ..terminal.facts import TerminalFacts
    from .clipboard import Clipboard, Copied


class CopyingApp(ReportedApp):
    """Copies what its widgets want copied; text fields paste that again."""

    paths: Paths
    _output: "DriverOutput"
    _whole_terminal: "TerminalFacts"
    _may_write_clipboard: bool = True
    """Whether what was copied last may be in a file, whatever is on screen by now."""

    @property
    def may_write_copies(self) -> bool:
        """Whether what is copied may be in a file where no clipboard takes it."""
        return True

    def copy_to_clipboard(self, text: str) -> None:
        """Copies a text that a text field or the mouse gave; only a failure is told."""
        self.copy_told(text, "")

    def copy_told(self, text: str, what: str) -> None:
        """Copies a text, and tells which way it went.

        Args:
            text: to copy.
            what: it is, as a noun; empty to tell only where it went to a file.
        """
        self._clipboard = text
        self._may_write_clipboard = self.may_write_copies
        self.run_worker(self._copy(text, what), group="copy")

    def write_copied(self) -> None:
        """Writes what was copied last to a file of the user's alone, and says where that is."""
        from .clipboard import refuse_file

        if self.clipboard:
            may_write = self._may_write_clipboard
            self._tell(self._places.write_file(self.clipboard) if may_write else refuse_file(), "")

    async def _copy(self, text: str, what: str) -> None:
        copied = await self._places.copy(text, may_write=self._may_write_clipboard)
        if what or not copied.is_in_clipboard:
            self._tell(copied, what)

    def _tell(self, copied: "Copied", what: str) -> None:
        sentence = f"{what or 'Text'} {copied.sentence}"
        severity = "information" if copied.is_in_clipboard else "warning"
        seconds = max(3.0, len(sentence) / 20)
        text = visible(fill_keys(self.screen, sentence))
        self.notify(text, severity=severity, timeout=seconds, markup=False)  # type: ignore[arg-type]

    @cached_property
    def _places(self) -> "Clipboard":
        """Where texts are copied to; found out at the first copy."""
        from .clipboard import Clipboard
        from .ways import choose_ways

        ways = choose_ways(os.environ, self._whole_terminal.brand, sys.platform, shutil.which)
        return Clipboard(ways, self._output.write, self.paths.cache_dir / "copied")


def copy_text(app: App[object], text: str, what: str) -> None:
    """Copies a text, and tells what it is where the app does so.

    Args:
        app: of the widget that has the text.
        text: to copy.
        what: it is, as a noun.
    """
    if isinstance(app, CopyingApp):
        app.copy_told(text, what)
    else:
        app.copy_to_clipboard(text)
