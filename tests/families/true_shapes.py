"""Checkpoints in the true shapes of known models, with random weights: a tool, not for every test.

Their configuration is that of the published models, so that memory can be counted and measured.
They say nothing: a tokenizer of filler words gives random ids something to be. Each is some
gigabytes; weights are written in pieces, so that making one takes little memory.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten
from mlx_vlm.utils import get_model_and_args, skip_multimodal_module, update_module_configs

_PIECE_BYTES = 400_000_000

_CHAT = (
    "{{ bos_token or '' }}{% for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.content is string %}{{ m.content }}{% else %}{% for c in m.content %}"
    "{% if c.type == 'image' %}IMAGE{% else %}{{ c.text }}{% endif %}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

_CLIP = {"image_mean": [0.4815, 0.4578, 0.4082], "image_std": [0.2686, 0.2613, 0.2758]}


class Shape(NamedTuple):
    """What a checkpoint is made of."""

    bits: int
    """Of a weight of the language model; 0 for bfloat16."""
    config: dict[str, Any]
    words: int
    """Rows of the vocabulary."""
    image: str
    """What stands for a picture in the template."""
    specials: tuple[str, ...]
    """Tokens with a meaning; a field `*_token_id` or `*_index` of the config may name one."""
    processor: dict[str, Any]
    """preprocessor_config.json."""
    extras: dict[str, Any]
    """processor_config.json; none if empty."""


LLAVA_7B = Shape(
    bits=4,
    config={
        "architectures": ["LlavaForConditionalGeneration"],
        "model_type": "llava",
        "image_token_index": "<image>",
        "ignore_index": -100,
        "projector_hidden_act": "gelu",
        "vision_feature_layer": -2,
        "vision_feature_select_strategy": "default",
        "text_config": {
            "model_type": "llama",
            "max_position_embeddings": 4096,
            "vocab_size": 32_064,
        },
        "vision_config": {
            "model_type": "clip_vision_model",
            "num_hidden_layers": 24,
            "hidden_size": 1024,
            "intermediate_size": 4096,
            "num_attention_heads": 16,
            "image_size": 336,
            "patch_size": 14,
            "projection_dim": 768,
            "vocab_size": 32_000,
        },
    },
    words=32_064,
    image="<image>",
    specials=("<image>",),
    processor={
        "image_processor_type": "CLIPImageProcessor",
        "processor_class": "LlavaProcessor",
        "size": {"shortest_edge": 336},
        "crop_size": {"height": 336, "width": 336},
        **_CLIP,
    },
    extras={
        "image_token": "<image>",
        "num_additional_image_tokens": 1,
        "patch_size": 14,
        "processor_class": "LlavaProcessor",
        "vision_feature_select_strategy": "default",
    },
)

PHI_3_VISION = Shape(
    bits=4,
    config={
        "architectures": ["Phi3VForCausalLM"],
        "model_type": "phi3_v",
        "vocab_size": 32_064,
        "hidden_size": 3072,
        "num_hidden_layers": 32,
        "intermediate_size": 8192,
        "num_attention_heads": 32,
        "num_key_value_heads": 32,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10_000.0,
        "max_position_embeddings": 131_072,
        "original_max_position_embeddings": 4096,
        "rope_scaling": {
            "type": "su",
            "short_factor": [1.0 + 0.01 * i for i in range(48)],
            "long_factor": [1.0 + 0.5 * i for i in range(48)],
        },
        "img_processor": {
            "image_dim_out": 1024,
            "model_name": "openai/clip-vit-large-patch14-336",
            "name": "clip_vision_model",
            "num_img_tokens": 144,
        },
    },
    words=32_064,
    image="<|image_1|>",
    specials=(),
    processor={
        "image_processor_type": "Phi3VImageProcessor",
        "processor_class": "Phi3VProcessor",
        "num_crops": 16,
        "num_img_tokens": 144,
        **_CLIP,
    },
    extras={},
)

_QWEN_TOKENS = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")

_QWEN_IDS = {
    "image_token_id": "<|image_pad|>",
    "video_token_id": "<|video_pad|>",
    "vision_start_token_id": "<|vision_start|>",
    "vision_end_token_id": "<|vision_end|>",
}

QWEN3_VL_4B = Shape(
    bits=4,
    config={
        "architectures": ["Qwen3VLForConditionalGeneration"],
        "model_type": "qwen3_vl",
        "tie_word_embeddings": True,
        **_QWEN_IDS,
        "text_config": {
            "model_type": "qwen3_vl_text",
            "vocab_size": 151_936,
            "hidden_size": 2560,
            "intermediate_size": 9728,
            "num_hidden_layers": 36,
            "num_attention_heads": 32,
            "num_key_value_heads": 8,
            "head_dim": 128,
            "rms_norm_eps": 1e-6,
            "rope_theta": 5_000_000,
            "rope_scaling": {
                "rope_type": "default",
                "mrope_interleaved": True,
                "mrope_section": [24, 20, 20],
            },
            "max_position_embeddings": 262_144,
            "tie_word_embeddings": True,
        },
        "vision_config": {
            "model_type": "qwen3_vl",
            "depth": 24,
            "hidden_size": 1024,
            "intermediate_size": 4096,
            "num_heads": 16,
            "in_channels": 3,
            "patch_size": 16,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
            "num_position_embeddings": 2304,
            "deepstack_visual_indexes": [5, 11, 17],
            "out_hidden_size": 2560,
        },
    },
    words=151_936,
    image="<|vision_start|><|image_pad|><|vision_end|>",
    specials=_QWEN_TOKENS,
    processor={
        "image_processor_type": "Qwen2VLImageProcessorFast",
        "processor_class": "Qwen3VLProcessor",
        "size": {"longest_edge": 16_777_216, "shortest_edge": 65_536},
        "patch_size": 16,
        "temporal_patch_size": 2,
        "merge_size": 2,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    },
    extras={},
)

QWEN2_VL_2B = Shape(
    bits=0,
    config={
        "architectures": ["Qwen2VLForConditionalGeneration"],
        "model_type": "qwen2_vl",
        **_QWEN_IDS,
        "hidden_size": 1536,
        "num_hidden_layers": 28,
        "intermediate_size": 8960,
        "num_attention_heads": 12,
        "num_key_value_heads": 2,
        "rms_norm_eps": 1e-6,
        "vocab_size": 151_936,
        "max_position_embeddings": 32_768,
        "rope_theta": 1_000_000.0,
        "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]},
        "tie_word_embeddings": True,
        "vision_config": {
            "model_type": "qwen2_vl",
            "depth": 32,
            "embed_dim": 1280,
            "hidden_size": 1536,
            "num_heads": 16,
            "mlp_ratio": 4,
            "in_channels": 3,
            "patch_size": 14,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
        },
    },
    words=151_936,
    image="<|vision_start|><|image_pad|><|vision_end|>",
    specials=_QWEN_TOKENS,
    processor={
        "image_processor_type": "Qwen2VLImageProcessor",
        "processor_class": "Qwen2VLProcessor",
        "min_pixels": 3136,
        "max_pixels": 12_845_056,
        "patch_size": 14,
        "temporal_patch_size": 2,
        "merge_size": 2,
        **_CLIP,
    },
    extras={},
)

GEMMA3_4B = Shape(
    bits=4,
    config={
        "architectures": ["Gemma3ForConditionalGeneration"],
        "model_type": "gemma3",
        "image_token_index": "<image_soft_token>",
        "boi_token_index": "<start_of_image>",
        "eoi_token_index": "<end_of_image>",
        "mm_tokens_per_image": 256,
        "text_config": {
            "model_type": "gemma3_text",
            "hidden_size": 2560,
            "intermediate_size": 10_240,
            "num_hidden_layers": 34,
            "sliding_window": 1024,
        },
        "vision_config": {
            "model_type": "siglip_vision_model",
            "hidden_size": 1152,
            "intermediate_size": 4304,
            "num_attention_heads": 16,
            "num_hidden_layers": 27,
            "image_size": 896,
            "patch_size": 14,
        },
    },
    words=262_208,
    image="<start_of_image>",
    specials=("<image_soft_token>", "<start_of_image>", "<end_of_image>"),
    processor={
        "image_processor_type": "Gemma3ImageProcessor",
        "processor_class": "Gemma3Processor",
        "size": {"height": 896, "width": 896},
        "image_seq_length": 256,
        "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3,
    },
    extras={"image_seq_length": 256, "processor_class": "Gemma3Processor"},
)

SHAPES = {
    "llava-1.5-7b-4bit": LLAVA_7B,
    "phi-3-vision-4bit": PHI_3_VISION,
    "qwen3-vl-4b-4bit": QWEN3_VL_4B,
    "qwen2-vl-2b-bf16": QWEN2_VL_2B,
    "gemma3-4b-4bit": GEMMA3_4B,
}
"""The first two are those that the project's owner names."""


