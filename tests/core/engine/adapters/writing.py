"""LoRA folders as mlx-vlm and PEFT write them, by arithmetic: what they change is sure."""

import json
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx import nn

from seeshell.core.engine.loading import Checkpoint

RANK = 4
SCALE = 2.0
ATTENTION = ("self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj")


def linear_layers(checkpoint: Checkpoint, ends: tuple[str, ...] = ATTENTION) -> dict[str, Any]:
    """The decoder's layers whose names end so."""
    return {
        name: module
        for name, module in checkpoint.model.named_modules()
        if isinstance(module, nn.Linear) and name.endswith(ends) and "vision" not in name
    }


def matrices(layers: dict[str, Any], seed: int = 1, size: float = 0.3) -> dict[str, Any]:
    """Random pairs for layers, by the names that mlx-vlm gives them."""
    keys = iter(mx.random.split(mx.random.key(seed), 2 * len(layers)))
    pairs = {}
    for name, layer in layers.items():
        outputs, inputs = layer.weight.shape
        pairs[f"{name}.lora_a"] = size * mx.random.normal((inputs, RANK), key=next(keys))
        pairs[f"{name}.lora_b"] = size * mx.random.normal((RANK, outputs), key=next(keys))
    return pairs


def write_mlx(folder: Path, weights: dict[str, Any], **changes: Any) -> Path:
    """A folder as mlx-vlm's trainer writes it."""
    parameters = {"rank": RANK, "scale": SCALE, "dropout": 0.0}
    config = {"fine_tune_type": "lora", "num_layers": -1, "lora_parameters": parameters}
    return _write(folder, "adapters.safetensors", weights, config | changes)


def write_peft(folder: Path, weights: dict[str, Any], **changes: Any) -> Path:
    """The same adapter as PEFT writes it."""
    torch = {}
    for name, array in weights.items():
        layer, _, matrix = name.rpartition(".")
        layer = layer.replace("language_model.model.", "model.language_model.")
        half = {"lora_a": "A", "lora_b": "B"}[matrix]
        torch[f"base_model.model.{layer}.lora_{half}.weight"] = mx.contiguous(array.T)
    config = {
        "peft_type": "LORA",
        "r": RANK,
        "lora_alpha": SCALE * RANK,
        "use_dora": False,
        "use_rslora": False,
        "bias": "none",
        "modules_to_save": None,
        "rank_pattern": {},
        "alpha_pattern": {},
        "fan_in_fan_out": False,
        "init_lora_weights": True,
        "target_modules": ["q_proj"],
    }
    return _write(folder, "adapter_model.safetensors", torch, config | changes)


def _write(folder: Path, file: str, weights: dict[str, Any], config: dict[str, Any]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    mx.save_safetensors(str(folder / file), weights)
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder
