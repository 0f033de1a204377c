"""The line above a list of conversations, where words and notation are typed."""

from typing import Final

from textual.widgets import Input

_OF_THE_LIST: Final = frozenset({"submit", "scroll_up", "scroll_down", "page_up", "page_down"})
"""Actions of a text field that would keep the keys from the list."""


class FilterLine(Input):
    """A line whose keys for a list are those of the list below it."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key edits the line."""
        return action not in _OF_THE_LIST and super().check_action(action, parameters)
