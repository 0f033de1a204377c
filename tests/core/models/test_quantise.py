"""A model is quantised whole or not at all, and what can't be is refused before any work."""

import json
import shutil
from pathlib import Path

import pytest

from seeshell.core.demo import MODEL_PATH
from seeshell.core.errors import ModelError, ModelUnsupported
from seeshell.core.models.progress import LoadProgress
from seeshell.core.models.quantisation import count_parameters, describe_quantisation
from seeshell.core.models.quantise import check_source, quantise
from seeshell.core.models.weights import Tensor


def not_begun(progress: LoadProgress) -> None:
    pytest.fail(f"nothing is to be done, but there was {progress}")


def test_who_stops_it_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(_: LoadProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quantise(MODEL_PATH, tmp_path / "new", "4", stop)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_too_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(ModelError, match=r"needs about .* MB below .*, where 1\.0 kB are free"):
        quantise(MODEL_PATH, tmp_path / "new", "8", not_begun)
    assert list(tmp_path.iterdir()) == []


def test_what_is_quantised_already_is_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODEL_PATH, tmp_path / "model"))
    config = json.loads((folder / "config.json").read_bytes())
    stated = {"quantization": {"bits": 4, "group_size": 64}}
    (folder / "config.json").write_text(json.dumps(config | stated))
    with pytest.raises(ModelUnsupported, match=r"is quantised already \(4 bits\); give the model"):
        check_source(folder)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "bfloat16"),
        ({"quantization": {"bits": 8, "group_size": 64}}, "8 bits"),
        ({"quantization": {"bits": 4, "a.b": {"bits": 6}, "c": False}}, "4 and 6 bits"),
        ({"quantization": {"bits": 4, "mode": "mxfp4"}}, "4 bits (mxfp4)"),
        ({"quantization_config": {"bits": 4, "group_size": 64}}, "4 bits"),
        ({"quantization_config": {"quant_method": "fp8"}}, "fp8"),
        ({"text_config": {"quantization_config": {"quant_method": "mxfp4"}}}, "mxfp4"),
    ],
)
def test_how_weights_are_stored_in_words(config: dict[str, object], words: str) -> None:
    tensors = {"a": Tensor("BF16", (8, 8), 128), "b": Tensor("F32", (2,), 8)}
    assert describe_quantisation(config, tensors) == words


def test_packed_weights_count_as_what_they_stand_for() -> None:
    tensors = {
        "layer.weight": Tensor("U32", (10, 16), 640),
        "layer.scales": Tensor("BF16", (10, 2), 40),
        "layer.biases": Tensor("BF16", (10, 2), 40),
        "norm.weight": Tensor("BF16", (128,), 256),
    }
    config = {"quantization": {"bits": 4, "group_size": 64}}
    assert count_parameters(config, tensors) == 10 * 128 + 128
