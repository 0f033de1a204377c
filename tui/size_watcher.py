"""Sizes of widgets that come and go.

Textual 8.2 sends a widget that becomes visible no `Resize` where something asks for a region of the
screen between the change of style and the layout: that asking arranges the screen ahead, and the
layout then takes the widget for one that was visible before. Its size is right all the same.
"""

from collections.abc import Callable

from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget


def watch_size(widget: Widget, changed: Callable[[], None]) -> None:
    """Calls back after each layout that gave the widget another size; for when it is mounted."""
    before = Size()

    def compare(_screen: Screen[object]) -> None:
        nonlocal before
        if widget.size != before:
            before = widget.size
            changed()

    widget.screen.screen_layout_refresh_signal.subscribe(widget, compare)
