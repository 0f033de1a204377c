"""Models come from a hub through its real client, and from the cache without a network."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from seeshell.core.demo import MODEL_PATH

from ....patience import PATIENCE

NAME = "someone/Qwen3-VL-Tiny-Instruct-MLX-4bit"
DEFAULT = "lmstudio-community/Qwen3-VL-4B-Instruct-MLX-4bit"
UNREACHABLE = "http://127.0.0.1:1"

PROGRAM = """
import json, os, sys
from seeshell.core.client_environment import read_client_environment
from seeshell.core.models import sources
from seeshell.core.errors import ModelError
stages = []
try:
    call = getattr(sources, sys.argv[1])
    own = read_client_environment(os.environ)
    more = [stages.append, own] if sys.argv[1] == "find_model" else []
    found = call(*sys.argv[2:], *more)
    answer = {"found": found if isinstance(found, str) else
              [[m.source, m.name, str(m.path), m.revision, m.weights_bytes] for m in
               (found if isinstance(found, list) else [found])]}
except ModelError as error:
    answer = {"error": type(error).__name__, "sentence": str(error)}
print(json.dumps(answer | {"stages": [[s.stage, s.fraction] for s in stages]}))
"""


@dataclass(frozen=True)
class Answer:
    found: Any = None
    error: str = ""
    sentence: str = ""
    stages: tuple[tuple[str, float], ...] = ()
    printed: str = ""


@pytest.fixture
def environment(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Variables for a process that uses a hub and an empty cache."""

    def build(hub: str, **changes: str) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        return env | {"HF_ENDPOINT": hub, "HF_HOME": str(tmp_path / "hf"), **changes}

    return build


@pytest.fixture
def ask(environment: Callable[..., dict[str, str]]) -> Callable[..., Answer]:
    """Calls `core.models.sources` in a process of its own: the hub reads its settings once."""

    def call(*arguments: str, hub: str = UNREACHABLE, **changes: str) -> Answer:
        command = [sys.executable, "-c", PROGRAM, *arguments]
        env = environment(hub, **changes)
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        *_, last = done.stdout.splitlines() or [done.stderr]
        printed = done.stderr + done.stdout.removesuffix(f"{last}\n")
        return Answer(**json.loads(last), printed=printed)

    return call


def test_a_download_names_size_and_licence_first_and_then_counts_to_the_end(
    ask: Any, serve: Any, model: Any
) -> None:
    hub = serve({NAME: model})
    answer = ask("find_model", NAME, hub=hub.url)
    size = sum(file.stat().st_size for file in MODEL_PATH.iterdir())
    stage = f"Downloading {NAME}, {size / 1e6:.1f} MB, licence apache-2.0"
    assert answer.stages[0] == [stage, 0.0]
    fractions = [fraction for _, fraction in answer.stages]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert answer.printed == ""
    [[source, name, path, revision, weights]] = answer.found
    assert (source, name) == (NAME, "Qwen3-VL-Tiny")
    assert revision == Path(path).name
    assert weights == len(model.files["model.safetensors"])
    held = {file.name for file in Path(path).iterdir()}
    assert held == {file.name for file in MODEL_PATH.iterdir()}


def test_what_was_downloaded_is_used_without_a_network(ask: Any, serve: Any, model: Any) -> None:
    hub = serve({NAME: model})
    first = ask("find_model", NAME, hub=hub.url)
    asked = len(hub.requests)
    again = ask("find_model", NAME, hub=hub.url)
    assert len(hub.requests) == asked
    for answer in (again, ask("find_model", NAME), ask("find_model", NAME, HF_HUB_OFFLINE="1")):
        assert answer.found == first.found
        assert answer.stages == []


def test_an_interrupted_download_fetches_only_what_is_missing(
    ask: Any, serve: Any, model: Any
) -> None:
    hub = serve({NAME: model})
    [[_, _, path, *_]] = ask("find_model", NAME, hub=hub.url).found
    weights = Path(path) / "model.safetensors"
    weights.resolve().unlink()
    weights.unlink()
    offline = ask("find_model", NAME)
    assert (offline.error, "not complete" in offline.sentence) == ("ModelNotFound", True)
    del hub.requests[:]
    assert ask("find_model", NAME, hub=hub.url).found
    fetched = [r.rpartition("/")[2] for r in hub.requests if r.startswith("GET") and "resolve" in r]
    assert fetched == ["model.safetensors"]


