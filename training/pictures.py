"""Draws scenes of the world at any size and aspect ratio, as PIL pictures."""

import math
import random
from typing import Final

from PIL import Image, ImageDraw

from training.world import Figure, Place, Scene, Spot

Colour = tuple[int, int, int]
Point = tuple[float, float]

_PURE: Final[dict[str, Colour]] = {
    "red": (255, 0, 0),
    "orange": (255, 150, 0),
    "yellow": (255, 245, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "purple": (128, 0, 128),
    "black": (0, 0, 0),
}
_SOFT: Final[dict[str, Colour]] = {
    "red": (215, 45, 45),
    "orange": (240, 130, 35),
    "yellow": (240, 215, 55),
    "green": (50, 190, 80),
    "blue": (50, 110, 220),
    "purple": (145, 75, 195),
    "black": (35, 35, 35),
}
_GROUND_LEVELS: Final = {"white": (244, 255), "grey": (120, 210), "black": (0, 25)}
_OUTLINED_SHARE: Final = 0.12
_COMMON_RATIOS: Final = (1.0, 1.0, 4 / 3, 3 / 4, 3 / 2, 2 / 3, 16 / 9, 9 / 16, 1.6, 2.0, 0.5)


def sample_ratio(rng: random.Random) -> float:
    """Width over height: half of the time a usual one, else anything from 1:3 to 3:1."""
    if rng.random() < 0.5:
        return rng.choice(_COMMON_RATIOS)
    return 3 ** rng.uniform(-1, 1)


def sample_size(rng: random.Random, ratio: float, long_sides: tuple[int, int]) -> tuple[int, int]:
    """Width and height in pixels of that ratio, the longer side drawn from `long_sides`."""
    low, high = long_sides
    long_side = math.exp(rng.uniform(math.log(low), math.log(high)))
    width, height = (long_side, long_side / ratio) if ratio >= 1 else (long_side * ratio, long_side)
    return max(24, round(width)), max(24, round(height))


def draw_scene(scene: Scene, size: tuple[int, int], rng: random.Random) -> Image.Image:
    """The scene in RGB, with places, sizes, angles and tones drawn from `rng`."""
    level = rng.randint(*_GROUND_LEVELS[scene.ground])
    picture = Image.new("RGB", size, (level, level, level))
    pen = ImageDraw.Draw(picture)
    for figure in scene.figures:
        draw_figure(pen, figure, size, rng)
    return picture


def draw_figure(
    pen: ImageDraw.ImageDraw, figure: Figure, size: tuple[int, int], rng: random.Random
) -> None:
    """Draws one figure well inside its place."""
    if figure.spot is None:
        spot = sample_spot(figure.place, size, rng)
    else:
        spot = figure.spot.scaled(size[1])
    fill = sample_colour(figure.colour, rng)
    edge = None
    if figure.colour != "black" and rng.random() < _OUTLINED_SHARE:
        edge = (fill[0] // 2, fill[1] // 2, fill[2] // 2)
    corners = outline(figure.shape, spot)
    if figure.shape == "circle":
        pen.ellipse(corners, fill=fill, outline=edge)
    else:
        pen.polygon(corners, fill=fill, outline=edge)


def sample_colour(name: str, rng: random.Random) -> Colour:
    """A tone of the named colour, between its pure and its soft form."""
    blend = rng.random()
    channels = (
        pure + (soft - pure) * blend + rng.uniform(-10, 10)
        for pure, soft in zip(_PURE[name], _SOFT[name], strict=True)
    )
    red, green, blue = (int(min(255, max(0, channel))) for channel in channels)
    return red, green, blue


def outline(shape: str, spot: Spot) -> list[Point]:
    """The corners of a figure; of a circle, those of its box."""
    (x, y), r = (spot.x, spot.y), spot.radius
    if shape == "circle":
        return [(x - r, y - r), (x + r, y + r)]
    return polygon(shape, (x, y), r, spot.angle)


def polygon(shape: str, centre: Point, radius: float, angle: float) -> list[Point]:
    """The corners of a shape whose outermost points lie about `radius` from the centre."""
    up = angle - math.pi / 2
    match shape:
        case "square":
            return _ring(centre, [radius * 1.15] * 4, angle + math.pi / 4)
        case "triangle":
            return _ring(centre, [radius * 1.15] * 3, up)
        case "diamond":
            return _ring(centre, [radius * 1.2, radius * 0.75] * 2, up)
        case "star":
            return _ring(centre, [radius * 1.2, radius * 0.5] * 5, up)
        case "cross":
            return _cross(centre, radius, angle)
    raise ValueError(f"no such shape: {shape}")


def _ring(centre: Point, radii: list[float], start: float) -> list[Point]:
    step = 2 * math.pi / len(radii)
    return [
        (centre[0] + r * math.cos(start + i * step), centre[1] + r * math.sin(start + i * step))
        for i, r in enumerate(radii)
    ]


def _cross(centre: Point, radius: float, angle: float) -> list[Point]:
    thin, long = radius * 0.36, radius * 1.05
    arm = [(-thin, -long), (thin, -long), (thin, -thin)]
    corners = []
    for quarter in range(4):
        turn = angle + quarter * math.pi / 2
        cos, sin = math.cos(turn), math.sin(turn)
        corners += [(centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos) for x, y in arm]
    return corners


def sample_spot(place: Place, size: tuple[float, float], rng: random.Random) -> Spot:
    """A spot well inside its place; a place that spans a whole side gives room for more."""
    width, height = size
    room = min(width / (2 if place.column else 1), height / (2 if place.row else 1))
    radius = room * rng.uniform(0.27, 0.42)
    x = width * (0.5 + 0.25 * place.column + rng.uniform(-0.06, 0.06))
    y = height * (0.5 + 0.25 * place.row + rng.uniform(-0.06, 0.06))
    reach = radius * 1.2
    x = min(max(x, min(reach, width / 2)), max(width - reach, width / 2))
    y = min(max(y, min(reach, height / 2)), max(height - reach, height / 2))
    return Spot(x, y, radius, sample_angle(rng))


def sample_angle(rng: random.Random) -> float:
    """Upright or slightly turned, in radians."""
    return rng.uniform(-0.15, 0.15) if rng.random() < 0.6 else 0.0
