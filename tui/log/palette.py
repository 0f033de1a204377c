"""The styles in which the log is drawn, taken from its component classes."""

from typing import NamedTuple

from rich.style import Style
from textual.widget import Widget


class Palette(NamedTuple):
    """Complete styles, ground included; equal palettes draw equal strips."""

    base: Style
    muted: Style
    user: Style
    answer: Style
    title: Style
    """Headings of the first two levels."""
    heading: Style
    code: Style
    link: Style
    error: Style
    code_block: Style
    keyword: Style
    name: Style
    string: Style
    number: Style
    comment: Style
    picture: Style
    """The ground that stands where a picture will be."""
    mark: Style
    """The bar beside the message at the cursor."""
    target: Style
    """Laid over the link that Enter would open."""
    found: Style
    """Laid over what a search has found."""
    found_here: Style
    """Laid over the place that the keys have walked to."""
    left_out: Style
    """All text of what later prompts leave out."""

    def greyed(self) -> "Palette":
        """Returns the palette for a message that is left out: its text has one style."""
        grey = Palette(*(self.left_out for _ in self._fields))
        return grey._replace(picture=self.picture, mark=self.mark, target=self.target)._replace(
            found=self.found, found_here=self.found_here
        )


COMPONENTS = {f"chat-log--{name.replace('_', '-')}" for name in Palette._fields}


def read_palette(widget: Widget) -> Palette:
    """Returns the palette of the theme in force."""
    return Palette(
        *(
            widget.get_component_rich_style(f"chat-log--{name.replace('_', '-')}")
            for name in Palette._fields
        )
    )
