"""Writes to the terminal in turn with Textual's output: what knows its driver's private names."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App


class DriverOutput:
    """Writes to the terminal in turn with Textual's own output."""

    def __init__(self, app: "App[Any]") -> None:
        self._app = app

    def write(self, text: str) -> None:
        """Queues the text behind what Textual has written; nothing once the app has ended."""
        driver = self._app._driver
        if driver is not None and getattr(driver, "_writer_thread", None) is not None:
            driver.write(text)

    def is_behind(self) -> bool:
        """Whether the line is slower than the output, so that more would delay the keys."""
        writer = getattr(self._app._driver, "_writer_thread", None)
        return writer is not None and not writer._queue.empty()
