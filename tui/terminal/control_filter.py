"""The terminal's last guard: nothing that any widget draws can steer it."""

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from ..visible import is_plain, replace_hidden


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
        """Returns the line's segments without such characters; the cells they take are blank."""
        # Once for all: a row of half blocks has a segment for each cell.
        if is_plain("".join(segment.text for segment in segments)):
            return segments
        return [Segment(_harmless(segment.text), segment.style) for segment in segments]


def _harmless(text: str) -> str:
    harmless = replace_hidden(text, _blank).replace("\n", "").replace("\t", "")
    # The layout counts two characters with a joiner between them as one, letters too.
    return set_cell_size(harmless, cell_len(text))


def _blank(char: str) -> str:
    """Returns as many blanks as the layout counts for a character: a soft hyphen has one."""
    return " " * cell_len(char)
