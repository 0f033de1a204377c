"""A transcript whose messages tell on request when they were sent."""

import time
from typing import Final

from textual.reactive import var
from textual.timer import Timer

from .look import Look
from .transcript_view import TranscriptView

_MINUTE: Final = 60.0


class TimesView(TranscriptView):
    """Has the time beside each message's name, and how long ago that was, kept true."""

    shows_times: var[bool] = var(False)
    """Whether times are shown."""

    _ageing: Timer | None = None

    @property
    def look(self) -> Look:
        """What messages are rendered for: another look each minute while times are shown."""
        look = super().look
        return look._replace(now=int(time.time() // _MINUTE)) if self.shows_times else look

    def watch_shows_times(self, shows_times: bool) -> None:
        """Renders with or without times, and again each minute."""
        if shows_times:
            self._ageing = self._ageing or self.set_interval(_MINUTE, self.settle)
        elif self._ageing is not None:
            self._ageing.stop()
            self._ageing = None
        self.settle()
