"""Checkpoints that bring program code: it is named and refused, or left alone, and never run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.demo import MODEL_PATH
from seeshell.core.engine.loading import load_checkpoint
from seeshell.core.errors import ModelUnsupported
from seeshell.core.models.sources import ModelFiles, find_model

from ...patience import PATIENCE

CODE = """
from pathlib import Path

Path({marker!r}).touch()

class Evil:
    @classmethod
    def from_pretrained(cls, *_, **__):
        return cls()

Model = ModelConfig = TextConfig = VisionConfig = Evil
"""


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that the checkpoint's code would make."""
    return tmp_path / "it ran"


@pytest.fixture
def folder(tmp_path: Path, marker: Path) -> Path:
    """The demonstration model with a module of code beside its files."""
    folder = Path(shutil.copytree(MODEL_PATH, tmp_path / "model"))
    (folder / "evil.py").write_text(CODE.format(marker=str(marker)))
    return folder


def edit(file: Path, **changes: Any) -> None:
    document = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(document | changes))


def load(folder: Path) -> Any:
    """Loads the folder as if nothing had been checked before."""
    return load_checkpoint(ModelFiles(folder, str(folder), "model", "", "", 1))


@pytest.mark.parametrize("open_model", [load, lambda folder: find_model(str(folder), print)])
@pytest.mark.parametrize("name", ["evil.py", "./evil.py", "sub/../evil.py", "missing.py"])
def test_a_model_file_is_refused_before_anything_is_loaded(
    folder: Path, marker: Path, open_model: Callable[[Path], Any], name: str
) -> None:
    (folder / "sub").mkdir()
    edit(folder / "config.json", model_file=name)

    with pytest.raises(ModelUnsupported, match=r"program code .* `model_file`"):
        open_model(folder)

    assert not marker.exists()


AUTO_MAPS: dict[str, dict[str, Any]] = {
    "config.json": {"AutoConfig": "evil.Evil", "AutoModel": "evil.Evil"},
    "tokenizer_config.json": {"AutoTokenizer": ["evil.Evil", "evil.Evil"]},
    "processor_config.json": {"AutoProcessor": "evil.Evil"},
    "preprocessor_config.json": {
        "AutoProcessor": "evil.Evil",
        "AutoImageProcessor": "evil.Evil",
    },
    "video_preprocessor_config.json": {"AutoVideoProcessor": "evil.Evil"},
}


def opened(folder: Path) -> str:
    """Loads the folder; returns why that was refused, or nothing."""
    try:
        load(folder)
    except ModelUnsupported as error:
        return str(error)
    return ""


@pytest.mark.parametrize("file", AUTO_MAPS)
@pytest.mark.parametrize("other_class", [False, True])
def test_what_an_auto_map_names_is_not_run(
    folder: Path, marker: Path, file: str, other_class: bool
) -> None:
    edit(folder / file, auto_map=AUTO_MAPS[file])
    if other_class:
        classes = {"tokenizer_class": "Evil", "processor_class": "Evil"}
        edit(folder / file, **classes, image_processor_type="Evil")

    reason = opened(folder)

    assert not marker.exists()
    assert "\n" not in reason
    if not other_class:
        assert reason == ""


def test_all_auto_maps_together_are_not_run(folder: Path, marker: Path) -> None:
    for file, auto_map in AUTO_MAPS.items():
        edit(folder / file, auto_map=auto_map)

    assert opened(folder) == ""
    assert not marker.exists()


@pytest.mark.parametrize("family", ["inkling_mm_model", "minicpmv4_6", "molmo", "phi3_v"])
def test_the_code_is_not_there_for_processors_that_would_run_it_without_asking(
    folder: Path, marker: Path, family: str
) -> None:
    edit(folder / "config.json", model_type=family)
    edit(folder / "tokenizer_config.json", auto_map=AUTO_MAPS["tokenizer_config.json"])

    assert opened(folder).startswith("model ")
    assert not marker.exists()


def test_code_that_merely_lies_there_does_no_harm(folder: Path, marker: Path) -> None:
    """Not even where the process was started in the folder."""
    code = (folder / "evil.py").read_text()
    names = ("model", "modeling_qwen3_vl", "tokenization_qwen2", "processing_qwen3_vl", "setup")
    for name in (*names, "mlx", "mlx_vlm", "transformers", "numpy", "json", "sitecustomize"):
        (folder / f"{name}.py").write_text(code)
    (folder / "__init__.py").write_text(code)
    program = (
        "import sys; from pathlib import Path; "
        "from seeshell.core.engine.loading import load_checkpoint; "
        "from seeshell.core.models.sources import find_model; "
        "print(load_checkpoint(find_model(sys.argv[1], print)).weights_bytes)"
    )

    done = subprocess.run(
        [sys.executable, "-P", "-c", program, str(folder)],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )

    assert int(done.stdout.splitlines()[-1]) > 0
    assert not marker.exists()
