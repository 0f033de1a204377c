"""Whether the line to the terminal is slow: by its round trip, or since writes back up."""

from typing import Final

SLOW_SECONDS: Final = 0.25
"""Round trip of a slow line: mobile networks, satellites, VPNs around the world."""

BEHIND_SECONDS: Final = 2.0
"""How long writes have to back up without a pause until the line counts as slow."""


class LineSpeed:
    """Judges a line by what is seen of it."""

    def __init__(self, round_trip: float) -> None:
        """Begins with what asking the terminal has shown.

        Args:
            round_trip: seconds; 0 where it is not known.
        """
        self.is_slow = round_trip >= SLOW_SECONDS
        """Whether it has been found slow."""
        self._behind_since: float | None = None

    def note(self, now: float, *, is_behind: bool) -> bool:
        """Takes in whether what was written before is still on its way.

        Args:
            now: by the monotonic clock.
            is_behind: whether it is.

        Returns:
            whether the line has been found slow by this.
        """
        if not is_behind:
            self._behind_since = None
        elif self._behind_since is None:
            self._behind_since = now
        if self.is_slow or self._behind_since is None or now - self._behind_since < BEHIND_SECONDS:
            return False
        self.is_slow = True
        return True
