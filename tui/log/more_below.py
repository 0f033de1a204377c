"""A log that says when text has come below what is in view."""

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region
from textual.reactive import var
from textual.strip import Strip

from ..keys.bindings import fill_keys
from .line_selection import LineSelectingView

_BADGE = " ↓ more below · {log.end} "
"""Says by which key to get there."""


class TellingView(LineSelectingView):
    """Lays a badge over its last row while unseen text stands below; nothing moves for it."""

    has_more_below = var(False)
    """Whether text has come below the view since the user scrolled away from the end."""

    def note_text(self) -> None:
        """Shows the badge if what has just come can't be seen."""
        self.has_more_below = not self.following and not self._is_end_in_view()

    def settle(self) -> None:
        """Takes the badge away once the end is in view."""
        super().settle()
        if self.has_more_below and (self.following or self._is_end_in_view()):
            self.has_more_below = False

    def watch_has_more_below(self) -> None:
        """Draws the row with the badge, or without it."""
        self.refresh(Region(0, self.page_height - 1, self.size.width, 1))

    def watch_is_selecting(self) -> None:
        """Takes the badge away while the key does something else."""
        self.watch_has_more_below()

    def render_line(self, y: int) -> Strip:
        """Returns a row of the view; the badge is painted only and in nobody's way otherwise."""
        strip = super().render_line(y)
        if not (self._is_painting and self._shows_badge and y == self.page_height - 1):
            return strip
        badge = Segment(self._badge, self.look.palette.mark + Style(reverse=True))
        width = max(0, strip.cell_length - len(self._badge))
        return Strip.join([strip.crop(0, width), Strip([badge])]).crop(0, strip.cell_length)

    def is_on_badge(self, place: Offset) -> bool:
        """Returns whether the badge shows at a place of the view."""
        start = self.look.width - len(self._badge)
        return self._shows_badge and place.y == self.page_height - 1 and place.x > start

    @property
    def _badge(self) -> str:
        return fill_keys(self, _BADGE)

    @property
    def _shows_badge(self) -> bool:
        return self.has_more_below and not self.is_selecting

    def _is_end_in_view(self) -> bool:
        # A message out of view is not rendered only to know where it ends.
        if not self.rows or self.rows[-1].position.message < len(self.transcript.views) - 1:
            return not self.rows
        return self.rows[-1].position >= self.transcript.end(self.look)
