"""A colour of a cell that names a picture in the terminal, and one of its sizes. Pure."""

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet


class PlaceholderColor(Color):
    """A foreground colour that carries a picture's id, its underline colour that of a placement.

    It is no colour to look at, so it is never rounded to what the terminal can show. The
    placement is the `number` that other 24-bit colours leave empty, so that two placements of a
    picture are never taken for the same style.
    """

    __slots__ = ()

    @classmethod
    def of(cls, image_id: int, placement: int) -> "PlaceholderColor":
        """Returns the colour for a 24-bit image id and a placement from 1 to 255."""
        triplet = ColorTriplet(image_id >> 16 & 255, image_id >> 8 & 255, image_id & 255)
        return cls(f"picture {triplet.hex}", ColorType.TRUECOLOR, placement, triplet)

    def downgrade(  # type: ignore[override]
        self,
        system: ColorSystem,  # noqa: ARG002
    ) -> Color:
        """Returns itself: a rounded id names another picture."""
        return self

    def get_ansi_codes(  # type: ignore[override]
        self, foreground: bool = True
    ) -> tuple[str, ...]:
        """Returns the codes of the id and, as underline colour, of the placement."""
        codes = super().get_ansi_codes(foreground)
        return (*codes, "58", "5", str(self.number)) if foreground else codes