def make(shape: Shape, folder: Path) -> None:
    """Writes a checkpoint into a folder, which is made."""
    folder.mkdir(parents=True)
    ids = _write_tokenizer(shape, folder)
    config = {
        name: ids[value] if name.endswith(("_id", "_index")) and value in ids else value
        for name, value in shape.config.items()
    }
    config |= {"eos_token_id": ids["<|im_end|>"], "pad_token_id": ids["<|pad|>"]}
    if shape.bits:
        config["quantization"] = {"group_size": 64, "bits": shape.bits}
    _write(folder / "config.json", config)
    _write(folder / "preprocessor_config.json", {"do_resize": True, **shape.processor})
    if shape.extras:
        _write(folder / "processor_config.json", shape.extras)
    _write_weights(_build(config), folder)


def _build(config: dict[str, Any]) -> nn.Module:
    """Returns the model; none of its weights is computed."""
    whole = json.loads(json.dumps(config))
    package, _ = get_model_and_args(whole)
    for part in ("text_config", "vision_config", "audio_config"):
        whole.setdefault(part, {})
    names = ["text", "vision", "perceiver", "projector", "audio"]
    model = package.Model(
        update_module_configs(package.ModelConfig.from_dict(whole), package, whole, names)
    )
    if stated := config.get("quantization"):

        def is_quantised(path: str, module: nn.Module) -> bool:
            if skip_multimodal_module(path) or not hasattr(module, "to_quantized"):
                return False
            return module.weight.shape[-1] % stated["group_size"] == 0

        nn.quantize(model, **stated, class_predicate=is_quantised)
    return model


