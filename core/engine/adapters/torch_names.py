"""What a layer is called in MLX that PyTorch calls otherwise, as mlx-vlm renames weights."""

from typing import Any, Final

import mlx.core as mx

from ..mlx_vlm_names import sanitize_weights

_PARTS: Final = ("vision_tower", "vision_model", "language_model")
"""Those parts of a model that rename weights too, after the model has."""

_FAILURES: Final = (ValueError, LookupError, TypeError, AttributeError, RuntimeError)
"""What a renaming raises that expects all weights of a checkpoint."""


def name_in_mlx(model: Any, layer: str, shape: tuple[int, int]) -> str:
    """Returns the name of a layer of the model; empty where its weight is no layer's alone.

    Args:
        model: as mlx-vlm loads it.
        layer: its name in PyTorch.
        shape: outputs and inputs.
    """
    # Nobody looks at the numbers, so that they are never computed.
    weights = {f"{layer}.weight": mx.zeros(shape)}
    for part in (model, *(getattr(model, it, None) for it in _PARTS)):
        try:
            weights = sanitize_weights(part, weights)
        except _FAILURES:
            continue
    if len(weights) != 1:
        return ""
    [(name, array)] = weights.items()
    is_whole = name.endswith(".weight") and array.shape == shape
    return name.removesuffix(".weight") if is_whole else ""
