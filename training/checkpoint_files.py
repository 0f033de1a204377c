"""Writes everything of the checkpoint but the weights: tokenizer, configurations, template."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)

from training.dialogues import sample_dialogue
from training.grids import MAX_PIXELS, MERGE_SIZE, MIN_PIXELS, PATCH_SIZE
from training.prompts import CHAT_TEMPLATE, segments_of

_SPECIAL: Final = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>"),
    *("<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>"),
    *("<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"),
)
_NOT_SPECIAL: Final = (
    *("<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"),
    *("<|fim_pad|>", "<|repo_name|>", "<|file_sep|>", "<tool_response>", "</tool_response>"),
    *("<think>", "</think>"),
)
_QWEN_WORDS: Final = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_VOCABULARY_SIZE: Final = 704
_CORPUS_SEED: Final = 1234
_CORPUS_DIALOGUES: Final = 6_000


def write_checkpoint_files(folder: Path) -> tuple[Tokenizer, dict[str, Any]]:
    """The tokenizer and the model's configuration, written with all other files to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _train_tokenizer()
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    ids = {text: tokenizer.token_to_id(text) for text in (*_SPECIAL, *_NOT_SPECIAL)}
    config = _model_config(ids)
    _write(folder / "config.json", config)
    _write(folder / "generation_config.json", _generation_config(ids))
    _write(folder / "preprocessor_config.json", _processor_config())
    _write(folder / "tokenizer_config.json", _tokenizer_config(ids))
    _write(folder / "chat_template.json", {"chat_template": CHAT_TEMPLATE})
    return tokenizer, config


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _corpus() -> Iterator[str]:
    rng = random.Random(_CORPUS_SEED)
    for _ in range(_CORPUS_DIALOGUES):
        for text, _ in segments_of(sample_dialogue(rng, "train")):
            yield text


def _train_tokenizer() -> Tokenizer:
    """A byte-level BPE that splits words as Qwen's does."""
    tokenizer = Tokenizer(models.BPE(continuing_subword_prefix="", end_of_word_suffix=""))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_QWEN_WORDS), "isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=_VOCABULARY_SIZE - len(_SPECIAL) - len(_NOT_SPECIAL),
        min_frequency=2,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[],
        show_progress=False,
    )
    whole = tokenizer.pre_tokenizer
    # No merge may be spent on the marks of the template, which become tokens of their own below.
    marks = pre_tokenizers.Split(Regex(r"<\|\w+\|>"), "removed", invert=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([marks, whole])
    tokenizer.train_from_iterator(_corpus(), trainer)
    tokenizer.pre_tokenizer = whole
    tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in _SPECIAL])
    tokenizer.add_tokens([AddedToken(t, normalized=False, special=False) for t in _NOT_SPECIAL])
    return tokenizer


def _model_config(ids: dict[str, int]) -> dict[str, Any]:
    """The original Qwen3-VL form: mlx-vlm needs `rope_theta` beside `rope_scaling`."""
    ends = [ids["<|im_end|>"], ids["<|endoftext|>"]]
    text = {
        "model_type": "qwen3_vl_text",
        "vocab_size": _VOCABULARY_SIZE,
        "hidden_size": 128,
        "intermediate_size": 384,
        "num_hidden_layers": 5,
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
        "vocab_size": _VOCABULARY_SIZE,
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
            "special": text in _SPECIAL,
        }
        for text, number in ids.items()
    }
    return {
        "tokenizer_class": "Qwen2Tokenizer",
        "added_tokens_decoder": added,
        "additional_special_tokens": list(_SPECIAL[1:]),
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
