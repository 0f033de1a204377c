"""How a model's weights are stored, in words: bits and groups, or the type of their numbers."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from .weights import Tensor

_NAMES: Final = {"BF16": "bfloat16", "F16": "float16", "F32": "float32", "F8_E4M3": "float8"}

_USUAL_GROUP: Final = 64
"""Weights that share a scale."""

_AFFINE: Final = "affine"


def describe_quantisation(config: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> str:
    """Returns how most of the weights are stored, such as `4 bits` or `bfloat16`.

    Args:
        config: of the model.
        tensors: its weights.
    """
    if stated := _stated(config):
        return stated
    by_type: Counter[str] = Counter()
    for tensor in tensors.values():
        by_type[tensor.dtype] += tensor.nbytes
    most = by_type.most_common(1)
    return _NAMES.get(most[0][0], most[0][0]) if most else ""


def is_quantised(config: Mapping[str, Any]) -> bool:
    """Whether the weights are stored with fewer bits than they were trained with."""
    return bool(_stated(config))


def count_parameters(config: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> int:
    """Returns the numbers of a model, packed ones by what they stand for."""
    own = config.get("quantization")
    group = own.get("group_size") if isinstance(own, dict) else None
    count = 0
    for name, tensor in tensors.items():
        stem, _, kind = name.rpartition(".")
        scales = tensors.get(f"{stem}.scales")
        if scales is None or kind not in ("weight", "scales", "biases"):
            count += _size(tensor.shape)
        elif kind == "weight":
            count += _size(scales.shape) * (group if isinstance(group, int) else _USUAL_GROUP)
    return count


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def _stated(config: Mapping[str, Any]) -> str:
    own = config.get("quantization")
    if isinstance(own, dict) and isinstance(own.get("bits"), int):
        return _describe_own(own)
    texts = config.get("text_config")
    for part in (config, texts if isinstance(texts, dict) else {}):
        other = part.get("quantization_config")
        if isinstance(other, dict):
            if isinstance(other.get("bits"), int) and "quant_method" not in other:
                return _describe_own(other)
            return str(other.get("quant_method", "")) or "quantised"
    return ""


def _describe_own(stated: Mapping[str, Any]) -> str:
    bits = {stated["bits"]} | {
        layer["bits"]
        for layer in stated.values()
        if isinstance(layer, dict) and isinstance(layer.get("bits"), int)
    }
    mode = stated.get("mode", _AFFINE)
    words = f"{' and '.join(map(str, sorted(bits)))} bits"
    return words if mode == _AFFINE else f"{words} ({mode})"
