"""The settings as they are now: `config.toml` is read again once it has changed on the disk."""

from collections.abc import Callable
from typing import Final, NamedTuple

from msgspec.structs import replace

from .errors import SettingsError
from .settings import Paths, Settings, read_settings
from .toml_file import file_stamp

_COUNT_AT_ONCE: Final = (
    *("model", "adapter", "endpoints", "max_tokens", "temperature", "keep_alive"),
)

_COUNT_AT_START: Final = ("pixel_budget", "max_pixels", "kv_bits", "kv_bytes", "spill_bytes")
"""The core is built on them; all others are the app's, which reads them when it starts."""


_LOST_MODEL: Final = (
    "config.toml names no model any more: the one in use stays until you choose another one, or "
    "the core starts again (seeshell stop)."
)


class SettingsChange(NamedTuple):
    """What has changed in the file."""

    names: frozenset[str] = frozenset()
    """Settings that count now with their new values."""
    notices: tuple[str, ...] = ()
    """Sentences for the user on what does not count yet."""


class CurrentSettings:
    """The settings of a running core."""

    def __init__(self, paths: Paths, settings: Settings) -> None:
        """Takes the settings that the core starts with.

        Args:
            paths: where the file is.
            settings: what it held, with what the command line and the environment put in its
                place; that stays until the file says something else.
        """
        self.now = settings
        """What counts."""
        self.listeners: list[Callable[[Settings], None]] = []
        """Called with what counts after each change."""
        self._paths = paths
        self._stamp = file_stamp(paths.config_file)
        try:
            self._written = read_settings(paths, {})
        except SettingsError:
            # It was changed since the core read it: the next look tells.
            self._written, self._stamp = settings, ()

    def look(self) -> SettingsChange:
        """Returns what has changed since the last look, and takes over what can be.

        A file that can't be used changes nothing, and is told of once.
        """
        stamp = file_stamp(self._paths.config_file)
        if stamp == self._stamp:
            return SettingsChange()
        self._stamp = stamp
        try:
            written = read_settings(self._paths, {})
        except SettingsError as error:
            return SettingsChange(notices=(f"{error} Until then the settings before it count.",))
        before, self._written = self._written, written
        changed = [name for name in written.__struct_fields__ if _differ(name, before, written)]
        return self._take_over(changed)

    def _take_over(self, changed: list[str]) -> SettingsChange:
        at_once = [name for name in changed if name in _COUNT_AT_ONCE]
        self.now = replace(self.now, **{name: getattr(self._written, name) for name in at_once})
        later = [
            name
            for name in changed
            if name in _COUNT_AT_START and _differ(name, self._written, self.now)
        ]
        for listener in self.listeners:
            listener(self.now)
        notices = [_LOST_MODEL] if "model" in at_once and not self.now.model else []
        return SettingsChange(frozenset(at_once), (*notices, *_tell_later(later)))


def _differ(name: str, one: Settings, other: Settings) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _tell_later(names: list[str]) -> tuple[str, ...]:
    if not names:
        return ()
    *most, last = names
    named = f"{', '.join(most)} and {last}" if most else last
    verbs = ("have", "they count") if most else ("has", "it counts")
    return (
        f"{named} {verbs[0]} changed in config.toml: {verbs[1]} once the core starts again "
        "(seeshell stop).",
    )
