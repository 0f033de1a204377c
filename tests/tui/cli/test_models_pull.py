"""`seeshell models pull` from a hub on this machine, and `rm` of what came."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from seeshell.core.demo import MODEL_PATH

from ...core.models.hub.fake_hub import FakeHub, Repository, running_hub
from ...terminal.installed import COMMAND, Installed
from ...terminal.pseudo_terminal import PseudoTerminal

NAME = "Some-Org/Qwen3-VL-Tiny-MLX"
CARD = b"---\nlicense: apache-2.0\n---\n# A tiny model\n"


@dataclass(frozen=True)
class Hub:
    """A hub, and the command with a cache of its own that asks it."""

    server: FakeHub
    installed: Installed
    variables: dict[str, str]

    @property
    def model(self) -> Repository:
        return self.server.repositories[NAME]

    def change(self, **changes: object) -> None:
        self.server.repositories = {NAME: replace(self.model, **changes)}

    def open(self, *arguments: str) -> PseudoTerminal:
        variables = {**self.installed.environment, **self.variables}
        return PseudoTerminal([COMMAND, "models", *arguments], variables, columns=80)


@pytest.fixture
def hub(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    files = {file.name: file.read_bytes() for file in sorted(MODEL_PATH.iterdir())}
    repository = Repository(files | {"README.md": CARD}, {"license": "apache-2.0"})
    with running_hub({NAME: repository}) as server:
        variables = {"HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path)}
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield Hub(server, Installed(home), variables)


def test_a_model_comes_with_size_and_licence_told_first_and_goes_again(hub: Hub) -> None:
    done = hub.installed.run("models", "pull", NAME.lower())
    assert done.returncode == 0, done.stderr
    assert done.stderr == f"Downloading {NAME}, 4.0 MB, licence apache-2.0.\n"
    assert done.stdout.startswith(f"{NAME} is complete.\nThe whole context of 4,096 tokens fits")
    assert done.stdout.endswith(f"To use it: seeshell --model {NAME}\n")
    fetched = len(hub.server.fetched)

    again = json.loads(hub.installed.run("models", "pull", NAME, "--json").stdout)
    assert set(again) == {"name", "place", "revision", "disk_bytes", "licence", "notice"}
    assert (again["name"], again["licence"]) == (NAME, "apache-2.0")
    assert len(hub.server.fetched) == fetched

    gone = json.loads(hub.installed.run("models", "rm", NAME, "--yes", "--json").stdout)
    assert min(gone["freed_bytes"], again["disk_bytes"]) > 3_900_000
    assert not Path(again["place"]).exists()


def test_ctrl_c_stops_and_the_next_pull_goes_on(hub: Hub) -> None:
    notes = {"notes.txt": bytes(10**6)}
    hub.change(files={**hub.model.files, **notes}, paused=threading.Event())
    with hub.open("pull", NAME) as terminal:
        terminal.wait_for(r"licence apache-2\.0\.")
        terminal.wait_for(r"\d+ %, .* of 5\.0 MB")
        terminal.send("\x03")
        terminal.wait_for("`seeshell models pull")
        hub.model.paused.set()
        assert terminal.wait_for_exit() == 130
    listed = hub.installed.run("models", "--all")
    assert "can't run" in listed.stdout
    hub.change(paused=None)
    with hub.open("pull", NAME) as terminal:
        terminal.wait_for(f"{NAME} is complete")
        assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize(
    ("name", "refusal", "words"),
    [
        (NAME, "GatedRepo", "is given only to those who accept its terms"),
        ("Some-Org/Nothing", "", "The hub has no model Some-Org/Nothing; check the name"),
        ("nothing", "", "nothing is no Hugging Face repository"),
    ],
)
def test_what_does_not_come_says_why(hub: Hub, name: str, refusal: str, words: str) -> None:
    hub.change(refusal=refusal)
    done = hub.installed.run("models", "pull", name)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert hub.server.fetched == []
