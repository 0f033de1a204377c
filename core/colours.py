"""Colour profiles: pictures of any ICC profile as sRGB."""

import io
from typing import TYPE_CHECKING, Final

from PIL import Image

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsTransform

_LONGEST_BYTES: Final = 2**24
_SPACES: Final = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
"""Colour spaces of profiles that are applied, and the modes that they are of."""

_STEPS: Final = (0, 32, 64, 96, 128, 160, 192, 224, 255)
_TOLERANCE: Final = 2
"""Most that a colour of an sRGB profile is off: there are many, and they round in their ways."""


class ColourProfile:
    """A picture's profile, if it has one that changes its colours."""

    def __init__(self, image: Image.Image, profile: bytes | None = None) -> None:
        """Reads the profile; one that is broken, sRGB, or not of the picture's mode is ignored.

        Args:
            image: the picture, not decoded yet.
            profile: its profile, if Pillow has not found it.
        """
        self._transform: ImageCmsTransform | None = None
        self.mode = ""
        """The mode of pixels that it converts; empty if it does nothing."""
        content = profile or image.info.get("icc_profile")
        if isinstance(content, bytes) and 0 < len(content) <= _LONGEST_BYTES:
            self._read(content, image.mode)

    def to_srgb(self, image: Image.Image) -> Image.Image:
        """Returns the picture as sRGB.

        Args:
            image: of `mode`, else already RGB; grey may come as RGB too.
        """
        if self._transform is None:
            return image
        if image.mode != self.mode:
            image = image.getchannel(0)
        if self.mode == "RGB":
            self._transform.apply_in_place(image)
            return image
        return self._transform.apply(image)

    def _read(self, content: bytes, mode: str) -> None:
        # Takes 5 ms, and most pictures have no profile.
        from PIL import ImageCms

        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(content))
            form = _SPACES.get(profile.profile.xcolor_space, "")
            if form != _needed(mode):
                return
            transform = ImageCms.buildTransform(
                profile,
                ImageCms.createProfile("sRGB"),
                form,
                "RGB",
                ImageCms.Intent.RELATIVE_COLORIMETRIC,
                ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            # A broken profile must not hide a sound picture.
            return
        if form != "RGB" or not _is_srgb(transform):
            self._transform, self.mode = transform, form


def _needed(mode: str) -> str:
    """Returns the mode of the profile that belongs to pixels of this mode."""
    if mode == "CMYK":
        return "CMYK"
    is_grey = mode in {"1", "L", "LA", "La", "F"} or mode.startswith("I")
    return "L" if is_grey else "RGB"


def _is_srgb(transform: "ImageCmsTransform") -> bool:
    """Whether the transform changes no colour that matters."""
    colours = bytes(
        value
        for red in _STEPS
        for green in _STEPS
        for blue in _STEPS
        for value in (red, green, blue)
    )
    before = Image.frombytes("RGB", (len(colours) // 3, 1), colours)
    after = transform.apply(before).tobytes()
    return all(abs(one - two) <= _TOLERANCE for one, two in zip(colours, after, strict=True))
