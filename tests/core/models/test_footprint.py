"""What fits the memory, and what a picture takes."""

import json
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.models.footprint import Footprint, propose
from seeshell.core.models.picture_size import picture_size

GB = 10**9
QWEN = Footprint(
    weights_bytes=3 * GB,
    kv_token_bytes=147_456,
    context_length=262_144,
    picture_tokens=1280,
    picture_bytes=GB // 5,
)


def test_the_whole_context_fits() -> None:
    found = propose(QWEN, 100 * GB, 1280)
    assert (found.context, found.pixel_budget) == (262_144, 1280)
    assert found.sentence == (
        "The whole context of 262,144 tokens fits the memory, and takes 41.9 GB."
    )


def test_a_part_of_the_context_fits() -> None:
    found = propose(QWEN, 12 * GB, 1280)
    assert (found.context, found.pixel_budget) == (51_200, 1280)
    assert "A conversation of 51,200 tokens fits the memory, and takes 10.7 GB" in (found.sentence)
    assert "kv_bits = 8" in found.sentence
    assert "kv_bits" not in propose(QWEN, 12 * GB, 1280, kv_bits=8).sentence
    assert QWEN.nbytes(found.context) < 0.9 * 12 * GB < QWEN.nbytes(found.context + 1024)


def test_pictures_are_made_smaller_before_a_conversation_gets_too_short() -> None:
    large = Footprint(3 * GB, 147_456, 262_144, 16_384, 3 * GB)
    found = propose(large, 5 * GB, 16_384)
    assert found.pixel_budget < 16_384
    assert found.context >= 4096
    assert f"pixel_budget = {found.pixel_budget} in config.toml" in found.sentence


def test_nothing_fits() -> None:
    found = propose(QWEN, 3 * GB, 1280)
    assert found.context == 0
    assert "3.2 GB" not in found.sentence
    assert "Weights and one picture take 3.0 GB" in found.sentence
    assert "choose a smaller model" in found.sentence


def test_a_picture_of_a_size_of_its_own_is_not_made_smaller() -> None:
    fixed = Footprint(3 * GB, 500_000, 4096, 576, GB // 50, is_fixed=True)
    assert propose(fixed, 6 * GB, 1280).pixel_budget == 1280
    assert fixed.with_budget(100) == fixed


def test_a_context_of_unknown_length_is_bounded_by_the_memory_alone() -> None:
    unknown = Footprint(GB, 1000, 0)
    assert propose(unknown, 2 * GB, 1280).context == 800_000 // 1024 * 1024


QWEN_PROCESSOR = {"patch_size": 16, "merge_size": 2, "temporal_patch_size": 2}
CLIP = {"image_size": 336, "patch_size": 14, "hidden_size": 1024, "intermediate_size": 4096}


@pytest.mark.parametrize(
    ("config", "processor", "extras", "tokens"),
    [
        (
            {"model_type": "qwen3_vl"},
            {"size": {"longest_edge": 16_777_216, "shortest_edge": 65_536}, **QWEN_PROCESSOR},
            {},
            1280,
        ),
        (
            {"model_type": "qwen3_vl"},
            {"size": {"longest_edge": 102_400, "shortest_edge": 6400}, **QWEN_PROCESSOR},
            {},
            100,
        ),
        ({"model_type": "llava", "vision_config": CLIP}, {"size": {"shortest_edge": 336}}, {}, 576),
        ({"model_type": "phi3_v"}, {"num_crops": 16, "num_img_tokens": 144}, {}, 2653),
        ({"model_type": "gemma3", "mm_tokens_per_image": 256}, {}, {}, 256),
        ({"model_type": "gemma4", "vision_soft_tokens_per_image": 280}, {}, {}, 280),
        (
            {"model_type": "smolvlm"},
            {"size": {"longest_edge": 2048}, "max_image_size": {"longest_edge": 512}},
            {"image_seq_len": 64},
            17 * 64,
        ),
        (
            {
                "model_type": "internvl_chat",
                "downsample_ratio": 0.5,
                "max_dynamic_patch": 12,
                "vision_config": {"image_size": 448, "patch_size": 14},
            },
            {},
            {},
            13 * 256,
        ),
        (
            {
                "model_type": "mistral3",
                "spatial_merge_size": 2,
                "vision_config": {"patch_size": 14},
            },
            {"size": {"longest_edge": 448}},
            {},
            256,
        ),
    ],
)
def test_a_pictures_tokens(
    tmp_path: Path,
    config: dict[str, Any],
    processor: dict[str, Any],
    extras: dict[str, Any],
    tokens: int,
) -> None:
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(processor))
    (tmp_path / "processor_config.json").write_text(json.dumps(extras))
    found = picture_size(tmp_path, config, 1280)
    assert found.tokens == tokens
    assert found.patches >= tokens or found.is_fixed
    assert found.work_bytes > 0
