"""What lies behind the transparent parts of a picture: white, or grey where white would hide it."""

from typing import Final, NamedTuple, cast

from PIL import Image, ImageChops, ImageFilter


class Backdrop(NamedTuple):
    """A colour to lay a transparent picture on."""

    colour: tuple[int, int, int]
    note: str
    """What the user should know of it."""


WHITE: Final = Backdrop((255, 255, 255), "transparent parts on white")
GREY: Final = Backdrop(
    (128, 128, 128), "transparent parts on grey, as white would hide the picture"
)

_SAMPLE_SIDE: Final = 512
"""Pixels are taken evenly from the whole picture, so that every copy of it lies on one backdrop."""

_CONTRAST: Final = 40
"""Less in every colour, and a shape is hidden by its backdrop."""

_OUTLINE_SHARE: Final = 3
_AREA_SHARE: Final = 4
"""One part in so many, hidden, of the outline and of all that is drawn makes white no backdrop."""


def find_backdrop(image: Image.Image) -> Backdrop | None:
    """Returns what to lay a decoded picture of 8 bits on; None if nothing in it is transparent.

    What tells is the outline, the pixels drawn beside transparent ones: white in the middle of a
    coloured shape is seen on any backdrop. Specks that a program left while it removed a background
    have much outline, but little area.
    """
    if not image.has_transparency_data or _least_alpha(image) == 255:
        return None
    sample = _sample(image)
    alpha = sample.getchannel("A")
    most = _extrema(alpha)[1]
    drawn = alpha.point([255 * (2 * value >= most > 0) for value in range(256)])
    grown = ImageChops.invert(drawn).filter(ImageFilter.MaxFilter(3))
    outline = ImageChops.darker(drawn, grown)
    on_white, on_grey = _hidden(sample, WHITE), _hidden(sample, GREY)
    is_hidden = _share(on_white, outline) * _OUTLINE_SHARE >= 1
    if not is_hidden or _share(on_white, drawn) * _AREA_SHARE < 1:
        return WHITE
    return GREY if _share(on_grey, outline) < _share(on_white, outline) else WHITE


def lay_on(image: Image.Image, backdrop: Backdrop) -> Image.Image:
    """Returns the picture as RGB on the backdrop."""
    # Without copies of what may be 800 MB.
    layered = image if image.mode == "RGBA" else image.convert("RGBA")
    whole = Image.new("RGB", layered.size, backdrop.colour)
    whole.paste(layered, mask=layered)
    return whole


def _least_alpha(image: Image.Image) -> int:
    """Returns the lowest alpha value; in a palette, 0 if a colour that is not opaque is used."""
    given = image.info.get("transparency")
    if image.mode == "P" and given is not None:
        alphas = given if isinstance(given, bytes) else [255] * given + [0]
        return 255 * all(
            not count or alpha == 255
            for count, alpha in zip(image.histogram(), alphas, strict=False)
        )
    layered = image if image.mode in {"RGBA", "LA"} else image.convert("RGBA")
    return _extrema(layered.getchannel("A"))[0]


def _sample(image: Image.Image) -> Image.Image:
    size = (min(image.width, _SAMPLE_SIDE), min(image.height, _SAMPLE_SIDE))
    return image.resize(size, Image.Resampling.NEAREST).convert("RGBA")


def _hidden(sample: Image.Image, backdrop: Backdrop) -> Image.Image:
    """Returns a mask of the pixels that can't be told from the backdrop they lie on."""
    plain = Image.new("RGB", sample.size, backdrop.colour)
    contrast = ImageChops.difference(lay_on(sample, backdrop), plain)
    red, green, blue = contrast.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([255 * (value < _CONTRAST) for value in range(256)])


def _extrema(channel: Image.Image) -> tuple[int, int]:
    return cast(tuple[int, int], channel.getextrema())


def _share(mask: Image.Image, of: Image.Image) -> float:
    """Returns which part of one mask lies in another; 0 if it is empty."""
    whole = of.histogram()[255]
    return ImageChops.darker(mask, of).histogram()[255] / whole if whole else 0.0
