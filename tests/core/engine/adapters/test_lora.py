"""LoRA folders: read, compared with the model, and refused in one sentence where they don't fit."""

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

from seeshell.core.engine.adapters.lora import Lora
from seeshell.core.engine.adapters.lora_folder import read_lora
from seeshell.core.engine.engine import PromptImage, PromptMessage
from seeshell.core.engine.loading import Checkpoint
from seeshell.core.errors import ModelError

from ..asking import Answer, Asker, Plain
from .writing import RANK, SCALE, linear_layers, matrices, write_mlx, write_peft

Draw = Callable[..., PromptImage]


@pytest.fixture
def weights(demo: Checkpoint) -> dict[str, Any]:
    return matrices(linear_layers(demo))


@pytest.fixture
def put_on(ask: Asker) -> Iterator[Callable[[Path], Lora]]:
    def put_on(folder: Path) -> Lora:
        lora = fit(folder, ask.resident.checkpoint)
        ask.resident.switch_adapter(lora)
        return lora

    yield put_on
    ask.resident.switch_adapter(None)


def fit(folder: Path, checkpoint: Checkpoint) -> Lora:
    return Lora(read_lora(str(folder)), checkpoint.model, "demo")


def question(draw: Draw) -> PromptMessage:
    return PromptMessage.of("user", "What is in the picture?", (draw(),))


def test_it_answers_as_mlx_vlm_does_with_the_adapter_and_as_before_without(
    ask: Asker,
    plain: Plain,
    put_on: Callable[[Path], Lora],
    tmp_path: Path,
    weights: dict[str, Any],
    draw: Draw,
    same: Callable[[Answer, Answer], None],
) -> None:
    before = ask(question(draw))
    put_on(write_mlx(tmp_path / "lora", weights))

    # The model is changed in place, so that mlx-vlm too runs it with the adapter.
    with_adapter, cold = ask(question(draw)), plain(question(draw))
    ask.resident.switch_adapter(None)
    ask.resident.pool.clear()
    after = ask(question(draw))

    same(with_adapter, cold)
    assert with_adapter.tokens != before.tokens
    assert np.array_equal(after.logits, before.logits)
    assert after.tokens == before.tokens


def test_neither_uses_the_kv_of_the_other_and_both_find_their_own_again(
    ask: Asker,
    put_on: Callable[[Path], Lora],
    tmp_path: Path,
    weights: dict[str, Any],
    draw: Draw,
) -> None:
    folder = write_mlx(tmp_path / "lora", weights)
    ask(question(draw), conversation=1)
    put_on(folder)
    first = ask(question(draw), conversation=1)
    ask.resident.switch_adapter(None)
    base_again = ask(question(draw), conversation=1)
    put_on(folder)
    lora_again = ask(question(draw), conversation=1)

    assert first.stats.reused_tokens == 0
    assert first.stats.recomputed == "the adapter changed"
    # The tower stayed as it was.
    assert first.stats.images_encoded == 0
    for answer in (base_again, lora_again):
        assert answer.stats.prefilled_tokens == 1
        assert answer.stats.recomputed == ""


def test_features_are_encoded_anew_where_the_vision_tower_is_changed(
    ask: Asker,
    plain: Plain,
    put_on: Callable[[Path], Lora],
    demo: Checkpoint,
    tmp_path: Path,
    draw: Draw,
    same: Callable[[Answer, Answer], None],
) -> None:
    tower = {
        f"vision_tower.{name}": module
        for name, module in demo.model.vision_tower.named_modules()
        if name.endswith("mlp.linear_fc1")
    }
    ask(question(draw))
    put_on(write_mlx(tmp_path / "lora", matrices(tower)))
    changed, cold = ask(question(draw)), plain(question(draw))
    ask.resident.switch_adapter(None)
    ask.resident.pool.clear()
    after = ask(question(draw))

    assert changed.stats.images_encoded == after.stats.images_encoded == 1
    same(changed, cold)


@pytest.mark.parametrize("is_rslora", [False, True])
def test_a_peft_folder_is_converted(
    tmp_path: Path, demo: Checkpoint, weights: dict[str, Any], is_rslora: bool
) -> None:
    mlx = fit(write_mlx(tmp_path / "mlx", weights), demo)
    alpha = SCALE * (math.sqrt(RANK) if is_rslora else RANK)
    changes = {"use_rslora": is_rslora, "lora_alpha": alpha}
    peft = fit(write_peft(tmp_path / "peft", weights, **changes), demo)

    assert peft._changed.keys() == mlx._changed.keys()
    for name, layer in mlx._changed.items():
        other = peft._changed[name]
        assert other.scale == layer.scale == SCALE
        assert mx.array_equal(other.lora_a, layer.lora_a)
        assert mx.array_equal(other.lora_b, layer.lora_b)


