"""Models come from a hub through its real client, and from the cache without a network."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.demo import MODEL_PATH
from seeshell.core.models.sources import default_source

from ....patience import PATIENCE

NAME = "Some-Org/Qwen3-VL-Tiny-MLX"
DEFAULT = "lmstudio-community/Qwen3-VL-4B-Instruct-MLX-4bit"

PROGRAM = """
import os, sys
from seeshell.core.client_environment import read_client_environment
from seeshell.core.models.sources import find_model
own = read_client_environment(os.environ)
print(find_model(sys.argv[1], lambda _: None, own).path)
"""


@pytest.fixture
def environment(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Variables for a process that uses a hub and an empty cache."""

    def build(hub: str, **changes: str) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        return env | {"HF_ENDPOINT": hub, "HF_HOME": str(tmp_path / "hf"), **changes}

    return build


def test_a_download_names_size_and_licence_first_and_then_counts_to_the_end(
    find: Any, hub: Any, model: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = find(NAME)
    size = sum(file.stat().st_size for file in MODEL_PATH.iterdir()) + len(model.files["README.md"])
    stage = f"Downloading {NAME}, {size / 1e6:.1f} MB, licence apache-2.0"
    assert {it.stage for it in answer.stages} == {stage}
    fractions = [it.fraction for it in answer.stages]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    assert capfd.readouterr().out == ""
    files = answer.files
    assert (files.source, files.name, files.notice) == (NAME, "Qwen3-VL-Tiny", "")
    assert files.revision == files.path.name
    assert files.weights_bytes == len(model.files["model.safetensors"])
    held = {file.name for file in files.path.iterdir()}
    assert held == {"README.md", *(file.name for file in MODEL_PATH.iterdir())}


def test_what_was_downloaded_is_used_without_a_network_by_another_process(
    hub: Any, environment: Any
) -> None:
    def run(**changes: str) -> str:
        env = environment(hub.url, **changes)
        command = [sys.executable, "-c", PROGRAM, NAME]
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        assert done.stderr == ""
        return done.stdout

    first = run()
    asked = len(hub.requests)
    assert Path(first.strip()).is_dir()
    cache = str(Path(first.strip()).parents[2])
    assert run(HF_HUB_OFFLINE="1", HF_HOME="/nowhere", HF_HUB_CACHE=cache) == first
    assert len(hub.requests) == asked


def test_an_interrupted_download_fetches_only_what_is_missing(find: Any, hub: Any) -> None:
    weights = find(NAME).files.path / "model.safetensors"
    weights.resolve().unlink()
    weights.unlink()
    find.use("http://127.0.0.1:1")
    assert "not complete" in find(NAME).sentence
    find.use(hub.url)
    del hub.requests[:]
    assert find(NAME).files
    assert hub.fetched == ["model.safetensors"]


def test_the_licence_of_the_base_model_stands_in(
    find: Any, hub: Any, model: Any, repository: Any
) -> None:
    packed = replace(model, card={"base_model": "maker/Base"})
    hub.repositories = {NAME: packed, "maker/Base": repository(card={"license": "mit"})}
    assert (
        find(NAME)
        .stages[0]
        .stage.endswith("licence mit (base model maker/Base; the page of these files states none)")
    )


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ({}, "no licence stated"),
        ({"base_model": "gone/gone"}, "no licence stated"),
        ({"license": "other", "license_name": "tiny-1"}, "licence tiny-1"),
        ({"license": ["mit", "bsd"]}, "licence mit, bsd"),
        ({"license": ["mit", 2]}, "licence mit, 2"),
        ({"base_model": "no name"}, "no licence stated"),
    ],
)
def test_licences_as_pages_state_them(
    find: Any, hub: Any, model: Any, card: dict[str, Any], words: str
) -> None:
    hub.repositories = {NAME: replace(model, card=card)}
    assert find(NAME).stages[0].stage.endswith(f", {words}")


def test_the_default_is_qwen_once_it_is_cached_and_can_be_loaded(
    find: Any, hub: Any, model: Any
) -> None:
    assert default_source("") == "demo"
    assert default_source("my/model") == "my/model"
    other = "mlx-community/Qwen3-VL-4B-Instruct-8bit"
    hub.repositories = dict.fromkeys((DEFAULT, other, NAME), model)
    for name, expected in ((NAME, "demo"), (other, other), (DEFAULT, DEFAULT)):
        path = find(name).files.path
        assert default_source("") == expected
    (path / "model.safetensors").unlink()
    assert default_source("") == other


GIVING_UP = """
import asyncio, sys
from seeshell.core.models.sources import fetch_model

async def main():
    begun = asyncio.Event()
    report = lambda progress: begun.set() if progress.fraction else None
    task = asyncio.create_task(fetch_model(sys.argv[1], report))
    await begun.wait()
    task.cancel()
    await asyncio.wait([task])
    print("given up" if task.cancelled() else task, flush=True)

asyncio.run(main())
"""


def test_a_download_that_is_given_up_ends(
    hub: Any, model: Any, tmp_path: Path, environment: Any
) -> None:
    paused = threading.Event()
    files = {**model.files, "model.safetensors": bytes(50_000_000)}
    hub.repositories = {NAME: replace(model, files=files, paused=paused)}
    command = [sys.executable, "-c", GIVING_UP, NAME]
    with subprocess.Popen(command, env=environment(hub.url), stdout=subprocess.PIPE) as client:
        assert client.stdout
        assert client.stdout.readline() == b"given up\n"
        paused.set()
        assert client.wait(timeout=PATIENCE) == 0
    held = {file.name for file in tmp_path.rglob("snapshots/*/*")}
    assert "config.json" in held
    assert "model.safetensors" not in held
