"""Where keys go: the focus of a screen is never nowhere, nor on what is not shown.

Textual takes the focus away when the terminal loses its own, when a mouse event comes from outside
the screen, and when what has it is hidden or removed; then it often gives it back to nothing.
"""

from typing import Any, cast

from textual.screen import Screen
from textual.widget import Widget


class KeepsFocus:
    """Mixed into a screen: while it is on top, something on it that can have the focus has it."""

    _kept: Widget | None = None
    """What had the focus last."""

    def on_idle(self) -> None:
        """Looks after the focus whenever what changes the screen has been carried out."""
        self.keep_focus()

    def on_screen_resume(self) -> None:
        """Gives the focus back before Textual gives it to the screen's first choice."""
        self.keep_focus()

    def keep_focus(self) -> None:
        """Gives a focus that is lost back to what had it, else to what the screen is for.

        Not while the terminal has no focus itself: then the app shows no cursor.
        """
        screen = cast("Screen[Any]", self)
        if not (screen.is_current and screen.app.app_focus):
            return
        if not _takes_keys(screen.focused):
            screen.set_focus(_heir(screen, self._kept))
        self._kept = screen.focused


def _heir(screen: Screen[Any], kept: Widget | None) -> Widget | None:
    """Returns what is to have the focus; None where nothing can."""
    if kept is not None and _takes_keys(kept):
        return kept
    wanted = screen.query(screen.AUTO_FOCUS) if screen.AUTO_FOCUS else ()
    return next((it for it in (*wanted, *screen.focus_chain) if _takes_keys(it)), None)


def _takes_keys(widget: Widget | None) -> bool:
    """Whether a widget can have the focus and is shown, with all that it stands in."""
    if widget is None or not (widget.is_attached and widget.focusable):
        return False
    return all(it.display for it in widget.ancestors_with_self if isinstance(it, Widget))
