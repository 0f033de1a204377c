"""A checkpoint of random weights whose answers never end, for tests and measurements."""

import json
import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx.utils import tree_flatten

from seeshell.core.demo import MODEL_PATH

MAX_PIXELS = 512 * 512
_SEED = 7

SHAPES: dict[str, dict[str, Any]] = {
    "untied": {
        "text": {
            "num_hidden_layers": 5,
            "hidden_size": 96,
            "num_key_value_heads": 1,
            "tie_word_embeddings": False,
        },
        "vision": {"out_hidden_size": 96, "deepstack_visual_indexes": [0, 1, 2]},
    },
    "small": {
        "text": {"num_hidden_layers": 3, "hidden_size": 64, "num_attention_heads": 2},
        "vision": {"out_hidden_size": 64, "depth": 2, "deepstack_visual_indexes": [0]},
    },
    "hybrid": {
        "family": "qwen3_5",
        "text": {
            "model_type": "qwen3_5_text",
            "num_hidden_layers": 4,
            "full_attention_interval": 4,
            "linear_num_value_heads": 2,
            "linear_num_key_heads": 2,
            "linear_key_head_dim": 32,
            "linear_value_head_dim": 32,
            "linear_conv_kernel_dim": 4,
            "tie_word_embeddings": False,
            "rope_parameters": {
                "type": "default",
                "mrope_section": [2, 1, 1],
                "rope_theta": 100_000,
                "partial_rotary_factor": 0.25,
                "mrope_interleaved": True,
            },
        },
        "vision": {"deepstack_visual_indexes": []},
    },
}
"""Other shapes than the demo's: an untied head and three deepstack layers, less of all, or three
layers with recurrent states and one with attention."""


def write_endless(
    folder: Path,
    *,
    family: str = "qwen3_vl",
    text: dict[str, Any] | None = None,
    vision: dict[str, Any] | None = None,
) -> Path:
    """Fills the folder with a checkpoint of the demo's shape, or of another.

    Args:
        folder: an empty folder.
        family: `model_type` of the checkpoint.
        text: what to change in the language half's config.
        vision: what to change in the vision half's config.
    """
    for file in MODEL_PATH.iterdir():
        if file.suffix == ".json":
            shutil.copyfile(file, folder / file.name)
    config = _read(folder / "config.json")
    config["text_config"] |= text or {}
    config["vision_config"] |= vision or {}
    config["model_type"] = family
    config["vision_config"]["model_type"] = family
    config["tie_word_embeddings"] = config["text_config"]["tie_word_embeddings"]
    (folder / "config.json").write_text(json.dumps(config))
    processor = _read(folder / "preprocessor_config.json")
    processor["size"] = {"shortest_edge": 32 * 32, "longest_edge": MAX_PIXELS}
    processor |= {"min_pixels": 32 * 32, "max_pixels": MAX_PIXELS}
    (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    mx.save_safetensors(str(folder / "model.safetensors"), _weights(config), {"format": "mlx"})
    return folder


def _weights(config: dict[str, Any]) -> dict[str, Any]:
    """Returns random weights that give the end tokens the logit 0 and others far from it."""
    mx.random.seed(_SEED)
    module = import_module(f"mlx_vlm.models.{config['model_type']}")
    text, vision = config["text_config"], config["vision_config"]
    model_config = module.ModelConfig.from_dict(
        config
        | {
            "text_config": module.TextConfig.from_dict(text),
            "vision_config": module.VisionConfig.from_dict(vision),
        }
    )
    weights = dict(tree_flatten(module.Model(model_config).parameters()))
    tied = config["tie_word_embeddings"]
    name = f"language_model.{'model.embed_tokens' if tied else 'lm_head'}.weight"
    rows = weights[name] * 20
    rows[mx.array(config["eos_token_id"])] = 0
    weights[name] = rows
    return weights


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text())
    return document