def _write_weights(model: nn.Module, folder: Path) -> None:
    shapes = [(name, array.shape, array.dtype) for name, array in tree_flatten(model.parameters())]
    pieces = list(_pieces(shapes))
    index = {}
    for number, piece in enumerate(pieces, 1):
        file = f"model-{number:05d}-of-{len(pieces):05d}.safetensors"
        arrays = {name: _random(shape, dtype) for name, shape, dtype in piece}
        mx.save_safetensors(str(folder / file), arrays, metadata={"format": "mlx"})
        index |= dict.fromkeys(arrays, file)
        del arrays
        mx.clear_cache()
    _write(folder / "model.safetensors.index.json", {"weight_map": index})


def _pieces(shapes: list[tuple[str, Any, Any]]) -> Iterator[list[tuple[str, Any, Any]]]:
    piece: list[tuple[str, Any, Any]] = []
    size = 0
    for name, shape, dtype in shapes:
        piece.append((name, shape, dtype))
        size += math.prod(shape) * dtype.size
        if size > _PIECE_BYTES:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _random(shape: tuple[int, ...], dtype: Any) -> mx.array:
    """Returns weights small enough for sums to stay finite."""
    if dtype == mx.uint32:
        return mx.random.randint(0, 2**31 - 1, shape, mx.uint32)
    if dtype not in (mx.float32, mx.float16, mx.bfloat16):
        return mx.zeros(shape, dtype)
    return (mx.random.normal(shape, mx.bfloat16) * 0.01).astype(mx.bfloat16)


def _write_tokenizer(shape: Shape, folder: Path) -> dict[str, int]:
    """Writes a tokenizer with a token for each row of the vocabulary; returns the special ones."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    specials = ["<s>", "<|pad|>", "<|im_start|>", "<|im_end|>", *shape.specials]
    filler = [f"w{n}" for n in range(shape.words - len(letters) - len(specials))]
    vocabulary = {token: number for number, token in enumerate([*letters, *filler])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(specials)
    tokenizer.save(str(folder / "tokenizer.json"))
    named = {
        "image_token": "<image_soft_token>",
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
    }
    kept = named if "<image_soft_token>" in specials else {"image_token": shape.image}
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": "<|im_end|>",
        "pad_token": "<|pad|>",
        "additional_special_tokens": specials[2:],
        "chat_template": _CHAT.replace("IMAGE", shape.image),
        "model_max_length": 131_072,
        **(kept if shape.specials and "<|image_pad|>" not in specials else {}),
    }
    _write(folder / "tokenizer_config.json", settings)
    return {token: tokenizer.token_to_id(token) for token in specials}


def _write(file: Path, value: dict[str, Any]) -> None:
    file.write_text(json.dumps(value, indent=1))
