"""Rotary positions of a prompt with pictures, in three dimensions: time, row and column.

Text advances all three by one a token. A picture's tokens share one time, count rows and columns
from there, and the text after it goes on past the larger side.

Source: Qwen2-VL, https://arxiv.org/abs/2409.12191, section 2.1; the tests compare with
`get_rope_index` of mlx-vlm.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kv.prefix import ImageSpan

Positions = NDArray[np.int32]
"""Shape (3, tokens)."""


def rope_positions(spans: Sequence[ImageSpan], length: int) -> Positions:
    """Returns the positions of the first `length` tokens of a run with these pictures."""
    pieces: list[Positions] = []
    index = position = 0
    for span in spans:
        pieces.append(_text_positions(position, span.start - index))
        position += span.start - index
        pieces.append(_image_positions(position, span))
        position += max(span.rows, span.columns)
        index = span.end
    pieces.append(_text_positions(position, max(0, length - index)))
    return np.concatenate(pieces, axis=1)[:, :length]


def next_position(spans: Sequence[ImageSpan], length: int) -> int:
    """Returns the position of the text token that follows `length` tokens."""
    return length + sum(max(span.rows, span.columns) - (span.end - span.start) for span in spans)


def _text_positions(first: int, count: int) -> Positions:
    return np.tile(np.arange(first, first + count, dtype=np.int32), (3, 1))


def _image_positions(first: int, span: ImageSpan) -> Positions:
    grid: NDArray[Any] = np.indices((1, span.rows, span.columns), dtype=np.int32)
    return grid.reshape(3, -1) + np.int32(first)
