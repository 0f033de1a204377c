"""Repositories as people name them, and what the cache holds under such names."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.demo import MODEL_PATH
from seeshell.core.errors import ModelNotFound
from seeshell.core.models.endpoints import find_endpoint
from seeshell.core.models.hub.cache import find_cached, list_cached
from seeshell.core.models.hub.names import parse_repository

NAME = "Some-Org/Qwen3-VL-Tiny-MLX"
OLD, NEW = "a" * 40, "b" * 40


@pytest.fixture
def put(find: Any) -> Callable[..., Path]:
    """Puts a snapshot into the cache, complete and named by nothing."""

    def copy(name: str = NAME, revision: str = OLD, lacks: str = "", age: int = 0) -> Path:
        folder = find.cache / f"models--{name.replace('/', '--')}"
        path = Path(shutil.copytree(MODEL_PATH, folder / "snapshots" / revision))
        if lacks:
            (path / lacks).unlink()
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
        return path

    return copy


def refer(snapshot: Path, content: str | bytes) -> None:
    """Writes refs/main beside a snapshot."""
    refs = snapshot.parents[1] / "refs"
    refs.mkdir(exist_ok=True)
    (refs / "main").write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize(
    "source",
    [
        "Some-Org/Qwen3-VL-Tiny-MLX",
        " Some-Org/Qwen3-VL-Tiny-MLX\n",
        "Some-Org/Qwen3-VL-Tiny-MLX/",
        "https://huggingface.co/Some-Org/Qwen3-VL-Tiny-MLX",
        "http://www.huggingface.co/Some-Org/Qwen3-VL-Tiny-MLX/",
        "HTTPS://HuggingFace.co/Some-Org/Qwen3-VL-Tiny-MLX?library=mlx#files",
        "https://huggingface.co/Some-Org/Qwen3-VL-Tiny-MLX/tree/main",
        "https://huggingface.co/Some-Org/Qwen3-VL-Tiny-MLX/blob/main/config.json",
        "https://hf.co/Some-Org/Qwen3-VL-Tiny-MLX",
        "huggingface.co/Some-Org/Qwen3-VL-Tiny-MLX",
        "hf.co/Some-Org/Qwen3-VL-Tiny-MLX",
        "hf://Some-Org/Qwen3-VL-Tiny-MLX",
    ],
)
def test_a_name_or_the_address_of_its_page_means_the_repository(source: str) -> None:
    assert parse_repository(source) == NAME
    assert find_endpoint(source, {}) is None


@pytest.mark.parametrize(
    "source",
    [
        *("", "demo", "/models/x", "./a/b", "~/a", "a/b/c", "a/../b", "a/b:c", "a/b@main"),
        *("http://localhost:1234/v1", "https://api.openai.com/v1#gpt", "https://hf.example/a/b"),
        "https://router.huggingface.co/v1#a/b",
    ],
)
def test_what_means_no_repository(source: str) -> None:
    assert parse_repository(source) == ""


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("https://huggingface.co/datasets/a/b", "not the page of a model"),
        ("https://huggingface.co/spaces/a/b", "not the page of a model"),
        ("https://huggingface.co/Some-Org", "not the page of a model"),
        ("https://huggingface.co/", "not the page of a model"),
        (f"https://huggingface.co/{NAME}/tree/v2", f"another version than main.*give {NAME}"),
    ],
)
def test_a_page_of_the_hub_that_is_no_models(source: str, words: str) -> None:
    with pytest.raises(ModelNotFound, match=words):
        parse_repository(source)


@pytest.mark.parametrize("source", [NAME, NAME.lower(), NAME.upper(), f"https://hf.co/{NAME}"])
def test_a_cached_model_is_found_in_any_case_without_a_network(
    find: Any, put: Any, source: str
) -> None:
    path = put()
    answer = find(source)
    assert answer.sentence == ""
    assert (answer.files.path, answer.files.revision) == (path, OLD)
    assert (answer.files.source, answer.files.name) == (source, "Qwen3-VL-Tiny")


def test_the_name_as_it_is_written_comes_before_the_same_in_another_case(put: Any) -> None:
    put(NAME.lower(), NEW)
    exact = put()
    other = put(NAME.upper(), NEW)
    found = find_cached(NAME)
    assert found
    assert found.path == exact
    (exact / "model.safetensors").unlink()
    (other / "model.safetensors").unlink()
    found = find_cached(NAME)
    assert found
    assert found.repository == NAME.lower()


def test_a_snapshot_without_refs_counts_if_it_is_the_only_complete_one(put: Any, find: Any) -> None:
    put(revision=NEW, lacks="model.safetensors")
    path = put(age=60)
    assert find(NAME).files.path == path


def test_of_several_complete_snapshots_the_newest_counts(put: Any) -> None:
    put(age=60)
    newest = put(revision=NEW)
    put(revision="c" * 40, age=30)
    assert find_cached(NAME).path == newest


def test_refs_main_decides_between_complete_snapshots(put: Any) -> None:
    put(revision=NEW)
    main = put(age=60)
    refer(main, OLD)
    assert find_cached(NAME).path == main


@pytest.mark.parametrize("lacks", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_complete_snapshot_counts_though_refs_main_names_one_that_lacks_files(
    put: Any, find: Any, lacks: str
) -> None:
    complete = put(age=60)
    refer(put(revision=NEW, lacks=lacks), NEW)
    assert find(NAME).files.path == complete


@pytest.mark.parametrize(
    "content",
    [
        NEW,
        f"{OLD}\n",
        f"  {OLD}\r\n\n",
        "",
        "\0\xff garbage",
        b"\xff\xfe\x80",
        "../../../..",
        "x/y",
    ],
)
def test_refs_main_may_name_what_is_gone_or_hold_garbage(
    put: Any, find: Any, content: str | bytes
) -> None:
    path = put()
    refer(path, content)
    assert find(NAME).files.path == path


def test_links_to_blobs_that_were_deleted_make_a_snapshot_incomplete(find: Any, put: Any) -> None:
    path = put()
    (path / "model.safetensors").unlink()
    (path / "model.safetensors").symlink_to("../../blobs/gone")
    refer(path, OLD)
    assert not find_cached(NAME).is_complete
    answer = find(NAME)
    assert answer.error == "ModelNotFound"
    assert answer.sentence.startswith(f"{NAME} is not complete in the Hugging Face cache")


def test_an_index_that_can_not_be_read_makes_a_snapshot_incomplete(put: Any) -> None:
    (put() / "model.safetensors.index.json").write_text("{")
    assert not find_cached(NAME).is_complete


def test_a_cache_that_is_not_there_or_no_folder_holds_nothing(find: Any, tmp_path: Path) -> None:
    assert (find_cached(NAME), list_cached()) == (None, [])
    find.cache.write_text("a file")
    assert (find_cached(NAME), list_cached()) == (None, [])
    assert find(NAME).error == "ModelNotFound"


def test_strange_entries_of_a_cache_are_passed_over(find: Any, put: Any) -> None:
    put()
    for name in ("models--", "models--alone", "datasets--a--b", ".locks", "version.txt"):
        (find.cache / name).mkdir()
    (find.cache / "models--a--file").write_text("")
    (find.cache / "models--a--empty" / "snapshots").mkdir(parents=True)
    assert [it.repository for it in list_cached()] == [NAME]


@pytest.mark.parametrize("redirects", [False, True])
def test_a_download_is_kept_under_the_hubs_own_name(find: Any, hub: Any, redirects: bool) -> None:
    hub.redirects_names = redirects
    answer = find(NAME.lower())
    assert answer.sentence == ""
    assert answer.stages[0].stage.startswith(f"Downloading {NAME}, ")
    assert answer.files.name == "Qwen3-VL-Tiny"
    assert [it.repository for it in list_cached()] == [NAME]
    asked = len(hub.requests)
    assert find(NAME).files.path == find(NAME.upper()).files.path == answer.files.path
    assert len(hub.requests) == asked


def test_a_download_is_named_as_main_for_other_programs(find: Any, hub: Any) -> None:
    files = find(NAME).files
    refs = files.path.parents[1] / "refs"
    assert {it.name: it.read_text() for it in refs.iterdir()} == {"main": files.revision}


def test_the_folder_of_another_case_is_completed_by_a_download(
    find: Any, hub: Any, put: Any
) -> None:
    put(lacks="model.safetensors")
    answer = find(NAME.lower())
    assert answer.sentence == ""
    assert [it.repository for it in list_cached()] == [NAME]
