"""Everything of mlx-vlm that the engine builds on: much of it is private or undocumented.

`mlx-vlm` is pinned for it. Before another version is allowed, the tests say which of these names
have gone or take other arguments.
"""

from typing import Any, Final

from mlx_vlm.apc_adapters import CheckpointAdapter, StateFragment
from mlx_vlm.generate.common import (
    _chunked_prefill_enabled as chunked_prefill_enabled,
)
from mlx_vlm.generate.common import generation_stream, resolve_sampling_defaults
from mlx_vlm.models.cache import (
    CacheList,
    KVCache,
    QuantizedKVCache,
    RotatingKVCache,
    cache_nbytes,
    create_causal_mask,
    make_prompt_cache,
    should_quantize_kv_layer,
)
from mlx_vlm.models.switch_layers import QuantizedSwitchLinear, SwitchLinear
from mlx_vlm.prompt_utils import SINGLE_IMAGE_ONLY_MODELS, get_chat_template, get_message_json
from mlx_vlm.sample_utils import (
    apply_min_p,
    apply_top_k,
    apply_top_p,
    clamp_temperature,
    make_logits_processors,
)

# The streamer of mlx-vlm's server: unlike the detokenizer alone it holds no word back until the
# next space, which in Chinese may never come.
from mlx_vlm.tokenizer_utils import _ServerTokenStreamer as ServerTokenStreamer
from mlx_vlm.tokenizer_utils import make_streaming_detokenizer
from mlx_vlm.trainer.peft.lora_layers import LoRAEmbedding, LoRALinear, LoRASwitchLinear
from mlx_vlm.utils import load, prepare_inputs, sanitize_weights, should_add_special_tokens

__all__ = [
    "ATTRIBUTES",
    "SINGLE_IMAGE_ONLY_MODELS",
    "CacheList",
    "CheckpointAdapter",
    "KVCache",
    "LoRAEmbedding",
    "LoRALinear",
    "LoRASwitchLinear",
    "QuantizedKVCache",
    "QuantizedSwitchLinear",
    "RotatingKVCache",
    "ServerTokenStreamer",
    "StateFragment",
    "SwitchLinear",
    "apply_min_p",
    "apply_top_k",
    "apply_top_p",
    "cache_nbytes",
    "chunked_prefill_enabled",
    "clamp_temperature",
    "create_causal_mask",
    "fit_image",
    "generation_stream",
    "get_chat_template",
    "get_message_json",
    "load",
    "make_logits_processors",
    "make_prompt_cache",
    "make_streaming_detokenizer",
    "prepare_inputs",
    "resolve_sampling_defaults",
    "sanitize_weights",
    "should_add_special_tokens",
    "should_quantize_kv_layer",
]

ATTRIBUTES: Final = {
    "model": (
        "config.image_token_id",
        "config.text_config.head_dim",
        "language_model",
        "vision_tower",
    ),
    "model.language_model": ("args.tie_word_embeddings", "model.embed_tokens.as_linear"),
    "model.language_model.model.layers.0": ("input_layernorm.weight",),
    "model.vision_tower": ("patch_embed.proj.weight", "blocks.0.mlp.act_fn"),
    "processor": ("image_token_id", "tokenizer.stopping_criteria.eos_token_ids"),
    "processor.image_processor": (
        "_resolved_size",
        "min_pixels",
        "max_pixels",
        "patch_size",
        "merge_size",
    ),
}
"""What is used of a loaded checkpoint's parts, by the part; a number is an index."""


def fit_image(image_processor: Any, height: int, width: int, limits: dict[str, int]) -> Any:
    """Returns height and width at which the image processor shows a picture to the model.

    Args:
        image_processor: of the checkpoint.
        height: pixels down.
        width: pixels across.
        limits: least and most pixels.

    Raises:
        ValueError: the model can't take a picture of this shape.
    """
    return image_processor._resolved_size(height, width, **limits)
