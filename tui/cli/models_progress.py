"""How far a download or a conversion is, as one line: share, bytes, speed and what is left."""

import time
from collections.abc import Callable

from ...core.models.memory import format_bytes
from ...core.models.progress import LoadProgress
from ...core.wording import describe_wait


class ProgressLine:
    """Turns reports into lines."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.stage = ""
        """Of the last report."""
        self._begun = (0.0, 0.0)
        """When the first share of this stage came, and that share."""

    def describe(self, progress: LoadProgress) -> str:
        """Returns the line for a report; speed and time are those since the stage began."""
        now = self._clock()
        if progress.stage != self.stage or not progress.fraction:
            self.stage, self._begun = progress.stage, (now, progress.fraction)
        parts = [f"{int(100 * progress.fraction)} %"]
        if progress.total_bytes:
            done = int(progress.fraction * progress.total_bytes)
            parts.append(f"{format_bytes(done)} of {format_bytes(progress.total_bytes)}")
        begun, share = self._begun
        seconds, gained = now - begun, progress.fraction - share
        if seconds > 0 and gained > 0:
            if progress.total_bytes:
                parts.append(f"{format_bytes(int(gained * progress.total_bytes / seconds))}/s")
            parts.append(f"{describe_wait(seconds * (1 - progress.fraction) / gained)} left")
        return ", ".join(parts)
