"""The presets as they are now: `presets.toml` is read again once it has changed on the disk."""

import errno
from pathlib import Path
from typing import Final

from .errors import PresetNotFound, SettingsError
from .presets import Preset, Presets, read_presets
from .setting_rules import show_name
from .toml_file import file_stamp

_NO_FILE: Final = (errno.ENOENT,)
"""Stamp of a file that is not there."""


class CurrentPresets:
    """The presets of a running program, the core or the interface; nothing is read before `look`.

    What was read stays while the file can't be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now = Presets()
        """What counts."""
        self.problem = ""
        """Why the file can't be used, one sentence; empty if it can."""
        self._stamp: tuple[int, ...] = _NO_FILE

    def look(self) -> bool:
        """Reads the file if it has changed since the last look; returns whether it had."""
        stamp = file_stamp(self.path)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            self.now, self.problem = read_presets(self.path), ""
        except SettingsError as error:
            self.problem = str(error)
        return True

    def choose(self, name: str, source: str) -> Preset | None:
        """Returns the preset that counts; None where there is none to count.

        Args:
            name: the one that was chosen; empty for the model's default one.
            source: what names the model.

        Raises:
            PresetNotFound: the chosen one is not there.
        """
        if not name:
            return self.now.default_of(source)
        preset = self.now.find(name)
        if preset is None:
            raise PresetNotFound(
                f"The preset {show_name(name)} can't be used, because {self.problem}"
                if self.problem
                else f"There is no preset {show_name(name)} in {self.path}: choose another one, or "
                f"write [presets.{show_name(name)}] there."
            )
        return preset
