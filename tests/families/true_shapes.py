"""Checkpoints in the true shapes of known models, with random weights: a tool, not for every test.

Their configuration is that of the published models, so that memory can be counted and measured.
They say nothing: a tokenizer of filler words gives random ids something to be. Each is some
gigabytes; weights are written in pieces, so that making one takes little memory.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten
from mlx_vlm.utils import get_model_and_args, skip_multimodal_module, update_module_configs

from .large_shapes import Shape

_PIECE_BYTES = 400_000_000

_NOISE = 1_000_003

_CHAT = (
    "{{ bos_token or '' }}{% for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.content is string %}{{ m.content }}{% else %}{% for c in m.content %}"
    "{% if c.type == 'image' %}IMAGE{% else %}{{ c.text }}{% endif %}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


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
    """Returns weights small enough for sums to stay finite; one piece of noise fills them all."""
    count = math.prod(shape)
    noise = min(count, _NOISE)
    if dtype == mx.uint32:
        piece = mx.random.randint(0, 2**31 - 1, (noise,), mx.uint32)
    elif dtype in (mx.float32, mx.float16, mx.bfloat16):
        piece = (mx.random.normal((noise,)) * 0.01).astype(mx.bfloat16)
    else:
        return mx.zeros(shape, dtype)
    return mx.tile(piece, -(-count // noise))[:count].reshape(shape)


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
