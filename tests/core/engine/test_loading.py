import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest

from seeshell.core.demo import MODEL_PATH
from seeshell.core.engine.loading import load_checkpoint
from seeshell.core.errors import ModelUnsupported
from seeshell.core.models.sources import ModelFiles

from .endless import write_endless

Change = Callable[[Path], None]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MODEL_PATH, tmp_path / "model"))


def files(path: Path) -> ModelFiles:
    return ModelFiles(path, str(path), "broken", "", "", 1)


def edit(name: str, **changes: Any) -> Change:
    def change(path: Path) -> None:
        document = json.loads((path / name).read_text())
        (path / name).write_text(json.dumps(document | changes))

    return change


def shrink_vocabulary(path: Path) -> None:
    config = json.loads((path / "config.json").read_text())
    config["text_config"]["vocab_size"] = 500
    (path / "config.json").write_text(json.dumps(config))
    weights = mx.load(str(path / "model.safetensors"))
    name = next(name for name in weights if name.endswith("embed_tokens.weight"))
    weights[name] = weights[name][:500]
    mx.eval(weights)
    mx.save_safetensors(str(path / "model.safetensors"), weights)


def forget_template(path: Path) -> None:
    (path / "chat_template.json").unlink()
    edit("tokenizer_config.json", chat_template=None)(path)


def cut_weights(path: Path) -> None:
    weights = path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100_000])


def drop_weights(path: Path) -> None:
    weights = mx.load(str(path / "model.safetensors"))
    mx.eval(weights)
    weights.popitem()
    mx.save_safetensors(str(path / "model.safetensors"), weights)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (shrink_vocabulary, "500 word embeddings for a tokenizer of 704 tokens"),
        (forget_template, "no chat template"),
        (cut_weights, "can't be loaded"),
        (drop_weights, "can't be loaded"),
        (edit("config.json", model_type="unheard_of"), "unheard_of"),
        (edit("config.json", image_token_id=499), "another image token"),
        (lambda path: (path / "tokenizer.json").write_text("{"), "can't be loaded"),
    ],
)
def test_broken_files_are_named_in_one_sentence(
    copied: Path, change: Change, sentence: str
) -> None:
    change(copied)

    with pytest.raises(ModelUnsupported, match=sentence) as error:
        load_checkpoint(files(copied))

    assert "\n" not in str(error.value)
    assert str(error.value).startswith("broken ")


def test_pictures_that_are_added_to_every_layer_are_refused(tmp_path: Path) -> None:
    vision = {"depth": 2, "deepstack_visual_indexes": [0, 1]}
    path = write_endless(tmp_path, text={"num_hidden_layers": 2}, vision=vision)

    with pytest.raises(ModelUnsupported, match="all of its 2 layers"):
        load_checkpoint(files(path))


def test_half_precision_is_widened_without_a_gpu(demo: Any) -> None:
    if mx.default_device().type == mx.DeviceType.gpu:
        pytest.skip("a GPU computes in half precision")
    stored = mx.load(str(MODEL_PATH / "model.safetensors"))
    assert {array.dtype for array in stored.values()} == {mx.bfloat16}

    assert demo.model.language_model.model.norm.weight.dtype == mx.float32
    assert demo.weights_bytes == 2 * sum(array.nbytes for array in stored.values())


def test_a_tokens_kv_is_counted_as_it_is_stored(demo: Any, ask: Any) -> None:
    from seeshell.core.engine.engine import PromptMessage

    ask(PromptMessage.of("user", "What is in the picture?"))

    branch = ask.resident.pool.branches[-1]
    arrays = [array for layer in branch.layers for array in layer.state]
    assert sum(array.nbytes for array in arrays) == ask.resident.pool.token_bytes * len(
        branch.tokens
    )
