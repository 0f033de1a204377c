"""How the processor cuts a picture: sizes, grids of merged image tokens, patches."""

import math
from typing import Final

import numpy as np
from PIL import Image

Grid = tuple[int, int]
"""Rows and columns of merged image tokens, each 32 x 32 pixels."""

PATCH_SIZE: Final = 16
MERGE_SIZE: Final = 2
TOKEN_SIZE: Final = PATCH_SIZE * MERGE_SIZE

MAX_PIXELS: Final = 13_271
"""With this area every ratio from 1:3 to 3:1 gets at least two rows and two columns."""
MIN_PIXELS: Final = 6_400
"""Keeps small pictures on the same grids as large ones; no grid's own area, so no rounding."""


def grid_of(width: int, height: int) -> Grid:
    """The grid that Qwen's `smart_resize` gives a picture of that size in pixels."""
    rows, columns = round(height / TOKEN_SIZE), round(width / TOKEN_SIZE)
    area = rows * columns * TOKEN_SIZE**2
    if MIN_PIXELS <= area <= MAX_PIXELS:
        return rows, columns
    bound, snap = (MAX_PIXELS, math.floor) if area > MAX_PIXELS else (MIN_PIXELS, math.ceil)
    scale = math.sqrt(bound / (width * height)) / TOKEN_SIZE
    return max(1, snap(height * scale)), max(1, snap(width * scale))


def patches_of(picture: Image.Image) -> tuple[np.ndarray, Grid]:
    """Patches in the processor's order as bytes, (patches, 3 * 16 * 16), and the grid."""
    rows, columns = grid_of(*picture.size)
    size = (columns * TOKEN_SIZE, rows * TOKEN_SIZE)
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.BICUBIC)
    pixels = np.asarray(picture).reshape(
        rows, MERGE_SIZE, PATCH_SIZE, columns, MERGE_SIZE, PATCH_SIZE, 3
    )
    return pixels.transpose(0, 3, 1, 4, 6, 2, 5).reshape(-1, 3 * PATCH_SIZE**2), (rows, columns)


def corner_tokens(grid: Grid) -> tuple[int, int, int, int]:
    """Indices of the four corner tokens of a grid, in reading order."""
    rows, columns = grid
    return 0, columns - 1, (rows - 1) * columns, rows * columns - 1
