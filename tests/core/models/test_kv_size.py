"""What a KV cache takes is counted from the shapes of the weights and from config.json."""

import json
from typing import Any

import pytest

from seeshell.core.demo import MODEL_PATH
from seeshell.core.models.kv_size import count_kv
from seeshell.core.models.language_config import read_language_config
from seeshell.core.models.weights import measure, weight_files

Shapes = dict[str, tuple[int, ...]]


def kv_of(shapes: Shapes, **config: Any) -> Any:
    return count_kv(shapes, read_language_config(config))


def layers(count: int, **parts: int) -> Shapes:
    return {
        f"language_model.model.layers.{n}.self_attn.{part}.weight": (rows, 64)
        for n in range(count)
        for part, rows in parts.items()
    }


def test_the_demonstration_model_as_its_cache_has_it() -> None:
    config = json.loads((MODEL_PATH / "config.json").read_bytes())
    tensors = measure(weight_files(MODEL_PATH)).tensors
    kv = count_kv({name: it.shape for name, it in tensors.items()}, read_language_config(config))
    text = config["text_config"]
    numbers = text["num_hidden_layers"] * text["num_key_value_heads"] * text["head_dim"] * 2
    assert (kv.numbers, kv.state_bytes) == (numbers, 0)
    assert kv.token_bytes(4) == numbers * 4


def test_a_quantised_cache_has_scales_too() -> None:
    kv = kv_of(layers(2, k_proj=128, v_proj=128), model_type="qwen3_vl", head_dim=128)
    assert kv.token_bytes(2) == 1024
    assert kv.token_bytes(2, 8) == 512 + 2 * 8 * 2
    assert kv.token_bytes(2, 4) == 256 + 2 * 8 * 2


def test_towers_and_heads_that_draft_keep_nothing() -> None:
    others: Shapes = {
        f"{stem}.layers.0.self_attn.k_proj.weight": (999, 64)
        for stem in ("vision_tower.encoder", "audio_tower", "mtp", "talker.model")
    }
    others["language_model.model.layers.3.cross_attn.k_proj.weight"] = (999, 64)
    assert kv_of(others | layers(2, k_proj=64, v_proj=64)).numbers == 256


def test_one_projection_for_queries_keys_and_values() -> None:
    shape = {"num_attention_heads": 32, "num_key_value_heads": 8, "hidden_size": 3072}
    kv = kv_of(layers(4, qkv_proj=4608), model_type="phi3_v", **shape)
    assert kv.numbers == 4 * 2 * 8 * 96


def test_values_that_are_the_keys_are_kept_all_the_same() -> None:
    assert kv_of(layers(3, k_proj=64)).numbers == 3 * 128


def test_layers_that_share_those_of_earlier_ones_keep_none() -> None:
    shape = {"num_hidden_layers": 6, "num_kv_shared_layers": 2}
    assert kv_of(layers(6, k_proj=64, v_proj=64), **shape).numbers == 4 * 128


def test_latent_keys_are_kept_spread_out() -> None:
    shape = {"num_attention_heads": 16, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64}
    kv = kv_of(layers(2, kv_a_proj_with_mqa=576), v_head_dim=128, **shape)
    assert kv.numbers == 2 * 16 * (128 + 64 + 128)


def test_linear_layers_keep_a_state() -> None:
    shape = {"linear_num_value_heads": 4, "linear_num_key_heads": 2, "linear_conv_kernel_dim": 4}
    linear = {"model.layers.0.linear_attn.A_log": (4,), "model.layers.1.linear_attn.A_log": (4,)}
    sizes = {"linear_key_head_dim": 8, "linear_value_head_dim": 16}
    kv = kv_of(linear | layers(1, k_proj=64, v_proj=64), **shape, **sizes)
    assert kv.numbers == 128
    assert kv.state_bytes == 2 * 4 * (4 * 8 * 16 + 3 * (2 * 2 * 8 + 4 * 16))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            {"model_type": "llava", "text_config": {"model_type": "llama"}},
            (32, 32, 32, 128, 2048),
        ),
        (
            {
                "model_type": "gemma3",
                "text_config": {"model_type": "gemma3_text", "num_hidden_layers": 34},
            },
            (34, 8, 4, 256, 131_072),
        ),
        (
            {"model_type": "phi3_v", "hidden_size": 3072, "max_position_embeddings": 131_072},
            (32, 32, 32, 96, 131_072),
        ),
        (
            {"model_type": "internvl_chat", "llm_config": {"model_type": "qwen2", "head_dim": 64}},
            (32, 32, 32, 64, 32_768),
        ),
        ({"model_type": "qwen3_omni_moe", "thinker_config": {"head_dim": 9}}, (0, 0, 0, 9, 0)),
        ({"model_type": "nonsense"}, (0, 0, 0, 0, 0)),
    ],
)
def test_what_config_json_leaves_out_is_what_the_libraries_take(
    config: dict[str, Any], expected: tuple[int, ...]
) -> None:
    its = read_language_config(config)
    shape = (its.layers, its.heads, its.kv_heads, its.head_size, its.context_length)
    assert shape == expected