def test_the_licence_of_the_base_model_stands_in(
    ask: Any, serve: Any, model: Any, repository: Any
) -> None:
    packed = replace(model, card={"base_model": "maker/Base"})
    hub = serve({NAME: packed, "maker/Base": repository(card={"license": "mit"})})
    stage = ask("find_model", NAME, hub=hub.url).stages[0][0]
    assert stage.endswith(
        "licence mit (base model maker/Base; the page of these files states none)"
    )


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ({}, "no licence stated"),
        ({"base_model": "gone/gone"}, "no licence stated"),
        ({"license": "other", "license_name": "tiny-1"}, "licence tiny-1"),
        ({"license": ["mit", "bsd"]}, "licence mit, bsd"),
    ],
)
def test_licences_as_pages_state_them(
    ask: Any, serve: Any, model: Any, card: dict[str, Any], words: str
) -> None:
    stages = ask("find_model", NAME, hub=serve({NAME: replace(model, card=card)}).url).stages
    assert stages[0][0].endswith(f", {words}")


def test_neither_cached_nor_reachable(ask: Any) -> None:
    for environment in ({}, {"HF_HUB_OFFLINE": "1"}):
        answer = ask("find_model", NAME, **environment)
        assert answer.error == "ModelNotFound"
        assert answer.sentence.startswith(f"{NAME} is not complete in the Hugging Face cache")
        assert answer.sentence.endswith("connect to the network and try again, or use `demo`.")


@pytest.mark.parametrize("name", ["someone/a--b", "someone/name.git", "someone/name-"])
def test_what_no_repository_can_be_called(ask: Any, name: str) -> None:
    answer = ask("find_model", name)
    assert answer.error == "ModelNotFound"
    assert "check the name" in answer.sentence


@pytest.mark.parametrize(
    ("refusal", "words"),
    [("GatedRepo", "accept its terms"), ("RepoNotFound", "check the name")],
)
def test_what_the_hub_does_not_give(
    ask: Any, serve: Any, repository: Any, refusal: str, words: str
) -> None:
    hub = serve({NAME: repository(refusal=refusal)})
    answer = ask("find_model", NAME, hub=hub.url)
    assert answer.error == "ModelNotFound"
    assert words in answer.sentence
    assert "hf auth login" in answer.sentence


def test_a_text_only_model_is_refused_before_its_weights_are_fetched(
    ask: Any, serve: Any, model: Any
) -> None:
    files = {**model.files, "config.json": b'{"model_type": "qwen3"}'}
    hub = serve({NAME: replace(model, files=files)})
    answer = ask("find_model", NAME, hub=hub.url)
    assert answer.error == "ModelUnsupported"
    assert answer.sentence.startswith(f"{NAME} is a text-only model")
    assert not any("safetensors" in request for request in hub.requests)


def test_a_model_for_larger_machines_is_refused_before_its_weights_are_fetched(
    ask: Any, serve: Any, model: Any
) -> None:
    hub = serve({NAME: replace(model, claimed_sizes={"model.safetensors": 10**15})})
    answer = ask("find_model", NAME, hub=hub.url)
    assert answer.error == "ModelTooLarge"
    assert "1000000.0 GB" in answer.sentence
    assert not any("safetensors" in request for request in hub.requests)


def test_a_repository_without_config(ask: Any, serve: Any, repository: Any) -> None:
    hub = serve({NAME: repository({"model.gguf": b"GGUF"})})
    answer = ask("find_model", NAME, hub=hub.url)
    assert (answer.error, "config.json" in answer.sentence) == ("ModelNotFound", True)


def test_the_default_is_qwen_once_it_is_cached_and_can_be_loaded(
    ask: Any, serve: Any, model: Any
) -> None:
    assert ask("default_source", "").found == "demo"
    assert ask("default_source", "my/model").found == "my/model"
    other = "mlx-community/Qwen3-VL-4B-Instruct-8bit"
    hub = serve({DEFAULT: model, other: model, NAME: model})
    for name, expected in ((NAME, "demo"), (other, other), (DEFAULT, DEFAULT)):
        [[_, _, path, *_]] = ask("find_model", name, hub=hub.url).found
        assert ask("default_source", "").found == expected
    (Path(path) / "model.safetensors").unlink()
    assert ask("default_source", "").found == other


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
    serve: Any, model: Any, tmp_path: Path, environment: Any
) -> None:
    paused = threading.Event()
    files = {**model.files, "model.safetensors": bytes(50_000_000)}
    hub = serve({NAME: replace(model, files=files, paused=paused)})
    command = [sys.executable, "-c", GIVING_UP, NAME]
    with subprocess.Popen(command, env=environment(hub.url), stdout=subprocess.PIPE) as client:
        assert client.stdout
        assert client.stdout.readline() == b"given up\n"
        paused.set()
        assert client.wait(timeout=PATIENCE) == 0
    held = {file.name for file in tmp_path.rglob("snapshots/*/*")}
    assert "config.json" in held
    assert "model.safetensors" not in held
