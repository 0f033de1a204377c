from typing import Any

import mlx.core as mx
import numpy as np
import pytest

from seeshell.core.engine.family.positions import next_position, rope_positions
from seeshell.core.engine.kv.prefix import ImageSpan


def prompt(config: Any, *pictures: tuple[int, int]) -> tuple[list[int], list[ImageSpan]]:
    tokens = [1, 1, 1]
    spans = []
    for rows, columns in pictures:
        tokens.append(config.vision_start_token_id)
        spans.append(ImageSpan(len(tokens), rows, columns, "hash"))
        tokens += [config.image_token_id] * (rows * columns) + [config.vision_end_token_id, 2, 3]
    return tokens, spans


@pytest.mark.parametrize(
    "pictures",
    [(), ((2, 2),), ((1, 5),), ((5, 1),), ((3, 4), (2, 2)), ((1, 1), (4, 2), (2, 7), (3, 3))],
)
def test_positions_are_those_of_mlx_vlm(demo: Any, pictures: tuple[tuple[int, int], ...]) -> None:
    tokens, spans = prompt(demo.model.config, *pictures)
    grids = mx.array([[1, 2 * rows, 2 * columns] for rows, columns in pictures] or [[1, 2, 2]])
    expected, deltas = demo.model.language_model.get_rope_index(mx.array([tokens]), grids)

    assert rope_positions(spans, len(tokens)).tolist() == expected[:, 0].tolist()
    assert next_position(spans, len(tokens)) == len(tokens) + int(deltas.item())


def test_positions_of_a_part_are_a_part_of_the_positions(demo: Any) -> None:
    tokens, spans = prompt(demo.model.config, (2, 3), (4, 1))
    whole = rope_positions(spans, len(tokens))

    for length in range(len(tokens)):
        assert np.array_equal(rope_positions(spans, length), whole[:, :length])
