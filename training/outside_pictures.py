"""Draws pictures that are not of the world, other kinds of them for each split."""

import math
import random
from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from training.pictures import polygon
from training.world import SHAPES, Split

Size = tuple[int, int]
Painter = Callable[[Size, random.Random], Image.Image]
Colour = tuple[int, int, int]


def draw_outside(kind: str, size: Size, rng: random.Random) -> Image.Image:
    """A picture of the named kind in RGB."""
    return _PAINTERS[kind](size, rng)


def _any_colour(rng: random.Random, low: int = 0, high: int = 255) -> Colour:
    return rng.randint(low, high), rng.randint(low, high), rng.randint(low, high)


def _generator(rng: random.Random) -> np.random.Generator:
    return np.random.default_rng(rng.getrandbits(32))


def _random_field(cells: Size, size: Size, rng: random.Random) -> Image.Image:
    pixels = _generator(rng).integers(0, 256, (cells[1], cells[0], 3), dtype=np.uint8)
    return Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)


def _noise(size: Size, rng: random.Random) -> Image.Image:
    scale = rng.choice((1, 2, 3, 4))
    cells = (max(2, size[0] // scale), max(2, size[1] // scale))
    field = _random_field(cells, size, rng)
    return field.convert("L").convert("RGB") if rng.random() < 0.3 else field


def _clouds(size: Size, rng: random.Random) -> Image.Image:
    count = rng.randint(2, 9)
    field = _random_field((count, count), size, rng)
    return Image.blend(field, Image.new("RGB", size, _any_colour(rng)), rng.uniform(0, 0.6))


def _octaves(size: Size, rng: random.Random) -> Image.Image:
    """Broad forms with finer ones on top, as light falls in a photograph."""
    picture = _random_field((rng.randint(2, 4), rng.randint(2, 4)), size, rng)
    for cells in (rng.randint(5, 9), rng.randint(12, 24), 48):
        finer = _random_field((cells, cells), size, rng)
        picture = Image.blend(picture, finer, rng.uniform(0.15, 0.4))
    return Image.blend(picture, Image.new("RGB", size, _any_colour(rng)), rng.uniform(0, 0.5))


def _ramp(size: Size, rng: random.Random) -> np.ndarray:
    angle = rng.uniform(0, 2 * math.pi)
    y, x = np.mgrid[0 : 1 : size[1] * 1j, 0 : 1 : size[0] * 1j]
    ramp = x * math.cos(angle) + y * math.sin(angle)
    return (ramp - ramp.min()) / max(1e-6, float(np.ptp(ramp)))


def _mix(weights: np.ndarray, first: Colour, second: Colour) -> Image.Image:
    weights = weights[..., None]
    pixels = np.array(first) * (1 - weights) + np.array(second) * weights
    return Image.fromarray(pixels.astype(np.uint8))


def _contrast(rng: random.Random) -> tuple[Colour, Colour]:
    while True:
        first, second = _any_colour(rng), _any_colour(rng)
        if sum(abs(a - b) for a, b in zip(first, second, strict=True)) > 180:
            return first, second


def _plain(size: Size, rng: random.Random) -> Image.Image:
    return Image.new("RGB", size, _PLAIN_COLOURS[rng.randrange(len(_PLAIN_COLOURS))])


def _gradient(size: Size, rng: random.Random) -> Image.Image:
    return _mix(_ramp(size, rng), *_contrast(rng))


def _radial(size: Size, rng: random.Random) -> Image.Image:
    y, x = np.mgrid[0 : 1 : size[1] * 1j, 0 : 1 : size[0] * 1j]
    distance = np.hypot(x - rng.uniform(0.3, 0.7), y - rng.uniform(0.3, 0.7))
    return _mix(np.clip(distance * 1.4, 0, 1), *_contrast(rng))


def _stripes(size: Size, rng: random.Random) -> Image.Image:
    bands = (_ramp(size, rng) * rng.randint(4, 14)) % 1 > 0.5
    return _mix(bands.astype(float), *_contrast(rng))


def _waves(size: Size, rng: random.Random) -> Image.Image:
    first = np.sin(_ramp(size, rng) * rng.uniform(8, 40))
    second = np.sin(_ramp(size, rng) * rng.uniform(8, 40) + first * rng.uniform(0, 2))
    return _mix((first * second + 1) / 2, *_contrast(rng))


def _plaid(size: Size, rng: random.Random) -> Image.Image:
    across, down = _stripes(size, rng), _stripes(size, rng).transpose(Image.Transpose.ROTATE_180)
    return Image.blend(across, down, 0.5)


def _checkers(size: Size, rng: random.Random) -> Image.Image:
    cells = rng.randint(4, 10)
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    board = (x * cells // max(size) + y * cells // max(size)) % 2
    return _mix(board.astype(float), *_contrast(rng))


def _bricks(size: Size, rng: random.Random) -> Image.Image:
    picture = Image.new("RGB", size, _any_colour(rng, 120, 230))
    pen = ImageDraw.Draw(picture)
    rows = rng.randint(5, 9)
    high = size[1] / rows
    wide = high * rng.uniform(1.6, 2.6)
    base = _any_colour(rng, 40, 200)
    for row in range(rows):
        x = -wide * (0.5 if row % 2 else 0.0)
        while x < size[0]:
            fill = tuple(max(0, c + rng.randint(-25, 25)) for c in base)
            pen.rectangle([x, row * high, x + wide * 0.92, (row + 0.88) * high], fill=fill)
            x += wide
    return picture


def _letters(pen: ImageDraw.ImageDraw, box: tuple[float, ...], rng: random.Random) -> None:
    """Fills a box with words, or with strokes of a word's width where letters would blur."""
    left, top, right, bottom = box
    line = max(2.5, (bottom - top) / rng.randint(6, 14))
    ink = _any_colour(rng, 0, 110)
    y = top
    while y + line <= bottom:
        x = left
        while x < right - line and rng.random() < 0.93:
            word = line * rng.uniform(0.8, 3.5)
            if line > 9:
                text = "".join(rng.choice("etaoinshrdlucmfw") for _ in range(rng.randint(2, 8)))
                pen.text((x, y), text, fill=ink, font_size=line * 0.75)
                word = pen.textlength(text, font_size=line * 0.75)
            else:
                pen.rectangle([x, y, min(right, x + word), y + line * 0.5], fill=ink)
            x += word + line * 0.4
        y += line


def _page(size: Size, rng: random.Random) -> Image.Image:
    picture = Image.new("RGB", size, _any_colour(rng, 225, 255))
    edge = min(size) * 0.08
    _letters(ImageDraw.Draw(picture), (edge, edge, size[0] - edge, size[1] - edge), rng)
    return picture


def _window(size: Size, rng: random.Random) -> Image.Image:
    """A program's window: title bar, side bar, text and buttons."""
    picture = Image.new("RGB", size, _any_colour(rng, 200, 255))
    pen, (wide, high) = ImageDraw.Draw(picture), size
    bar = high * rng.uniform(0.07, 0.16)
    side = wide * rng.uniform(0.15, 0.35)
    pen.rectangle([0, 0, wide, bar], fill=_any_colour(rng))
    pen.rectangle([0, bar, side, high], fill=_any_colour(rng, 150, 245))
    _letters(pen, (side * 0.1, bar * 1.3, side * 0.9, high * 0.9), rng)
    _letters(pen, (side * 1.1, bar * 1.3, wide * 0.97, high * rng.uniform(0.5, 0.95)), rng)
    for _ in range(rng.randint(0, 3)):
        x, y = rng.uniform(side, wide * 0.8), rng.uniform(high * 0.5, high * 0.9)
        pen.rectangle([x, y, x + wide * 0.15, y + high * 0.07], fill=_any_colour(rng))
    return picture


def _form(size: Size, rng: random.Random) -> Image.Image:
    picture = Image.new("RGB", size, _any_colour(rng, 215, 255))
    pen, (wide, high) = ImageDraw.Draw(picture), size
    rows = rng.randint(4, 8)
    for row in range(rows):
        y = high * (row + 0.2) / rows
        _letters(pen, (wide * 0.05, y, wide * 0.3, y + high * 0.5 / rows), rng)
        box = [wide * 0.35, y, wide * rng.uniform(0.6, 0.95), y + high * 0.6 / rows]
        pen.rectangle(box, fill=(255, 255, 255), outline=_any_colour(rng, 60, 160))
    return picture


def _terminal(size: Size, rng: random.Random) -> Image.Image:
    dark = Image.new("RGB", size, (255, 255, 255))
    _letters(ImageDraw.Draw(dark), (3, 3, size[0] * 0.9, size[1] * 0.97), rng)
    tint = Image.new("RGB", size, _any_colour(rng, 120, 255))
    return Image.composite(Image.new("RGB", size, _any_colour(rng, 0, 45)), tint, dark.convert("L"))


def _scribbles(size: Size, rng: random.Random) -> Image.Image:
    picture = Image.new("RGB", size, _any_colour(rng, 150, 255))
    pen = ImageDraw.Draw(picture)
    for _ in range(rng.randint(4, 14)):
        corners = [
            (rng.uniform(0, size[0]), rng.uniform(0, size[1])) for _ in range(rng.randint(2, 7))
        ]
        pen.line(corners, fill=_any_colour(rng), width=rng.randint(1, max(1, min(size) // 25)))
    return picture


def _maze(size: Size, rng: random.Random) -> Image.Image:
    paper, ink = (255, 255, 255), _any_colour(rng, 0, 90)
    picture = Image.new("RGB", size, paper)
    pen = ImageDraw.Draw(picture)
    step = max(5, min(size) // rng.randint(6, 10))
    for x in range(0, size[0], step):
        for y in range(0, size[1], step):
            ends = (x + step, y) if rng.random() < 0.5 else (x, y + step)
            pen.line([(x, y), ends], fill=ink, width=max(1, step // 5))
    return picture


def _bars(size: Size, rng: random.Random) -> Image.Image:
    """A bar chart with axes and ticks."""
    picture = Image.new("RGB", size, _any_colour(rng, 225, 255))
    pen, (wide, high) = ImageDraw.Draw(picture), size
    count = rng.randint(4, 10)
    fill = _any_colour(rng)
    for bar in range(count):
        x = wide * (0.12 + 0.85 * bar / count)
        y = high * rng.uniform(0.1, 0.8)
        fill = _any_colour(rng) if rng.random() < 0.3 else fill
        pen.rectangle([x, y, x + wide * 0.6 / count, high * 0.88], fill=fill)
    pen.line([wide * 0.09, high * 0.05, wide * 0.09, high * 0.88, wide, high * 0.88], fill=0)
    return picture


def _curves(size: Size, rng: random.Random) -> Image.Image:
    """A line chart with a grid."""
    picture = Image.new("RGB", size, _any_colour(rng, 225, 255))
    pen, (wide, high) = ImageDraw.Draw(picture), size
    for line in range(1, 6):
        pen.line([0, high * line / 6, wide, high * line / 6], fill=(190, 190, 190))
    for _ in range(rng.randint(1, 4)):
        y, points = high * rng.uniform(0.2, 0.8), []
        for step in range(15):
            y = min(high, max(0, y + high * rng.uniform(-0.15, 0.15)))
            points.append((wide * step / 14, y))
        pen.line(points, fill=_any_colour(rng, 0, 200), width=max(1, min(size) // 40))
    return picture


def _confetti(size: Size, rng: random.Random) -> Image.Image:
    """Far more shapes than a picture of the world ever has."""
    picture = Image.new("RGB", size, _any_colour(rng))
    pen = ImageDraw.Draw(picture)
    for _ in range(rng.randint(14, 40)):
        centre = (rng.uniform(0, size[0]), rng.uniform(0, size[1]))
        radius = min(size) * rng.uniform(0.03, 0.12)
        shape = rng.choice(SHAPES[1:])
        pen.polygon(polygon(shape, centre, radius, rng.uniform(0, 6)), fill=_any_colour(rng))
    return picture


def _landscape(size: Size, rng: random.Random) -> Image.Image:
    """Sky, sun, hills and ground, softened and grained."""
    wide, high = size
    picture = _mix(_ramp(size, rng), _any_colour(rng, 120, 255), _any_colour(rng, 90, 255))
    pen = ImageDraw.Draw(picture)
    if rng.random() < 0.5:
        x, y, r = wide * rng.random(), high * rng.uniform(0, 0.4), min(size) * 0.12
        pen.ellipse([x - r, y - r, x + r, y + r], fill=_any_colour(rng, 190, 255))
    for level in (rng.uniform(0.3, 0.5), rng.uniform(0.5, 0.75)):
        ridge = [(wide * i / 8, high * (level + rng.uniform(-0.12, 0.12))) for i in range(9)]
        pen.polygon([*ridge, (wide, high), (0, high)], fill=_any_colour(rng, 10, 190))
    return _grained(picture.filter(ImageFilter.GaussianBlur(min(size) / 90)), rng)


def _grained(picture: Image.Image, rng: random.Random) -> Image.Image:
    grain = _random_field((48, 48), picture.size, rng)
    return Image.blend(picture, grain, rng.uniform(0.03, 0.18))


def _face(size: Size, rng: random.Random) -> Image.Image:
    """A head and shoulders before a blurred room."""
    wide, high = size
    picture = _clouds(size, rng)
    pen = ImageDraw.Draw(picture)
    tone = rng.randint(70, 235)
    skin, x, r = (tone, int(tone * 0.8), int(tone * 0.65)), wide * rng.uniform(0.35, 0.65), high / 4
    pen.ellipse([x - 2 * r, high * 0.72, x + 2 * r, high * 1.4], fill=_any_colour(rng))
    pen.ellipse([x - r, high * 0.16, x + r, high * 0.62], fill=_any_colour(rng, 0, 120))
    pen.ellipse([x - r * 0.8, high * 0.22, x + r * 0.8, high * 0.8], fill=skin)
    for side in (-0.35, 0.35):
        pen.ellipse([x + r * (side - 0.1), high * 0.45, x + r * (side + 0.1), high * 0.5], fill=0)
    return _grained(picture.filter(ImageFilter.GaussianBlur(min(size) / 120)), rng)


def _still_life(size: Size, rng: random.Random) -> Image.Image:
    """Shaded, overlapping round things on a table, in soft light."""
    picture = _mix(_ramp(size, rng), _any_colour(rng, 60, 220), _any_colour(rng, 30, 180))
    wide, high = size
    for _ in range(rng.randint(3, 7)):
        radius = int(min(size) * rng.uniform(0.12, 0.3))
        ball = _radial((2 * radius, 2 * radius), rng)
        mask = Image.new("L", ball.size)
        ImageDraw.Draw(mask).ellipse([0, 0, 2 * radius - 1, 2 * radius - 1], fill=255)
        spot = (int(wide * rng.random()) - radius, int(high * rng.uniform(0.3, 1)) - radius)
        picture.paste(ball, spot, mask)
    return _grained(picture.filter(ImageFilter.GaussianBlur(min(size) / 100)), rng)


def _skyline(size: Size, rng: random.Random) -> Image.Image:
    """Houses with lit windows before an evening sky."""
    wide, high = size
    picture = _mix(_ramp(size, rng), _any_colour(rng, 0, 140), _any_colour(rng, 60, 255))
    pen, x = ImageDraw.Draw(picture), 0.0
    while x < wide:
        house, top = wide * rng.uniform(0.06, 0.2), high * rng.uniform(0.2, 0.75)
        pen.rectangle([x, top, x + house, high], fill=_any_colour(rng, 0, 110))
        pane = max(2.0, min(size) / 30)
        for row in range(int((high - top) / (2 * pane))):
            for column in range(int(house / (2 * pane))):
                if rng.random() < 0.5:
                    left, upper = x + (2 * column + 0.6) * pane, top + (2 * row + 0.6) * pane
                    pen.rectangle([left, upper, left + pane, upper + pane], fill=(240, 220, 120))
        x += house
    return picture


def _map(size: Size, rng: random.Random) -> Image.Image:
    """Regions around scattered points, as on a political map."""
    count = rng.randint(6, 16)
    y, x = np.mgrid[0 : 1 : size[1] * 1j, 0 : 1 : size[0] * 1j]
    points = [(rng.random(), rng.random()) for _ in range(count)]
    distances = np.stack([np.hypot(x - px, y - py) for px, py in points])
    colours = np.array([_any_colour(rng) for _ in range(count)], dtype=np.uint8)
    return Image.fromarray(colours[distances.argmin(0)])


_PLAIN_COLOURS: Final[tuple[Colour, ...]] = (
    (220, 30, 30),
    (30, 160, 60),
    (40, 80, 220),
    (250, 220, 40),
    (240, 140, 30),
    (130, 50, 160),
    (120, 200, 240),
    (150, 100, 60),
)

_PAINTERS: Final[dict[str, Painter]] = {
    "noise": _noise,
    "clouds": _clouds,
    "octaves": _octaves,
    "gradient": _gradient,
    "plain": _plain,
    "stripes": _stripes,
    "checkers": _checkers,
    "bricks": _bricks,
    "page": _page,
    "window": _window,
    "scribbles": _scribbles,
    "bars": _bars,
    "confetti": _confetti,
    "landscape": _landscape,
    "still life": _still_life,
    "radial": _radial,
    "terminal": _terminal,
    "curves": _curves,
    "face": _face,
    "waves": _waves,
    "plaid": _plaid,
    "form": _form,
    "maze": _maze,
    "skyline": _skyline,
    "map": _map,
}

OUTSIDE_KINDS: Final[dict[Split, tuple[str, ...]]] = {
    "train": tuple(_PAINTERS)[:15],
    "validation": ("radial", "terminal", "curves", "face"),
    "test": ("waves", "plaid", "form", "maze", "skyline", "map"),
}
"""Each kind is drawn for one split only."""
