"""The vision tower, its activations written out where MLX does not fuse them.

Without a GPU nothing is compiled (see `loading`), and each operation of an activation passes over
all its numbers: the fewer, the sooner a picture is encoded.
"""

import math
from copy import copy
from typing import Any, Final

import mlx.core as mx

_SCALE: Final = 2 * math.sqrt(2 / math.pi)


def without_waste(tower: Any) -> Any:
    """Returns the tower, which stays as it is, in a form that computes the same in less time."""
    if mx.default_device().type == mx.DeviceType.gpu:
        return tower
    lean = copy(tower)
    lean.blocks = [_with_gelu(block) for block in tower.blocks]
    return lean


def _with_gelu(block: Any) -> Any:
    block = copy(block)
    block.mlp = copy(block.mlp)
    block.mlp.act_fn = _gelu
    return block


def _gelu(x: Any) -> Any:
    """The tanh form of GELU: (1 + tanh u) / 2 is the sigmoid of 2u, and x * x * x no power."""
    return x * mx.sigmoid(_SCALE * (x + 0.044715 * x * x * x))
