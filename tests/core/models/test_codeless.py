"""A model's folder without its code: everything else is there, and nothing of it is changed."""

import json
from pathlib import Path

import pytest

from seeshell.core.models.codeless import without_code


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a model"
    (folder / "sub").mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "phi3_v"}')
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_a_folder_without_code_is_taken_as_it_is(folder: Path) -> None:
    with without_code(folder) as seen:
        assert seen == folder


def test_python_files_are_left_out_and_all_else_is_there(folder: Path) -> None:
    (folder / "modeling_evil.py").write_text("raise SystemExit")
    with without_code(folder) as seen:
        assert seen.name == folder.name
        names = sorted(path.name for path in seen.iterdir())
        assert names == ["config.json", "model.safetensors", "sub"]
        assert (seen / "model.safetensors").read_bytes() == b"weights"
    assert not seen.exists()
    assert (folder / "modeling_evil.py").exists()


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ({"auto_map": {"AutoConfig": "evil.Evil"}, "a": 1}, {"a": 1}),
        ({"auto_map": {"AutoConfig": "someone/else--evil.Evil"}}, {}),
        ({"text_config": {"auto_map": {}, "b": [1]}}, {"text_config": {"b": [1]}}),
        ({"list": [{"auto_map": "x", "c": None}]}, {"list": [{"c": None}]}),
    ],
)
@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "any.json"])
def test_what_names_code_is_taken_out(
    folder: Path, name: str, written: object, seen: object
) -> None:
    (folder / name).write_text(json.dumps(written))
    with without_code(folder) as view:
        assert json.loads((view / name).read_text()) == seen
    assert json.loads((folder / name).read_text()) == written


def test_a_text_that_merely_speaks_of_it_is_left_alone(folder: Path) -> None:
    (folder / "config.json").write_text('{"about": "auto_map"}')
    with without_code(folder) as view:
        assert view == folder
