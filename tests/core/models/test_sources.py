"""Models are named by `demo`, a folder, a repository or an address."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeshell.core.demo import GREETING, MODEL_PATH
from seeshell.core.errors import ModelNotFound, ModelUnsupported
from seeshell.core.models.families import DEFAULT_MODEL
from seeshell.core.models.hub.names import is_repository
from seeshell.core.models.progress import LoadProgress
from seeshell.core.models.sources import default_source, display_name, find_model


def no_progress(progress: LoadProgress) -> None:
    pytest.fail(f"nothing has to be fetched, but there was {progress}")


def test_the_demo_says_what_it_is_and_how_to_get_a_real_model() -> None:
    files = find_model("demo", no_progress)
    assert (files.path, files.name, files.source) == (MODEL_PATH, "demo", "demo")
    assert files.notice.startswith(GREETING)
    assert files.notice.endswith(DEFAULT_MODEL)
    assert files.weights_bytes == (MODEL_PATH / "model.safetensors").stat().st_size


def test_a_folder_is_found_by_any_path_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(MODEL_PATH, tmp_path / "models" / "my-vl-4bit")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    found = [
        find_model(source, no_progress)
        for source in (f"{tmp_path}/models/my-vl-4bit/", "models/my-vl-4bit", "~/models/my-vl-4bit")
    ]
    assert {files.path for files in found} == {tmp_path / "models" / "my-vl-4bit"}
    assert {files.name for files in found} == {"my-vl"}
    assert len({files.revision for files in found}) == 1
    assert not any(files.notice for files in found)


def test_a_folder_that_changes_is_another_revision(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODEL_PATH, tmp_path / "model"))
    before = find_model(str(folder), no_progress).revision
    os.utime(folder / "model.safetensors", ns=(1, 1))
    assert find_model(str(folder), no_progress).revision != before


@pytest.mark.parametrize(
    "source", ["/nowhere", "./nowhere", "~/nowhere", "~nobody-here/x", "nowhere", "a/b/c", "", "\0"]
)
def test_what_is_nowhere_says_what_could_be_given(source: str) -> None:
    with pytest.raises(ModelNotFound, match=r"give the folder .* or `demo`\.$"):
        find_model(source, no_progress)


def test_errors_name_the_model_as_the_user_did(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    source = f"{tmp_path}/empty"
    with pytest.raises(ModelUnsupported, match=f"^{source} holds no config.json"):
        find_model(source, no_progress)


def test_the_setting_wins_over_everything() -> None:
    assert default_source("somebody/model") == "somebody/model"


@given(st.text(alphabet="ab/.-~\\ \0", max_size=9))
def test_a_repository_has_an_owner_and_a_name(text: str) -> None:
    if is_repository(text):
        owner, name = text.split("/")
        assert owner
        assert name
        assert ".." not in text


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (DEFAULT_MODEL, "Qwen3-VL-4B"),
        ("mlx-community/Qwen2.5-VL-7B-Instruct-8bit", "Qwen2.5-VL-7B"),
        ("mlx-community/gemma-3-4b-it-bf16", "gemma-3-4b"),
        ("/models/llava-v1.6/", "llava-v1.6"),
        ("it", "it"),
        ("-4bit", "-4bit"),
    ],
)
def test_names_are_short(source: str, name: str) -> None:
    assert display_name(source) == name
