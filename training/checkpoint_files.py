"""Writes everything of the checkpoint but the weights: tokenizer, configurations, template."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

from tokenizers import Tokenizer

from training.grids import MAX_PIXELS, MERGE_SIZE, MIN_PIXELS, PATCH_SIZE
from training.prompts import CHAT_TEMPLATE
from training.vocabulary import OTHER_TOKENS, SPECIAL_TOKENS, VOCABULARY_SIZE

_VOCABULARY: Final = Path(__file__).parent / "tokenizer.json"
"""Frozen, so that a new wording changes no token; `training.vocabulary` made it."""


def write_checkpoint_files(folder: Path) -> tuple[Tokenizer, dict[str, Any]]:
    """The tokenizer and the model's configuration, written with all other files to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_VOCABULARY, folder / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(_VOCABULARY))
    ids = {text: tokenizer.token_to_id(text) for text in (*SPECIAL_TOKENS, *OTHER_TOKENS)}
    config = _model_config(ids)
    _write(folder / "config.json", config)
    _write(folder / "generation_config.json", _generation_config(ids))
    _write(folder / "preprocessor_config.json", _processor_config())
    _write(folder / "tokenizer_config.json", _tokenizer_config(ids))
    _write(folder / "chat_template.json", {"chat_template": CHAT_TEMPLATE})
    return tokenizer, config


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _model_config(ids: dict[str, int]) -> dict[str, Any]:
    """The original Qwen3-VL form: mlx-vlm needs `rope_theta` beside `rope_scaling`."""
    ends = [ids["<|im_end|>"], ids["<|endoftext|>"]]
    text = {
        "model_type": "qwen3_vl_text",
        "vocab_size": VOCABULARY_SIZE,
        "hidden_size": 128,
        "intermediate_size": 384,
        "num_hidden_layers": 7,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 32,
        "hidden_act": "silu",
        "attention_bias": False,
        "attention_dropout": 0.0,
        "rms_norm_eps": 1e-6,
        "rope_theta": 5_000_000,
        "rope_scaling": {
            "rope_type": "default",
            "mrope_interleaved": True,
            "mrope_section": [6, 5, 5],
        },
        "max_position_embeddings": 4096,
        "initializer_range": 0.02,
        "tie_word_embeddings": True,
        "use_cache": True,
        "bos_token_id": ids["<|endoftext|>"],
        "eos_token_id": ids["<|im_end|>"],
        "dtype": "bfloat16",
    }
    vision = {
        "model_type": "qwen3_vl",
        "depth": 4,
        "hidden_size": 64,
        "intermediate_size": 256,
        "num_heads": 4,
        "in_channels": 3,
        "patch_size": PATCH_SIZE,
        "spatial_merge_size": MERGE_SIZE,
        "temporal_patch_size": 2,
        "num_position_embeddings": 36,
        "deepstack_visual_indexes": [1],
        "out_hidden_size": 128,
        "hidden_act": "gelu_pytorch_tanh",
        "initializer_range": 0.02,
    }
    return {
        "architectures": ["Qwen3VLForConditionalGeneration"],
        "model_type": "qwen3_vl",
        "text_config": text,
        "vision_config": vision,
        "vocab_size": VOCABULARY_SIZE,
        "tie_word_embeddings": True,
        "image_token_id": ids["<|image_pad|>"],
        "video_token_id": ids["<|video_pad|>"],
        "vision_start_token_id": ids["<|vision_start|>"],
        "vision_end_token_id": ids["<|vision_end|>"],
        "eos_token_id": ends,
        "pad_token_id": ids["<|endoftext|>"],
        "dtype": "bfloat16",
        "transformers_version": "4.57.0",
    }


def _generation_config(ids: dict[str, int]) -> dict[str, Any]:
    return {
        "do_sample": False,
        "bos_token_id": ids["<|endoftext|>"],
        "pad_token_id": ids["<|endoftext|>"],
        "eos_token_id": [ids["<|im_end|>"], ids["<|endoftext|>"]],
        "transformers_version": "4.57.0",
    }


def _processor_config() -> dict[str, Any]:
    return {
        "processor_class": "Qwen3VLProcessor",
        "image_processor_type": "Qwen2VLImageProcessorFast",
        "size": {"shortest_edge": MIN_PIXELS, "longest_edge": MAX_PIXELS},
        "min_pixels": MIN_PIXELS,
        "max_pixels": MAX_PIXELS,
        "patch_size": PATCH_SIZE,
        "temporal_patch_size": 2,
        "merge_size": MERGE_SIZE,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "rescale_factor": 1 / 255,
        "resample": 3,
        "do_convert_rgb": True,
        "do_resize": True,
        "do_rescale": True,
        "do_normalize": True,
    }


def _tokenizer_config(ids: dict[str, int]) -> dict[str, Any]:
    added = {
        str(number): {
            "content": text,
            "lstrip": False,
            "normalized": False,
            "rstrip": False,
            "single_word": False,
            "special": text in SPECIAL_TOKENS,
        }
        for text, number in ids.items()
    }
    return {
        "tokenizer_class": "Qwen2Tokenizer",
        "added_tokens_decoder": added,
        "additional_special_tokens": list(SPECIAL_TOKENS[1:]),
        "chat_template": CHAT_TEMPLATE,
        "bos_token": None,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "unk_token": None,
        "errors": "replace",
        "model_max_length": 4096,
        "add_prefix_space": False,
        "add_bos_token": False,
        "clean_up_tokenization_spaces": False,
        "split_special_tokens": False,
    }
