"""Finds models of a hub on this machine, with a cache and a login of its own."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from huggingface_hub import constants
from huggingface_hub.utils import _http

from seeshell.core.client_environment import NO_ENVIRONMENT, ClientEnvironment
from seeshell.core.demo import MODEL_PATH
from seeshell.core.errors import ModelError
from seeshell.core.models.hub import connections
from seeshell.core.models.network import read_certificates
from seeshell.core.models.progress import LoadProgress
from seeshell.core.models.sources import ModelFiles, find_model

from .fake_hub import FakeHub, Reply, Repository, running_hub


@dataclass(frozen=True)
class Answer:
    """What came of a search for a model."""

    files: ModelFiles | None = None
    error: str = ""
    sentence: str = ""
    stages: tuple[LoadProgress, ...] = ()


@dataclass
class Search:
    """Finds models with a cache, a hub and a login of its own, in this process."""

    home: Path
    monkeypatch: pytest.MonkeyPatch
    waits: list[float] = field(default_factory=list)
    """Seconds that the library would have waited before each new attempt."""

    def __post_init__(self) -> None:
        self.monkeypatch.setattr(constants, "HF_HUB_CACHE", str(self.cache))
        self.monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(self.home / "token"))
        self.monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
        # Else the library asks the first hub it meets for a list of programs that may call it.
        self.monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
        self.monkeypatch.delenv("HF_TOKEN", raising=False)
        # Reading the system's certificates takes longer than a test.
        self.monkeypatch.setattr(connections, "read_certificates", _certificates)
        self.monkeypatch.setattr(_http.time, "sleep", self.waits.append)
        self.use("http://127.0.0.1:1")

    @property
    def cache(self) -> Path:
        return self.home / "hub"

    def use(self, url: str) -> None:
        """Makes the hub one at this address."""
        template = f"{url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        self.monkeypatch.setattr(constants, "ENDPOINT", url)
        self.monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)

    def __call__(self, source: str, environment: ClientEnvironment = NO_ENVIRONMENT) -> Answer:
        stages: list[LoadProgress] = []
        try:
            files = find_model(source, stages.append, environment)
        except ModelError as error:
            return Answer(None, type(error).__name__, str(error), tuple(stages))
        return Answer(files, stages=tuple(stages))


def _certificates(environment: ClientEnvironment) -> ssl.SSLContext:
    return _certificates_of(*environment.certificates.items())


@cache
def _certificates_of(*variables: tuple[str, str]) -> ssl.SSLContext:
    return read_certificates(ClientEnvironment(certificates=dict(variables)))


@pytest.fixture
def find(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Search:
    """Finds models; no hub can be reached."""
    return Search(tmp_path, monkeypatch)


@pytest.fixture
def hub(serve: Callable[..., FakeHub], find: Search, model: Repository) -> FakeHub:
    """The hub that `find` uses; it holds `Some-Org/Qwen3-VL-Tiny-MLX`."""
    server = serve({"Some-Org/Qwen3-VL-Tiny-MLX": model})
    find.use(server.url)
    return server


@pytest.fixture
def serve() -> Iterator[Callable[..., FakeHub]]:
    """Starts hubs that hold the given repositories, on a host of their own if one is given."""
    with ExitStack() as hubs:
        yield lambda *arguments: hubs.enter_context(running_hub(*arguments))


@pytest.fixture
def reply() -> type[Reply]:
    """What to answer in place of what a hub holds."""
    return Reply


@pytest.fixture
def repository() -> type[Repository]:
    """What to build a repository of."""
    return Repository


@pytest.fixture(scope="session")
def model() -> Repository:
    """The demonstration model as a repository, beside files that nobody needs."""
    files = {file.name: file.read_bytes() for file in sorted(MODEL_PATH.iterdir())}
    files |= {"README.md": b"# hello", "modeling.py": b"raise SystemExit", "model.gguf": b"GGUF"}
    return Repository(files, {"license": "apache-2.0"})
