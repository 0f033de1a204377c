"""The names of mlx-vlm that the engine builds on are there and take what it gives them."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from seeshell.core.engine import mlx_vlm_names as names
from seeshell.core.engine.loading import Checkpoint


def find(checkpoint: Checkpoint, path: str) -> Any:
    """The part of a checkpoint that a path of attributes and indexes names."""
    found: Any = checkpoint
    for step in path.split("."):
        found = found[int(step)] if step.isdigit() else getattr(found, step)
    return found


def accepts(function: Callable[..., Any], *arguments: str, **named: str) -> bool:
    try:
        inspect.signature(function).bind(*arguments, **named)
    except TypeError:
        return False
    return True


@pytest.mark.parametrize("name", names.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(names, name) is not None


@pytest.mark.parametrize(
    "path", [f"{part}.{name}" for part, found in names.ATTRIBUTES.items() for name in found]
)
def test_a_loaded_checkpoint_has_what_is_used_of_it(demo: Checkpoint, path: str) -> None:
    assert find(demo, path) is not None


def test_the_attribute_check_finds_what_has_gone(demo: Checkpoint) -> None:
    with pytest.raises(AttributeError):
        find(demo, "model.language_model.model.layers.0.no_such_norm")


def test_the_parts_of_the_model_take_what_they_are_given(demo: Checkpoint) -> None:
    decoder = demo.model.language_model.model
    given = (
        "cache",
        "inputs_embeds",
        "position_ids",
        "visual_pos_masks",
        "deepstack_visual_embeds",
    )

    assert accepts(decoder.__call__, "tokens", **dict.fromkeys(given, "x"))
    assert accepts(decoder.layers[0].__call__, "hidden", "mask", "cache", "positions", "rotations")
    assert accepts(demo.model.vision_tower.__call__, "patches", "grid")
    assert accepts(names.load, "path", lazy="x", trust_remote_code="x")


def test_empty_caches_have_the_buffers_that_the_pool_fills() -> None:
    for cache in (names.KVCache(), names.QuantizedKVCache(64, 8)):
        assert (cache.keys, cache.values, cache.offset) == (None, None, 0)
        assert accepts(cache.update_and_fetch, "keys", "values")
        assert accepts(cache.trim, "count")


def test_the_streamer_and_the_samplers_take_what_they_are_given(demo: Checkpoint) -> None:
    streamer = names.ServerTokenStreamer(
        demo.processor.tokenizer, names.make_streaming_detokenizer(demo.processor)
    )
    assert accepts(streamer.advance, "token", "end")
    assert accepts(names.apply_top_p, "logprobs", top_p="x")
    assert accepts(names.apply_min_p, "logprobs", min_p="x")
    assert accepts(names.apply_top_k, "logprobs", top_k="x")
    assert accepts(
        names.make_logits_processors,
        repetition_penalty="x",
        repetition_context_size="x",
        presence_penalty="x",
        presence_context_size="x",
    )
    found = names.resolve_sampling_defaults(
        demo.model.config, temperature=0.5, top_p=None, top_k=None
    )
    assert len(found) == 3
    assert found[0] == 0.5


def test_a_picture_is_fitted_in_whole_tokens(demo: Checkpoint) -> None:
    limits = {"min_pixels": 1024, "max_pixels": 64 * 64}
    assert tuple(names.fit_image(demo.processor.image_processor, 100, 100, limits)) == (64, 64)


def test_lora_layers_are_made_around_a_layer(demo: Checkpoint) -> None:
    for kind in (names.LoRALinear, names.LoRAEmbedding, names.LoRASwitchLinear):
        assert accepts(kind.from_base, "layer", r="x", dropout="x", scale="x")
    weights = {"model.language_model.norm.weight": "array"}
    assert names.sanitize_weights(demo.model, weights) == {
        "language_model.model.norm.weight": "array"
    }
