"""Tells the core that the user does something in this window, now and then."""

import time
from typing import Final

from ...core.messages.picture_requests import UseWindow
from .core_link import CoreLink
from .quiet_requests import QuietRequests

INTERVAL: Final = 2.0
"""Least seconds between two reports: the window used last is known well enough."""


class WindowUse:
    """Reports the first of many keys; a window in which nobody does anything says nothing."""

    def __init__(self, link: CoreLink) -> None:
        self._telling: QuietRequests[UseWindow] = QuietRequests(link)
        self._told_at = float("-inf")

    def note(self) -> None:
        """Takes in that a key was pressed, or a text pasted."""
        now = time.monotonic()
        if now - self._told_at >= INTERVAL:
            self._told_at = now
            self._telling.forget()
            self._telling.want(UseWindow())
