"""How far a picture on a screen is from its original."""

from PIL import Image, ImageChops, ImageStat


def difference(shown: Image.Image, original: Image.Image) -> float:
    """Returns how far pixels are from the original's on the average, of 255."""
    expected = original.convert("RGB").resize(shown.size, Image.Resampling.LANCZOS)
    return max(ImageStat.Stat(ImageChops.difference(shown.convert("RGB"), expected)).mean)
