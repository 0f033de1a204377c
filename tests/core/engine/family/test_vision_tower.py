from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import pytest

from seeshell.core.engine.family.vision_tower import without_waste


@pytest.mark.parametrize("checkpoint", ["demo", "endless"])
def test_a_lean_tower_computes_what_mlx_vlms_does(
    request: pytest.FixtureRequest, checkpoint: str
) -> None:
    tower = request.getfixturevalue(checkpoint).model.vision_tower
    embed = tower.patch_embed
    size = embed.in_channels * embed.temporal_patch_size * embed.patch_size**2
    patches = mx.random.normal((4 * 6, size), key=mx.random.key(1))
    grid = mx.array([[1, 4, 6]])

    expected, expected_deepstack = tower(patches, grid)
    features, deepstack = without_waste(tower)(patches, grid)

    pairs = zip([features, *deepstack], [expected, *expected_deepstack], strict=True)
    assert max(np.abs(np.array(ours - theirs)).max() for ours, theirs in pairs) < 1e-4


def test_the_tower_itself_stays_as_it_is(demo: Any) -> None:
    tower = demo.model.vision_tower

    without_waste(tower)

    assert all(isinstance(block.mlp.act_fn, nn.GELU) for block in tower.blocks)
