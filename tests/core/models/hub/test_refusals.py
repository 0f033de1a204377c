"""What can't be run is refused before anything large is fetched, with what would run."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from seeshell.core.models.families import DEFAULT_MODEL

NAME = "Some-Org/Qwen3-VL-Tiny-MLX"


@pytest.fixture
def hold(hub: Any, model: Any) -> Callable[..., None]:
    """Makes the hub hold the model with other files; None takes one away."""

    def change(files: dict[str, bytes | None], only: bool = False, **changes: Any) -> None:
        merged = {**({} if only else model.files), **files}
        kept = {name: content for name, content in merged.items() if content is not None}
        hub.repositories = {NAME: replace(model, files=kept, **changes)}

    return change


@pytest.fixture
def config(model: Any) -> Callable[..., bytes]:
    """Returns the model's config.json, changed; ... takes a key away."""

    def change(**changes: Any) -> bytes:
        whole = json.loads(model.files["config.json"]) | changes
        return json.dumps({key: it for key, it in whole.items() if it is not ...}).encode()

    return change


def assert_refused(find: Any, hub: Any, *words: str, fetched: tuple[str, ...] = ()) -> None:
    """One sentence with these words and a model that runs; only these files were fetched."""
    answer = find(NAME)
    assert answer.files is None
    assert answer.sentence.startswith(NAME)
    assert answer.sentence.endswith(".")
    for word in words:
        assert word in answer.sentence
    assert tuple(hub.fetched) == fetched


ONLY_CONFIG = ("config.json",)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            ["model-Q4_K_M.gguf", "mmproj.gguf", "README.md"],
            ("(GGUF)", "http:// address"),
        ),
        (["q4/model.GGUF", "config.json"], ("GGUF",)),
        (["config.json", "pytorch_model.bin", "tokenizer.json"], ("weights for PyTorch",)),
        (["config.json", "pytorch_model-00001-of-00002.bin"], ("weights for PyTorch",)),
        (["config.json", "original/consolidated.00.pth", "tokenizer.json"], ("PyTorch",)),
        (["config.json", "onnx/model.onnx", "tokenizer.json"], ("ONNX",)),
        (["config.json", "weights.npz", "tokenizer.json"], ("mlx-vlm does not read",)),
        (["adapter_config.json", "adapter_model.safetensors"], ("LoRA adapter",)),
        (["adapter_config.json", "adapters.safetensors", "config.json"], ("LoRA adapter",)),
        (["model_index.json", "unet/x.safetensors", "config.json"], ("draws pictures",)),
        (["data/train.parquet", "README.md"], ("no config.json",)),
        ([], ("no config.json",)),
        (["config.json", "tokenizer.json"], ("no weights",)),
        (["config.json", "tokenizer.json", "vae/model.safetensors"], ("no weights",)),
        (["config.json", "model.safetensors"], ("no tokenizer",)),
    ],
)
def test_what_a_repository_holds(
    find: Any, hub: Any, hold: Any, files: list[str], words: tuple[str, ...]
) -> None:
    hold(dict.fromkeys(files, b"x"), only=True)
    assert_refused(find, hub, *words, DEFAULT_MODEL)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model_type": "sam3"}, ("of the family 'sam3'", "no questions about pictures")),
        ({"model_type": "nonsense_vl"}, ("of the family 'nonsense_vl'", "mlx-vlm lacks")),
        ({"model_type": None}, ("of the family None",)),
        ({"vision_config": ...}, ("text-only",)),
        ({"vision_config": []}, ("text-only",)),
    ],
)
def test_families_that_can_not_be_run(
    find: Any, hub: Any, hold: Any, config: Any, changes: dict[str, Any], words: tuple[str, ...]
) -> None:
    hold({"config.json": config(**changes)})
    assert_refused(find, hub, *words, DEFAULT_MODEL, fetched=ONLY_CONFIG)


def test_a_text_only_model(find: Any, hub: Any, hold: Any) -> None:
    hold({"config.json": b'{"model_type": "qwen3", "hidden_size": 64}'})
    assert_refused(find, hub, "is a text-only model", DEFAULT_MODEL, fetched=ONLY_CONFIG)


@pytest.mark.parametrize("method", ["awq", "gptq", "bitsandbytes", "hqq", "auto-round"])
def test_quantisations_of_other_programs(
    find: Any, hub: Any, hold: Any, config: Any, method: str
) -> None:
    changes = {"quantization": ..., "quantization_config": {"quant_method": method}}
    hold({"config.json": config(**changes)})
    assert_refused(find, hub, f"quantised by {method}", "for MLX", fetched=ONLY_CONFIG)


def test_an_index_without_the_weights_that_see(find: Any, hub: Any, hold: Any) -> None:
    shards = {"language_model.model.embed_tokens.weight": "model.safetensors"}
    index = json.dumps({"weight_map": shards}).encode()
    hold({"model.safetensors.index.json": index})
    fetched = ("config.json", "model.safetensors.index.json")
    assert_refused(find, hub, "no weights of a vision tower", DEFAULT_MODEL, fetched=fetched)


def test_program_code_of_its_own(find: Any, hub: Any, hold: Any, config: Any) -> None:
    hold({"config.json": config(model_file="model.py")})
    assert_refused(find, hub, "program code of its own", fetched=ONLY_CONFIG)


def test_a_model_for_larger_machines(find: Any, hub: Any, hold: Any) -> None:
    hold({}, claimed_sizes={"model.safetensors": 10**15})
    assert_refused(find, hub, "1000000.0 GB", "smaller model", fetched=ONLY_CONFIG)


def test_a_weight_file_that_a_name_promises_and_the_repository_lacks(
    find: Any, hub: Any, hold: Any, model: Any
) -> None:
    weights = model.files["model.safetensors"]
    hold({"model.safetensors": None, "model-00002-of-00003.safetensors": weights})
    assert_refused(find, hub, "lacks model-00001-of-00003.safetensors", fetched=ONLY_CONFIG)


def test_a_weight_file_that_the_index_names_and_the_repository_lacks(
    find: Any, hub: Any, hold: Any
) -> None:
    index = json.dumps({"weight_map": {"a": "model.safetensors", "b": "gone.safetensors"}})
    hold({"model.safetensors.index.json": index.encode()})
    fetched = ("config.json", "model.safetensors.index.json")
    assert_refused(find, hub, "lacks gone.safetensors", fetched=fetched)


def test_only_what_is_read_is_fetched(find: Any, hub: Any, hold: Any, model: Any) -> None:
    others = (
        *("consolidated.safetensors", "original/model.safetensors", "onnx/config.json"),
        *("pytorch_model.bin", "model-Q4.gguf", "modeling.py", "logo.png", ".gitattributes"),
    )
    hold(dict.fromkeys(others, b"x"))
    answer = find(NAME)
    assert answer.sentence == ""
    assert not set(hub.fetched) & {*others, "model.gguf"}
    assert hub.fetched[-1] == "model.safetensors"
    assert {it.name for it in answer.files.path.iterdir()} == set(hub.fetched)


def test_weights_that_the_index_does_not_name_are_not_fetched(
    find: Any, hub: Any, hold: Any
) -> None:
    index = json.dumps({"weight_map": {"visual.a": "model.safetensors"}}).encode()
    hold({"model.safetensors.index.json": index, "fp32.safetensors": b"x"})
    assert find(NAME).sentence == ""
    assert "fp32.safetensors" not in hub.fetched
