"""The terminal's last guard: nothing that any widget draws can steer it."""

import re
from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_STEERING: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
"""Control characters and those that reorder text; none takes a cell."""


class ControlFilter(LineFilter):
    """Leaves out of a line what could steer the terminal.

    Text from outside is made visible where it is drawn. This is for what was typed, pasted or
    recalled: widgets for input draw their text as it is, and it is sent as it is.
    """

    def apply(
        self,
        segments: list[Segment],
        background: Color,  # noqa: ARG002
    ) -> list[Segment]:
        """Returns the line's segments without such characters."""
        if all(segment.text.isprintable() for segment in segments):
            return segments
        return [Segment(_STEERING.sub("", text), style) for text, style, _ in segments]