def test_layers_by_the_names_of_the_language_model_alone_are_found(
    tmp_path: Path, demo: Checkpoint, weights: dict[str, Any]
) -> None:
    short = {name.removeprefix("language_model."): it for name, it in weights.items()}
    whole = fit(write_mlx(tmp_path / "whole", weights), demo)
    assert fit(write_mlx(tmp_path / "short", short), demo)._own == whole._own


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"use_dora": True}, "lora uses DoRA, which can't be done here; choose a plain LoRA."),
        ({"bias": "lora_only"}, "lora changes biases, which"),
        ({"modules_to_save": ["lm_head"]}, "lora replaces whole layers (modules_to_save), which"),
        ({"rank_pattern": {"q": 8}}, "lora has another rank in some layers (rank_pattern), which"),
        ({"peft_type": "IA3"}, "lora is a PEFT adapter of type IA3; only LORA can be used."),
        ({"init_lora_weights": "pissa"}, "lora belongs to a model whose weights were changed by"),
        ({"r": None}, "lora does not say r and lora_alpha; its adapter_config.json is incomplete"),
    ],
)
def test_what_peft_does_beyond_a_lora_is_refused(
    tmp_path: Path, weights: dict[str, Any], changes: dict[str, Any], sentence: str
) -> None:
    folder = write_peft(tmp_path / "lora", weights, **changes)
    with pytest.raises(ModelError) as refused:
        read_lora(str(folder))
    assert str(refused.value).startswith(sentence)


def without_weights(folder: Path) -> None:
    (folder / "adapters.safetensors").unlink()


def without_config(folder: Path) -> None:
    (folder / "adapter_config.json").unlink()


def broken_weights(folder: Path) -> None:
    (folder / "adapters.safetensors").write_bytes(b"nothing")


def broken_config(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("{")


def without_scale(folder: Path) -> None:
    (folder / "adapter_config.json").write_text(json.dumps({"lora_parameters": {"rank": 4}}))


def trained_whole(folder: Path) -> None:
    (folder / "adapter_config.json").write_text(json.dumps({"fine_tune_type": "full"}))


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (without_weights, "lacks its weights, adapters.safetensors; a file of another kind can't"),
        (without_config, "has no adapter_config.json, so it is no adapter; name the folder that"),
        (broken_weights, "copy it again."),
        (broken_config, "copy it again."),
        (without_scale, "lora does not say by what its weights are scaled"),
        (trained_whole, "lora was trained as full, which can't be switched on a loaded model"),
    ],
)
def test_a_folder_that_is_no_lora_is_refused(
    tmp_path: Path,
    weights: dict[str, Any],
    spoil: Callable[[Path], None],
    sentence: str,
) -> None:
    folder = write_mlx(tmp_path / "lora", weights)
    spoil(folder)
    with pytest.raises(ModelError) as refused:
        read_lora(str(folder))
    assert sentence in str(refused.value)


def useless(weights: dict[str, Any]) -> dict[str, Any]:
    return {name: 0 * it if name.endswith("lora_b") else it for name, it in weights.items()}


def foreign(weights: dict[str, Any]) -> dict[str, Any]:
    return {name.replace(".0.", ".99."): it for name, it in weights.items()}


def astray(weights: dict[str, Any]) -> dict[str, Any]:
    name = next(iter(weights))
    return weights | {name: weights[name] * float("nan")}


def narrow(weights: dict[str, Any]) -> dict[str, Any]:
    return {name: it[:-1] if name.endswith("lora_a") else it for name, it in weights.items()}


def whole(weights: dict[str, Any]) -> dict[str, Any]:
    return weights | {"vision_tower.patch_embed.proj.weight": mx.ones((2, 2))}


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (useless, "lora changes nothing, since its weights are all 0; train it, or leave it out."),
        (astray, "lora holds weights that are no numbers, since its training went astray; train"),
        (foreign, "which demo does not have; choose an adapter that was trained on demo."),
        (narrow, "which demo has in another shape; choose an adapter that was trained on demo."),
        (whole, "lora holds vision_tower.patch_embed.proj.weight, which is no part of a LoRA;"),
    ],
)
def test_an_adapter_that_is_foreign_or_useless_is_refused(
    tmp_path: Path,
    demo: Checkpoint,
    weights: dict[str, Any],
    spoil: Callable[[dict[str, Any]], dict[str, Any]],
    sentence: str,
) -> None:
    folder = write_mlx(tmp_path / "lora", spoil(weights))
    with pytest.raises(ModelError) as refused:
        fit(folder, demo)
    assert sentence in str(refused.value)
    assert str(refused.value).count(". ") == 0
