"""Which part of a picture is in view: as it fits, at 1:1, zoomed and panned. Pure.

Lengths of the terminal are its pixels: `scale` of them show one pixel of the picture.
"""

from typing import Final, NamedTuple

from ...core.excerpt import Region

MOST_ZOOM: Final = 32
"""Times 1:1: from here on a few pixels fill the screen."""

_NEAR: Final = 1.001
"""Two scales closer than this are the same."""


class Sight(NamedTuple):
    """Where somebody looks, whatever the size of picture and terminal."""

    x: float = 0.5
    """Centre of what is seen, as a part of the picture's width; `y` of its height."""
    y: float = 0.5
    scale: float = 0.0
    """0 for as large as fits."""


FIT: Final = Sight()


class Cells(NamedTuple):
    """The cells that a picture is shown in."""

    columns: int
    rows: int
    cell_width: int
    """Pixels of the terminal."""
    cell_height: int
    dot: float = 1.0
    """How many of these the smallest thing is wide that can be drawn: a cell for half blocks."""


class Placed(NamedTuple):
    """What of a picture is shown, and in how many cells."""

    region: Region
    columns: int
    rows: int
    scale: float
    """Pixels of the terminal that show one of the picture."""


class Stage(NamedTuple):
    """A picture and the cells in which it can be shown."""

    width: int
    """Pixels of the picture; so is `height`."""
    height: int
    cells: Cells

    @property
    def fit_scale(self) -> float:
        """At which all of the picture is as large as there is room."""
        it = self.cells
        return min(it.columns * it.cell_width / self.width, it.rows * it.cell_height / self.height)

    def scale_of(self, sight: Sight) -> float:
        """Returns the scale at which somebody looks."""
        return sight.scale or self.fit_scale

    def percent(self, sight: Sight) -> int:
        """Returns the zoom; 100 is one pixel of the picture for each that can be drawn."""
        return round(100 * self.scale_of(sight) / self.cells.dot)

    def place(self, sight: Sight) -> Placed:
        """Returns what is to be drawn: its aspect in cells is the picture's, but for rounding."""
        scale, cells = self.scale_of(sight), self.cells
        columns, width = _seen(self.width, scale / cells.cell_width, cells.columns)
        rows, height = _seen(self.height, scale / cells.cell_height, cells.rows)
        left = _bounded(round(sight.x * self.width - width / 2), 0, self.width - width)
        top = _bounded(round(sight.y * self.height - height / 2), 0, self.height - height)
        return Placed(Region(left, top, width, height), columns, rows, scale)

    def zoomed(self, sight: Sight, factor: float) -> Sight:
        """Returns the sight nearer or farther, around the same centre; never smaller than fits."""
        actual = self.cells.dot
        least = min(self.fit_scale, actual)
        scale = min(max(self.scale_of(sight) * factor, least), MOST_ZOOM * actual)
        return self._settled(sight._replace(scale=scale))

    def actual(self, sight: Sight) -> Sight:
        """Returns the sight at 1:1, around the same centre."""
        return self._settled(sight._replace(scale=self.cells.dot))

    def panned(self, sight: Sight, right: float, down: float) -> Sight:
        """Returns the sight moved by parts of what is seen; it stays within the picture."""
        seen = self.place(sight).region
        x = (seen.x + seen.width * (0.5 + right)) / self.width
        y = (seen.y + seen.height * (0.5 + down)) / self.height
        return self._settled(sight._replace(x=x, y=y))

    def looking_at(self, region: Region, margin: float = 0.1) -> Sight:
        """Returns the sight that shows a rectangle, with a margin that is a part of it around."""
        cells = self.cells
        scale = min(
            cells.columns * cells.cell_width / region.width,
            cells.rows * cells.cell_height / region.height,
        ) / (1 + 2 * margin)
        x = (region.x + region.width / 2) / self.width
        y = (region.y + region.height / 2) / self.height
        scale = min(max(scale, self.fit_scale), MOST_ZOOM * cells.dot)
        return self._settled(Sight(x, y, scale))

    def showing(self, region: Region, sight: Sight) -> Sight:
        """Returns the sight with a rectangle in its middle, if that is not all in view as it is."""
        seen = self.place(sight).region
        is_across = seen.x <= region.x and region.right <= seen.right
        if is_across and seen.y <= region.y and region.bottom <= seen.bottom:
            return sight
        x, y = region.x + region.width / 2, region.y + region.height / 2
        return self._settled(sight._replace(x=x / self.width, y=y / self.height))

    def moved_to(self, other: "Stage", sight: Sight) -> Sight:
        """Returns the sight of another picture that shows the same part of it, as large."""
        if not sight.scale:
            return sight
        return other._settled(sight._replace(scale=sight.scale * self.width / other.width))

    def _settled(self, sight: Sight) -> Sight:
        """Returns the sight with its centre where the picture's edges let it be."""
        fit = self.fit_scale
        if fit / _NEAR < self.scale_of(sight) < fit * _NEAR:
            return FIT
        seen = self.place(sight).region
        half_width, half_height = seen.width / 2 / self.width, seen.height / 2 / self.height
        return sight._replace(
            x=min(max(sight.x, half_width), 1 - half_width),
            y=min(max(sight.y, half_height), 1 - half_height),
        )


def _seen(pixels: int, cells_a_pixel: float, cells: int) -> tuple[int, int]:
    """Returns how many cells show a picture's width or height, and how many pixels of it."""
    whole = round(pixels * cells_a_pixel)
    if whole <= cells:
        return max(1, whole), pixels
    return cells, _bounded(round(cells / cells_a_pixel), 1, pixels)


def _bounded(number: int, least: int, most: int) -> int:
    return max(least, min(number, most))
