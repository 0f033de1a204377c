"""A picture file of two pages, for tests about what of a file is shown."""

from pathlib import Path

from PIL import Image, ImageDraw


def draw_sheet(folder: Path) -> Path:
    """Draws two pages of 128 x 64 pixels: a circle and beside it a square, all coloured apart."""
    pages = []
    for circle, square in (("red", "blue"), ("green", "yellow")):
        pages.append(Image.new("RGB", (128, 64), "white"))
        pen = ImageDraw.Draw(pages[-1])
        pen.ellipse((8, 8, 40, 40), fill=circle)
        pen.rectangle((72, 8, 104, 40), fill=square)
    path = folder / "sheet.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    return path
