"""Adapters as PEFT writes them: layers by the names of PyTorch, and matrices the other way up."""

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from ...errors import ModelUnsupported
from .low_rank import LowRank

FILES: Final = ("adapter_model.safetensors",)

_WEIGHT: Final = re.compile(r"base_model\.model\.(.+)\.lora_([AB])(?:\.default)?\.weight")

_REFUSED: Final = {
    "use_dora": "uses DoRA",
    "bias": "changes biases",
    "lora_bias": "changes biases",
    "modules_to_save": "replaces whole layers (modules_to_save)",
    "trainable_token_indices": "changes single words' embeddings",
    "rank_pattern": "has another rank in some layers (rank_pattern)",
    "alpha_pattern": "has another scale in some layers (alpha_pattern)",
    "target_parameters": "changes weights that belong to no linear layer (target_parameters)",
    "layer_replication": "uses layers several times (layer_replication)",
    "fan_in_fan_out": "stores its weights the other way round (fan_in_fan_out)",
}
"""What an adapter may do that can't be done here, by the name that switches it on."""

_OTHER_STARTS: Final = ("pissa", "olora", "corda", "loftq")
"""Ways to begin a training that change the model's own weights too."""


def read_peft(
    name: str, config: Mapping[str, Any], weights: Mapping[str, Any]
) -> dict[str, LowRank]:
    """Returns what is added to which layer, by the layer's name in PyTorch.

    Args:
        name: of the adapter, for errors.
        config: what its `adapter_config.json` says.
        weights: all arrays, by name.

    Raises:
        ModelUnsupported: it does more than a LoRA does, or is incomplete.
    """
    _check(name, config)
    scale = _scale(name, config)
    layers: dict[str, dict[str, Any]] = {}
    for path, array in weights.items():
        match = _WEIGHT.fullmatch(path)
        if match is None:
            raise ModelUnsupported(
                f"{name} holds {path}, which is no LoRA of a linear layer; choose another adapter."
            )
        layers.setdefault(match[1], {})[match[2]] = array
    halves = [layer for layer, matrices in layers.items() if len(matrices) != 2]
    if halves:
        raise ModelUnsupported(
            f"{name} holds only half of what {halves[0]} needs; copy its files again."
        )
    return {
        layer: LowRank(matrices["A"].T, matrices["B"].T, scale)
        for layer, matrices in layers.items()
    }


def _check(name: str, config: Mapping[str, Any]) -> None:
    kind = config["peft_type"]
    if kind != "LORA":
        raise ModelUnsupported(f"{name} is a PEFT adapter of type {kind}; only LORA can be used.")
    for switch, what in _REFUSED.items():
        if config.get(switch) not in (None, False, "none", [], {}):
            raise ModelUnsupported(f"{name} {what}, which can't be done here; choose a plain LoRA.")
    start = config.get("init_lora_weights")
    if isinstance(start, str) and start.startswith(_OTHER_STARTS):
        raise ModelUnsupported(
            f"{name} belongs to a model whose weights were changed by {start}; convert it to a "
            f"plain LoRA."
        )


def _scale(name: str, config: Mapping[str, Any]) -> float:
    rank, alpha = config.get("r"), config.get("lora_alpha")
    if not isinstance(rank, int) or rank < 1 or not isinstance(alpha, int | float):
        raise ModelUnsupported(
            f"{name} does not say r and lora_alpha; its adapter_config.json is incomplete, copy "
            f"it again."
        )
    return float(alpha / math.sqrt(rank) if config.get("use_rslora") else alpha / rank)
