"""What a model's KV cache takes, counted from the shapes of its weights and its config.json.

Which layers keep keys and values shows in the names of their weights, which differ less between
families than the fields of config.json do. A layer with a sliding window is counted in full: the
engine keeps it in full, so that it can be trimmed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .language_config import LanguageConfig

_LAYER: Final = re.compile(r"(?:layers|blocks|h)\.(\d+)\.(.+?)(?:\.base_layer)?\.weight")

_OTHERS: Final = re.compile(
    "vision|visual|image|img|vpm|siglip|clip|patch|sam_model|perceiver|resampler|audio|cross_attn|"
    "encoder|mtp|talker|code2wav|predictor|lora_"
)
"""In the names of weights that are not the decoder's, or keep nothing for each token."""

_KEYS: Final = re.compile(r"\b(?:k_proj|wk)$")
_VALUES: Final = re.compile(r"\b(?:v_proj|wv)$")
_FUSED: Final = re.compile(r"\b(?:qkv_proj|wqkv|query_key_value|att_proj|c_attn|qkv)$")
_LATENT: Final = re.compile(r"\bkv_a_proj_with_mqa$")

_STATE_BYTES: Final = 4
"""Of one number of a linear layer's state, which is computed in float32."""


@dataclass(frozen=True)
class KvSize:
    """What one conversation's cache holds."""

    numbers: int = 0
    """Keys and values of one token, over all layers."""
    state_bytes: int = 0
    """Of layers that keep a state instead, whatever the length."""
    head_size: int = 0

    def token_bytes(self, number_bytes: int, kv_bits: int = 0) -> int:
        """Returns what a token takes.

        Args:
            number_bytes: of a number that is not quantised.
            kv_bits: of one that is; 0 where the cache is not quantised.
        """
        if not kv_bits:
            return self.numbers * number_bytes
        group = 64 if self.head_size % 64 == 0 else 32
        scales = 2 * (self.numbers // group) * number_bytes
        return self.numbers * kv_bits // 8 + scales


def count_kv(shapes: Mapping[str, tuple[int, ...]], language: LanguageConfig) -> KvSize:
    """Returns what the cache of a language model takes.

    Args:
        shapes: of all weights, by name.
        language: of the same model.
    """
    layers = _Layers(language)
    for name, shape in shapes.items():
        match = _LAYER.search(name)
        if match and shape and not _OTHERS.search(name):
            layers.add(int(match[1]), match[2], shape[0])
    linear = sum("linear_attn.A_log" in name for name in shapes)
    return KvSize(layers.count(), linear * _state_bytes(language), language.head_size)


class _Layers:
    """Collects the decoder's layers and what each keeps of a token."""

    def __init__(self, language: LanguageConfig) -> None:
        self._language = language
        self._keys: dict[int, int] = {}
        self._values: dict[int, int] = {}

    def add(self, layer: int, part: str, rows: int) -> None:
        """Takes note of one weight, whose first dimension are the numbers that it makes."""
        its = self._language
        if _KEYS.search(part):
            self._keys[layer] = rows
        elif _VALUES.search(part):
            self._values[layer] = rows
        elif _FUSED.search(part):
            self._keys[layer] = its.kv_heads * its.head_size
        elif _LATENT.search(part):
            nope, rope = its.number("qk_nope_head_dim"), its.number("qk_rope_head_dim")
            self._keys[layer] = its.heads * (nope + rope)
            self._values[layer] = its.heads * its.number("v_head_dim")

    def count(self) -> int:
        """Returns the numbers that all layers keep of a token."""
        return sum(keys + self._values.get(layer, keys) for layer, keys in self._own())

    def _own(self) -> Iterator[tuple[int, int]]:
        """Yields layers and their keys; the last ones may share those of earlier layers."""
        shared = self._language.number("num_kv_shared_layers")
        first_shared = self._language.layers - shared if shared else max(self._keys, default=0) + 1
        for layer, keys in self._keys.items():
            if layer < first_shared:
                yield layer, keys


def _state_bytes(language: LanguageConfig) -> int:
    """Returns what a layer of linear attention keeps: its state, and the inputs of a convolution.

    Source: GatedDeltaNet in mlx-vlm's qwen3_5.
    """
    key_size = language.number("linear_key_head_dim")
    value_size = language.number("linear_value_head_dim")
    value_heads = language.number("linear_num_value_heads")
    channels = 2 * language.number("linear_num_key_heads") * key_size + value_heads * value_size
    inputs = channels * max(0, language.number("linear_conv_kernel_dim") - 1)
    return _STATE_BYTES * (value_heads * key_size * value_size + inputs)
