"""Adapters as mlx-vlm and mlx-lm write them: layers by the names that they have in MLX."""

from collections.abc import Mapping
from typing import Any, Final

from ...errors import ModelUnsupported
from .low_rank import LowRank

FILES: Final = ("adapters.safetensors", "weights.safetensors")
"""What the file of the weights may be called."""

_PAIRS: Final = ({"lora_a", "lora_b"}, {"A", "B"})
"""What a layer's two matrices are called; the latter by older versions."""


def read_mlx(
    name: str, config: Mapping[str, Any], weights: Mapping[str, Any]
) -> dict[str, LowRank]:
    """Returns what is added to which layer.

    Args:
        name: of the adapter, for errors.
        config: what its `adapter_config.json` says.
        weights: all arrays, by name.

    Raises:
        ModelUnsupported: it holds something else than that, or is incomplete.
    """
    kind = config.get("fine_tune_type", "lora")
    if kind != "lora":
        raise ModelUnsupported(
            f"{name} was trained as {kind}, which can't be switched on a loaded model; train it "
            f"as lora."
        )
    scale = _scale(config)
    if scale is None:
        raise ModelUnsupported(
            f"{name} does not say by what its weights are scaled; its adapter_config.json is "
            f"incomplete, copy it again."
        )
    layers: dict[str, dict[str, Any]] = {}
    for path, array in weights.items():
        layer, _, matrix = path.rpartition(".")
        layers.setdefault(layer, {})[matrix] = array
    for layer, matrices in layers.items():
        if set(matrices) not in _PAIRS:
            raise ModelUnsupported(
                f"{name} holds {layer}.{min(matrices)}, which is no part of a LoRA; train it "
                f"without --train-vision."
            )
    return {
        layer: LowRank(matrices[min(matrices)], matrices[max(matrices)], scale)
        for layer, matrices in layers.items()
    }


def _scale(config: Mapping[str, Any]) -> float | None:
    """Returns the scale; None where it is not stated."""
    stated = config.get("lora_parameters")
    if isinstance(stated, Mapping):
        scale = stated.get("scale")
        return float(scale) if isinstance(scale, int | float) else None
    rank = config.get("rank")
    if isinstance(rank, int) and rank > 0:
        return float(config.get("alpha", 0.1)) / rank
    return None
